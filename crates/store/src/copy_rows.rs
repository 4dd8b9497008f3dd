//! The rows of the copy, which are sealed at rest, as one of its commits left them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use keys::{KeyError, Keyring};
use redb::{ReadOnlyTable, ReadableTable, ReadableTableMetadata};
use types::Entropy;

use crate::StoreError;
use crate::log::LogPoint;
use crate::tx::{Pairs, Rows};

/// The one row that is not sealed: the format of the others.
const PLAIN: &[u8] = b"meta.format\0";
/// The place of the point up to which the copy is complete; no key of a row is empty.
const APPLIED_PLACE: &[u8] = b"";
/// The most bytes of opened rows that are cached; beyond it the cache starts over.
const OPENED_BYTES_MAX: usize = 2 << 20;
/// Longer rows are opened each time.
const OPENED_ROW_MAX: usize = 16 << 10;
/// The overhead of a cached row beside its key and value.
const ROW_BYTES: usize = 96;

/// Seals the rows of a copy, each to its key.
#[derive(Clone)]
pub(crate) struct RowSeal {
    keyring: Arc<Keyring>,
    entropy: Entropy,
}

impl RowSeal {
    pub(crate) fn new(keyring: Arc<Keyring>, entropy: Entropy) -> Self {
        Self { keyring, entropy }
    }

    pub(crate) fn seal(&self, key: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        if key == PLAIN {
            return Ok(value.to_vec());
        }
        self.seal_at(key, value)
    }

    fn open(&self, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        if key == PLAIN {
            return Ok(sealed.to_vec());
        }
        self.open_at(key, sealed).map_err(|error| {
            let name = String::from_utf8_lossy(key).replace('\0', " ");
            unreadable(&error, &format!("row `{name}` of the state file"))
        })
    }

    pub(crate) fn seal_point(&self, point: &LogPoint) -> Result<Vec<u8>, StoreError> {
        self.seal_at(APPLIED_PLACE, &point.bytes())
    }

    /// The point of a copy; of another store's, it cannot be opened.
    pub(crate) fn open_point(&self, sealed: &[u8]) -> Result<LogPoint, StoreError> {
        let foreign =
            || StoreError::corrupt("the state file is of another store, or it was changed");
        match self.open_at(APPLIED_PLACE, sealed) {
            Ok(point) => LogPoint::read(&point).ok_or_else(foreign),
            Err(error @ KeyError::UnknownEpoch(_)) => Err(unreadable(&error, "the state file")),
            Err(_) => Err(foreign()),
        }
    }

    fn seal_at(&self, place: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let sealed = self.keyring.seal_row(place, value, &self.entropy);
        sealed.map_err(|cause| StoreError::engine("cannot seal a row").because(cause))
    }

    fn open_at(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.keyring.open_row(place, sealed)
    }
}

fn unreadable(error: &KeyError, what: &str) -> StoreError {
    if matches!(error, KeyError::UnknownEpoch(_)) {
        return StoreError::no_key(format_args!("{what}: {error}"));
    }
    StoreError::corrupt(format_args!("{what} is not as it was written"))
}

/// The rows of the copy as one of its commits left them.
pub(crate) struct CopyRows {
    state: ReadOnlyTable<&'static [u8], &'static [u8]>,
    pub(crate) applied: LogPoint,
    seal: RowSeal,
    /// Rows that were opened. The copy has the same ones until the next checkpoint, which has other
    /// `CopyRows`.
    opened: RwLock<Opened>,
}

#[derive(Default)]
struct Opened {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    bytes: usize,
}

impl CopyRows {
    pub(crate) fn new(
        state: ReadOnlyTable<&'static [u8], &'static [u8]>,
        applied: LogPoint,
        seal: RowSeal,
    ) -> Self {
        Self { state, applied, seal, opened: RwLock::default() }
    }

    /// Whether there is anything that a new store does not have.
    pub(crate) fn has_more_than_a_format(&self) -> Result<bool, StoreError> {
        Ok(self.state.len()? > 1)
    }

    fn remember(&self, key: &[u8], value: &[u8]) {
        if value.len() > OPENED_ROW_MAX {
            return;
        }
        let bytes = key.len().saturating_add(value.len()).saturating_add(ROW_BYTES);
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        if opened.bytes.saturating_add(bytes) > OPENED_BYTES_MAX {
            *opened = Opened::default();
        }
        if opened.rows.insert(key.to_vec(), value.to_vec()).is_none() {
            opened.bytes = opened.bytes.saturating_add(bytes);
        }
    }
}

impl Rows for CopyRows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = opened.rows.get(key) {
            return Ok(Some(value.clone()));
        }
        drop(opened);
        let Some(sealed) = ReadableTable::get(&self.state, key)? else { return Ok(None) };
        let value = self.seal.open(key, sealed.value())?;
        self.remember(key, &value);
        Ok(Some(value))
    }

    fn range<'s>(&'s self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'s>, StoreError> {
        let sealed = Rows::range(&self.state, from, to)?;
        Ok(Box::new(sealed.map(|row| {
            let (key, sealed) = row?;
            let value = self.seal.open(&key, &sealed)?;
            Ok((key, value))
        })))
    }
}

#[cfg(test)]
mod tests {
    use redb::{Database, ReadableDatabase};

    use super::*;
    use crate::copy::{PAGE_CACHE_BYTES, STATE, STATE_FILE, StateCopy};
    use crate::recent::Recent;

    /// A copy with three rows, of which none can be read in its file.
    fn copy(folder: &std::path::Path) -> StateCopy {
        let seal = RowSeal::for_tests();
        StateCopy::create(folder, LogPoint::START, [], &seal).unwrap();
        let copy = StateCopy::open(folder, PAGE_CACHE_BYTES, &seal).unwrap();
        let mut rows = Recent::new_sync();
        for name in ["one", "two", "three"] {
            let value = format!("the plain value of {name}").into_bytes();
            rows.insert_mut(name.into(), Some(value));
        }
        copy.apply(&rows, LogPoint { next_seq: 7, ..LogPoint::START }).unwrap();
        copy
    }

    /// Changes the file past the copy.
    fn edit(folder: &std::path::Path, key: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let database = Database::open(folder.join(STATE_FILE)).unwrap();
        let state = database.begin_read().unwrap().open_table(STATE).unwrap();
        let value = ReadableTable::get(&state, key.as_bytes()).unwrap().unwrap().value().to_vec();
        drop(state);
        let transaction = database.begin_write().unwrap();
        let value = change(value);
        transaction.open_table(STATE).unwrap().insert(key.as_bytes(), value.as_slice()).unwrap();
        transaction.commit().unwrap();
    }

    fn reopened(folder: &std::path::Path) -> Arc<CopyRows> {
        StateCopy::open(folder, PAGE_CACHE_BYTES, &RowSeal::for_tests()).unwrap().rows().unwrap()
    }

    #[test]
    fn values_at_rest_are_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let copy = copy(folder.path());
        let rows = copy.rows().unwrap();
        // From the file, and again from memory.
        for _ in 0..2 {
            assert_eq!(rows.get(b"two").unwrap().unwrap(), b"the plain value of two");
        }
        let all: Result<Vec<_>, _> = rows.range(&[], None).unwrap().collect();
        assert_eq!(all.unwrap().len(), 4, "with the format");
        drop((rows, copy));
        let file = std::fs::read(folder.path().join(STATE_FILE)).unwrap();
        assert!(!file.windows(11).any(|bytes| bytes == b"plain value"));
        assert_eq!(reopened(folder.path()).applied.next_seq, 7);
    }

    /// A row that was changed, or put in another one's place, is damage, however it is read.
    #[test]
    fn rows_that_were_changed_or_exchanged_are_noticed() {
        let of_one = std::cell::RefCell::new(Vec::new());
        let flipped = |mut value: Vec<u8>| {
            *value.last_mut().unwrap() ^= 1;
            value
        };
        let exchanged = |_| of_one.borrow().clone();
        let changes: [&dyn Fn(Vec<u8>) -> Vec<u8>; 3] =
            [&flipped, &exchanged, &|_| b"cut".to_vec()];
        for change in changes {
            let folder = tempfile::tempdir().unwrap();
            drop(copy(folder.path()));
            edit(folder.path(), "one", |value| {
                of_one.borrow_mut().clone_from(&value);
                value
            });
            edit(folder.path(), "two", change);
            let rows = reopened(folder.path());
            assert!(rows.get(b"two").unwrap_err().is_corrupt());
            assert!(rows.range(b"two", None).unwrap().any(|row| row.is_err()));
            assert!(rows.get(b"one").unwrap().is_some());
        }
    }

    /// What is cached of opened rows stays within its bound.
    #[test]
    fn the_memory_of_opened_rows_is_limited() {
        let folder = tempfile::tempdir().unwrap();
        let copy = copy(folder.path());
        let mut rows = Recent::new_sync();
        for number in 0..400_u32 {
            rows.insert_mut(number.to_be_bytes().to_vec(), Some(vec![7; OPENED_ROW_MAX]));
        }
        rows.insert_mut(b"long".to_vec(), Some(vec![7; OPENED_ROW_MAX + 1]));
        let rows = copy.apply(&rows, LogPoint::START).unwrap();
        for number in 0..400_u32 {
            assert!(rows.get(&number.to_be_bytes()).unwrap().is_some());
            let opened = rows.opened.read().unwrap();
            let bytes = opened.rows.iter().map(|(key, row)| key.len() + row.len() + ROW_BYTES);
            assert_eq!(bytes.sum::<usize>(), opened.bytes);
            assert!(opened.bytes <= OPENED_BYTES_MAX);
        }
        assert_eq!(rows.get(b"long").unwrap().unwrap().len(), OPENED_ROW_MAX + 1);
        assert!(!rows.opened.read().unwrap().rows.contains_key(b"long".as_slice()));
    }
}
