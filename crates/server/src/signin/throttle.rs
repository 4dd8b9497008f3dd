//! Guesses are counted, in memory: those at one user from one network, and all from one network.
//!
//! The first count stops guessing of a password, the second stops trying one password for many
//! users (spraying). No count spans networks, so that users who sign in from elsewhere cannot be
//! locked out.

use std::collections::BTreeMap;
use std::net::IpAddr;

use types::{HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};

/// This many failures are free within this many milliseconds.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    failures_max: usize,
    window_ms: u64,
}

/// Of one user, from one network.
const OF_A_USER: &[Allowance] = &[Allowance { failures_max: 5, window_ms: MINUTE_MS }];
/// Of all users, from one network: an office behind one address mistypes less.
const OF_A_NETWORK: &[Allowance] = &[
    Allowance { failures_max: 20, window_ms: MINUTE_MS },
    Allowance { failures_max: 100, window_ms: HOUR_MS },
];
/// The maximum number of entries of either kind: less than 10 MB.
const KEYS_MAX: usize = 10_000;

/// A user and a network, of one size however long the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    user: Hash,
    network: Hash,
}

type Hash = [u8; 32];

/// The key of a user, by the name in any case, and the client's address.
pub(super) fn key(account: &str, user: &str, address: IpAddr) -> Key {
    let network = network(address);
    Key {
        user: keys::sha256(format!("{network}\0{account}\0{}", user.to_lowercase()).as_bytes()),
        network: keys::sha256(network.to_string().as_bytes()),
    }
}

/// What one sender has at least: an address of IPv4, or all addresses of IPv6 with the same first
/// 64 bits.
///
/// Source: RFC 6177, section 2: a site gets at least a /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [first, second, third, fourth, ..] = address.segments();
            IpAddr::from([first, second, third, fourth, 0, 0, 0, 0])
        }
    }
}

/// The recent attempts that failed, or that still run.
#[derive(Debug)]
pub(super) struct Throttle {
    users: Counted,
    networks: Counted,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { users: Counted::new(OF_A_USER), networks: Counted::new(OF_A_NETWORK) }
    }
}

impl Throttle {
    /// Begins an attempt, which counts until it is withdrawn. Errors with the seconds to wait.
    ///
    /// It counts from its beginning: many at once are not more than as many in a row.
    pub(super) fn begin(&mut self, key: Key, now: Timestamp) -> Result<(), u64> {
        let wait_ms =
            self.users.wait_ms(&key.user, now).max(self.networks.wait_ms(&key.network, now));
        if wait_ms > 0 {
            return Err(wait_ms.div_ceil(SECOND_MS));
        }
        self.users.add(key.user, now);
        self.networks.add(key.network, now);
        Ok(())
    }

    /// The attempt begun at `began` did not fail.
    pub(super) fn take_back(&mut self, key: Key, began: Timestamp) {
        self.users.take_back(&key.user, began);
        self.networks.take_back(&key.network, began);
    }

    /// Clears the user's attempts, because the one that began at `began` succeeded. The network's
    /// other attempts remain counted: an attacker may have an account, too.
    pub(super) fn clear(&mut self, key: Key, began: Timestamp) {
        self.users.attempts.remove(&key.user);
        self.networks.take_back(&key.network, began);
    }
}

/// Attempts by counted key, the oldest first.
#[derive(Debug)]
struct Counted {
    allowances: &'static [Allowance],
    attempts: BTreeMap<Hash, Vec<Timestamp>>,
}

impl Counted {
    fn new(allowances: &'static [Allowance]) -> Self {
        Self { allowances, attempts: BTreeMap::new() }
    }

    /// Milliseconds until one more is allowed; 0 if it is.
    fn wait_ms(&self, key: &Hash, now: Timestamp) -> u64 {
        let attempts = self.attempts.get(key).map(Vec::as_slice).unwrap_or_default();
        let waits = self.allowances.iter().map(|Allowance { failures_max, window_ms }| {
            let oldest = attempts.iter().rev().nth(failures_max.saturating_sub(1));
            oldest.map_or(0, |oldest| oldest.plus_ms(*window_ms).since_ms(now))
        });
        waits.max().unwrap_or(0)
    }

    fn add(&mut self, key: Hash, now: Timestamp) {
        if !self.attempts.contains_key(&key) {
            self.make_room(now);
        }
        let window_ms = self.window_ms();
        let attempts = self.attempts.entry(key).or_default();
        attempts.retain(|at| now.since_ms(*at) < window_ms);
        attempts.push(now);
    }

    fn take_back(&mut self, key: &Hash, began: Timestamp) {
        let Some(attempts) = self.attempts.get_mut(key) else { return };
        if let Some(at) = attempts.iter().position(|at| *at == began) {
            attempts.remove(at);
        }
        if attempts.is_empty() {
            self.attempts.remove(key);
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.attempts.len() < KEYS_MAX {
            return;
        }
        let window_ms = self.window_ms();
        self.attempts.retain(|_, attempts| attempts.iter().any(|at| now.since_ms(*at) < window_ms));
        if self.attempts.len() < KEYS_MAX {
            return;
        }
        let oldest = self.attempts.iter().min_by_key(|(_, attempts)| attempts.last().copied());
        if let Some(key) = oldest.map(|(key, _)| *key) {
            self.attempts.remove(&key);
        }
    }

    /// How long an attempt counts at most.
    fn window_ms(&self) -> u64 {
        self.allowances.iter().map(|allowance| allowance.window_ms).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "123456789012";

    const START: Timestamp = Timestamp::from_secs(1_000);

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    /// Five are free, then one must wait until the first is a minute old.
    #[test]
    fn the_sixth_failure_in_a_minute_must_wait() {
        let (mut throttle, alice) = (Throttle::default(), key(ACCOUNT, "alice", address(1)));
        for n in 0..5 {
            assert_eq!(throttle.begin(alice, START.plus_ms(n * 1_000)), Ok(()));
        }
        assert_eq!(throttle.begin(alice, START.plus_ms(5_000)), Err(55));
        assert_eq!(throttle.begin(alice, START.plus_ms(59_999)), Err(1));
        assert_eq!(throttle.begin(alice, START.plus_ms(60_000)), Ok(()));
        assert_eq!(throttle.begin(alice, START.plus_ms(60_000)), Err(1));
        assert_eq!(throttle.begin(key(ACCOUNT, "bob", address(1)), START), Ok(()));
        assert_eq!(throttle.begin(key(ACCOUNT, "alice", address(2)), START), Ok(()));
        assert_eq!(key(ACCOUNT, "ALICE", address(1)), alice);
    }

    #[test]
    fn success_clears_failures_and_only_failures_count() {
        let (mut throttle, alice) = (Throttle::default(), key(ACCOUNT, "alice", address(1)));
        for _ in 0..120 {
            assert_eq!(throttle.begin(alice, START), Ok(()));
            throttle.take_back(alice, START);
        }
        for _ in 0..5 {
            assert_eq!(throttle.begin(alice, START), Ok(()));
        }
        assert!(throttle.begin(alice, START).is_err());
        throttle.clear(alice, START);
        assert_eq!(throttle.begin(alice, START), Ok(()));
    }

    /// One failure at each of many users is as many failures of the network; others go on.
    #[test]
    fn one_network_cannot_try_many_users() {
        let mut throttle = Throttle::default();
        let mut spray =
            |n: u32, now| throttle.begin(key(ACCOUNT, &format!("user{n}"), address(1)), now);
        for n in 0..20 {
            assert_eq!(spray(n, START), Ok(()), "{n}");
        }
        assert_eq!(spray(20, START.plus_ms(1_000)), Err(59));
        // A hundred within an hour, however slowly.
        let mut now = START;
        for n in 20..100 {
            now = now.plus_ms(MINUTE_MS / 2);
            if n == 20 {
                now = START.plus_ms(MINUTE_MS);
            }
            assert_eq!(spray(n, now), Ok(()), "{n}");
        }
        let wait_s = spray(100, now.plus_ms(MINUTE_MS)).unwrap_err();
        assert_eq!(now.plus_ms(MINUTE_MS + wait_s * SECOND_MS), START.plus_ms(HOUR_MS));
        assert_eq!(throttle.begin(key(ACCOUNT, "user1", address(2)), now), Ok(()));
    }

    /// A guesser's own account does not buy more guesses at others.
    #[test]
    fn success_does_not_make_good_for_the_network() {
        let mut throttle = Throttle::default();
        for n in 0..20 {
            assert_eq!(throttle.begin(key(ACCOUNT, &n.to_string(), address(1)), START), Ok(()));
            if n < 19 {
                let own = key(ACCOUNT, "own", address(1));
                assert_eq!(throttle.begin(own, START), Ok(()));
                throttle.clear(own, START);
            }
        }
        assert_eq!(throttle.begin(key(ACCOUNT, "own", address(1)), START), Err(60));
    }

    /// A sender with one address of IPv6 has 2^64 of them.
    #[test]
    fn a_network_of_ipv6_is_one_sender() {
        let mut throttle = Throttle::default();
        let from = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(
            key(ACCOUNT, "alice", from("2001:db8::1")),
            key(ACCOUNT, "alice", from("2001:db8::2:3:4:5"))
        );
        assert_ne!(
            key(ACCOUNT, "alice", from("2001:db8::1")),
            key(ACCOUNT, "alice", from("2001:db8:0:1::1"))
        );
        let (one, other) =
            (key(ACCOUNT, "alice", address(1)), key("999988887777", "alice", address(1)));
        assert!(one != other, "an account's users are its own");
        for n in 0..20_u16 {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 0, n, n, n, n]);
            assert_eq!(throttle.begin(key(ACCOUNT, &n.to_string(), address), START), Ok(()));
        }
        assert!(throttle.begin(key(ACCOUNT, "alice", from("2001:db8::1")), START).is_err());
        assert_eq!(throttle.begin(key(ACCOUNT, "alice", from("2001:db8:0:1::1")), START), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let mut throttle = Throttle::default();
        let from = |n: usize| IpAddr::from(u32::try_from(n).unwrap().to_be_bytes());
        for n in 0..KEYS_MAX + 50 {
            let now = START.plus_ms(n as u64 / 1_000);
            assert_eq!(throttle.begin(key(ACCOUNT, &n.to_string(), from(n)), now), Ok(()));
        }
        assert_eq!(throttle.users.attempts.len(), KEYS_MAX);
        assert_eq!(throttle.networks.attempts.len(), KEYS_MAX);
        throttle.begin(key(ACCOUNT, "late", address(1)), START.plus_ms(10 * HOUR_MS)).unwrap();
        assert_eq!(throttle.users.attempts.len(), 1);
        assert_eq!(throttle.networks.attempts.len(), 1);
        for n in 0..1_000 {
            let now = START.plus_ms(20 * HOUR_MS + n);
            let _ = throttle.begin(key(ACCOUNT, &n.to_string(), address(1)), now);
        }
        assert!(throttle.networks.attempts.values().all(|attempts| attempts.len() <= 100));
    }
}
