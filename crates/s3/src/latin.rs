//! The letters of headers: ISO-8859-1, which has one byte for each.
//!
//! Source: S3 API Reference, "PutObject". Observed: an answer has the letters of a form's fields in
//! ISO-8859-1, and refuses others where a query overrides a header.

/// The last letter of ISO-8859-1.
const LAST: u32 = 0xff;

/// Whether all letters are in ISO-8859-1.
pub(crate) fn holds(text: &str) -> bool {
    text.chars().all(|letter| u32::from(letter) <= LAST)
}

/// The text of a header's bytes; every byte is a letter.
pub(crate) fn decode(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The same text with a space for each letter that ISO-8859-1 lacks.
///
/// Observed: for an em dash. Assumed: S3 writes a space for every such letter of a form's field.
pub(crate) fn narrowed(text: &str) -> String {
    text.chars().map(|letter| if u32::from(letter) <= LAST { letter } else { ' ' }).collect()
}

/// The bytes of a header. Text with other letters was kept in UTF-8, and stays so.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    let bytes = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok());
    bytes.collect::<Option<Vec<_>>>().unwrap_or_else(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_one_byte_each() {
        assert_eq!(encode("a\u{e9}"), [b'a', 0xe9]);
        assert_eq!(encode("a"), "a".as_bytes());
        assert_eq!(encode("\u{2014}\u{e9}"), "\u{2014}\u{e9}".as_bytes(), "as it was kept");
        assert_eq!(narrowed("_\u{2014}_\u{e9}"), "_ _\u{e9}");
        // UTF-8 that a client puts into a header comes back byte by byte.
        let sent = "\u{68ee}".as_bytes();
        assert_eq!(encode(&decode(sent)), sent);
        assert!(holds("\u{e9}") && !holds("\u{2014}"));
    }
}
