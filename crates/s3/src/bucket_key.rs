//! Bucket keys: data keys that are used for all objects of one requester for a while.
//!
//! Source: S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys": a bucket key
//! is "used for a time-limited period", and fetched at least once by each requester, so that the
//! trail shows who used the key; later objects do not call KMS.
//!
//! Every piece of an object has a separate salt, from which its key is derived, so no two bodies
//! are encrypted with the same key, even if they share a bucket key.
//!
//! AWS publishes no figure for the period. Beyond AWS, a change of any key, alias, grant, identity or
//! identity policy ends all of them at once: who is refused by KMS is refused from the next request
//! on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gateway::Ctx;
use types::Timestamp;

use crate::model::Bucket;

/// For how long a requester uses a bucket key, in seconds.
const LIFE_SECONDS: u64 = 300;
/// The maximum number of cached keys; beyond it the cache starts over.
const KEYS_MAX: usize = 4_096;
/// The maximum size of a cache key: an encryption context may have tens of kilobytes.
const NAME_BYTES_MAX: usize = 4 << 10;

/// Keys that requesters have recently received from KMS, of one kind: generated, or decrypted.
#[derive(Debug)]
pub(crate) struct BucketKeys<K>(Mutex<Kept<K>>);

#[derive(Debug)]
struct Kept<K> {
    /// The keys and rights on which all this rests; see [`store::Tx::revision`].
    revision: u64,
    keys: BTreeMap<Vec<u8>, (Timestamp, Arc<K>)>,
}

impl<K> Default for BucketKeys<K> {
    fn default() -> Self {
        Self(Mutex::new(Kept { revision: 0, keys: BTreeMap::new() }))
    }
}

impl<K> BucketKeys<K> {
    pub(crate) fn get(&self, place: &Place, now: Timestamp) -> Option<Arc<K>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_of(place.revision) {
            return None;
        }
        let (made, key) = kept.keys.get(&place.name)?;
        let age = now.as_secs().checked_sub(made.as_secs());
        age.is_some_and(|age| age < LIFE_SECONDS).then(|| Arc::clone(key))
    }

    pub(crate) fn keep(&self, place: Place, now: Timestamp, key: &Arc<K>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_of(place.revision) {
            return;
        }
        if kept.keys.len() >= KEYS_MAX {
            kept.keys.clear();
        }
        kept.keys.insert(place.name, (now, Arc::clone(key)));
    }
}

impl<K> Kept<K> {
    /// Drops the entries of an older revision; returns false for a reader of an older one.
    fn is_of(&mut self, revision: u64) -> bool {
        if self.revision < revision {
            self.revision = revision;
            self.keys.clear();
        }
        self.revision == revision
    }
}

/// The cache key of a key: one requester, one bucket, and the request to KMS.
///
/// Stricter than AWS, a requester at another address, or with and without TLS, is a different one:
/// key policies may check both.
#[derive(Debug)]
pub(crate) struct Place {
    revision: u64,
    name: Vec<u8>,
}

impl Place {
    /// `None` where each call has to call KMS: for services that act for themselves, on the writer,
    /// and with a large encryption context.
    pub(crate) fn new<'a>(
        ctx: &'a Ctx<'_>,
        bucket: &'a Bucket,
        asked: &'a [u8],
        context: &'a BTreeMap<String, String>,
    ) -> Option<Self> {
        let revision = ctx.tx().revision()?;
        let caller = ctx.caller();
        let (session, arn) = (caller.access_key_id.as_deref()?, caller.principal.arn());
        let origin = ctx.call().origin.as_ref();
        let address = origin.map(|origin| origin.source_ip.to_string()).unwrap_or_default();
        let tls = origin.is_some_and(|origin| origin.tls.is_some());
        let via = caller.via.unwrap_or_default();
        let requester = [session, &*arn, via, &*address, if tls { "tls" } else { "" }];
        let requester = requester.map(str::as_bytes);
        let pairs = context.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let bucket = [bucket.name.as_bytes(), bucket.region.as_str().as_bytes(), asked];
        let name = store::key(requester.into_iter().chain(bucket).chain(pairs));
        (name.len() <= NAME_BYTES_MAX).then_some(Self { revision, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(revision: u64, name: &str) -> Place {
        Place { revision, name: name.into() }
    }

    fn at(second: u64) -> Timestamp {
        Timestamp::from_secs(1_772_323_200 + second)
    }

    #[test]
    fn a_key_is_found_until_its_time_is_over() {
        let keys = BucketKeys::default();
        keys.keep(place(1, "a"), at(9), &Arc::new(7));
        let found = |second, name| keys.get(&place(1, name), at(second)).is_some();
        assert!(found(9, "a") && found(8 + LIFE_SECONDS, "a"));
        assert!(!found(9, "b"), "another requester's");
        assert!(!found(9 + LIFE_SECONDS, "a") && !found(8, "a"));
    }

    #[test]
    fn a_change_of_rights_ends_all_keys_and_no_older_view_brings_them_back() {
        let keys = BucketKeys::default();
        keys.keep(place(1, "a"), at(0), &Arc::new(7));
        assert!(keys.get(&place(2, "a"), at(0)).is_none());
        assert!(keys.get(&place(1, "a"), at(0)).is_none());
        keys.keep(place(1, "a"), at(0), &Arc::new(7));
        assert!(keys.get(&place(2, "a"), at(0)).is_none());
    }

    #[test]
    fn the_memory_is_limited() {
        let keys = BucketKeys::default();
        for number in 0..=KEYS_MAX {
            keys.keep(place(0, &number.to_string()), at(0), &Arc::new(number));
        }
        assert!(keys.get(&place(0, "0"), at(0)).is_none());
        assert!(keys.get(&place(0, &KEYS_MAX.to_string()), at(0)).is_some());
    }
}
