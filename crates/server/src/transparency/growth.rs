//! The tree in memory, and when it is extended.

use tlog::{Edge, SignedCheckpoint, Signer};
use types::Timestamp;

/// Events that one checkpoint adds at most: a long backlog is signed in parts.
pub(super) const BATCH_EVENTS: u64 = 16_384;

/// A log that is open.
#[derive(Debug)]
pub(super) struct Growth {
    pub(super) signer: Signer,
    pub(super) first_seq: u64,
    pub(super) edge: Edge,
    pub(super) signed: Option<SignedCheckpoint>,
    /// When it was extended last; `None` since the start.
    pub(super) extended: Option<Timestamp>,
}

/// How far tree and events are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    /// The number of the first event that is not in the tree.
    pub(super) next_seq: u64,
    /// The number of the newest event.
    pub(super) last_seq: u64,
    /// Whether the tree has a checkpoint of its present size.
    pub(super) is_signed: bool,
    pub(super) extended: Option<Timestamp>,
    pub(super) interval_ms: u64,
}

/// What to do with the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    WaitUntil(Timestamp),
    /// Add these events and sign.
    Extend {
        from: u64,
        events: u64,
    },
}

/// New events are added at most once per interval, but a backlog without pause.
pub(super) fn next_step(progress: &Progress, now: Timestamp) -> Step {
    let waiting = progress.last_seq.saturating_add(1).saturating_sub(progress.next_seq);
    let due = progress.extended.map_or(now, |last| last.plus_ms(progress.interval_ms));
    let is_due = due <= now || waiting >= BATCH_EVENTS;
    if waiting == 0 && progress.is_signed {
        return Step::WaitUntil(if due > now { due } else { now.plus_ms(progress.interval_ms) });
    }
    if !is_due {
        return Step::WaitUntil(due);
    }
    Step::Extend { from: progress.next_seq, events: waiting.min(BATCH_EVENTS) }
}

impl Growth {
    pub(super) fn new(
        key: Signer,
        first_seq: u64,
        edge: Edge,
        signed: Option<SignedCheckpoint>,
    ) -> Self {
        Self { signer: key, first_seq, edge, signed, extended: None }
    }

    pub(super) fn next_seq(&self) -> u64 {
        self.first_seq.saturating_add(self.edge.head().size)
    }
}

#[cfg(test)]
mod tests {
    use types::SECOND_MS;

    use super::*;

    fn check_step(
        next_seq: u64,
        last_seq: u64,
        extended_s: Option<u64>,
        is_signed: bool,
        want: Step,
    ) {
        let extended = extended_s.map(Timestamp::from_secs);
        let progress =
            Progress { next_seq, last_seq, is_signed, extended, interval_ms: 5 * SECOND_MS };
        assert_eq!(next_step(&progress, Timestamp::from_secs(100)), want, "{progress:?}");
    }

    /// New events wait for the interval; a long backlog and an unsigned tree do not.
    #[test]
    fn the_tree_is_extended_once_per_interval() {
        let at = |secs| Step::WaitUntil(Timestamp::from_secs(secs));
        let extend = |from, events| Step::Extend { from, events };
        check_step(5, 4, None, true, at(105));
        check_step(5, 4, Some(98), true, at(103));
        check_step(5, 4, None, false, extend(5, 0));
        check_step(5, 9, None, true, extend(5, 5));
        check_step(5, 9, Some(98), true, at(103));
        check_step(5, 9, Some(95), true, extend(5, 5));
        check_step(5, 5 + 2 * BATCH_EVENTS, Some(99), true, extend(5, BATCH_EVENTS));
    }
}
