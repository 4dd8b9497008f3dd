#![expect(clippy::cast_possible_truncation, reason = "a disk in memory, for tests only")]

mod content;
mod log_files;

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::{FileLog, FolderFile, Lock, LogFolder, Opening, StorageBackend, Store, StoreError};

use crate::dice::Dice;
use content::{Change, Content, Tearing};
use log_files::{LogFiles, NameChange};

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
    /// A sync: some of the writes before it are dropped, and no later sync makes up for it.
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

impl LogFolder for Disk {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.platters().log.seen.keys().cloned().collect())
    }

    fn len(&self, name: &str) -> io::Result<Option<u64>> {
        let log = &self.platters().log;
        let content = log.seen.get(name).and_then(|file| log.contents.get(file));
        Ok(content.map(|content| content.len() as u64))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn FolderFile>> {
        let mut platters = self.platters();
        let id = platters.log.file(name)?;
        Ok(Arc::new(platters.opened(self, id)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn FolderFile>> {
        let mut platters = self.platters();
        platters.spend(Part::Log, DiskFault::Write)?;
        if platters.log.seen.contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let id = platters.log.create(name);
        Ok(Arc::new(platters.opened(self, id)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut platters = self.platters();
        platters.spend(Part::Log, DiskFault::Write)?;
        platters.log.file(from)?;
        platters.log.change(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut platters = self.platters();
        platters.log.file(name)?;
        platters.spend(Part::Log, DiskFault::Remove)?;
        platters.log.change(NameChange::Remove(name.to_owned()));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut platters = self.platters();
        platters.spend(Part::Log, DiskFault::Sync)?;
        platters.log.sync_names();
        Ok(())
    }

    fn lock(&self, _name: &str) -> io::Result<Option<Lock>> {
        Ok(Some(Box::new(())))
    }
}

#[derive(Debug)]
struct DiskFile {
    disk: Disk,
    id: u64,
    /// Counts it as open.
    _open: Arc<()>,
}

impl DiskFile {
    fn new(disk: &Disk, id: u64, open: &Arc<()>) -> Self {
        Self { disk: disk.clone(), id, _open: Arc::clone(open) }
    }
}

impl FolderFile for DiskFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut platters = self.disk.platters();
        platters.fail(Part::Log, DiskFault::Read)?;
        platters.read += bytes.len() as u64;
        let content = platters.log.contents.get(&self.id);
        let read = content.and_then(|content| content.read(offset as usize, bytes));
        read.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut platters = self.disk.platters();
        platters.spend(Part::Log, DiskFault::Write)?;
        let len = platters.log.contents.get(&self.id).map_or(0, Content::len);
        platters.expect_room((offset as usize + bytes.len()).saturating_sub(len))?;
        if let Some(content) = platters.log.contents.get_mut(&self.id) {
            content.change(Change::Write(offset as usize, bytes.to_vec()));
        }
        Ok(())
    }

    fn allocate(&self, bytes: u64) -> io::Result<()> {
        self.disk.platters().expect_room(bytes as usize)
    }

    fn sync(&self) -> io::Result<()> {
        let mut platters = self.disk.platters();
        let synced = platters.spend(Part::Log, DiskFault::Sync);
        let (has_power, dice) = (platters.left > 0, platters.dice());
        if let Some(content) = platters.log.contents.get_mut(&self.id) {
            match &synced {
                Ok(()) => content.sync(),
                Err(_) if has_power => content.fail_sync(&dice),
                Err(_) => {}
            }
        }
        synced
    }
}
