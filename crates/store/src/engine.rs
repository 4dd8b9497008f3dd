use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use redb::{
    Database, ReadableDatabase, StorageBackend, TableDefinition, TableError, WriteTransaction,
};

use crate::memo::Memo;
use crate::{FORMAT_VERSION, Snapshot, StoreError, Table, Tx, events};

pub(crate) const STATE: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("state");
pub(crate) const EVENTS: TableDefinition<'static, u64, &'static [u8]> =
    TableDefinition::new("events");
const FORMAT: Table<u32> = Table::new("meta.format");
/// Memory that the engine may use for pages unless something else is said, in bytes.
pub(crate) const PAGE_CACHE_BYTES: usize = 64 << 20;
const FILE: &str = "state.redb";

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
    pub(crate) fn open(
        folder: &Path,
        backend: Option<Box<dyn StorageBackend>>,
        page_cache_bytes: usize,
    ) -> Result<Self, StoreError> {
        let builder = builder(page_cache_bytes);
        let (path, database) = if let Some(backend) = backend {
            (None, builder.create_with_backend(Boxed(backend))?)
        } else {
            let path = folder.join(FILE);
            let database = builder.create(&path)?;
            (Some(path), database)
        };
        prepare(&database)?;
        let database = RwLock::new(Some(database));
        let (memo, revision) = (Arc::default(), AtomicU64::default());
        Ok(Self { path, page_cache_bytes, database, memo, revision })
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        // INVARIANT: read before the view is taken and raised after a commit, before its answer:
        // a view may be newer than its revision says, never older.
        let revision = self.revision.load(Ordering::Acquire);
        let transaction = database.as_ref().ok_or_else(failed)?.begin_read()?;
        Snapshot::new(&transaction, Arc::clone(&self.memo), revision)
    }

    /// Tells later snapshots that a watched table has changed.
    pub(crate) fn raise_revision(&self) {
        self.revision.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        Ok(database.as_ref().ok_or_else(failed)?.begin_write()?)
    }

    /// Closes the tree, whose memory is in doubt after a failed write, and reads it from disk.
    pub(crate) fn reopen(&self) -> Result<(), StoreError> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        *database = None;
        let path = self.path.as_ref().ok_or_else(failed)?;
        let opened = builder(self.page_cache_bytes).create(path)?;
        prepare(&opened)?;
        *database = Some(opened);
        Ok(())
    }

    /// The number of the next event.
    pub(crate) fn next_seq(&self) -> Result<u64, StoreError> {
        Ok(events::last_seq(&self.snapshot()?)?.saturating_add(1))
    }
}

fn builder(page_cache_bytes: usize) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(page_cache_bytes);
    builder
}

fn failed() -> StoreError {
    StoreError::engine("the state file failed earlier and has not been opened again")
}

/// Creates the tables in a new tree; checks the format of an old one.
fn prepare(database: &Database) -> Result<(), StoreError> {
    match database.begin_read()?.open_table(STATE) {
        Ok(state) => match FORMAT.get(&Tx::new(&state, false, 0), "")? {
            Some(FORMAT_VERSION) => return Ok(()),
            Some(other) => return Err(StoreError::unknown_format(other)),
            None => return Err(StoreError::corrupt("the state has no format version")),
        },
        Err(TableError::TableDoesNotExist(_)) => {}
        Err(error) => return Err(error.into()),
    }
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

    /// Opening again keeps what was committed; snapshots from before end with an error.
    #[test]
    fn an_engine_can_be_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(folder.path(), None, PAGE_CACHE_BYTES).unwrap();
        let transaction = engine.begin_write().unwrap();
        let mut state = transaction.open_table(STATE).unwrap();
        state.insert(b"key".as_slice(), b"value".as_slice()).unwrap();
        drop(state);
        transaction.commit().unwrap();
        let before = engine.snapshot().unwrap();
        engine.reopen().unwrap();
        let after = engine.snapshot().unwrap();
        assert_eq!(after.tx().get(b"key").unwrap().as_deref(), Some(b"value".as_slice()));
        engine.begin_write().unwrap().abort().unwrap();
        drop(before);
    }
}
