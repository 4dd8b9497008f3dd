use serde::{Deserialize, Serialize};
use types::{SECOND_MS, Timestamp};

/// How many missed digests are made up for one by one; a longer absence gets one digest over all
/// that is older. Assumed: AWS has no such absences.
pub const CATCH_UP_MAX: u64 = 1_000;

/// The position of the chain of a trail, account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// When validation was enabled or logging started: the first digest starts here, and all
    /// end at this minute and second of their hour.
    /// Assumed: what sets the phase; observed: that it stays the same along a chain.
    pub start: Timestamp,
    /// The end of the newest digest; `None` before the first.
    pub last_end: Option<Timestamp>,
    /// When the last log file of the chain was delivered, after logging stopped or validation was
    /// disabled: a last digest covers the remaining files.
    pub closing: Option<Timestamp>,
}

impl Chain {
    /// A chain that starts now.
    pub fn starting(now: Timestamp) -> Self {
        Self { start: now.floor_to(SECOND_MS), last_end: None, closing: None }
    }
}

/// The time a digest is about: what was delivered from `start` until before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The end of the digest before.
    pub start: Timestamp,
    /// The time in the digest's name, in whole seconds.
    pub end: Timestamp,
}

/// What to do with a chain now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Create the digest of this period, even if it lists no file; then call again.
    Make(Period),
    /// Call again at that time.
    WaitUntil(Timestamp),
    /// The chain is closed and complete.
    Ended,
}

/// What to do with a chain now. If the clock is set back, nothing is created twice.
pub fn next_step(chain: &Chain, interval_ms: u64, now: Timestamp) -> Step {
    let interval_ms = interval_ms.max(SECOND_MS).next_multiple_of(SECOND_MS);
    let origin = chain.start.floor_to(SECOND_MS);
    let start = chain.last_end.unwrap_or(origin).max(origin);
    let phase_ms = |at: Timestamp| at.since_ms(origin).checked_rem(interval_ms).unwrap_or(0);
    let closing = chain.closing.map(|at| at.ceil_to(SECOND_MS));
    if closing.is_some_and(|closing| closing <= start && chain.last_end.is_some()) {
        return Step::Ended;
    }
    let next = start.minus_ms(phase_ms(start)).plus_ms(interval_ms);
    let oldest_ms = phase_ms(now).saturating_add(interval_ms.saturating_mul(CATCH_UP_MAX));
    let next = next.max(now.minus_ms(oldest_ms).max(origin));
    // A chain that is closed in its first second still has a digest, of that second.
    let last = closing.map(|closing| closing.max(start.plus_ms(SECOND_MS)));
    let end = last.map_or(next, |last| last.min(next));
    if end <= now { Step::Make(Period { start, end }) } else { Step::WaitUntil(end) }
}
