//! The keyring's file: the keys of everything that rests in the store, wrapped under the root key.
//!
//! It is written before the first frame of the log, which it opens, and never replaced by another
//! one: what the first had sealed would be lost.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::{Keyring, RootKey, WrappedKeyring};
use store::{StoreError, Table};
use types::Entropy;

use crate::OpenError;
use crate::modes::refuse_readable_by_others;
use crate::sealing::{beside, sync_folder_of, write_beside};

/// Its name within the data directory.
pub(crate) const FILE: &str = "keyring";
/// Where it was in the first format of the store.
const FORMER: Table<WrappedKeyring> = Table::new("server.keyring");

/// The keyring of a data directory. `None` if its file is missing; `NotAuthentic` and the like if it
/// was changed, or belongs to another root key.
pub(crate) fn unlock(folder: &Path, root: &RootKey) -> Result<Option<Arc<Keyring>>, OpenError> {
    let path = folder.join(FILE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(OpenError::File { path, cause }),
        Ok(bytes) => bytes,
    };
    refuse_readable_by_others(&path)?;
    open(&bytes, root).map(Some)
}

/// The keyring that a file of these bytes contains.
pub(crate) fn open(bytes: &[u8], root: &RootKey) -> Result<Arc<Keyring>, OpenError> {
    let wrapped = serde_json::from_slice(bytes)
        .map_err(|_| StoreError::corrupt(format_args!("`{FILE}` is no keyring")))?;
    Ok(Arc::new(Keyring::unlock(root, &wrapped)?))
}

/// Writes the file of a data directory whose state contains the keyring, as the first format did.
pub(crate) fn adopt(folder: &Path) -> Result<(), OpenError> {
    if let Some(wrapped) = store::row_of_format_1(folder, &FORMER, "")? {
        put_if_absent(folder, &wrapped)?;
    }
    Ok(())
}

/// Deletes the keyring from a state that still contains it.
pub(crate) fn delete_former(store: &store::Store) -> Result<(), StoreError> {
    if FORMER.contains(&store.snapshot()?.tx(), "")? {
        store.submit_when_full(|tx| (FORMER.delete(tx, ""), Vec::new())).wait()??;
    }
    Ok(())
}

/// Creates the keyring of a new data directory; the one that is there if another process was faster.
pub(crate) fn create(
    folder: &Path,
    root: &RootKey,
    entropy: &Entropy,
) -> Result<Arc<Keyring>, OpenError> {
    let (_, wrapped) = Keyring::create(root, entropy)?;
    put_if_absent(folder, &wrapped)?;
    let missing = || StoreError::missing(format_args!("`{FILE}` is missing"));
    Ok(unlock(folder, root)?.ok_or_else(missing)?)
}

/// Writes the file durably, unless there is one.
fn put_if_absent(folder: &Path, wrapped: &WrappedKeyring) -> Result<(), OpenError> {
    let path: PathBuf = folder.join(FILE);
    let bytes = serde_json::to_vec(wrapped).map_err(std::io::Error::from);
    let put = bytes.and_then(|bytes| {
        write_beside(&path, &bytes)?;
        // A rename would replace what is there.
        match fs::hard_link(beside(&path), &path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => fs::remove_file(beside(&path))?,
        }
        sync_folder_of(&path)
    });
    put.map_err(|cause| OpenError::File { path, cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two first starts the second adopts what the first has made.
    #[test]
    fn a_keyring_is_never_replaced() {
        let (folder, entropy) = (tempfile::tempdir().unwrap(), Entropy::seeded(1));
        let root = RootKey::generate(&entropy).unwrap();
        assert!(unlock(folder.path(), &root).unwrap().is_none());
        let first = create(folder.path(), &root, &entropy).unwrap();
        let second = create(folder.path(), &root, &entropy).unwrap();
        let code = |keyring: &Keyring| keyring.mac(keys::Domain::Integrity, &[b"x"]);
        assert_eq!(code(&first), code(&second));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        let other = RootKey::generate(&entropy).unwrap();
        assert!(unlock(folder.path(), &other).is_err());
        fs::write(folder.path().join(FILE), b"{}").unwrap();
        assert!(unlock(folder.path(), &root).is_err());
    }
}
