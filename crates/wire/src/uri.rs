//! Percent-encoding by AWS's rules.
//!
//! Source: AWS General Reference, "Create a signed AWS API request", `UriEncode()`: letters,
//! digits, `-`, `.`, `_` and `~` are unchanged, everything else is `%XY` in upper case; a `+` is a
//! plus and never a space.

use std::borrow::Cow;

const HEX_UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Encodes everything but the unreserved characters: for query names and values.
pub fn encode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    encode_into(&mut out, text.bytes(), false);
    ascii(out)
}

/// Like [`encode`] but keeps `/`: for paths and object keys.
pub fn encode_path(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    encode_into(&mut out, text.bytes(), true);
    ascii(out)
}

/// Decodes `%XY` once; `None` when an escape is broken or the result is not UTF-8.
///
/// S3 rejects such a path with `InvalidURI`.
pub fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    for step in Decoder(text.as_bytes()) {
        match step {
            Step::Byte(byte) => out.push(byte),
            Step::Broken => return None,
        }
    }
    String::from_utf8(out).ok()
}

/// Decodes `%XY` once; an invalid escape is literal text and bytes that are not UTF-8 become
/// U+FFFD.
pub fn decode_lossy(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes: Vec<u8> = decoded(text.as_bytes()).collect();
    match String::from_utf8_lossy(&bytes) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}

/// The bytes of `text` with its escapes decoded once; an invalid escape is literal text.
pub fn decode_bytes(text: &str) -> Vec<u8> {
    decoded(text.as_bytes()).collect()
}

/// Decodes an `application/x-www-form-urlencoded` piece, where `+` is a space.
pub(crate) fn decode_form(text: &str) -> Option<String> {
    if text.contains('+') { decode(&text.replace('+', " ")) } else { decode(text) }
}

/// The bytes of `raw` with its escapes decoded once; an invalid escape is literal text.
pub(crate) fn decoded(raw: &[u8]) -> impl Iterator<Item = u8> + '_ {
    Decoder(raw).map(|step| match step {
        Step::Byte(byte) => byte,
        Step::Broken => b'%',
    })
}

/// Appends the encoding of `bytes`.
pub(crate) fn encode_into(out: &mut Vec<u8>, bytes: impl Iterator<Item = u8>, keep_slash: bool) {
    for byte in bytes {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if plain || (keep_slash && byte == b'/') {
            out.push(byte);
        } else {
            let digit = |value: u8| HEX_UPPER.get(usize::from(value)).copied().unwrap_or(b'0');
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 0x0f)]);
        }
    }
}

fn ascii(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

enum Step {
    Byte(u8),
    /// A `%` that is not followed by two hexadecimal digits.
    Broken,
}

struct Decoder<'a>(&'a [u8]);

impl Iterator for Decoder<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        if *first != b'%' {
            return Some(Step::Byte(*first));
        }
        if let [high, low, after @ ..] = rest
            && let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low))
        {
            self.0 = after;
            return Some(Step::Byte((high << 4) | low));
        }
        Some(Step::Broken)
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What AWS encodes and what it does not.
    #[test]
    fn encodes_all_but_the_unreserved() {
        assert_eq!(encode("AZaz09-._~"), "AZaz09-._~");
        assert_eq!(encode("a b+c/d=é*"), "a%20b%2Bc%2Fd%3D%C3%A9%2A");
        assert_eq!(encode_path("あ b/c.txt"), "%E3%81%82%20b/c.txt");
    }

    /// Text is decoded once, a plus is kept, and invalid input is rejected.
    #[test]
    fn decodes_once_and_strictly() {
        assert_eq!(decode("a%252Fb+c%e3%81%82").as_deref(), Some("a%2Fb+cあ"));
        for broken in ["%", "%4", "%zz", "%FF", "a%+1"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
        assert_eq!(decode_lossy("%zz%41%FF"), "%zzA\u{fffd}");
        assert_eq!(decode_form("a+b%2B").as_deref(), Some("a b+"));
    }

    proptest! {
        /// Any text survives encoding and decoding, with and without slashes kept.
        #[test]
        fn any_text_round_trips(text in ".*") {
            prop_assert_eq!(decode(&encode(&text)), Some(text.clone()));
            prop_assert_eq!(decode(&encode_path(&text)), Some(text));
        }

        /// Decoding anything at all ends without a panic.
        #[test]
        fn decoding_never_panics(text in ".*") {
            let _ = (decode(&text), decode_lossy(&text), decode_form(&text));
        }
    }
}
