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
//! somebody still reads it; what remains in it are frames before its first position, which are
//! nobody's.
//!
//! A failed sync proves nothing about the disk, and a second one would not either (the kernel may
//! have dropped the pages): [`FileLog::settle`] erases the frame's header and syncs that. Either
//! the frame is then certainly gone, or the log stays unusable.

mod layout;
mod recover;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use keys::Keyring;
use layout::{BLOCK_BYTES, FileHeader, file_name, first_position, next_offset};
use rustix::fs::{FallocateFlags, FlockOperation, fallocate, flock};
use rustix::io::Errno;

use super::frame::{HEADER_BYTES, Header};
use super::{Frame, FrameVisitor, Head, Log, LogTurn, Opener, out_of_turn};
use crate::StoreError;

const LOCK_FILE: &str = "lock";
const SPARE_FILE: &str = "spare";
const UNFINISHED_FILE: &str = "unfinished";
const ZEROS: &[u8] = &[0; 1 << 20];
/// Every so many frames the place of one is remembered, so that reading begins near its start.
const MARK_EVERY: u64 = 64;

/// How a log is kept in files.
#[derive(Debug, Clone, Copy)]
pub struct LogSettings {
    /// The size of a file; a frame that is larger gets a larger one.
    pub file_bytes: u64,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { file_bytes: 64 << 20 }
    }
}

/// A log in files, for one process at a time.
pub struct FileLog {
    folder: PathBuf,
    settings: LogSettings,
    /// Locked as long as it is open.
    _lock: File,
    writing: Mutex<Writing>,
    /// What readers see: raised only after a sync.
    head: RwLock<Head>,
    /// By their first position.
    files: RwLock<BTreeMap<u64, Arc<LogFile>>>,
    /// Held while a spare file is made or taken.
    spare: Mutex<()>,
}

struct LogFile {
    file: File,
    header: FileHeader,
    bytes: u64,
    /// Positions and offsets of some frames, ascending.
    marks: Mutex<Vec<(u64, u64)>>,
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
        let mut files = recover::files(folder)?;
        if files.is_empty() {
            let first = FileHeader { first: 1, previous: [0; 16] };
            files.insert(1, begin_file(folder, settings, first, 0)?);
        }
        let newest = files.last_entry().map(|newest| Arc::clone(newest.get()));
        let newest = newest.ok_or_else(|| StoreError::engine("a log without a file"))?;
        let (head, offset) = recover::newest(&newest, &mut Opener::new(Arc::clone(keyring)))?;
        let writing = Writing { file: newest, offset, head, is_unsettled: false };
        Ok(Self {
            folder: folder.to_owned(),
            settings,
            _lock: lock,
            writing: Mutex::new(writing),
            head: RwLock::new(head),
            files: RwLock::new(files),
            spare: Mutex::default(),
        })
    }

    /// Makes the file that will be needed next, if it is not there yet; takes as long as writing
    /// one does. Without it, the append that fills a file does it.
    pub fn prepare(&self) -> Result<(), StoreError> {
        let _spare = held(&self.spare);
        if self.folder.join(SPARE_FILE).try_exists()? {
            return Ok(());
        }
        make_spare(&self.folder, self.settings.file_bytes)
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

    /// Begins the next file.
    fn roll(&self, head: Head, room: u64) -> Result<Arc<LogFile>, StoreError> {
        let _spare = held(&self.spare);
        let first = head.position.saturating_add(1);
        let header = FileHeader { first, previous: head.tag };
        let file = begin_file(&self.folder, self.settings, header, room)?;
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.insert(first, Arc::clone(&file));
        Ok(file)
    }

    /// Removes the file that a failed roll may have left: with it, the newest frames would be
    /// looked for in the wrong file.
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
            let read = file.read(next, end.min(newest), before, visitor)?;
            next = read.position.saturating_add(1);
            before = Some(read);
        }
        Ok(())
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

impl LogFile {
    fn append(&self, offset: u64, frame: &Frame) -> Result<(), StoreError> {
        self.file.write_all_at(frame.as_bytes(), offset)?;
        self.file.sync_data()?;
        if frame.position().is_multiple_of(MARK_EVERY) {
            held(&self.marks).push((frame.position(), offset));
        }
        Ok(())
    }

    /// Makes certain that no frame begins at `offset`.
    fn erase(&self, offset: u64) -> Result<(), StoreError> {
        let room = self.bytes.saturating_sub(offset);
        let len = room.min(layout::length(HEADER_BYTES));
        let zeros = ZEROS.get(..usize::try_from(len).unwrap_or(0)).unwrap_or_default();
        self.file.write_all_at(zeros, offset)?;
        Ok(self.file.sync_data()?)
    }

    /// Reads the frames from `from` to `end`, both included, and returns the last one's head.
    fn read(
        &self,
        from: u64,
        end: u64,
        before: Option<Head>,
        visitor: &mut FrameVisitor<'_>,
    ) -> Result<Head, StoreError> {
        let marks = held(&self.marks);
        let known = marks.iter().rev().find(|(position, _)| *position <= from).copied();
        drop(marks);
        let (mut position, mut offset) = known.unwrap_or((self.header.first, BLOCK_BYTES));
        let mut before = before.filter(|before| before.position.checked_add(1) == Some(position));
        if position == self.header.first {
            before = Some(self.header.head_before());
        }
        loop {
            let nothing = || self.damaged(position, "no frame begins where it should");
            let header = self.header_at(offset)?.ok_or_else(nothing)?;
            let is_next = before.map_or(header.position == position, |head| header.follows(&head));
            if !is_next {
                return Err(self.damaged(position, "it does not follow the frame before it"));
            }
            let head = Head { position, tag: self.tag_at(offset, &header)? };
            before = Some(head);
            if position >= from {
                visitor(self.frame_at(offset, &header)?.ok_or_else(nothing)?)?;
            }
            if position >= end {
                return Ok(head);
            }
            offset = next_offset(offset, layout::length(header.frame_len()));
            position = position.saturating_add(1);
        }
    }

    /// The header of a frame at `offset`, if there is one; its frame may be longer than the file.
    fn frame_header_at(&self, offset: u64) -> Result<Option<Header>, StoreError> {
        let mut head = [0; HEADER_BYTES];
        if self.bytes.saturating_sub(offset) < layout::length(HEADER_BYTES) {
            return Ok(None);
        }
        self.file.read_exact_at(&mut head, offset)?;
        Ok(Header::read(&head))
    }

    /// The header of a frame that the file has room for.
    fn header_at(&self, offset: u64) -> Result<Option<Header>, StoreError> {
        let room = self.bytes.saturating_sub(offset);
        let header = self.frame_header_at(offset)?;
        Ok(header.filter(|header| layout::length(header.frame_len()) <= room))
    }

    fn frame_at(&self, offset: u64, header: &Header) -> Result<Option<Frame>, StoreError> {
        let mut bytes = vec![0; header.frame_len()];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(Frame::read(bytes))
    }

    fn tag_at(&self, offset: u64, header: &Header) -> Result<super::Tag, StoreError> {
        let mut tag = super::Tag::default();
        let behind = header.frame_len().saturating_sub(tag.len());
        self.file.read_exact_at(&mut tag, offset.saturating_add(layout::length(behind)))?;
        Ok(tag)
    }

    fn damaged(&self, position: u64, what: &str) -> StoreError {
        let name = file_name(self.header.first);
        StoreError::corrupt(format_args!("frame {position} of the log, in `{name}`: {what}"))
    }
}

/// Takes the spare file, or makes one, and gives it this header and its name.
fn begin_file(
    folder: &Path,
    settings: LogSettings,
    header: FileHeader,
    room: u64,
) -> Result<Arc<LogFile>, StoreError> {
    let (spare, path) = (folder.join(SPARE_FILE), folder.join(file_name(header.first)));
    let wanted = settings.file_bytes.max(room.saturating_add(BLOCK_BYTES));
    if fs::metadata(&spare).is_ok_and(|found| found.len() < wanted) {
        remove_if_there(&spare)?;
    }
    if !spare.try_exists()? {
        make_spare(folder, wanted)?;
    }
    let file = OpenOptions::new().read(true).write(true).open(&spare)?;
    file.write_all_at(&header.block(), 0)?;
    file.sync_data()?;
    fs::rename(spare, path)?;
    sync_folder(folder)?;
    let bytes = file.metadata()?.len();
    Ok(Arc::new(LogFile { file, header, bytes, marks: Mutex::default() }))
}

fn make_spare(folder: &Path, bytes: u64) -> Result<(), StoreError> {
    let unfinished = folder.join(UNFINISHED_FILE);
    remove_if_there(&unfinished)?;
    let filled = fill(&unfinished, bytes);
    if filled.is_err() {
        remove_if_there(&unfinished)?;
    }
    filled?;
    fs::rename(unfinished, folder.join(SPARE_FILE))?;
    sync_folder(folder)
}

/// Creates a file of zeros that are on the disk: space that is only allocated would be converted,
/// which is metadata, by the first write to each part of it.
fn fill(path: &Path, bytes: u64) -> Result<(), StoreError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {}
        Err(error) => return Err(std::io::Error::from(error).into()),
    }
    let mut offset = 0;
    while offset < bytes {
        let len = bytes.saturating_sub(offset).min(layout::length(ZEROS.len()));
        let zeros = ZEROS.get(..usize::try_from(len).unwrap_or(ZEROS.len())).unwrap_or(ZEROS);
        file.write_all_at(zeros, offset)?;
        offset = offset.saturating_add(len);
    }
    Ok(file.sync_all()?)
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

fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    Ok(File::open(folder)?.sync_all()?)
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for FileLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileLog").field("folder", &self.folder).finish_non_exhaustive()
    }
}
