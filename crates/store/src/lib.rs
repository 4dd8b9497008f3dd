//! The only crate that touches the data directory: ordered key-value transactions, the log of
//! audit events, and object bodies.
//!
//! One file contains the state and the recent events (the *tail*); older events are in immutable
//! segment files; large object bodies are separate files. Together they keep one promise: **a job's
//! writes and its events are committed together, durably, before its response is returned.** One
//! writer thread runs jobs one after the other and commits a batch of them with one fsync; readers
//! work on snapshots and never wait.
//!
//! History is queried by *terms*, hashes that an event carries; [`Store::seal`] moves old events
//! out of the tree, [`Store::expire`] deletes them, [`Store::fsck`] reads them all. A disk failure
//! fails only the calls that it affects: the tree is reopened. On a full disk a reserve is
//! released, and only [`Store::submit_when_full`] continues until there is free space.
//!
//! A store is created only in an empty place; a missing state is never replaced. [`Store::examine`]
//! changes no byte.
//!
//! The crate does not depend on any service: keys, values, events and bodies are named bytes.
//! Services declare [`Table`]s; the pipeline submits jobs.
//!
//! Reading order: [`Store`], [`Tx`] and [`LayeredTx`], [`Table`], [`NewEvent`], [`Bodies`].
//!
//! ```
//! # let dir = tempfile::tempdir().unwrap();
//! use store::{NewEvent, Store, Table};
//! const NAMES: Table<String> = Table::new("example.name");
//!
//! let store = Store::open(dir.path(), None).unwrap();
//! let answer = store.submit(|tx| {
//!     let stored = NAMES.put(tx, "k", &"v".to_owned());
//!     (stored.is_ok(), vec![NewEvent { time: types::Timestamp::from_secs(1), terms: vec![7], body: b"{}".to_vec() }])
//! });
//! assert!(answer.wait().unwrap());
//! let view = store.snapshot().unwrap();
//! assert_eq!(NAMES.get(&view.tx(), "k").unwrap().as_deref(), Some("v"));
//! ```

mod bodies;
mod engine;
mod error;
mod events;
mod fsck;
mod log;
mod memo;
mod overlay;
mod place;
mod reserve;
mod segment;
mod snapshot;
mod stopwatch;
mod table;
mod tail;
mod tx;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use bodies::{BODIES_FOLDER, create_folder};
pub use bodies::{Bodies, BodyId, BodyReader, BodyWriter, Swept};
use engine::Engine;
pub use error::{StoreError, StoreErrorKind};
pub use events::{HistoryQuery, SEGMENTS_FOLDER};
pub use log::{
    Change, Changes, FileLog, Frame, Head, Log, LogFault, LogSettings, MemoryLog, Opener, Payload,
    Sealer, Tag,
};
pub use place::{Found, StateFile};
pub use redb::StorageBackend;
use reserve::Reserve;
pub use segment::EventRow;
use segment::Tables;
pub use snapshot::Snapshot;
pub use stopwatch::DiskStep;
pub use table::{ByteTable, Table, key, key_parts, key_prefix, key_text};
use tail::TailIndex;
pub use tx::{LayeredTx, Tx};
pub use writer::{Committed, NewEvent};
use writer::{Shared, Writer};

/// An open data directory.
pub struct Store {
    shared: Arc<Shared>,
    writer: Writer,
    bodies: Bodies,
    folder: PathBuf,
    tables: Mutex<BTreeMap<String, Arc<Tables>>>,
    sealing: Mutex<()>,
}

impl Store {
    /// Opens the data directory `folder`, or creates one where nothing of a store is.
    ///
    /// `backend` replaces the state file, so that tests can simulate power failures; `None` is the
    /// file `state.redb`. Errors when the directory is in use, unreadable, or of a later format,
    /// and with [`StoreError::is_missing`] when the state is missing but other files exist.
    pub fn open(
        folder: &Path,
        backend: Option<Box<dyn StorageBackend>>,
    ) -> Result<Self, StoreError> {
        let Some(backend) = backend else {
            return Self::open_with_cache(folder, engine::PAGE_CACHE_BYTES);
        };
        create_folder(folder)?;
        let store = Self::around(folder, Engine::on(backend)?)?;
        store.settle()?;
        Ok(store)
    }

    /// The same, with a page cache of this many bytes.
    pub fn open_with_cache(folder: &Path, page_cache_bytes: usize) -> Result<Self, StoreError> {
        if Found::within(folder)?.is_nothing() {
            create_folder(folder)?;
            Engine::create(folder)?;
        }
        let store = Self::open_existing(folder, page_cache_bytes)?;
        store.settle()?;
        Ok(store)
    }

    /// Opens the existing data directory `folder`, with a page cache of this many bytes: creates
    /// nothing that is missing.
    ///
    /// To be [settled](Self::settle) before anything is stored.
    pub fn open_existing(folder: &Path, page_cache_bytes: usize) -> Result<Self, StoreError> {
        match Found::within(folder)?.state {
            StateFile::There => {}
            StateFile::Missing => return Err(StoreError::missing("there is no `state.redb`")),
            StateFile::Empty => return Err(StoreError::missing("`state.redb` is empty")),
        }
        // First: the lock keeps all other processes out.
        Self::around(folder, Engine::open(folder, page_cache_bytes)?)
    }

    /// Creates missing directories and removes unfinished files.
    pub fn settle(&self) -> Result<(), StoreError> {
        let segments = self.folder.join(SEGMENTS_FOLDER);
        create_folder(&segments)?;
        events::remove_unfinished(&segments)?;
        self.bodies.settle()?;
        // What was created above must not lose its name.
        Ok(File::open(&self.folder)?.sync_all()?)
    }

    /// Opens the data directory `folder` read-only: writes of jobs stay in memory. It excludes a
    /// running server, and a running server excludes it.
    ///
    /// Verifies every page of the state by its checksum and adds problems to `findings`. `None` if
    /// the state cannot be read at all.
    pub fn examine(folder: &Path, findings: &mut Vec<String>) -> Result<Option<Self>, StoreError> {
        let Some(engine) = Engine::examine(folder, findings)? else { return Ok(None) };
        Self::around(folder, engine).map(Some)
    }

    fn around(folder: &Path, engine: Engine) -> Result<Self, StoreError> {
        let bodies = Bodies::within(folder.join(BODIES_FOLDER));
        let next_seq = engine.next_seq()?;
        let (tail, reserve) = (RwLock::new(TailIndex::empty(next_seq)), Reserve::new(folder));
        let stopwatch = bodies.stopwatch.clone();
        let shared = Arc::new(Shared { engine, tail, reserve, stopwatch });
        let writer = Writer::start(Arc::clone(&shared), next_seq)?;
        let (tables, sealing) = (Mutex::default(), Mutex::default());
        Ok(Self { shared, writer, bodies, folder: folder.to_owned(), tables, sealing })
    }

    /// A snapshot of the committed state.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.shared.engine.snapshot()
    }

    /// Runs `job` on the writer and commits its writes and events as one.
    ///
    /// The receipt returns the job's result only once all of it is durable. An error means that
    /// none of it happened; only if the disk fails during the commit itself may the whole job turn
    /// out to be done after the next start. A job that panics leaves nothing behind. Rejected with
    /// [`StoreError::is_full`] while the disk is full.
    pub fn submit<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut LayeredTx<'_>) -> (R, Vec<NewEvent>) + Send + 'static,
    ) -> Committed<R> {
        match self.expect_room() {
            Ok(()) => self.writer.submit(job),
            Err(full) => Committed::refused(full),
        }
    }

    /// Like [`Store::submit`], but also while the disk is full: for work that frees space or
    /// delivers events.
    pub fn submit_when_full<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut LayeredTx<'_>) -> (R, Vec<NewEvent>) + Send + 'static,
    ) -> Committed<R> {
        self.writer.submit(job)
    }

    /// Errors while the disk is considered full, like [`Store::submit`]: for work that uses space
    /// before it submits anything.
    pub fn expect_room(&self) -> Result<(), StoreError> {
        if self.is_full() {
            return Err(StoreError::full("only deletion and delivery go on"));
        }
        Ok(())
    }

    /// Whether the disk is considered full: a commit found no space, or the reserve was released.
    pub fn is_full(&self) -> bool {
        self.shared.reserve.is_full()
    }

    /// Releases the reserve of disk space, for deletion and delivery.
    ///
    /// Happens automatically when a commit finds no space. From then on [`Store::submit`] rejects
    /// jobs.
    pub fn release_reserve(&self) -> Result<(), StoreError> {
        self.shared.reserve.release()
    }

    /// Allocates the reserve of disk space, if necessary, and ends the full state.
    ///
    /// Returns false if there is too little space. Call it after opening and periodically.
    pub fn hold_reserve(&self) -> Result<bool, StoreError> {
        self.shared.reserve.hold()
    }

    /// Reports the duration of disk operations from now on, to one observer, which must not block.
    pub fn observe(
        &self,
        clock: types::Clock,
        observer: impl Fn(DiskStep, u64) + Send + Sync + 'static,
    ) {
        self.shared.stopwatch.watch(clock, Box::new(observer));
    }

    /// Bytes of the state file and of all segments, as the file system counts them.
    pub fn bytes(&self) -> Result<StoreBytes, StoreError> {
        let state = std::fs::metadata(self.folder.join(engine::STATE_FILE));
        let state = state.map_or(0, |found| found.len());
        let mut segments = 0_u64;
        let folder = self.folder.join(SEGMENTS_FOLDER);
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            segments = segments.saturating_add(entry?.metadata()?.len());
        }
        Ok(StoreBytes { state, segments })
    }

    /// Events that are not in a segment yet.
    pub fn tail_len(&self) -> Result<u64, StoreError> {
        events::tail_len(&self.snapshot()?)
    }

    /// Object bodies.
    pub fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    /// The data directory.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Waits for what was submitted and stops the writer. Later submissions fail.
    pub fn shut_down(&self) {
        self.writer.stop();
    }
}

/// How large a store is, without its objects' bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreBytes {
    /// Of the state file.
    pub state: u64,
    /// Of the segments of sealed events.
    pub segments: u64,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("folder", &self.folder).finish_non_exhaustive()
    }
}
