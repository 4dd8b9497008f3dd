//! Writes the log of a new data directory from frames of another one.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{Frame, Head, out_of_turn};
use super::allocate::begin_file;
use super::layout::{BLOCK_BYTES, FileHeader, length, next_offset};
use super::log_file::LogFile;
use super::{LogSettings, remove_if_there};
use crate::StoreError;
use crate::log::LOG_FOLDER;

/// A log that is being written, file by file: a file is synced when it is full, not with each frame.
#[derive(Debug)]
pub struct LogImport {
    folder: PathBuf,
    settings: LogSettings,
    file: Arc<LogFile>,
    offset: u64,
    head: Head,
}

impl LogImport {
    /// Begins the log of the data directory `data`, which must have none, after the frame `before`.
    pub fn begin(data: &Path, settings: LogSettings, before: Head) -> Result<Self, StoreError> {
        let folder = data.join(LOG_FOLDER);
        DirBuilder::new().mode(0o700).create(&folder)?;
        let header = FileHeader { first: before.position.saturating_add(1), previous: before.tag };
        let file = begin_file(&folder, settings.first_file_bytes, header, 0)?;
        Ok(Self { folder, settings, file, offset: BLOCK_BYTES, head: before })
    }

    /// Adds the frame that follows. Whether it is authentic is the caller's question.
    pub fn append(&mut self, frame: &Frame) -> Result<(), StoreError> {
        if !frame.follows(&self.head) {
            return Err(out_of_turn(frame, &self.head));
        }
        let len = length(frame.as_bytes().len());
        if self.offset.saturating_add(len) > self.file.bytes {
            self.file.file.sync_data()?;
            let header = FileHeader { first: frame.position(), previous: self.head.tag };
            let bytes = self.file.bytes.saturating_mul(2);
            let bytes = bytes.max(self.settings.first_file_bytes).min(self.settings.file_bytes);
            self.file = begin_file(&self.folder, bytes, header, len)?;
            self.offset = BLOCK_BYTES;
        }
        self.file.file.write_all_at(frame.as_bytes(), self.offset)?;
        self.offset = next_offset(self.offset, len);
        self.head = frame.head();
        Ok(())
    }

    /// Makes all of it durable, and returns its newest frame.
    pub fn finish(self) -> Result<Head, StoreError> {
        self.file.file.sync_data()?;
        remove_if_there(&self.folder.join(super::UNFINISHED_FILE))?;
        Ok(self.head)
    }
}
