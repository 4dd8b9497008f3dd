//! Tag sets of buckets and objects.

use crate::error::{S3Error, S3Result};
use crate::xml::{Element, Xml};

type Pairs = Vec<(String, String)>;

/// Source: S3 User Guide, "Categorizing your storage using tags".
pub(crate) const OBJECT_TAGS_MAX: usize = 10;
/// Source: S3 User Guide, "Using cost allocation S3 bucket tags".
pub(crate) const BUCKET_TAGS_MAX: usize = 50;
const KEY_CHARS_MAX: usize = 128;
const VALUE_CHARS_MAX: usize = 256;

/// Whose tags they are: limits and wording differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tagged {
    Bucket,
    /// A bucket that is being created.
    NewBucket,
    Object,
}

/// Reads `Tagging`.
pub(crate) fn from_document(root: &Element, tagged: Tagged) -> S3Result<Pairs> {
    // Observed: a document without a set clears the tags.
    let Some(set) = root.child("TagSet") else { return Ok(Pairs::new()) };
    from_elements(set.children("Tag"), tagged)
}

/// Reads `Tag` elements.
pub(crate) fn from_elements<'a>(
    elements: impl Iterator<Item = &'a Element>,
    tagged: Tagged,
) -> S3Result<Pairs> {
    let mut pairs = Pairs::new();
    for tag in elements {
        let (Some(key), Some(value)) = (tag.text_of("Key"), tag.text_of("Value")) else {
            return Err(S3Error::MalformedXml.into());
        };
        pairs.push((key.to_owned(), value.to_owned()));
    }
    check(&pairs, tagged)?;
    Ok(pairs)
}

/// Reads the header `x-amz-tagging`.
pub(crate) fn from_header(text: &str) -> S3Result<Pairs> {
    let bad = || {
        let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL \
                       query parameters without tag name duplicates.";
        S3Error::argument(message, "x-amz-tagging", text)
    };
    let mut pairs = Pairs::new();
    for piece in text.split('&').filter(|piece| !piece.is_empty()) {
        let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
        let decode = |raw: &str| wire::uri::decode(&raw.replace('+', " ")).ok_or_else(bad);
        let (key, value) = (decode(key)?, decode(value)?);
        if value.contains(',') || pairs.iter().any(|(own, _)| *own == key) {
            return Err(bad().into());
        }
        pairs.push((key, value));
    }
    check(&pairs, Tagged::Object)?;
    Ok(pairs)
}

/// Observed: wording of each refusal.
fn check(pairs: &Pairs, tagged: Tagged) -> S3Result<()> {
    let tag = |message, key: &str| {
        let key = Some(key.to_owned());
        S3Error::InvalidTag { message, key, value: None }
    };
    for (index, (key, value)) in pairs.iter().enumerate() {
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX || !key.chars().all(is_allowed) {
            return Err(tag("The TagKey you have provided is invalid", key).into());
        }
        if value.chars().count() > VALUE_CHARS_MAX || !value.chars().all(is_allowed) {
            let (key, value) = (Some(key.clone()), Some(value.clone()));
            let message = "The TagValue you have provided is invalid";
            return Err(S3Error::InvalidTag { message, key, value }.into());
        }
        if key.starts_with("aws:") {
            return Err(match tagged {
                Tagged::Bucket => tag("System tags cannot be added/updated by requester", key),
                Tagged::NewBucket => reserved(),
                Tagged::Object => tag("Your TagKey cannot be prefixed with aws:", key),
            }
            .into());
        }
        if pairs.iter().take(index).any(|(own, _)| own == key) {
            return Err(tag("Cannot provide multiple Tags with the same key", key).into());
        }
    }
    // Observed: a bad tag is reported before their number is.
    let (max, text) = match tagged {
        Tagged::Bucket | Tagged::NewBucket => {
            (BUCKET_TAGS_MAX, "Bucket tag count cannot be greater than 50")
        }
        Tagged::Object => (OBJECT_TAGS_MAX, "Object tags cannot be greater than 10"),
    };
    if pairs.len() > max {
        return Err(S3Error::BadRequest(text.to_owned()).into());
    }
    Ok(())
}

/// Observed: without the key.
fn reserved() -> S3Error {
    let message = "User-defined tag keys can't start with \"aws:\". This prefix is reserved for \
                   system tags. Remove \"aws:\" from your tag keys and try again.";
    S3Error::InvalidTag { message, key: None, value: None }
}

fn is_allowed(letter: char) -> bool {
    letter.is_alphanumeric() || letter.is_whitespace() || "_.:/=+-@".contains(letter)
}

/// Writes `Tagging`.
pub(crate) fn document(pairs: &[(String, String)]) -> Xml {
    let mut xml = Xml::result("Tagging");
    xml.open("TagSet");
    for (key, value) in pairs {
        xml.open("Tag").text("Key", key).text("Value", value).close();
    }
    xml.close();
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pairs: &[(&str, &str)], tagged: Tagged) -> String {
        let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        check(&pairs, tagged).map_or_else(|error| format!("{error:?}"), |()| "ok".to_owned())
    }

    #[test]
    fn tags_are_checked_as_aws_does() {
        assert_eq!(refusal(&[("a b", "c/d")], Tagged::Object), "ok");
        assert!(refusal(&[("Key1,Key2", "")], Tagged::Object).contains("TagKey you"));
        assert!(refusal(&[("k", "a,b")], Tagged::Bucket).contains("TagValue you"));
        assert!(refusal(&[("k", ""), ("k", "")], Tagged::Bucket).contains("multiple Tags"));
        assert!(refusal(&[("aws:x", "")], Tagged::Bucket).contains("System tags"));
        assert!(refusal(&[("aws:x", "")], Tagged::Object).contains("prefixed with aws:"));
    }

    #[test]
    fn the_header_is_a_query() {
        let pairs = from_header("key%201=a+b&k2=").unwrap();
        assert_eq!(pairs, [("key 1".into(), "a b".into()), ("k2".into(), String::new())]);
        assert!(from_header("key1=val1,key2=val2").is_err());
        assert!(from_header("key1=val1&key1=val2").is_err());
    }
}
