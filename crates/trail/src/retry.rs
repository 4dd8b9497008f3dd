//! When to try again what could not be delivered. Decides; does nothing itself.
//!
//! Source: `CloudTrail` User Guide, "Finding your CloudTrail log files": delivery is attempted
//! for 30 days. The pace within them is our own: AWS publishes none.

use serde::{Deserialize, Serialize};
use types::{DAY_MS, HOUR_MS, SECOND_MS, Timestamp};

/// An unreachable bucket is tried for 30 days.
pub const RETRY_WINDOW_MS: u64 = 30 * DAY_MS;
/// The pause after the first failure, at most; it doubles with each further one.
pub const FIRST_PAUSE_MS: u64 = 10 * SECOND_MS;
/// The longest pause, at most.
pub const LONGEST_PAUSE_MS: u64 = HOUR_MS;
/// The longest pause in delivery intervals: an hour at five-minute intervals, and less with the
/// shorter intervals of the rehearsal profile.
const LONGEST_PAUSE_INTERVALS: u64 = 12;

/// How long to wait between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// After the first failure; doubled with each further one.
    pub first_pause_ms: u64,
    /// At most.
    pub longest_pause_ms: u64,
}

impl Pace {
    /// The pace that fits files cut every `interval_ms`.
    pub fn of(interval_ms: u64) -> Self {
        let longest = interval_ms.saturating_mul(LONGEST_PAUSE_INTERVALS);
        Self {
            first_pause_ms: FIRST_PAUSE_MS.min(interval_ms),
            longest_pause_ms: LONGEST_PAUSE_MS.min(longest),
        }
    }
}

/// A delivery that has failed at least once, or (zero attempts) has not been tried yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// When it was first attempted, or created.
    pub first_attempt: Timestamp,
    /// When it was last tried.
    pub last_attempt: Timestamp,
    /// How often it has failed.
    pub attempts: u32,
}

/// What to do with a pending delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Try it now.
    Attempt,
    /// Call again at that time.
    WaitUntil(Timestamp),
    /// Its 30 days have passed: record the loss.
    GiveUp,
}

/// What to do with a pending delivery now.
///
/// No file is abandoned without an attempt at the end of its 30 days: a machine that was off for a
/// month, or a clock that jumped, loses no file. A clock that is set back does not extend the
/// pause: the due time counts from the last attempt, and an attempt in the future is due at once.
pub fn next_step(pending: &Pending, pace: Pace, now: Timestamp) -> Step {
    let end = pending.first_attempt.plus_ms(RETRY_WINDOW_MS);
    if end <= now && end <= pending.last_attempt {
        return Step::GiveUp;
    }
    let due = pending.last_attempt.plus_ms(backoff_ms(pace, pending.attempts));
    if now < due && pending.last_attempt <= now { Step::WaitUntil(due) } else { Step::Attempt }
}

/// The pause after this many failures.
pub fn backoff_ms(pace: Pace, attempts: u32) -> u64 {
    let Some(doublings) = attempts.checked_sub(1) else { return 0 };
    let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
    pace.first_pause_ms.saturating_mul(factor).min(pace.longest_pause_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of files cut every five minutes.
    const PACE: Pace = Pace { first_pause_ms: FIRST_PAUSE_MS, longest_pause_ms: LONGEST_PAUSE_MS };
    const START: Timestamp = Timestamp::from_secs(1_767_323_045);

    impl Pending {
        /// A delivery to be tried at once.
        fn new(now: Timestamp) -> Self {
            Self { first_attempt: now, last_attempt: now, attempts: 0 }
        }

        /// The same delivery after one more failure.
        fn failed_at(self, now: Timestamp) -> Self {
            Self { last_attempt: now, attempts: self.attempts + 1, ..self }
        }
    }

    /// A bucket that stays broken is tried for 30 days, at most hourly, and then dropped.
    #[test]
    fn gives_up_after_thirty_days() {
        let (mut pending, mut now) = (Pending::new(START), START);
        loop {
            match next_step(&pending, PACE, now) {
                Step::WaitUntil(due) => now = due,
                Step::Attempt => pending = pending.failed_at(now),
                Step::GiveUp => break,
            }
        }
        assert_eq!(now.since_ms(START) / DAY_MS, 30);
        assert!((30 * 24..30 * 24 + 20).contains(&pending.attempts), "{}", pending.attempts);
    }

    /// A server that was off for two months retries once before it abandons a file.
    #[test]
    fn a_long_absence_is_followed_by_an_attempt() {
        let back = START.plus_ms(60 * DAY_MS);
        assert_eq!(next_step(&Pending::new(START), PACE, back), Step::Attempt);
        let pending = Pending::new(START).failed_at(START);
        assert_eq!(next_step(&pending, PACE, back), Step::Attempt);
        assert_eq!(next_step(&pending.failed_at(back), PACE, back), Step::GiveUp);
    }

    /// The first try is immediate; pauses double from ten seconds to an hour and stay there.
    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds: Vec<u64> = (0..=11).map(|n| backoff_ms(PACE, n) / SECOND_MS).collect();
        assert_eq!(seconds, [0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
        assert_eq!(backoff_ms(PACE, u32::MAX), LONGEST_PAUSE_MS);
    }

    /// A clock that is set back by a day does not delay a delivery by a day.
    #[test]
    fn a_clock_set_back_does_not_stop_delivery() {
        let pending = Pending::new(START).failed_at(START);
        assert_eq!(next_step(&pending, PACE, START.minus_ms(DAY_MS)), Step::Attempt);
    }

    /// With the rehearsal profile, a repair is noticed in less than an hour.
    #[test]
    fn the_pace_follows_the_interval() {
        assert_eq!(Pace::of(300 * SECOND_MS), PACE);
        let rehearsal = Pace { first_pause_ms: 2 * SECOND_MS, longest_pause_ms: 24 * SECOND_MS };
        assert_eq!(Pace::of(2 * SECOND_MS), rehearsal);
    }
}
