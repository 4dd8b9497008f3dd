//! How long each part of a chore takes.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::out;

/// The clock that people wait by.
#[expect(clippy::disallowed_methods, reason = "a chore runs on the clock of its machine")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The parts that have ended, in their order.
#[derive(Debug, Default)]
pub(crate) struct Stages(Vec<(&'static str, Duration)>);

impl Stages {
    /// Does a part and takes its time, whether it fails or not.
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

    /// Notes a part that ran beside others.
    pub(crate) fn took(&mut self, name: &'static str, time: Duration) {
        self.0.push((name, time));
    }

    /// Says how many seconds each part took.
    pub(crate) fn tell(&self) {
        for (name, time) in &self.0 {
            out::say(&format!("{:>8.1} s  {name}", time.as_secs_f64()));
        }
    }
}
