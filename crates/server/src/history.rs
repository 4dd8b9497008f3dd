//! Anchors of the history: taken from a data directory, also while its server is running.

use store::{Anchor, StoreError};
use types::Clock;

use crate::ground::{kept_keyring, opening};
use crate::store_identity::store_name;
use crate::{Config, OpenError, sealing};

/// How often the log is read again if the server trimmed it, or began a file, meanwhile.
const ATTEMPTS: usize = 5;

/// Takes an anchor of the history, as a JSON document.
///
/// Errors when there is no data directory, no root key, or the log is damaged.
pub fn anchor(config: &Config, clock: &Clock) -> Result<String, OpenError> {
    let folder = &config.data_dir;
    if !folder.exists() {
        return Err(OpenError::NoStore { path: folder.clone() });
    }
    let no_key = || OpenError::NoRootKey { path: sealing::place(config) };
    let root_key = sealing::kept(config)?.ok_or_else(no_key)?;
    let keyring = kept_keyring(folder, &root_key)?;
    let (with, name) = (opening(config, &keyring), store_name(&keyring));
    let take = || Anchor::taken(folder, &with, &name, clock.now());
    let mut taken = take();
    for _ in 1..ATTEMPTS {
        match &taken {
            Err(error) if error.is_missing() || error.is_corrupt() => taken = take(),
            _ => break,
        }
    }
    let text = serde_json::to_string_pretty(&taken?);
    text.map_err(|error| OpenError::from(StoreError::corrupt(error)))
}
