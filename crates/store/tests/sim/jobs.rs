//! Jobs whose effects can be counted, and the check of what is left of them.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;

use store::{Committed, NewEvent, Snapshot, Store, Table};
use testkit::Dice;
use types::Timestamp;

const ROWS: Table<u64> = Table::new("test.row");
const COUNT: Table<u64> = Table::new("test.count");

/// The jobs of a life.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    pub(crate) tried: BTreeSet<u64>,
    pub(crate) answered: BTreeSet<u64>,
}

/// Job `number`: a separate row, a shared counter, and an event with its number. It begins after
/// `wait`.
pub(crate) fn submit(
    store: &Store,
    number: u64,
    len: usize,
    wait: impl FnOnce() + Send + 'static,
) -> Committed<u64> {
    store.submit(move |tx| {
        wait();
        let done = (|| {
            let count = COUNT.get(tx, "")?.unwrap_or(0) + 1;
            COUNT.put(tx, "", &count)?;
            ROWS.put(tx, number.to_be_bytes(), &number)
        })();
        // What cannot be read must not become a commit.
        done.unwrap();
        let mut body = number.to_le_bytes().to_vec();
        body.resize(8 + len, number as u8);
        (number, vec![NewEvent { time: Timestamp::from_ms(number), terms: vec![number], body }])
    })
}

impl Jobs {
    /// Runs some jobs, which all are in one commit; whether all were answered.
    pub(crate) fn run_some(&mut self, store: &Store, dice: &Dice) -> bool {
        let (open, gate) = sync_channel::<()>(1);
        let mut gate = Some(gate);
        let mut waiting = Vec::new();
        for _ in 0..=dice.below(6) {
            let number = self.tried.len() as u64;
            self.tried.insert(number);
            let gate = gate.take();
            // The first one lets the others come, so that the same seed makes the same commits.
            let wait = move || gate.into_iter().for_each(|gate| gate.recv().unwrap_or(()));
            waiting.push(submit(store, number, dice.below(3_000) as usize, wait));
        }
        open.send(()).ok();
        let answers: Vec<_> = waiting.into_iter().map(Committed::wait).collect();
        self.answered.extend(answers.iter().flatten());
        answers.iter().all(Result::is_ok)
    }

    /// Checks what the store has, which counts as answered from now on.
    pub(crate) fn check(&mut self, store: &Store) {
        let jobs = remembered(store);
        let lost: Vec<_> = self.answered.difference(&jobs).collect();
        assert!(lost.is_empty(), "answered, and not there: {lost:?}");
        assert!(jobs.is_subset(&self.tried));
        self.answered = jobs;
    }
}

/// The jobs in the store, after checking that each is complete.
pub(crate) fn remembered(store: &Store) -> BTreeSet<u64> {
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
    assert_eq!(rows, jobs, "state and events are of the same jobs");
    let count = COUNT.get(&view.tx(), "").unwrap().unwrap_or(0);
    assert_eq!(count, jobs.len() as u64);
    // The copy is what the log makes it.
    let findings = store.fsck(&mut |_| {}).unwrap();
    let findings: Vec<_> = findings.iter().filter(|own| !own.contains("no segment")).collect();
    assert!(findings.is_empty(), "{findings:?}");
    jobs
}
