//! When the copy takes what the log has.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use types::Entropy;

use crate::copy_rows::CopyRows;
use crate::shared::Shared;
use crate::tx::Rows;
use crate::view::View;
use crate::{StoreError, bases, cursors, leftovers, proof};

/// Bytes of writes from which on the copy takes them at once.
const WRITES_BYTES: usize = 4 << 20;
/// The longest time that the copy stays behind.
const PAUSE: Duration = Duration::from_secs(1);
/// Frames between two checkpoints that the writer makes itself.
const FRAMES: u64 = 4;
/// A new base is due when the log has the bytes from which on bases are written, and this many times those of the
/// newest base.
const LOG_TIMES_BASE: u64 = 4;
/// Rounds after which a base that failed is tried again: about as many seconds.
const BASE_WAITS: u32 = 60;
/// The niceness of the thread that makes a base: calls go first, and a base still gets a tenth of
/// what one of them gets.
#[cfg(target_os = "linux")]
const BASE_NICENESS: i32 = 10;

/// Who makes the checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A thread of their own: small and often.
    Thread,
    /// The writer, after every few frames: the same work in the same order at every run.
    Writer,
    /// None are made: the state is being examined.
    Never,
}

/// Asks for checkpoints, and waits for them.
pub(crate) struct Checkpoints {
    shared: Arc<Shared>,
    pace: Pace,
    folder: PathBuf,
    entropy: Entropy,
    /// Of the log, from which on bases are written.
    base_bytes: u64,
    state: Mutex<State>,
    changed: Condvar,
    /// A base is being written.
    is_basing: AtomicBool,
    base: Mutex<Option<JoinHandle<()>>>,
    /// What earlier starts left is deleted.
    is_tidy: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    is_wanted: bool,
    is_over: bool,
    /// Attempts so far, and how the last one ended.
    attempts: u64,
    last: Option<StoreError>,
    failures: Upkeep,
    /// Rounds until a base that failed is tried again.
    base_waits: u32,
}

/// What a store does for itself, and how often in a row it has failed at it by now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Checkpoints: the copy takes what the log has. Without them the log is replayed for longer
    /// at a start, and commits wait in the end.
    pub failed_checkpoints: u64,
    /// Bases. Without them the log grows.
    pub failed_bases: u64,
}

impl Checkpoints {
    pub(crate) fn new(
        shared: Arc<Shared>,
        pace: Pace,
        folder: &Path,
        entropy: &Entropy,
        base_bytes: u64,
    ) -> Self {
        Self {
            shared,
            pace,
            folder: folder.to_owned(),
            entropy: entropy.clone(),
            base_bytes,
            state: Mutex::default(),
            changed: Condvar::new(),
            is_basing: AtomicBool::new(false),
            base: Mutex::default(),
            is_tidy: AtomicBool::new(false),
        }
    }

    /// What fails at the moment.
    pub(crate) fn upkeep(&self) -> Upkeep {
        self.state().failures
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writer has made `view` current.
    pub(crate) fn note_commit(&self, view: &View) {
        match self.pace {
            Pace::Thread if view.recent_bytes > WRITES_BYTES || !self.shared.log.is_prepared() => {
                let mut state = self.state();
                if !state.is_wanted {
                    state.is_wanted = true;
                    self.changed.notify_all();
                }
            }
            Pace::Writer => {
                let is_due = view.point.head.position.is_multiple_of(FRAMES);
                // What it could not take now it takes next time.
                if is_due || self.upkeep().failed_checkpoints > 0 {
                    let _ = self.attempt();
                }
            }
            Pace::Thread | Pace::Never => {}
        }
    }

    /// Waits until another attempt has ended, and returns how.
    pub(crate) fn wait_for_one(&self) -> Result<(), StoreError> {
        if self.pace != Pace::Thread {
            return self.attempt();
        }
        let mut state = self.state();
        let before = state.attempts;
        state.is_wanted = true;
        self.changed.notify_all();
        while state.attempts == before && !state.is_over {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.last.clone().map_or(Ok(()), Err)
    }

    fn attempt(&self) -> Result<(), StoreError> {
        // The engine may stumble over bytes that it never wrote.
        let taken = catch_unwind(AssertUnwindSafe(|| self.shared.checkpoint()));
        let taken = taken.unwrap_or_else(|_| Err(StoreError::engine("a checkpoint panicked")));
        if let Err(error) = &taken {
            let chain = types::error_chain(error);
            tracing::error!(error = chain, "a checkpoint failed; the log has everything");
            if error.is_full() {
                // Failure to free space shows when the next one fails.
                let _ = self.shared.reserve.release();
            }
        }
        let mut state = self.state();
        state.attempts = state.attempts.saturating_add(1);
        let failures = &mut state.failures.failed_checkpoints;
        *failures = if taken.is_ok() { 0 } else { failures.saturating_add(1) };
        state.last = taken.as_ref().err().cloned();
        self.changed.notify_all();
        taken
    }

    fn run(self: &Arc<Self>) {
        loop {
            let state = self.state();
            let is_idle = |state: &mut State| !state.is_wanted && !state.is_over;
            let waited = self.changed.wait_timeout_while(state, PAUSE, is_idle);
            let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            state.is_wanted = false;
            let is_over = state.is_over;
            drop(state);
            // What failed is tried again after the next pause.
            let taken = self.attempt();
            if taken.is_ok() {
                self.tidy();
            }
            self.keep_house(is_over);
            if is_over {
                return;
            }
        }
    }
}

impl Checkpoints {
    /// Deletes what is not needed once the copy is known to be good, and was written to.
    fn tidy(&self) {
        if self.is_tidy.load(Ordering::Relaxed)
            || self.shared.view().copy.applied.head.position == 0
        {
            return;
        }
        if let Err(error) = leftovers::delete(&self.folder) {
            let chain = types::error_chain(&error);
            tracing::warn!(error = chain, "cannot delete the state file as it was before");
        }
        self.is_tidy.store(true, Ordering::Relaxed);
    }

    /// Makes room in the log, and ready what it needs next.
    fn keep_house(self: &Arc<Self>, is_over: bool) {
        let kept = self.shared.log.prepare().and_then(|()| {
            let is_due = !is_over && self.is_base_due()?;
            if is_due && !self.is_basing.swap(true, Ordering::AcqRel) {
                let own = Arc::clone(self);
                let thread = std::thread::Builder::new().name("store-base".into());
                let thread = thread.spawn(move || {
                    give_way();
                    own.make_base();
                })?;
                *self.base.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
            }
            Ok(())
        });
        // On a full disk there is no room for the next file, which is reported elsewhere.
        if let Err(error) = kept.or_else(|error| if error.is_full() { Ok(()) } else { Err(error) })
        {
            let chain = types::error_chain(&error);
            tracing::warn!(error = chain, "cannot prepare the log for what comes next");
        }
    }

    /// Whether the log is long, and has frames that no base contains yet.
    fn is_base_due(&self) -> Result<bool, StoreError> {
        let newest = bases::bases(&self.folder)?.pop();
        let bytes = newest.as_ref().map_or(0, |base| base.bytes.saturating_mul(LOG_TIMES_BASE));
        let since = self.shared.bytes_since_base.load(Ordering::Relaxed);
        let wanted = bytes.max(self.base_bytes);
        let mut state = self.state();
        state.base_waits = state.base_waits.saturating_sub(1);
        let is_failed = state.failures.failed_bases > 0;
        let is_time = if is_failed { state.base_waits == 0 } else { since >= wanted / 2 };
        drop(state);
        Ok(is_time && self.shared.log.bytes()? >= wanted)
    }

    fn make_base(&self) {
        // The engine may stumble over bytes that it never wrote.
        let made = catch_unwind(AssertUnwindSafe(|| self.try_base()));
        let made = made.unwrap_or_else(|_| Err(StoreError::engine("writing a base panicked")));
        let mut state = self.state();
        // What the end of the server ends has not failed.
        if let Err(error) = made
            && !state.is_over
        {
            let chain = types::error_chain(&error);
            tracing::error!(error = chain, "cannot write a base; the log keeps its frames");
            state.failures.failed_bases = state.failures.failed_bases.saturating_add(1);
            state.base_waits = BASE_WAITS;
        } else {
            state.failures.failed_bases = 0;
        }
        drop(state);
        self.is_basing.store(false, Ordering::Release);
    }

    fn try_base(&self) -> Result<(), StoreError> {
        let rows = Arc::clone(&self.shared.view().copy);
        self.shared.bytes_since_base.store(0, Ordering::Relaxed);
        self.write_base(&rows)?;
        self.trim()
    }

    fn write_base(&self, rows: &CopyRows) -> Result<(), StoreError> {
        let shared = &self.shared;
        // A row that was changed past the log must not become part of what proves the others.
        let (shown, head) = (rows.range(&[], None)?, rows.applied.head);
        let log = shared.log.as_ref();
        let found = proof::difference(&self.folder, log, &shared.keyring, shown, head)?;
        if let Some(finding) = found {
            return Err(StoreError::corrupt(finding));
        }
        let permission = |bytes| {
            if self.state().is_over {
                return Err(StoreError::stopped());
            }
            shared.reserve.expect_room_for(bytes)
        };
        bases::write(&self.folder, rows, &shared.keyring, &self.entropy, &permission)
    }

    /// Deletes what lies before the older base, is in segments, and is in the backups that follow
    /// the log.
    fn trim(&self) -> Result<(), StoreError> {
        let all = bases::bases(&self.folder)?;
        let [older, _] = all.as_slice() else { return Ok(()) };
        let sealed = self.shared.kept_from.load(Ordering::Acquire);
        let log = self.shared.log.as_ref();
        let needed = cursors::needed_from(&self.folder, &|position| log.bytes_after(position))?;
        let needed = needed.unwrap_or(u64::MAX);
        log.trim(older.position.saturating_add(1).min(sealed).min(needed))
    }
}

/// Lets other threads of the machine go before this one, as far as the system can.
fn give_way() {
    // Without it, work in the background only takes its share of the cores.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), BASE_NICENESS);
}

impl fmt::Debug for Checkpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoints").field("pace", &self.pace).finish_non_exhaustive()
    }
}

/// The thread of checkpoints, if they have one.
pub(crate) struct Checkpointer {
    checkpoints: Arc<Checkpoints>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Checkpointer {
    /// What fails at the moment.
    pub(crate) fn upkeep(&self) -> Upkeep {
        self.checkpoints.upkeep()
    }

    pub(crate) fn start(checkpoints: Arc<Checkpoints>) -> Result<Self, StoreError> {
        let own = Arc::clone(&checkpoints);
        let thread = match checkpoints.pace {
            Pace::Thread => Some(
                std::thread::Builder::new().name("store-copy".into()).spawn(move || own.run())?,
            ),
            Pace::Writer | Pace::Never => None,
        };
        Ok(Self { checkpoints, thread: Mutex::new(thread) })
    }

    /// Makes the last checkpoint and ends. To be called once nothing is written any more.
    pub(crate) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.checkpoints.state().is_over = true;
        self.checkpoints.changed.notify_all();
        match thread {
            // A panic of the thread loses nothing: the log has everything.
            Some(thread) => {
                drop(thread.join());
                let base =
                    self.checkpoints.base.lock().unwrap_or_else(PoisonError::into_inner).take();
                base.map(JoinHandle::join);
            }
            None if self.checkpoints.pace == Pace::Writer => drop(self.checkpoints.attempt()),
            None => {}
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{Opening, Store, Table};

    const ROWS: Table<u32> = Table::new("test.row");

    fn open(folder: &Path) -> Store {
        let store = Store::open(folder, &Opening::for_tests()).unwrap();
        store.submit(|tx| (ROWS.put(tx, "a", &1), Vec::new())).wait().unwrap().unwrap();
        store
    }

    /// What earlier starts and rebuilds left goes once this start's state is durable.
    #[test]
    fn leftovers_are_deleted_after_a_good_start() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()));
        let files = ["state.redb.1", "state.redb.1.new", "state.redb.replaced"];
        let files = files.into_iter().chain(["state.redb.replaced.2"]);
        for name in files.clone() {
            fs::write(folder.path().join(name), b"old").unwrap();
        }
        fs::create_dir(folder.path().join("rebuilding")).unwrap();
        open(folder.path()).shut_down();
        for name in files.chain(["rebuilding"]) {
            assert!(!folder.path().join(name).exists(), "{name}");
        }
        assert!(folder.path().join("state.redb").exists());
    }

    /// A base that fails is counted until one is written.
    #[test]
    fn bases_that_fail_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        store.shared.checkpoint().unwrap();
        let in_the_way = folder.path().join(bases::BASES_FOLDER);
        fs::write(&in_the_way, b"a file").unwrap();
        for failed in 1..3 {
            store.checkpointer.checkpoints.make_base();
            assert_eq!(store.upkeep().failed_bases, failed);
        }
        fs::remove_file(in_the_way).unwrap();
        store.checkpointer.checkpoints.make_base();
        assert_eq!(store.upkeep(), Upkeep::default());
        assert_eq!(bases::bases(folder.path()).unwrap().len(), 1);
    }
}
