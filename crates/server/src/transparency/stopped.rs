//! The transparency log of a data directory whose server is stopped.

use std::fmt;

use serde_json::Value;
use store::Store;
use tlog::{Hash, Purpose, SignedCheckpoint, Signer, Tile, VerifierKey};
use types::error_chain;

use super::FOLDER;
use super::begin::beginning;
use super::files::Files;
use crate::ground::{kept_keyring, opening};
use crate::{Config, OpenError, sealing};

/// Events that are read at a time.
const STEP_EVENTS: usize = 1_024;

/// The transparency log of a stopped server: what its pages would show, and its events.
pub struct StoppedLog {
    files: Files,
    store: Store,
    verifier: VerifierKey,
    checkpoint: SignedCheckpoint,
}

impl fmt::Debug for StoppedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoppedLog")
    }
}

impl StoppedLog {
    /// Opens it; nothing is changed. Its newest checkpoint is the published one, or, if none is
    /// published, the newest one that was signed.
    ///
    /// Errors when there is no data directory, no root key or no checkpoint, and when a server has it
    /// open.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        let folder = &config.data_dir;
        if !folder.exists() {
            return Err(OpenError::NoStore { path: folder.clone() });
        }
        let no_key = || OpenError::NoRootKey { path: sealing::place(config) };
        let root_key = sealing::kept(config)?.ok_or_else(no_key)?;
        let keyring = kept_keyring(folder, &root_key)?;
        let (with, mut findings) = (opening(config, &keyring), Vec::new());
        let store = Store::examine(folder, Some(&with), &mut findings)?;
        let lost = |what: String| OpenError::Lost { folder: folder.clone(), what };
        let store = store.ok_or_else(|| lost(findings.join("; ")))?;
        let begun = beginning(&store.snapshot()?)?;
        let files = Files::new(folder.join(FOLDER));
        let unreadable = |cause| OpenError::File { path: folder.join(FOLDER), cause };
        let published = files.published().map_err(unreadable)?;
        let checkpoint = match published {
            Some(published) => Some(published),
            None => files.signed().map_err(unreadable)?,
        };
        let (Some(begun), Some(checkpoint)) = (begun, checkpoint) else {
            store.shut_down();
            return Err(lost("it has no transparency log, or no checkpoint yet".to_owned()));
        };
        let key = keyring.checkpoint_key(begun.generation)?;
        let signer = Signer::new(&checkpoint.checkpoint.origin, Purpose::Log, key);
        let signer = signer.map_err(|error| lost(error_chain(&error)))?;
        Ok(Self { files, store, verifier: signer.verifier().clone(), checkpoint })
    }

    /// What verifies its checkpoints.
    pub fn key(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Its newest checkpoint, which is not verified yet.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The hashes of a tile; `None` if it is not there.
    pub fn tile(&self, tile: Tile) -> std::io::Result<Option<Vec<Hash>>> {
        self.files.read_tile(tile)
    }

    /// The record of an event of any kind and age, as long as it has not expired. All events are
    /// read until it is found.
    pub fn record(&self, event_id: &str) -> Result<Option<Vec<u8>>, OpenError> {
        let view = self.store.snapshot()?;
        let wanted = format!("\"eventID\":{}", Value::from(event_id));
        let mut next = 1;
        loop {
            let events = self.store.events_from(&view, next, STEP_EVENTS)?;
            let Some(last) = events.last().map(|event| event.seq) else { return Ok(None) };
            let found = events.into_iter().find(|event| {
                let mut parts = event.body.windows(wanted.len());
                parts.any(|part| part == wanted.as_bytes()) && has_id(&event.body, event_id)
            });
            if let Some(found) = found {
                return Ok(Some(found.body));
            }
            next = last.saturating_add(1);
        }
    }

    /// Closes it.
    pub fn close(self) {
        self.store.shut_down();
    }
}

/// Whether this is the record of the event with this ID.
fn has_id(record: &[u8], id: &str) -> bool {
    let json = serde_json::from_slice::<Value>(record);
    json.is_ok_and(|json| json.get("eventID").and_then(Value::as_str) == Some(id))
}
