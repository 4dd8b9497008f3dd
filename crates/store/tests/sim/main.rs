//! The simulator of the store: seeded lives on a disk that loses power, fails and is full.
//!
//! What was acknowledged is there, nothing is there by half, numbers have no gaps, and the copy is
//! what the log makes it. `SIM_SEEDS=10000` lives that many lives of each kind instead of a few,
//! `SIM_FROM` begins with another seed: `cargo xtask sim` sets both.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may fail"
)]

mod instants;
mod jobs;
mod lives;
mod logs;
mod repeat;

use std::panic::{catch_unwind, resume_unwind};

/// Lives of each kind without `SIM_SEEDS`.
const SEEDS: u64 = 100;

/// The seeds to live.
fn seeds() -> impl Iterator<Item = u64> {
    let number = |name: &str| std::env::var_os(name).and_then(|text| text.to_str()?.parse().ok());
    let from: u64 = number("SIM_FROM").unwrap_or(0);
    from..from + number("SIM_SEEDS").unwrap_or(SEEDS)
}

/// Lives each seed; a failing one is printed.
#[expect(clippy::print_stdout, reason = "a failing seed is printed")]
fn each_seed(live: impl Fn(u64) + std::panic::RefUnwindSafe) {
    for seed in seeds() {
        if let Err(panic) = catch_unwind(|| live(seed)) {
            println!("seed {seed}");
            resume_unwind(panic);
        }
    }
}
