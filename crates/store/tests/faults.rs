//! A disk that fails: what it failed at does not become part of the store, and the rest goes on.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail like the test")]

use std::path::Path;

use store::{Store, StoreError, Table};
use testkit::{Dice, Disk, DiskFault, Part};

const ROWS: Table<u32> = Table::new("test.row");

fn open(folder: &Path, disk: &Disk) -> Result<Store, StoreError> {
    disk.store(folder, &testkit::opening(3))
}

fn put(store: &Store, key: &'static str, value: u32) -> Result<(), StoreError> {
    store.submit(move |tx| (ROWS.put(tx, key, &value), Vec::new())).wait()?
}

fn read(store: &Store, key: &str) -> Option<u32> {
    ROWS.get(&store.snapshot().unwrap().tx(), key).unwrap()
}

/// A copy that cannot be written to goes on being read, and is written to later.
#[test]
fn readers_survive_a_failed_checkpoint() {
    for fault in [DiskFault::Write, DiskFault::Sync] {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::with_power());
        let store = open(folder.path(), &disk).unwrap();
        put(&store, "a", 1).unwrap();
        disk.fail(Part::State, fault);
        // A checkpoint follows every few frames.
        let mut failed = 0;
        for value in 0..6 {
            put(&store, "b", value).unwrap();
            failed = failed.max(store.upkeep().failed_checkpoints);
        }
        assert_eq!((disk.repair(), failed), (0, 1), "{fault:?} has happened");
        assert_eq!((read(&store, "a"), read(&store, "b")), (Some(1), Some(5)));
        (6..20).for_each(|value| put(&store, "b", value).unwrap());
        assert_eq!(store.upkeep().failed_checkpoints, 0);
        assert_eq!((read(&store, "a"), read(&store, "b")), (Some(1), Some(19)));
        drop(store);
        disk.lose_power(&Dice::new(1));
        let store = open(folder.path(), &disk).unwrap();
        assert_eq!((read(&store, "a"), read(&store, "b")), (Some(1), Some(19)));
        assert_eq!(store.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
    }
}
