//! The log in files of one folder.
//!
//! ```text
//! log/00000000000000000001.log   header block, frames from position 1 on, zeros or old remains
//! log/00000000000000004711.log   the newest: its header names the tag of frame 4710
//! log/spare                      a file ready to be the next one
//! log/unfinished                 a spare file that is being made
//! log/lock                       locked by the process that has the log open
//! log/durable                    the newest durable frame, for other processes that read the log
//! ```
//!
//! Rules of durability: a file is allocated and filled with zeros, and synced, before it gets a
//! name; so appending changes no metadata of the file system, and `fdatasync` is one write. A new
//! file's header block is synced before it is renamed to its position, and the folder is synced
//! after that, before the first frame goes into it. A frame is written at once, then synced.
//! Nothing is written to a file that is not the newest. A trimmed file becomes the spare one unless
//! it is still being read; what remains in it are frames before its first position, which belong to
//! no file. A file that could not be removed is no part of the log either: each names the one before.
//!
//! Frames begin at multiples of 4 KiB, so that none shares a sector of the disk with another:
//! a crash that damages the sectors that were being written damages no older frame.
//!
//! A failed sync proves nothing about the disk, and a second one would not either (the kernel may
//! have dropped the pages): [`FileLog::settle`] erases the frame's header and syncs that. Either
//! the frame is then certainly gone, or the log stays unusable.

mod allocate;
mod durable;
mod import;
mod layout;
mod live;
mod log_file;
mod open_files;
mod recover;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use allocate::{Begun, SPARE_FILE, UNFINISHED_FILE, begin_file, make_spare, remove_if_there};
use durable::{Durable, Published};
pub use import::LogImport;
use keys::Keyring;
use layout::{BLOCK_BYTES, FileHeader, file_name, first_position, next_offset};
pub use live::LiveLog;
use log_file::{LogFile, OpenLogFile, held};
use open_files::OpenFiles;

use super::folder::{Lock, LogFolder, OsFolder};
use super::{Frame, FrameVisitor, Head, Log, LogTurn, Opener, out_of_turn};
use crate::StoreError;

const LOCK_FILE: &str = "lock";
/// How often a log is read that a server appends to.
const EXAMINATIONS: u32 = 3;

/// How a log is kept in files.
#[derive(Debug, Clone, Copy)]
pub struct LogSettings {
    /// The size of the first file. Each one is twice as large as the one before.
    pub first_file_bytes: u64,
    /// The size up to which files grow; a frame that is larger gets a larger one.
    pub file_bytes: u64,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { first_file_bytes: 1 << 20, file_bytes: 32 << 20 }
    }
}

/// A log in files, for one process at a time.
pub struct FileLog {
    folder: Arc<dyn LogFolder>,
    settings: LogSettings,
    /// Locked as long as it is open; `None` if it is only examined.
    lock: Option<Lock>,
    writing: Mutex<Writing>,
    /// What readers see: raised only after a sync.
    head: RwLock<Head>,
    /// What other processes see of it; `None` if it is only examined.
    published: Option<Published>,
    /// By their first position.
    files: RwLock<BTreeMap<u64, Arc<LogFile>>>,
    open: OpenFiles,
    /// Held while a spare file is made or taken.
    spare: Mutex<()>,
    has_spare: AtomicBool,
}

/// Where the next frame goes.
struct Writing {
    file: OpenLogFile,
    offset: u64,
    head: Head,
    /// An append failed: its frame may be there or not.
    is_unsettled: bool,
}

impl FileLog {
    /// Opens the log in `folder`, or creates an empty one where there is none. The frames of the
    /// newest file are verified.
    ///
    /// Errors: [`StoreError::is_in_use`] while another process has it open;
    /// [`StoreError::is_corrupt`] if a broken frame has a sound one behind it, or a file is damaged
    /// otherwise.
    pub fn open(
        folder: &Path,
        settings: LogSettings,
        keyring: &Arc<Keyring>,
    ) -> Result<Self, StoreError> {
        Self::within(Arc::new(OsFolder::created(folder)?), settings, keyring)
    }

    /// The same in any folder.
    pub fn within(
        folder: Arc<dyn LogFolder>,
        settings: LogSettings,
        keyring: &Arc<Keyring>,
    ) -> Result<Self, StoreError> {
        let lock = folder.lock(LOCK_FILE)?;
        let lock = lock.ok_or_else(|| StoreError::in_use("another process has its log open"))?;
        remove_if_there(folder.as_ref(), UNFINISHED_FILE)?;
        let mut files = recover::files(folder.as_ref())?;
        if files.is_empty() {
            let header = FileHeader { first: 1, previous: [0; 16], after: 0 };
            let begun = begin_file(folder.as_ref(), settings.first_file_bytes, header, 0)?;
            files.insert(1, Arc::new(LogFile::new(header, begun.bytes)));
        }
        Self::of(folder, settings, keyring, files, Some(lock))
    }

    /// Opens the log in `folder` for reading only, and changes no byte of it.
    ///
    /// Errors like [`FileLog::open`], and with [`StoreError::is_missing`] if there is none.
    pub(crate) fn examine(
        folder: &Path,
        settings: LogSettings,
        keyring: &Arc<Keyring>,
    ) -> Result<Self, StoreError> {
        let folder = OsFolder::examined(folder)?;
        let folder = folder.ok_or_else(|| StoreError::missing("there is no log"))?;
        let folder: Arc<dyn LogFolder> = Arc::new(folder);
        Self::examine_within(&folder, settings, keyring)
    }

    /// The same in any folder. While a server has the log open, the head is the newest frame that is
    /// durable.
    pub(crate) fn examine_within(
        folder: &Arc<dyn LogFolder>,
        settings: LogSettings,
        keyring: &Arc<Keyring>,
    ) -> Result<Self, StoreError> {
        let mut tries = EXAMINATIONS;
        loop {
            tries = tries.saturating_sub(1);
            // Before anything is read: a frame that comes later is not in question.
            let durable = Durable::of(folder.as_ref())?;
            let files = recover::files(folder.as_ref())?;
            if files.is_empty() {
                return Err(StoreError::missing("the log has no file"));
            }
            let log = Self::of(Arc::clone(folder), settings, keyring, files, None);
            match (log, durable) {
                (log, Durable::All { .. }) => return log,
                // A frame that was being written may have had the next one behind it since.
                (Err(error), _) if error.is_corrupt() && tries > 0 => {}
                (log, Durable::UpTo(durable)) => {
                    let log = log?;
                    let opening = || StoreError::in_use("a server is opening the log: try again");
                    log.end_with(durable.ok_or_else(opening)?)?;
                    return Ok(log);
                }
            }
        }
    }

    /// Hides the frames after one of them.
    fn end_with(&self, durable: Head) -> Result<(), StoreError> {
        let mut is_there = durable == self.head()?;
        let first = self.first()?;
        if durable.position >= first {
            self.read(durable.position, &mut |frame| {
                is_there = frame.head() == durable;
                Ok(std::ops::ControlFlow::Break(()))
            })?;
        } else {
            is_there |= durable.position.saturating_add(1) == first;
        }
        if !is_there {
            let position = durable.position;
            let what = format_args!("frame {position} of the log, which is durable, is not there");
            return Err(StoreError::corrupt(what));
        }
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = durable;
        Ok(())
    }

    fn of(
        folder: Arc<dyn LogFolder>,
        settings: LogSettings,
        keyring: &Arc<Keyring>,
        files: BTreeMap<u64, Arc<LogFile>>,
        lock: Option<Lock>,
    ) -> Result<Self, StoreError> {
        let newest = files.last_key_value().map(|(_, newest)| Arc::clone(newest));
        let newest = newest.ok_or_else(|| StoreError::engine("a log without a file"))?;
        let open = OpenFiles::of(Arc::clone(&folder));
        let file = open.open(newest.header.first)?;
        let newest = OpenLogFile { about: newest, file };
        let mut opener = Opener::new(Arc::clone(keyring));
        let (head, offset) = recover::newest(&newest, &mut opener)?;
        let published = match &lock {
            Some(_) => {
                // A process that ended may have written the newest frame and not synced it.
                newest.file.sync()?;
                Some(Published::begin(folder.as_ref(), &head)?)
            }
            None => None,
        };
        let writing = Writing { file: newest, offset, head, is_unsettled: false };
        Ok(Self {
            folder,
            settings,
            lock,
            writing: Mutex::new(writing),
            head: RwLock::new(head),
            published,
            files: RwLock::new(files),
            open,
            spare: Mutex::default(),
            has_spare: AtomicBool::new(false),
        })
    }

    /// Makes certain that the newest frame is durable: a process that ended may not have synced it.
    pub(crate) fn make_durable(&self) -> Result<(), StoreError> {
        Ok(held(&self.writing).file.file.sync()?)
    }

    /// The files that hold frames, with their first positions, ascending.
    pub fn files(&self) -> Vec<(u64, String)> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.keys().map(|first| (*first, file_name(*first))).collect()
    }

    fn file_of(&self, position: u64) -> Option<(Arc<LogFile>, Option<Arc<LogFile>>)> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let (_, file) = files.range(..=position).next_back()?;
        let next = files.range(position.saturating_add(1)..).next();
        Some((Arc::clone(file), next.map(|(_, file)| Arc::clone(file))))
    }

    fn newest_file(&self) -> Option<Arc<LogFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.last_key_value().map(|(_, file)| Arc::clone(file))
    }

    /// The size of the file after the newest one: small stores have small files.
    fn next_file_bytes(&self) -> u64 {
        let newest = self.newest_file().map_or(0, |newest| newest.bytes);
        let (least, most) = (self.settings.first_file_bytes, self.settings.file_bytes);
        newest.saturating_mul(2).max(least).min(most)
    }

    /// Begins the next file.
    fn roll(&self, head: Head, room: u64) -> Result<OpenLogFile, StoreError> {
        let _spare = held(&self.spare);
        let first = head.position.saturating_add(1);
        let after = self.newest_file().map_or(0, |newest| {
            let header = newest.header;
            // A file without a frame is replaced, and the new one has its place.
            if header.first == first { header.after } else { header.first }
        });
        let header = FileHeader { first, previous: head.tag, after };
        let begin = |bytes| begin_file(self.folder.as_ref(), bytes, header, room);
        let Begun { file, bytes } = match begin(self.next_file_bytes()) {
            // Deletion and delivery go on in what space there is.
            Err(error) if error.is_full() => begin(self.settings.first_file_bytes)?,
            made => made?,
        };
        self.has_spare.store(false, Ordering::Release);
        let about = Arc::new(LogFile::new(header, bytes));
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        // It replaces a file that has no frame, if the first one is too long for that.
        self.open.close(first);
        files.insert(first, Arc::clone(&about));
        Ok(OpenLogFile { about, file })
    }

    /// Removes the file that a failed roll may have left: with it, the newest frames would be
    /// sought in the wrong file.
    fn remove_unused(&self) -> Result<(), StoreError> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        for name in self.folder.names()? {
            if first_position(&name).is_some_and(|first| !files.contains_key(&first)) {
                self.folder.remove(&name)?;
            }
        }
        Ok(self.folder.sync()?)
    }
}

impl Log for FileLog {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(*self.head.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn turn(&self) -> Result<Box<dyn LogTurn + '_>, StoreError> {
        if self.lock.is_none() {
            return Err(StoreError::engine("the log is open for reading only"));
        }
        let writing = held(&self.writing);
        if writing.is_unsettled {
            return Err(StoreError::engine("the last append failed and is not settled yet"));
        }
        Ok(Box::new(Turn { log: self, writing }))
    }

    fn settle(&self) -> Result<Head, StoreError> {
        let mut writing = held(&self.writing);
        if writing.is_unsettled {
            self.remove_unused()?;
            writing.file.erase(writing.offset)?;
            writing.is_unsettled = false;
        }
        Ok(writing.head)
    }

    fn first(&self) -> Result<u64, StoreError> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.keys().next().copied().ok_or_else(|| StoreError::engine("a log without a file"))
    }

    fn read(&self, from: u64, visitor: &mut FrameVisitor<'_>) -> Result<(), StoreError> {
        let newest = self.head()?.position;
        let mut next = from;
        let mut before: Option<Head> = None;
        while next <= newest {
            let (file, following) = self.file_of(next).ok_or_else(|| {
                let first = self.files().first().map_or(0, |(first, _)| *first);
                StoreError::missing(format_args!("the log begins at frame {first}"))
            })?;
            if before.is_some_and(|before| before.tag != file.header.previous) {
                return Err(file.damaged(next, "its file follows another frame"));
            }
            let end = following.map_or(newest, |file| file.header.first.saturating_sub(1));
            let file = OpenLogFile { file: self.open.open(file.header.first)?, about: file };
            let Some(read) = file.read(next, end.min(newest), before, visitor)? else {
                return Ok(());
            };
            next = read.position.saturating_add(1);
            before = Some(read);
        }
        Ok(())
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let spare = self.folder.len(SPARE_FILE)?.unwrap_or(0);
        Ok(files.values().fold(spare, |sum, file| sum.saturating_add(file.bytes)))
    }

    fn bytes_after(&self, position: u64) -> Result<u64, StoreError> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let next = position.saturating_add(1);
        let holds_next = files.range(..=next).next_back().map(|(first, _)| *first);
        let after = files.range(holds_next.unwrap_or(next)..);
        Ok(after.fold(0, |sum: u64, (_, file)| sum.saturating_add(file.bytes)))
    }

    /// Makes the file that will be needed next, if it is not there yet; takes as long as writing
    /// one does. Without it, the append that fills a file does it.
    fn prepare(&self) -> Result<(), StoreError> {
        let _spare = held(&self.spare);
        if self.folder.len(SPARE_FILE)?.is_none() {
            make_spare(self.folder.as_ref(), self.next_file_bytes())?;
        }
        self.has_spare.store(true, Ordering::Release);
        Ok(())
    }

    fn is_prepared(&self) -> bool {
        self.has_spare.load(Ordering::Acquire)
    }

    fn trim(&self, before: u64) -> Result<(), StoreError> {
        let _spare = held(&self.spare);
        let free = self.drop_before(before);
        let firsts = self.folder.names()?.iter().filter_map(|name| first_position(name)).collect();
        let firsts: BTreeSet<u64> = firsts;
        let mut failed = None;
        for (first, following) in firsts.iter().zip(firsts.iter().skip(1)) {
            // What could not be removed earlier is among them.
            if *following <= before
                && let Err(error) = self.remove(*first, free.contains(first))
            {
                failed.get_or_insert(error);
            }
        }
        let synced = self.folder.sync();
        Ok(failed.map_or(synced, Err)?)
    }
}

impl FileLog {
    /// Takes the files that end before a position out of the log; returns those that no reader has.
    fn drop_before(&self, before: u64) -> BTreeSet<u64> {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let firsts: Vec<u64> = files.keys().copied().collect();
        let ended = firsts.iter().zip(firsts.iter().skip(1));
        let mut free = BTreeSet::new();
        for (first, _) in ended.take_while(|(_, following)| **following <= before) {
            self.open.close(*first);
            let file = files.remove(first);
            // A reader must not see the frames of another time in it.
            if file.is_some_and(|file| {
                Arc::strong_count(&file) == 1 && file.bytes == self.settings.file_bytes
            }) {
                free.insert(*first);
            }
        }
        free
    }

    /// Removes a file, or makes it the spare one.
    fn remove(&self, first: u64, is_free: bool) -> io::Result<()> {
        let name = file_name(first);
        if is_free && self.folder.len(SPARE_FILE)?.is_none() {
            self.folder.rename(&name, SPARE_FILE)
        } else {
            self.folder.remove(&name)
        }
    }
}

struct Turn<'l> {
    log: &'l FileLog,
    writing: MutexGuard<'l, Writing>,
}

impl LogTurn for Turn<'_> {
    fn head(&self) -> Head {
        self.writing.head
    }

    fn append(&mut self, frame: &Frame) -> Result<Head, StoreError> {
        let writing = &mut *self.writing;
        if writing.is_unsettled || !frame.follows(&writing.head) {
            return Err(out_of_turn(frame, &writing.head));
        }
        // Until all of it has succeeded.
        writing.is_unsettled = true;
        let len = layout::length(frame.as_bytes().len());
        if writing.offset.saturating_add(len) > writing.file.about.bytes {
            writing.file = self.log.roll(writing.head, len)?;
            writing.offset = BLOCK_BYTES;
        }
        writing.file.append(writing.offset, frame)?;
        writing.offset = next_offset(writing.offset, len);
        writing.head = frame.head();
        writing.is_unsettled = false;
        *self.log.head.write().unwrap_or_else(PoisonError::into_inner) = writing.head;
        if let Some(published) = &self.log.published {
            published.set(&writing.head);
        }
        Ok(writing.head)
    }
}

/// Whether a file of this name within the folder of the log has frames.
pub(crate) fn is_log_file(name: &str) -> bool {
    first_position(name).is_some()
}

impl fmt::Debug for FileLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileLog").field("folder", &self.folder).finish_non_exhaustive()
    }
}
