use std::fs;
use std::sync::Arc;

use store::NewEvent;
use testkit::{Kit, START};
use tlog::{Hash, Proof, Reader, TlogError};
use types::SECOND_MS;

use super::super::growth::BATCH_EVENTS;
use super::*;
use crate::config::TlogConfig;

fn kit() -> Kit {
    Kit::new(&[iam::ROWS])
}

fn log(kit: &Kit) -> Transparency {
    Transparency::new(kit.store.folder(), &TlogConfig::default(), false)
}

fn record(kit: &Kit, bodies: &[String]) {
    let event = |body: &String| NewEvent {
        time: Timestamp::from_secs(1),
        terms: vec![7],
        body: body.clone().into_bytes(),
    };
    let events = bodies.iter().map(event).collect();
    kit.store.submit(move |_| ((), events)).wait().unwrap();
}

fn numbered(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| format!("{{\"eventID\":\"{number}\"}}")).collect()
}

fn steady() -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Lets the worker work until it waits.
fn settle(log: &Transparency, kit: &Kit) {
    for _ in 0..1_000 {
        let now = kit.gateway.clock().now();
        if log.grow(&kit.gateway, &kit.store, &steady) > now {
            return;
        }
    }
    panic!("it never waits");
}

/// The leaves of all events of the store.
fn leaves(kit: &Kit) -> Vec<Hash> {
    let view = kit.store.snapshot().unwrap();
    let rows = kit.store.events_from(&view, 1, usize::MAX).unwrap();
    rows.iter().map(|row| leaf_hash(&row.body)).collect()
}

/// Proves an event from the files.
fn prove(log: &Transparency, index: u64) -> Proof {
    let signed = log.files.published().unwrap().unwrap();
    let mut read = |tile| log.files.read_tile(tile).unwrap().ok_or(TlogError::Tile(tile));
    let hashes = Reader::new(signed.checkpoint.head.size, &mut read).inclusion(index).unwrap();
    Proof { index, hashes, signed }
}

/// Every event is proved from the files, across batches and restarts; the newest checkpoint is
/// that of a tree over all events.
#[test]
fn every_event_is_proved() {
    let kit = kit();
    record(&kit, &numbered(0..3));
    let mut own = log(&kit);
    for count in [1, 252, 1, 300, 1] {
        settle(&own, &kit);
        record(&kit, &numbered(0..count));
        kit.gateway.clock().advance_ms(5 * SECOND_MS);
        if count == 300 {
            own = log(&kit);
        }
    }
    settle(&own, &kit);
    let (leaves, key) = (leaves(&kit), own.state().verifier.clone().unwrap());
    let policy = tlog::Policy { log: &key, witnesses: &[], cosignatures_min: 0 };
    for (index, leaf) in (0_u64..).zip(&leaves) {
        let proven = prove(&own, index).verify(leaf, &policy).unwrap();
        assert_eq!(proven.size, leaves.len() as u64);
    }
    assert!(!kit.store.folder().join("tlog/tile/0/000.p").exists(), "a full tile replaced it");
    let status = own.status(kit.gateway.clock().now());
    assert_eq!((status.size, status.published_size), (leaves.len() as u64, leaves.len() as u64));
    assert_eq!(status.reasons, Vec::<&str>::new());
}

/// A long backlog is signed in parts.
#[test]
fn a_backlog_is_signed_in_parts() {
    let kit = kit();
    record(&kit, &numbered(0..20_000));
    let own = log(&kit);
    own.grow(&kit.gateway, &kit.store, &steady);
    assert_eq!(own.status(START).size, BATCH_EVENTS);
    settle(&own, &kit);
    kit.gateway.clock().advance_ms(5 * SECOND_MS);
    settle(&own, &kit);
    assert_eq!(own.status(START).size, leaves(&kit).len() as u64);
}

/// Events may expire: their hashes stay, and old events are still proved. A log that begins late
/// begins with the oldest event.
#[test]
fn expired_events_stay_in_the_tree() {
    let kit = kit();
    record(&kit, &numbered(0..300));
    let (all, own) = (leaves(&kit), log(&kit));
    settle(&own, &kit);
    assert!(kit.store.seal(1).unwrap() >= 300);
    record(&kit, &numbered(300..302));
    let expired = kit.store.expire(Timestamp::from_secs(9_999_999_999), u64::MAX).unwrap();
    assert!(expired >= 300, "{expired}");
    let again = log(&kit);
    settle(&again, &kit);
    let key = again.state().verifier.clone().unwrap();
    let policy = tlog::Policy { log: &key, witnesses: &[], cosignatures_min: 0 };
    let proven = prove(&again, 5).verify(&all[5], &policy).unwrap();
    assert_eq!(proven.size, all.len() as u64 + 2);
    fs::remove_dir_all(kit.store.folder().join("tlog")).unwrap();
    let lost = log(&kit);
    settle(&lost, &kit);
    assert_eq!(lost.status(START).reasons, ["tlog-stopped"], "it is not begun again in silence");
}

/// A log that is opened with other tiles, another checkpoint or other events stops.
#[test]
fn a_log_that_contradicts_itself_stops() {
    let kit = kit();
    record(&kit, &numbered(0..300));
    settle(&log(&kit), &kit);
    let folder = kit.store.folder().join("tlog");
    let size = leaves(&kit).len();
    let partial = folder.join(format!("tile/0/001.p/{}", size - 256));
    let check = |path: &std::path::Path, at: usize, want: &str| {
        let good = fs::read(path).unwrap();
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(path, &bad).unwrap();
        let own = log(&kit);
        settle(&own, &kit);
        let state = own.state();
        let trouble = state.trouble.clone().unwrap();
        assert!(trouble.is_final && trouble.what.contains(want), "{trouble:?}");
        fs::write(path, good).unwrap();
    };
    check(&partial, 33, "do not match");
    check(&folder.join("tile/1/000.p/1"), 0, "do not match");
    let signed = folder.join("checkpoint.signed");
    let root_at = fs::read_to_string(&signed).unwrap().find("\n\n").unwrap();
    check(&signed, root_at + 60, "");
    fs::remove_file(&partial).unwrap();
    let own = log(&kit);
    settle(&own, &kit);
    assert_eq!(own.status(START).reasons, ["tlog-stopped"]);
}

/// What a crash leaves between the tiles and the checkpoint is continued.
#[test]
fn a_crash_between_tiles_and_checkpoint_is_harmless() {
    let kit = kit();
    record(&kit, &numbered(0..200));
    settle(&log(&kit), &kit);
    let signed = kit.store.folder().join("tlog/checkpoint.signed");
    let before = fs::read(&signed).unwrap();
    record(&kit, &numbered(0..200));
    settle(&log(&kit), &kit);
    let after = fs::read(&signed).unwrap();
    fs::write(&signed, before).unwrap();
    fs::write(kit.store.folder().join("tlog/tile/0/001.new"), b"torn").unwrap();
    settle(&log(&kit), &kit);
    assert_eq!(fs::read(&signed).unwrap(), after);
}

/// The state of another past does not continue the tree, unless the operator accepts the older
/// state: then another log begins.
#[test]
fn another_past_begins_another_log() {
    let (kit, other) = (kit(), kit());
    record(&kit, &numbered(0..20));
    record(&other, &numbered(100..105));
    settle(&log(&kit), &kit);
    let first = log(&kit);
    settle(&first, &kit);
    let foreign = Transparency::new(kit.store.folder(), &TlogConfig::default(), false);
    settle(&foreign, &other);
    assert_eq!(foreign.status(START).reasons, ["tlog-stopped"]);
    let accepted = Transparency::new(kit.store.folder(), &TlogConfig::default(), true);
    settle(&accepted, &other);
    assert_eq!(accepted.status(START).reasons, Vec::<&str>::new());
    assert_eq!(accepted.status(START).size, leaves(&other).len() as u64);
    let key = |log: &Transparency| log.state().verifier.clone().unwrap().to_string();
    assert_ne!(key(&first), key(&accepted));
    assert!(kit.store.folder().join("tlog.0").exists());
    let next = Arc::new(Transparency::new(kit.store.folder(), &TlogConfig::default(), false));
    settle(&next, &other);
    assert_eq!(key(&next), key(&accepted), "the new log goes on");
}
