//! The store as a whole: jobs and their events, history across tail and segments, opening, and
//! what happens when the disk is full.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail like the test")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use store::{
    EventRow, HistoryQuery, NewEvent, SEGMENTS_FOLDER, Snapshot, Store, StoreError, Table,
};
use tempfile::TempDir;
use types::Timestamp;

const TEXT: Table<String> = Table::new("test.text");
const END: Timestamp = Timestamp::from_ms(u64::MAX);

fn open() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &testkit::opening(1)).unwrap();
    (folder, store)
}

fn event(ms: u64, terms: &[u64]) -> NewEvent {
    let body = format!("at {ms}").into_bytes();
    NewEvent { time: Timestamp::from_ms(ms), terms: terms.to_vec(), body }
}

fn add(store: &Store, events: Vec<NewEvent>) {
    store.submit(move |_| ((), events)).wait().unwrap();
}

fn all(store: &Store) -> Vec<EventRow> {
    store.events_from(&store.snapshot().unwrap(), 0, usize::MAX).unwrap()
}

fn seqs(rows: &[EventRow]) -> Vec<u64> {
    rows.iter().map(|row| row.seq).collect()
}

fn query(term: u64) -> HistoryQuery {
    let from = Timestamp::default();
    HistoryQuery {
        term,
        before_seq: u64::MAX,
        from,
        to: END,
        limit: usize::MAX,
        bytes_max: usize::MAX,
    }
}

#[derive(Debug, Clone)]
enum Step {
    Add(Vec<(u64, Vec<u64>)>),
    Seal(usize),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let event = (0_u64..100, proptest::collection::vec(0_u64..4, 0..3));
    let step = prop_oneof![
        6 => proptest::collection::vec(event, 0..8).prop_map(Step::Add),
        2 => (0_usize..6).prop_map(Step::Seal),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Wherever the events are stored, history and the log return the same results as one list of
    /// all events.
    #[test]
    fn history_does_not_depend_on_where_events_are_stored(
        steps in steps(),
        term in 0_u64..4,
        (from, to) in (0_u64..100, 0_u64..120),
        before_seq in prop_oneof![0_u64..40, Just(u64::MAX)],
        limit in 0_usize..12,
    ) {
        let (folder, mut store) = open();
        let mut rows: Vec<EventRow> = Vec::new();
        let mut early = None;
        for step in steps {
            match step {
                Step::Add(events) => {
                    let events: Vec<_> = events.iter().map(|(ms, terms)| event(*ms, terms)).collect();
                    for NewEvent { time, terms, body } in events.clone() {
                        rows.push(EventRow { seq: rows.len() as u64 + 1, time, terms, body });
                    }
                    add(&store, events);
                    early.get_or_insert((store.snapshot().unwrap(), rows.clone()));
                }
                Step::Seal(len_min) => {
                    let before = store.tail_len().unwrap();
                    let moved = store.seal(len_min).unwrap() as u64;
                    let wanted = if before >= len_min as u64 { before } else { 0 };
                    prop_assert_eq!(moved, wanted);
                    prop_assert_eq!(store.tail_len().unwrap(), before - moved);
                }
                Step::Reopen => {
                    early = None;
                    drop(store);
                    store = Store::open(folder.path(), &testkit::opening(1)).unwrap();
                }
            }
        }
        let now = (store.snapshot().unwrap(), rows);
        for (view, rows) in [Some(now), early].into_iter().flatten() {
            let (from, to) = (Timestamp::from_ms(from), Timestamp::from_ms(to));
            let query = HistoryQuery { term, before_seq, from, to, limit, bytes_max: usize::MAX };
            let hit = |row: &&EventRow| {
                row.terms.contains(&term) && row.seq < before_seq && (from..=to).contains(&row.time)
            };
            let wanted: Vec<_> = rows.iter().rev().filter(hit).take(limit).cloned().collect();
            prop_assert_eq!(store.history(&view, &query).unwrap(), wanted);
            let after = rows.iter().skip(before_seq.min(40) as usize).take(limit);
            let found = store.events_from(&view, before_seq.min(40) + 1, limit).unwrap();
            prop_assert_eq!(found, after.cloned().collect::<Vec<_>>());
            prop_assert_eq!(view.last_seq().unwrap(), rows.len() as u64);
        }
        prop_assert_eq!(store.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_job_that_panics_leaves_nothing_and_affects_no_other() {
    let (_folder, store) = open();
    let failed = store.submit(|tx| -> ((), Vec<NewEvent>) {
        tx.begin();
        TEXT.put(tx, "a", &"kept".into()).unwrap();
        tx.keep();
        TEXT.put(tx, "b", &"bottom".into()).unwrap();
        panic!("as this test wants");
    });
    let error = failed.wait().unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    add(&store, vec![event(1, &[])]);
    let view = store.snapshot().unwrap();
    assert_eq!(TEXT.all(&view.tx(), "").unwrap(), []);
    assert_eq!(seqs(&all(&store)), [1]);
}

#[test]
fn jobs_run_one_after_the_other_and_see_each_other() {
    let (_folder, store) = open();
    let jobs: Vec<_> = (0..500_u64)
        .map(|number| {
            store.submit(move |tx| {
                let next_seq = tx.next_seq();
                let text = TEXT.get(tx, "").unwrap().unwrap_or_default();
                TEXT.put(tx, "", &(text.clone() + "x")).unwrap();
                ((text.len() as u64, next_seq), vec![event(number, &[number])])
            })
        })
        .collect();
    for (number, job) in (0..).zip(jobs) {
        assert_eq!(job.wait().unwrap(), (number, number + 1));
    }
}

#[test]
fn submitting_after_the_end_is_an_error_and_earlier_jobs_are_done() {
    let (_folder, store) = open();
    let before = store.submit(|_| ((), vec![event(1, &[])]));
    store.shut_down();
    before.wait().unwrap();
    assert!(store.submit(|_| ((), vec![])).wait().is_err());
    assert_eq!(seqs(&all(&store)), [1]);
}

#[test]
fn numbers_go_on_after_all_events_are_sealed_or_expired() {
    let (folder, store) = open();
    add(&store, vec![event(1, &[]), event(2, &[])]);
    assert_eq!(store.seal(1).unwrap(), 2);
    drop(store);
    let store = Store::open(folder.path(), &testkit::opening(1)).unwrap();
    assert_eq!(store.snapshot().unwrap().last_seq().unwrap(), 2);
    assert_eq!(store.expire(END, 3).unwrap(), 2);
    drop(store);
    let store = Store::open(folder.path(), &testkit::opening(1)).unwrap();
    add(&store, vec![event(3, &[])]);
    assert_eq!(seqs(&all(&store)), [3]);
}

#[test]
fn segments_expire_whole_and_not_before_they_are_delivered() {
    let (folder, store) = open();
    for batch in 0..3 {
        add(&store, vec![event(batch * 10, &[7]), event(batch * 10 + 5, &[7])]);
        store.seal(1).unwrap();
    }
    let early = store.snapshot().unwrap();
    assert_eq!(
        store.expire(Timestamp::from_ms(15), 2).unwrap(),
        0,
        "the second waits for delivery"
    );
    assert_eq!(store.expire(Timestamp::from_ms(15), 9).unwrap(), 2, "15 is not older than 15");
    assert_eq!(seqs(&all(&store)), [3, 4, 5, 6]);
    assert_eq!(store.expire(END, 5).unwrap(), 2);
    let found = store.history(&early, &query(7)).unwrap();
    assert_eq!(seqs(&found), [6, 5], "an early snapshot does without");
    let left = std::fs::read_dir(folder.path().join(SEGMENTS_FOLDER)).unwrap().count();
    assert_eq!(left, 1);
    assert_eq!(store.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
}

/// A reader that continues finds its place in a long log, on either side of a segment's end.
#[test]
fn reading_begins_anywhere_in_a_long_log() {
    let (_folder, store) = open();
    for _ in 0..70 {
        add(&store, (0..1_024).map(|ms| event(ms, &[])).collect());
    }
    while store.seal(1).unwrap() > 0 {}
    add(&store, vec![event(0, &[])]);
    let view = store.snapshot().unwrap();
    for from in [0, 1, 65_535, 65_536, 65_537, 71_679, 71_680, 71_681, 71_682] {
        let wanted: Vec<u64> = (from.max(1)..=71_681).take(3).collect();
        assert_eq!(seqs(&store.events_from(&view, from, 3).unwrap()), wanted, "{from}");
    }
}

#[test]
fn readers_find_everything_while_others_write_and_seal() {
    let (_folder, store) = open();
    let (store, over) = (Arc::new(store), Arc::new(AtomicBool::new(false)));
    let reader = {
        let (store, over) = (Arc::clone(&store), Arc::clone(&over));
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let view = store.snapshot().unwrap();
                let last = view.last_seq().unwrap();
                let found = store.history(&view, &query(1)).unwrap();
                assert_eq!(seqs(&found), (1..=last).rev().collect::<Vec<_>>());
            }
        })
    };
    for round in 0..150 {
        add(&store, (0..7).map(|ms| event(ms, &[1])).collect());
        if round % 10 == 9 {
            store.seal(1).unwrap();
        }
    }
    over.store(true, Ordering::Relaxed);
    reader.join().unwrap();
}

/// Each view has its own row, however often another one was decoded; so has a writer its own.
#[test]
fn shared_rows_never_grow_stale() {
    const ROWS: Table<u32> = Table::new("test.row");
    let (_folder, store) = open();
    let set = |value: u32| {
        let put = store.submit(move |tx| {
            let stored = ROWS.put(tx, "k", &value);
            ((stored, ROWS.shared(tx, "k")), vec![])
        });
        let (stored, seen) = put.wait().unwrap();
        stored.unwrap();
        assert_eq!(
            seen.unwrap().as_deref(),
            Some(&value),
            "a writer sees what it has just written"
        );
    };
    let seen = |view: &Snapshot| ROWS.shared(&view.tx(), "k").unwrap().map(|row| *row);
    set(1);
    let early = store.snapshot().unwrap();
    assert_eq!((seen(&early), seen(&early)), (Some(1), Some(1)));
    set(2);
    let late = store.snapshot().unwrap();
    assert_eq!((seen(&late), seen(&early), seen(&late)), (Some(2), Some(1), Some(2)));
    store.submit(|tx| (ROWS.delete(tx, "k"), vec![])).wait().unwrap().unwrap();
    assert_eq!((seen(&store.snapshot().unwrap()), seen(&late)), (None, Some(2)));
}

#[test]
fn a_directory_in_use_is_reported() {
    let (folder, store) = open();
    let error = Store::open(folder.path(), &testkit::opening(1)).unwrap_err();
    assert!(error.is_in_use(), "{error}");
    drop(store);
    Store::open(folder.path(), &testkit::opening(1)).unwrap();
}

#[test]
fn a_later_format_is_refused() {
    let (folder, store) = open();
    store
        .submit(|tx| (Table::<u32>::new("meta.format").put(tx, "", &9), vec![]))
        .wait()
        .unwrap()
        .unwrap();
    drop(store);
    let error = Store::open(folder.path(), &testkit::opening(1)).unwrap_err();
    assert!(error.is_unknown_format() && error.to_string().contains("version 9"), "{error}");
}

#[test]
fn an_invalid_state_file_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state.redb"), [7; 8_192]).unwrap();
    assert!(Store::open(folder.path(), &testkit::opening(1)).is_err());
}

#[test]
fn findings_name_gaps_changed_segments_and_strays() {
    let (folder, store) = open();
    for _ in 0..3 {
        add(&store, vec![event(1, &[7])]);
        store.seal(1).unwrap();
    }
    let segments = folder.path().join(SEGMENTS_FOLDER);
    let names = std::fs::read_dir(&segments).unwrap().map(|entry| entry.unwrap().file_name());
    let names: BTreeSet<_> = names.map(|name| name.into_string().unwrap()).collect();
    let names: Vec<_> = names.into_iter().collect();
    let mut file = std::fs::read(segments.join(&names[0])).unwrap();
    file[20] ^= 1;
    std::fs::write(segments.join(&names[0]), file).unwrap();
    std::fs::remove_file(segments.join(&names[2])).unwrap();
    std::fs::write(segments.join("stray"), b"").unwrap();
    let mut steps = 0;
    let findings = store.fsck(&mut |_| steps += 1).unwrap();
    assert_eq!((findings.len(), steps), (3, 6), "{findings:?}");
    for (finding, name) in findings.iter().zip([&names[0], &names[2], &"stray".to_owned()]) {
        assert!(finding.contains(name.as_str()), "{finding}");
    }
    let missing = store.history(&store.snapshot().unwrap(), &query(7)).unwrap_err();
    assert!(missing.is_corrupt(), "{missing}");
}

/// While the disk is considered full, only work that frees space continues; the reserve ends that.
#[test]
fn a_full_disk_lets_only_deletion_and_delivery_through() {
    let (folder, store) = open();
    assert!(store.hold_reserve().unwrap());
    let reserve = folder.path().join("reserve");
    assert!(std::fs::metadata(&reserve).unwrap().len() >= 16 << 20);
    store.release_reserve().unwrap();
    assert!(store.is_full() && !reserve.exists());
    let refused: StoreError = store.submit(|_| ((), vec![])).wait().unwrap_err();
    assert!(refused.is_full(), "{refused}");
    store.submit_when_full(|_| ((), vec![event(1, &[])])).wait().unwrap();
    assert_eq!(store.seal(1).unwrap(), 1);
    assert!(store.hold_reserve().unwrap() && !store.is_full());
    add(&store, vec![event(2, &[])]);
    assert_eq!(seqs(&all(&store)), [1, 2]);
}

/// A thread that serves sockets may have to wait for rare operations.
#[test]
fn a_commit_can_be_waited_for_within_an_async_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &testkit::opening(1)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(async {
        for round in 0..300_u32 {
            let answer = store.submit(move |_| (round, Vec::new())).wait();
            assert_eq!(answer.unwrap(), round);
        }
    });
}
