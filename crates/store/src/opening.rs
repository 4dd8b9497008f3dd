//! How a store is opened, created, or examined.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use keys::Keyring;
use types::Entropy;

use crate::bodies::{BODIES_FOLDER, Bodies, create_folder};
use crate::checkpoints::{Checkpointer, Checkpoints, Pace};
use crate::copy::{PAGE_CACHE_BYTES, StateCopy, StateFiles};
use crate::copy_rows::RowSeal;
use crate::log::{FileLog, LOG_FOLDER, Log, LogPoint, LogSettings, Sealer};
use crate::reserve::Reserve;
use crate::segment::{SEGMENTS_FOLDER, remove_unfinished};
use crate::shared::{Ingredients, Shared};
use crate::writer::Writer;
use crate::{
    Found, StateFile, Store, StoreError, StoreErrorKind, bases, damaged_frame, migrate, origin,
    proof,
};

/// What a store is opened with.
#[derive(Clone)]
pub struct Opening {
    /// Seals the log.
    pub keyring: Arc<Keyring>,
    /// Makes the salts of the log's stretches.
    pub entropy: Entropy,
    /// The page cache of the state file.
    pub page_cache_bytes: usize,
    /// How the log is kept.
    pub log: LogSettings,
    /// Bytes of the log from which on bases of the state are written, and frames trimmed.
    pub base_bytes: u64,
}

/// Bytes of the log from which on bases are written.
const BASE_BYTES: u64 = 128 << 20;

impl Opening {
    /// With a page cache of 64 MiB, the usual log files, and bases from 128 MiB of log on.
    pub fn new(keyring: Arc<Keyring>, entropy: Entropy) -> Self {
        let (page_cache_bytes, log) = (PAGE_CACHE_BYTES, LogSettings::default());
        Self { keyring, entropy, page_cache_bytes, log, base_bytes: BASE_BYTES }
    }

    /// What seals the rows of the copy.
    pub(crate) fn row_seal(&self) -> RowSeal {
        RowSeal::new(Arc::clone(&self.keyring), self.entropy.clone())
    }

    /// With the same keys every time, and small log files.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        let entropy = Entropy::seeded(1);
        let root = keys::RootKey::generate(&entropy).unwrap();
        let keyring = Keyring::create(&root, &entropy).unwrap().0;
        let log = LogSettings { first_file_bytes: 64 << 10, file_bytes: 64 << 10 };
        Self { log, ..Self::new(Arc::new(keyring), Entropy::system()) }
    }
}

#[cfg(test)]
impl RowSeal {
    /// With the same keys every time.
    pub(crate) fn for_tests() -> Self {
        Opening::for_tests().row_seal()
    }
}

/// Whether an error is about the data directory, not about examining it.
fn is_finding(error: &StoreError) -> bool {
    matches!(
        error.kind(),
        StoreErrorKind::Corrupt | StoreErrorKind::Missing | StoreErrorKind::NoKey
    )
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("log", &self.log).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the data directory `folder`, or creates one where nothing of a store is.
    ///
    /// Errors when the directory is in use, unreadable, or of a later format, and with
    /// [`StoreError::is_missing`] when the state is missing but other files exist.
    pub fn open(folder: &Path, with: &Opening) -> Result<Self, StoreError> {
        if Found::within(folder)?.is_nothing() {
            create_folder(folder)?;
            StateCopy::create(folder, LogPoint::START, [], &with.row_seal())?;
        }
        let store = Self::open_existing(folder, with)?;
        store.settle()?;
        Ok(store)
    }

    /// Opens the existing data directory `folder`: creates nothing that is missing.
    ///
    /// A directory of an earlier format is converted first, which a crash may interrupt at any
    /// instant. To be [settled](Self::settle) before anything is stored.
    pub fn open_existing(folder: &Path, with: &Opening) -> Result<Self, StoreError> {
        match Found::within(folder)?.state {
            StateFile::There => {}
            StateFile::Missing => return Err(StoreError::missing("there is no `state.redb`")),
            StateFile::Empty => return Err(StoreError::missing("`state.redb` is empty")),
        }
        let seal = with.row_seal();
        migrate::to_newest(folder, with.page_cache_bytes, &seal)?;
        // First: the lock keeps all other processes out.
        let copy = StateCopy::open(folder, with.page_cache_bytes, &seal)?;
        let rows = copy.rows()?;
        if rows.applied.head.position > 0 && !Found::within(folder)?.log {
            return Err(StoreError::missing("the log is missing"));
        }
        let log = FileLog::open(&folder.join(LOG_FOLDER), with.log, &with.keyring)?;
        let head = log.head()?;
        // What came from no frame must be in a base, or the copy could not be made again.
        let is_converted = rows.applied.head.position == 0 && rows.has_more_than_a_format()?;
        if is_converted && log.first()? == 1 && !bases::is_intact(folder, 0, &with.keyring)? {
            let reserve = Reserve::new(folder);
            let permission = |bytes| reserve.expect_room_for(bytes);
            bases::write(folder, &rows, &with.keyring, &with.entropy, &permission)?;
        }
        let store = Self::around(folder, Box::new(log), copy, with, Pace::Thread)?;
        // From here on, log and copy are known to be good.
        let shared = &store.shared;
        proof::delete_newer_bases(folder, shared.log.as_ref(), &shared.keyring, head)?;
        damaged_frame::take_back(folder)?;
        if is_converted && head.position == 0 {
            store.submit_when_full(|tx| (origin::note_conversion(tx), Vec::new())).wait()??;
        }
        Ok(store)
    }

    /// A store whose log and state file are a test's, which can lose power; everything that
    /// happens to them happens in the same order at every run.
    pub fn simulated(
        folder: &Path,
        log: Box<dyn Log>,
        state: Box<dyn StateFiles>,
        with: &Opening,
    ) -> Result<Self, StoreError> {
        create_folder(folder)?;
        let copy = StateCopy::on(state, &with.row_seal())?;
        let store = Self::around(folder, log, copy, with, Pace::Writer)?;
        store.settle()?;
        Ok(store)
    }

    /// Opens the data directory `folder` read-only: nothing can be committed. It excludes a running
    /// server, and a running server excludes it.
    ///
    /// Verifies every page of the state by its checksum, and the newest frames of the log, and adds
    /// problems to `findings`. `None` if state or log cannot be read at all. Without keys (`with` is
    /// `None`) only the pages are verified.
    pub fn examine(
        folder: &Path,
        with: Option<&Opening>,
        findings: &mut Vec<String>,
    ) -> Result<Option<Self>, StoreError> {
        let seal = with.map(Opening::row_seal);
        let copy = StateCopy::examine(folder, seal.as_ref(), findings)?;
        let (Some(copy), Some(with)) = (copy, with) else { return Ok(None) };
        let log = match FileLog::examine(&folder.join(LOG_FOLDER), with.log, &with.keyring) {
            Err(error) if is_finding(&error) => {
                findings.push(types::error_chain(&error));
                return Ok(None);
            }
            log => log?,
        };
        match Self::around(folder, Box::new(log), copy, with, Pace::Never) {
            Err(error) if is_finding(&error) => {
                findings.push(types::error_chain(&error));
                Ok(None)
            }
            opened => opened.map(Some),
        }
    }

    fn around(
        folder: &Path,
        log: Box<dyn Log>,
        copy: StateCopy,
        with: &Opening,
        pace: Pace,
    ) -> Result<Self, StoreError> {
        let bodies = Bodies::within(folder.join(BODIES_FOLDER));
        let (stopwatch, reserve) = (bodies.stopwatch.clone(), Reserve::new(folder));
        let keyring = Arc::clone(&with.keyring);
        let folder_of_parts = folder.to_owned();
        let parts = Ingredients { log, copy, keyring, folder: folder_of_parts, reserve, stopwatch };
        let shared = Shared::replayed(parts)?;
        let shared = Arc::new(shared);
        let cannot = |cause| StoreError::engine("cannot begin to seal frames").because(cause);
        let sealer = Sealer::start(&with.keyring, &with.entropy).map_err(cannot)?;
        let checkpoints = Arc::new(Checkpoints::new(
            Arc::clone(&shared),
            pace,
            folder,
            &with.entropy,
            with.base_bytes,
        ));
        let writer = Writer::start(Arc::clone(&shared), sealer, Arc::clone(&checkpoints))?;
        let checkpointer = Checkpointer::start(checkpoints)?;
        let (tables, sealing) = (Mutex::default(), Mutex::default());
        Ok(Self {
            writer,
            checkpointer,
            shared,
            bodies,
            folder: folder.to_owned(),
            tables,
            sealing,
        })
    }

    /// Creates missing directories and removes unfinished files.
    pub fn settle(&self) -> Result<(), StoreError> {
        let segments = self.folder().join(SEGMENTS_FOLDER);
        create_folder(&segments)?;
        remove_unfinished(&segments)?;
        self.bodies().settle()?;
        // What was created above must not lose its name.
        Ok(File::open(self.folder())?.sync_all()?)
    }
}
