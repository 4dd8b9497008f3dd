//! The folder of the log on a disk.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use store::{FolderFile, Lock, LogFolder};

use super::content::{Change, Content, Tearing};
use super::{Dice, Disk, DiskFault, Part};

/// Files, and their names: those that survive, and those that a process sees.
#[derive(Debug, Default)]
pub(super) struct LogFiles {
    contents: BTreeMap<u64, Content>,
    next: u64,
    durable: Names,
    seen: Names,
    pending: Vec<NameChange>,
}

type Names = BTreeMap<String, u64>;

#[derive(Debug)]
enum NameChange {
    Create(String, u64),
    Rename(String, String),
    Remove(String),
}

impl NameChange {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Create(name, file) => drop(names.insert(name.clone(), *file)),
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Self::Remove(name) => drop(names.remove(name)),
        }
    }
}

impl LogFiles {
    pub(super) fn bytes(&self) -> usize {
        self.seen.values().filter_map(|file| self.contents.get(file)).map(Content::len).sum()
    }

    fn change(&mut self, change: NameChange) {
        change.apply(&mut self.seen);
        self.pending.push(change);
    }

    fn sync_names(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.durable);
        }
    }

    /// Names are changed in their order, as a journal does; of the last ones none may be there.
    pub(super) fn lose_power(&mut self, dice: &Dice) {
        let pending = std::mem::take(&mut self.pending);
        let kept = dice.index(pending.len() + 1);
        pending.iter().take(kept).for_each(|change| change.apply(&mut self.durable));
        self.seen.clone_from(&self.durable);
        let named: Vec<u64> = self.seen.values().copied().collect();
        self.contents.retain(|file, _| named.contains(file));
        for content in self.contents.values_mut() {
            content.lose_power(Tearing::Sectors, dice);
        }
    }

    fn file(&self, name: &str) -> io::Result<u64> {
        self.seen.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
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
        let id = platters.log.next;
        platters.log.next += 1;
        platters.log.contents.insert(id, Content::default());
        platters.log.change(NameChange::Create(name.to_owned(), id));
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
pub(super) struct DiskFile {
    disk: Disk,
    id: u64,
    /// Counts it as open.
    _open: Arc<()>,
}

impl DiskFile {
    pub(super) fn new(disk: &Disk, id: u64, open: &Arc<()>) -> Self {
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
