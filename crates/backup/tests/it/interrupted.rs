//! Backups that are killed.

use std::collections::BTreeMap;

use backup::Until;

use crate::world::{World, files, hash, lay_out};

/// After every single object that a round writes the process may end: the backup is as of the round
/// before then, and the next attempt completes it.
#[test]
fn a_round_may_end_after_any_object() {
    let world = World::new();
    let store = world.open();
    for number in 0..20 {
        world.put(&store, &format!("first-{number}"), &vec![1; 18_000]);
    }
    store.seal(10).unwrap();
    world.back_up("backup").unwrap();
    let before = files(&world.path("backup"));
    let then = hash(&store);
    for number in 0..4 {
        world.put(&store, &format!("second-{number}"), &vec![2; 18_000]);
    }
    store.seal(1).unwrap();
    world.back_up("backup").unwrap();
    let after = files(&world.path("backup"));
    let manifest = std::path::Path::new("manifest");
    let added: BTreeMap<_, _> =
        after.iter().filter(|(name, bytes)| before.get(*name) != Some(*bytes)).collect();
    assert!(added.len() > 5, "{:?}", added.keys());
    // The manifest is written last; the order of the others is not fixed.
    let others: Vec<_> = added.iter().filter(|(name, _)| name.as_path() != manifest).collect();
    for count in 0..=others.len() {
        let mut torn = before.clone();
        for (name, bytes) in others.iter().take(count) {
            torn.insert((**name).clone(), (**bytes).clone());
        }
        lay_out(&world.path("backup"), &torn);
        assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
        let to = format!("before-{count}");
        let (_, again) = world.restore("backup", &to, Until::Newest).unwrap();
        assert_eq!(hash(&again), then, "as of the round before");
        again.shut_down();
        world.back_up("backup").unwrap();
        assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
        let to = format!("after-{count}");
        let (_, again) = world.restore("backup", &to, Until::Newest).unwrap();
        assert_eq!(hash(&again), hash(&store), "completed");
        again.shut_down();
    }
}

/// The manifest is there, but the chunk that it has replaced was not deleted yet.
#[test]
fn what_is_left_over_does_no_harm() {
    let world = World::new();
    let store = world.open();
    world.count(&store, "a", 1);
    world.back_up("backup").unwrap();
    let before = files(&world.path("backup"));
    world.count(&store, "a", 2);
    world.back_up("backup").unwrap();
    let mut all = before;
    all.extend(files(&world.path("backup")));
    lay_out(&world.path("backup"), &all);
    world.count(&store, "a", 3);
    world.back_up("backup").unwrap();
    assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
    let (_, again) = world.restore("backup", "restored", Until::Newest).unwrap();
    assert_eq!(hash(&again), hash(&store));
}
