//! One life, with the power going after every single operation of the disk: at every write, and
//! between every two syncs.

use testkit::{Dice, Disk};

use crate::jobs::Jobs;
use crate::lives::open;

/// What the unsynced data becomes, at each instant.
const CHANCES: u64 = 3;

/// Lives with power for this many operations; returns how many there were.
fn live(operations: u64, chance: u64) -> u64 {
    let dice = Dice::new(7);
    let (folder, disk, mut jobs) = (tempfile::tempdir().unwrap(), Disk::default(), Jobs::default());
    disk.power(operations);
    if let Ok(store) = open(folder.path(), &disk, 1) {
        for step in 0..14 {
            if !jobs.run_some(&store, &dice) || (step == 9 && store.seal(1).is_err()) {
                break;
            }
        }
    }
    let done = disk.operations();
    disk.lose_power(&Dice::new(operations.wrapping_mul(CHANCES).wrapping_add(chance)));
    disk.power(u64::MAX);
    let store = open(folder.path(), &disk, 2).unwrap();
    jobs.check(&store);
    assert!(jobs.run_some(&store, &dice));
    jobs.check(&store);
    done
}

#[test]
fn a_crash_at_any_instant_loses_nothing_acknowledged() {
    let all = live(u64::MAX, 0);
    assert!(all > 100, "{all}");
    for operations in 0..all {
        for chance in 0..CHANCES {
            if let Err(panic) = std::panic::catch_unwind(|| live(operations, chance)) {
                eprintln!("after {operations} operations of {all}, chance {chance}");
                std::panic::resume_unwind(panic);
            }
        }
    }
}
