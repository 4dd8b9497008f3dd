//! The copy: the state as of a frame, made from the log, in one file of a tree.
//!
//! It is behind the log by what a checkpoint has not taken into it yet. Every commit of it is
//! durable, and names the frame up to which it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::ops::RangeInclusive;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use redb::{
    Database, ReadableDatabase, StorageBackend, TableDefinition, TableError, WriteTransaction,
};

use crate::copy_rows::{CopyRows, RowSeal};
use crate::error::FORMAT_VERSION;
use crate::log::LogPoint;
use crate::overlay::Overlay;
use crate::recent::Recent;
use crate::{StoreError, Table, Tx};

type Rows = TableDefinition<'static, &'static [u8], &'static [u8]>;
pub(crate) const STATE: Rows = TableDefinition::new("state");
/// Its only row is the point of the log up to which the state is complete.
const APPLIED: TableDefinition<'static, (), &'static [u8]> = TableDefinition::new("applied");
pub(crate) const FORMAT: Table<u32> = Table::new("meta.format");
/// The tree's page cache by default, in bytes.
pub(crate) const PAGE_CACHE_BYTES: usize = 64 << 20;
/// The tree's file within the data directory.
pub(crate) const STATE_FILE: &str = "state.redb";
/// A new tree's file until it is whole.
const UNFINISHED_FILE: &str = "state.redb.new";

/// The file of the copy, which can be opened again, and replaced, after the disk has failed it.
pub(crate) struct StateCopy {
    source: Source,
    page_cache_bytes: usize,
    seal: RowSeal,
    /// `None` after a failure, until it is opened again.
    database: Mutex<Option<Database>>,
    /// A write or sync has failed: what is read may not be on the disk, and no later sync makes up
    /// for it.
    is_doubtful: AtomicBool,
}

/// The state file of a test that simulates the disk. The server uses files in a folder instead, so
/// this seam exists for tests alone.
pub trait StateFiles: Send + Sync + 'static {
    /// The file as it is; an empty one if there is none.
    fn open(&self) -> Box<dyn StorageBackend>;

    /// An empty file to be the next one.
    fn create(&self) -> Box<dyn StorageBackend>;

    /// Replaces the file by the one that was created last, durably, or not at all.
    fn replace(&self) -> io::Result<()>;
}

/// Where a state file is opened again.
enum Source {
    /// In this folder.
    Folder(PathBuf),
    Test(Box<dyn StateFiles>),
    /// Nowhere: it is being examined.
    Examined,
}

impl StateCopy {
    /// The copy in a test's state file, created if necessary.
    pub(crate) fn on(files: Box<dyn StateFiles>, seal: &RowSeal) -> Result<Self, StoreError> {
        let database = builder(PAGE_CACHE_BYTES).create_with_backend(Boxed(files.open()))?;
        if is_new(&database)? {
            create_tables(&database, LogPoint::START, [], seal)?;
        }
        check_format(&database)?;
        Ok(Self::over(Source::Test(files), PAGE_CACHE_BYTES, seal, database))
    }

    /// Creates the state file, which must not exist, with these rows: first under another name, so
    /// that it exists completely or not at all.
    pub(crate) fn create(
        folder: &Path,
        applied: LogPoint,
        rows: impl IntoIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>>,
        seal: &RowSeal,
    ) -> Result<(), StoreError> {
        let database = create_unfinished(folder)?;
        create_tables(&database, applied, rows, seal)?;
        drop(database);
        name_unfinished(folder)
    }

    /// Opens the state file; never creates one.
    pub(crate) fn open(
        folder: &Path,
        page_cache_bytes: usize,
        seal: &RowSeal,
    ) -> Result<Self, StoreError> {
        let database = open_database(folder, page_cache_bytes)?;
        check_format(&database)?;
        Ok(Self::over(Source::Folder(folder.to_owned()), page_cache_bytes, seal, database))
    }

    /// Opens the state file without writing to it, verifies every page of the tree by its checksum,
    /// and adds problems to `findings`; `None` if it cannot be read at all, or not without `seal`.
    pub(crate) fn examine(
        folder: &Path,
        seal: Option<&RowSeal>,
        findings: &mut Vec<String>,
    ) -> Result<Option<Self>, StoreError> {
        let (overlay, left_out) = (Overlay::open(&folder.join(STATE_FILE))?, LeftOut::default());
        // The tree's engine may stumble over bytes that it never wrote.
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
                Ok(seal.map(|seal| Self::over(Source::Examined, PAGE_CACHE_BYTES, seal, database)))
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

    fn over(source: Source, page_cache_bytes: usize, seal: &RowSeal, database: Database) -> Self {
        let (database, is_doubtful) = (Mutex::new(Some(database)), AtomicBool::new(false));
        Self { source, page_cache_bytes, seal: seal.clone(), database, is_doubtful }
    }

    /// The rows as they are.
    pub(crate) fn rows(&self) -> Result<Arc<CopyRows>, StoreError> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        rows_of(database.as_ref().ok_or_else(failed)?, &self.seal)
    }

    /// Takes these writes into the copy, which is then complete up to `applied`, durably.
    ///
    /// After an error the rows that were read before are closed: see [`StateCopy::reopened`].
    pub(crate) fn apply(
        &self,
        writes: &Recent,
        applied: LogPoint,
    ) -> Result<Arc<CopyRows>, StoreError> {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        self.open_again(&mut database)?;
        let open = database.as_ref().ok_or_else(failed)?;
        let taken = take(open, writes, applied, &self.seal);
        let taken = taken.and_then(|()| rows_of(open, &self.seal));
        if taken.is_err() {
            // The tree's memory is unreliable after a failed write, and so is the file.
            *database = None;
            self.is_doubtful.store(true, Ordering::Release);
        }
        taken
    }

    /// Whether an [`StateCopy::apply`] has failed: the file must be replaced before the next one.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.is_doubtful.load(Ordering::Acquire)
    }

    /// Begins a file of these rows, which are those as of `applied`, to replace this one.
    pub(crate) fn begin_next(
        &self,
        applied: LogPoint,
        rows: impl IntoIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>>,
    ) -> Result<NextCopy<'_>, StoreError> {
        let made = match &self.source {
            Source::Folder(folder) => create_unfinished(folder)?,
            Source::Test(files) => {
                builder(PAGE_CACHE_BYTES).create_with_backend(Boxed(files.create()))?
            }
            Source::Examined => return Err(failed()),
        };
        create_tables(&made, applied, rows, &self.seal)?;
        Ok(NextCopy { replaces: self, made, applied })
    }

    /// The length of the state file; 0 of a test's.
    pub(crate) fn bytes(&self) -> Result<u64, StoreError> {
        match &self.source {
            Source::Folder(folder) => Ok(fs::metadata(folder.join(STATE_FILE))?.len()),
            Source::Test(_) | Source::Examined => Ok(0),
        }
    }

    /// The rows after a failed [`StateCopy::apply`]: as they were, or as they were to be.
    pub(crate) fn reopened(&self) -> Result<Arc<CopyRows>, StoreError> {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        self.open_again(&mut database)?;
        rows_of(database.as_ref().ok_or_else(failed)?, &self.seal)
    }

    fn open_again(&self, database: &mut Option<Database>) -> Result<(), StoreError> {
        if database.is_none() {
            let builder = builder(self.page_cache_bytes);
            let opened = match (&self.source, self.is_doubtful()) {
                // Opening it would repair it, by what is perhaps not on the disk.
                (Source::Folder(folder), true) => {
                    builder.create_with_backend(Overlay::open(&folder.join(STATE_FILE))?)?
                }
                (Source::Test(files), true) => {
                    builder.create_with_backend(Overlay::over(files.open())?)?
                }
                (Source::Folder(folder), false) => builder.open(folder.join(STATE_FILE))?,
                (Source::Test(files), false) => builder.create_with_backend(Boxed(files.open()))?,
                (Source::Examined, _) => return Err(failed()),
            };
            check_format(&opened)?;
            *database = Some(opened);
        }
        Ok(())
    }
}

/// A state file that will replace another one, once it has all rows.
pub(crate) struct NextCopy<'c> {
    replaces: &'c StateCopy,
    made: Database,
    applied: LogPoint,
}

impl NextCopy<'_> {
    /// Takes these writes into it, which is then complete up to `applied`.
    pub(crate) fn take(&mut self, writes: &Recent, applied: LogPoint) -> Result<(), StoreError> {
        self.applied = applied;
        take(&self.made, writes, applied, &self.replaces.seal)
    }

    /// Puts it in the place of the other one. It must be complete up to `until`.
    pub(crate) fn replace(self, until: LogPoint) -> Result<Arc<CopyRows>, StoreError> {
        let Self { replaces, made, applied } = self;
        if applied != until {
            return Err(StoreError::engine("a state file that is not complete yet"));
        }
        drop(made);
        let mut database = replaces.database.lock().unwrap_or_else(PoisonError::into_inner);
        match &replaces.source {
            Source::Folder(folder) => name_unfinished(folder)?,
            Source::Test(files) => files.replace()?,
            Source::Examined => return Err(failed()),
        }
        *database = None;
        replaces.is_doubtful.store(false, Ordering::Release);
        replaces.open_again(&mut database)?;
        rows_of(database.as_ref().ok_or_else(failed)?, &replaces.seal)
    }
}

/// Creates an empty tree under another name than the state file's.
fn create_unfinished(folder: &Path) -> Result<Database, StoreError> {
    let aside = folder.join(UNFINISHED_FILE);
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    Ok(builder(PAGE_CACHE_BYTES).create(&aside)?)
}

/// Gives the finished tree the name of the state file.
fn name_unfinished(folder: &Path) -> Result<(), StoreError> {
    fs::rename(folder.join(UNFINISHED_FILE), folder.join(STATE_FILE))?;
    Ok(File::open(folder)?.sync_all()?)
}

fn take(
    database: &Database,
    writes: &Recent,
    applied: LogPoint,
    seal: &RowSeal,
) -> Result<(), StoreError> {
    let mut transaction = database.begin_write()?;
    // Opening it after a crash then takes no walk over all pages.
    transaction.set_quick_repair(true);
    {
        let mut state = transaction.open_table(STATE)?;
        for (key, value) in writes {
            match value {
                Some(value) => {
                    let sealed = seal.seal(key, value)?;
                    state.insert(key.as_slice(), sealed.as_slice())?;
                }
                None => drop(state.remove(key.as_slice())?),
            }
        }
    }
    set_applied(&transaction, applied, seal)?;
    Ok(transaction.commit()?)
}

fn set_applied(
    transaction: &WriteTransaction,
    applied: LogPoint,
    seal: &RowSeal,
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(APPLIED)?;
    table.insert((), seal.seal_point(&applied)?.as_slice())?;
    Ok(())
}

fn rows_of(database: &Database, seal: &RowSeal) -> Result<Arc<CopyRows>, StoreError> {
    let transaction = database.begin_read()?;
    let applied = transaction.open_table(APPLIED)?.get(())?;
    let missing = || StoreError::corrupt(format_args!("`{STATE_FILE}` names no frame of the log"));
    let applied = seal.open_point(applied.ok_or_else(missing)?.value())?;
    let state = transaction.open_table(STATE)?;
    Ok(Arc::new(CopyRows::new(state, applied, seal.clone())))
}

/// Opens the state file, of any format.
pub(crate) fn open_database(
    folder: &Path,
    page_cache_bytes: usize,
) -> Result<Database, StoreError> {
    let (path, left_out) = (folder.join(STATE_FILE), LeftOut::default());
    let database = left_out.builder(page_cache_bytes).open(&path)?;
    if left_out.is_so() {
        tracing::warn!(file = %path.display(), "{NEWEST_LEFT_OUT}");
    }
    Ok(database)
}

fn builder(page_cache_bytes: usize) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(page_cache_bytes);
    builder
}

/// Of a file that was not closed the engine leaves out a newest commit whose pages do not fit.
const NEWEST_LEFT_OUT: &str = "its newest checkpoint cannot be read and is left out: the log \
                               makes up for it";
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

/// The format of a tree.
pub(crate) fn format_of(database: &Database) -> Result<u32, StoreError> {
    let state = match database.begin_read()?.open_table(STATE) {
        Ok(state) => state,
        Err(TableError::TableDoesNotExist(_)) => {
            return Err(StoreError::corrupt(format_args!("`{STATE_FILE}` holds no state")));
        }
        Err(error) => return Err(error.into()),
    };
    let format = FORMAT.get(&Tx::new(&state, false, 0), "")?;
    format.ok_or_else(|| StoreError::corrupt("the state has no format version"))
}

fn check_format(database: &Database) -> Result<(), StoreError> {
    match format_of(database)? {
        FORMAT_VERSION => Ok(()),
        other => Err(StoreError::unknown_format(other)),
    }
}

fn create_tables(
    database: &Database,
    applied: LogPoint,
    rows: impl IntoIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>>,
    seal: &RowSeal,
) -> Result<(), StoreError> {
    let transaction = database.begin_write()?;
    {
        let mut state = transaction.open_table(STATE)?;
        for row in rows {
            let (key, value) = row?;
            state.insert(key.as_slice(), seal.seal(&key, &value)?.as_slice())?;
        }
    }
    finish_format(&transaction, applied, seal)?;
    Ok(transaction.commit()?)
}

/// Makes a tree one of the newest format, complete up to `applied`.
pub(crate) fn finish_format(
    transaction: &WriteTransaction,
    applied: LogPoint,
    seal: &RowSeal,
) -> Result<(), StoreError> {
    let (key, value) = FORMAT.pair("", &FORMAT_VERSION)?;
    transaction.open_table(STATE)?.insert(key.as_slice(), value.as_slice())?;
    set_applied(transaction, applied, seal)
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

    fn writes(key: &[u8]) -> Recent {
        Recent::new_sync().insert(key.to_vec(), Some(b"value".to_vec()))
    }

    /// A missing file is not created again.
    #[test]
    fn opening_and_opening_again_make_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let open = || StateCopy::open(folder.path(), PAGE_CACHE_BYTES, &RowSeal::for_tests());
        assert!(open().is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        StateCopy::create(folder.path(), LogPoint::START, [], &RowSeal::for_tests()).unwrap();
        let copy = open().unwrap();
        fs::remove_file(folder.path().join(STATE_FILE)).unwrap();
        *copy.database.lock().unwrap() = None;
        assert!(copy.apply(&writes(b"k"), LogPoint::START).is_err());
        assert!(!folder.path().join(STATE_FILE).exists());
    }

    /// What was read before stays as it was; after a failure the file is read again.
    #[test]
    fn a_copy_can_be_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        StateCopy::create(folder.path(), LogPoint::START, [], &RowSeal::for_tests()).unwrap();
        let copy = StateCopy::open(folder.path(), PAGE_CACHE_BYTES, &RowSeal::for_tests()).unwrap();
        let before = copy.rows().unwrap();
        let point = LogPoint { next_seq: 7, ..LogPoint::START };
        copy.apply(&writes(b"one"), point).unwrap();
        drop(before);
        *copy.database.lock().unwrap() = None;
        assert!(copy.rows().is_err());
        let after = copy.apply(&writes(b"two"), point).unwrap();
        for key in [b"one".as_slice(), b"two"] {
            assert!(crate::tx::Rows::get(&*after, key).unwrap().is_some());
        }
        assert_eq!(after.applied, point);
    }
}
