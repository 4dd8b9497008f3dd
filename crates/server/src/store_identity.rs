//! The file `identity`: which store a data directory contains and how far it had progressed,
//! authenticated with the root key. A state of another store, or one that ends earlier, is
//! rejected.
//!
//! It is written when the store is created, periodically, and at shutdown; never during a call. It
//! does not cover events recorded after it was last written: their loss is detected only by copies
//! kept elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, fs};

use keys::{KeyError, Keyring, RootKey, SecretBytes, equal_in_constant_time, hmac_sha256, sha256};
use store::{Found, Snapshot, Store, StoreError};
use types::{Timestamp, error_chain};

use crate::OpenError;
use crate::sealing::write_private;

/// Its name within the data directory.
pub(crate) const FILE: &str = "identity";
const FIRST_LINE: &str = "shoseki identity 1";
/// The store of a data directory that is still being created.
const UNFINISHED: &str = "unfinished";
/// The input of the code that names a store.
const STORE_LABEL: &[u8] = b"shoseki store";

/// The identity and progress of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Identifies the store by its keyring: 32 hexadecimal digits; `None` while it is being
    /// created.
    pub(crate) store: Option<String>,
    /// When it was created.
    pub(crate) created: Timestamp,
    /// The number of the newest event.
    pub(crate) position: u64,
    /// The hash of the newest event in hexadecimal digits; empty if there is none.
    pub(crate) event: String,
    /// Whether any object body had been written.
    pub(crate) bodies: bool,
    /// The backup that it was restored from, until that is recorded in the history.
    pub(crate) origin: Option<Origin>,
}

/// Where a restored store comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Names the backup.
    pub(crate) backup: String,
    /// The newest frame that was restored: what follows it is another history.
    pub(crate) frame: u64,
    /// The newest frame that the backup had.
    pub(crate) newest: u64,
    /// When it was restored.
    pub(crate) at: Timestamp,
}

impl Origin {
    fn text(&self) -> String {
        format!("{} {} {} {}", self.backup, self.frame, self.newest, self.at.iso_ms())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let backup = words.next()?.to_owned();
        let (Ok(frame), Ok(newest)) = (words.next()?.parse(), words.next()?.parse()) else {
            return None;
        };
        Some(Self { backup, frame, newest, at: Timestamp::parse_iso(words.next()?)? })
    }
}

impl Identity {
    /// For a store that is being created.
    pub(crate) fn unfinished(now: Timestamp) -> Self {
        Self {
            store: None,
            created: now,
            position: 0,
            event: String::new(),
            bodies: false,
            origin: None,
        }
    }

    /// The same as of now.
    pub(crate) fn later(&self, store: &Store, name: Option<String>) -> Result<Self, StoreError> {
        let view = store.snapshot()?;
        let position = view.last_seq()?;
        let event = match event_hash(store, &view, position) {
            // Each reader of the event gets the error; here it would stop all else.
            Err(error) if error.is_corrupt() => String::new(),
            event => event?,
        };
        Ok(Self {
            store: name,
            created: self.created,
            position,
            event,
            bodies: self.bodies || Found::within(store.folder())?.bodies,
            origin: None,
        })
    }

    fn text(&self, keys: &IdentityKeys) -> String {
        let mut text = String::new();
        let lines = [
            ("root-key", keys.id.clone()),
            ("store", self.store.clone().unwrap_or_else(|| UNFINISHED.to_owned())),
            ("created", self.created.iso_ms()),
            ("position", self.position.to_string()),
            ("event", self.event.clone()),
            ("bodies", self.bodies.to_string()),
        ];
        let _ = writeln!(text, "{FIRST_LINE}");
        let origin = self.origin.as_ref().map(|origin| ("restored", origin.text()));
        for (name, value) in lines.into_iter().chain(origin) {
            let _ = writeln!(text, "{name} = {value}");
        }
        let proof = types::hex(&hmac_sha256(keys.key.as_bytes(), text.as_bytes()));
        let _ = writeln!(text, "proof = {proof}");
        text
    }
}

/// What of a root key proves identities.
pub(crate) struct IdentityKeys {
    id: String,
    key: SecretBytes,
}

impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKeys")
    }
}

impl IdentityKeys {
    pub(crate) fn of(root: &RootKey) -> Result<Self, KeyError> {
        Ok(Self { id: root.id()?, key: root.identity_key()? })
    }
}

/// The file of a data directory as it is found.
#[derive(Debug)]
pub(crate) struct Written {
    path: PathBuf,
    text: String,
}

impl Written {
    /// The file of these bytes.
    pub(crate) fn of(folder: &Path, bytes: &[u8]) -> Self {
        Self { path: folder.join(FILE), text: String::from_utf8_lossy(bytes).into() }
    }

    /// The identity within `folder`; `None` if there is none.
    pub(crate) fn within(folder: &Path) -> Result<Option<Self>, OpenError> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Self::of(folder, &bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(OpenError::File { path, cause }),
        }
    }

    /// Whether it records, authenticated or not, that its store is still being created.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.values().get("store") == Some(&UNFINISHED)
    }

    /// Its contents, if they authenticate with this root key.
    pub(crate) fn proved(&self, keys: &IdentityKeys) -> Result<Identity, OpenError> {
        let damaged = || OpenError::BadIdentity { path: self.path.clone() };
        let values = self.values();
        let value = |name: &str| values.get(name).copied().ok_or_else(damaged);
        if value("root-key")? != keys.id {
            return Err(KeyError::WrongRootKey.into());
        }
        let store = Some(value("store")?).filter(|store| *store != UNFINISHED);
        let identity = Identity {
            store: store.map(str::to_owned),
            created: Timestamp::parse_iso(value("created")?).ok_or_else(damaged)?,
            position: value("position")?.parse().map_err(|_| damaged())?,
            event: value("event")?.to_owned(),
            bodies: value("bodies")? == "true",
            origin: values.get("restored").and_then(|text| Origin::parse(text)),
        };
        // Complete, including its authentication code: nothing in it comes from elsewhere.
        let is_proved =
            equal_in_constant_time(identity.text(keys).as_bytes(), self.text.as_bytes());
        if is_proved { Ok(identity) } else { Err(damaged()) }
    }

    fn values(&self) -> BTreeMap<&str, &str> {
        self.text.lines().filter_map(|line| line.split_once(" = ")).collect()
    }
}

/// The name of the store with this keyring: keyrings are random, unique to a store, and this code
/// outlives their epochs.
pub(crate) fn store_name(keyring: &Keyring) -> String {
    let code = keyring.mac(keys::Domain::Integrity, &[STORE_LABEL]);
    types::hex(code.get(..16).unwrap_or_default())
}

/// The hash of an event; empty if the event no longer exists.
fn event_hash(store: &Store, view: &Snapshot, seq: u64) -> Result<String, StoreError> {
    let found = store.events_from(view, seq, 1)?;
    let event = found.first().filter(|event| event.seq == seq);
    Ok(event.map(|event| types::hex(&sha256(&event.body))).unwrap_or_default())
}

/// The mismatch between a state and its identity; `None` if there is none.
pub(crate) fn mismatch(identity: &Identity, store: &Store) -> Result<Option<String>, StoreError> {
    let (view, position) = (store.snapshot()?, identity.position);
    let last = view.last_seq()?;
    if last < position {
        let what =
            format!("the state ends with event {last}, but `identity` records event {position}");
        return Ok(Some(what));
    }
    let found = match event_hash(store, &view, position) {
        Err(error) if error.is_corrupt() => {
            return Ok(Some(format!("event {position}: {}", error_chain(&error))));
        }
        found => found?,
    };
    // An event beyond the history is deleted legitimately, and before the first event there is
    // none.
    if found.is_empty() || identity.event.is_empty() || found == identity.event {
        return Ok(None);
    }
    Ok(Some(format!("event {position} is not the one that `identity` records")))
}

/// Updates the identity of an open store.
#[derive(Debug)]
pub(crate) struct IdentityKeeper {
    path: PathBuf,
    keys: IdentityKeys,
    last: Mutex<Identity>,
}

impl IdentityKeeper {
    /// For the data directory `folder`, whose identity is `last`.
    pub(crate) fn new(folder: &Path, keys: IdentityKeys, last: Identity) -> Self {
        Self { path: folder.join(FILE), keys, last: Mutex::new(last) }
    }

    /// Writes the identity as it is.
    pub(crate) fn write(&self) -> Result<(), OpenError> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(&last)
    }

    /// Records that the store is the one with this keyring, and its progress.
    pub(crate) fn finish(&self, store: &Arc<Store>, keyring: &Keyring) -> Result<(), OpenError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let next = last.later(store, Some(store_name(keyring)))?;
        if next != *last {
            self.put(&next)?;
            *last = next;
        }
        Ok(())
    }

    /// Whether its store was created and served before.
    pub(crate) fn is_finished(&self) -> bool {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).store.is_some()
    }

    /// Records the store's progress, if it has advanced.
    pub(crate) fn note(&self, store: &Store) -> Result<(), OpenError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if store.snapshot()?.last_seq()? <= last.position {
            return Ok(());
        }
        let next = last.later(store, last.store.clone())?;
        self.put(&next)?;
        *last = next;
        Ok(())
    }

    fn put(&self, identity: &Identity) -> Result<(), OpenError> {
        let written = write_private(&self.path, identity.text(&self.keys).as_bytes());
        written.map_err(|cause| OpenError::File { path: self.path.clone(), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(seed: u8) -> IdentityKeys {
        IdentityKeys::of(&RootKey::from_bytes(&[seed; 32]).unwrap()).unwrap()
    }

    fn written(text: &str) -> Written {
        Written { path: PathBuf::from("identity"), text: text.to_owned() }
    }

    /// What was written is read under the same key, finished or not, and under no other.
    #[test]
    fn an_identity_is_proved_by_its_root_key() {
        let unfinished = Identity::unfinished(Timestamp::from_ms(1_772_323_200_123));
        let finished = Identity {
            store: Some("ab".repeat(16)),
            position: 17,
            event: "cd".repeat(32),
            bodies: true,
            ..unfinished.clone()
        };
        for identity in [unfinished, finished] {
            let file = written(&identity.text(&keys(7)));
            assert_eq!(file.is_unfinished(), identity.store.is_none());
            assert_eq!(file.proved(&keys(7)).unwrap(), identity);
            let refused = file.proved(&keys(8)).unwrap_err();
            assert!(matches!(refused, OpenError::Key(KeyError::WrongRootKey)), "{refused}");
        }
    }

    /// No byte of it can be changed, cut or added.
    #[test]
    fn a_changed_identity_is_refused() {
        let text = Identity::unfinished(Timestamp::from_secs(1)).text(&keys(7));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8_lossy(&bytes);
            assert!(written(&changed).proved(&keys(7)).is_err(), "byte {at}");
            let cut = text.get(..at).unwrap();
            assert!(written(cut).proved(&keys(7)).is_err(), "cut at {at}");
        }
        assert!(written(&format!("{text}position = 9\n")).proved(&keys(7)).is_err());
    }
}
