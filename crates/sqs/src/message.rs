//! Messages: what clients send, what is stored, and the hashes of both.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use types::{Timestamp, hex};

use crate::error::SqsError;
use crate::index::Group;

/// Attributes by name.
pub(crate) type MessageAttributes = BTreeMap<String, MessageAttribute>;

/// Source: SQS Developer Guide, "Message metadata".
const ATTRIBUTES_MAX: usize = 10;
/// Source: as above, "Message attribute components".
const NAME_LEN_MAX: usize = 256;
/// The one system attribute that can be sent. Source: SQS API Reference, "`SendMessage`".
pub(crate) const TRACE_HEADER: &str = "AWSTraceHeader";

/// An attribute of a message, as on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct MessageAttribute {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// In Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_type: Option<String>,
}

impl MessageAttribute {
    fn kind(&self) -> &str {
        self.data_type.as_deref().unwrap_or_default()
    }

    fn is_binary(&self) -> bool {
        self.kind().starts_with("Binary")
    }

    /// The value's bytes.
    fn bytes(&self) -> Vec<u8> {
        match (&self.string_value, &self.binary_value) {
            (_, Some(binary)) if self.is_binary() => STANDARD.decode(binary).unwrap_or_default(),
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, _) => Vec::new(),
        }
    }
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: Body,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: MessageAttributes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trace_header: Option<String>,
    pub(crate) sender_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Group>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deduplication_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sequence_number: Option<String>,
    /// The queue that it was moved from as a dead letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
}

/// A body, in plain or sealed under a data key of KMS. All rows are sealed by the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Body {
    Plain(String),
    Sealed {
        /// The body under the data key, in Base64.
        data: String,
        /// The data key under the key of KMS, in Base64.
        key: String,
        /// The key's context: the ARN of the queue that it was sent to.
        context: String,
        /// The hash of the body.
        md5: String,
    },
}

/// What changes while a message is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) sent: Timestamp,
    /// From when its retention is counted.
    pub(crate) kept_from: Timestamp,
    /// When it can be received.
    pub(crate) due: Timestamp,
    #[serde(default)]
    pub(crate) received: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_received: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_received: Option<Timestamp>,
    /// What the newest receipt handle proves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) receipt: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Group>,
}

impl Entry {
    /// Of a message that was sent, or moved as a new one, at an instant.
    pub(crate) fn new(sent: Timestamp, due: Timestamp, group: Option<Group>) -> Self {
        Self {
            sent,
            kept_from: sent,
            due,
            received: 0,
            first_received: None,
            last_received: None,
            receipt: None,
            group,
        }
    }
}

/// Checks a body's length and characters. `max` is the queue's limit of the body with its
/// attributes, and `what` what the text calls parameters.
///
/// Observed: the texts of the empty and the long body. Assumed: that of bad characters.
pub(crate) fn check(
    body: Option<&String>,
    attributes: &MessageAttributes,
    max: u32,
    what: &str,
) -> Result<(), SqsError> {
    let body = body.filter(|body| !body.is_empty());
    let body = body.ok_or_else(|| SqsError::missing("MessageBody"))?;
    check_attributes(attributes)?;
    if size(body, attributes) > usize::try_from(max).unwrap_or(usize::MAX) {
        return Err(SqsError::InvalidParameterValue(format!(
            "One or more parameters {what}. Reason: Message must be shorter than {max} bytes."
        )));
    }
    if !body.chars().all(is_allowed) {
        return Err(SqsError::InvalidMessageContents(
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to \
             #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Source: SQS API Reference, "`SendMessage`". Surrogates are no characters of Rust.
fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r')
        || (letter >= ' ' && !matches!(letter, '\u{fffe}' | '\u{ffff}'))
}

/// Bytes that count towards limits: the body, and names, types and values of attributes.
///
/// Source: SQS Developer Guide, "Message metadata".
pub(crate) fn size(body: &str, attributes: &MessageAttributes) -> usize {
    attributes.iter().fold(body.len(), |sum, (name, attribute)| {
        let own = [name.len(), attribute.kind().len(), attribute.bytes().len()];
        own.into_iter().fold(sum, usize::saturating_add)
    })
}

/// Observed: the text of an empty value. Assumed: the others.
fn check_attributes(attributes: &MessageAttributes) -> Result<(), SqsError> {
    let wrong = |text: String| Err(SqsError::InvalidParameterValue(text));
    if attributes.len() > ATTRIBUTES_MAX {
        return wrong(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{ATTRIBUTES_MAX}].",
            attributes.len()
        ));
    }
    for (name, attribute) in attributes {
        if !is_name(name) {
            return wrong(format!(
                "The message (user) attribute name '{name}' is invalid. Attribute names can \
                 include A-Z, a-z, 0-9, underscores, hyphens, and periods, and cannot begin with \
                 AWS. or Amazon."
            ));
        }
        let kind = attribute.kind();
        let stem = kind.split_once('.').map_or(kind, |(stem, _)| stem);
        if kind.is_empty() {
            return wrong(format!(
                "The message (user) attribute '{name}' must contain a non-empty message attribute \
                 type."
            ));
        }
        if !matches!(stem, "String" | "Number" | "Binary") || kind.len() > NAME_LEN_MAX {
            return wrong(format!(
                "The type of message (user) attribute '{name}' is invalid. You must use only the \
                 following supported type prefixes: Binary, Number, String."
            ));
        }
        let undecoded = attribute.binary_value.as_ref().filter(|_| stem == "Binary");
        if undecoded.is_some_and(|binary| STANDARD.decode(binary).is_err())
            || attribute.bytes().is_empty()
        {
            return wrong(format!(
                "Message (user) attribute '{name}' must contain a non-empty value of type '{stem}'."
            ));
        }
        let text = attribute.string_value.as_deref().unwrap_or_default();
        if stem == "Number" && text.trim().parse::<f64>().is_err() {
            return wrong(format!(
                "Can't cast the value of message (user) attribute '{name}' to a number."
            ));
        }
        if !text.chars().all(is_allowed) {
            return wrong(format!(
                "Message (user) attribute '{name}' must contain a value of valid characters."
            ));
        }
    }
    Ok(())
}

/// Source: SQS Developer Guide, "Message attribute components".
fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let lower = name.to_ascii_lowercase();
    (1..=NAME_LEN_MAX).contains(&name.len())
        && name.bytes().all(is_letter)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && !lower.starts_with("aws.")
        && !lower.starts_with("amazon.")
}

/// The hash of attributes; `None` without any.
///
/// Source: SQS Developer Guide, "Calculating the MD5 message digest for message attributes".
/// Observed: of what a receiver asked for, not of all.
pub(crate) fn attributes_md5<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a MessageAttribute)>,
) -> Option<String> {
    let mut whole = Vec::new();
    let put = |whole: &mut Vec<u8>, bytes: &[u8]| {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        whole.extend(len.to_be_bytes());
        whole.extend_from_slice(bytes);
    };
    for (name, attribute) in attributes {
        put(&mut whole, name.as_bytes());
        put(&mut whole, attribute.kind().as_bytes());
        whole.push(if attribute.is_binary() { 2 } else { 1 });
        put(&mut whole, &attribute.bytes());
    }
    (!whole.is_empty()).then(|| hex(&keys::md5(&whole)))
}

/// The hash of a body.
pub(crate) fn body_md5(body: &str) -> String {
    hex(&keys::md5(body.as_bytes()))
}

/// The system attributes that a request may send, as their one value.
///
/// Source: SQS API Reference, "`SendMessage`". Assumed: the texts.
pub(crate) fn trace_header(system: &MessageAttributes) -> Result<Option<&str>, SqsError> {
    let mut header = None;
    for (name, attribute) in system {
        if name != TRACE_HEADER {
            return Err(SqsError::InvalidParameterValue(format!(
                "Message system attribute name '{name}' is invalid."
            )));
        }
        let text = attribute.string_value.as_deref().unwrap_or_default();
        if attribute.kind() != "String" || text.is_empty() {
            return Err(SqsError::InvalidParameterValue(format!(
                "Message (system) attribute '{name}' must contain a non-empty value of type \
                 'String'."
            )));
        }
        header = Some(text);
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: &str, value: &str) -> MessageAttribute {
        MessageAttribute {
            data_type: Some(kind.to_owned()),
            string_value: Some(value.to_owned()),
            binary_value: None,
        }
    }

    fn one(name: &str, attribute: MessageAttribute) -> MessageAttributes {
        [(name.to_owned(), attribute)].into()
    }

    /// Observed: the hashes.
    #[test]
    fn the_hashes_are_those_of_aws() {
        let check = |attributes: &MessageAttributes, want: &str| {
            assert_eq!(attributes_md5(attributes).as_deref(), Some(want));
        };
        check(&one("Foo", text("String", "Bar")), "ae7155c6026991b6d54b11589678bf9c");
        check(&one("Hello", text("String", "There")), "a311262e065454b75da111d535b8dacd");
        check(&one("MyAttribute", text("String", "foobar")), "adb59cd4678ea5a855436b949cd07ab6");
        let mut three = one("Hello", text("String", "There"));
        three.insert("General".to_owned(), text("String", "Kenobi"));
        check(&three, "fca026605781cb4126a1e9044df24232");
        three.insert("Help.Me".to_owned(), text("String", "Me"));
        check(&three, "4c360f3fdafd970e05fae2f149d997f5");
        let binary =
            MessageAttribute {
                data_type: Some("Binary".to_owned()),
                string_value: None,
                binary_value: Some(STANDARD.encode(
                    b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01",
                )),
            };
        check(&one("attr1", binary), "8cbe4db156db8a94db8b801b7addb984");
        assert_eq!(body_md5("message-1"), "3d6b824fd8c1520e9a047d21fee6fb1f");
        assert_eq!(attributes_md5(&MessageAttributes::new()), None);
    }

    /// Names, types, values and numbers of attributes that are refused.
    #[test]
    fn attributes_have_a_form() {
        let good = text("String", "v");
        for name in ["a", "A.b-c_9", &"n".repeat(256)] {
            check_attributes(&one(name, good.clone())).unwrap();
        }
        let long = "n".repeat(257);
        for name in ["", ".a", "a.", "a..b", "AWS.a", "amazon.a", "a b", "ä", &long] {
            assert!(check_attributes(&one(name, good.clone())).is_err(), "{name}");
        }
        for (kind, value, is_valid) in [
            ("String", "x", true),
            ("String.custom", "x", true),
            ("Number", "-1.5e3", true),
            ("Number.int", "1", true),
            ("Number", "x", false),
            ("String", "", false),
            ("String", "\u{1}", false),
            ("", "x", false),
            ("Text", "x", false),
            ("Binary", "", false),
        ] {
            let found = check_attributes(&one("a", text(kind, value)));
            assert_eq!(found.is_ok(), is_valid, "{kind} {value}");
        }
        let many = (0..11).map(|n| (format!("a{n}"), good.clone())).collect();
        assert!(check_attributes(&many).is_err());
    }

    /// The limit is in bytes, and attributes count.
    #[test]
    fn sizes_are_in_bytes() {
        let body = "あ".repeat(340);
        assert_eq!(size(&body, &one("ab", text("String", "cd"))), 1_020 + 10);
        let what = "are invalid";
        check(Some(&body), &MessageAttributes::new(), 1_024, what).unwrap();
        assert!(check(Some(&body), &one("ab", text("String", "cd")), 1_024, what).is_err());
        let error = check(Some(&"\u{b}".to_owned()), &MessageAttributes::new(), 1_024, what);
        assert_eq!(error.unwrap_err().code(), "InvalidMessageContents");
        check(
            Some(&"\t\n\r \u{e000}\u{1f600}".to_owned()),
            &one("a", text("String", "b")),
            99,
            what,
        )
        .unwrap();
        assert!(check(Some(&String::new()), &MessageAttributes::new(), 1_024, what).is_err());
    }
}
