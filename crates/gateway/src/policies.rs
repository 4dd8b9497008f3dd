use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use policy::{Grammar, Policy};

/// The maximum size of cached policies in bytes; beyond it the cache starts over.
const BYTES_MAX: usize = 16 << 20;

/// Compiled forms of policy texts. A text compiles the same way for ever, so nothing here grows
/// stale.
#[derive(Debug, Default)]
pub(crate) struct PolicyCache(RwLock<Compiled>);

#[derive(Debug, Default)]
struct Compiled {
    policies: BTreeMap<String, Arc<Policy>>,
    /// Their approximate size.
    bytes: usize,
}

impl PolicyCache {
    /// The compiled form of `text`. One that cannot be compiled denies everything.
    // INVARIANT: authorization fails closed.
    pub(crate) fn compiled(&self, text: &str, grammar: &Grammar) -> Arc<Policy> {
        let name = format!("{grammar:?} {text}");
        let cache = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(policy) = cache.policies.get(&name) {
            return Arc::clone(policy);
        }
        drop(cache);
        let policy = Arc::new(Policy::stored(text, grammar).unwrap_or_else(|error| {
            tracing::error!(%error, "cannot parse a stored policy; it denies everything");
            Policy::deny_all()
        }));
        let bytes = name.len().saturating_add(policy.bytes());
        let mut cache = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let cache = &mut *cache;
        if cache.bytes.saturating_add(bytes) > BYTES_MAX {
            *cache = Compiled::default();
        }
        if cache.policies.insert(name, Arc::clone(&policy)).is_none() {
            cache.bytes = cache.bytes.saturating_add(bytes);
        }
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many policies there are and however large, the cache stays within its limit, and
    /// small policies stay in it.
    #[test]
    fn the_cache_is_limited_in_bytes() {
        let cache = PolicyCache::default();
        let actions = vec![r#""kms:*""#; 1_000].join(",");
        let large = |at: usize| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"a{at}","Effect":"Allow","Action":[{actions}],"Resource":"*"}}]}}"#
            )
        };
        let one = cache.compiled(&large(0), &Grammar::Identity);
        assert!(one.bytes() > 100_000, "{} bytes", one.bytes());
        assert!(Arc::ptr_eq(&one, &cache.compiled(&large(0), &Grammar::Identity)));
        for at in 1..200 {
            cache.compiled(&large(at), &Grammar::Identity);
            let held = cache.0.read().unwrap();
            let all = held.policies.iter().map(|(name, policy)| name.len() + policy.bytes());
            assert_eq!(all.sum::<usize>(), held.bytes);
            assert!(held.bytes <= BYTES_MAX, "{} bytes", held.bytes);
        }
    }
}
