//! The root user's access key of the first account.

use std::path::{Path, PathBuf};
use std::{fs, io};

use store::Store;
use types::Entropy;

use crate::modes::refuse_readable_by_others;
use crate::sealing::{beside, put_in_place, sync_folder_of, write_beside, write_private};
use crate::{Account, Config, OpenError};

/// The file of generated credentials, mode 0600.
pub(crate) const FILE: &str = "root-credentials";

/// A root user's access key.
#[derive(Clone, PartialEq, Eq)]
pub struct RootCredentials {
    /// `AKIA…`
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// Whether they were generated just now.
    pub generated: bool,
}

impl std::fmt::Debug for RootCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootCredentials({})", self.access_key_id)
    }
}

impl RootCredentials {
    /// Those of the configuration, or of the data directory, or new ones.
    pub(crate) fn load(config: &Config, entropy: &Entropy) -> Result<Self, OpenError> {
        if let Some((access_key_id, secret_access_key)) = config.root_credentials.clone() {
            return Ok(Self { access_key_id, secret_access_key, generated: false });
        }
        if let Some(kept) = Self::kept(&config.data_dir)? {
            return Ok(kept);
        }
        let made = Self {
            access_key_id: format!("AKIA{}", types::base32_upper(&entropy.bytes::<16>()?)),
            secret_access_key: secret(entropy)?,
            generated: true,
        };
        write_private(&config.data_dir.join(FILE), made.text().as_bytes())?;
        Ok(made)
    }

    /// Its stored form.
    fn text(&self) -> String {
        format!(
            "aws_access_key_id = {}\naws_secret_access_key = {}\n",
            self.access_key_id, self.secret_access_key
        )
    }

    /// The credentials stored in the data directory `folder`, if any.
    pub fn kept(folder: &Path) -> Result<Option<Self>, OpenError> {
        Self::within(&folder.join(FILE))
    }

    /// The credentials in a file; `None` if it does not exist.
    fn within(path: &Path) -> Result<Option<Self>, OpenError> {
        if !path.exists() {
            return Ok(None);
        }
        refuse_readable_by_others(path)?;
        let text = fs::read_to_string(path)
            .map_err(|cause| OpenError::File { path: path.to_owned(), cause })?;
        let value = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                (key.trim() == name).then(|| value.trim().to_owned())
            })
        };
        match (value("aws_access_key_id"), value("aws_secret_access_key")) {
            (Some(access_key_id), Some(secret_access_key)) => {
                Ok(Some(Self { access_key_id, secret_access_key, generated: false }))
            }
            _ => Err(OpenError::BadRootCredentials { path: path.to_owned() }),
        }
    }
}

/// A new root access key that is stored beside the current one until its change is committed.
///
/// INVARIANT: the new key is on the disk before the store deletes the old one, so that neither a
/// crash nor a full disk loses it. [`settle`] decides at the next start what becomes of it.
#[derive(Debug)]
pub(crate) struct Staged(PathBuf);

impl Staged {
    /// Writes the key beside the current one. `None` if the data directory contains no key, or that
    /// of another account. Errors, and changes nothing, if the current one cannot be read or is
    /// accessible to others.
    ///
    /// A stored key that is not in the store was rotated out or deleted: that of the only account,
    /// or of the configured one, is replaced, too.
    pub(crate) fn write(
        config: &Config,
        store: &Store,
        made: &Account,
    ) -> Result<Option<Self>, OpenError> {
        settle(&config.data_dir, store)?;
        let Some(kept) = RootCredentials::kept(&config.data_dir)? else { return Ok(None) };
        let view = store.snapshot()?;
        let is_replaced = match iam::account_of_key(&view.tx(), &kept.access_key_id)? {
            Some(owner) => owner == made.id,
            None => made.id == config.account || iam::accounts(&view.tx())?.len() == 1,
        };
        if !is_replaced {
            return Ok(None);
        }
        let made = RootCredentials {
            access_key_id: made.root_access_key_id.clone(),
            secret_access_key: made.root_secret_access_key.clone(),
            generated: true,
        };
        let path = config.data_dir.join(FILE);
        write_beside(&path, made.text().as_bytes())
            .and_then(|()| sync_folder_of(&path))
            .map_err(|cause| OpenError::File { path: beside(&path), cause })?;
        Ok(Some(Self(path)))
    }

    /// The change is committed: the new key replaces the old one.
    pub(crate) fn finish(&self) -> Result<(), OpenError> {
        put_in_place(&self.0).map_err(|cause| OpenError::File { path: self.0.clone(), cause })
    }

    /// The change was not made.
    pub(crate) fn discard(&self) -> Result<(), OpenError> {
        remove_beside(&self.0)
    }
}

/// Completes an interrupted rotation: if it was committed, the new key replaces the old one,
/// otherwise it is removed.
pub(crate) fn settle(folder: &Path, store: &Store) -> Result<(), OpenError> {
    let path = folder.join(FILE);
    let staged = match RootCredentials::within(&beside(&path)) {
        Ok(None) => return Ok(()),
        Ok(staged) => staged,
        // Not written to its end, so not committed either.
        Err(OpenError::BadRootCredentials { .. }) => None,
        Err(error) => return Err(error),
    };
    let view = store.snapshot()?;
    let is_known = |key: &RootCredentials| iam::account_of_key(&view.tx(), &key.access_key_id);
    let is_committed = staged.as_ref().map(is_known).transpose()?.flatten().is_some();
    if !is_committed {
        return remove_beside(&path);
    }
    let kept = RootCredentials::kept(folder)?;
    if kept.as_ref().map(is_known).transpose()?.flatten().is_some() {
        return remove_beside(&path);
    }
    Staged(path.clone()).finish()?;
    tracing::warn!(file = %path.display(), "a rotation of the root access key is finished");
    Ok(())
}

fn remove_beside(path: &Path) -> Result<(), OpenError> {
    match fs::remove_file(beside(path)) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(OpenError::File { path: beside(path), cause })
        }
        _ => Ok(()),
    }
}

/// A secret access key: 40 characters.
pub(crate) fn secret(entropy: &Entropy) -> Result<String, OpenError> {
    use base64::Engine;
    Ok(base64::engine::general_purpose::STANDARD.encode(entropy.bytes::<30>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If a new file cannot replace the old one, that is an error, and the old one stays intact.
    #[test]
    fn a_failing_rename_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let staged = Staged(folder.path().join(FILE));
        write_private(&staged.0, b"old").unwrap();
        assert!(matches!(staged.finish(), Err(OpenError::File { .. })), "nothing lies beside it");
        assert_eq!(fs::read(&staged.0).unwrap(), b"old");
        write_beside(&staged.0, b"new").unwrap();
        assert_eq!(fs::read(&staged.0).unwrap(), b"old", "until it is put in place");
        staged.finish().unwrap();
        assert_eq!(fs::read(&staged.0).unwrap(), b"new");
        staged.discard().unwrap();
    }
}
