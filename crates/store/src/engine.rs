use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::ops::RangeInclusive;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use redb::{
    Database, ReadableDatabase, StorageBackend, TableDefinition, TableError, WriteTransaction,
};

use crate::error::FORMAT_VERSION;
use crate::memo::Memo;
use crate::overlay::Overlay;
use crate::{Snapshot, StoreError, Table, Tx, events};

pub(crate) const STATE: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("state");
pub(crate) const EVENTS: TableDefinition<'static, u64, &'static [u8]> =
    TableDefinition::new("events");
const FORMAT: Table<u32> = Table::new("meta.format");
/// The engine's page cache by default, in bytes.
pub(crate) const PAGE_CACHE_BYTES: usize = 64 << 20;
/// The tree's file within the data directory.
pub(crate) const STATE_FILE: &str = "state.redb";
/// A new tree's file until it is whole.
const UNFINISHED_FILE: &str = "state.redb.new";

/// The tree of state and tail, which can be opened again after the disk has failed it.
pub(crate) struct Engine {
    /// `None` with a test's backend, which cannot be opened twice.
    path: Option<PathBuf>,
    page_cache_bytes: usize,
    /// `None` after a failure, until it is opened again.
    database: RwLock<Option<Database>>,
    /// Decoded rows.
    pub(crate) memo: Arc<Memo>,
    /// How often a watched table has changed since the start.
    revision: AtomicU64,
}

impl Engine {
    /// The tree of a test's backend, created if necessary.
    pub(crate) fn on(backend: Box<dyn StorageBackend>) -> Result<Self, StoreError> {
        let database = builder(PAGE_CACHE_BYTES).create_with_backend(Boxed(backend))?;
        if is_new(&database)? {
            create_tables(&database)?;
        }
        check_format(&database)?;
        Ok(Self::over(None, PAGE_CACHE_BYTES, database))
    }

    /// Creates the state file, which must not exist: first under another name, so that it exists
    /// completely or not at all.
    pub(crate) fn create(folder: &Path) -> Result<(), StoreError> {
        let (aside, path) = (folder.join(UNFINISHED_FILE), folder.join(STATE_FILE));
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        let database = builder(PAGE_CACHE_BYTES).create(&aside)?;
        create_tables(&database)?;
        drop(database);
        fs::rename(&aside, &path)?;
        Ok(File::open(folder)?.sync_all()?)
    }

    /// Opens the state file; never creates one.
    pub(crate) fn open(folder: &Path, page_cache_bytes: usize) -> Result<Self, StoreError> {
        let (path, left_out) = (folder.join(STATE_FILE), LeftOut::default());
        let database = left_out.builder(page_cache_bytes).open(&path)?;
        check_format(&database)?;
        if left_out.is_so() {
            tracing::error!(file = %path.display(), "{NEWEST_LEFT_OUT}");
        }
        Ok(Self::over(Some(path), page_cache_bytes, database))
    }

    /// Opens the state file without writing to it, verifies every page of the tree by its checksum,
    /// and adds problems to `findings`; `None` if it cannot be read at all.
    pub(crate) fn examine(
        folder: &Path,
        findings: &mut Vec<String>,
    ) -> Result<Option<Self>, StoreError> {
        let (overlay, left_out) = (Overlay::open(&folder.join(STATE_FILE))?, LeftOut::default());
        // The engine may stumble over bytes that it never wrote.
        let examined = catch_unwind(AssertUnwindSafe(|| {
            let mut database = left_out.builder(PAGE_CACHE_BYTES).create_with_backend(overlay)?;
            let is_sound = database.check_integrity()?;
            check_format(&database)?;
            Ok::<_, StoreError>((database, is_sound))
        }));
        if left_out.is_so() {
            findings.push(format!("`{STATE_FILE}`: {NEWEST_LEFT_OUT}"));
        }
        match examined {
            Ok(Ok((database, is_sound))) => {
                if !is_sound {
                    findings.push(format!(
                        "`{STATE_FILE}`: its pages are inconsistent; it was repaired in memory as \
                         far as possible for the following checks"
                    ));
                }
                Ok(Some(Self::over(None, PAGE_CACHE_BYTES, database)))
            }
            Ok(Err(error)) if error.is_in_use() || error.is_unknown_format() => Err(error),
            Ok(Err(error)) => {
                findings.push(format!("cannot read `{STATE_FILE}`: {error}"));
                Ok(None)
            }
            Err(_) => {
                findings.push(format!("cannot read `{STATE_FILE}`: its pages are damaged"));
                Ok(None)
            }
        }
    }

    fn over(path: Option<PathBuf>, page_cache_bytes: usize, database: Database) -> Self {
        let database = RwLock::new(Some(database));
        let (memo, revision) = (Arc::default(), AtomicU64::default());
        Self { path, page_cache_bytes, database, memo, revision }
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        // INVARIANT: read before the view is taken and raised after a commit, before its response:
        // a view may be newer than its revision, never older.
        let revision = self.revision.load(Ordering::Acquire);
        let transaction = database.as_ref().ok_or_else(failed)?.begin_read()?;
        Snapshot::new(&transaction, Arc::clone(&self.memo), revision)
    }

    /// Marks a watched table as changed for later snapshots.
    pub(crate) fn raise_revision(&self) {
        self.revision.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        Ok(database.as_ref().ok_or_else(failed)?.begin_write()?)
    }

    /// Closes the tree, whose memory is unreliable after a failed write, reads it from disk, and
    /// returns the number of the next event: `next_seq_min` or a later one.
    pub(crate) fn reopen(&self, next_seq_min: u64) -> Result<u64, StoreError> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        *database = None;
        let path = self.path.as_ref().ok_or_else(failed)?;
        let opened = builder(self.page_cache_bytes).open(path)?;
        check_format(&opened)?;
        let view = Snapshot::new(&opened.begin_read()?, Arc::clone(&self.memo), 0)?;
        let next_seq = next_seq(&view)?;
        drop(view);
        // Confirmed events are durable: a file without them is not the one that failed.
        if next_seq < next_seq_min {
            return Err(StoreError::missing(format_args!(
                "`{STATE_FILE}` ends before event {next_seq}, but event {} was there",
                next_seq_min.saturating_sub(1)
            )));
        }
        *database = Some(opened);
        Ok(next_seq)
    }

    /// The number of the next event.
    pub(crate) fn next_seq(&self) -> Result<u64, StoreError> {
        next_seq(&self.snapshot()?)
    }
}

fn next_seq(view: &Snapshot) -> Result<u64, StoreError> {
    Ok(events::last_seq(view)?.saturating_add(1))
}

fn builder(page_cache_bytes: usize) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(page_cache_bytes);
    builder
}

/// Of a file that was not closed the engine leaves out a newest commit whose pages do not fit.
const NEWEST_LEFT_OUT: &str = "its newest commit cannot be read and is left out: power was lost \
                               before its calls were answered, or it is damaged";
/// The engine reports a repair by its progress: between these two it has found the newest commit
/// unreadable, which it reports in no other way.
const LEFT_OUT_PROGRESS: RangeInclusive<f64> = 0.2..=0.4;

/// Whether the newest commit was left out when a file was opened.
#[derive(Debug, Default, Clone)]
struct LeftOut(Arc<AtomicBool>);

impl LeftOut {
    fn builder(&self, page_cache_bytes: usize) -> redb::Builder {
        let (mut builder, seen) = (builder(page_cache_bytes), Arc::clone(&self.0));
        builder.set_repair_callback(move |session| {
            if LEFT_OUT_PROGRESS.contains(&session.progress()) {
                seen.store(true, Ordering::Relaxed);
            }
        });
        builder
    }

    fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn failed() -> StoreError {
    StoreError::engine("the state file failed earlier and has not been opened again")
}

/// Whether a tree has no tables yet.
fn is_new(database: &Database) -> Result<bool, StoreError> {
    match database.begin_read()?.open_table(STATE) {
        Ok(_) => Ok(false),
        Err(TableError::TableDoesNotExist(_)) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn check_format(database: &Database) -> Result<(), StoreError> {
    let state = match database.begin_read()?.open_table(STATE) {
        Ok(state) => state,
        Err(TableError::TableDoesNotExist(_)) => {
            return Err(StoreError::corrupt(format_args!("`{STATE_FILE}` holds no state")));
        }
        Err(error) => return Err(error.into()),
    };
    match FORMAT.get(&Tx::new(&state, false, 0), "")? {
        Some(FORMAT_VERSION) => Ok(()),
        Some(other) => Err(StoreError::unknown_format(other)),
        None => Err(StoreError::corrupt("the state has no format version")),
    }
}

fn create_tables(database: &Database) -> Result<(), StoreError> {
    let transaction = database.begin_write()?;
    {
        let mut state = transaction.open_table(STATE)?;
        transaction.open_table(EVENTS)?;
        let mut tx = Tx::new(&state, true, 0);
        FORMAT.put(&mut tx, "", &FORMAT_VERSION)?;
        for (key, value) in tx.into_writes() {
            state.insert(key.as_slice(), value.unwrap_or_default().as_slice())?;
        }
    }
    Ok(transaction.commit()?)
}

/// A boxed backend is a backend.
#[derive(Debug)]
struct Boxed(Box<dyn StorageBackend>);

impl StorageBackend for Boxed {
    fn len(&self) -> Result<u64, io::Error> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.0.write(offset, data)
    }

    fn close(&self) -> Result<(), io::Error> {
        self.0.close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reopening keeps what was committed; earlier snapshots end with an error.
    #[test]
    fn an_engine_can_be_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        Engine::create(folder.path()).unwrap();
        let engine = Engine::open(folder.path(), PAGE_CACHE_BYTES).unwrap();
        let transaction = engine.begin_write().unwrap();
        let mut state = transaction.open_table(STATE).unwrap();
        state.insert(b"key".as_slice(), b"value".as_slice()).unwrap();
        drop(state);
        transaction.commit().unwrap();
        let before = engine.snapshot().unwrap();
        assert_eq!(engine.reopen(1).unwrap(), 1);
        let after = engine.snapshot().unwrap();
        assert_eq!(after.tx().get(b"key").unwrap().as_deref(), Some(b"value".as_slice()));
        engine.begin_write().unwrap().abort().unwrap();
        drop(before);
    }

    /// A file that lacks confirmed events is not accepted as the one that failed.
    #[test]
    fn an_older_file_is_not_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        Engine::create(folder.path()).unwrap();
        let engine = Engine::open(folder.path(), PAGE_CACHE_BYTES).unwrap();
        assert!(engine.reopen(2).unwrap_err().is_missing());
        assert!(engine.snapshot().is_err());
        assert_eq!(engine.reopen(1).unwrap(), 1);
    }

    /// A missing file is not created again.
    #[test]
    fn opening_and_opening_again_make_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Engine::open(folder.path(), PAGE_CACHE_BYTES).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        Engine::create(folder.path()).unwrap();
        let engine = Engine::open(folder.path(), PAGE_CACHE_BYTES).unwrap();
        fs::remove_file(folder.path().join(STATE_FILE)).unwrap();
        assert!(engine.reopen(1).is_err());
        assert!(!folder.path().join(STATE_FILE).exists());
        fs::write(folder.path().join(STATE_FILE), b"").unwrap();
        assert!(engine.reopen(1).is_err() && engine.snapshot().is_err());
        assert_eq!(fs::metadata(folder.path().join(STATE_FILE)).unwrap().len(), 0);
    }
}
