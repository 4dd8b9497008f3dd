//! Checks a data directory for missing or damaged data.

use std::path::Path;

use std::sync::Arc;

use keys::{Keyring, RootKey};
use store::{Anchor, NotAnchored, StateFile, Store, StoreError};
use types::error_chain;

use crate::directory::Survey;
use crate::ground::{loss, opening};
use crate::store_identity::{Identity, IdentityKeys, Written, store_name};
use crate::{Config, OpenError, keyring_file, sealing, transparency};

/// How S3 opens the data keys that KMS sealed.
const OPEN_KMS: s3::OpenAtRest = kms::open_at_rest;

/// Progress is shown in units of so many bits.
const MEBIBYTE_BITS: u32 = 20;

/// The results of checking a data directory.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What is missing, damaged, outdated or unexpected, in sentences.
    pub findings: Vec<String>,
    /// What could not be verified without a key, in sentences.
    pub unproved: Vec<String>,
    /// Objects and parts of uploads of which every byte was proved by authentication tags.
    pub proved: u64,
    /// Objects and parts of uploads of which only the number of bytes was compared.
    pub by_length: u64,
    /// The part of the history that is as it was anchored; `None` if no anchor was given.
    pub anchored: Option<String>,
}

/// Reads all of a data directory that no server has open, and changes nothing in it.
///
/// With the root key it verifies the identity and progress of the store, its log and the bytes of
/// every object; without it, only the pages of the state file. `progress` is called with the current step and how far
/// it has come. Errors when there is no data directory, and when a server has it open.
pub fn fsck(config: &Config, progress: &mut dyn FnMut(&str)) -> Result<Checked, OpenError> {
    fsck_against(config, None, progress)
}

/// The same, and compares the history with an `anchor` that was taken earlier.
pub fn fsck_against(
    config: &Config,
    anchor: Option<&[u8]>,
    progress: &mut dyn FnMut(&str),
) -> Result<Checked, OpenError> {
    let (folder, mut checked) = (&config.data_dir, Checked::default());
    let (survey, written) = (Survey::of(folder)?, Written::within(folder)?);
    if survey.is_nothing() && written.is_none() {
        return Err(OpenError::NoStore { path: folder.clone() });
    }
    let keys = checked.root_key(config);
    let identity = match (&keys, written) {
        (Some((_, keys)), Some(written)) => checked.keep(written.proved(keys)),
        _ => None,
    };
    match survey.found.state {
        StateFile::There => {}
        StateFile::Missing => checked.findings.push("`state.redb` is missing".to_owned()),
        StateFile::Empty => checked.findings.push("`state.redb` is empty".to_owned()),
    }
    if survey.found.state != StateFile::There {
        return Ok(checked);
    }
    progress("pages of the state file");
    let keyring = keys.and_then(|(root_key, _)| checked.keyring(folder, &root_key));
    let with = keyring.as_ref().map(|keyring| opening(config, keyring));
    let store = Store::examine(folder, with.as_ref(), &mut checked.findings)?;
    let (Some(store), Some(keyring)) = (store, keyring) else { return Ok(checked) };
    let found = store.fsck(progress);
    checked.take(found);
    checked.compare(folder, &store, &keyring, identity.as_ref());
    let found = transparency::check(folder, &store, &keyring, progress);
    checked.take(found);
    if let Some(anchor) = anchor {
        progress("anchor");
        checked.judge(anchor, &store, &keyring);
    }
    match s3::prove_bodies(&store, &keyring, OPEN_KMS, &mut in_mebibytes(progress)) {
        Ok(done) => {
            checked.findings.extend(done.findings);
            (checked.proved, checked.by_length) = (done.proved, done.by_length);
        }
        Err(error) => checked.findings.push(format!("objects: {error}")),
    }
    store.shut_down();
    Ok(checked)
}

/// Hands on each whole mebibyte that was read, of how many.
fn in_mebibytes(progress: &mut dyn FnMut(&str)) -> impl FnMut(u64, u64) {
    let mut shown = None;
    move |read, total| {
        let (read, total) = (read >> MEBIBYTE_BITS, total.div_ceil(1 << MEBIBYTE_BITS));
        if shown.replace(read) != Some(read) {
            progress(&format!("object bodies: {read} of {total} MiB"));
        }
    }
}

impl Checked {
    fn root_key(&mut self, config: &Config) -> Option<(RootKey, IdentityKeys)> {
        let why = match sealing::kept(config) {
            Ok(Some(root_key)) => match IdentityKeys::of(&root_key) {
                Ok(keys) => return Some((root_key, keys)),
                Err(error) => error.to_string(),
            },
            Ok(None) => format!(
                "the root key `{}` does not exist: use `--root-key-file` or `--passphrase-file`",
                sealing::place(config).display()
            ),
            Err(OpenError::PassphraseNeeded) => {
                "the root key is sealed with a passphrase: use `--passphrase-file`".to_owned()
            }
            Err(error) => {
                self.findings.push(error.to_string());
                return None;
            }
        };
        self.unproved.push(format!(
            "{why}. Without it, only the pages of the state file can be verified: everything else is \
             sealed under it"
        ));
        None
    }

    /// The history, by an anchor.
    fn judge(&mut self, anchor: &[u8], store: &Store, keyring: &Keyring) {
        let anchor = match Anchor::read(anchor, keyring, &store_name(keyring)) {
            Ok(anchor) => anchor,
            Err(NotAnchored::OtherStore) => {
                self.findings.push("the anchor is one of another store".to_owned());
                return;
            }
            Err(NotAnchored::Damaged) => {
                self.findings.push("the file is no anchor, or it was changed".to_owned());
                return;
            }
        };
        let (event, time) = (anchor.event(), anchor.time().iso_ms());
        match store.judge(&anchor) {
            Ok(judged) => {
                let expired = judged.expired.into_iter();
                self.unproved.extend(expired.map(|what| format!("anchor: {what}")));
                if !judged.is_compared && judged.findings.is_empty() {
                    // A history that replaces it can begin behind the anchor.
                    self.findings.push(format!(
                        "nothing that the anchor of event {event} ({time}) names is left: the \
                         history up to it has expired, or it was replaced"
                    ));
                } else if judged.findings.is_empty() {
                    self.anchored = Some(format!("the history up to event {event} ({time})"));
                }
                self.findings.extend(judged.findings);
            }
            Err(error) => self.findings.push(error_chain(&error)),
        }
    }

    /// The identity of the store, and its progress.
    fn compare(
        &mut self,
        folder: &Path,
        store: &Store,
        keyring: &Keyring,
        identity: Option<&Identity>,
    ) {
        // An identity that exists but does not verify is already a finding.
        if identity.is_none() && folder.join(crate::store_identity::FILE).exists() {
            return;
        }
        match loss(store, keyring, identity) {
            Ok(None) => {}
            Ok(Some(what)) | Err(OpenError::Lost { what, .. }) => self.findings.push(what),
            Err(error) => self.findings.push(error.to_string()),
        }
    }

    fn keyring(&mut self, folder: &Path, root_key: &RootKey) -> Option<Arc<Keyring>> {
        let keyring = self.keep(keyring_file::unlock(folder, root_key))?;
        if keyring.is_none() {
            self.findings.push(format!("`{}` is missing", keyring_file::FILE));
        }
        keyring
    }

    fn take(&mut self, found: Result<Vec<String>, StoreError>) {
        match found {
            Ok(found) => self.findings.extend(found),
            Err(error) => self.findings.push(error_chain(&error)),
        }
    }

    fn keep<T>(&mut self, tried: Result<T, OpenError>) -> Option<T> {
        tried.map_err(|error| self.findings.push(error.to_string())).ok()
    }
}
