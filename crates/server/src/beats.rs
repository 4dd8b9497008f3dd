//! Signs of life: whether everything that runs by itself still runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use types::{Clock, MINUTE_MS};

/// How long a worker may be without a heartbeat, in milliseconds. It wakes at least every minute; a
/// longer step sends heartbeats while it works.
const SILENCE_MS_MAX: u64 = 10 * MINUTE_MS;

/// Whether a server's workers are alive, for the process supervisor.
#[derive(Debug, Clone)]
pub struct Alive(pub(crate) Beats);

impl Alive {
    /// The workers that have shown no sign of life for too long; liveness fails on the first.
    pub fn silent_workers(&self) -> Vec<&'static str> {
        self.0.missing()
    }
}

/// The beats of all workers.
#[derive(Debug, Clone)]
pub(crate) struct Beats {
    clock: Clock,
    all: Arc<[(&'static str, Beat)]>,
}

/// One worker's latest sign of life.
#[derive(Debug, Clone)]
pub(crate) struct Beat {
    clock: Clock,
    at_ms: Arc<AtomicU64>,
}

impl Beats {
    /// All workers, alive now.
    pub(crate) fn new(clock: &Clock, names: impl IntoIterator<Item = &'static str>) -> Self {
        let beat = |name| {
            let at_ms = Arc::new(AtomicU64::new(clock.elapsed_ms()));
            (name, Beat { clock: clock.clone(), at_ms })
        };
        Self { clock: clock.clone(), all: names.into_iter().map(beat).collect() }
    }

    /// Each worker's name and beat.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, Beat)> {
        self.all.iter().map(|(name, beat)| (*name, beat.clone()))
    }

    /// The workers that have been silent for too long.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let now_ms = self.clock.elapsed_ms();
        let silent = |(_, beat): &&(&'static str, Beat)| {
            now_ms.saturating_sub(beat.at_ms.load(Ordering::Relaxed)) > SILENCE_MS_MAX
        };
        self.all.iter().filter(silent).map(|(name, _)| *name).collect()
    }
}

impl Beat {
    /// Shows that the worker is alive.
    pub(crate) fn beat(&self) {
        self.at_ms.store(self.clock.elapsed_ms(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use types::Timestamp;

    use super::*;

    /// Ten minutes of silence are too long; a late beat is a beat.
    #[test]
    fn a_silent_worker_is_missing() {
        let clock = Clock::manual(Timestamp::from_secs(1_000));
        let beats = Beats::new(&clock, ["delivery", "keys"]);
        let delivery = beats.each().find(|(name, _)| *name == "delivery").unwrap().1;
        clock.advance_ms(SILENCE_MS_MAX);
        assert_eq!(beats.missing(), Vec::<&str>::new());
        delivery.beat();
        clock.advance_ms(1);
        assert_eq!(beats.missing(), ["keys"]);
        clock.advance_ms(SILENCE_MS_MAX);
        assert_eq!(beats.missing(), ["delivery", "keys"]);
        delivery.beat();
        assert_eq!(beats.missing(), ["keys"]);
    }
}
