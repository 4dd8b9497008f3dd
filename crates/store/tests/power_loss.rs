//! Confirmed jobs survive a power failure, and unconfirmed ones are there completely or not at all.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test's helpers may fail like the test"
)]

use std::collections::BTreeSet;
use std::path::Path;

use store::{NewEvent, Snapshot, Store, Table};
use testkit::{Dice, Disk};
use types::Timestamp;

const ROWS: Table<u64> = Table::new("test.row");
const COUNT: Table<u64> = Table::new("test.count");

fn open(folder: &Path, disk: &Disk) -> Result<Store, store::StoreError> {
    disk.store(folder, &testkit::opening(3))
}

/// Job `number`: a separate row, a shared counter, and an event with its number.
fn submit(store: &Store, number: u64, len: usize) -> store::Committed<u64> {
    store.submit(move |tx| {
        let count = COUNT.get(tx, "").unwrap().unwrap_or(0) + 1;
        COUNT.put(tx, "", &count).unwrap();
        ROWS.put(tx, number.to_be_bytes(), &number).unwrap();
        let mut body = number.to_le_bytes().to_vec();
        body.resize(8 + len, number as u8);
        (number, vec![NewEvent { time: Timestamp::from_ms(number), terms: vec![number], body }])
    })
}

/// The jobs in the store, after checking that each is complete.
fn remembered(store: &Store) -> BTreeSet<u64> {
    let view: Snapshot = store.snapshot().unwrap();
    let events = store.events_from(&view, 0, usize::MAX).unwrap();
    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=events.len() as u64).collect::<Vec<_>>(), "numbers are dense");
    assert_eq!(view.last_seq().unwrap(), events.len() as u64);
    let number = |body: &[u8]| u64::from_le_bytes(body[..8].try_into().unwrap());
    let jobs: BTreeSet<u64> = events.iter().map(|event| number(&event.body)).collect();
    assert_eq!(jobs.len(), events.len(), "no job has two events");
    let rows = ROWS.all(&view.tx(), "").unwrap();
    let rows: BTreeSet<u64> = rows.into_iter().map(|(_, row)| row).collect();
    assert_eq!(rows, jobs, "state and events tell the same");
    let count = COUNT.get(&view.tx(), "").unwrap().unwrap_or(0);
    assert_eq!(count, jobs.len() as u64);
    assert_eq!(
        store.fsck(&mut |_| {}).unwrap().iter().filter(|f| !f.contains("no segment")).count(),
        0
    );
    jobs
}

/// Submits until the power fails; adds to `tried` and `answered`.
fn work(store: &Store, dice: &Dice, tried: &mut BTreeSet<u64>, answered: &mut BTreeSet<u64>) {
    for _ in 0..200 {
        let mut waiting = Vec::new();
        for _ in 0..=dice.below(6) {
            let number = tried.len() as u64;
            tried.insert(number);
            waiting.push(submit(store, number, dice.below(3_000) as usize));
        }
        let answers: Vec<_> = waiting.into_iter().map(store::Committed::wait).collect();
        answered.extend(answers.iter().flatten());
        if answers.iter().any(Result::is_err) {
            return;
        }
        if dice.below(40) == 0 && store.seal(1).is_err() {
            return;
        }
    }
}

fn check_seed(seed: u64) {
    let dice = Dice::new(seed);
    let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::default());
    let (mut tried, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..3 {
        disk.power(5 + dice.below(300));
        if let Ok(store) = open(folder.path(), &disk) {
            work(&store, &dice, &mut tried, &mut answered);
        }
        disk.lose_power(&dice);
        disk.power(u64::MAX);
        let store = open(folder.path(), &disk).unwrap();
        let jobs = remembered(&store);
        assert!(jobs.is_superset(&answered), "all that was answered is there");
        assert!(jobs.is_subset(&tried));
        // A job that was not confirmed but survived counts as confirmed from now on.
        answered = jobs;
    }
}

/// Many seeds; a failing one is printed.
#[test]
fn a_power_failure_loses_nothing_confirmed() {
    for seed in 0..120 {
        if let Err(panic) = std::panic::catch_unwind(|| check_seed(seed)) {
            println!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// A failing disk: every waiting call gets an error, nothing is changed, and the next start finds
/// everything that was confirmed before.
#[test]
fn a_failed_commit_answers_every_call_with_the_error() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::default());
    disk.power(u64::MAX);
    let store = open(folder.path(), &disk).unwrap();
    for number in 0..10 {
        submit(&store, number, 100).wait().unwrap();
    }
    disk.power(0);
    let waiting: Vec<_> = (10..20).map(|number| submit(&store, number, 100)).collect();
    for call in waiting {
        let error = call.wait().unwrap_err().to_string();
        assert!(!error.contains("shut down"), "{error}");
    }
    disk.power(u64::MAX);
    drop(store);
    let store = open(folder.path(), &disk).unwrap();
    assert_eq!(remembered(&store), (0..10).collect());
    submit(&store, 10, 100).wait().unwrap();
    assert_eq!(remembered(&store), (0..=10).collect());
}
