/// The maximum number of values in the JSON of one call. Each takes hundreds of bytes once it is
/// decoded, so a mebibyte of empty ones would exceed the memory for a call. The limit is our own: no
/// input of a service that is served has as many members.
const VALUES_MAX: usize = 16_384;
/// The overhead of a decoded value beyond its text, in bytes: measured with a list of empty tags.
const VALUE_BYTES: u64 = 480;
/// How many copies of a text may exist while a call decodes, authorizes and records it.
const TEXT_COPIES: u64 = 8;
/// The same for other protocols, values and text together: measured with a list of empty tags.
const OTHER_COPIES: u64 = 160;

/// The size of a call's JSON once it is decoded, authorized and recorded; `None` if it contains too
/// many values.
pub(crate) fn of_json(body: &[u8]) -> Option<u64> {
    // A shorter body cannot contain as many.
    let values = if body.len() > VALUES_MAX { values(body) } else { body.len() };
    let values = Some(values).filter(|values| *values <= VALUES_MAX)?;
    let text = (body.len() as u64).saturating_mul(TEXT_COPIES);
    Some((values as u64).saturating_mul(VALUE_BYTES).saturating_add(text))
}

/// The same for a body of another protocol.
pub(crate) fn of_other(body: &[u8]) -> u64 {
    (body.len() as u64).saturating_mul(OTHER_COPIES)
}

/// The same for a form of which most may be one long text: a message with its body.
pub(crate) fn of_form(body: &[u8]) -> u64 {
    // Each begins a value, or a part of its name; the bytes of a text may be escaped.
    let begins = body.iter().filter(|byte| matches!(byte, b'&' | b'.' | b'%')).count();
    let values = begins.saturating_add(1).min(wire::query::NODES_MAX);
    let text = (body.len() as u64).saturating_mul(TEXT_COPIES);
    (values as u64).saturating_mul(VALUE_BYTES).saturating_add(text)
}

/// At least as many as there are values: what begins or separates some, outside of strings.
fn values(json: &[u8]) -> usize {
    let (mut count, mut in_string, mut escaped) = (1_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => count = count.saturating_add(1),
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form of many parameters takes more than one long text.
    #[test]
    fn a_long_text_in_a_form_is_no_list() {
        let text = format!("Action=SendMessage&MessageBody={}", "a".repeat(1 << 20));
        let list = "Attribute.1.Name=&".repeat((1 << 20) / 18);
        assert!(of_form(text.as_bytes()) < 9 << 20);
        assert!(of_form(list.as_bytes()) > 17 << 20);
        assert!(of_form(list.as_bytes()) < of_other(list.as_bytes()));
    }

    /// Nested values are counted at any depth; text in a string counts as one.
    #[test]
    fn values_are_counted() {
        for (json, least) in [
            ("1", 1),
            ("[]", 1),
            ("[1,2]", 3),
            (r#"{"a":[{},{}],"b":"x"}"#, 5),
            (r#"{"policy":"{\"a\":[1,2,3,{}]}","b":"\\"}"#, 3),
        ] {
            let found = values(json.as_bytes());
            assert!((least..=least + 2).contains(&found), "{json}: {found}");
        }
    }

    /// A mebibyte of text is one value; a mebibyte of values is refused.
    #[test]
    fn a_body_of_too_many_values_is_rejected() {
        let text = format!("{{\"Plaintext\":\"{}\"}}", ",[{".repeat(300_000));
        assert!(of_json(text.as_bytes()).is_some_and(|bytes| bytes < 16 << 20));
        let tags = format!("{{\"Tags\":[{}]}}", vec!["{}"; 300_000].join(","));
        assert_eq!(of_json(tags.as_bytes()), None);
        let fewer = format!("{{\"Tags\":[{}]}}", vec!["{}"; 8_000].join(","));
        assert!(of_json(fewer.as_bytes()).is_some_and(|bytes| bytes > 7 << 20));
    }
}
