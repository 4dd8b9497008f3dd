//! The log: what a commit makes durable. Frames, sealed and chained, in the order of their
//! positions; rows and events can be made from them.
//!
//! A [`Log`] stores frames without understanding them; a [`Sealer`] makes them, an [`Opener`]
//! authenticates one of them. Each frame names the tag of the one before it, and a reader of
//! several compares these ([`Frame::follows`]), so that a frame that was changed, moved, dropped or
//! put in is noticed by every holder of the key.
//!
//! A frame is written only after the one before it is durable. Hence only the newest may be torn,
//! by a crash while it was written: it was never acknowledged, and is cut. A broken frame that has
//! a sound one behind it is damage, and nothing is served then.

mod file;
mod folder;
mod frame;
mod memory;
mod payload;

use std::fmt;
use std::ops::ControlFlow;

pub(crate) use file::is_log_file;
pub use file::{FileLog, LiveLog, LogImport, LogSettings};
pub use folder::{FolderFile, Lock, LogFolder};
pub use frame::{Frame, Opener, Sealer};
pub use memory::{LogFault, MemoryLog};
pub(crate) use payload::EventRef;
pub use payload::{Change, Changes, Payload};

use crate::StoreError;

/// The folder of the log within the data directory.
pub(crate) const LOG_FOLDER: &str = "log";

/// What authenticates a frame, and by which the next one names it.
pub type Tag = [u8; 16];

/// The newest frame of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Its position; positions have no gaps. 0 while there is no frame: the first has 1.
    pub position: u64,
    /// Its tag; zeros while there is no frame.
    pub tag: Tag,
}

/// A point of the log: a frame, and what the frames up to it amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogPoint {
    /// The frame.
    pub(crate) head: Head,
    /// The number of the first event after it.
    pub(crate) next_seq: u64,
}

impl LogPoint {
    /// Before the first frame.
    pub(crate) const START: Self = Self { head: Head { position: 0, tag: [0; 16] }, next_seq: 1 };

    /// Position (8), tag (16), number of the next event (8).
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (position, next_seq) = (self.head.position.to_be_bytes(), self.next_seq.to_be_bytes());
        [position.as_slice(), &self.head.tag, &next_seq].concat()
    }

    /// `None` if these bytes are no point.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (position, rest) = bytes.split_first_chunk()?;
        let (tag, rest) = rest.split_first_chunk()?;
        let (next_seq, []) = rest.split_first_chunk()? else { return None };
        let head = Head { position: u64::from_be_bytes(*position), tag: *tag };
        Some(Self { head, next_seq: u64::from_be_bytes(*next_seq) })
    }
}

/// Called with one frame after the other until it breaks; an error is the result of the reading.
pub(crate) type FrameVisitor<'v> = dyn FnMut(Frame) -> Result<ControlFlow<()>, StoreError> + 'v;

/// An append-only sequence of frames: what was appended is durable, and is never different later.
pub trait Log: fmt::Debug + Send + Sync + 'static {
    /// The newest durable frame.
    fn head(&self) -> Result<Head, StoreError>;

    /// The exclusive right to append, until it is dropped; waits for it.
    ///
    /// Errors after a failed append, until [`Log::settle`] has succeeded.
    fn turn(&self) -> Result<Box<dyn LogTurn + '_>, StoreError>;

    /// Finds out what became of an append that failed: afterwards [`Log::head`] is exact, and
    /// appending may go on.
    fn settle(&self) -> Result<Head, StoreError>;

    /// The position of the oldest frame that it still has; the next one's if it has none.
    fn first(&self) -> Result<u64, StoreError>;

    /// Reads the frames from position `from` on, ascending, up to the head of the moment, until
    /// `visitor` breaks.
    ///
    /// Errors with [`StoreError::is_missing`] when `from` was trimmed, and with
    /// [`StoreError::is_corrupt`] where a frame cannot be delimited or does not name the one before
    /// it. Whether a frame is authentic is the [`Opener`]'s question.
    fn read(&self, from: u64, visitor: &mut FrameVisitor<'_>) -> Result<(), StoreError>;

    /// The bytes that it takes where it is stored.
    fn bytes(&self) -> Result<u64, StoreError>;

    /// How many of them can be freed only once the frames after `position` are not needed; about, at
    /// most all.
    fn bytes_after(&self, position: u64) -> Result<u64, StoreError> {
        let _ = position;
        self.bytes()
    }

    /// Makes ready what the next appends will need, so that they do not have to.
    fn prepare(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Whether what the next appends will need is ready.
    fn is_prepared(&self) -> bool {
        true
    }

    /// Allows the log to delete frames before position `before`; it may keep some of them.
    fn trim(&self, before: u64) -> Result<(), StoreError>;
}

/// A turn at a log.
pub trait LogTurn {
    /// The newest frame; the next one has to follow it.
    fn head(&self) -> Head;

    /// Appends a frame that follows the head, and returns once it is durable.
    ///
    /// On an error it is unknown whether the frame is there, and the turn is of no further use.
    fn append(&mut self, frame: &Frame) -> Result<Head, StoreError>;
}

/// A frame that does not follow the head, or after a failure.
fn out_of_turn(frame: &Frame, head: &Head) -> StoreError {
    let (position, newest) = (frame.position(), head.position);
    StoreError::engine(format_args!("frame {position} was appended after frame {newest}"))
}

/// Shows these frames until `visitor` breaks.
fn each(
    frames: impl IntoIterator<Item = Frame>,
    visitor: &mut FrameVisitor<'_>,
) -> Result<(), StoreError> {
    for frame in frames {
        if visitor(frame)?.is_break() {
            break;
        }
    }
    Ok(())
}
