//! The only crate that touches the data directory: ordered key-value transactions, the log of
//! audit events, and object bodies.
//!
//! **The log is what a commit makes durable**: sealed, chained frames of row changes and events
//! ([`Log`]). The state that readers see is a copy made from it; recent events are read from it;
//! older ones are in immutable segment files; large object bodies are separate files. Together they
//! keep one promise: **a job's writes and its events are committed together, durably, before its
//! response is returned.** One writer thread runs jobs one after the other and commits a batch of
//! them as one frame, with one fsync; readers work on snapshots and never wait.
//!
//! What is where, and made from what:
//!
//! ```text
//! log/         frames; made from nothing, and made into rows and events
//! state.redb   the copy: rows as of a frame, made by checkpoints; may be thrown away
//! bases/       the rows as of two earlier frames, sealed: with the frames since, they make the copy
//! segments/    events that are not needed in the log any more, with an index
//! bodies/      object bodies, which a row names
//! reserve      disk space for deletion and delivery when the disk is full
//! ```
//!
//! History is queried by *terms*, hashes that an event carries; [`Store::seal`] moves old events
//! into segments, [`Store::expire`] deletes them, [`Store::fsck`] reads them all. A disk failure
//! fails only the calls that it affects. On a full disk a reserve is released, and only
//! [`Store::submit_when_full`] continues until there is free space.
//!
//! A store is created only in an empty place; a missing state is never replaced silently
//! ([`Store::rebuild`] is asked for). [`Store::examine`] changes no byte.
//!
//! The crate does not depend on any service: keys, values, events and bodies are named bytes.
//! Services declare [`Table`]s; the pipeline submits jobs.
//!
//! Reading order: [`Store`], [`Tx`] and [`LayeredTx`], [`Table`], [`NewEvent`], [`Bodies`]; then
//! [`Log`], `writer.rs`, `view.rs`, `shared.rs`, `checkpoints.rs`.
//!
//! ```
//! # let dir = tempfile::tempdir().unwrap();
//! # let entropy = types::Entropy::system();
//! # let root = keys::RootKey::generate(&entropy).unwrap();
//! # let keyring = std::sync::Arc::new(keys::Keyring::create(&root, &entropy).unwrap().0);
//! use store::{NewEvent, Opening, Store, Table};
//! const NAMES: Table<String> = Table::new("example.name");
//!
//! let store = Store::open(dir.path(), &Opening::new(keyring, entropy)).unwrap();
//! let answer = store.submit(|tx| {
//!     let stored = NAMES.put(tx, "k", &"v".to_owned());
//!     (stored.is_ok(), vec![NewEvent { time: types::Timestamp::from_secs(1), terms: vec![7], body: b"{}".to_vec() }])
//! });
//! assert!(answer.wait().unwrap());
//! let view = store.snapshot().unwrap();
//! assert_eq!(NAMES.get(&view.tx(), "k").unwrap().as_deref(), Some("v"));
//! ```

mod anchor;
mod bases;
mod bodies;
mod checkpoints;
mod copy;
mod copy_rows;
mod cursors;
mod damaged_frame;
mod error;
mod event;
mod events;
mod fsck;
mod leftovers;
mod log;
mod memo;
mod migrate;
mod opening;
mod origin;
mod overlay;
mod place;
mod proof;
mod rebuild;
mod recent;
mod redo;
mod reserve;
mod run_lock;
mod sealed;
mod segment;
mod shared;
mod snapshot;
mod source;
mod stopwatch;
mod table;
mod tail;
mod tx;
mod view;
mod writer;
mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub use anchor::{Anchor, Judged, NotAnchored};
pub use bodies::{Bodies, BodyId, BodyReader, BodyWriter, Swept};
use checkpoints::Checkpointer;
pub use checkpoints::Upkeep;
pub use copy::StateFiles;
pub use cursors::BackupCursor;
pub use error::{StoreError, StoreErrorKind};
pub use event::NewEvent;
pub use events::HistoryQuery;
pub use log::{
    Change, Changes, FileLog, FolderFile, Frame, Head, LiveLog, Lock, Log, LogFault, LogFolder,
    LogImport, LogSettings, MemoryLog, Opener, Payload, Sealer, Tag,
};
pub use migrate::row_of_format_1;
pub use opening::Opening;
pub use place::{Found, StateFile};
pub use rebuild::Rebuilt;
pub use redb::StorageBackend;
pub use run_lock::RunLock;
use segment::Tables;
pub use segment::{EventRow, SEGMENTS_FOLDER};
use shared::Shared;
pub use snapshot::Snapshot;
pub use source::{BaseFile, BaseRows, SegmentFile, Writes, body_path, needed_from, rows_with};
pub use stopwatch::DiskStep;
pub use table::{ByteTable, Table, key, key_parts, key_prefix, key_text};
pub use tx::{LayeredTx, Tx};
pub use writer::Committed;
use writer::Writer;

/// An open data directory.
pub struct Store {
    // Stopped in this order.
    writer: Writer,
    checkpointer: Checkpointer,
    shared: Arc<Shared>,
    bodies: Bodies,
    folder: PathBuf,
    tables: Mutex<BTreeMap<String, Arc<Tables>>>,
    sealing: Mutex<()>,
}

impl Store {
    /// A snapshot of the committed state.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(self.shared.snapshot())
    }

    /// Runs `job` on the writer and commits its writes and events as one.
    ///
    /// The receipt returns the job's result only once all of it is durable. An error means that
    /// none of it happened; only if the disk fails during the commit itself may the whole job turn
    /// out to be done: before the next commit, once the log is readable again, or after the next
    /// start. A job that panics leaves nothing behind. Rejected with
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

    /// What the store does for itself and fails at, at the moment.
    pub fn upkeep(&self) -> Upkeep {
        self.checkpointer.upkeep()
    }

    /// Reports the duration of disk operations from now on, to one observer, which must not block.
    pub fn observe(
        &self,
        clock: types::Clock,
        observer: impl Fn(DiskStep, u64) + Send + Sync + 'static,
    ) {
        self.shared.stopwatch.watch(clock, Box::new(observer));
    }

    /// Bytes of the log, of the state file, of its bases and of all segments, as the file system counts them.
    pub fn bytes(&self) -> Result<StoreBytes, StoreError> {
        let state = std::fs::metadata(self.folder.join(copy::STATE_FILE));
        let state = state.map_or(0, |found| found.len());
        let mut segments = 0_u64;
        let folder = self.folder.join(SEGMENTS_FOLDER);
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            segments = segments.saturating_add(entry?.metadata()?.len());
        }
        let bases = bases::bases(&self.folder)?;
        let bases = bases.iter().fold(0_u64, |sum, base| sum.saturating_add(base.bytes));
        Ok(StoreBytes { log: self.shared.log.bytes()?, state, bases, segments })
    }

    /// Events that are not in a segment yet.
    pub fn tail_len(&self) -> Result<u64, StoreError> {
        let view = self.snapshot()?;
        Ok(view.next_seq().saturating_sub(sealed::Sealed::of(&view)?.next_seq()))
    }

    /// The position of the newest frame of the log that the state shows.
    pub fn position(&self) -> u64 {
        self.shared.view().point.head.position
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
        self.checkpointer.stop();
    }
}

/// How large a store is, without its objects' bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreBytes {
    /// Of the log.
    pub log: u64,
    /// Of the state file.
    pub state: u64,
    /// Of the two bases of the state.
    pub bases: u64,
    /// Of the segments of sealed events.
    pub segments: u64,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("folder", &self.folder).finish_non_exhaustive()
    }
}
