//! First rounds that are interrupted, and what is kept for a backup.

use backup::{BackupError, Until, Wanted};
use store::BackupCursor;
use types::HOUR_MS;

use crate::world::{World, files, hash, rows};

const BODIES: u64 = 1_400;

/// A store with many bodies, of which the last one cannot be read.
fn blocked(world: &World, store: &store::Store) -> impl Fn(bool) {
    for number in 0..BODIES {
        world.put(store, &format!("{number:05}"), b"body");
    }
    let last = world.put(store, "last", b"last");
    let path = store::body_path(&world.path("data"), &last);
    move |blocks| {
        let aside = path.with_extension("aside");
        if blocks {
            std::fs::rename(&path, &aside).unwrap();
            std::fs::create_dir(&path).unwrap();
        } else {
            std::fs::remove_dir(&path).unwrap();
            std::fs::rename(&aside, &path).unwrap();
        }
    }
}

/// A first round that was interrupted goes on from what it had written down, and rows, events and
/// the bodies that are there can be restored before it is complete.
#[test]
fn an_interrupted_first_round_goes_on() {
    let world = World::new();
    let store = world.open();
    let block = blocked(&world, &store);
    block(true);
    let mut copier = world.begin_of("data", "backup").unwrap();
    assert!(copier.round().is_err(), "one body cannot be read");
    drop(copier);
    let refused = world.restore("backup", "refused", Until::Newest).err().unwrap();
    assert!(matches!(refused, BackupError::NoSuchPoint { .. }), "{refused}");
    assert!(refused.to_string().contains("`--incomplete`"), "{refused}");
    let verified = world.verify("backup").unwrap();
    assert_eq!((verified.findings.len(), verified.spans.len()), (1, 0), "{verified:?}");
    let wanted = Wanted { until: Until::Newest, incomplete: true };
    let (early, again) = world.restore("backup", "early", wanted).unwrap();
    assert_eq!(rows(&again), rows(&store));
    assert!(early.objects >= 512 && !early.absent.is_empty(), "{early:?}");
    again.shut_down();

    block(false);
    let done = world.back_up("backup").unwrap();
    assert!(done.items <= BODIES - 512, "{done:?} were copied again");
    assert_eq!((done.frames, done.missing), (0, 0), "{done:?}");
    assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
    let (whole, again) = world.restore("backup", "whole", Until::Newest).unwrap();
    assert_eq!((whole.objects, hash(&again)), (BODIES + 1, hash(&store)));
}

/// What is missing or damaged in a backup does not keep the rest from being restored, if that is
/// wanted.
#[test]
fn a_damaged_backup_is_restored_without_what_is_damaged() {
    let world = World::new();
    let store = world.open();
    for number in 0..4 {
        world.put(&store, &format!("{number}"), &[number; 9_000]);
    }
    world.back_up("backup").unwrap();
    let all = files(&world.path("backup"));
    let bodies: Vec<_> = all.keys().filter(|name| name.starts_with("bodies")).collect();
    std::fs::write(world.path("backup").join(bodies[0]), b"other").unwrap();
    std::fs::remove_file(world.path("backup").join(bodies[1])).unwrap();
    assert!(world.restore("backup", "refused", Until::Newest).is_err());
    let wanted = Wanted { until: Until::Newest, incomplete: true };
    let (restored, again) = world.restore("backup", "restored", wanted).unwrap();
    assert_eq!((restored.objects, restored.absent.len()), (2, 2), "{restored:?}");
    assert_eq!(rows(&again), rows(&store));
}

/// A round that takes days misses nothing: bodies are kept for it, of a first round all of them.
#[test]
fn bodies_are_kept_while_a_round_lasts() {
    let world = World::new();
    let store = world.open();
    let block = blocked(&world, &store);
    let since = |world: &World| {
        let now = world.clock.now();
        BackupCursor::bodies_needed_since(&world.path("data"), now, false).unwrap()
    };
    assert_eq!(since(&world), None);
    block(true);
    let mut copier = world.begin_of("data", "backup").unwrap();
    assert!(copier.round().is_err());
    drop(copier);
    assert_eq!(since(&world).map(types::Timestamp::as_ms), Some(0), "all are kept");
    block(false);
    let mut copier = world.begin_of("data", "backup").unwrap();
    copier.round().unwrap();
    let complete = world.clock.now();
    world.clock.advance_ms(HOUR_MS);
    assert_eq!(since(&world), Some(complete));
    // While a later round cannot end, time does not go on for it.
    let gone = world.put(&store, "gone", b"gone");
    let path = store::body_path(&world.path("data"), &gone);
    std::fs::rename(&path, world.path("aside")).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(copier.round().is_err());
    world.clock.advance_ms(10 * HOUR_MS);
    assert_eq!(since(&world), Some(complete));
    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(world.path("aside"), &path).unwrap();
    // Away for longer than a day without being given up: nothing is missing, no stretch begins.
    let cursor = BackupCursor::all(&world.path("data")).unwrap().remove(0);
    world.clock.advance_ms(20 * HOUR_MS);
    assert!(cursor.is_waited_for());
    drop(copier);
    let mut copier = world.begin_of("data", "backup").unwrap();
    copier.round().unwrap();
    copier.end().unwrap();
    let verified = world.verify("backup").unwrap();
    assert_eq!((verified.findings, verified.spans.len()), (vec![], 1));
}

/// A backup that was given up does not claim what lies between: the body of that time may be gone.
#[test]
fn a_backup_that_was_given_up_begins_a_new_stretch() {
    let world = World::new();
    let store = world.open();
    world.count(&store, "a", 1);
    let mut copier = world.begin_of("data", "backup").unwrap();
    let first = copier.round().unwrap().position;
    // Put, deleted and swept while nothing was kept for the backup.
    let gone = world.put(&store, "gone", b"gone");
    let deleted = store.submit(move |tx| (crate::world::OBJECTS.delete(tx, "gone"), vec![]));
    deleted.wait().unwrap().unwrap();
    std::fs::remove_file(store::body_path(&world.path("data"), &gone)).unwrap();
    let cursor = BackupCursor::all(&world.path("data")).unwrap().remove(0);
    let given_up = Some("it gave no sign of life for a day".to_owned());
    BackupCursor { given_up, ..cursor }.write(&world.path("data")).unwrap();
    let done = copier.round().unwrap();
    assert_eq!(done.missing, 0, "{done:?}");
    assert!(copier.is_waited_for().unwrap());
    let verified = world.verify("backup").unwrap();
    assert_eq!(verified.findings, Vec::<String>::new());
    let spans: Vec<_> = verified.spans.iter().map(|span| (span.from, span.to)).collect();
    assert_eq!(spans, [(first, first), (done.position, done.position)]);
}
