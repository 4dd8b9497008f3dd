use std::collections::BTreeMap;

use policy::Context;

use crate::error::SqsError;

/// Tags as clients send and get them.
pub(crate) type TagMap = BTreeMap<String, String>;

/// Source: SQS Developer Guide, "Amazon SQS cost allocation tags".
const TAGS_MAX: usize = 50;
const KEY_LEN_MAX: usize = 128;
const VALUE_LEN_MAX: usize = 256;

/// Adds tags to those of a queue; existing ones get new values.
///
/// Observed: values may be empty. Assumed: the texts.
pub(crate) fn add(own: &mut Vec<(String, String)>, new: &TagMap) -> Result<(), SqsError> {
    for (key, value) in new {
        check_key(key)?;
        if value.chars().count() > VALUE_LEN_MAX {
            return Err(SqsError::value(value, "TagValue", "Must be at most 256 characters."));
        }
        match own.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => old.clone_from(value),
            None => own.push((key.clone(), value.clone())),
        }
    }
    if own.len() > TAGS_MAX {
        return Err(SqsError::InvalidParameterValue(format!(
            "Too many tags added for queue. A queue can have at most {TAGS_MAX} tags."
        )));
    }
    Ok(())
}

/// Checks the key of a tag that a caller sets or removes.
///
/// Assumed: the texts.
pub(crate) fn check_key(key: &str) -> Result<(), SqsError> {
    let reserved = key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    if reserved {
        return Err(SqsError::value(key, "TagKey", "Tag keys that begin with aws: are reserved."));
    }
    if !(1..=KEY_LEN_MAX).contains(&key.chars().count()) {
        return Err(SqsError::value(key, "TagKey", "Must be between 1 and 128 characters."));
    }
    Ok(())
}

/// The condition keys of a request that adds tags.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS".
pub(crate) fn add_request_tags(context: &mut Context, tags: &TagMap) {
    for (key, value) in tags {
        context.set(&format!("aws:RequestTag/{key}"), value.as_str());
    }
    context.set_list("aws:TagKeys", tags.keys().cloned().collect());
}
