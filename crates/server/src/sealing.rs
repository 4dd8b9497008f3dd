//! The root key: its location and how it is sealed.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use keys::{RootKey, sealer};
use types::Entropy;
use zeroize::Zeroizing;

use crate::modes::{refuse_loose_key, refuse_readable_by_others};
use crate::{Config, OpenError};

/// The bare root key in the data directory, mode 0600.
pub(crate) const BARE_FILE: &str = "root-key";
/// The root key under a passphrase.
pub(crate) const SEALED_FILE: &str = "root-key.sealed";

/// Reads the root key, if there is one. Changes nothing.
pub(crate) fn kept(config: &Config) -> Result<Option<RootKey>, OpenError> {
    let (bare, sealed) = (bare_file(config), config.data_dir.join(SEALED_FILE));
    match &config.passphrase {
        Some(passphrase) if sealed.exists() => {
            refuse_readable_by_others(&sealed)?;
            let bytes = fs::read(&sealed).map_err(|cause| unreadable(&sealed, cause))?;
            Ok(Some(sealer::open_with_passphrase(&bytes, passphrase)?))
        }
        Some(_) if bare.exists() => Err(OpenError::NotSealed { path: bare }),
        None if sealed.exists() => Err(OpenError::PassphraseNeeded),
        None if bare.exists() => {
            match config.root_key_file {
                // An administrator or a supervisor maintains it.
                Some(_) => refuse_loose_key(&bare)
                    .map_err(|_| OpenError::TooOpen { path: bare.clone() })?,
                None => refuse_readable_by_others(&bare)?,
            }
            by_file(&bare).map(Some)
        }
        Some(_) | None => Ok(None),
    }
}

/// Stores a new root key where [`kept`] will find it.
pub(crate) fn keep(config: &Config, key: &RootKey, entropy: &Entropy) -> Result<(), OpenError> {
    let path = place(config);
    let written = match &config.passphrase {
        Some(passphrase) => {
            write_private(&path, &sealer::seal_with_passphrase(key, passphrase, entropy)?)
        }
        None => write_private(&path, sealer::print_root_key(key).as_bytes()),
    };
    written.map_err(|cause| unreadable(&path, cause))
}

/// Where the root key is, or will be.
pub(crate) fn place(config: &Config) -> PathBuf {
    match config.passphrase {
        Some(_) => config.data_dir.join(SEALED_FILE),
        None => bare_file(config),
    }
}

fn bare_file(config: &Config) -> PathBuf {
    config.root_key_file.clone().unwrap_or_else(|| config.data_dir.join(BARE_FILE))
}

fn by_file(path: &Path) -> Result<RootKey, OpenError> {
    let bytes = Zeroizing::new(fs::read(path).map_err(|cause| unreadable(path, cause))?);
    let key = str::from_utf8(&bytes).ok().and_then(sealer::parse_root_key);
    key.ok_or_else(|| OpenError::BadRootKey { path: path.to_owned() })
}

fn unreadable(path: &Path, cause: io::Error) -> OpenError {
    OpenError::File { path: path.to_owned(), cause }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_beside(path, bytes)?;
    put_in_place(path)
}

/// The temporary name of a file before it is renamed.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

/// The first half of [`write_private`]: the bytes are on the disk, and `path` is as it was.
pub(crate) fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(beside(path))?;
    // Before the first byte: an earlier attempt may have left a file that others may read.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The second half of [`write_private`]: renames the file durably.
pub(crate) fn put_in_place(path: &Path) -> io::Result<()> {
    fs::rename(beside(path), path)?;
    sync_folder_of(path)
}

/// Makes the names in a file's directory durable.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
