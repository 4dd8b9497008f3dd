//! The four steps, with the power going after every single operation of the disk.

use crate::four_steps;
use crate::proof::check_all;
use crate::world::World;

const MINUTES: u64 = 12;
/// One of this many instants is tried; all of them with `SIM_SEEDS`.
const STRIDE: u64 = 4;

/// Runs the steps with power for this many operations; returns the total number of operations.
fn go(operations: u64) -> u64 {
    let mut world = World::new(3);
    world.adopt_pair();
    let before = world.disk.operations();
    world.disk.power(operations);
    four_steps::go(&mut world, MINUTES);
    let done = world.disk.operations() - before;
    world.settle();
    check_all(&world);
    assert!(world.starts > 1 || operations > done, "the power went");
    done
}

/// Whenever the power fails, the steps can be finished, and nothing is missing or duplicated.
#[test]
fn the_four_steps_survive_a_crash_at_any_instant() {
    let all = go(u64::MAX);
    assert!(all > 100, "{all}");
    let stride = if crate::is_thorough() { 1 } else { STRIDE };
    for operations in (0..all).step_by(stride as usize) {
        if let Err(panic) = std::panic::catch_unwind(|| go(operations)) {
            crate::print(&format!("the power goes after {operations} of {all} operations"));
            std::panic::resume_unwind(panic);
        }
    }
}
