//! The simulator: seeded lives of a whole server with faults, crashes and a moving clock. The
//! invariants are checked throughout.
//!
//! `SIM_SEEDS=1000` lives that many random lives instead of a few, and a whole year of digests;
//! `SIM_FROM` begins with a later seed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may fail"
)]

mod crash;
mod four_steps;
mod outage;
mod proof;
mod repeat;
mod replay;
mod workload;
mod world;
mod year;

use workload::{Trouble, live};
use world::World;

/// Seeds that once found something, and are lived for ever.
const REGRESSIONS: &[u64] = &[106, 112, 119, 236];
/// Random lives without `SIM_SEEDS`.
const SEEDS: u64 = 6;
/// Steps of a life.
const STEPS: u64 = 120;

/// Prints with a failing test.
#[expect(clippy::print_stdout, reason = "a failing seed is printed")]
fn print(text: &str) {
    println!("{text}");
}

/// A failing seed is printed; add it to [`REGRESSIONS`].
fn live_seed(seed: u64, trouble: Trouble) -> World {
    let lived = std::panic::catch_unwind(|| live(seed, STEPS, trouble));
    lived.unwrap_or_else(|panic| {
        print(&format!("seed {seed} with {trouble:?}"));
        std::panic::resume_unwind(panic);
    })
}

fn number(name: &str) -> Option<u64> {
    std::env::var_os(name)?.to_str()?.parse().ok()
}

fn seeds() -> u64 {
    number("SIM_SEEDS").unwrap_or(SEEDS)
}

/// Whether the long simulation was requested.
fn is_thorough() -> bool {
    std::env::var_os("SIM_SEEDS").is_some()
}

/// Without any trouble all that is selected is delivered and proven.
#[test]
fn a_quiet_life_is_recorded() {
    live_seed(1, Trouble::None);
}

/// Calls that a disk fails are refused; nothing else is lost by it, duplicated or unproved.
#[test]
fn lives_on_a_failing_disk_are_recorded() {
    let (mut refused, mut delivered) = (0, 0);
    let first = 100 + number("SIM_FROM").unwrap_or(0);
    let lives = seeds().max(SEEDS);
    for seed in first..first + lives {
        let world = live_seed(seed, Trouble::FailingDisk);
        refused += world.ledger.iter().filter(|attempt| !attempt.acknowledged).count();
        delivered += proof::read_logs(world.kit()).len();
    }
    assert!(refused > 0, "the disk failed");
    assert!(delivered as u64 > 10 * lives, "there was something to prove: {delivered}");
}

/// Despite all faults, nothing is lost, duplicated or unproved.
#[test]
fn random_lives_are_recorded() {
    let (mut starts, mut unacknowledged, mut delivered) = (0, 0, 0);
    let first = 100 + number("SIM_FROM").unwrap_or(0);
    for seed in REGRESSIONS.iter().copied().chain(first..first + seeds()) {
        let world = live_seed(seed, Trouble::All);
        starts += world.starts;
        unacknowledged += world.ledger.iter().filter(|attempt| !attempt.acknowledged).count();
        delivered += proof::read_logs(world.kit()).len();
    }
    let lives = seeds() + REGRESSIONS.len() as u64;
    assert!(starts > 4 * lives && unacknowledged > 0, "crashes: {starts}, {unacknowledged}");
    assert!(delivered as u64 > 20 * lives, "there was something to prove: {delivered}");
}
