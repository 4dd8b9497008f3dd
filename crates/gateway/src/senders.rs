use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Pairs of an access key and an address in one generation.
const PAIRS_MAX: usize = 2_048;

/// Addresses by access key.
type Pairs = BTreeMap<String, BTreeSet<IpAddr>>;

/// Which addresses have proven which access keys by the signature of a whole call.
///
/// A head with an invalid signature cannot be distinguished from one whose body would prove it. An
/// earlier call from the same address does, so that attackers cannot use the memory that proven
/// callers need. This affects only memory: each call still has to be authenticated.
#[derive(Debug, Default)]
pub(crate) struct Senders(Mutex<Generations>);

/// Pairs that were used recently, and older ones; those used in neither are dropped.
#[derive(Debug, Default)]
struct Generations {
    new: Pairs,
    new_pairs: usize,
    old: Pairs,
}

impl Senders {
    /// Whether the address has proven the key.
    pub(crate) fn have_proven(&self, address: IpAddr, access_key_id: &str) -> bool {
        let known = self.generations();
        [&known.new, &known.old].into_iter().any(|pairs| has(pairs, address, access_key_id))
    }

    /// Records that the address has proven the key.
    pub(crate) fn remember(&self, address: IpAddr, access_key_id: &str) {
        let mut known = self.generations();
        if has(&known.new, address, access_key_id) {
            return;
        }
        if known.new_pairs >= PAIRS_MAX {
            known.old = std::mem::take(&mut known.new);
            known.new_pairs = 0;
        }
        known.new.entry(access_key_id.to_owned()).or_default().insert(address);
        known.new_pairs = known.new_pairs.saturating_add(1);
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn has(pairs: &Pairs, address: IpAddr, access_key_id: &str) -> bool {
    pairs.get(access_key_id).is_some_and(|addresses| addresses.contains(&address))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(number: usize) -> IpAddr {
        Ipv4Addr::from_bits(u32::try_from(number).unwrap()).into()
    }

    /// Another address or key has proven nothing.
    #[test]
    fn a_proof_is_of_one_key_at_one_address() {
        let senders = Senders::default();
        senders.remember(address(1), "AKIAONE");
        assert!(senders.have_proven(address(1), "AKIAONE"));
        assert!(!senders.have_proven(address(2), "AKIAONE"));
        assert!(!senders.have_proven(address(1), "AKIATWO"));
    }

    /// Senders that continue to call are kept, and the memory is bounded.
    #[test]
    fn senders_that_stop_calling_are_dropped() {
        let senders = Senders::default();
        senders.remember(address(0), "AKIAONCE");
        for number in 0..3 * PAIRS_MAX {
            senders.remember(address(number), "AKIAMANY");
            senders.remember(address(0), "AKIASTEADY");
            assert!(senders.have_proven(address(number), "AKIAMANY"));
            assert!(senders.have_proven(address(0), "AKIASTEADY"));
        }
        assert!(!senders.have_proven(address(0), "AKIAONCE"));
        let known = senders.generations();
        let count = |pairs: &Pairs| pairs.values().map(BTreeSet::len).sum::<usize>();
        assert!(count(&known.new) <= PAIRS_MAX && count(&known.old) <= PAIRS_MAX);
        assert_eq!(count(&known.new), known.new_pairs);
    }
}
