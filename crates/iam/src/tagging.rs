//! The rules about tags, the same for everything that can have some.

use serde::{Deserialize, Serialize};

use crate::error::IamError;
use crate::model::Tag;
use crate::validate::{Checks, TAG_KEY, TAG_VALUE, given};

/// The maximum number of tags of one resource.
///
/// Source: IAM User Guide, "Tags for IAM resources".
pub(crate) const TAGS_MAX: usize = 50;

/// A tag in a request. Either member may be absent until [`check`] has found both.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SentTag {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// The tags of a request that [`check`] has accepted.
pub(crate) fn accepted(sent: &[SentTag]) -> Vec<Tag> {
    let tag = |tag: &SentTag| Tag {
        key: given(tag.key.as_ref()).to_owned(),
        value: given(tag.value.as_ref()).to_owned(),
    };
    sent.iter().map(tag).collect()
}

/// Adds the constraints of a list of tags.
///
/// Source: the model's `Tag`: both members are required, and a value may be empty.
pub(crate) fn check(mut checks: Checks, tags: &[SentTag]) -> Checks {
    checks = checks.count("tags", tags.len(), TAGS_MAX);
    for (at, tag) in (1_usize..).zip(tags) {
        checks = checks.must(&format!("tags.{at}.member.key"), tag.key.as_deref(), &TAG_KEY).must(
            &format!("tags.{at}.member.value"),
            tag.value.as_deref(),
            &TAG_VALUE,
        );
    }
    checks
}

/// Adds the constraints of a list of tag keys, which is called `member`.
pub(crate) fn check_keys(mut checks: Checks, member: &str, keys: &[String]) -> Checks {
    checks = checks.count(member, keys.len(), TAGS_MAX);
    for (at, key) in (1_usize..).zip(keys) {
        checks = checks.may(&format!("{member}.{at}.member"), Some(key), &TAG_KEY);
    }
    checks
}

/// Refuses keys that differ by case only, and AWS's own.
///
/// Observed: the text about duplicates.
pub(crate) fn check_keys_differ(tags: &[SentTag]) -> Result<(), IamError> {
    let lower: Vec<String> =
        tags.iter().map(|tag| given(tag.key.as_ref()).to_lowercase()).collect();
    let twice = (1..).zip(&lower).any(|(next, key)| lower.iter().skip(next).any(|k| k == key));
    if twice {
        let message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
        return Err(IamError::InvalidInput(message.to_owned()));
    }
    if lower.iter().any(|key| key.starts_with("aws:")) {
        let message = "Tags with a prefix of 'aws:' are reserved for AWS use.";
        return Err(IamError::InvalidInput(message.to_owned()));
    }
    Ok(())
}

/// The tags after an update: existing keys get new values and keep their positions.
pub(crate) fn set(present: &[Tag], new: &[Tag]) -> Result<Vec<Tag>, IamError> {
    let mut tags = present.to_vec();
    for tag in new {
        match tags.iter_mut().find(|known| known.key.eq_ignore_ascii_case(&tag.key)) {
            Some(known) => *known = tag.clone(),
            None => tags.push(tag.clone()),
        }
    }
    if tags.len() > TAGS_MAX {
        let message = "The number of tags has reached the maximum limit.";
        return Err(IamError::LimitExceeded(message.to_owned()));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(keys: &[&str]) -> Vec<Tag> {
        keys.iter().map(|key| Tag { key: (*key).to_owned(), value: String::new() }).collect()
    }

    fn sent(keys: &[&str]) -> Vec<SentTag> {
        let tag = |key: &&str| SentTag { key: Some((*key).to_owned()), value: None };
        keys.iter().map(tag).collect()
    }

    /// Keys are compared case-insensitively; `aws:` is AWS's.
    #[test]
    fn keys_must_differ_by_more_than_case() {
        assert!(check_keys_differ(&sent(&["a", "b"])).is_ok());
        assert!(check_keys_differ(&sent(&["a", "b", "A"])).is_err());
        assert!(check_keys_differ(&sent(&["AWS:x"])).is_err());
    }

    /// The fifty-first tag is one too many, a new value is none.
    #[test]
    fn fifty_tags_are_the_limit() {
        let names: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let full = tags(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(set(&full, &tags(&["50"])).is_err());
        assert_eq!(set(&full, &tags(&["7"])).unwrap().len(), 50);
    }
}
