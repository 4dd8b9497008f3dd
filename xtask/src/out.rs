//! The output of development tasks.

use std::io::{Write, stderr, stdout};

/// Prints a milestone.
pub(crate) fn note(text: &str) {
    let _ = writeln!(stderr(), "xtask: {text}");
}

/// Prints why a task failed.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(stderr(), "xtask: error: {text}");
}

/// Prints the output that was requested.
pub(crate) fn data(text: &str) {
    let _ = writeln!(stdout(), "{text}");
}

/// Prints another program's output unchanged.
pub(crate) fn raw(output: &[u8]) {
    let _ = stderr().write_all(output);
}
