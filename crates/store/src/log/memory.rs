use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Frame, FrameVisitor, Head, Log, LogTurn};
use crate::StoreError;

/// A failure that a [`MemoryLog`] produces once, on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFault {
    /// The disk is full: the next frame is not there.
    Full,
    /// The next append fails, and its frame is not there.
    AppendLost,
    /// The next append fails, yet its frame is there.
    AppendKept,
    /// The next reading fails.
    Read,
}

/// A log in memory, for simulations; its clones are the handles of several servers to one log.
#[derive(Debug, Clone, Default)]
pub struct MemoryLog(Arc<Mutex<Medium>>);

#[derive(Debug, Default)]
struct Medium {
    frames: VecDeque<Frame>,
    /// The newest frame, even when all are trimmed.
    head: Head,
    faults: VecDeque<LogFault>,
    is_unsettled: bool,
}

impl MemoryLog {
    /// Makes a failure happen at the next opportunity; several happen one after the other.
    pub fn fail(&self, fault: LogFault) {
        self.medium().faults.push_back(fault);
    }

    fn medium(&self) -> MutexGuard<'_, Medium> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium {
    fn fails(&mut self, wanted: impl Fn(LogFault) -> bool) -> Option<LogFault> {
        self.faults.pop_front_if(|fault| wanted(*fault))
    }

    fn keep(&mut self, frame: &Frame) {
        self.head = frame.head();
        self.frames.push_back(frame.clone());
    }
}

impl Log for MemoryLog {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.medium().head)
    }

    fn turn(&self) -> Result<Box<dyn LogTurn + '_>, StoreError> {
        let medium = self.medium();
        if medium.is_unsettled {
            return Err(StoreError::engine("the last append failed and is not settled yet"));
        }
        Ok(Box::new(Turn(medium)))
    }

    fn settle(&self) -> Result<Head, StoreError> {
        let mut medium = self.medium();
        medium.is_unsettled = false;
        Ok(medium.head)
    }

    fn first(&self) -> Result<u64, StoreError> {
        let medium = self.medium();
        let next = medium.head.position.saturating_add(1);
        Ok(medium.frames.front().map_or(next, Frame::position))
    }

    fn read(&self, from: u64, visitor: &mut FrameVisitor<'_>) -> Result<(), StoreError> {
        let mut medium = self.medium();
        if medium.fails(|fault| fault == LogFault::Read).is_some() {
            return Err(StoreError::engine("a reading that was to fail"));
        }
        let next = medium.head.position.saturating_add(1);
        let first = medium.frames.front().map_or(next, Frame::position);
        if from < first {
            return Err(StoreError::missing(format_args!("the log begins at frame {first}")));
        }
        let found: Vec<Frame> =
            medium.frames.iter().filter(|frame| frame.position() >= from).cloned().collect();
        drop(medium);
        super::each(found, visitor)
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        let medium = self.medium();
        let bytes = medium.frames.iter().map(|frame| frame.as_bytes().len());
        Ok(u64::try_from(bytes.sum::<usize>()).unwrap_or(u64::MAX))
    }

    fn trim(&self, before: u64) -> Result<(), StoreError> {
        self.medium().frames.retain(|frame| frame.position() >= before);
        Ok(())
    }
}

struct Turn<'l>(MutexGuard<'l, Medium>);

impl LogTurn for Turn<'_> {
    fn head(&self) -> Head {
        self.0.head
    }

    fn append(&mut self, frame: &Frame) -> Result<Head, StoreError> {
        let medium = &mut *self.0;
        if medium.is_unsettled || !frame.follows(&medium.head) {
            return Err(super::out_of_turn(frame, &medium.head));
        }
        let Some(fault) = medium.fails(|fault| fault != LogFault::Read) else {
            medium.keep(frame);
            return Ok(medium.head);
        };
        medium.is_unsettled = true;
        if fault == LogFault::AppendKept {
            medium.keep(frame);
        }
        if fault == LogFault::Full {
            return Err(StoreError::full("an append that was to find no room"));
        }
        Err(StoreError::engine("an append that was to fail"))
    }
}
