//! The driver: does what is due by the clock, and returns the time of its next call.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use gateway::{Fault, Gateway};
use trail::Timing;
use trail::retry::Pace;
use types::{MINUTE_MS, Pulse, Timestamp};

use super::progress::delivering;
use super::{cut, digests, lanes};
use crate::model::Trail;

/// When the last cut was, in this process; a new process cuts at once.
#[derive(Debug, Default)]
struct LastCut(Mutex<Option<Timestamp>>);

/// Creates and delivers due log files and digests, and returns the time of the next call.
///
/// Blocks the thread, possibly for long; `pulse` is called before each trail, file, digest and
/// batch of events. Errors of one trail are logged and do not affect others.
pub fn deliver(gateway: &Arc<Gateway>, pulse: Pulse<'_>) -> Timestamp {
    let (now, timing) = (gateway.clock().now(), gateway.settings().delivery);
    let mut due = now.plus_ms(MINUTE_MS).min(cut_if_due(gateway, &timing, now, pulse));
    let trails = gateway.snapshot().and_then(|view| delivering(&view.tx()));
    for (trail, _) in trails.unwrap_or_else(|fault| {
        gateway.report(&fault, "cannot read the trails; delivery is delayed", "");
        Vec::new()
    }) {
        if pulse().is_break() {
            break;
        }
        match deliver_trail(gateway, &timing, &trail, pulse) {
            Ok(again) => due = due.min(again),
            Err(fault) => {
                gateway.report(&fault, "delivery failed; retrying", trail.name.as_str());
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
    // Errors in one lane do not prevent a region's digest.
    let tried = lanes::attempt(gateway, trail, pace, pulse);
    let (made, due) = digests::make_due(gateway, trail, timing.digest_interval_ms, pulse)?;
    let tried = if made { tried.and(lanes::attempt(gateway, trail, pace, pulse)) } else { tried };
    Ok(due.min(tried?))
}

fn cut_if_due(
    gateway: &Arc<Gateway>,
    timing: &Timing,
    now: Timestamp,
    pulse: Pulse<'_>,
) -> Timestamp {
    let interval_ms = timing.delivery_interval_ms;
    let last = gateway.cached::<LastCut>();
    let mut last = last.0.lock().unwrap_or_else(PoisonError::into_inner);
    if next_step(*last, interval_ms, now) == Step::Cut {
        match cut::cut(gateway, interval_ms, pulse) {
            Ok(ControlFlow::Continue(())) => *last = Some(now),
            Ok(ControlFlow::Break(())) => {}
            Err(fault) => gateway.report(&fault, "cannot create log files; retrying", ""),
        }
    }
    next_slot(interval_ms, now)
}

/// Whether log files are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Cut,
    WaitUntil(Timestamp),
}

/// Decides only: files are cut once in each slot of the interval.
fn next_step(last_cut: Option<Timestamp>, interval_ms: u64, now: Timestamp) -> Step {
    let slot = now.floor_to(interval_ms);
    match last_cut {
        // A clock that was set back starts another slot, too.
        Some(last) if last.floor_to(interval_ms) == slot => {
            Step::WaitUntil(next_slot(interval_ms, now))
        }
        Some(_) | None => Step::Cut,
    }
}

fn next_slot(interval_ms: u64, now: Timestamp) -> Timestamp {
    now.floor_to(interval_ms).plus_ms(interval_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files are cut at once by a new process, then once a slot, also after the clock was set.
    #[test]
    fn files_are_cut_once_a_slot() {
        let at = Timestamp::from_secs;
        let check = |last: Option<u64>, now: u64, want: Step| {
            assert_eq!(next_step(last.map(at), MINUTE_MS, at(now)), want, "{last:?} {now}");
        };
        check(None, 90, Step::Cut);
        check(Some(60), 90, Step::WaitUntil(at(120)));
        check(Some(119), 120, Step::Cut);
        check(Some(120), 119, Step::Cut);
    }
}
