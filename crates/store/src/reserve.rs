use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use crate::StoreError;

/// Its file within the data directory.
pub(crate) const RESERVE_FILE: &str = "reserve";
/// Bytes of disk space that are held back for deletion and delivery on a full disk.
const RESERVE_BYTES: usize = 16 << 20;
const CHUNK: &[u8] = &[0x5a; 64 << 10];

/// A file that takes room on the disk until the room is needed, and whether it is needed now.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    full: AtomicBool,
    /// Who takes or gives up the room, one after the other.
    turn: Mutex<()>,
}

impl Reserve {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            path: folder.join(RESERVE_FILE),
            full: AtomicBool::new(false),
            turn: Mutex::default(),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    /// Gives the room back to the disk and takes the disk for full.
    pub(crate) fn release(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.full.store(true, Ordering::Release);
        self.remove()
    }

    /// Takes the room again; false if there is too little. A disk that was full needs twice as
    /// much, so that it does not seem full again at once.
    pub(crate) fn hold(&self) -> Result<bool, StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = u64::try_from(RESERVE_BYTES).unwrap_or(u64::MAX);
        let there = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if there == wanted && !self.is_full() {
            return Ok(true);
        }
        let room = if self.is_full() { RESERVE_BYTES.saturating_mul(2) } else { RESERVE_BYTES };
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        let taken = options.open(&self.path).and_then(|mut file| {
            take(&mut file, room)?;
            file.sync_all()?;
            file.set_len(wanted)
        });
        match taken.map_err(StoreError::from) {
            Ok(()) => {
                self.full.store(false, Ordering::Release);
                Ok(true)
            }
            Err(error) => {
                self.remove()?;
                if error.is_full() { Ok(false) } else { Err(error) }
            }
        }
    }

    fn remove(&self) -> Result<(), StoreError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Takes `room` bytes of the disk, at once where the file system can: a disk that has stayed full
/// is asked every second, and is not to be written full each time.
fn take(file: &mut File, room: usize) -> io::Result<()> {
    let len = u64::try_from(room).unwrap_or(u64::MAX);
    match rustix::fs::fallocate(&*file, FallocateFlags::empty(), 0, len) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
            (0..room.div_ceil(CHUNK.len())).try_for_each(|_| file.write_all(CHUNK))
        }
        taken => Ok(taken?),
    }
}
