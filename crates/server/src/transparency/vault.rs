//! Published checkpoints in a bucket: of another account, on another machine, and better still one
//! whose objects cannot be deleted.
//!
//! Every checkpoint is an object of its own, `PREFIX/ORIGIN/SIZE`, which is written only if it is not
//! there. A bucket that has another checkpoint of the same size, or one beyond the newest, has seen
//! another history of the log: then the log stops.

use std::collections::VecDeque;
use std::path::PathBuf;

use tlog::SignedCheckpoint;
use types::{MINUTE_MS, SECOND_MS, Timestamp};

use super::bucket::Bucket;
use crate::config::TlogConfig;

/// Checkpoints that wait at most. Of more, the oldest ones are skipped: newer ones cover them.
const WAITING_MAX: usize = 64;
/// A checkpoint that is not in the bucket for longer degrades the server, in milliseconds.
const UNSENT_MS: u64 = MINUTE_MS;
/// The pause after a first failure, in milliseconds; it doubles.
const RETRY_MS_MIN: u64 = 2 * SECOND_MS;
const RETRY_MS_MAX: u64 = 5 * MINUTE_MS;

/// The checkpoints that are to be put into the bucket, and how that goes.
#[derive(Debug, Default)]
pub(super) struct Vault {
    pub(super) bucket: Option<Bucket>,
    pub(super) bundle: Option<PathBuf>,
    pub(super) waiting: VecDeque<SignedCheckpoint>,
    /// When the oldest one began to wait.
    since: Option<Timestamp>,
    /// Whether the bucket was asked for newer checkpoints than ours.
    pub(super) is_compared: bool,
    failures: u32,
    pub(super) due: Timestamp,
    trouble: Option<String>,
    counts: Counts,
}

/// What became of checkpoints so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// They are in the bucket.
    pub(crate) sent: u64,
    /// Attempts that failed.
    pub(crate) failed: u64,
    /// They were skipped for newer ones.
    pub(crate) skipped: u64,
}

/// How the bucket goes, for health and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultStatus {
    pub(crate) counts: Counts,
    pub(crate) waiting: u64,
    /// How long the oldest one has been waiting.
    pub(crate) waiting_ms: u64,
}

impl VaultStatus {
    /// Whether the server is degraded by it.
    pub(crate) fn is_late(&self) -> bool {
        self.waiting_ms > UNSENT_MS
    }
}

impl Vault {
    /// Nothing waits yet. A bucket that cannot be used was refused when the configuration was
    /// checked.
    pub(super) fn of(config: &TlogConfig) -> Self {
        let bucket = config.checkpoints_to.bucket().unwrap_or_else(|error| {
            tracing::error!(%error, "checkpoints are put nowhere");
            None
        });
        Self { bucket, bundle: config.ca_bundle.clone(), ..Self::default() }
    }

    /// Lets a checkpoint wait for the bucket, if there is one.
    pub(super) fn push(&mut self, signed: &SignedCheckpoint, now: Timestamp) {
        if self.bucket.is_none() {
            return;
        }
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.pop_front();
            self.counts.skipped = self.counts.skipped.saturating_add(1);
        }
        self.since.get_or_insert(now);
        self.waiting.push_back(signed.clone());
    }

    /// Drops those of a log that another one replaces.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        (self.since, self.is_compared) = (None, false);
    }

    pub(super) fn status(&self, now: Timestamp) -> Option<VaultStatus> {
        self.bucket.as_ref()?;
        Some(VaultStatus {
            counts: self.counts,
            waiting: u64::try_from(self.waiting.len()).unwrap_or(u64::MAX),
            waiting_ms: self.since.map_or(0, |since| now.since_ms(since)),
        })
    }

    pub(super) fn took(&mut self, now: Timestamp) {
        self.waiting.pop_front();
        self.counts.sent = self.counts.sent.saturating_add(1);
        self.since = (!self.waiting.is_empty()).then_some(now);
        self.failures = 0;
        if self.trouble.take().is_some() {
            tracing::info!("checkpoints of the transparency log reach their bucket again");
        }
    }

    pub(super) fn failed(&mut self, what: String, now: Timestamp) {
        self.counts.failed = self.counts.failed.saturating_add(1);
        self.failures = self.failures.saturating_add(1);
        let doubled = RETRY_MS_MIN.checked_shl(self.failures.saturating_sub(1).min(16));
        self.due = now.plus_ms(doubled.unwrap_or(RETRY_MS_MAX).min(RETRY_MS_MAX));
        if self.trouble.as_ref() != Some(&what) {
            tracing::warn!(what, "a checkpoint of the transparency log does not reach its bucket");
        }
        self.trouble = Some(what);
    }
}
