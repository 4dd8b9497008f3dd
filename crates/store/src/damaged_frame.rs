//! A frame of the log that a backup found damaged while it followed the log. The server does not read
//! its newest frames again, and would notice only at its next start.
//!
//! The note is a file of the data directory, because a backup is a process of its own.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::{StoreError, cursors};

/// Its name within the folder of cursors; its content is the position in digits.
const FILE: &str = "damaged-frame";

fn path(data: &Path) -> PathBuf {
    data.join(cursors::FOLDER).join(FILE)
}

/// The position of a frame that was found damaged. What cannot be read is no note.
pub(crate) fn noted(data: &Path) -> Option<u64> {
    let Ok(text) = fs::read_to_string(path(data)) else { return None };
    let Ok(position) = text.parse() else { return None };
    Some(position)
}

/// Notes that a frame is damaged. It is an error anyway: what fails here is only reported.
pub(crate) fn note(data: &Path, position: u64) {
    if noted(data) == Some(position) {
        return;
    }
    if let Err(error) = cursors::write_file(data, FILE, position.to_string().as_bytes()) {
        let error = types::error_chain(&error);
        tracing::warn!(error, "cannot note for the server that a frame of its log is damaged");
    }
}

/// Takes the note back: the frames up to the newest one were found intact.
pub(crate) fn take_back(data: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path(data)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
