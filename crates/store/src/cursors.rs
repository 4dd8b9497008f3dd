//! How far the backups of a data directory have come, and what is kept for them.
//!
//! ```text
//! backups/3f1c….json      of one backup: where to, up to which frame, as of when, whether it follows
//! backups/9a07….run       a run of a backup, which holds a lock on it while it lives
//! backups/damaged-frame   a frame of the log that a backup found damaged (`damaged_frame.rs`)
//! ```
//!
//! A backup that follows the log holds back what it has not copied yet: frames up to
//! [`HELD_BYTES_MAX`], and object bodies that no row names any more. It is given up when it holds
//! more, when it gives no sign of life for a day, and on a full disk: a backup that died does not
//! fill the disk. Its cursor stays, with the reason, until its next round.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, open, openat, renameat, unlinkat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use types::{DAY_MS, HOUR_MS, Timestamp};

use crate::StoreError;
use crate::bodies::create_folder;

/// The folder of cursors within the data directory.
pub(crate) const FOLDER: &str = "backups";
const SUFFIX: &str = ".json";
/// Bytes of the log that a backup may hold back.
pub(crate) const HELD_BYTES_MAX: u64 = 1 << 30;
/// A backup that gives no sign of life for longer is given up, in milliseconds.
const SILENT_MS_MAX: u64 = DAY_MS;
/// On a full disk a backup that holds back older bodies is given up, in milliseconds.
const HELD_WHEN_FULL_MS: u64 = HOUR_MS;
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
    /// Object bodies that were written since then are kept for it; `as_of` if absent.
    #[serde(default)]
    pub bodies_since: Option<Timestamp>,
    /// Since when it has been waited for without a pause.
    #[serde(default)]
    pub kept_since: Option<Timestamp>,
    /// Its last sign of life; `as_of` if absent.
    #[serde(default)]
    pub alive: Option<Timestamp>,
    /// Why nothing is kept for it any more, though it follows the log.
    #[serde(default)]
    pub given_up: Option<String>,
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

    /// Whether what it has not copied yet is kept for it.
    pub fn is_waited_for(&self) -> bool {
        self.follows && self.given_up.is_none()
    }

    /// Since when object bodies must be kept for backups; `None` if none needs any.
    ///
    /// Gives up backups without a sign of life for a day and, on a full disk, those that hold back
    /// old bodies.
    pub fn bodies_needed_since(
        data: &Path,
        now: Timestamp,
        is_full: bool,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut needed: Option<Timestamp> = None;
        for cursor in Self::all(data)?.into_iter().filter(Self::is_waited_for) {
            let since = cursor.bodies_since.unwrap_or(cursor.as_of);
            if now.since_ms(cursor.alive.unwrap_or(cursor.as_of)) > SILENT_MS_MAX {
                cursor.give_up(data, "it gave no sign of life for a day")?;
            } else if is_full && now.since_ms(since) > HELD_WHEN_FULL_MS {
                cursor.give_up(data, "the disk is full, and deleted objects were kept for it")?;
            } else {
                needed = Some(needed.map_or(since, |before| before.min(since)));
            }
        }
        Ok(needed)
    }

    /// Keeps nothing for it any more.
    fn give_up(mut self, data: &Path, why: &str) -> Result<(), StoreError> {
        let (to, position) = (&self.destination, self.position);
        tracing::error!(to, position, why, "a backup is given up: nothing is kept for it any more");
        self.given_up = Some(why.to_owned());
        self.write(data)
    }
}

/// The position from which on backups hold the frames of the log back; `None` if there is no
/// backup that follows it. A backup that would hold more than the limit of `bytes_after` its position
/// is given up.
pub(crate) fn held_from(
    data: &Path,
    bytes_after: &dyn Fn(u64) -> Result<u64, StoreError>,
) -> Result<Option<u64>, StoreError> {
    let following = BackupCursor::all(data)?.into_iter().filter(BackupCursor::is_waited_for);
    let mut held = None;
    for cursor in following {
        if bytes_after(cursor.position)? > HELD_BYTES_MAX {
            cursor.give_up(data, "it is too far behind the log")?;
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
    let (folder, owner) = folder_of(data)?;
    let beside = format!("{}.new", name.strip_suffix(SUFFIX).unwrap_or(name));
    let mut file = create_in(&folder, &owner, &beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    renameat(&folder, beside.as_str(), &folder, name).map_err(std::io::Error::from)?;
    Ok(folder.sync_all()?)
}

/// The folder of cursors, which belongs to the owner of the data directory, and that owner. It is
/// created if it is missing, and not a link.
pub(crate) fn folder_of(data: &Path) -> Result<(File, Metadata), StoreError> {
    let owner = fs::metadata(data)?;
    create_folder(&data.join(FOLDER))?;
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = open(data.join(FOLDER), flags, Mode::empty()).map_err(std::io::Error::from)?;
    let folder = File::from(folder);
    give(&folder, &owner)?;
    Ok((folder, owner))
}

/// A new file in the folder, in place of what has the name.
pub(crate) fn create_in(folder: &File, owner: &Metadata, name: &str) -> Result<File, StoreError> {
    match unlinkat(folder, name, AtFlags::empty()) {
        Err(Errno::NOENT) | Ok(()) => {}
        Err(error) => return Err(std::io::Error::from(error).into()),
    }
    let made = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
    let file = openat(folder, name, made | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR);
    let file = File::from(file.map_err(std::io::Error::from)?);
    give(&file, owner)?;
    Ok(file)
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
        BackupCursor {
            backup,
            destination,
            position,
            as_of: Timestamp::from_secs(1),
            follows,
            bodies_since: None,
            kept_since: None,
            alive: None,
            given_up: None,
        }
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
        cursor("bb", 50, false).write(data.path()).unwrap();
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
        let all = BackupCursor::all(data.path()).unwrap();
        assert_eq!(all[1..], [near, cursor("cc", 3, false)]);
        assert_eq!((all[0].position, all[0].follows), (7, true), "it is still seen");
        assert!(!all[0].is_waited_for() && all[0].given_up.is_some(), "{all:?}");
    }

    /// Object bodies are kept for backups that live, and for none that died or fills the disk.
    #[test]
    fn bodies_are_kept_for_backups_that_live() {
        let data = tempfile::tempdir().unwrap();
        let at = |hours: u64| Timestamp::from_ms(hours * HOUR_MS);
        let put = |name: &str, alive: u64, since: u64| {
            let (alive, bodies_since) = (Some(at(alive)), Some(at(since)));
            let own = BackupCursor { bodies_since, alive, ..cursor(name, 1, true) };
            own.write(data.path()).unwrap();
        };
        let needed = |now: u64, is_full| {
            BackupCursor::bodies_needed_since(data.path(), at(now), is_full).unwrap()
        };
        assert_eq!(needed(1, false), None);
        put("aa", 100, 0);
        put("bb", 103, 102);
        put("cc", 70, 50);
        assert_eq!(needed(103, false), Some(at(0)), "of a first round");
        assert!(!BackupCursor::of(data.path(), "cc").unwrap().unwrap().is_waited_for());
        assert_eq!(needed(125, false), Some(at(102)), "one was silent for more than a day");
        assert_eq!(needed(103, true), Some(at(102)), "an hour is no burden");
        assert_eq!(needed(104, true), None, "a full disk needs the room");
        let all = BackupCursor::all(data.path()).unwrap();
        assert!(all.iter().all(|own| own.given_up.is_some()), "{all:?}");
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
