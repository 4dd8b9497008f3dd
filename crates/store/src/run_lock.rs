//! Whether a run of a backup still lives: it holds a lock on a file in the data directory, which the
//! operating system releases however it ends.

use std::fs::File;
use std::path::Path;

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, flock, openat, unlinkat};
use rustix::io::Errno;

use crate::StoreError;
use crate::cursors::{create_in, folder_of};

/// The lock of a run of a backup, held until it is dropped. The file stays, unless the run ends as
/// it should.
#[derive(Debug)]
pub struct RunLock {
    folder: File,
    name: String,
    /// Locked as long as it is open.
    _file: File,
}

impl RunLock {
    /// Locks the file of the run of this name, which is hexadecimal digits and no other run's.
    pub fn hold(data: &Path, run: &str) -> Result<Self, StoreError> {
        let (name, (folder, owner)) = (name(run)?, folder_of(data)?);
        let file = create_in(&folder, &owner, &name)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(std::io::Error::from)?;
        Ok(Self { folder, name, _file: file })
    }

    /// Whether the run was one of this data directory and has ended, however it did. `false`, too,
    /// if nothing is known of it. What is left of it is deleted.
    pub fn has_ended(data: &Path, run: &str) -> Result<bool, StoreError> {
        let (name, (folder, _)) = (name(run)?, folder_of(data)?);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = match openat(&folder, name.as_str(), flags, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(false),
            file => File::from(file.map_err(std::io::Error::from)?),
        };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Ok(false),
            locked => locked.map_err(std::io::Error::from)?,
        }
        unlinkat(&folder, name.as_str(), AtFlags::empty()).map_err(std::io::Error::from)?;
        Ok(true)
    }

    /// Removes the file. Without it others see that the run has ended without removing it.
    pub fn end(self) -> Result<(), StoreError> {
        match unlinkat(&self.folder, self.name.as_str(), AtFlags::empty()) {
            Err(Errno::NOENT) | Ok(()) => Ok(()),
            Err(error) => Err(std::io::Error::from(error).into()),
        }
    }
}

fn name(run: &str) -> Result<String, StoreError> {
    let is_name = !run.is_empty() && types::hex_decode(run).is_some();
    if !is_name {
        return Err(StoreError::corrupt("the name of a run is not hexadecimal digits"));
    }
    Ok(format!("{run}.run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run is alive as long as it holds its lock; of an unknown one nothing is claimed.
    #[test]
    fn a_run_lives_while_it_holds_its_lock() {
        let data = tempfile::tempdir().unwrap();
        let lock = RunLock::hold(data.path(), "aa").unwrap();
        assert!(!RunLock::has_ended(data.path(), "aa").unwrap());
        assert!(!RunLock::has_ended(data.path(), "bb").unwrap());
        assert!(RunLock::hold(data.path(), "../aa").is_err());
        // As after a kill: the lock goes with the process, the file stays.
        drop(lock);
        assert!(RunLock::has_ended(data.path(), "aa").unwrap());
        assert!(!RunLock::has_ended(data.path(), "aa").unwrap(), "it is gone");
        RunLock::hold(data.path(), "cc").unwrap().end().unwrap();
        assert!(!RunLock::has_ended(data.path(), "cc").unwrap());
    }
}
