//! Guesses are counted: by user and address, in memory, for a minute.

use std::collections::BTreeMap;
use std::net::IpAddr;

use types::{MINUTE_MS, SECOND_MS, Timestamp};

/// Failures within [`WINDOW_MS`] after which a user and address must wait.
const FAILURES_MAX: usize = 5;
/// How long a failure counts.
const WINDOW_MS: u64 = MINUTE_MS;
/// Users and addresses that are remembered.
const KEYS_MAX: usize = 10_000;

/// A user and an address, of one size however long the name.
pub(super) type Key = [u8; 32];

/// The key of a user, by the name in any case, and an address.
pub(super) fn key(user: &str, address: IpAddr) -> Key {
    keys::sha256(format!("{address}\0{}", user.to_lowercase()).as_bytes())
}

/// The attempts of the last minute that failed, or that still run.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    attempts: BTreeMap<Key, Vec<Timestamp>>,
}

impl Throttle {
    /// Begins an attempt, which counts until it is taken back. Errors with the seconds to wait.
    ///
    /// It counts from its beginning: many at once are not more than as many in a row.
    pub(super) fn begin(&mut self, key: Key, now: Timestamp) -> Result<(), u64> {
        if !self.attempts.contains_key(&key) {
            self.make_room(now);
        }
        let attempts = self.attempts.entry(key).or_default();
        attempts.retain(|at| is_recent(*at, now));
        match attempts.first() {
            Some(oldest) if attempts.len() >= FAILURES_MAX => {
                let wait_ms = oldest.plus_ms(WINDOW_MS).since_ms(now);
                Err(wait_ms.div_ceil(SECOND_MS).max(1))
            }
            _ => {
                attempts.push(now);
                Ok(())
            }
        }
    }

    /// The attempt begun at `began` did not fail.
    pub(super) fn take_back(&mut self, key: Key, began: Timestamp) {
        let Some(attempts) = self.attempts.get_mut(&key) else { return };
        if let Some(at) = attempts.iter().position(|at| *at == began) {
            attempts.remove(at);
        }
        if attempts.is_empty() {
            self.attempts.remove(&key);
        }
    }

    /// Whoever got in has proven not to guess.
    pub(super) fn forget(&mut self, key: Key) {
        self.attempts.remove(&key);
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.attempts.len() < KEYS_MAX {
            return;
        }
        self.attempts.retain(|_, attempts| attempts.iter().any(|at| is_recent(*at, now)));
        if self.attempts.len() < KEYS_MAX {
            return;
        }
        let oldest = self.attempts.iter().min_by_key(|(_, attempts)| attempts.last().copied());
        if let Some(key) = oldest.map(|(key, _)| *key) {
            self.attempts.remove(&key);
        }
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now.since_ms(at) < WINDOW_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000);

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    /// Five are free, then one must wait until the first is a minute old.
    #[test]
    fn the_sixth_failure_in_a_minute_must_wait() {
        let (mut throttle, alice) = (Throttle::default(), key("alice", address(1)));
        for n in 0..5 {
            assert_eq!(throttle.begin(alice, START.plus_ms(n * 1_000)), Ok(()));
        }
        assert_eq!(throttle.begin(alice, START.plus_ms(5_000)), Err(55));
        assert_eq!(throttle.begin(alice, START.plus_ms(59_999)), Err(1));
        assert_eq!(throttle.begin(alice, START.plus_ms(60_000)), Ok(()));
        assert_eq!(throttle.begin(alice, START.plus_ms(60_000)), Err(1));
        assert_eq!(throttle.begin(key("bob", address(1)), START), Ok(()));
        assert_eq!(throttle.begin(key("alice", address(2)), START), Ok(()));
        assert_eq!(key("ALICE", address(1)), alice);
    }

    #[test]
    fn success_makes_good_and_what_did_not_fail_does_not_count() {
        let (mut throttle, alice) = (Throttle::default(), key("alice", address(1)));
        for _ in 0..20 {
            assert_eq!(throttle.begin(alice, START), Ok(()));
            throttle.take_back(alice, START);
        }
        for _ in 0..5 {
            assert_eq!(throttle.begin(alice, START), Ok(()));
        }
        assert!(throttle.begin(alice, START).is_err());
        throttle.forget(alice);
        assert_eq!(throttle.begin(alice, START), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let mut throttle = Throttle::default();
        for n in 0..KEYS_MAX + 50 {
            let now = START.plus_ms(n as u64 / 1_000);
            assert_eq!(throttle.begin(key(&n.to_string(), address(1)), now), Ok(()));
        }
        assert_eq!(throttle.attempts.len(), KEYS_MAX);
        throttle.begin(key("late", address(1)), START.plus_ms(10 * WINDOW_MS)).unwrap();
        assert_eq!(throttle.attempts.len(), 1);
    }
}
