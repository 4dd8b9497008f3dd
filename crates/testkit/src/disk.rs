#![expect(clippy::cast_possible_truncation, reason = "a disk in memory, for tests only")]

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::{Frame, FrameVisitor, Head, Log, LogTurn, StorageBackend, StoreError};
use types::Entropy;

/// A disk that keeps unsynced data separately, and can lose power.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Platters>>);

#[derive(Debug, Default)]
struct Platters {
    /// What survives.
    durable: Vec<u8>,
    /// What a reader sees: `pending` on top of `durable`.
    seen: Vec<u8>,
    pending: Vec<Change>,
    log: LogPlatters,
    /// The number of writing operations until the power fails; every operation fails from then on.
    left: u64,
    done: u64,
}

/// Where the log is.
#[derive(Debug, Default)]
struct LogPlatters {
    frames: VecDeque<Frame>,
    /// The newest frame that survives, even when all are trimmed.
    head: Head,
    /// A frame that was written but not synced.
    unsynced: Option<Frame>,
}

impl LogPlatters {
    fn keep(&mut self, frame: Frame) {
        self.head = frame.head();
        self.frames.push_back(frame);
    }
}

#[derive(Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Len(usize),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => {
                let end = offset + data.len();
                content.resize(content.len().max(end), 0);
                content[*offset..end].copy_from_slice(data);
            }
            Self::Len(len) => content.resize(*len, 0),
        }
    }

    /// The first half of a write, or a part of it.
    fn torn(&self, at: u64) -> Self {
        match self {
            Self::Write(offset, data) => {
                let len = at as usize % (data.len() + 1);
                Self::Write(*offset, data[..len].to_vec())
            }
            Self::Len(len) => Self::Len(*len),
        }
    }
}

/// Writes between two changes of length, by their place: the engine writes its pages in an order
/// that is another one in each process, and chance shall not depend on that.
fn in_order(mut pending: Vec<Change>) -> Vec<Change> {
    let is_write = |change: &Change| matches!(change, Change::Write(..));
    for run in pending.chunk_by_mut(|one, next| is_write(one) && is_write(next)) {
        run.sort_by_key(|change| match change {
            Change::Write(offset, _) => *offset,
            Change::Len(_) => 0,
        });
    }
    pending
}

impl Disk {
    /// A disk that works until [`Disk::power`] is called.
    pub fn with_power() -> Self {
        let disk = Self::default();
        disk.power(u64::MAX);
        disk
    }

    fn platters(&self) -> MutexGuard<'_, Platters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the next writing operation will succeed.
    pub fn has_power(&self) -> bool {
        self.platters().left > 0
    }

    /// Writing operations that were done so far.
    pub fn operations(&self) -> u64 {
        self.platters().done
    }

    /// Power for this many writing operations; every operation fails from then on.
    pub fn power(&self, operations: u64) {
        self.platters().left = operations;
    }

    /// Power fails and returns: an arbitrary part of the unsynced data was written.
    pub fn lose_power(&self, dice: &Dice) {
        let mut platters = self.platters();
        let pending = in_order(std::mem::take(&mut platters.pending));
        let torn = dice.below(pending.len() as u64 + 1);
        let keep_most = dice.below(2) == 0;
        for (place, change) in pending.iter().enumerate() {
            if place as u64 == torn {
                change.torn(dice.below(u64::MAX)).apply(&mut platters.durable);
            } else if dice.below(8) < if keep_most { 7 } else { 3 } {
                change.apply(&mut platters.durable);
            }
        }
        let Platters { seen, durable, log, .. } = &mut *platters;
        seen.clone_from(durable);
        // All of the frame was written, or it is torn and cut off.
        if let Some(frame) = log.unsynced.take()
            && dice.below(2) == 0
        {
            log.keep(frame);
        }
    }

    /// The log on this disk.
    pub fn log(&self) -> Box<dyn Log> {
        Box::new(DiskLog(self.clone()))
    }

    fn change(&self, change: Change) -> io::Result<()> {
        let mut platters = self.platters();
        platters.spend()?;
        change.apply(&mut platters.seen);
        platters.pending.push(change);
        Ok(())
    }
}

impl Platters {
    fn spend(&mut self) -> io::Result<()> {
        self.left = self.left.checked_sub(1).ok_or_else(|| io::Error::other("no power"))?;
        self.done += 1;
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.platters().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platters = self.platters();
        let start = offset as usize;
        let part = platters.seen.get(start..start + out.len());
        out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Change::Len(len as usize))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platters = self.platters();
        platters.spend()?;
        let pending = std::mem::take(&mut platters.pending);
        for change in pending {
            change.apply(&mut platters.durable);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Change::Write(offset as usize, data.to_vec()))
    }
}

/// A log on a disk.
#[derive(Debug)]
struct DiskLog(Disk);

impl Log for DiskLog {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.0.platters().log.head)
    }

    fn turn(&self) -> Result<Box<dyn LogTurn + '_>, StoreError> {
        let platters = self.0.platters();
        match platters.log.unsynced {
            Some(_) => Err(io::Error::other("the last append is not settled").into()),
            None => Ok(Box::new(DiskTurn { disk: &self.0, head: platters.log.head })),
        }
    }

    fn settle(&self) -> Result<Head, StoreError> {
        let mut platters = self.0.platters();
        if platters.log.unsynced.is_some() {
            platters.spend()?;
            platters.log.unsynced = None;
        }
        Ok(platters.log.head)
    }

    fn first(&self) -> Result<u64, StoreError> {
        let log = &self.0.platters().log;
        Ok(log.frames.front().map_or(log.head.position + 1, Frame::position))
    }

    fn read(&self, from: u64, visitor: &mut FrameVisitor<'_>) -> Result<(), StoreError> {
        let first = self.first()?;
        if from < first {
            return Err(StoreError::missing(format!("the log begins at frame {first}")));
        }
        let mut next = from;
        loop {
            let place = (next - self.first()?) as usize;
            let frame = self.0.platters().log.frames.get(place).cloned();
            let Some(frame) = frame else { return Ok(()) };
            if visitor(frame)?.is_break() {
                return Ok(());
            }
            next += 1;
        }
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        let platters = self.0.platters();
        Ok(platters.log.frames.iter().map(|frame| frame.as_bytes().len() as u64).sum())
    }

    fn trim(&self, before: u64) -> Result<(), StoreError> {
        self.0.platters().log.frames.retain(|frame| frame.position() >= before);
        Ok(())
    }
}

struct DiskTurn<'d> {
    disk: &'d Disk,
    head: Head,
}

impl LogTurn for DiskTurn<'_> {
    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, frame: &Frame) -> Result<Head, StoreError> {
        let mut platters = self.disk.platters();
        assert!(frame.follows(&self.head), "a frame out of turn");
        platters.spend()?;
        platters.log.unsynced = Some(frame.clone());
        platters.spend()?;
        platters.log.unsynced = None;
        platters.log.keep(frame.clone());
        self.head = frame.head();
        Ok(self.head)
    }
}

/// Seeded chance.
#[derive(Debug)]
pub struct Dice(Entropy);

impl Dice {
    /// The same throws for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(Entropy::seeded(seed))
    }

    /// A number below `end`, or 0.
    pub fn below(&self, end: u64) -> u64 {
        u64::from_le_bytes(self.0.bytes().expect("seeded bytes")) % end.max(1)
    }
}
