use serde::{Deserialize, Serialize};

use crate::KmsError;
use crate::checks::Checks;

/// Tags that a key has at most.
///
/// Source: KMS Developer Guide, "Tagging keys".
const TAGS_MAX: usize = 50;

/// A tag. KMS spells its members otherwise than the rest of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    /// 1 to 128 characters, not beginning with `aws:`.
    pub(crate) tag_key: Option<String>,
    /// Up to 256 characters.
    pub(crate) tag_value: Option<String>,
}

impl From<&(String, String)> for Tag {
    fn from((key, value): &(String, String)) -> Self {
        Self { tag_key: Some(key.clone()), tag_value: Some(value.clone()) }
    }
}

/// The model's constraints on a list of tags.
pub(crate) fn check_model(checks: &mut Checks, tags: &[Tag]) {
    for (index, tag) in tags.iter().enumerate() {
        let path = |member: &str| format!("tags.{}.member.{member}", index.saturating_add(1));
        let (key, value) = (path("tagKey"), path("tagValue"));
        checks.required(&key, tag.tag_key.as_ref()).length(&key, tag.tag_key.as_ref(), 1..=128);
        checks.required(&value, tag.tag_value.as_ref());
        checks.length(&value, tag.tag_value.as_ref(), 0..=256);
    }
}

/// The tags as pairs, if KMS accepts them.
///
/// Observed: the texts.
pub(crate) fn pairs(tags: &[Tag]) -> Result<Vec<(String, String)>, KmsError> {
    let mut pairs: Vec<(String, String)> = Vec::with_capacity(tags.len().min(TAGS_MAX));
    for tag in tags {
        let key = tag.tag_key.clone().unwrap_or_default();
        refuse_reserved(&key)?;
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(KmsError::Tag("Duplicate tag keys"));
        }
        pairs.push((key, tag.tag_value.clone().unwrap_or_default()));
    }
    if pairs.len() > TAGS_MAX {
        return Err(KmsError::Tag("Too many tags"));
    }
    Ok(pairs)
}

/// Customers cannot set or remove tags of AWS itself.
pub(crate) fn refuse_reserved(key: &str) -> Result<(), KmsError> {
    let reserved = key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    if reserved { Err(KmsError::Tag("Tags beginning with aws: are reserved")) } else { Ok(()) }
}

/// Adds tags to those of a key; existing ones get new values and keep their position.
pub(crate) fn merge(
    own: &mut Vec<(String, String)>,
    new: Vec<(String, String)>,
) -> Result<(), KmsError> {
    for (key, value) in new {
        match own.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => own.push((key, value)),
        }
    }
    if own.len() > TAGS_MAX { Err(KmsError::Tag("Too many tags")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { tag_key: Some(key.to_owned()), tag_value: Some(value.to_owned()) }
    }

    /// The refusals that were recorded.
    #[test]
    fn refuses_what_aws_refuses() {
        let many: Vec<_> = (0..51).map(|n| tag(&format!("k{n}"), "")).collect();
        assert_eq!(pairs(&many), Err(KmsError::Tag("Too many tags")));
        let twice = [tag("a", "1"), tag("a", "2")];
        assert_eq!(pairs(&twice), Err(KmsError::Tag("Duplicate tag keys")));
        for reserved in ["aws:x", "AWS:x"] {
            let refused = KmsError::Tag("Tags beginning with aws: are reserved");
            assert_eq!(pairs(&[tag(reserved, "")]), Err(refused));
        }
        assert_eq!(pairs(&[tag("aws", "")]), Ok(vec![("aws".to_owned(), String::new())]));
    }

    /// Updated tags keep their position, new ones come last.
    #[test]
    fn merging_keeps_the_order() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut own = vec![pair("a", "1"), pair("b", "2")];
        merge(&mut own, vec![pair("c", "3"), pair("a", "9")]).unwrap();
        assert_eq!(own, [pair("a", "9"), pair("b", "2"), pair("c", "3")]);
    }
}
