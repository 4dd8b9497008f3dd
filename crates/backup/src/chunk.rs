//! Stretches of frames, as they are in a backup.

use std::ops::ControlFlow;
use std::sync::Arc;

use keys::{Keyring, SecretBytes};
use store::{Changes, Frame, Head, Opener, StoreError};
use types::Timestamp;

use crate::manifest::Chunk;
use crate::merging::FULL_BYTES;
use crate::part::{Hash, Part};
use crate::{BackupError, Place};

/// The longest chunk that is read: one frame more than it takes to close it.
const BYTES_MAX: u64 = 2 << 30;

/// The chunk that frames are added to.
#[derive(Debug)]
pub(crate) struct OpenChunk {
    bytes: Vec<u8>,
    first: u64,
    before: Head,
    head: Head,
    newest: Option<Timestamp>,
}

impl OpenChunk {
    /// An empty one, after this frame.
    pub(crate) fn after(head: Head) -> Self {
        let first = head.position.saturating_add(1);
        Self { bytes: Vec::new(), first, before: head, head, newest: None }
    }

    /// What chunks from `first` to `last` amount to, whose `bytes` are one behind the other.
    pub(crate) fn merged(
        first: &Chunk,
        last: &Chunk,
        newest: Option<Timestamp>,
        bytes: Vec<u8>,
    ) -> Self {
        Self { bytes, first: first.first, before: first.before(), head: last.head(), newest }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Notes when an event of the next frame happened.
    pub(crate) fn note_event(&mut self, time: Timestamp) {
        self.newest = self.newest.max(Some(time));
    }

    pub(crate) fn add(&mut self, frame: &Frame) {
        self.bytes.extend_from_slice(frame.as_bytes());
        self.head = frame.head();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX) >= FULL_BYTES
    }

    /// Writes it, as it is now.
    pub(crate) fn write(&self, place: &Place) -> Result<Chunk, BackupError> {
        let len = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let part = Part { len, sha256: Hash::of(&self.bytes) };
        let (first, last) = (self.first, self.head.position);
        let (before, tag) = (self.before.tag, self.head.tag);
        let chunk = Chunk { first, last, before, tag, newest: self.newest, part };
        place.put(&chunk.name(), self.bytes.clone())?;
        Ok(chunk)
    }
}

/// Called with a frame and its payload.
pub(crate) type Visitor<'v> =
    dyn FnMut(Frame, SecretBytes) -> Result<ControlFlow<()>, BackupError> + 'v;

/// Shows the frames of a chunk, each verified; whether the visitor broke.
pub(crate) fn visit(
    place: &Place,
    chunk: &Chunk,
    keyring: &Arc<Keyring>,
    visitor: &mut Visitor<'_>,
) -> Result<ControlFlow<()>, BackupError> {
    let name = chunk.name();
    if chunk.part.len > BYTES_MAX {
        return Err(BackupError::damaged(format_args!("`{name}` is longer than it can be")));
    }
    let bytes = place.get_part(&name, &chunk.part)?;
    let (mut rest, mut last) = (bytes.as_ref(), chunk.before());
    let mut opener = Opener::new(Arc::clone(keyring));
    while !rest.is_empty() {
        let frame = Frame::read_from(&mut rest)?.filter(|frame| frame.follows(&last));
        let next = last.position.saturating_add(1);
        let frame = frame.ok_or_else(|| {
            BackupError::damaged(format_args!("`{name}`: frame {next} is not where it should be"))
        })?;
        last = frame.head();
        let payload = opener.open(&frame).and_then(|payload| {
            Changes::of(payload.as_bytes())?.try_for_each(|change| change.map(drop))?;
            Ok::<_, StoreError>(payload)
        });
        let payload = payload.map_err(|error| {
            BackupError::damaged(format_args!("`{name}`: {}", types::error_chain(&error)))
        })?;
        if visitor(frame, payload)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    if last == chunk.head() {
        Ok(ControlFlow::Continue(()))
    } else {
        Err(BackupError::damaged(format_args!("`{name}` ends with another frame")))
    }
}
