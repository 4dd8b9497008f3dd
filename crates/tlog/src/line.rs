//! Lines of text that are data.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Hash, TlogError};

/// A number in decimal digits, in its only spelling.
pub(crate) fn number(text: &str) -> Result<u64, TlogError> {
    let malformed = TlogError::Malformed("not a number without leading zeros");
    let number: u64 = text.parse().map_err(|_| malformed.clone())?;
    if number.to_string() == text { Ok(number) } else { Err(malformed) }
}

/// A text that consists of whole lines, as its lines.
pub(crate) fn lines(text: &str) -> Result<impl Iterator<Item = &str>, TlogError> {
    let whole = text.strip_suffix('\n');
    Ok(whole.ok_or(TlogError::Malformed("the last line does not end"))?.split('\n'))
}

/// Splits a text at its first empty line: the lines before it, and all after it.
pub(crate) fn sections(text: &str) -> Result<(&str, &str), TlogError> {
    if let Some(rest) = text.strip_prefix('\n') {
        return Ok(("", rest));
    }
    let at = text.find("\n\n").ok_or(TlogError::Malformed("there is no empty line"))?;
    let (before, rest) = text.split_at(at.saturating_add(1));
    Ok((before, rest.strip_prefix('\n').unwrap_or(rest)))
}

/// A hash as a line of text has it.
pub(crate) fn print_hash(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

/// The hash that a line of text has.
pub(crate) fn hash(text: &str) -> Result<Hash, TlogError> {
    let malformed = || TlogError::Malformed("a hash is not 32 bytes in base64");
    let bytes = STANDARD.decode(text).map_err(|_| malformed())?;
    bytes.try_into().map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf_hash;

    /// Only the one spelling of 32 bytes is a hash.
    #[test]
    fn a_hash_has_one_spelling() {
        let hash = leaf_hash(b"x");
        let text = print_hash(&hash);
        assert_eq!(super::hash(&text), Ok(hash));
        let unpadded = text.trim_end_matches('=').to_owned();
        for bad in ["", "AA==", "-", &unpadded, &format!("{text} "), &"A".repeat(43)] {
            assert!(super::hash(bad).is_err(), "{bad}");
        }
    }
}
