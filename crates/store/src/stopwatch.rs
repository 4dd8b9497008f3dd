//! Durations of disk operations, for an observer.

use std::fmt;
use std::sync::{Arc, OnceLock};

use types::Clock;

/// What waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskStep {
    /// An append of a frame to the log, with its fsync.
    Commit,
    /// A checkpoint of the copy, with its fsyncs.
    Checkpoint,
    /// The fsync of an object's body.
    BodySync,
}

/// Receives an operation and its duration in microseconds.
type Observer = Box<dyn Fn(DiskStep, u64) + Send + Sync>;

/// Measures nothing until there is an observer. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Stopwatch(Arc<OnceLock<(Clock, Observer)>>);

impl fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopwatch").field("watched", &self.0.get().is_some()).finish()
    }
}

impl Stopwatch {
    /// Begins to measure. A second observer is not heard.
    pub(crate) fn watch(&self, clock: Clock, observer: Observer) {
        let _ = self.0.set((clock, observer));
    }

    /// Does the work and reports how long it took.
    pub(crate) fn time<T>(&self, step: DiskStep, work: impl FnOnce() -> T) -> T {
        let Some((clock, observer)) = self.0.get() else { return work() };
        let began = clock.elapsed_us();
        let done = work();
        observer(step, clock.elapsed_us().saturating_sub(began));
        done
    }
}
