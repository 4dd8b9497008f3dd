//! Lines of text that are data.

use crate::TlogError;

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
