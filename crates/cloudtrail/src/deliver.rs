//! Delivery: from committed events to files in buckets, and the digests that prove them.
//!
//! One worker calls [`deliver`] again and again; each call does what is due and tells when it
//! wants to be called next. All state lives in the store, so a restart loses nothing, and every
//! step may be repeated: a file that waits has its name and its events already, and putting it
//! twice puts the same bytes.

mod attempt;
mod backlog;
mod cut;
mod digests;
mod losses;
mod put;
mod scan;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use gateway::{Ctx, Fault, Gateway};
use store::Tx;
use trail::retry::Pace;
use types::{MINUTE_MS, Pulse, Timestamp};

use crate::model::{Content, PROGRESS, Progress, TRAILS, Trail, WAITING, trail_key};

pub use backlog::{Backlog, TrailBacklog, backlog};
pub use losses::{Loss, losses};
pub(crate) use put::FileToPut;

/// How often delivery does what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Milliseconds between two cuts of log files.
    pub delivery_interval_ms: u64,
    /// Milliseconds between two digests of a chain.
    pub digest_interval_ms: u64,
}

/// When the last cut was, in this process; a new process cuts at once.
#[derive(Debug, Default)]
struct LastCut(Mutex<Option<Timestamp>>);

/// The timing that delivery keeps in this process; `None` before its first round.
pub(crate) fn last_timing(ctx: &Ctx<'_>) -> Option<Timing> {
    *ctx.cached::<LastTiming>().0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What [`deliver`] was last called with.
#[derive(Debug, Default)]
struct LastTiming(Mutex<Option<Timing>>);

/// Cuts, puts and digests what is due, and gives the instant at which to be called again.
///
/// Blocks the thread, for long if much waits; `pulse` is called before each trail, file, digest and
/// batch of events. Trouble with one trail goes to diagnostics and stops no other.
pub fn deliver(gateway: &Arc<Gateway>, timing: &Timing, pulse: Pulse<'_>) -> Timestamp {
    let now = gateway.clock().now();
    *gateway.cached::<LastTiming>().0.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(*timing);
    let mut due = now.plus_ms(MINUTE_MS).min(cut_if_due(gateway, timing, now, pulse));
    let trails = gateway.snapshot().and_then(|view| delivering(&view.tx()));
    for (trail, _) in trails.unwrap_or_else(|fault| {
        gateway.report(&fault, "trails cannot be read; delivery waits", "");
        Vec::new()
    }) {
        if pulse().is_break() {
            break;
        }
        match deliver_trail(gateway, timing, &trail, pulse) {
            Ok(again) => due = due.min(again),
            Err(fault) => {
                gateway.report(&fault, "delivery failed; it is tried again", trail.name.as_str());
            }
        }
    }
    due
}

fn deliver_trail(
    gateway: &Arc<Gateway>,
    timing: &Timing,
    trail: &Trail,
    pulse: Pulse<'_>,
) -> Result<Timestamp, Fault> {
    let pace = Pace::of(timing.delivery_interval_ms);
    // Trouble with one lane keeps no region from its digest.
    let tried = attempt::attempt(gateway, trail, pace, pulse);
    let (made, due) = digests::make_due(gateway, trail, timing.digest_interval_ms, pulse)?;
    let tried = if made { tried.and(attempt::attempt(gateway, trail, pace, pulse)) } else { tried };
    Ok(due.min(tried?))
}

fn cut_if_due(
    gateway: &Arc<Gateway>,
    timing: &Timing,
    now: Timestamp,
    pulse: Pulse<'_>,
) -> Timestamp {
    let slot = now.floor_to(timing.delivery_interval_ms);
    let last = gateway.cached::<LastCut>();
    let mut last = last.0.lock().unwrap_or_else(PoisonError::into_inner);
    // A clock that was set back makes for another slot, too.
    if last.is_none_or(|last| last.floor_to(timing.delivery_interval_ms) != slot) {
        match cut::cut(gateway, timing.delivery_interval_ms, pulse) {
            Ok(ControlFlow::Continue(())) => *last = Some(now),
            Ok(ControlFlow::Break(())) => {}
            Err(fault) => {
                gateway.report(&fault, "log files could not be cut; tried again", "");
            }
        }
    }
    slot.plus_ms(timing.delivery_interval_ms)
}

/// The trails that have something to deliver or may get it, deleted ones included.
fn delivering(tx: &Tx<'_>) -> Result<Vec<(Trail, Progress)>, Fault> {
    let mut found = Vec::new();
    for (key, progress) in PROGRESS.all(tx, "")? {
        let place = trail_key(&progress.account, &progress.home_region, &progress.name);
        let own = TRAILS.get(tx, place)?.filter(|trail| trail.id.as_bytes() == key);
        if let Some(trail) = progress.deleted.as_deref().cloned().or(own) {
            found.push((trail, progress));
        } else {
            tracing::error!(trail = %progress.name, "a delivery belongs to no trail");
        }
    }
    Ok(found)
}

/// The number of the oldest event that some trail still has to deliver; older ones may go.
pub fn oldest_needed(gateway: &Gateway) -> Result<u64, Fault> {
    let view = gateway.snapshot()?;
    let mut oldest = u64::MAX;
    PROGRESS.visit(&view.tx(), "", "", &mut |_, progress| {
        oldest = progress.spans.iter().map(|span| span.next).fold(oldest, u64::min);
        ControlFlow::Continue(())
    })?;
    WAITING.visit(&view.tx(), "", "", &mut |_, file| {
        if let Content::Log(ranges) = &file.content {
            oldest = ranges.iter().map(|(from, _)| *from).fold(oldest, u64::min);
        }
        ControlFlow::Continue(())
    })?;
    Ok(oldest)
}

/// Changes a trail's progress on the writer, together with whatever else `change` does.
///
/// Calls change it too, so it is read anew there; a trail whose progress is gone is left alone.
/// No event: how far delivery has come is nothing that anybody asked for, and what is put into a
/// bucket has the event of its `PutObject`.
fn update(
    gateway: &Gateway,
    trail_id: &str,
    change: impl FnOnce(&mut Tx<'_>, &mut Progress) -> Result<(), Fault> + Send + 'static,
) -> Result<(), Fault> {
    let id = trail_id.to_owned();
    gateway.maintain(move |tx| {
        let Some(mut progress) = PROGRESS.get(tx, &id)? else { return Ok(()) };
        change(tx, &mut progress)?;
        Ok(PROGRESS.put(tx, &id, &progress)?)
    })
}
