//! Where the files of a log are: a folder of the operating system, or a test's.

use std::any::Any;
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FallocateFlags, FlockOperation, fallocate, flock};
use rustix::io::Errno;

/// A folder of files, of which only what was synced survives a crash of the machine.
pub trait LogFolder: fmt::Debug + Send + Sync + 'static {
    /// The names in it, in any order.
    fn names(&self) -> io::Result<Vec<String>>;

    /// The length of a file in bytes; `None` if there is none of this name.
    fn len(&self, name: &str) -> io::Result<Option<u64>>;

    /// Opens a file that exists.
    fn open(&self, name: &str) -> io::Result<Arc<dyn FolderFile>>;

    /// Creates an empty file; errors if there is one of this name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn FolderFile>>;

    /// Gives a file another name, in place of a file that has it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file; errors if there is none.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes all names durable.
    fn sync(&self) -> io::Result<()>;

    /// Locks a file, which is created if there is none, until the result is dropped; `None` if
    /// another process has locked it.
    fn lock(&self, name: &str) -> io::Result<Option<Lock>>;

    /// The same, and waits while others share it: they do so for the reading of one frame.
    fn lock_waiting(&self, name: &str) -> io::Result<Lock>;

    /// Keeps others from locking a file until the result is dropped, also if there is none; `None` if
    /// another process has locked it.
    fn share(&self, name: &str) -> io::Result<Option<Lock>>;
}

/// What keeps a file locked.
pub type Lock = Box<dyn Any + Send + Sync>;

/// An open file of a [`LogFolder`].
pub trait FolderFile: fmt::Debug + Send + Sync {
    /// Reads exactly these bytes.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of these bytes.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Allocates disk space for this many bytes, or fails at once if there is too little and that
    /// is known.
    fn allocate(&self, bytes: u64) -> io::Result<()>;

    /// Makes what was written durable; `fdatasync`.
    fn sync(&self) -> io::Result<()>;
}

/// A folder of the operating system.
#[derive(Debug)]
pub(super) struct OsFolder {
    path: PathBuf,
    is_writable: bool,
}

impl OsFolder {
    /// The folder at `path`, created if there is none.
    pub(super) fn created(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self { path: path.to_owned(), is_writable: true })
    }

    /// The folder at `path`, whose files are opened for reading only; `None` if there is none.
    pub(super) fn examined(path: &Path) -> io::Result<Option<Self>> {
        let exists = path.try_exists()?;
        Ok(exists.then(|| Self { path: path.to_owned(), is_writable: false }))
    }
}

impl LogFolder for OsFolder {
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(&self.path)?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn len(&self, name: &str) -> io::Result<Option<u64>> {
        match fs::metadata(self.path.join(name)) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn FolderFile>> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(self.is_writable).open(self.path.join(name))?;
        Ok(Arc::new(OsFile(file)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn FolderFile>> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create_new(true).mode(0o600);
        Ok(Arc::new(OsFile(options.open(self.path.join(name))?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn lock(&self, name: &str) -> io::Result<Option<Lock>> {
        let file = self.lockable(name)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn lock_waiting(&self, name: &str) -> io::Result<Lock> {
        let file = self.lockable(name)?;
        loop {
            match flock(&file, FlockOperation::LockExclusive) {
                Ok(()) => return Ok(Box::new(file)),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn share(&self, name: &str) -> io::Result<Option<Lock>> {
        let file = match File::open(self.path.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(Box::new(()))),
            file => file?,
        };
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl OsFolder {
    fn lockable(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        options.open(self.path.join(name))
    }
}

/// An open file of the operating system.
#[derive(Debug)]
struct OsFile(File);

impl FolderFile for OsFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn allocate(&self, bytes: u64) -> io::Result<()> {
        match fallocate(&self.0, FallocateFlags::empty(), 0, bytes) {
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
