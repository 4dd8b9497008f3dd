//! One file of the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::folder::FolderFile;
use super::super::frame::{HEADER_BYTES, Header};
use super::super::{Frame, FrameVisitor, Head, Tag};
use super::layout::{BLOCK_BYTES, FileHeader, file_name, length, next_offset};
use crate::StoreError;

/// What erases the header of a frame.
const BLANK: &[u8] = &[0; HEADER_BYTES];

/// What is known of a file of frames, open or not.
#[derive(Debug)]
pub(super) struct LogFile {
    pub(super) header: FileHeader,
    pub(super) bytes: u64,
    /// The offsets of the first frames, as many as were passed so far.
    marks: Mutex<Vec<u64>>,
}

/// The same, open.
#[derive(Debug)]
pub(super) struct OpenLogFile {
    pub(super) about: Arc<LogFile>,
    pub(super) file: Arc<dyn FolderFile>,
}

impl LogFile {
    pub(super) fn new(header: FileHeader, bytes: u64) -> Self {
        Self { header, bytes, marks: Mutex::default() }
    }

    /// Remembers where a frame begins, if it is the next one to be remembered.
    pub(super) fn mark(&self, position: u64, offset: u64) {
        let mut marks = held(&self.marks);
        if position.checked_sub(self.header.first) == Some(length(marks.len())) {
            marks.push(offset);
        }
    }

    /// The frame before or at `position` whose place is known: its position and offset.
    fn nearest(&self, position: u64) -> (u64, u64) {
        let marks = held(&self.marks);
        let wanted = usize::try_from(position.saturating_sub(self.header.first));
        let at = wanted.unwrap_or(usize::MAX).min(marks.len().saturating_sub(1));
        match marks.get(at) {
            Some(offset) => (self.header.first.saturating_add(length(at)), *offset),
            None => (self.header.first, BLOCK_BYTES),
        }
    }

    pub(super) fn damaged(&self, position: u64, what: &str) -> StoreError {
        let name = file_name(self.header.first);
        StoreError::corrupt(format_args!("frame {position} of the log, in `{name}`: {what}"))
    }
}

impl OpenLogFile {
    /// Writes a frame and syncs it.
    pub(super) fn append(&self, offset: u64, frame: &Frame) -> Result<(), StoreError> {
        self.file.write_at(frame.as_bytes(), offset)?;
        self.file.sync()?;
        self.about.mark(frame.position(), offset);
        Ok(())
    }

    /// Makes certain that no frame begins at `offset`.
    pub(super) fn erase(&self, offset: u64) -> Result<(), StoreError> {
        if self.about.bytes.saturating_sub(offset) < length(BLANK.len()) {
            // There is no room for a frame.
            return Ok(());
        }
        self.file.write_at(BLANK, offset)?;
        Ok(self.file.sync()?)
    }

    /// Reads the frames from `from` to `end`, both included, and returns the last one's head; `None`
    /// if the visitor broke.
    pub(super) fn read(
        &self,
        from: u64,
        end: u64,
        before: Option<Head>,
        visitor: &mut FrameVisitor<'_>,
    ) -> Result<Option<Head>, StoreError> {
        let about = &self.about;
        let (mut position, mut offset) = about.nearest(from);
        let mut before = before.filter(|before| before.position.checked_add(1) == Some(position));
        if position == about.header.first {
            before = Some(about.header.head_before());
        }
        loop {
            let nothing = || about.damaged(position, "no frame begins where it should");
            let header = self.header_at(offset)?.ok_or_else(nothing)?;
            let is_next = before.map_or(header.position == position, |head| header.follows(&head));
            if !is_next {
                return Err(about.damaged(position, "it does not follow the frame before it"));
            }
            about.mark(position, offset);
            let head = if position >= from {
                let frame = self.frame_at(offset, &header)?.ok_or_else(nothing)?;
                let head = frame.head();
                if visitor(frame)?.is_break() {
                    return Ok(None);
                }
                head
            } else {
                Head { position, tag: self.tag_at(offset, &header)? }
            };
            before = Some(head);
            if position >= end {
                return Ok(Some(head));
            }
            offset = next_offset(offset, length(header.frame_len()));
            position = position.saturating_add(1);
        }
    }

    /// The header of a frame at `offset`, if there is one; its frame may be longer than the file.
    pub(super) fn frame_header_at(&self, offset: u64) -> Result<Option<Header>, StoreError> {
        let mut head = [0; HEADER_BYTES];
        if self.about.bytes.saturating_sub(offset) < length(HEADER_BYTES) {
            return Ok(None);
        }
        self.file.read_at(&mut head, offset)?;
        Ok(Header::read(&head))
    }

    /// The header of a frame that the file has room for.
    pub(super) fn header_at(&self, offset: u64) -> Result<Option<Header>, StoreError> {
        let room = self.about.bytes.saturating_sub(offset);
        let header = self.frame_header_at(offset)?;
        Ok(header.filter(|header| length(header.frame_len()) <= room))
    }

    pub(super) fn frame_at(
        &self,
        offset: u64,
        header: &Header,
    ) -> Result<Option<Frame>, StoreError> {
        let mut bytes = vec![0; header.frame_len()];
        self.file.read_at(&mut bytes, offset)?;
        Ok(Frame::read(bytes))
    }

    pub(super) fn tag_at(&self, offset: u64, header: &Header) -> Result<Tag, StoreError> {
        let mut tag = Tag::default();
        let behind = header.frame_len().saturating_sub(tag.len());
        self.file.read_at(&mut tag, offset.saturating_add(length(behind)))?;
        Ok(tag)
    }
}

pub(super) fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
