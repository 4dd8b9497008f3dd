//! User metadata that HTTP's headers cannot carry: encoded words.
//!
//! Source: RFC 2047; S3 User Guide, "User-defined object metadata": a value in the header's bytes
//! is ISO-8859-1. Observed: the format of responses is the one that Java's mail library writes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Characters of encoded text in one word.
///
/// Source: RFC 2047, section 2: a word has 75 characters at most, `=?UTF-8?B?` and `?=` included.
const WORD_CHARS_MAX: usize = 63;

/// A value as clients see it: as it is, or in encoded words if it has letters that are not ASCII, or
/// control characters.
///
/// Observed: base64 where most characters are such.
pub(crate) fn encode(value: &str) -> String {
    if value.chars().all(is_plain) {
        return value.to_owned();
    }
    let ascii = value.chars().filter(|letter| is_plain(*letter)).count();
    let letter = if ascii > value.chars().count().saturating_sub(ascii) { 'Q' } else { 'B' };
    let mut words = Vec::new();
    push_words(&mut words, value, letter);
    words.join(" ")
}

fn is_plain(letter: char) -> bool {
    matches!(letter, ' '..='~' | '\t')
}

// INVARIANT: each step has half of the characters, so that the recursion ends.
fn push_words(words: &mut Vec<String>, text: &str, letter: char) {
    let encoded = if letter == 'Q' { quoted(text) } else { STANDARD.encode(text) };
    let half = text.chars().count() / 2;
    let middle = text.char_indices().nth(half).map(|(place, _)| place).unwrap_or_default();
    match text.split_at_checked(middle) {
        Some((left, right)) if encoded.len() > WORD_CHARS_MAX && !left.is_empty() => {
            push_words(words, left, letter);
            push_words(words, right, letter);
        }
        _ => words.push(format!("=?UTF-8?{letter}?{encoded}?=")),
    }
}

fn quoted(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b' ' => "_".to_owned(),
        0x21..=0x7e if !b"=_?".contains(&byte) => char::from(byte).to_string(),
        _ => format!("={byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// The value that the bytes of a header represent.
///
/// Observed: invalid UTF-8 within a word becomes U+FFFD.
pub(crate) fn decode(raw: &[u8]) -> String {
    let text: String = raw.iter().copied().map(char::from).collect();
    if !text.contains("=?") {
        return text;
    }
    let (mut out, mut after_word) = (String::new(), false);
    for piece in text.split(' ') {
        let word = word(piece);
        // Source: RFC 2047, section 6.2: the space between two words is none.
        let joined = after_word && word.is_some();
        if !out.is_empty() && !joined {
            out.push(' ');
        }
        after_word = word.is_some();
        out.push_str(word.as_deref().unwrap_or(piece));
    }
    out
}

/// The text of an encoded word; `None` for anything else.
fn word(piece: &str) -> Option<String> {
    let inner = piece.strip_prefix("=?")?.strip_suffix("?=")?;
    let (charset, rest) = inner.split_once('?')?;
    let (encoding, text) = rest.split_once('?')?;
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(text).ok()?,
        "Q" | "q" => unquoted(text),
        _ => return None,
    };
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => Some(String::from_utf8_lossy(&bytes).into_owned()),
        "iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

fn unquoted(text: &str) -> Vec<u8> {
    let escaped = text.replace('%', "%25").replace('=', "%").replace('_', " ");
    wire::uri::decode_bytes(&escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Observed: the first three in a header's query, in a form, and as bad base64.
    #[test]
    fn values_are_encoded_as_java_does() {
        for (value, want) in [
            ("non-ascii-%E2%80%94_—_é_", "=?UTF-8?Q?non-ascii-%E2%80%94=5F=E2=80=94=5F=C3=A9=5F?="),
            ("ÄMÄZÕÑ S3", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="),
            ("\u{fffd}a\u{fffd}", "=?UTF-8?B?77+9Ye+/vQ==?="),
            ("=?UTF-8?B?YWJj?=", "=?UTF-8?B?YWJj?="),
            ("plain", "plain"),
            ("\0\u{1}\u{2}\u{3}\u{4}", "=?UTF-8?B?AAECAwQ=?="),
            ("a\r\nx: y", "=?UTF-8?Q?a=0D=0Ax:_y?="),
        ] {
            assert_eq!(encode(value), want);
        }
        let long = encode(&"あ".repeat(30));
        assert!(long.split(' ').all(|word| word.len() <= 75), "{long}");
        assert_eq!(decode(long.as_bytes()), "あ".repeat(30));
    }

    #[test]
    fn words_are_decoded_and_other_bytes_are_latin() {
        for (raw, want) in [
            ("=?UTF-8?B?w4RNw4Raw5XDkSBTMw==?=", "ÄMÄZÕÑ S3"),
            ("=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=", "ÄMÄZÕÑ S3"),
            ("=?ISO-8859-1?Q?=C4?= and =?UTF-8?Q?a?= =?UTF-8?Q?b?=", "Ä and ab"),
            ("=?UTF-8?B?4WHh?=", "\u{fffd}a\u{fffd}"),
            ("=?UTF-8?X?a?=", "=?UTF-8?X?a?="),
            ("=?", "=?"),
            ("a=b%41", "a=b%41"),
        ] {
            assert_eq!(decode(raw.as_bytes()), want, "{raw}");
        }
        assert_eq!(decode(&[0xc4, b'M']), "ÄM");
    }
}
