//! The log in files of one folder.
//!
//! ```text
//! log/00000000000000000001.log   header block, frames from position 1 on, zeros or old remains
//! log/00000000000000004711.log   the newest: its header names the tag of frame 4710
//! log/spare                      a file ready to be the next one
//! log/unfinished                 a spare file that is being made
//! log/lock                       locked by the process that has the log open
//! ```
//!
//! Rules of durability: a file is allocated and filled with zeros, and synced, before it gets a
//! name; so appending changes no metadata of the file system, and `fdatasync` is one write. A new
//! file's header block is synced before it is renamed to its position, and the folder is synced
//! after that, before the first frame goes into it. A frame is written at once, then synced.
//! Nothing is written to a file that is not the newest. A trimmed file becomes the spare one unless
//! it is still being read; what remains in it are frames before its first position, which belong to
//! no file.
//!
//! A failed sync proves nothing about the disk, and a second one would not either (the kernel may
//! have dropped the pages): [`FileLog::settle`] erases the frame's header and syncs that. Either
//! the frame is then certainly gone, or the log stays unusable.

mod allocate;
mod import;
mod layout;
mod live;
mod log_file;
mod recover;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use allocate::{SPARE_FILE, UNFINISHED_FILE, begin_file, make_spare, remove_if_there, sync_folder};
pub use import::LogImport;
use keys::Keyring;
use layout::{BLOCK_BYTES, FileHeader, file_name, first_position, next_offset};
pub use live::LiveLog;
use log_file::{LogFile, held};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::{Frame, FrameVisitor, Head, Log, LogTurn, Opener, out_of_turn};
use crate::StoreError;

const LOCK_FILE: &str = "lock";

/// How a log is kept in files.
#[derive(Debug, Clone, Copy)]
pub struct LogSettings {
    /// The size of the first file. Each one is twice as large as the one before.
    pub first_file_bytes: u64,
    /// The size up to which files grow; a frame that is larger gets a larger one.
    pub file_bytes: u64,
    /// The size of the log from which on bases of the state are written, and frames trimmed.
    pub base_bytes: u64,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { first_file_bytes: 1 << 20, file_bytes: 32 << 20, base_bytes: 128 << 20 }
    }
}

/// A log in files, for one process at a time.
pub struct FileLog {
    folder: PathBuf,
    settings: LogSettings,
    /// Locked as long as it is open; `None` if it is only examined.
    lock: Option<File>,
    writing: Mutex<Writing>,
    /// What readers see: raised only after a sync.
    head: RwLock<Head>,
    /// By their first position.
    files: RwLock<BTreeMap<u64, Arc<LogFile>>>,
    /// Held while a spare file is made or taken.
    spare: Mutex<()>,
    has_spare: AtomicBool,
}

/// Where the next frame goes.
struct Writing {
    file: Arc<LogFile>,
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
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let lock = lock(folder)?;
        remove_if_there(&folder.join(UNFINISHED_FILE))?;
        let mut files = recover::files(folder, true)?;
        if files.is_empty() {
            let first = FileHeader { first: 1, previous: [0; 16] };
            files.insert(1, begin_file(folder, settings.first_file_bytes, first, 0)?);
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
        if !folder.try_exists()? {
            return Err(StoreError::missing("there is no log"));
        }
        let files = recover::files(folder, false)?;
        if files.is_empty() {
            return Err(StoreError::missing("the log has no file"));
        }
        Self::of(folder, settings, keyring, files, None)
    }

    fn of(
        folder: &Path,
        settings: LogSettings,
        keyring: &Arc<Keyring>,
        mut files: BTreeMap<u64, Arc<LogFile>>,
        lock: Option<File>,
    ) -> Result<Self, StoreError> {
        let newest = files.last_entry().map(|newest| Arc::clone(newest.get()));
        let newest = newest.ok_or_else(|| StoreError::engine("a log without a file"))?;
        let mut opener = Opener::new(Arc::clone(keyring));
        let (head, offset) = recover::newest(&newest, &mut opener)?;
        let writing = Writing { file: newest, offset, head, is_unsettled: false };
        Ok(Self {
            folder: folder.to_owned(),
            settings,
            lock,
            writing: Mutex::new(writing),
            head: RwLock::new(head),
            files: RwLock::new(files),
            spare: Mutex::default(),
            has_spare: AtomicBool::new(false),
        })
    }

    /// The files that hold frames, with their first positions, ascending.
    pub fn files(&self) -> Vec<(u64, PathBuf)> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.keys().map(|first| (*first, self.folder.join(file_name(*first)))).collect()
    }

    fn file_of(&self, position: u64) -> Option<(Arc<LogFile>, Option<Arc<LogFile>>)> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let (_, file) = files.range(..=position).next_back()?;
        let next = files.range(position.saturating_add(1)..).next();
        Some((Arc::clone(file), next.map(|(_, file)| Arc::clone(file))))
    }

    /// The size of the file after the newest one: small stores have small files.
    fn next_file_bytes(&self) -> u64 {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let newest = files.last_key_value().map_or(0, |(_, file)| file.bytes);
        let (least, most) = (self.settings.first_file_bytes, self.settings.file_bytes);
        newest.saturating_mul(2).max(least).min(most)
    }

    /// Begins the next file.
    fn roll(&self, head: Head, room: u64) -> Result<Arc<LogFile>, StoreError> {
        let _spare = held(&self.spare);
        let first = head.position.saturating_add(1);
        let header = FileHeader { first, previous: head.tag };
        let file = match begin_file(&self.folder, self.next_file_bytes(), header, room) {
            // Deletion and delivery go on in what space there is.
            Err(error) if error.is_full() => {
                begin_file(&self.folder, self.settings.first_file_bytes, header, room)?
            }
            file => file?,
        };
        self.has_spare.store(false, Ordering::Release);
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.insert(first, Arc::clone(&file));
        Ok(file)
    }

    /// Removes the file that a failed roll may have left: with it, the newest frames would be
    /// sought in the wrong file.
    fn remove_unused(&self) -> Result<(), StoreError> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let first = name.to_str().and_then(first_position);
            if first.is_some_and(|first| !files.contains_key(&first)) {
                fs::remove_file(self.folder.join(name))?;
            }
        }
        sync_folder(&self.folder)
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
        let spare = fs::metadata(self.folder.join(SPARE_FILE)).map_or(0, |found| found.len());
        Ok(files.values().fold(spare, |sum, file| sum.saturating_add(file.bytes)))
    }

    /// Makes the file that will be needed next, if it is not there yet; takes as long as writing
    /// one does. Without it, the append that fills a file does it.
    fn prepare(&self) -> Result<(), StoreError> {
        let _spare = held(&self.spare);
        if !self.folder.join(SPARE_FILE).try_exists()? {
            make_spare(&self.folder, self.next_file_bytes())?;
        }
        self.has_spare.store(true, Ordering::Release);
        Ok(())
    }

    fn is_prepared(&self) -> bool {
        self.has_spare.load(Ordering::Acquire)
    }

    fn trim(&self, before: u64) -> Result<(), StoreError> {
        let _spare = held(&self.spare);
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let firsts: Vec<u64> = files.keys().copied().collect();
        for pair in firsts.windows(2) {
            let (Some(first), Some(following)) = (pair.first(), pair.last()) else { continue };
            if *following > before {
                break;
            }
            let Some(file) = files.remove(first) else { continue };
            let (path, spare) = (self.folder.join(file_name(*first)), self.folder.join(SPARE_FILE));
            // A reader must not see the frames of another time in it.
            let is_free = Arc::strong_count(&file) == 1 && file.bytes == self.settings.file_bytes;
            if is_free && !spare.try_exists()? {
                fs::rename(path, spare)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        sync_folder(&self.folder)
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
        if writing.offset.saturating_add(len) > writing.file.bytes {
            writing.file = self.log.roll(writing.head, len)?;
            writing.offset = BLOCK_BYTES;
        }
        writing.file.append(writing.offset, frame)?;
        writing.offset = next_offset(writing.offset, len);
        writing.head = frame.head();
        writing.is_unsettled = false;
        *self.log.head.write().unwrap_or_else(PoisonError::into_inner) = writing.head;
        Ok(writing.head)
    }
}

/// Whether a file of this name within the folder of the log has frames.
pub(crate) fn is_log_file(name: &str) -> bool {
    first_position(name).is_some()
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(LOCK_FILE);
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => Err(StoreError::in_use("another process has its log open")),
        Err(error) => Err(std::io::Error::from(error).into()),
    }
}

impl fmt::Debug for FileLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileLog").field("folder", &self.folder).finish_non_exhaustive()
    }
}
