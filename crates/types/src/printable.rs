use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a terminal or a reader could be misled by the character: it moves the cursor, begins an
/// escape sequence, ends the line, or turns the direction of the text around it.
///
/// Source: Unicode Standard Annex #9, "Directional Formatting Characters"; Annex #14, for what ends
/// a line.
pub fn is_printable(character: char) -> bool {
    let turns = matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends_line = matches!(character, '\u{2028}' | '\u{2029}');
    // Both sets of control characters, and the one at their end.
    !character.is_control() && !turns && !ends_line
}

/// Converts untrusted text to one printable line: unprintable characters are escaped as `\n` or
/// `\u{1b}`. Everything else is unchanged, including backslashes.
///
/// Object keys, user names and messages may contain any character; only this makes them safe for a
/// terminal.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_printable(character) => shown.push(character),
            // Writing to a `String` cannot fail.
            _ => _ = write!(shown, "{}", character.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Misleading characters are escaped, and ordinary text is unchanged.
    #[test]
    fn only_misleading_characters_are_escaped() {
        for (text, want) in [
            ("AWSLogs/監査/a b.json.gz", "AWSLogs/監査/a b.json.gz"),
            ("\\n é \u{1f469}\u{200d}\u{1f4bb}", "\\n é \u{1f469}\u{200d}\u{1f4bb}"),
            ("a\u{1b}[2J\u{7}b", "a\\u{1b}[2J\\u{7}b"),
            ("\u{9b}31m\u{7f}\0", "\\u{9b}31m\\u{7f}\\u{0}"),
            ("a\tvalid\r\nb", "a\\tvalid\\r\\nb"),
            ("gpj.\u{202e}exe", "gpj.\\u{202e}exe"),
            ("\u{2066}\u{2069}\u{200f}\u{2028}", "\\u{2066}\\u{2069}\\u{200f}\\u{2028}"),
        ] {
            assert_eq!(printable(text), want);
            assert!(printable(text).chars().all(is_printable));
        }
        assert!(matches!(printable("plain"), Cow::Borrowed("plain")));
    }
}
