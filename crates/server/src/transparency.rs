//! The transparency log of a server: the tree over all events, its signed checkpoints and their
//! cosignatures. What these are is described in [`tlog`].
//!
//! Workers off the path of calls. `grow.rs` reads new events by number, writes tiles, and then
//! signs a checkpoint; `cosign.rs` asks the witnesses and publishes what enough of them cosigned;
//! `growth.rs` and `witnessed.rs` decide what is due. A third one, `vault.rs`, puts what is published
//! into a bucket, if one is configured.
//! `files.rs` keeps both in the folder `tlog`, whose files have the names under which `pages.rs`
//! serves them to any client. Events expire; their hashes stay.
//!
//! The log must never contradict what it signed before. So a start compares the newest checkpoint
//! with the tiles, and the tiles with the newest events; where they differ, the log stops, with the
//! reason `tlog-stopped`, while calls are served as before.

mod ask;
mod begin;
mod bucket;
mod check;
mod copied;
mod cosign;
mod files;
mod grow;
mod growth;
mod keep;
mod pages;
mod status;
mod stopped;
mod vault;
mod witnessed;

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tlog::SignedCheckpoint;
use types::Timestamp;

use crate::config::TlogConfig;
pub(crate) use ask::WitnessUrl;
pub(crate) use bucket::{Bucket as CheckpointBucket, Retention, RetentionMode};
pub(crate) use check::check;
pub(crate) use copied::{COPIED_FILES, TREE_FILES, behind, restore};
use files::Files;
use growth::Growth;
pub(crate) use pages::{Tiles, owns};
use status::State;
pub(crate) use status::Status;
pub use stopped::StoppedLog;
use vault::Vault;
pub(crate) use vault::VaultStatus;
use witnessed::Witnessed;

/// The folder within the data directory.
pub(crate) const FOLDER: &str = "tlog";

/// The transparency log of an open data directory.
#[derive(Debug)]
pub(crate) struct Transparency {
    files: Files,
    config: TlogConfig,
    /// Whether a new log is begun if the state does not fit the old one.
    accept_older: bool,
    /// What the worker that extends the tree has in memory; `None` until it has opened the log.
    growth: Mutex<Option<Growth>>,
    /// What the worker that asks the witnesses has in memory.
    witnessed: Mutex<Witnessed>,
    /// What waits for the bucket of checkpoints.
    vault: Mutex<Vault>,
    /// One checkpoint is published at a time.
    publishing: Mutex<()>,
    state: Mutex<State>,
}

impl Transparency {
    /// The log in this data directory; nothing is read yet.
    pub(crate) fn new(data_dir: &Path, config: &TlogConfig, accept_older: bool) -> Self {
        Self {
            files: Files::new(data_dir.join(FOLDER)),
            config: config.clone(),
            accept_older,
            growth: Mutex::default(),
            witnessed: Mutex::new(Witnessed::new(config)),
            vault: Mutex::new(Vault::of(config)),
            publishing: Mutex::default(),
            state: Mutex::default(),
        }
    }

    /// The first event that the tree does not have yet, if the log is running: it must not expire.
    pub(crate) fn oldest_needed(&self) -> Option<u64> {
        self.state().next_seq
    }

    /// How it goes, for health and metrics.
    pub(crate) fn status(&self, now: Timestamp) -> Status {
        let vault = self.vault().status(now);
        Status::of(&self.state(), now).with_vault(vault)
    }

    /// Publishes a checkpoint, unless a newer one is published.
    fn publish(&self, signed: &SignedCheckpoint, now: Timestamp) -> io::Result<()> {
        let _alone = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let size = signed.checkpoint.head.size;
        if self.state().published_size > size {
            return Ok(());
        }
        self.files.write_published(signed)?;
        self.vault().push(signed, now);
        let mut state = self.state();
        state.published_size = size;
        let newest = state.signed.as_ref().map_or(0, |signed| signed.checkpoint.head.size);
        if newest <= size {
            state.unpublished_since = None;
        }
        Ok(())
    }

    /// Ends the log until an operator decides: another history was signed under its name.
    fn stop(&self, what: String) {
        self.state().report_fork(what);
    }

    fn vault(&self) -> MutexGuard<'_, Vault> {
        self.vault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
