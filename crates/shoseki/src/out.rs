//! All output of the command: data to standard output, progress to standard error if it is a
//! terminal, errors to standard error.
//!
//! A reader that has closed the pipe, as `head` does, is not an error.
//!
//! INVARIANT: no character reaches a terminal that could move its cursor, begin an escape sequence
//! or change the direction of text: object keys, names and messages are untrusted input. All output
//! passes through this module, which escapes it as [`printable`] does.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write, stderr, stdout};

use serde_json::Value;
use types::{is_printable, printable};

use crate::process;

/// Where a command prints to, and in which format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    json: bool,
    progress: bool,
}

impl Out {
    /// As text, or as one JSON document per line.
    pub(crate) fn new(json: bool) -> Self {
        let progress = !json && stderr().is_terminal() && process::has_escapes();
        Self { json, progress }
    }

    /// A line of text; a line feed in it is untrusted and is escaped.
    pub(crate) fn text(self, line: &str) {
        if !self.json {
            let _ = writeln!(stdout(), "{}", printable(line));
        }
    }

    /// Lines of text.
    pub(crate) fn lines(self, text: &str) {
        if !self.json {
            let _ = writeln!(stdout(), "{}", printable_lines(text));
        }
    }

    /// A result and its subject; the first word is green or red on a colour terminal.
    pub(crate) fn verdict(self, line: &str, is_good: bool) {
        if !self.json {
            let _ = writeln!(stdout(), "{}", painted(line, is_good, has_colours()));
        }
    }

    /// A line of machine-readable data.
    pub(crate) fn value(self, value: &Value) {
        if self.json {
            let _ = writeln!(stdout(), "{}", printable_json(value));
        }
    }

    /// Shows the current activity, replacing the previous one.
    pub(crate) fn progress(self, text: &str) {
        if self.progress {
            let mut to = stderr();
            let _ = write!(to, "\r\x1b[K{}", printable(text));
            let _ = to.flush();
        }
    }

    /// Clears the progress line.
    pub(crate) fn progress_done(self) {
        self.progress("");
    }
}

/// Writes text to standard output, keeping line feeds and tabs.
pub(crate) fn plain(text: &str) {
    let _ = stdout().write_all(printable_lines(text).as_bytes());
}

/// Writes a generated file to standard output unchanged: a script, a man page.
pub(crate) fn bytes(file: &[u8]) {
    let _ = stdout().write_all(file);
}

/// Whether standard output supports colours and they are enabled.
fn has_colours() -> bool {
    stdout().is_terminal() && process::has_escapes() && process::wants_colours()
}

/// A line whose first word is green or red.
fn painted(line: &str, is_good: bool, has_colours: bool) -> String {
    let line = printable_lines(line);
    let end = line.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    if !has_colours || word.is_empty() {
        return line.into_owned();
    }
    let colour = if is_good { 32 } else { 31 };
    format!("\x1b[1;{colour}m{word}\x1b[0m{rest}")
}

/// Writes text to standard error, keeping line feeds and tabs.
pub(crate) fn plain_complaint(text: &str) {
    let _ = stderr().write_all(printable_lines(text).as_bytes());
}

/// Writes an error to standard error, in any format.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(stderr(), "shoseki: {}", printable(text));
}

/// Whether standard error is a terminal.
pub(crate) fn is_watched() -> bool {
    stderr().is_terminal()
}

/// Like [`printable`], but keeps line feeds and tabs.
pub(crate) fn printable_lines(text: &str) -> Cow<'_, str> {
    let is_ours = |character: char| matches!(character, '\n' | '\t');
    if text.chars().all(|character| is_printable(character) || is_ours(character)) {
        return Cow::Borrowed(text);
    }
    let pieces = text.split_inclusive(is_ours).flat_map(|piece| {
        let line = piece.trim_end_matches(is_ours);
        [printable(line), Cow::Borrowed(piece.strip_prefix(line).unwrap_or_default())]
    });
    Cow::Owned(pieces.collect())
}

/// One line of JSON. The serializer escapes some control characters; this escapes the others, which
/// occur only in strings, where `\u` is equivalent.
fn printable_json(value: &Value) -> String {
    let mut shown = String::new();
    for character in value.to_string().chars() {
        if is_printable(character) {
            shown.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HOSTILE: &str = "k\u{1b}]0;t\u{7}\u{9b}31m\u{202e}\u{7f}\r\n\u{2028}監査";

    /// Of the non-text characters in untrusted input, only our own line feeds and tabs remain.
    #[test]
    fn lines_keep_their_own_line_feeds_and_tabs() {
        let shown = printable_lines(HOSTILE);
        let rest: Vec<char> = shown.chars().filter(|one| !is_printable(*one)).collect();
        assert_eq!(rest, ['\n'], "{shown}");
        assert_eq!(printable_lines("Log file\tkey\tvalid\n\n"), "Log file\tkey\tvalid\n\n");
        assert_eq!(printable_lines("a\u{1b}\tb\r\n"), "a\\u{1b}\tb\\r\n");
    }

    /// Only the first word is coloured, and only if colours are enabled.
    #[test]
    fn verdicts_have_a_colour_on_a_terminal() {
        assert_eq!(painted("VALID: 3/3", true, true), "\x1b[1;32mVALID\x1b[0m: 3/3");
        assert_eq!(painted("INVALID: 2/3", false, true), "\x1b[1;31mINVALID\x1b[0m: 2/3");
        assert_eq!(painted("VALID: 3/3", true, false), "VALID: 3/3");
        assert_eq!(painted("INVALID: \u{1b}[0m", false, false), "INVALID: \\u{1b}[0m");
    }

    /// Escaped JSON is still JSON with the same value.
    #[test]
    fn json_is_escaped_and_stays_the_same() {
        let value = json!({ HOSTILE: [HOSTILE, 1, null] });
        let shown = printable_json(&value);
        assert!(shown.chars().all(is_printable), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
    }
}
