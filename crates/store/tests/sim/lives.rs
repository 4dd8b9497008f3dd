//! Lives of a whole store: what was acknowledged survives, and the rest is there completely or not
//! at all.

use std::path::Path;

use store::{LogSettings, Opening, Store, StoreError};
use testkit::{Dice, Disk, DiskFault, Part};

use crate::each_seed;
use crate::jobs::{Jobs, remembered, submit};

/// Small log files, so that many are begun.
pub(crate) fn opening(seed: u64) -> Opening {
    let log = LogSettings { first_file_bytes: 16 << 10, file_bytes: 64 << 10 };
    Opening { log, ..testkit::opening(seed) }
}

pub(crate) fn open(folder: &Path, disk: &Disk, seed: u64) -> Result<Store, StoreError> {
    disk.store(folder, &opening(seed))
}

/// Works until the power fails.
fn work(store: &Store, disk: &Disk, dice: &Dice, jobs: &mut Jobs) {
    for _ in 0..200 {
        let sealed = if dice.below(40) == 0 { store.seal(1) } else { Ok(0) };
        if sealed.is_err() || !jobs.run_some(store, dice) {
            assert!(!disk.has_power(), "calls fail only without power: {sealed:?}");
            return;
        }
    }
}

fn lose_power(seed: u64) {
    let dice = Dice::new(seed);
    let (folder, disk, mut jobs) = (tempfile::tempdir().unwrap(), Disk::default(), Jobs::default());
    for start in 0..3 {
        disk.power(5 + dice.below(400));
        if let Ok(store) = open(folder.path(), &disk, seed + start) {
            work(&store, &disk, &dice, &mut jobs);
        }
        disk.lose_power(&dice);
        disk.power(u64::MAX);
        jobs.check(&open(folder.path(), &disk, seed + 10 + start).unwrap());
    }
}

#[test]
fn a_power_failure_loses_nothing_acknowledged() {
    each_seed(lose_power);
}

/// Something fails once, or the disk is full for a while; then it works again, and loses power in
/// the end.
fn fail(seed: u64) {
    let dice = Dice::new(seed);
    let (folder, disk, mut jobs) =
        (tempfile::tempdir().unwrap(), Disk::with_power(), Jobs::default());
    let mut store = open(folder.path(), &disk, seed).unwrap();
    for step in 0..30 {
        let part = [Part::Log, Part::State][dice.below(2) as usize];
        match dice.below(12) {
            0..=1 => disk.fail(part, DiskFault::Write),
            2..=3 => disk.fail(part, DiskFault::Sync),
            4 => disk.fail(part, DiskFault::Read),
            5 => disk.fail(Part::Log, DiskFault::Remove),
            6 => disk.limit(Some(disk.bytes() + dice.below(60_000))),
            7 => {
                // What the engine fails to sync while it closes or opens a file no process can see
                // later: a state file that is damaged then is replaced by `rebuild`.
                disk.repair();
                let faults = [DiskFault::Write, DiskFault::Sync, DiskFault::Read];
                if dice.below(2) == 0 {
                    disk.fail(Part::Log, faults[dice.below(3) as usize]);
                }
                let is_doubtful = store.upkeep().failed_checkpoints > 0;
                drop(store);
                if is_doubtful || dice.below(2) == 0 {
                    disk.lose_power(&dice);
                }
                store = open(folder.path(), &disk, seed + step).unwrap_or_else(|_| {
                    disk.repair();
                    disk.limit(None);
                    open(folder.path(), &disk, seed + step).unwrap()
                });
            }
            8 => drop(store.seal(1)),
            _ => {}
        }
        for _ in 0..dice.below(4) {
            jobs.run_some(&store, &dice);
        }
        if dice.below(3) == 0 {
            disk.repair();
            disk.limit(None);
            store.hold_reserve().unwrap();
            // Another call may still get the error of the failure.
            jobs.run_some(&store, &dice);
            assert!(jobs.run_some(&store, &dice), "a repaired disk is written to");
            jobs.check(&store);
        }
    }
    disk.repair();
    disk.limit(None);
    drop(store);
    disk.lose_power(&dice);
    jobs.check(&open(folder.path(), &disk, seed + 100).unwrap());
}

#[test]
fn a_failing_disk_loses_nothing_acknowledged() {
    each_seed(fail);
}

/// A failing disk: every waiting call gets an error, nothing is changed, and the next start finds
/// everything that was confirmed before.
#[test]
fn a_failed_commit_answers_every_call_with_the_error() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::with_power());
    let submit = |store: &Store, number| submit(store, number, 100, || ());
    let store = open(folder.path(), &disk, 3).unwrap();
    for number in 0..10 {
        submit(&store, number).wait().unwrap();
    }
    disk.power(0);
    let waiting: Vec<_> = (10..20).map(|number| submit(&store, number)).collect();
    for call in waiting {
        let error = call.wait().unwrap_err().to_string();
        assert!(!error.contains("shut down"), "{error}");
    }
    disk.power(u64::MAX);
    drop(store);
    let store = open(folder.path(), &disk, 4).unwrap();
    assert_eq!(remembered(&store), (0..10).collect());
    submit(&store, 10).wait().unwrap();
    assert_eq!(remembered(&store), (0..=10).collect());
}
