//! Writes the log of a new data directory from frames of another one.

use std::path::Path;

use super::super::folder::OsFolder;
use super::super::{Frame, Head, out_of_turn};
use super::LogSettings;
use super::allocate::{Begun, begin_file};
use super::layout::{BLOCK_BYTES, FileHeader, length, next_offset};
use crate::StoreError;
use crate::log::LOG_FOLDER;

/// A log that is being written, file by file: a file is synced when it is full, not with each frame.
#[derive(Debug)]
pub struct LogImport {
    folder: OsFolder,
    settings: LogSettings,
    file: Begun,
    /// The position of its first frame.
    first: u64,
    offset: u64,
    head: Head,
}

impl LogImport {
    /// Begins the log of the data directory `data`, which must have none, after the frame `before`.
    pub fn begin(data: &Path, settings: LogSettings, before: Head) -> Result<Self, StoreError> {
        let folder = OsFolder::created(&data.join(LOG_FOLDER))?;
        let first = before.position.saturating_add(1);
        let header = FileHeader { first, previous: before.tag, after: 0 };
        let file = begin_file(&folder, settings.first_file_bytes, header, 0)?;
        Ok(Self { folder, settings, file, first, offset: BLOCK_BYTES, head: before })
    }

    /// Adds the frame that follows. Whether it is authentic is the caller's question.
    pub fn append(&mut self, frame: &Frame) -> Result<(), StoreError> {
        if !frame.follows(&self.head) {
            return Err(out_of_turn(frame, &self.head));
        }
        let len = length(frame.as_bytes().len());
        if self.offset.saturating_add(len) > self.file.bytes {
            self.file.file.sync()?;
            let (first, after) = (frame.position(), self.first);
            let header = FileHeader { first, previous: self.head.tag, after };
            let bytes = self.file.bytes.saturating_mul(2);
            let bytes = bytes.max(self.settings.first_file_bytes).min(self.settings.file_bytes);
            self.file = begin_file(&self.folder, bytes, header, len)?;
            (self.first, self.offset) = (first, BLOCK_BYTES);
        }
        self.file.file.write_at(frame.as_bytes(), self.offset)?;
        self.offset = next_offset(self.offset, len);
        self.head = frame.head();
        Ok(())
    }

    /// Makes all of it durable, and returns its newest frame.
    pub fn finish(self) -> Result<Head, StoreError> {
        self.file.file.sync()?;
        Ok(self.head)
    }
}
