//! A life can be lived again.

use testkit::{Dice, Disk, DiskFault, Part};

use crate::jobs::Jobs;
use crate::lives::open;

/// The bytes of the log after a life with failures and crashes.
fn live(seed: u64) -> Vec<(String, Vec<u8>)> {
    let dice = Dice::new(seed);
    let (folder, disk, mut jobs) =
        (tempfile::tempdir().unwrap(), Disk::with_power(), Jobs::default());
    for start in 0..4 {
        let store = open(folder.path(), &disk, seed + start).unwrap();
        for _ in 0..12 {
            match dice.below(8) {
                0 => disk.fail(Part::Log, DiskFault::Write),
                1 => disk.fail(Part::Log, DiskFault::Sync),
                _ => {}
            }
            jobs.run_some(&store, &dice);
        }
        disk.repair();
        drop(store);
        disk.lose_power(&dice);
    }
    disk.log_bytes()
}

#[test]
fn the_same_seed_makes_the_same_log() {
    for seed in 0..4 {
        let [one, two] = [(); 2].map(|()| live(seed));
        assert!(one.len() > 3, "{} files", one.len());
        assert_eq!(one.len(), two.len());
        for (one, two) in one.iter().zip(&two) {
            assert!(one == two, "seed {seed}: `{}` and `{}`", one.0, two.0);
        }
    }
    assert!(live(5) != live(6), "another seed is another life");
}
