//! How long calls take for what.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use types::Clock;

/// What a call does on a thread of ours. Sockets and HTTP before and after it, and the commit, are
/// not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finding the caller, and proving the signature.
    Signature,
    /// Deciding on the permissions.
    Policy,
    /// The operation itself, with its cryptography.
    Operation,
    /// Building the event.
    Event,
}

impl Phase {
    /// All of them, in the order of a call.
    pub const ALL: [Self; 4] = [Self::Signature, Self::Policy, Self::Operation, Self::Event];

    /// The name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Policy => "policy",
            Self::Operation => "operation",
            Self::Event => "event",
        }
    }
}

thread_local! {
    /// Microseconds of the phases that ended within the one that is under way.
    static WITHIN: Cell<u64> = const { Cell::new(0) };
}

/// The time of all calls since the start, by phase. A phase within another one, such as the policies
/// of a nested call within an operation, counts once, as itself.
#[derive(Debug)]
pub(crate) struct Phases {
    clock: Clock,
    signature: AtomicU64,
    policy: AtomicU64,
    operation: AtomicU64,
    event: AtomicU64,
}

/// The start of a phase. One that never ends, because of a panic, counts nowhere.
#[must_use]
pub(crate) struct Begun {
    at_us: u64,
    within_before: u64,
}

impl Phases {
    pub(crate) fn new(clock: Clock) -> Self {
        let [signature, policy, operation, event] = [const { AtomicU64::new(0) }; 4];
        Self { clock, signature, policy, operation, event }
    }

    fn sum(&self, phase: Phase) -> &AtomicU64 {
        match phase {
            Phase::Signature => &self.signature,
            Phase::Policy => &self.policy,
            Phase::Operation => &self.operation,
            Phase::Event => &self.event,
        }
    }

    /// Microseconds so far.
    pub(crate) fn total_us(&self, phase: Phase) -> u64 {
        self.sum(phase).load(Ordering::Relaxed)
    }

    pub(crate) fn begin(&self) -> Begun {
        Begun { at_us: self.clock.elapsed_us(), within_before: WITHIN.replace(0) }
    }

    pub(crate) fn end(&self, phase: Phase, begun: &Begun) {
        let took = self.clock.elapsed_us().saturating_sub(begun.at_us);
        let within = WITHIN.replace(begun.within_before.saturating_add(took));
        self.sum(phase).fetch_add(took.saturating_sub(within), Ordering::Relaxed);
    }

    /// Does the work as a phase.
    pub(crate) fn time<T>(&self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let begun = self.begin();
        let done = work();
        self.end(phase, &begun);
        done
    }
}

#[cfg(test)]
mod tests {
    use types::Timestamp;

    use super::*;

    /// Each millisecond counts once: as the innermost phase that it passed in.
    #[test]
    fn phases_within_phases_count_once() {
        let clock = Clock::manual(Timestamp::from_ms(0));
        let phases = Phases::new(clock.clone());
        phases.time(Phase::Operation, || {
            clock.advance_ms(1);
            phases.time(Phase::Policy, || clock.advance_ms(10));
            phases.time(Phase::Operation, || {
                clock.advance_ms(100);
                phases.time(Phase::Event, || clock.advance_ms(1_000));
            });
        });
        phases.time(Phase::Signature, || clock.advance_ms(10_000));
        let ms = Phase::ALL.map(|phase| phases.total_us(phase) / 1_000);
        assert_eq!(ms, [10_000, 10, 101, 1_000]);
    }

    /// What a panic cut off distorts nothing that follows.
    #[test]
    fn a_panic_leaves_no_trace() {
        let clock = Clock::manual(Timestamp::from_ms(0));
        let phases = Phases::new(clock.clone());
        let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            phases.time(Phase::Operation, || {
                phases.time(Phase::Policy, || clock.advance_ms(5));
                panic!("a test's panic");
            });
        }));
        assert!(cut.is_err());
        phases.time(Phase::Event, || clock.advance_ms(7));
        let ms = Phase::ALL.map(|phase| phases.total_us(phase) / 1_000);
        assert_eq!(ms, [0, 5, 0, 7]);
    }
}
