#![expect(clippy::cast_possible_truncation, reason = "a disk in memory, for tests only")]

mod content;
mod log_folder;

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::{FileLog, Opening, StorageBackend, Store, StoreError};
use types::Entropy;

use content::{Change, Content, Tearing};
use log_folder::{DiskFile, LogFiles};

/// A disk that keeps unsynced data separately. It can lose power, fail, and be full.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<Platters>>);

/// What is on a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The files of the log.
    Log,
    /// The state file.
    State,
}

/// What fails, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFault {
    /// The reading of bytes.
    Read,
    /// A change of bytes, or of a name.
    Write,
    /// The removal of a file.
    Remove,
    /// A sync: some of the writes before it are forgotten, and no later sync makes up for it.
    Sync,
}

#[derive(Debug, Default)]
struct Platters {
    state: Content,
    /// Whether there is a complete state file.
    is_created: bool,
    log: LogFiles,
    /// Each open file of the log has a clone.
    open: Arc<()>,
    /// The most files of the log that were open at once.
    open_max: usize,
    /// The bytes of the log that were read so far.
    read: u64,
    /// The number of writing operations until the power fails; every operation fails from then on.
    left: u64,
    done: u64,
    faults: Vec<(Part, DiskFault)>,
    /// Bytes that the disk has, if it has an end.
    room: Option<usize>,
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

    /// Makes the next operation of a kind fail, in addition to those that are to fail already.
    pub fn fail(&self, part: Part, fault: DiskFault) {
        self.platters().faults.push((part, fault));
    }

    /// The failures that have not happened yet are called off; returns how many.
    pub fn repair(&self) -> usize {
        std::mem::take(&mut self.platters().faults).len()
    }

    /// Limits the bytes that the disk has, or ends the limit.
    pub fn limit(&self, bytes: Option<u64>) {
        self.platters().room = bytes.map(|bytes| bytes as usize);
    }

    /// The bytes on it.
    pub fn bytes(&self) -> u64 {
        self.platters().bytes() as u64
    }

    /// The bytes of the log that were read so far.
    pub fn bytes_read(&self) -> u64 {
        self.platters().read
    }

    /// The most files of the log that were open at once.
    pub fn open_max(&self) -> usize {
        self.platters().open_max
    }

    /// Power fails and returns: an arbitrary part of the unsynced data was written.
    pub fn lose_power(&self, dice: &Dice) {
        let mut platters = self.platters();
        if platters.is_created {
            platters.state.lose_power(Tearing::Prefix, dice);
        } else {
            // A state file is created under another name, so that it exists completely or not.
            platters.state = Content::default();
        }
        platters.log.lose_power(dice);
    }

    /// Opens the store whose log and state file are on this disk, and the rest in `folder`.
    pub fn store(&self, folder: &Path, with: &Opening) -> Result<Store, StoreError> {
        let log = FileLog::within(Arc::new(self.clone()), with.log, &with.keyring)?;
        let own = self.clone();
        let state = Box::new(move || -> Box<dyn StorageBackend> { Box::new(own.clone()) });
        let store = Store::simulated(folder, Box::new(log), state, with)?;
        self.platters().is_created = true;
        Ok(store)
    }

    fn change(&self, change: Change) -> io::Result<()> {
        let mut platters = self.platters();
        platters.spend(Part::State, DiskFault::Write)?;
        let end = match &change {
            Change::Write(offset, data) => offset + data.len(),
            Change::Len(len) => *len,
        };
        let more = end.saturating_sub(platters.state.len());
        platters.expect_room(more)?;
        platters.state.change(change);
        Ok(())
    }
}

impl Platters {
    fn spend(&mut self, part: Part, fault: DiskFault) -> io::Result<()> {
        self.left = self.left.checked_sub(1).ok_or_else(|| io::Error::other("no power"))?;
        self.done += 1;
        self.fail(part, fault)
    }

    /// Fails if that was wanted.
    fn fail(&mut self, part: Part, fault: DiskFault) -> io::Result<()> {
        let Some(place) = self.faults.iter().position(|own| *own == (part, fault)) else {
            return Ok(());
        };
        self.faults.remove(place);
        Err(io::Error::other(format!("{fault:?} of {part:?} was to fail")))
    }

    fn expect_room(&self, more: usize) -> io::Result<()> {
        let is_full = self.room.is_some_and(|room| more > 0 && self.bytes() + more > room);
        if is_full { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn bytes(&self) -> usize {
        self.state.len() + self.log.bytes()
    }

    /// Chance that is the same after the same operations.
    fn dice(&self) -> Dice {
        Dice::new(self.done)
    }

    fn opened(&mut self, disk: &Disk, id: u64) -> DiskFile {
        let file = DiskFile::new(disk, id, &self.open);
        self.open_max = self.open_max.max(Arc::strong_count(&self.open) - 1);
        file
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.platters().state.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut platters = self.platters();
        platters.fail(Part::State, DiskFault::Read)?;
        platters.state.read(offset as usize, out).ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Change::Len(len as usize))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platters = self.platters();
        let synced = platters.spend(Part::State, DiskFault::Sync);
        match &synced {
            Ok(()) => platters.state.sync(),
            Err(_) if platters.left > 0 => {
                let dice = platters.dice();
                platters.state.fail_sync(&dice);
            }
            Err(_) => {}
        }
        synced
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Change::Write(offset as usize, data.to_vec()))
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
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

    fn index(&self, end: usize) -> usize {
        self.below(end as u64) as usize
    }

    fn byte(&self) -> u8 {
        self.below(256) as u8
    }
}
