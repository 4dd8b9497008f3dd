#![expect(clippy::cast_possible_truncation, reason = "a disk in memory, for tests only")]

mod content;
mod log_files;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use store::{
    FileLog, FolderFile, Lock, LogFolder, Opening, StateFiles, StorageBackend, Store, StoreError,
};

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
    /// State files by number: the current one, and those that it replaced or that may replace it.
    states: BTreeMap<u64, Content>,
    current: u64,
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
    /// Each after so many operations of its kind that succeed.
    faults: Vec<(Part, DiskFault, u64)>,
    /// Bytes that the disk has, if it has an end.
    room: Option<usize>,
    /// Locks that were waited for, by the names of their files.
    locks: BTreeMap<String, Weak<()>>,
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
        self.fail_after(part, fault, 0);
    }

    /// The same after so many operations of the kind that succeed.
    pub fn fail_after(&self, part: Part, fault: DiskFault, operations: u64) {
        self.platters().faults.push((part, fault, operations));
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

    /// The names and bytes of the files of the log, as a reader sees them.
    pub fn log_bytes(&self) -> Vec<(String, Vec<u8>)> {
        let log = &self.platters().log;
        let bytes = |file| log.contents.get(file).map_or(&[][..], Content::seen).to_vec();
        log.seen.iter().map(|(name, file)| (name.clone(), bytes(file))).collect()
    }

    /// The most files of the log that were open at once.
    pub fn open_max(&self) -> usize {
        self.platters().open_max
    }

    /// Power fails and returns: an arbitrary part of the unsynced data was written.
    pub fn lose_power(&self, dice: &Dice) {
        let mut platters = self.platters();
        if platters.is_created {
            let current = platters.current;
            platters.states.retain(|id, _| *id == current);
            platters.state(current).lose_power(Tearing::Prefix, dice);
        } else {
            // A state file is created under another name, so that it exists completely or not.
            platters.states.clear();
        }
        platters.log.lose_power(dice);
    }

    /// Opens the store whose log and state file are on this disk, and the rest in `folder`.
    pub fn store(&self, folder: &Path, with: &Opening) -> Result<Store, StoreError> {
        let log = FileLog::within(Arc::new(self.clone()), with.log, &with.keyring)?;
        let store = Store::simulated(folder, Box::new(log), Box::new(self.clone()), with)?;
        self.platters().is_created = true;
        Ok(store)
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
        let mine = |(own, kind, _): &(Part, DiskFault, u64)| *own == part && *kind == fault;
        let Some(place) = self.faults.iter().position(mine) else { return Ok(()) };
        if let Some((_, _, after @ 1..)) = self.faults.get_mut(place) {
            *after -= 1;
            return Ok(());
        }
        self.faults.remove(place);
        Err(io::Error::other(format!("{fault:?} of {part:?} was to fail")))
    }

    fn expect_room(&self, more: usize) -> io::Result<()> {
        let is_full = self.room.is_some_and(|room| more > 0 && self.bytes() + more > room);
        if is_full { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn bytes(&self) -> usize {
        self.states.get(&self.current).map_or(0, Content::len) + self.log.bytes()
    }

    fn state(&mut self, id: u64) -> &mut Content {
        self.states.entry(id).or_default()
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

impl StateFiles for Disk {
    fn open(&self) -> Box<dyn StorageBackend> {
        let id = self.platters().current;
        Box::new(StateFile { disk: self.clone(), id })
    }

    fn create(&self) -> Box<dyn StorageBackend> {
        let mut platters = self.platters();
        let id = platters.current + 1;
        platters.states.insert(id, Content::default());
        drop(platters);
        Box::new(StateFile { disk: self.clone(), id })
    }

    fn replace(&self) -> io::Result<()> {
        let mut platters = self.platters();
        platters.spend(Part::State, DiskFault::Write)?;
        platters.current += 1;
        Ok(())
    }
}

/// An open state file.
#[derive(Debug)]
struct StateFile {
    disk: Disk,
    id: u64,
}

impl StateFile {
    fn change(&self, change: Change) -> io::Result<()> {
        let mut platters = self.disk.platters();
        platters.spend(Part::State, DiskFault::Write)?;
        let end = match &change {
            Change::Write(offset, data) => offset + data.len(),
            Change::Len(len) => *len,
        };
        let more = end.saturating_sub(platters.state(self.id).len());
        platters.expect_room(more)?;
        platters.state(self.id).change(change);
        Ok(())
    }
}

impl StorageBackend for StateFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.platters().state(self.id).len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut platters = self.disk.platters();
        platters.fail(Part::State, DiskFault::Read)?;
        let read = platters.state(self.id).read(offset as usize, out);
        read.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Change::Len(len as usize))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platters = self.disk.platters();
        let synced = platters.spend(Part::State, DiskFault::Sync);
        match &synced {
            Ok(()) => platters.state(self.id).sync(),
            Err(_) if platters.left > 0 => {
                let dice = platters.dice();
                platters.state(self.id).fail_sync(&dice);
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

    /// Tests open a log again while the one before is still there.
    fn lock(&self, _name: &str) -> io::Result<Option<Lock>> {
        Ok(Some(Box::new(())))
    }

    fn lock_waiting(&self, name: &str) -> io::Result<Lock> {
        match LogFolder::create(self, name) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let lock = Arc::new(());
        self.platters().locks.insert(name.to_owned(), Arc::downgrade(&lock));
        Ok(Box::new(lock))
    }

    fn share(&self, name: &str) -> io::Result<Option<Lock>> {
        let platters = self.platters();
        let held = platters.locks.get(name).and_then(Weak::upgrade);
        Ok(if held.is_some() { None } else { Some(Box::new(())) })
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
