//! The worker that puts published checkpoints into their bucket.

use std::ops::ControlFlow;
use std::time::Duration;

use tlog::{SignedCheckpoint, VerifierKey};
use tokio::runtime::Handle;
use types::{Clock, Timestamp};

use super::Transparency;
use super::bucket::Found;

/// How often it is checked whether the server stops.
const PULSE: Duration = Duration::from_millis(100);

impl Transparency {
    /// Puts the checkpoints that wait into the bucket; returns the time of the next call.
    pub(crate) fn keep_checkpoints(
        &self,
        clock: &Clock,
        pulse: &dyn Fn() -> ControlFlow<()>,
    ) -> Timestamp {
        let again = clock.now().plus_ms(self.config.interval_ms);
        loop {
            let verifier = {
                let state = self.state();
                state.verifier.clone().filter(|_| !state.is_stopped())
            };
            let vault = self.vault();
            let (Some(bucket), Some(next), Some(verifier)) =
                (vault.bucket.clone(), vault.waiting.front().cloned(), verifier)
            else {
                return again;
            };
            let (bundle, is_compared) = (vault.bundle.clone(), vault.is_compared);
            if vault.due > clock.now() {
                return vault.due.min(again);
            }
            // INVARIANT: nothing is locked while the bucket is waited for.
            drop(vault);
            let own = self.state().signed.clone().unwrap_or_else(|| next.clone());
            let (now, bundle) = (clock.now(), bundle.as_deref());
            let work = async {
                let beyond =
                    if is_compared { None } else { bucket.beyond(bundle, &own, now).await? };
                match beyond.and_then(|found| fork(&verifier, &own, &found)) {
                    Some(fork) => Ok(Some(fork)),
                    None => match bucket.put(bundle, &next, now).await? {
                        Some(found) => judge(&verifier, &next, &found),
                        None => Ok(None),
                    },
                }
            };
            let Some(done) = wait(work, pulse) else { return again };
            if let Ok(Some(fork)) = done {
                self.stop(fork);
                return again;
            }
            let mut vault = self.vault();
            match done {
                Ok(_) => {
                    vault.is_compared = true;
                    vault.took(clock.now());
                }
                Err(what) => vault.failed(what, clock.now()),
            }
        }
    }
}

/// What it means that there is a checkpoint of this size already: it is this one, or the log was
/// forked.
fn judge(
    verifier: &VerifierKey,
    own: &SignedCheckpoint,
    found: &Found,
) -> Result<Option<String>, String> {
    let other = SignedCheckpoint::parse(&found.text);
    if other.is_ok_and(|other| other.note.text == own.note.text) {
        return Ok(None);
    }
    let fork = fork(verifier, own, found);
    fork.map(Some).ok_or_else(|| format!("`{}` is something else than a checkpoint", found.name))
}

/// What a bucket has that this log does not have.
fn fork(verifier: &VerifierKey, own: &SignedCheckpoint, found: &Found) -> Option<String> {
    let Ok(other) = SignedCheckpoint::parse(&found.text) else { return None };
    if !other.is_of(verifier) {
        return None;
    }
    let size = other.checkpoint.head.size;
    let is_other = other.checkpoint.head != own.checkpoint.head;
    (size >= own.checkpoint.head.size && is_other).then(|| {
        format!(
            "`{}` has a checkpoint of size {size} that this log does not have: the log was rolled \
             back, by a restore or a copy, or forked. Set another `tlog_origin`, or start once with \
             `serve --accept-older`",
            found.name
        )
    })
}

/// `None` if the server stops meanwhile.
fn wait<T>(work: impl Future<Output = T>, pulse: &dyn Fn() -> ControlFlow<()>) -> Option<T> {
    Handle::current().block_on(async {
        tokio::pin!(work);
        loop {
            if let Ok(done) = tokio::time::timeout(PULSE, &mut work).await {
                return Some(done);
            }
            if pulse().is_break() {
                return None;
            }
        }
    })
}
