//! What chores print.

use std::io::{Write, stderr};

/// A milestone.
pub(crate) fn say(text: &str) {
    let _ = writeln!(stderr(), "xtask: {text}");
}

/// Why it failed.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(stderr(), "xtask: error: {text}");
}

/// What another program said, as it said it.
pub(crate) fn raw(said: &[u8]) {
    let _ = stderr().write_all(said);
}
