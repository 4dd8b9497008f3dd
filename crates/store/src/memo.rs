use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Rows that are remembered; beyond it the memory starts anew.
const ROWS_MAX: usize = 4_096;

/// Decoded forms of rows that nearly every call reads, beside the bytes that they were decoded
/// from.
///
/// Whoever asks has read the bytes in their own view, and what is remembered counts only for equal
/// bytes: so nothing here grows stale, in whichever view it is asked for.
#[derive(Default)]
pub(crate) struct Memo(RwLock<BTreeMap<Vec<u8>, Remembered>>);

struct Remembered {
    bytes: Vec<u8>,
    decoded: Arc<dyn Any + Send + Sync>,
}

impl Memo {
    /// What `bytes` under `key` were decoded to before.
    pub(crate) fn recall<T: Any + Send + Sync>(&self, key: &[u8], bytes: &[u8]) -> Option<Arc<T>> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = rows.get(key).filter(|known| known.bytes == bytes)?;
        Arc::clone(&known.decoded).downcast().ok()
    }

    /// Remembers what `bytes` under `key` were decoded to.
    pub(crate) fn remember<T: Any + Send + Sync>(
        &self,
        key: Vec<u8>,
        bytes: Vec<u8>,
        decoded: &Arc<T>,
    ) {
        let decoded: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(decoded);
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if rows.len() >= ROWS_MAX {
            rows.clear();
        }
        rows.insert(key, Remembered { bytes, decoded });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other bytes under the same key are another row; another type is no answer.
    #[test]
    fn only_equal_bytes_are_recalled() {
        let memo = Memo::default();
        memo.remember(b"k".to_vec(), b"1".to_vec(), &Arc::new(1_u64));
        assert_eq!(memo.recall::<u64>(b"k", b"1").as_deref(), Some(&1));
        assert_eq!(memo.recall::<u64>(b"k", b"2"), None);
        assert_eq!(memo.recall::<u64>(b"l", b"1"), None);
        assert_eq!(memo.recall::<u32>(b"k", b"1"), None);
    }

    #[test]
    fn the_memory_is_limited() {
        let memo = Memo::default();
        for number in 0..=ROWS_MAX {
            memo.remember(number.to_be_bytes().to_vec(), Vec::new(), &Arc::new(number));
        }
        assert_eq!(memo.recall::<usize>(&0_usize.to_be_bytes(), b""), None);
        assert_eq!(memo.recall(&ROWS_MAX.to_be_bytes(), b"").as_deref(), Some(&ROWS_MAX));
    }
}
