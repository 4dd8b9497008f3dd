//! The open files of a log, of which there are few however many files the log has.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};

use super::super::folder::{FolderFile, LogFolder};
use super::layout::file_name;
use super::log_file::held;
use crate::StoreError;

/// The maximum number of files that stay open for later readers. A reader keeps its own open until
/// it is done with it.
pub(super) const OPEN_FILES_MAX: usize = 8;

/// Opens files when they are read, and keeps those that were read last.
#[derive(Debug)]
pub(super) struct OpenFiles {
    folder: Arc<dyn LogFolder>,
    /// By their first positions, the one that was used last at the end.
    open: Mutex<VecDeque<(u64, Arc<dyn FolderFile>)>>,
}

impl OpenFiles {
    pub(super) fn of(folder: Arc<dyn LogFolder>) -> Self {
        Self { folder, open: Mutex::default() }
    }

    /// The file whose first frame has this position.
    ///
    /// Errors with [`StoreError::is_missing`] if it was trimmed.
    pub(super) fn open(&self, first: u64) -> Result<Arc<dyn FolderFile>, StoreError> {
        let mut open = held(&self.open);
        let place = open.iter().position(|(own, _)| *own == first);
        let file = match place.and_then(|place| open.remove(place)) {
            Some((_, file)) => file,
            None => self.folder.open(&file_name(first)).map_err(|error| {
                if error.kind() == ErrorKind::NotFound {
                    StoreError::missing(format_args!("`{}` is gone", file_name(first)))
                } else {
                    error.into()
                }
            })?,
        };
        while open.len() >= OPEN_FILES_MAX {
            open.pop_front();
        }
        open.push_back((first, Arc::clone(&file)));
        Ok(file)
    }

    /// Closes a file, or lets its readers close it.
    pub(super) fn close(&self, first: u64) {
        held(&self.open).retain(|(own, _)| *own != first);
    }
}
