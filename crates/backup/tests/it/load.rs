//! Backups while the store is written to.

use std::sync::atomic::{AtomicBool, Ordering};

use backup::{BackupError, Until};
use types::{SECOND_MS, Timestamp};

use crate::world::{OBJECTS, World, hash, rows};

/// Rounds under full load, with events being sealed and objects deleted: what is restored as of any
/// round equals the store as of that frame, and the newest one the store at the end.
#[test]
fn a_backup_under_load_equals_the_store() {
    let world = World::new();
    let store = world.open();
    let stop = AtomicBool::new(false);
    let mut positions = Vec::new();
    std::thread::scope(|scope| {
        for thread in 0..6_u64 {
            let (world, store, stop) = (&world, &store, &stop);
            scope.spawn(move || {
                for number in 0_u64.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let key = format!("{thread}-{}", number % 40);
                    world.count(store, &key, number);
                    if number.is_multiple_of(5) {
                        world.put(store, &key, &vec![u8::try_from(thread).unwrap(); 20_000]);
                    }
                    if number.is_multiple_of(11) {
                        let gone = store.submit(move |tx| (OBJECTS.delete(tx, &key), vec![]));
                        gone.wait().unwrap().unwrap();
                    }
                }
            });
        }
        let mut copier = world.begin_of("data", "backup").unwrap();
        while positions.len() < 6 {
            let done = copier.round().unwrap();
            assert_eq!(done.missing, 0);
            store.seal(200).unwrap();
            if positions.last() != Some(&done.position) {
                positions.push(done.position);
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    let done = world.back_up("backup").unwrap();
    let verified = world.verify("backup").unwrap();
    assert_eq!(verified.findings, Vec::<String>::new());
    assert_eq!((verified.spans[0].from, verified.spans[0].to), (positions[0], done.position));
    let (restored, again) = world.restore("backup", "newest", Until::Newest).unwrap();
    assert_eq!(restored.position, done.position);
    assert_eq!(hash(&again), hash(&store));
    assert_eq!(again.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
    assert!(restored.objects > 5, "{restored:?}");
    // As of any round: the rows are those that the store's own log amounts to.
    for position in positions {
        let to = format!("at-{position}");
        let (restored, again) = world.restore("backup", &to, Until::Position(position)).unwrap();
        assert_eq!(restored.position, position);
        assert_eq!(rows(&again), world.rows_as_of(position));
        assert_eq!(again.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
        again.shut_down();
    }
}

/// The state as of every frame and of every second is as it was then; what lies outside of the
/// backup is refused.
#[test]
fn any_instant_can_be_restored() {
    let world = World::new();
    let store = world.open();
    let mut past = Vec::new();
    world.put(&store, "first", b"body");
    let mut copier = world.begin_of("data", "backup").unwrap();
    let begun = copier.round().unwrap().position;
    for number in 0..5_u64 {
        world.clock.advance_ms(10 * SECOND_MS);
        world.count(&store, "a", number);
        let body = vec![u8::try_from(number).unwrap(); 9_000];
        let id = world.put(&store, "object", &body);
        past.push((world.clock.now(), hash(&store)));
        if number == 2 {
            copier.round().unwrap();
            assert!(store.bodies().reader(&id).is_ok());
        }
    }
    let newest = copier.round().unwrap().position;
    for (number, (time, then)) in past.iter().enumerate() {
        for (name, time) in [("at", *time), ("after", time.plus_ms(9 * SECOND_MS))] {
            let to = format!("{name}-{number}");
            let (_, again) = world.restore("backup", &to, Until::Time(time)).unwrap();
            assert_eq!(&hash(&again), then, "{to}");
        }
    }
    for outside in [
        Until::Position(begun - 1),
        Until::Position(newest + 1),
        Until::Position(u64::MAX),
        Until::Time(Timestamp::from_secs(1)),
    ] {
        let refused = world.restore("backup", "outside", outside).err().unwrap();
        assert!(matches!(refused, BackupError::NoSuchPoint { .. }), "{refused}");
        assert!(!world.path("outside").exists());
    }
}

/// Nothing is written to a directory that has anything in it.
#[test]
fn a_directory_with_contents_is_refused() {
    let world = World::new();
    let store = world.open();
    world.count(&store, "a", 1);
    world.back_up("backup").unwrap();
    let refused = world.restore("backup", "data", Until::Newest).err().unwrap();
    assert!(matches!(refused, BackupError::NotEmpty { .. }), "{refused}");
    std::fs::create_dir(world.path("empty")).unwrap();
    world.restore("backup", "empty", Until::Newest).unwrap();
}

/// A round costs what has changed, and no bytes are copied twice.
#[test]
fn a_backup_is_incremental() {
    let world = World::new();
    let store = world.open();
    for key in ["a", "b", "c"] {
        world.put(&store, key, &vec![7; 30_000]);
    }
    let first = world.back_up("backup").unwrap();
    assert_eq!((first.items, first.frames), (3, 3));
    world.put(&store, "d", &vec![8; 30_000]);
    let second = world.back_up("backup").unwrap();
    assert_eq!((second.items, second.frames), (1, 1));
    let third = world.back_up("backup").unwrap();
    assert_eq!((third.items, third.frames), (0, 0));
}
