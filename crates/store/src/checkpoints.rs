//! When the copy takes what the log has.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use types::Entropy;

use crate::copy::CopyRows;
use crate::shared::Shared;
use crate::tx::Rows;
use crate::view::View;
use crate::{Opening, StoreError, bases, cursors, migrate, proof};

/// Bytes of writes from which on the copy takes them at once.
const WRITES_BYTES: usize = 4 << 20;
/// The longest time that the copy stays behind.
const PAUSE: Duration = Duration::from_secs(1);
/// Frames between two checkpoints that the writer makes itself.
const FRAMES: u64 = 4;
/// A new base is due when the log has the bytes of its settings, and this many times those of the
/// newest base.
const LOG_TIMES_BASE: u64 = 4;

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
}

#[derive(Debug, Default)]
struct State {
    is_wanted: bool,
    is_over: bool,
    /// Attempts so far, and how the last one ended.
    attempts: u64,
    last: Option<StoreError>,
}

impl Checkpoints {
    pub(crate) fn new(shared: Arc<Shared>, pace: Pace, folder: &Path, with: &Opening) -> Self {
        Self {
            shared,
            pace,
            folder: folder.to_owned(),
            entropy: with.entropy.clone(),
            base_bytes: with.log.base_bytes,
            state: Mutex::default(),
            changed: Condvar::new(),
            is_basing: AtomicBool::new(false),
            base: Mutex::default(),
        }
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
            Pace::Writer if view.point.head.position.is_multiple_of(FRAMES) => {
                // What it could not take now it takes next time.
                let _ = self.attempt();
            }
            Pace::Thread | Pace::Writer | Pace::Never => {}
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
            let _ = self.attempt();
            self.keep_house(is_over);
            if is_over {
                return;
            }
        }
    }
}

impl Checkpoints {
    /// Makes room in the log, and ready what it needs next.
    fn keep_house(self: &Arc<Self>, is_over: bool) {
        let kept = self.shared.log.prepare().and_then(|()| {
            if self.shared.view().copy.applied.head.position > 0 {
                migrate::delete_kept(&self.folder)?;
            }
            let is_due = !is_over && self.is_base_due()?;
            if is_due && !self.is_basing.swap(true, Ordering::AcqRel) {
                let own = Arc::clone(self);
                let thread = std::thread::Builder::new().name("store-base".into());
                let thread = thread.spawn(move || own.make_base())?;
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
        Ok(self.shared.log.bytes()? >= wanted && since >= wanted / 2)
    }

    fn make_base(&self) {
        // The engine may stumble over bytes that it never wrote.
        if catch_unwind(AssertUnwindSafe(|| self.try_base())).is_err() {
            tracing::error!("writing a base panicked; the log keeps its frames");
        }
        self.is_basing.store(false, Ordering::Release);
    }

    fn try_base(&self) {
        let rows = Arc::clone(&self.shared.view().copy);
        self.shared.bytes_since_base.store(0, Ordering::Relaxed);
        let made = self.write_base(&rows).and_then(|()| self.trim());
        if let Err(error) = made {
            let chain = types::error_chain(&error);
            tracing::error!(error = chain, "cannot write a base; the log keeps its frames");
        }
    }

    fn write_base(&self, rows: &CopyRows) -> Result<(), StoreError> {
        let shared = &self.shared;
        // A row that was changed past the log must not become part of what proves the others.
        let (shown, head) = (Rows::range(&rows.state, &[], None)?, rows.applied.head);
        let log = shared.log.as_ref();
        let found = proof::difference(&self.folder, log, &shared.keyring, shown, head)?;
        if let Some(finding) = found {
            return Err(StoreError::corrupt(finding));
        }
        let is_over = || self.state().is_over;
        bases::write(&self.folder, rows, &shared.keyring, &self.entropy, &is_over)
    }

    /// Deletes what lies before the older base, is in segments, and is in the backups that follow
    /// the log.
    fn trim(&self) -> Result<(), StoreError> {
        let all = bases::bases(&self.folder)?;
        let [older, _] = all.as_slice() else { return Ok(()) };
        let sealed = self.shared.kept_from.load(Ordering::Acquire);
        let log = self.shared.log.as_ref();
        let needed = cursors::needed_from(&self.folder, log.bytes()?)?.unwrap_or(u64::MAX);
        log.trim(older.position.saturating_add(1).min(sealed).min(needed))
    }
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
