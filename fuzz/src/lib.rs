//! Fuzzing: runs every parser of untrusted input on mutated input, for any length of time.
//!
//! A [`Target`] is a function from bytes that must neither panic nor be slow; it asserts its other
//! promises. [`fuzz`] mutates the target's seeds, runs it, and returns the first [`Failure`],
//! minimized. It needs no instrumentation and so no other compiler: instead of coverage, a target
//! returns a [`Way`], a number for what it did with the input, and inputs that took a new path
//! become seeds.
//!
//! The same seed gives the same inputs. Every input that ever failed stays in `regressions/TARGET/`
//! and is run by the tests.
//!
//! ```text
//! cargo nextest run -p fuzz                              each target, briefly
//! FUZZ_ITERATIONS=100000 cargo nextest run -p fuzz       each target, longer
//! cargo run -p fuzz --release -- --seconds 600 chunks    one target, ten minutes, another seed
//! ```
//!
//! Reading order: [`Target`], [`TARGETS`], [`fuzz`], `mutator.rs`, then a target.
//!
//! ```
//! use fuzz::{Budget, Target, Way, fuzz};
//! fn run(input: &[u8]) -> Way {
//!     assert!(!input.windows(2).any(|two| two == b"!!"), "two of them");
//!     Way(0)
//! }
//! let target = Target { run, ..Target::new("example", || vec![b"a!b".to_vec()]) };
//! let failure = fuzz(&target, Budget::Iterations(10_000), 1).unwrap_err();
//! assert_eq!(failure.input, b"!!");
//! ```
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a panic is how a target reports"
)]

mod fuzzer;
mod mutator;
mod random;
mod targets;
mod way;

pub use fuzzer::{Budget, Failure, fuzz, run_once};
pub use targets::TARGETS;
pub use way::Way;

/// A parser of untrusted bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name on the command line and under `regressions/`.
    pub name: &'static str,
    /// Inputs it understands.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Texts that mean something to it.
    pub words: &'static [&'static str],
    /// The longest input, in bytes.
    pub bytes_max: usize,
    /// How many iterations of a plain parser one iteration costs.
    pub cost: u64,
    /// Reads one input. Panics when a promise is broken.
    pub run: fn(&[u8]) -> Way,
}

impl Target {
    /// A cheap target that does nothing yet.
    pub const fn new(name: &'static str, seeds: fn() -> Vec<Vec<u8>>) -> Self {
        Self { name, seeds, words: &[], bytes_max: 4_096, cost: 1, run: |_| Way(0) }
    }
}
