//! How far the backups of a data directory have come, and what the log keeps for them.
//!
//! ```text
//! backups/3f1c….json      of one backup: where to, up to which frame, as of when, whether it follows
//! backups/damaged-frame   a frame of the log that a backup found damaged (`damaged_frame.rs`)
//! ```
//!
//! A backup that follows the log holds back what it has not copied yet, up to [`HELD_BYTES_MAX`]:
//! then its cursor is deleted, so that a backup that died does not fill the disk.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, open, openat, renameat, unlinkat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::StoreError;
use crate::bodies::create_folder;

/// The folder of cursors within the data directory.
pub(crate) const FOLDER: &str = "backups";
const SUFFIX: &str = ".json";
/// Bytes of the log that a backup may hold back.
pub(crate) const HELD_BYTES_MAX: u64 = 1 << 30;
/// The maximum length of a cursor's file.
const BYTES_MAX: u64 = 64 << 10;

/// How far a backup has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupCursor {
    /// Names the backup: hexadecimal digits.
    pub backup: String,
    /// Where it is, as the operator named it.
    pub destination: String,
    /// The newest frame that is in it.
    pub position: u64,
    /// When that was the newest frame there was.
    pub as_of: Timestamp,
    /// Whether it follows the log, which keeps for it what it has not copied yet.
    pub follows: bool,
}

impl BackupCursor {
    /// Those of a data directory. Unreadable ones are reported and left out.
    pub fn all(data: &Path) -> Result<Vec<Self>, StoreError> {
        let mut found = Vec::new();
        let entries = match fs::read_dir(data.join(FOLDER)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().ends_with(SUFFIX) {
                continue;
            }
            match read(&entry.path()) {
                Ok(cursor) => found.push(cursor),
                Err(error) => {
                    let (file, error) = (entry.path(), types::error_chain(&error));
                    tracing::warn!(file = %file.display(), error, "unreadable cursor of a backup");
                }
            }
        }
        found.sort_by(|one, other| one.backup.cmp(&other.backup));
        Ok(found)
    }

    /// The cursor of this backup; `None` if there is none, or it was deleted.
    pub fn of(data: &Path, backup: &str) -> Result<Option<Self>, StoreError> {
        let path = path(data, backup)?;
        if path.try_exists()? { read(&path).map(Some) } else { Ok(None) }
    }

    /// Writes it durably.
    pub fn write(&self, data: &Path) -> Result<(), StoreError> {
        let name = name(&self.backup)?;
        write_file(data, &name, &serde_json::to_vec(self).map_err(std::io::Error::from)?)
    }

    /// Deletes the cursor of a backup; a missing one is not an error.
    pub fn delete(data: &Path, backup: &str) -> Result<(), StoreError> {
        match fs::remove_file(path(data, backup)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The position from which on backups hold the frames of the log back; `None` if there is no
/// backup that follows it. A backup that would hold more than the limit of `bytes_after` its position
/// holds none: its cursor is deleted.
pub(crate) fn held_from(
    data: &Path,
    bytes_after: &dyn Fn(u64) -> Result<u64, StoreError>,
) -> Result<Option<u64>, StoreError> {
    let following = BackupCursor::all(data)?.into_iter().filter(|cursor| cursor.follows);
    let mut held = None;
    for cursor in following {
        if bytes_after(cursor.position)? > HELD_BYTES_MAX {
            let (to, position) = (&cursor.destination, cursor.position);
            tracing::error!(
                to,
                position,
                "a backup is too far behind: the log no longer waits for it"
            );
            BackupCursor::delete(data, &cursor.backup)?;
        } else {
            let next = cursor.position.saturating_add(1);
            held = Some(held.map_or(next, |before: u64| before.min(next)));
        }
    }
    Ok(held)
}

/// Writes a file of the folder durably. Folder and file belong to the owner of the data directory,
/// even if another user writes it.
///
/// Links are not followed, and what is there is not trusted: the owner of the data directory must
/// not gain from it that root writes here.
pub(crate) fn write_file(data: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let owner = fs::metadata(data)?;
    create_folder(&data.join(FOLDER))?;
    let folder = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = open(data.join(FOLDER), folder, Mode::empty()).map_err(std::io::Error::from)?;
    let folder = File::from(folder);
    give(&folder, &owner)?;
    let beside = format!("{}.new", name.strip_suffix(SUFFIX).unwrap_or(name));
    match unlinkat(&folder, beside.as_str(), AtFlags::empty()) {
        Err(Errno::NOENT) | Ok(()) => {}
        Err(error) => return Err(std::io::Error::from(error).into()),
    }
    let made = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
    let file = openat(&folder, beside.as_str(), made | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR);
    let mut file = File::from(file.map_err(std::io::Error::from)?);
    give(&file, &owner)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    renameat(&folder, beside.as_str(), &folder, name).map_err(std::io::Error::from)?;
    Ok(folder.sync_all()?)
}

/// Makes `file` one of `owner`'s, if it is not.
fn give(file: &File, owner: &Metadata) -> Result<(), StoreError> {
    let own = file.metadata()?;
    if (owner.uid(), owner.gid()) != (own.uid(), own.gid()) {
        fchown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

fn name(backup: &str) -> Result<String, StoreError> {
    let is_name = !backup.is_empty() && types::hex_decode(backup).is_some();
    if !is_name {
        return Err(StoreError::corrupt("the name of a backup is not hexadecimal digits"));
    }
    Ok(format!("{backup}{SUFFIX}"))
}

fn path(data: &Path, backup: &str) -> Result<PathBuf, StoreError> {
    Ok(data.join(FOLDER).join(name(backup)?))
}

fn read(path: &Path) -> Result<BackupCursor, StoreError> {
    let damaged = || StoreError::corrupt(format_args!("`{}` is no cursor", path.display()));
    if fs::metadata(path)?.len() > BYTES_MAX {
        return Err(damaged());
    }
    serde_json::from_slice(&fs::read(path)?).map_err(|_| damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(backup: &str, position: u64, follows: bool) -> BackupCursor {
        let (backup, destination) = (backup.to_owned(), "/backup".to_owned());
        BackupCursor { backup, destination, position, as_of: Timestamp::from_secs(1), follows }
    }

    /// The log waits for the backup that is farthest behind, and for none that does not follow.
    #[test]
    fn the_log_waits_for_backups_that_follow_it() {
        let data = tempfile::tempdir().unwrap();
        let few = |_| Ok(1);
        assert_eq!(held_from(data.path(), &few).unwrap(), None);
        for one in [cursor("aa", 70, true), cursor("bb", 50, true), cursor("cc", 3, false)] {
            one.write(data.path()).unwrap();
            assert_eq!(BackupCursor::of(data.path(), &one.backup).unwrap(), Some(one));
        }
        assert_eq!(held_from(data.path(), &|_| Ok(HELD_BYTES_MAX)).unwrap(), Some(51));
        BackupCursor::delete(data.path(), "bb").unwrap();
        BackupCursor::delete(data.path(), "bb").unwrap();
        assert_eq!(held_from(data.path(), &few).unwrap(), Some(71));
    }

    /// A backup that died does not fill the disk.
    #[test]
    fn the_log_does_not_wait_for_ever() {
        let data = tempfile::tempdir().unwrap();
        let near = cursor("bb", 90, true);
        for one in [cursor("aa", 7, true), near.clone(), cursor("cc", 3, false)] {
            one.write(data.path()).unwrap();
        }
        // The log is as long as the one backup is behind; the other one is not.
        let bytes_after = |position| Ok(HELD_BYTES_MAX + 1 - (position - 7));
        assert_eq!(held_from(data.path(), &bytes_after).unwrap(), Some(91));
        assert_eq!(BackupCursor::all(data.path()).unwrap(), [near, cursor("cc", 3, false)]);
    }

    /// Neither the folder nor the file is written through a link.
    #[test]
    fn links_are_not_followed() {
        let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(other.path(), data.path().join(FOLDER)).unwrap();
        assert!(cursor("aa", 7, true).write(data.path()).is_err());
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
        fs::remove_file(data.path().join(FOLDER)).unwrap();
        fs::create_dir(data.path().join(FOLDER)).unwrap();
        let precious = other.path().join("precious");
        fs::write(&precious, "as it was").unwrap();
        std::os::unix::fs::symlink(&precious, data.path().join(FOLDER).join("aa.new")).unwrap();
        cursor("aa", 7, true).write(data.path()).unwrap();
        assert_eq!(fs::read_to_string(precious).unwrap(), "as it was");
        assert_eq!(BackupCursor::of(data.path(), "aa").unwrap(), Some(cursor("aa", 7, true)));
    }

    /// A file that is none holds nothing, and a name cannot leave the folder.
    #[test]
    fn strange_cursors_are_left_out() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join(FOLDER)).unwrap();
        fs::write(data.path().join(FOLDER).join("aa.json"), "{").unwrap();
        assert_eq!(BackupCursor::all(data.path()).unwrap(), []);
        assert!(cursor("../aa", 1, true).write(data.path()).is_err());
        assert!(cursor("", 1, true).write(data.path()).is_err());
    }
}
