use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use policy::{Grammar, Policy};

/// Compiled policies that are kept; beyond it the cache starts anew.
const POLICIES_MAX: usize = 4_096;

/// Compiled forms of policy texts. A text compiles the same way for ever, so nothing here grows
/// stale.
#[derive(Debug, Default)]
pub(crate) struct PolicyCache(RwLock<BTreeMap<String, Arc<Policy>>>);

impl PolicyCache {
    /// The compiled form of `text`. One that cannot be compiled denies everything.
    // INVARIANT: authorization fails closed.
    pub(crate) fn compiled(&self, text: &str, grammar: &Grammar) -> Arc<Policy> {
        let name = format!("{grammar:?} {text}");
        let cache = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(policy) = cache.get(&name) {
            return Arc::clone(policy);
        }
        drop(cache);
        let policy = Arc::new(Policy::stored(text, grammar).unwrap_or_else(|error| {
            tracing::error!(%error, "a stored policy cannot be read; it denies everything");
            Policy::deny_all()
        }));
        let mut cache = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= POLICIES_MAX {
            cache.clear();
        }
        cache.insert(name, Arc::clone(&policy));
        policy
    }
}
