use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FallocateFlags, statvfs};
use rustix::io::Errno;

use crate::StoreError;

/// Its file within the data directory.
pub(crate) const RESERVE_FILE: &str = "reserve";
/// Bytes of disk space reserved for deletion and delivery on a full disk.
const RESERVE_BYTES: usize = 16 << 20;
const CHUNK: &[u8] = &[0x5a; 64 << 10];

/// A file that occupies disk space until the space is needed, and whether it is needed now.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    full: AtomicBool,
    /// Serializes allocation and release.
    turn: Mutex<()>,
    /// The bytes that the disk of this folder has left for us.
    free: fn(&Path) -> io::Result<u64>,
}

impl Reserve {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            path: folder.join(RESERVE_FILE),
            full: AtomicBool::new(false),
            turn: Mutex::default(),
            free,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    /// Releases the space and marks the disk as full.
    pub(crate) fn release(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.full.store(true, Ordering::Release);
        self.remove()
    }

    /// Allocates the space again; returns false if there is too little. A disk that was full needs
    /// twice as much, so that it is not marked full again at once.
    pub(crate) fn hold(&self) -> Result<bool, StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = u64::try_from(RESERVE_BYTES).unwrap_or(u64::MAX);
        let there = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if there == wanted && !self.is_full() {
            return Ok(true);
        }
        let room = if self.is_full() { RESERVE_BYTES.saturating_mul(2) } else { RESERVE_BYTES };
        if !self.may_have(room, there)? {
            // The free space of a full disk is queried every second, without changing the disk each
            // time.
            return Ok(false);
        }
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

    /// Errors if the disk does not report this much free space beside the reserve, which may have to
    /// be taken again.
    pub(crate) fn expect_room_for(&self, bytes: u64) -> Result<(), StoreError> {
        let folder = self.path.parent().unwrap_or(&self.path);
        let free = (self.free)(folder)?;
        if free < bytes.saturating_add(u64::try_from(RESERVE_BYTES).unwrap_or(u64::MAX)) {
            return Err(StoreError::full(format_args!("{bytes} bytes more are needed")));
        }
        Ok(())
    }

    /// Whether the disk reports this much free space; allocation may still fail. The bytes of the
    /// file that are already `there` are free when it is rewritten.
    fn may_have(&self, room: usize, there: u64) -> Result<bool, StoreError> {
        let folder = self.path.parent().unwrap_or(&self.path);
        let room = u64::try_from(room).unwrap_or(u64::MAX);
        Ok((self.free)(folder)?.saturating_add(there) >= room)
    }

    fn remove(&self) -> Result<(), StoreError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn free(folder: &Path) -> io::Result<u64> {
    let disk = statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Allocates `room` bytes of the disk, in one step if the file system supports it: otherwise the
/// disk would be filled to find out that there is too little space.
fn take(file: &mut File, room: usize) -> io::Result<()> {
    let len = u64::try_from(room).unwrap_or(u64::MAX);
    match rustix::fs::fallocate(&*file, FallocateFlags::empty(), 0, len) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
            (0..room.div_ceil(CHUNK.len())).try_for_each(|_| file.write_all(CHUNK))
        }
        taken => Ok(taken?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A full disk is queried and left unchanged; an existing part of the file counts.
    #[test]
    fn a_full_disk_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let mut reserve = Reserve::new(folder.path());
        reserve.release().unwrap();
        reserve.free = |_| Ok(RESERVE_BYTES as u64);
        // Creating the file would fail for a reason other than lack of space.
        std::fs::create_dir(&reserve.path).unwrap();
        assert!(!reserve.hold().unwrap() && reserve.is_full());
        assert!(reserve.path.is_dir());
        std::fs::remove_dir(&reserve.path).unwrap();
        reserve.free = |_| Ok(2 * RESERVE_BYTES as u64);
        assert!(reserve.hold().unwrap() && !reserve.is_full());
        let file = OpenOptions::new().write(true).open(&reserve.path).unwrap();
        file.set_len(RESERVE_BYTES as u64 - 1).unwrap();
        reserve.free = |_| Ok(1);
        assert!(reserve.hold().unwrap(), "one byte more than is there");
        assert_eq!(file.metadata().unwrap().len(), RESERVE_BYTES as u64);
    }

    /// The disk's own report is trusted only if it reports too little space.
    #[test]
    fn the_disk_reports_its_free_space() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free(folder.path()).unwrap() > 0);
        assert!(free(&folder.path().join("none")).is_err());
    }
}
