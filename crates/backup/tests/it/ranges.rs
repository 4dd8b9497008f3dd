//! What can be restored of a backup that is damaged.

use std::path::{Path, PathBuf};

use backup::Until;
use store::NewEvent;

use crate::world::{OBJECTS, World, files, hash};

/// The names of a kind of objects, ascending.
fn names(world: &World, kind: &str) -> Vec<PathBuf> {
    let all = files(&world.path("backup"));
    all.into_keys().filter(|name| name.starts_with(kind)).collect()
}

fn damage(world: &World, name: &Path) {
    let path = world.path("backup").join(name);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    *bytes.get_mut(middle).unwrap() ^= 1;
    std::fs::write(path, bytes).unwrap();
}

/// The verified ranges, and each of their ends is restored; what lies outside is not.
fn ranges(world: &World, newest: u64) -> Vec<(u64, u64)> {
    let verified = world.verify("backup").unwrap();
    assert!(!verified.findings.is_empty());
    let found: Vec<_> = verified.spans.iter().map(|span| (span.from, span.to)).collect();
    for position in 1..=newest {
        let is_claimed = found.iter().any(|(from, to)| (*from..=*to).contains(&position));
        let to = format!("at-{position}");
        let restored = world.restore("backup", &to, Until::Position(position));
        assert_eq!(restored.is_ok(), is_claimed, "{position} of {found:?}");
        drop(restored);
        let _ = std::fs::remove_dir_all(world.path(&to));
    }
    found
}

/// Rounds with a frame each: an object is put in the third and deleted in the sixth.
fn eight_rounds(world: &World) -> store::Store {
    let store = world.open();
    let mut copier = None;
    for number in 1..=8 {
        match number {
            3 => drop(world.put(&store, "object", b"body")),
            6 => {
                let delete = store.submit(move |tx| (OBJECTS.delete(tx, "object"), vec![]));
                delete.wait().unwrap().unwrap();
            }
            _ => world.count(&store, "a", number),
        }
        let copier = copier.get_or_insert_with(|| world.begin_of("data", "backup").unwrap());
        assert_eq!(copier.round().unwrap().position, number);
    }
    drop(copier);
    store
}

/// Positions whose rows name a damaged body are not claimed; those before and after are.
#[test]
fn a_damaged_body_spoils_only_the_positions_that_name_it() {
    let world = World::new();
    eight_rounds(&world);
    damage(&world, &names(&world, "bodies")[0]);
    assert_eq!(ranges(&world, 8), [(1, 2), (6, 8)]);
}

/// Positions behind damaged frames are not claimed, if no base is behind them.
#[test]
fn damaged_frames_end_what_can_be_restored() {
    let world = World::new();
    let store = eight_rounds(&world);
    world.count(&store, "a", 9);
    world.back_up("backup").unwrap();
    let chunks = names(&world, "log");
    assert_eq!(chunks.len(), 2, "eight rounds were merged: {chunks:?}");
    damage(&world, &chunks[1]);
    assert_eq!(ranges(&world, 9), [(1, 8)]);
    damage(&world, &chunks[0]);
    assert_eq!(ranges(&world, 9), []);
}

/// Where the newest base is damaged, an older one and its frames are used, and that is reported.
#[test]
fn an_older_base_replaces_a_damaged_one() {
    let world = World::new();
    let store = world.open();
    world.put(&store, "object", b"body");
    let mut copier = world.begin_of("data", "backup").unwrap();
    copier.round().unwrap();
    for number in 0.. {
        let event = NewEvent { time: world.clock.now(), terms: vec![], body: vec![b'x'; 50_000] };
        store.submit(move |_| ((), vec![event])).wait().unwrap();
        world.count(&store, "a", number);
        copier.round().unwrap();
        if names(&world, "bases").len() >= 2 {
            break;
        }
    }
    let newest = copier.round().unwrap().position;
    copier.end().unwrap();
    let bases = names(&world, "bases");
    damage(&world, bases.last().unwrap());
    let verified = world.verify("backup").unwrap();
    let named = bases.last().unwrap().to_str().unwrap();
    assert!(verified.findings.iter().any(|finding| finding.contains(named)), "{verified:?}");
    assert_eq!(verified.spans.last().unwrap().to, newest, "all frames are there");
    let (restored, again) = world.restore("backup", "restored", Until::Newest).unwrap();
    assert!(restored.notes.iter().any(|note| note.contains(named)), "{:?}", restored.notes);
    assert_eq!((restored.position, hash(&again)), (newest, hash(&store)));
    assert_eq!(again.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
}
