//! The duration of each stage of a task.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::out;

/// The real clock.
#[expect(clippy::disallowed_methods, reason = "a chore runs on the clock of its machine")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The completed stages, in order.
#[derive(Debug, Default)]
pub(crate) struct Stages(Vec<(&'static str, Duration)>);

impl Stages {
    /// Runs a stage and measures its duration, whether it fails or not.
    pub(crate) fn run<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let began = now();
        let done = work();
        self.took(name, began.elapsed());
        done
    }

    /// Records a stage that ran concurrently.
    pub(crate) fn took(&mut self, name: &'static str, time: Duration) {
        self.0.push((name, time));
    }

    /// Prints the duration of each stage in seconds.
    pub(crate) fn print(&self) {
        for (name, time) in &self.0 {
            out::note(&format!("{:>8.1} s  {name}", time.as_secs_f64()));
        }
    }
}
