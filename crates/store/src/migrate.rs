//! Converts a data directory of an earlier format.
//!
//! Format 1 had no log: the tree was what a commit made durable, and contained the newest events.
//! They are moved into segments first, each with the removal from the tree in one commit; then one
//! commit makes the tree a copy that is complete before the first frame. A crash leaves either the
//! one format or the other. The file as it was is kept beside until a checkpoint was written and
//! there is an intact base, which has the rows of before the first frame.

use std::fs::{self, File};
use std::ops::Bound;
use std::path::{Path, PathBuf};

use flate2::Crc;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, TableError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use types::Timestamp;

use crate::bodies::create_folder;
use crate::copy::{STATE, STATE_FILE, finish_format, format_of, open_database};
use crate::copy_rows::RowSeal;
use crate::leftovers::{KEPT_FILE, KEPT_UNFINISHED_FILE};
use crate::log::{Head, LogPoint};
use crate::sealed::{SEGMENT_LEN_MAX, SEGMENTS, Sealed, row_key};
use crate::segment::{self, EventRow, SEGMENTS_FOLDER, SegmentMeta, remove_unfinished};
use crate::{StoreError, Table, Tx};

/// The newest events of format 1, by their numbers.
const EVENTS: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("events");
/// The number of the next event when the tail of format 1 was last trimmed.
const NEXT_SEQ: Table<u64> = Table::new("meta.next_seq");
/// Rows whose keys are in memory at once while they are sealed.
const SEALED_AT_ONCE: usize = 4_096;

/// A row of a data directory that is still of format 1; `None` if it is not, or has no such row.
pub fn row_of_format_1<T: Serialize + DeserializeOwned>(
    folder: &Path,
    table: &Table<T>,
    key: &str,
) -> Result<Option<T>, StoreError> {
    let database = open_database(folder, 1 << 20)?;
    if format_of(&database)? != 1 {
        return Ok(None);
    }
    let state = database.begin_read()?.open_table(STATE)?;
    table.get(&Tx::new(&state, false, 0), key)
}

/// Converts the data directory, if it is of format 1.
pub(crate) fn to_newest(
    folder: &Path,
    page_cache_bytes: usize,
    seal: &RowSeal,
) -> Result<(), StoreError> {
    let database = open_database(folder, page_cache_bytes)?;
    if format_of(&database)? != 1 {
        return Ok(());
    }
    tracing::info!(folder = %folder.display(), "converting the data directory to format 2");
    // Closed, so that the file is whole while it is copied; `alone` keeps others out.
    drop(database);
    keep(folder)?;
    let database = open_database(folder, page_cache_bytes)?;
    let segments = folder.join(SEGMENTS_FOLDER);
    create_folder(&segments)?;
    remove_unfinished(&segments)?;
    while seal_some(&database, &segments)? {}
    finish(&database, seal)?;
    tracing::info!("converted the data directory; `{KEPT_FILE}` is deleted soon");
    Ok(())
}

fn keep(folder: &Path) -> Result<(), StoreError> {
    let (kept, unfinished) = (folder.join(KEPT_FILE), folder.join(KEPT_UNFINISHED_FILE));
    if kept.try_exists()? {
        return Ok(());
    }
    fs::copy(folder.join(STATE_FILE), &unfinished)?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(unfinished, kept)?;
    Ok(File::open(folder)?.sync_all()?)
}

/// Moves the oldest events of the tree into a segment; whether there were any.
fn seal_some(database: &Database, segments: &Path) -> Result<bool, StoreError> {
    let transaction = database.begin_write()?;
    {
        let (mut state, mut events) =
            (transaction.open_table(STATE)?, transaction.open_table(EVENTS)?);
        let sealed = sealed_before(&state)?;
        // Between a segment's registration and the removal of its events, they are in both.
        events.retain_in(..sealed, |_, _| false)?;
        let rows = events.iter()?.take(SEGMENT_LEN_MAX).map(|entry| {
            let (seq, value) = entry?;
            let damaged = || StoreError::corrupt(format_args!("event {}", seq.value()));
            decoded(seq.value(), value.value()).ok_or_else(damaged)
        });
        let mut rows = rows.peekable();
        let Some(first) = rows.peek() else { return Ok(false) };
        let name = row_key(first.as_ref().map_err(Clone::clone)?.seq);
        let path: PathBuf = segments.join(format!("{name}.events"));
        let meta = segment::write(segments, &path, rows)?;
        events.retain_in(..=meta.last_seq, |_, _| false)?;
        let mut tx = Tx::new(&state, true, 0);
        NEXT_SEQ.put(&mut tx, "", &meta.last_seq.saturating_add(1))?;
        SEGMENTS.put(&mut tx, name, &meta)?;
        let writes = tx.into_writes();
        put_all(&mut state, writes)?;
    }
    transaction.commit()?;
    Ok(true)
}

/// The number after the newest event that is in a segment.
fn sealed_before(
    state: &impl ReadableTable<&'static [u8], &'static [u8]>,
) -> Result<u64, StoreError> {
    let all: Vec<(Vec<u8>, SegmentMeta)> = SEGMENTS.all(&Tx::new(state, false, 0), "")?;
    Ok(all.last().map_or(0, |(_, meta)| meta.last_seq.saturating_add(1)))
}

fn finish(database: &Database, seal: &RowSeal) -> Result<(), StoreError> {
    let transaction = database.begin_write()?;
    let point = {
        let mut state = transaction.open_table(STATE)?;
        let sealed = sealed_before(&state)?;
        let mut tx = Tx::new(&state, true, 0);
        let next_seq = NEXT_SEQ.get(&tx, "")?.unwrap_or(1).max(sealed).max(1);
        NEXT_SEQ.delete(&mut tx, "")?;
        let last_seq = next_seq.saturating_sub(1);
        Sealed { last_seq, ..Sealed::default() }.put(&mut tx)?;
        let writes = tx.into_writes();
        put_all(&mut state, writes)?;
        seal_rows(&mut state, seal)?;
        LogPoint { head: Head::default(), next_seq }
    };
    match transaction.delete_table(EVENTS) {
        Err(TableError::TableDoesNotExist(_)) => {}
        deleted => drop(deleted?),
    }
    finish_format(&transaction, point, seal)?;
    Ok(transaction.commit()?)
}

/// Seals all rows, which format 1 kept as they were.
fn seal_rows(
    state: &mut redb::Table<'_, &'static [u8], &'static [u8]>,
    seal: &RowSeal,
) -> Result<(), StoreError> {
    let mut from = Bound::Unbounded;
    loop {
        let mut keys = Vec::new();
        for row in state.range::<&[u8]>((as_slice(&from), Bound::Unbounded))?.take(SEALED_AT_ONCE) {
            keys.push(row?.0.value().to_vec());
        }
        let Some(last) = keys.last() else { return Ok(()) };
        from = Bound::Excluded(last.clone());
        for key in keys {
            let row = state.get(key.as_slice())?;
            let sealed = row.map(|row| seal.seal(&key, row.value())).transpose()?;
            if let Some(sealed) = sealed {
                state.insert(key.as_slice(), sealed.as_slice())?;
            }
        }
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    bound.as_ref().map(Vec::as_slice)
}

fn put_all(
    state: &mut redb::Table<'_, &'static [u8], &'static [u8]>,
    writes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>,
) -> Result<(), StoreError> {
    for (key, value) in writes {
        match value {
            Some(value) => drop(state.insert(key.as_slice(), value.as_slice())?),
            None => drop(state.remove(key.as_slice())?),
        }
    }
    Ok(())
}

/// Set in the count of an event's terms: a checksum follows them. The earliest events have none.
const SUMMED: u16 = 0x8000;

/// The event of format 1 that these bytes are: instant (8), count of terms (2), terms (8 each),
/// checksum of all the rest (4), body. `None` if they are none, or not any more.
fn decoded(seq: u64, bytes: &[u8]) -> Option<EventRow> {
    let (time, rest) = bytes.split_first_chunk::<8>()?;
    let (count, rest) = rest.split_first_chunk::<2>()?;
    let count = u16::from_be_bytes(*count);
    let terms_len = usize::from(count & !SUMMED).checked_mul(8)?;
    let (terms, mut body) = rest.split_at_checked(terms_len)?;
    if count & SUMMED != 0 {
        let (sum, rest) = body.split_first_chunk::<4>()?;
        let (head, _) = bytes.split_at_checked(terms_len.checked_add(10)?)?;
        if u32::from_be_bytes(*sum) != checksum(head, rest) {
            return None;
        }
        body = rest;
    }
    let terms = terms.as_chunks().0.iter().map(|term| u64::from_be_bytes(*term)).collect();
    let time = Timestamp::from_ms(u64::from_be_bytes(*time));
    Some(EventRow { seq, time, terms, body: body.to_vec() })
}

fn checksum(head: &[u8], body: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(head);
    sum.update(body);
    sum.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::FORMAT;
    use crate::{HistoryQuery, Opening, Store};

    const ROWS: Table<u32> = Table::new("test.row");

    fn encoded(time: u64, terms: &[u64], body: &[u8]) -> Vec<u8> {
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend((u16::try_from(terms.len()).unwrap() | SUMMED).to_be_bytes());
        bytes.extend(terms.iter().flat_map(|term| term.to_be_bytes()));
        let sum = checksum(&bytes, body);
        bytes.extend(sum.to_be_bytes());
        bytes.extend(body);
        bytes
    }

    /// A directory of format 1 with three events, of which one is also in a segment.
    fn earlier(folder: &Path) {
        let segments = folder.join(SEGMENTS_FOLDER);
        create_folder(&segments).unwrap();
        let database = Database::create(folder.join(STATE_FILE)).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut events = transaction.open_table(EVENTS).unwrap();
            for seq in 1..=3_u64 {
                events.insert(seq, encoded(seq, &[7], b"body").as_slice()).unwrap();
            }
            let row = decoded(1, &encoded(1, &[7], b"body")).unwrap();
            let path = segments.join(format!("{}.events", row_key(1)));
            let meta = segment::write(&segments, &path, std::iter::once(Ok(row))).unwrap();
            let mut state = transaction.open_table(STATE).unwrap();
            let mut tx = Tx::new(&state, true, 0);
            SEGMENTS.put(&mut tx, row_key(1), &meta).unwrap();
            FORMAT.put(&mut tx, "", &1).unwrap();
            ROWS.put(&mut tx, "a", &5).unwrap();
            for (key, value) in tx.into_writes() {
                state.insert(key.as_slice(), value.unwrap().as_slice()).unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    fn check(folder: &Path) {
        let store = Store::open(folder, &Opening::for_tests()).unwrap();
        let event = crate::NewEvent { time: Timestamp::from_ms(4), terms: vec![7], body: vec![] };
        store.submit(move |_| ((), vec![event])).wait().unwrap();
        let view = store.snapshot().unwrap();
        assert_eq!(ROWS.get(&view.tx(), "a").unwrap(), Some(5));
        let (from, to) = (Timestamp::from_ms(0), Timestamp::from_ms(9));
        let (before_seq, limit, bytes_max) = (u64::MAX, 9, usize::MAX);
        let query = HistoryQuery { term: 7, before_seq, from, to, limit, bytes_max };
        let found: Vec<_> =
            store.history(&view, &query).unwrap().iter().map(|row| row.seq).collect();
        assert_eq!(found, [4, 3, 2, 1]);
        assert_eq!(store.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
        store.shut_down();
        assert!(!folder.join(KEPT_FILE).exists(), "not needed after a checkpoint");
    }

    #[test]
    fn a_directory_of_format_1_is_converted() {
        let folder = tempfile::tempdir().unwrap();
        earlier(folder.path());
        assert_eq!(row_of_format_1(folder.path(), &ROWS, "a").unwrap(), Some(5));
        to_newest(folder.path(), 1 << 20, &RowSeal::for_tests()).unwrap();
        assert!(folder.path().join(KEPT_FILE).exists());
        assert_eq!(row_of_format_1(folder.path(), &ROWS, "a").unwrap(), None);
        check(folder.path());
    }

    /// The rows of before the first frame are in no frame: without an intact base, `rebuild` makes no
    /// state without them. As long as the state file of before is there, it makes them again.
    #[test]
    fn rows_from_before_the_log_are_not_left_out() {
        let lose = |folder: &Path, harm: &dyn Fn(&Path)| {
            let base = crate::bases::bases(folder).unwrap().remove(0);
            assert_eq!(base.position, 0);
            harm(&base.path);
            fs::remove_file(folder.join(STATE_FILE)).unwrap();
        };
        let cut = |path: &Path| fs::write(path, "shoseki base").unwrap();
        let harms: [&dyn Fn(&Path); 2] = [&|path| fs::remove_file(path).unwrap(), &cut];
        for (harm, is_used) in harms.into_iter().flat_map(|harm| [(harm, false), (harm, true)]) {
            let (folder, with) = (tempfile::tempdir().unwrap(), Opening::for_tests());
            earlier(folder.path());
            to_newest(folder.path(), 1 << 20, &RowSeal::for_tests()).unwrap();
            let before = fs::read(folder.path().join(KEPT_FILE)).unwrap();
            let store = Store::open(folder.path(), &with).unwrap();
            if is_used {
                store.submit(|tx| (ROWS.put(tx, "b", &6), Vec::new())).wait().unwrap().unwrap();
            }
            store.shut_down();
            drop(store);
            assert!(!folder.path().join(KEPT_FILE).exists(), "a checkpoint was written");
            lose(folder.path(), harm);
            let refused = Store::rebuild(folder.path(), &with).unwrap_err();
            assert!(refused.is_missing(), "{refused}");
            assert!(refused.to_string().contains("restore a backup"), "{refused}");
            assert!(!folder.path().join(STATE_FILE).exists());
            fs::write(folder.path().join(KEPT_FILE), before).unwrap();
            let refused = Store::rebuild(folder.path(), &with).unwrap_err().to_string();
            assert!(refused.contains("put `state.redb.1`"), "{refused}");
            let (kept, state) = (folder.path().join(KEPT_FILE), folder.path().join(STATE_FILE));
            fs::rename(kept, state).unwrap();
            let store = Store::open(folder.path(), &with).unwrap();
            let found = ROWS.get(&store.snapshot().unwrap().tx(), "b").unwrap();
            assert_eq!(found, is_used.then_some(6));
            drop(store);
            check(folder.path());
        }
    }

    /// Neither are those of a directory without events, whose numbers begin with 1 as in a new one.
    #[test]
    fn rows_without_events_are_not_left_out() {
        let (folder, with) = (tempfile::tempdir().unwrap(), Opening::for_tests());
        let database = Database::create(folder.path().join(STATE_FILE)).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            transaction.open_table(EVENTS).unwrap();
            let mut state = transaction.open_table(STATE).unwrap();
            let mut tx = Tx::new(&state, true, 0);
            FORMAT.put(&mut tx, "", &1).unwrap();
            ROWS.put(&mut tx, "a", &5).unwrap();
            let writes = tx.into_writes();
            put_all(&mut state, writes).unwrap();
        }
        transaction.commit().unwrap();
        drop(database);
        Store::open(folder.path(), &with).unwrap().shut_down();
        fs::remove_file(folder.path().join(STATE_FILE)).unwrap();
        let base = crate::bases::bases(folder.path()).unwrap().remove(0);
        let bytes = fs::read(&base.path).unwrap();
        fs::remove_file(&base.path).unwrap();
        assert!(Store::rebuild(folder.path(), &with).unwrap_err().is_missing());
        fs::write(&base.path, bytes).unwrap();
        Store::rebuild(folder.path(), &with).unwrap();
        let store = Store::open(folder.path(), &with).unwrap();
        assert_eq!(ROWS.get(&store.snapshot().unwrap().tx(), "a").unwrap(), Some(5));
    }

    /// The state file of before stays while nothing else has its rows but the one that was made of it.
    #[test]
    fn the_state_file_of_before_is_kept_until_there_is_a_base() {
        let (folder, with) = (tempfile::tempdir().unwrap(), Opening::for_tests());
        earlier(folder.path());
        let store = Store::open(folder.path(), &with).unwrap();
        let base = crate::bases::bases(folder.path()).unwrap().remove(0);
        fs::remove_file(&base.path).unwrap();
        store.submit(|tx| (ROWS.put(tx, "b", &6), Vec::new())).wait().unwrap().unwrap();
        store.shut_down();
        assert!(folder.path().join(KEPT_FILE).exists());
    }

    /// However many rows there are, each is sealed once.
    #[test]
    fn many_rows_are_sealed() {
        for count in [SEALED_AT_ONCE - 1, SEALED_AT_ONCE, 2 * SEALED_AT_ONCE + 1] {
            let folder = tempfile::tempdir().unwrap();
            let database = Database::create(folder.path().join(STATE_FILE)).unwrap();
            let transaction = database.begin_write().unwrap();
            {
                let mut state = transaction.open_table(STATE).unwrap();
                for number in 0..count {
                    let key = format!("row {number}");
                    state.insert(key.as_bytes(), b"plain".as_slice()).unwrap();
                }
                seal_rows(&mut state, &RowSeal::for_tests()).unwrap();
                let lens = state.iter().unwrap().map(|row| row.unwrap().1.value().len());
                let lens: std::collections::BTreeSet<usize> = lens.collect();
                assert!(lens.len() == 1 && !lens.contains(&5), "{lens:?}");
            }
            transaction.commit().unwrap();
        }
    }

    /// After each step of a conversion a crash may come.
    #[test]
    fn an_interrupted_conversion_goes_on() {
        for steps in 0..4 {
            let folder = tempfile::tempdir().unwrap();
            earlier(folder.path());
            let segments = folder.path().join(SEGMENTS_FOLDER);
            if steps > 0 {
                keep(folder.path()).unwrap();
            }
            if steps > 1 {
                let database = open_database(folder.path(), 1 << 20).unwrap();
                assert!(seal_some(&database, &segments).unwrap());
                if steps > 2 {
                    finish(&database, &RowSeal::for_tests()).unwrap();
                }
            }
            check(folder.path());
        }
    }

    /// Changed bytes are never accepted as an event, wherever they are; the earliest events, which
    /// have no checksum, are read unchecked.
    #[test]
    fn a_changed_event_is_no_event() {
        let bytes = encoded(3, &[7, 8], b"{\"eventName\":\"a\"}");
        let read = decoded(1, &bytes).unwrap();
        assert_eq!((read.time, read.terms), (Timestamp::from_ms(3), vec![7, 8]));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(decoded(1, &changed).is_none(), "byte {at}");
        }
        let sum_at = 10 + 16;
        let mut older = [&bytes[..sum_at], &bytes[sum_at + 4..]].concat();
        older[8] &= 0x7f;
        assert_eq!(decoded(1, &older).unwrap().body, read.body);
    }
}
