//! The modes of files and directories: which other users can read or write them.
//!
//! The command sets a umask, so files that it creates are private. This module checks existing
//! files: a data directory created by an operator, a file restored from a backup.

use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::OpenError;

/// The permissions of the group and of all others.
const OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;
/// The name prefixes of secret files, which are rejected when they are accessible to others and
/// never repaired: they may already have been read.
const SECRETS: &str = "root-";

/// Makes an accessible data directory, and its contents, private.
///
/// Readable files are repaired, with a warning. Writable ones are rejected: their contents may have
/// been replaced.
pub(crate) fn close(folder: &Path) -> Result<(), OpenError> {
    let about = match fs::metadata(folder) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if mode(&about) & OTHERS_WRITE != 0 {
        return Err(OpenError::Writable { path: folder.to_owned() });
    }
    // A private directory protects everything in it, regardless of the modes of its contents.
    let is_closed = mode(&about) & OTHERS == 0;
    let mut is_empty = true;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        is_empty = false;
        if entry.file_name().to_string_lossy().starts_with(SECRETS) {
            continue;
        }
        let (path, about) = (entry.path(), fs::metadata(entry.path())?);
        if !is_closed && mode(&about) & OTHERS_WRITE != 0 {
            return Err(OpenError::Writable { path });
        }
        if tighten(&path, &about)? {
            let (path, was) = (path.display(), format!("{:o}", mode(&about)));
            tracing::warn!(%path, was, "other users could read this file; its permissions were tightened");
        }
    }
    if tighten(folder, &about)? && !is_empty {
        let path = folder.display();
        tracing::warn!(%path, "other users could read the data directory; its permissions were tightened");
    }
    Ok(())
}

/// Whether anything had to be closed.
fn tighten(path: &Path, about: &Metadata) -> Result<bool, OpenError> {
    if mode(about) & OTHERS == 0 {
        return Ok(false);
    }
    fs::set_permissions(path, Permissions::from_mode(mode(about) & !OTHERS))
        .map_err(|cause| OpenError::File { path: path.to_owned(), cause })?;
    Ok(true)
}

/// Errors if a private key, or a file with secrets that an administrator maintains, is accessible
/// to others.
///
/// As for OpenSSH, others may not read it at all; but a group may read files of the superuser, as
/// Debian's `ssl-cert` group, mounted secrets and systemd's credentials require.
pub fn refuse_loose_key(path: &Path) -> Result<(), String> {
    let about = fs::metadata(path).map_err(|cause| cause.to_string())?;
    let allowed = if about.uid() == 0 { 0o040 } else { 0 };
    // A pipe's permissions are the responsibility of its creator.
    if !about.is_file() || mode(&about) & OTHERS & !allowed == 0 {
        return Ok(());
    }
    Err("other users can read or change it: run chmod 600 on it".to_owned())
}

fn mode(about: &Metadata) -> u32 {
    about.permissions().mode() & 0o7777
}

/// Errors if other users can read a secret file.
pub(crate) fn refuse_readable_by_others(path: &Path) -> Result<(), OpenError> {
    let others = mode(&fs::metadata(path)?) & OTHERS;
    if others == 0 { Ok(()) } else { Err(OpenError::TooOpen { path: path.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn at(path: &Path) -> u32 {
        mode(&fs::metadata(path).unwrap())
    }

    /// An existing directory that contains files of ours.
    fn found(folder_mode: u32, file_mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.redb");
        fs::write(&file, "x").unwrap();
        set(&file, file_mode);
        set(folder.path(), folder_mode);
        (folder, file)
    }

    /// What was readable is closed; the owner's own rights stay.
    #[test]
    fn readable_files_are_made_private() {
        for (folder_mode, file_mode) in [(0o755, 0o644), (0o750, 0o640), (0o700, 0o666)] {
            let (folder, file) = found(folder_mode, file_mode);
            fs::create_dir(folder.path().join("segments")).unwrap();
            close(folder.path()).unwrap();
            assert_eq!((at(folder.path()), at(&file)), (0o700, 0o600));
            assert_eq!(at(&folder.path().join("segments")), 0o700);
        }
        close(Path::new("no such folder")).unwrap();
    }

    /// Files that others could write to may contain their data.
    #[test]
    fn writable_files_are_rejected() {
        for (folder_mode, file_mode) in [(0o777, 0o600), (0o1777, 0o600), (0o770, 0o600)] {
            let (folder, file) = found(folder_mode, file_mode);
            let refused = close(folder.path()).unwrap_err();
            assert!(refused.to_string().contains("other users can write"), "{refused}");
            assert_eq!((at(folder.path()), at(&file)), (folder_mode, file_mode), "untouched");
        }
        for file_mode in [0o666, 0o660, 0o602] {
            let (folder, _) = found(0o755, file_mode);
            assert!(matches!(close(folder.path()), Err(OpenError::Writable { .. })));
        }
    }

    /// Secrets that others could read are not repaired here: they are refused when they are opened.
    #[test]
    fn readable_secrets_are_not_repaired() {
        let (folder, _) = found(0o700, 0o600);
        let secret = folder.path().join("root-credentials");
        fs::write(&secret, "x").unwrap();
        set(&secret, 0o644);
        close(folder.path()).unwrap();
        assert_eq!(at(&secret), 0o644);
    }

    /// A private key belongs to its owner alone, or to the superuser and one group.
    #[test]
    fn loose_private_keys_are_refused() {
        let (_folder, file) = found(0o700, 0o600);
        let is_root = fs::metadata(&file).unwrap().uid() == 0;
        for (mode, want) in [
            (0o600, true),
            (0o400, true),
            (0o640, is_root),
            (0o660, false),
            (0o644, false),
            (0o604, false),
        ] {
            set(&file, mode);
            assert_eq!(refuse_loose_key(&file).is_ok(), want, "{mode:o}");
        }
    }
}
