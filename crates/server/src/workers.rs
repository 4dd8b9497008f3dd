//! Background work. Every worker is a step that decides by the clock and returns when it must be
//! called next; this is the only driver that waits.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gateway::Gateway;
use store::{BackupCursor, Store, StoreErrorKind};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use types::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp, error_chain};

use crate::beats::{Beat, Beats};
use crate::store_identity::IdentityKeeper;
use crate::transparency::Transparency;
use crate::{Config, Opened};

/// How often the tail is checked for a segment's worth of events, in milliseconds.
const SEALING_PAUSE_MS: u64 = 10 * SECOND_MS;
/// How often the identity file is updated, in milliseconds: a lost state is detected except for the
/// events since then.
const NOTING_PAUSE_MS: u64 = 10 * SECOND_MS;
/// How often a full disk is checked for free space, in milliseconds.
const ROOM_PAUSE_MS: u64 = SECOND_MS;
/// Events in the tail from which on they are moved into a segment.
const SEAL_FROM_EVENTS: usize = 16_384;
/// The work of sealing between two pauses, in milliseconds: at least, and what counts at most.
const SLICE_MS: u64 = 4;
const SLICE_MS_MAX: u64 = 20;
/// Unreferenced bytes of objects are kept this long, in milliseconds: an upload may still be
/// running.
const UPLOAD_MS_MAX: u64 = DAY_MS;
/// A driver never sleeps longer: the clock may have been set.
const LONGEST_WAIT_MS: u64 = MINUTE_MS;
/// How long running steps may take to finish when the server stops. Each breaks at its next pulse;
/// what a step has not committed by then is done at the next start.
const STOP_WAIT: Duration = Duration::from_secs(4);

/// One worker's step: does what is due and returns the time of the next call. May block; calls
/// [`Context::pulse`] while it works, if that may take long.
type Step = fn(&Context) -> Timestamp;

/// The workers by name.
const STEPS: [(&str, Step); 10] = [
    ("delivery", deliver),
    ("sealing", seal),
    ("keys", keys_due),
    ("bodies", sweep),
    ("queues", queues_due),
    ("identity", note),
    ("room", make_room),
    ("log", extend_log),
    ("witnesses", ask_witnesses),
    ("checkpoints", keep_checkpoints),
];

/// What a step works with.
#[derive(Clone)]
struct Context {
    gateway: Arc<Gateway>,
    store: Arc<Store>,
    history_ms: u64,
    identity: Arc<IdentityKeeper>,
    log: Arc<Transparency>,
    beat: Beat,
    /// When the work that is in slices paused last, in the clock's milliseconds.
    rested_ms: Arc<AtomicU64>,
    stopping: watch::Receiver<bool>,
    /// Runs before each step, outside of what catches its panics: tests end workers here.
    before: fn(&'static str),
}

impl Context {
    /// A sign of life, which breaks when the server stops.
    fn pulse(&self) -> ControlFlow<()> {
        self.beat.beat();
        if *self.stopping.borrow() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// A sign of life after a slice of long work, which pauses as long as the work took: it gets half
    /// of a core.
    fn rest(&self) -> ControlFlow<()> {
        let now_ms = self.gateway.clock().elapsed_ms();
        let since_ms = self.rested_ms.load(Ordering::Relaxed);
        let worked_ms = now_ms.saturating_sub(since_ms);
        if worked_ms >= SLICE_MS
            && let Ok(runtime) = Handle::try_current()
        {
            // The first one after an idle time is not longer than others.
            let mut stopping = self.stopping.clone();
            let wait = pause(&mut stopping, worked_ms.min(SLICE_MS_MAX));
            // Whether the server stops is asked below.
            let _ = runtime.block_on(wait);
            self.rested_ms.store(self.gateway.clock().elapsed_ms(), Ordering::Relaxed);
        }
        self.pulse()
    }
}

/// The running workers.
#[derive(Debug)]
pub(crate) struct Workers {
    running: JoinSet<()>,
    beats: Beats,
}

impl Workers {
    pub(crate) fn start(
        config: &Config,
        opened: &Opened,
        stopping: &watch::Receiver<bool>,
    ) -> Self {
        Self::start_after(|_| {}, config, opened, stopping)
    }

    fn start_after(
        before: fn(&'static str),
        config: &Config,
        opened: &Opened,
        stopping: &watch::Receiver<bool>,
    ) -> Self {
        let history_ms = config.history_days.saturating_mul(DAY_MS);
        let beats = Beats::new(opened.gateway.clock(), STEPS.map(|(name, _)| name));
        let mut running = JoinSet::new();
        for ((name, step), (_, beat)) in STEPS.into_iter().zip(beats.each()) {
            let context = Context {
                gateway: Arc::clone(&opened.gateway),
                store: Arc::clone(&opened.store),
                history_ms,
                identity: Arc::clone(&opened.identity),
                log: Arc::clone(&opened.log),
                beat,
                rested_ms: Arc::default(),
                stopping: stopping.clone(),
                before,
            };
            running.spawn(keep_driving(name, step, context));
        }
        Self { running, beats }
    }

    /// Their signs of life.
    pub(crate) fn beats(&self) -> &Beats {
        &self.beats
    }

    /// Waits until all have stopped, but not for ever.
    pub(crate) async fn join(mut self) {
        let stopped = async {
            while let Some(ended) = self.running.join_next().await {
                if let Err(panic) = ended {
                    tracing::error!(%panic, "a worker panicked");
                }
            }
        };
        if tokio::time::timeout(STOP_WAIT, stopped).await.is_err() {
            tracing::warn!(workers = self.running.len(), "some workers did not stop");
        }
    }
}

/// Starts a worker again, however it ended, until the server stops.
async fn keep_driving(name: &'static str, step: Step, context: Context) {
    let mut stopping = context.stopping.clone();
    loop {
        let driving = tokio::spawn(drive(name, step, context.clone()));
        let ended = driving.await;
        if *stopping.borrow() {
            return;
        }
        if let Err(panic) = ended {
            tracing::error!(%panic, worker = name, "a worker ended; restarting it");
        }
        if pause(&mut stopping, LONGEST_WAIT_MS).await {
            return;
        }
    }
}

async fn drive(name: &'static str, step: Step, context: Context) {
    let mut stopping = context.stopping.clone();
    loop {
        context.beat.beat();
        (context.before)(name);
        let own = context.clone();
        let done =
            tokio::task::spawn_blocking(move || catch_unwind(AssertUnwindSafe(|| step(&own))));
        let now = || context.gateway.clock().now();
        let due = match done.await {
            Ok(Ok(due)) => due,
            // A panic is a bug of ours; other due work must not wait until it is fixed.
            Ok(Err(_)) => {
                tracing::error!(worker = name, "a worker's step panicked; retrying it");
                now().plus_ms(LONGEST_WAIT_MS)
            }
            Err(error) => {
                tracing::error!(%error, worker = name, "a worker's step was lost");
                return;
            }
        };
        context.beat.beat();
        let wait_ms = due.since_ms(now()).clamp(1, LONGEST_WAIT_MS);
        if pause(&mut stopping, wait_ms).await {
            return;
        }
    }
}

/// Waits; whether the server stops.
async fn pause(stopping: &mut watch::Receiver<bool>, wait_ms: u64) -> bool {
    let stopped = stopping.wait_for(|stop| *stop);
    tokio::time::timeout(Duration::from_millis(wait_ms), stopped).await.is_ok()
}

/// Creates and delivers due log files and digests.
fn deliver(context: &Context) -> Timestamp {
    cloudtrail::deliver(&context.gateway, &|| context.pulse())
}

/// Moves old events into segments and drops those beyond the history.
fn seal(context: &Context) -> Timestamp {
    let Context { gateway, store, history_ms, log, .. } = context;
    let now = gateway.clock().now();
    let again = now.plus_ms(SEALING_PAUSE_MS);
    match store.seal_in_slices(SEAL_FROM_EVENTS, &|| context.rest()) {
        Ok(0) => {}
        // There may be more than one segment's worth.
        Ok(_) => return now,
        Err(error) if error.kind() == StoreErrorKind::Stopped => return again,
        Err(error) => tracing::error!(
            error = error_chain(&error),
            "cannot seal events; they stay in the tail"
        ),
    }
    if let Err(fault) = gateway.expire_denials() {
        gateway.report(&fault, "cannot delete old denials", "");
    }
    let dropped = cloudtrail::oldest_needed(gateway)
        .map(|needed| log.oldest_needed().map_or(needed, |own| own.min(needed)))
        .and_then(|needed| Ok(store.expire(now.minus_ms(*history_ms), needed)?));
    match dropped {
        Ok(0) => {}
        Ok(events) => tracing::info!(events, "deleted events beyond the history"),
        Err(fault) => gateway.report(&fault, "cannot delete old events", ""),
    }
    again
}

/// Records the store's progress in the data directory's identity file.
fn note(context: &Context) -> Timestamp {
    let Context { gateway, store, identity, .. } = context;
    if let Err(error) = identity.note(store) {
        tracing::warn!(%error, "cannot write the `identity` file");
    }
    gateway.clock().now().plus_ms(NOTING_PAUSE_MS)
}

/// Ends the full state soon after there is free space.
fn make_room(context: &Context) -> Timestamp {
    let Context { gateway, store, .. } = context;
    if store.is_full() {
        match store.hold_reserve() {
            Ok(true) => tracing::info!("the disk has free space again"),
            Ok(false) => {}
            Err(error) => tracing::warn!(
                error = error_chain(&error),
                "cannot create the reserve of disk space"
            ),
        }
    }
    gateway.clock().now().plus_ms(ROOM_PAUSE_MS)
}

/// Removes the bytes of deleted objects that no backup needs, and maintains the reserve for a full disk.
fn sweep(context: &Context) -> Timestamp {
    let Context { gateway, store, .. } = context;
    let now = gateway.clock().now();
    if let Err(error) = store.hold_reserve() {
        tracing::warn!(error = error_chain(&error), "cannot create the reserve of disk space");
    }
    let older_than = match BackupCursor::bodies_needed_since(store.folder(), now, store.is_full()) {
        Ok(needed) => needed.map_or(now, |since| since.min(now)).minus_ms(UPLOAD_MS_MAX),
        Err(error) => {
            let error = error_chain(&error);
            tracing::warn!(error, "cannot read what backups need; no bodies are removed");
            return now.plus_ms(MINUTE_MS);
        }
    };
    if let Err(fault) = s3::sweep(gateway, older_than, &|| context.pulse()) {
        gateway.report(&fault, "cannot remove the bytes of deleted objects", "");
    }
    // Callers that delete on a full disk wait for the space.
    now.plus_ms(if store.is_full() { MINUTE_MS } else { HOUR_MS })
}

/// Deletes and rotates the keys that are due.
fn keys_due(context: &Context) -> Timestamp {
    let gateway = &context.gateway;
    if let Err(fault) = kms::run_due(gateway, &|| context.pulse()) {
        gateway.report(&fault, "cannot delete or rotate keys on time", "");
    }
    gateway.clock().now().plus_ms(MINUTE_MS)
}

/// Deletes what queues no longer keep, and wakes receivers.
fn queues_due(context: &Context) -> Timestamp {
    let gateway = &context.gateway;
    match sqs::run_due(gateway, &|| context.pulse()) {
        Ok(due) => due,
        Err(fault) => {
            gateway.report(&fault, "cannot delete what queues no longer keep", "");
            gateway.clock().now().plus_ms(MINUTE_MS)
        }
    }
}

/// Adds new events to the transparency log.
fn extend_log(context: &Context) -> Timestamp {
    context.log.grow(&context.gateway, &context.store, &|| context.pulse())
}

/// Asks the witnesses of the transparency log.
fn ask_witnesses(context: &Context) -> Timestamp {
    context.log.cosign(context.gateway.clock(), &|| context.pulse())
}

/// Puts published checkpoints of the transparency log into their bucket.
fn keep_checkpoints(context: &Context) -> Timestamp {
    context.log.keep_checkpoints(context.gateway.clock(), &|| context.pulse())
}

#[cfg(test)]
mod tests;
