//! What chores print.

use std::io::{Write, stderr, stdout};

/// A milestone.
pub(crate) fn say(text: &str) {
    let _ = writeln!(stderr(), "xtask: {text}");
}

/// Why it failed.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(stderr(), "xtask: error: {text}");
}

/// What a chore was asked for.
pub(crate) fn data(text: &str) {
    let _ = writeln!(stdout(), "{text}");
}

/// What another program said, as it said it.
pub(crate) fn raw(said: &[u8]) {
    let _ = stderr().write_all(said);
}
