use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The maximum number of bytes of cached rows, including keys; beyond it the cache starts over.
/// Their decoded form takes about three times as much.
const BYTES_MAX: usize = 4 << 20;
/// The overhead of a row in addition to its bytes and its decoded form.
const ROW_BYTES: usize = 256;

/// Decoded forms of rows that nearly every call reads, beside the bytes that they were decoded
/// from.
///
/// The caller has read the bytes in its own view, and a cached value is used only for equal bytes:
/// it can never be stale, in any view.
#[derive(Default)]
pub(crate) struct Memo(RwLock<Rows>);

#[derive(Default)]
struct Rows {
    rows: BTreeMap<Vec<u8>, Remembered>,
    /// Their total [`weight`].
    bytes: usize,
}

fn weight(key: &[u8], bytes: &[u8]) -> usize {
    ROW_BYTES.saturating_add(key.len()).saturating_add(bytes.len())
}

struct Remembered {
    bytes: Vec<u8>,
    decoded: Arc<dyn Any + Send + Sync>,
}

impl Memo {
    /// What `bytes` under `key` were decoded to before.
    pub(crate) fn recall<T: Any + Send + Sync>(&self, key: &[u8], bytes: &[u8]) -> Option<Arc<T>> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = rows.rows.get(key).filter(|known| known.bytes == bytes)?;
        Arc::clone(&known.decoded).downcast().ok()
    }

    /// Caches the decoded form of `bytes` under `key`.
    pub(crate) fn remember<T: Any + Send + Sync>(
        &self,
        key: Vec<u8>,
        bytes: Vec<u8>,
        decoded: &Arc<T>,
    ) {
        let decoded: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(decoded);
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let rows = &mut *rows;
        if let Some(old) = rows.rows.remove(&key) {
            rows.bytes = rows.bytes.saturating_sub(weight(&key, &old.bytes));
        }
        let own = weight(&key, &bytes);
        if own > BYTES_MAX {
            return;
        }
        if rows.bytes.saturating_add(own) > BYTES_MAX {
            *rows = Rows::default();
        }
        rows.bytes = rows.bytes.saturating_add(own);
        rows.rows.insert(key, Remembered { bytes, decoded });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Different bytes under the same key are a different row; a different type is a miss.
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
        let row = vec![0; 64 << 10];
        let count = BYTES_MAX / row.len();
        for number in 0..=count {
            memo.remember(number.to_be_bytes().to_vec(), row.clone(), &Arc::new(number));
            let rows = memo.0.read().unwrap();
            let all = rows.rows.iter().map(|(key, one)| weight(key, &one.bytes));
            assert_eq!(all.sum::<usize>(), rows.bytes);
            assert!(rows.bytes <= BYTES_MAX);
        }
        assert_eq!(memo.recall::<usize>(&0_usize.to_be_bytes(), &row), None);
        assert_eq!(memo.recall(&count.to_be_bytes(), &row).as_deref(), Some(&count));
        for _ in 0..count {
            memo.remember(b"same".to_vec(), row.clone(), &Arc::new(0_usize));
        }
        assert_eq!(memo.recall(&count.to_be_bytes(), &row).as_deref(), Some(&count));
        memo.remember(b"large".to_vec(), vec![0; BYTES_MAX], &Arc::new(0_usize));
        assert!(memo.0.read().unwrap().bytes <= BYTES_MAX);
    }
}
