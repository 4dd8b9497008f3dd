//! Session tags: those in the request, and those inherited from the calling session.
//!
//! Source: IAM User Guide, "Pass session tags in AWS STS". Observed: the texts.

use gateway::Session;

use crate::error::IamError;
use crate::model::Tag;
use crate::tagging::TAGS_MAX;

/// The tags of a new session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SessionTags {
    /// All tags, the inherited ones first.
    pub(crate) tags: Vec<Tag>,
    /// The keys of those that later sessions inherit.
    pub(crate) transitive_keys: Vec<String>,
}

impl SessionTags {
    /// From the request and what the calling session passes on.
    pub(crate) fn new(
        asked: &[Tag],
        transitive_keys: &[String],
        caller: Option<&Session>,
    ) -> Result<Self, IamError> {
        let invalid = |message: &str| Err(IamError::InvalidParameterValue(message.to_owned()));
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let twice = (1..)
            .zip(asked)
            .any(|(next, tag)| asked.iter().skip(next).any(|other| same(&tag.key, &other.key)));
        if twice {
            return invalid(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            );
        }
        if transitive_keys.iter().any(|key| !asked.iter().any(|tag| same(&tag.key, key))) {
            return invalid(
                "The specified transitive tag key must be included in the requested tags.",
            );
        }
        let inherited = inherited(caller);
        if asked.iter().any(|tag| inherited.iter().any(|other| same(&tag.key, &other.key))) {
            return invalid(
                "One of the specified transitive tag keys can't be set because it conflicts with \
                 a transitive tag key from the calling session.",
            );
        }
        if asked.len().saturating_add(inherited.len()) > TAGS_MAX {
            // Assumed: STS returns this error when inherited tags exceed the limit.
            let message = "Packed size of session tags consumes more than the allotted space.";
            return Err(IamError::PackedPolicyTooLarge(message.to_owned()));
        }
        let own = transitive_keys.iter().cloned();
        let transitive_keys = inherited.iter().map(|tag| tag.key.clone()).chain(own).collect();
        let tags = inherited.into_iter().chain(asked.iter().cloned()).collect();
        Ok(Self { tags, transitive_keys })
    }
}

fn inherited(caller: Option<&Session>) -> Vec<Tag> {
    let Some(session) = caller else { return Vec::new() };
    let transitive = |key: &str| session.transitive_tag_keys.iter().any(|known| known == key);
    let kept = session.tags.iter().filter(|(key, _)| transitive(key));
    kept.map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Timestamp;

    fn tags(keys: &[&str]) -> Vec<Tag> {
        keys.iter().map(|key| Tag { key: (*key).to_owned(), value: "v".to_owned() }).collect()
    }

    fn session(keys: &[&str], transitive: &[&str]) -> Session {
        Session {
            issued: Timestamp::from_secs(0),
            expires: Timestamp::from_secs(1),
            mfa: false,
            policies: Vec::new(),
            tags: keys.iter().map(|key| ((*key).to_owned(), "v".to_owned())).collect(),
            transitive_tag_keys: transitive.iter().map(|key| (*key).to_owned()).collect(),
            source_identity: None,
            console: false,
        }
    }

    fn check(asked: &[&str], transitive: &[&str], want: Result<(&[&str], &[&str]), &str>) {
        let transitive: Vec<String> = transitive.iter().map(|key| (*key).to_owned()).collect();
        let caller = session(&["SessionTag1", "plain"], &["SessionTag1"]);
        let got = SessionTags::new(&tags(asked), &transitive, Some(&caller));
        match (got, want) {
            (Ok(got), Ok((keys, transitive))) => {
                assert_eq!(got.tags.iter().map(|tag| tag.key.as_str()).collect::<Vec<_>>(), keys);
                assert_eq!(got.transitive_keys, transitive);
            }
            (Err(error), Err(start)) => assert!(format!("{error:?}").contains(start), "{error:?}"),
            (got, want) => panic!("{got:?} instead of {want:?}"),
        }
    }

    /// Transitive tags are inherited, others not; conflicts are rejected in any case.
    #[test]
    fn transitive_tags_are_inherited_and_cannot_be_overridden() {
        check(&[], &[], Ok((&["SessionTag1"], &["SessionTag1"])));
        check(&["b"], &["b"], Ok((&["SessionTag1", "b"], &["SessionTag1", "b"])));
        check(&["plain"], &[], Ok((&["SessionTag1", "plain"], &["SessionTag1"])));
        check(&["SessionTag1"], &["SessionTag1"], Err("conflicts with a transitive tag key"));
        check(&["sessiontag1"], &["sessiontag1"], Err("conflicts with a transitive tag key"));
        check(&["b", "B"], &[], Err("Duplicate tag keys found"));
        check(&["b"], &["c"], Err("must be included in the requested tags"));
    }
}
