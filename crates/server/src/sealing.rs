//! The root key: where it lies and how it is sealed.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use keys::{RootKey, sealer};
use types::Entropy;

use crate::{Config, OpenError};

/// The bare root key in the data directory, mode 0600.
const BARE_FILE: &str = "root-key";
/// The root key under a passphrase.
const SEALED_FILE: &str = "root-key.sealed";

/// Reads the root key; makes one if `fresh`, that is, if there is nothing yet that it must open.
pub(crate) fn root_key(
    config: &Config,
    fresh: bool,
    entropy: &Entropy,
) -> Result<RootKey, OpenError> {
    let bare = config.root_key_file.clone().unwrap_or_else(|| config.data_dir.join(BARE_FILE));
    let sealed = config.data_dir.join(SEALED_FILE);
    match &config.passphrase {
        Some(passphrase) => by_passphrase(&sealed, passphrase, fresh, entropy),
        None if sealed.exists() => Err(OpenError::PassphraseNeeded),
        None => by_file(&bare, fresh, entropy),
    }
}

fn by_file(path: &Path, fresh: bool, entropy: &Entropy) -> Result<RootKey, OpenError> {
    if !path.exists() {
        if !fresh {
            return Err(OpenError::NoRootKey { path: path.to_owned() });
        }
        let key = RootKey::generate(entropy)?;
        write_private(path, sealer::print_root_key(&key).as_bytes())?;
        return Ok(key);
    }
    refuse_readable_by_others(path)?;
    let text = fs::read_to_string(path)?;
    sealer::parse_root_key(&text).ok_or_else(|| OpenError::BadRootKey { path: path.to_owned() })
}

fn by_passphrase(
    path: &Path,
    passphrase: &str,
    fresh: bool,
    entropy: &Entropy,
) -> Result<RootKey, OpenError> {
    if !path.exists() {
        if !fresh {
            return Err(OpenError::NoRootKey { path: path.to_owned() });
        }
        let key = RootKey::generate(entropy)?;
        write_private(path, &sealer::seal_with_passphrase(&key, passphrase, entropy)?)?;
        return Ok(key);
    }
    Ok(sealer::open_with_passphrase(&fs::read(path)?, passphrase)?)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::set_permissions(&aside, Permissions::from_mode(0o600))?;
    fs::rename(&aside, path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Errors if anybody but the owner may read a secret file.
pub(crate) fn refuse_readable_by_others(path: &Path) -> Result<(), OpenError> {
    let mode = fs::metadata(path)?.permissions().mode();
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(OpenError::TooOpen { path: path.to_owned() }) }
}
