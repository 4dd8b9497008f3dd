//! A log that is read while a server appends to it: what is shown is durable, and damage is no end.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail like the test"
)]

use std::fs::OpenOptions;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use keys::Keyring;
use store::{
    Anchor, FileLog, Frame, Head, LiveLog, Log, LogSettings, NewEvent, Opening, Sealer, Store,
    StoreError,
};
use testkit::{Dice, Disk, DiskFault, Part, keyring};
use types::{Entropy, Timestamp};

/// Small, so that a few frames fill a file.
const SETTINGS: LogSettings = LogSettings { first_file_bytes: 48 << 10, file_bytes: 48 << 10 };
const BLOCK: u64 = 4_096;

fn on(disk: &Disk) -> FileLog {
    FileLog::within(Arc::new(disk.clone()), SETTINGS, &keyring()).unwrap()
}

fn in_data(data: &Path) -> FileLog {
    FileLog::open(&data.join("log"), SETTINGS, &keyring()).unwrap()
}

fn sealer(seed: u64) -> Sealer {
    Sealer::start(&keyring(), &Entropy::seeded(seed)).unwrap()
}

fn append(log: &dyn Log, sealer: &mut Sealer, payload: &[u8]) -> Result<Frame, StoreError> {
    let mut turn = log.turn()?;
    let frame = sealer.seal(&turn.head(), payload).unwrap();
    turn.append(&frame)?;
    Ok(frame)
}

/// The payloads that are shown, up to an error.
fn read(live: &mut LiveLog) -> (Vec<Vec<u8>>, Result<(), StoreError>) {
    let mut shown = Vec::new();
    let read = live.read(&mut |_, payload| {
        shown.push(payload.as_bytes().to_vec());
        Ok(ControlFlow::Continue(()))
    });
    (shown, read)
}

fn follow(disk: &Disk) -> LiveLog {
    LiveLog::within(Arc::new(disk.clone()), &keyring(), Head::default()).unwrap()
}

/// What is acknowledged is shown at once, whether another frame follows it or not.
#[test]
fn acknowledged_frames_are_shown() {
    let disk = Disk::with_power();
    let (log, mut sealer) = (on(&disk), sealer(2));
    let mut live = follow(&disk);
    assert!(read(&mut live).0.is_empty());
    for number in 0..40_u8 {
        let payload = vec![number; usize::from(number) * 200];
        append(&log, &mut sealer, &payload).unwrap();
        let (shown, end) = read(&mut live);
        end.unwrap();
        assert_eq!(shown, [payload], "{number}");
    }
    assert!(log.files().len() > 3);
    assert_eq!(live.head(), log.head().unwrap());
    // The same at once, and without the server.
    assert_eq!(read(&mut follow(&disk)).0.len(), 40);
    drop(log);
    assert_eq!(read(&mut follow(&disk)).0.len(), 40);
}

/// A frame whose sync has failed can be read until it is erased, and another one takes its place.
#[test]
fn a_frame_whose_sync_failed_is_not_shown() {
    for settles in [1, 3] {
        let disk = Disk::with_power();
        let (log, mut sealer) = (on(&disk), sealer(2));
        let mut live = follow(&disk);
        append(&log, &mut sealer, b"one").unwrap();
        assert_eq!(read(&mut live).0, [b"one"]);
        for _ in 0..settles {
            disk.fail(Part::Log, DiskFault::Sync);
        }
        append(&log, &mut sealer, b"lost").unwrap_err();
        // A reader that comes only now does not get it, either.
        for live in [&mut live, &mut follow(&disk)] {
            let before = live.head();
            let (shown, _) = read(live);
            assert!(!shown.contains(&b"lost".to_vec()), "{shown:?}");
            assert!(live.head().position <= 1 && before.position <= 1);
        }
        disk.repair();
        log.settle().unwrap();
        append(&log, &mut sealer, b"two").unwrap();
        let (shown, end) = read(&mut live);
        end.unwrap();
        assert_eq!(shown, [b"two"]);
        drop(log);
        disk.lose_power(&Dice::new(settles));
        assert_eq!(on(&disk).head().unwrap(), live.head(), "what was shown is there");
    }
}

/// What a server was not able to publish is shown once another frame follows it.
#[test]
fn a_frame_that_another_one_follows_is_shown() {
    let disk = Disk::with_power();
    let (log, mut sealer) = (on(&disk), sealer(2));
    let mut live = follow(&disk);
    append(&log, &mut sealer, b"one").unwrap();
    // The writing of the frame, and then that of the newest durable head.
    disk.fail_after(Part::Log, DiskFault::Write, 1);
    append(&log, &mut sealer, b"two").unwrap();
    let (shown, end) = read(&mut live);
    end.unwrap();
    assert_eq!(shown, [b"one"]);
    disk.fail_after(Part::Log, DiskFault::Write, 1);
    append(&log, &mut sealer, b"three").unwrap();
    assert_eq!(read(&mut live).0, [b"two"]);
    append(&log, &mut sealer, b"four").unwrap();
    assert_eq!(read(&mut live).0, [b"three".as_slice(), b"four"]);
}

/// A data directory with four frames of one block each, and the path of its only file.
fn four(data: &Path) -> std::path::PathBuf {
    let (log, mut sealer) = (in_data(data), sealer(2));
    for payload in [b"one".as_slice(), b"two", b"three", b"four"] {
        append(&log, &mut sealer, payload).unwrap();
    }
    data.join("log").join(&log.files()[0].1)
}

fn flip(path: &Path, at: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
}

/// In the middle of the newest file, in a frame's header or its contents, whether a server is there
/// or not, and whether the damage comes before or after the frames in front of it were read.
#[test]
fn damage_in_front_of_a_sound_frame_is_an_error() {
    for at in [0, 10, 20, 61, 70, 82] {
        for (is_open, is_behind) in [(false, false), (true, false), (true, true)] {
            let data = tempfile::tempdir().unwrap();
            let path = four(data.path());
            let server = is_open.then(|| in_data(data.path()));
            let mut live = LiveLog::after(data.path(), &keyring(), Head::default()).unwrap();
            if is_behind {
                // It has read one frame by then.
                live.read(&mut |_, _| Ok(ControlFlow::Break(()))).unwrap();
            }
            flip(&path, 3 * BLOCK + at);
            let (shown, end) = read(&mut live);
            assert_eq!(shown.last().unwrap(), b"two");
            let error = end.unwrap_err();
            assert!(error.is_corrupt(), "{error}");
            assert!(error.to_string().contains("frame 3 of the log, in `0000"), "{error}");
            assert!(read(&mut live).1.unwrap_err().is_corrupt(), "again and again");
            drop(server);
        }
    }
}

/// The last frame, torn: it was not acknowledged.
#[test]
fn a_torn_end_is_no_damage() {
    let data = tempfile::tempdir().unwrap();
    let path = four(data.path());
    for at in [0, 20, 70] {
        flip(&path, 4 * BLOCK + at);
        let mut live = LiveLog::after(data.path(), &keyring(), Head::default()).unwrap();
        let (shown, end) = read(&mut live);
        end.unwrap();
        assert_eq!(shown, [b"one".as_slice(), b"two", b"three"]);
        flip(&path, 4 * BLOCK + at);
    }
}

/// Of another history: the frame that was read is not the one that the next one follows.
#[test]
fn a_fork_is_an_error() {
    let data = tempfile::tempdir().unwrap();
    let path = four(data.path());
    let mut live = LiveLog::after(data.path(), &keyring(), Head::default()).unwrap();
    assert_eq!(read(&mut live).0.len(), 4);
    let frame = sealer(5).seal(&Head { position: 4, tag: [7; 16] }, b"five").unwrap();
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(frame.as_bytes(), 5 * BLOCK).unwrap();
    let error = read(&mut live).1.unwrap_err();
    assert!(error.to_string().contains("another history"), "{error}");
}

fn opening(keyring: &Arc<Keyring>) -> Opening {
    let opening = Opening::new(Arc::clone(keyring), Entropy::system());
    Opening { log: SETTINGS, ..opening }
}

fn store_of_four(data: &Path, with: &Opening) -> Store {
    let store = Store::open(data, with).unwrap();
    for number in 0..4_u64 {
        let event = NewEvent { time: Timestamp::from_secs(number), terms: vec![], body: vec![] };
        store.submit(move |_| ((), vec![event])).wait().unwrap();
    }
    store
}

/// The server of a log learns what a backup found in it, until that is not so any more.
#[test]
fn the_server_learns_of_damage() {
    let (data, with) = (tempfile::tempdir().unwrap(), opening(&keyring()));
    let store = store_of_four(data.path(), &with);
    assert_eq!(store.upkeep().damaged_frame, None);
    let path = data.path().join("log/00000000000000000001.log");
    let read = || {
        let mut live = LiveLog::after(data.path(), &with.keyring, Head::default()).unwrap();
        read(&mut live).1
    };
    read().unwrap();
    flip(&path, 2 * BLOCK + 70);
    read().unwrap_err();
    assert_eq!(store.upkeep().damaged_frame, Some(2));
    flip(&path, 2 * BLOCK + 70);
    read().unwrap();
    assert_eq!(store.upkeep().damaged_frame, None);
    flip(&path, 2 * BLOCK + 70);
    read().unwrap_err();
    drop(store);
    assert!(Store::open(data.path(), &with).unwrap_err().is_corrupt());
    flip(&path, 2 * BLOCK + 70);
    assert_eq!(Store::open(data.path(), &with).unwrap().upkeep().damaged_frame, None);
}

/// An anchor is of durable frames: one that is written and not synced may never have been.
#[test]
fn an_anchor_is_of_durable_frames() {
    let (data, with) = (tempfile::tempdir().unwrap(), opening(&keyring()));
    let store = store_of_four(data.path(), &with);
    let path = data.path().join("log/00000000000000000001.log");
    let taken = || Anchor::taken(data.path(), &with, "name", Timestamp::from_secs(9)).unwrap();
    assert_eq!(taken().event(), 4);
    let mut live = LiveLog::after(data.path(), &with.keyring, Head::default()).unwrap();
    assert_eq!(read(&mut live).0.len(), 4);
    // As if the server were about to sync it.
    let mut payload = store::Payload::new(5);
    let event = NewEvent { time: Timestamp::from_secs(5), terms: vec![], body: vec![] };
    payload.event(&event).unwrap();
    let frame = sealer(7).seal(&live.head(), payload.as_bytes()).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(frame.as_bytes(), 5 * BLOCK).unwrap();
    assert_eq!((taken().event(), read(&mut live).0.len()), (4, 0));
    drop(store);
    // Without a server it is as durable as all others.
    assert_eq!((taken().event(), read(&mut live).0.len()), (5, 1));
}
