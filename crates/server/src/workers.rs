//! What runs without being called. Every worker is a step that decides by the clock and tells when
//! it wants to be called next; this is the one driver that waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use gateway::Gateway;
use tokio::sync::watch;
use tokio::task::JoinSet;
use types::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};

use crate::Config;
use crate::identity::IdentityKeeper;

/// How often the tail is looked at, in milliseconds.
const SEALING_PAUSE_MS: u64 = 10 * SECOND_MS;
/// How often it is noted how far the store has come, in milliseconds: what is lost of the state is
/// missed but for the events since then.
const NOTING_PAUSE_MS: u64 = 10 * SECOND_MS;
/// How often room is looked for while the disk is taken for full, in milliseconds.
const ROOM_PAUSE_MS: u64 = SECOND_MS;
/// Events in the tail from which on they are moved into a segment.
const SEAL_FROM_EVENTS: usize = 16_384;
/// Bytes that no object names are kept this long, in milliseconds: an upload may still run.
const UPLOAD_MS_MAX: u64 = DAY_MS;
/// A driver never sleeps longer: the clock may have been set.
const LONGEST_WAIT_MS: u64 = MINUTE_MS;

/// One worker's step: does what is due and gives the instant of the next call. May block.
type Step = Box<dyn FnMut(&Arc<Gateway>) -> Timestamp + Send>;

/// The running workers.
#[derive(Debug)]
pub(crate) struct Workers(JoinSet<()>);

impl Workers {
    pub(crate) fn start(
        config: &Config,
        gateway: &Arc<Gateway>,
        identity: &Arc<IdentityKeeper>,
        stopping: &watch::Receiver<bool>,
    ) -> Self {
        let timing = cloudtrail::Timing {
            delivery_interval_ms: config.delivery_interval_ms,
            digest_interval_ms: config.digest_interval_ms,
        };
        let history_ms = config.history_days.saturating_mul(DAY_MS);
        let identity = Arc::clone(identity);
        let steps: [(&'static str, Step); 6] = [
            ("delivery", Box::new(move |gateway| cloudtrail::deliver(gateway, &timing))),
            ("sealing", Box::new(move |gateway| seal(gateway, history_ms))),
            ("keys", Box::new(keys_due)),
            ("bodies", Box::new(sweep)),
            ("identity", Box::new(move |gateway| note(gateway, &identity))),
            ("room", Box::new(make_room)),
        ];
        let mut workers = JoinSet::new();
        for (name, step) in steps {
            workers.spawn(drive(name, step, Arc::clone(gateway), stopping.clone()));
        }
        Self(workers)
    }

    /// Waits until all have stopped.
    pub(crate) async fn join(mut self) {
        while let Some(ended) = self.0.join_next().await {
            if let Err(panic) = ended {
                tracing::error!(%panic, "a worker panicked");
            }
        }
    }
}

async fn drive(
    name: &'static str,
    mut step: Step,
    gateway: Arc<Gateway>,
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        let own = Arc::clone(&gateway);
        let done = tokio::task::spawn_blocking(move || {
            let due = catch_unwind(AssertUnwindSafe(|| step(&own)));
            (step, due)
        });
        let due = match done.await {
            Ok((back, due)) => {
                step = back;
                // A panic is our bug; what else is due must not wait until it is mended.
                due.unwrap_or_else(|_| {
                    tracing::error!(worker = name, "a worker's step panicked; it is tried again");
                    gateway.clock().now().plus_ms(LONGEST_WAIT_MS)
                })
            }
            Err(error) => {
                tracing::error!(%error, worker = name, "a worker stops");
                return;
            }
        };
        let wait_ms = due.since_ms(gateway.clock().now()).clamp(1, LONGEST_WAIT_MS);
        let stopped = stopping.wait_for(|stop| *stop);
        if tokio::time::timeout(Duration::from_millis(wait_ms), stopped).await.is_ok() {
            return;
        }
    }
}

/// Moves old events into segments and drops those beyond the history.
fn seal(gateway: &Arc<Gateway>, history_ms: u64) -> Timestamp {
    let now = gateway.clock().now();
    let again = now.plus_ms(SEALING_PAUSE_MS);
    match gateway.store().seal(SEAL_FROM_EVENTS) {
        Ok(0) => {}
        // There may be more than one segment's worth.
        Ok(_) => return now,
        Err(error) => tracing::error!(%error, "events could not be sealed; they stay in the tail"),
    }
    if let Err(error) = gateway.forget_denials() {
        tracing::error!(%error, "old denials could not be forgotten");
    }
    let dropped = cloudtrail::oldest_needed(gateway)
        .and_then(|needed| gateway.store().expire(now.minus_ms(history_ms), needed));
    match dropped {
        Ok(0) => {}
        Ok(events) => tracing::info!(events, "events beyond the history were dropped"),
        Err(error) => tracing::error!(%error, "old events could not be dropped"),
    }
    again
}

/// Notes in the data directory's identity how far the store has come.
fn note(gateway: &Arc<Gateway>, identity: &IdentityKeeper) -> Timestamp {
    if let Err(error) = identity.note(gateway.store()) {
        tracing::warn!(%error, "it could not be noted how far the store has come");
    }
    gateway.clock().now().plus_ms(NOTING_PAUSE_MS)
}

/// Ends the state of being full soon after there is room again.
fn make_room(gateway: &Arc<Gateway>) -> Timestamp {
    if gateway.store().is_full() {
        match gateway.store().hold_reserve() {
            Ok(true) => tracing::info!("the disk has room again"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the reserve of disk space could not be made"),
        }
    }
    gateway.clock().now().plus_ms(ROOM_PAUSE_MS)
}

/// Removes the bytes of objects that are gone, and keeps the reserve for a full disk.
fn sweep(gateway: &Arc<Gateway>) -> Timestamp {
    let now = gateway.clock().now();
    if let Err(error) = gateway.store().hold_reserve() {
        tracing::warn!(%error, "the reserve of disk space could not be made");
    }
    if let Err(error) = s3::sweep(gateway.store(), now.minus_ms(UPLOAD_MS_MAX)) {
        tracing::error!(%error, "the bytes of deleted objects could not be removed");
    }
    // Whoever deletes on a full disk waits for the room.
    now.plus_ms(if gateway.store().is_full() { MINUTE_MS } else { HOUR_MS })
}

/// Deletes and rotates the keys whose day has come.
fn keys_due(gateway: &Arc<Gateway>) -> Timestamp {
    if let Err(error) = kms::run_due(gateway) {
        tracing::error!(%error, "keys could not be deleted or rotated on time");
    }
    gateway.clock().now().plus_ms(MINUTE_MS)
}
