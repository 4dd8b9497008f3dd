//! All that the command prints: data to standard output, progress to standard error and only on a
//! terminal, complaints to standard error.
//!
//! A reader that has gone away, as `head` does, is no error.

use std::io::{IsTerminal, Write, stderr, stdout};

use serde_json::Value;

/// Where a verb prints to, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    json: bool,
    progress: bool,
}

impl Out {
    /// For people, or as one JSON document a line.
    pub(crate) fn new(json: bool) -> Self {
        Self { json, progress: !json && stderr().is_terminal() }
    }

    /// A line of data for people.
    pub(crate) fn text(self, line: &str) {
        if !self.json {
            let _ = writeln!(stdout(), "{line}");
        }
    }

    /// A line of data for programs.
    pub(crate) fn value(self, value: &Value) {
        if self.json {
            let _ = writeln!(stdout(), "{value}");
        }
    }

    /// What is going on, in the place of what was going on before.
    pub(crate) fn progress(self, text: &str) {
        if self.progress {
            let mut to = stderr();
            let _ = write!(to, "\r\x1b[K{text}");
            let _ = to.flush();
        }
    }

    /// Takes the progress away.
    pub(crate) fn progress_done(self) {
        self.progress("");
    }
}

/// Bytes to standard output, as they are.
pub(crate) fn raw(text: &str) {
    let _ = stdout().write_all(text.as_bytes());
}

/// Bytes to standard error, as they are.
pub(crate) fn raw_complaint(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

/// A line to standard error, whatever the form: why something cannot be done.
pub(crate) fn complain(text: &str) {
    raw_complaint(&format!("shoseki: {text}\n"));
}

/// Whether somebody sees what standard error says.
pub(crate) fn is_watched() -> bool {
    stderr().is_terminal()
}
