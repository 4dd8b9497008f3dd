//! Backups of a data directory: what `backup::Copier` needs to copy it, and how a restored one is
//! marked.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use backup::{BackupError, Copier, KeyFiles, Place, Restored, SmallFile, Source, Verified, Wanted};
use keys::{Keyring, RootKey, sealer};
use store::{Found, Store};
use tlog::SignedCheckpoint;
use types::{Clock, Entropy};

use crate::ground::opening;
use crate::sealing::{self, write_private};
use crate::store_identity::{self, Identity, IdentityKeeper, IdentityKeys, Origin, Written};
use crate::transparency::{self, COPIED_FILES, TREE_FILES};
use crate::{Config, OpenError, keyring_file, roots};

/// The names of small files that belong to a backup and are in no other part of it. They are sealed
/// within the manifest.
const FILES: [&str; 2] = [roots::FILE, store_identity::FILE];

/// Begins, or continues, the backup of a data directory, whether a server has it open or not. A place
/// that another run writes to is refused, unless this one `takes_over`.
pub fn begin_backup(
    config: &Config,
    place: Place,
    clock: &Clock,
    entropy: &Entropy,
    takes_over: bool,
) -> Result<Copier, OpenError> {
    let data = config.data_dir.clone();
    if !Found::within(&data)?.log {
        return Err(OpenError::NoStore { path: data });
    }
    let no_key = || OpenError::NoRootKey { path: sealing::place(config) };
    let root = sealing::kept(config)?.ok_or_else(no_key)?;
    let missing = || OpenError::NoStore { path: data.clone() };
    let keyring = keyring_file::unlock(&data, &root)?.ok_or_else(missing)?;
    let source = Source {
        store: store_identity::store_name(&keyring),
        bodies_of: s3::bodies_of_row,
        files: small_files,
        tree: Some(TREE_FILES),
        clock: clock.clone(),
        entropy: entropy.clone(),
        data,
        keyring,
    };
    Ok(Copier::begin(source, Arc::new(place), takes_over)?)
}

fn small_files(data: &Path) -> Vec<SmallFile> {
    let read = |name: &&str| match fs::read(data.join(name)) {
        Ok(bytes) => Some(SmallFile::new(name, &bytes)),
        // There may be none; others can be made again.
        Err(_) => None,
    };
    // Checkpoints first: they are about events that are in the log by now.
    COPIED_FILES.iter().chain(&FILES).filter_map(read).collect()
}

/// Reads a whole backup and proves it, without restoring it.
pub fn verify_backup(
    config: &Config,
    place: Place,
    progress: &mut dyn FnMut(&str),
) -> Result<Verified, OpenError> {
    let place = Arc::new(place);
    let (_, keyring) = keys_of(config, &place)?;
    Ok(backup::verify(&place, &keyring, s3::bodies_of_row, progress)?)
}

/// Restores a backup to the directory `config.data_dir`, which must be empty or missing.
///
/// What was restored is marked in its `identity` file: the first start records an event of it.
pub fn restore_backup(
    config: &Config,
    place: Place,
    wanted: impl Into<Wanted>,
    clock: &Clock,
    progress: &mut dyn FnMut(&str),
) -> Result<Restored, OpenError> {
    let place = Arc::new(place);
    let (root, keyring) = keys_of(config, &place)?;
    let (folder, with) = (&config.data_dir, opening(config, &keyring));
    let mut restored =
        backup::restore(&place, folder, wanted.into(), &with, s3::bodies_of_row, progress)?;
    let keys = IdentityKeys::of(&root)?;
    let mut created = clock.now();
    for file in &restored.files {
        let Some(bytes) = file.bytes() else { continue };
        if file.name == store_identity::FILE {
            let written = Written::of(folder, &bytes);
            created = written.proved(&keys)?.created;
        } else if file.name == roots::FILE {
            let path = folder.join(roots::FILE);
            let written = write_private(&path, &bytes);
            written.map_err(|cause| OpenError::File { path, cause })?;
        }
    }
    let origin = Origin {
        backup: restored.backup.clone(),
        frame: restored.position,
        newest: restored.newest,
        at: clock.now(),
    };
    let checkpoint = restore_tlog(folder, &place, &mut restored)?;
    let identity = Identity { origin: Some(origin), ..Identity::unfinished(created) };
    restored.notes.extend(mark(folder, &with, keys, &identity, checkpoint.as_ref())?);
    Ok(restored)
}

/// Makes the transparency log, if the backup has one; returns its newest checkpoint.
fn restore_tlog(
    folder: &Path,
    place: &Arc<Place>,
    restored: &mut Restored,
) -> Result<Option<SignedCheckpoint>, OpenError> {
    let [published, signed] = COPIED_FILES.map(|name| {
        let file = restored.files.iter().find(|file| file.name == name)?;
        let text = String::from_utf8_lossy(&file.bytes()?).into_owned();
        Some(SignedCheckpoint::parse(&text).map_err(|error| format!("`{name}`: {error}")))
    });
    let read = [published, signed].map(Option::transpose);
    let [published, signed] = read.map(|read| {
        read.unwrap_or_else(|unreadable| {
            restored.notes.push(unreadable);
            None
        })
    });
    if let Some(signed) = &signed {
        let (tree, published) = (restored.tree.as_ref(), published.as_ref());
        let note = transparency::restore(folder, place, tree, published, signed)?;
        restored.notes.extend(note);
    }
    Ok(signed)
}

/// Writes the `identity` file, last: without it no server accepts the directory. Returns what is to
/// be known of the transparency log.
fn mark(
    folder: &Path,
    with: &store::Opening,
    keys: IdentityKeys,
    identity: &Identity,
    checkpoint: Option<&SignedCheckpoint>,
) -> Result<Option<String>, OpenError> {
    let mut findings = Vec::new();
    let store = Store::examine(folder, Some(with), &mut findings)?;
    let lost = || OpenError::Lost { folder: folder.to_owned(), what: findings.join("; ") };
    let store = store.ok_or_else(lost)?;
    let name = store_identity::store_name(&with.keyring);
    let identity =
        Identity { origin: identity.origin.clone(), ..identity.later(&store, Some(name))? };
    let behind = checkpoint.map(|signed| transparency::behind(&store, signed)).transpose()?;
    store.shut_down();
    IdentityKeeper::new(folder, keys, identity).write()?;
    Ok(behind.flatten())
}

/// The root key, and the keyring of the backup that it opens.
fn keys_of(config: &Config, place: &Place) -> Result<(RootKey, Arc<Keyring>), OpenError> {
    let files = KeyFiles::of(place)?;
    let root = if let Some(passphrase) = &config.passphrase
        && let Some(sealed) = &files.sealed_root_key
    {
        sealer::open_with_passphrase(sealed, passphrase)?
    } else {
        let no_key = || OpenError::NoRootKey { path: sealing::place(config) };
        sealing::kept(config)?.ok_or_else(no_key)?
    };
    let keyring = keyring_file::open(&files.keyring, &root)?;
    Ok((root, keyring))
}

impl From<BackupError> for OpenError {
    fn from(error: BackupError) -> Self {
        if let BackupError::Store(error) = error {
            return Self::Store(error);
        }
        Self::Backup(error)
    }
}
