//! A backup is of one history.

use backup::{BackupError, Until};
use store::{BackupCursor, NewEvent};
use types::Clock;

use crate::world::{World, files, hash, lay_out};

/// Of a data directory that exists twice, one goes on being backed up; the other one is refused.
#[test]
fn a_forked_history_is_refused() {
    let world = World::new();
    let store = world.open();
    world.count(&store, "a", 1);
    store.shut_down();
    drop(store);
    world.back_up("backup").unwrap();
    lay_out(&world.path("twin"), &files(&world.path("data")));
    let store = world.open();
    world.count(&store, "a", 2);
    world.back_up("backup").unwrap();
    let twin = store::Store::open(&world.path("twin"), &world.opening).unwrap();
    let behind = world.begin_of("twin", "backup").err().unwrap();
    assert!(matches!(behind, BackupError::Foreign { .. }), "{behind}");
    world.count(&twin, "a", 3);
    world.count(&twin, "a", 4);
    let forked = world.begin_of("twin", "backup").err().unwrap();
    assert!(matches!(forked, BackupError::Foreign { .. }), "{forked}");
    assert!(forked.to_string().contains("frame 2"), "{forked}");
    world.count(&store, "a", 5);
    world.back_up("backup").unwrap();
    let (_, again) = world.restore("backup", "restored", Until::Newest).unwrap();
    assert_eq!(hash(&again), hash(&store));
}

fn wait_until(is_so: impl Fn() -> bool) {
    let clock = Clock::system();
    let start = clock.elapsed_ms();
    while !is_so() {
        assert!(clock.elapsed_ms() < start + 60_000, "it never is");
        std::thread::yield_now();
    }
}

/// A long log is trimmed only behind a backup that follows it. One that was away for so long that
/// it was not waited for begins a new stretch; what lies between cannot be restored, and is refused.
#[test]
fn the_log_waits_for_a_backup_that_follows() {
    let world = World::new();
    let store = world.open();
    let mut copier = world.begin_of("data", "backup").unwrap();
    world.count(&store, "a", 1);
    let first = copier.round().unwrap().position;
    let fill = || {
        for number in 0..30_u64 {
            let body = vec![b'x'; 50_000];
            let event = NewEvent { time: world.clock.now(), terms: vec![], body };
            let put = store
                .submit(move |tx| (crate::world::COUNTS.put(tx, "fill", &number), vec![event]));
            put.wait().unwrap().unwrap();
            if number.is_multiple_of(5) {
                store.seal(1).unwrap();
            }
        }
    };
    let oldest = || store::LiveLog::beginning(&world.path("data")).unwrap().position;
    for _ in 0..4 {
        fill();
    }
    let second = copier.round().unwrap();
    assert_eq!(second.missing, 0);
    let bases = || std::fs::read_dir(world.path("data/bases")).map_or(0, Iterator::count);
    wait_until(|| bases() == 2);
    assert!(oldest() <= first, "nothing was trimmed that is not in the backup");
    // As if it had been too far behind.
    let cursor = BackupCursor::all(&world.path("data")).unwrap().remove(0);
    let given_up = Some("it is too far behind the log".to_owned());
    BackupCursor { given_up, ..cursor }.write(&world.path("data")).unwrap();
    assert!(!copier.is_waited_for().unwrap());
    fill();
    // Checkpoints, bases and the trimming behind them have a thread of their own.
    wait_until(|| {
        fill();
        oldest() > second.position
    });
    drop(copier);
    let mut copier = world.begin_of("data", "backup").unwrap();
    let third = copier.round().unwrap();
    let verified = world.verify("backup").unwrap();
    assert_eq!(verified.findings, Vec::<String>::new());
    assert_eq!(verified.spans.len(), 2, "{:?}", verified.spans);
    let (_, again) = world.restore("backup", "restored", Until::Newest).unwrap();
    assert_eq!(hash(&again), hash(&store));
    let between = Until::Position(second.position + 1);
    let refused = world.restore("backup", "between", between).err().unwrap();
    assert!(matches!(refused, BackupError::NoSuchPoint { .. }), "{refused}");
    assert!(third.position > second.position);
    let (_, again) = world.restore("backup", "older", Until::Position(second.position)).unwrap();
    assert_eq!(again.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
}

/// Events that are in no segment yet may be in frames before the newest base: they are restored,
/// too.
#[test]
fn events_before_a_base_are_restored() {
    let world = World::new();
    let store = world.open();
    let bases = || std::fs::read_dir(world.path("data/bases")).map_or(0, Iterator::count);
    wait_until(|| {
        let event = NewEvent { time: world.clock.now(), terms: vec![], body: vec![b'x'; 50_000] };
        store.submit(move |_| ((), vec![event])).wait().unwrap();
        bases() > 0
    });
    world.put(&store, "object", b"body");
    world.back_up("backup").unwrap();
    assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
    assert!(world.path("backup/bases").is_dir());
    let (_, again) = world.restore("backup", "restored", Until::Newest).unwrap();
    assert_eq!(again.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
    assert_eq!(hash(&again), hash(&store));
}
