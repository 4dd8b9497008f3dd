//! What a round costs.

use backup::Until;

use crate::world::{World, files, hash};

/// A steady trickle costs what is new and a short manifest, not the newest megabytes again and
/// again; and few objects are left of many rounds.
#[test]
fn a_trickle_costs_little() {
    let world = World::new();
    let store = world.open();
    let mut copier = world.begin_of("data", "backup").unwrap();
    for _ in 0..5 {
        for number in 0..20 {
            let (body, time) = (vec![b'x'; 50_000], world.clock.now());
            let event = store::NewEvent { time, terms: vec![], body };
            let put = store
                .submit(move |tx| (crate::world::COUNTS.put(tx, "fill", &number), vec![event]));
            put.wait().unwrap().unwrap();
        }
        copier.round().unwrap();
    }
    let (mut sent, mut most) = (0, 0);
    for number in 0..300 {
        world.count(&store, "a", number);
        let done = copier.round().unwrap();
        assert_eq!(done.frames, 1);
        sent += done.bytes;
        most = most.max(done.bytes);
    }
    println!("{} bytes a round, at most {most}", sent / 300);
    assert!(sent / 300 < 16_000, "{} bytes a round", sent / 300);
    assert!(most < 100_000, "{most} bytes in a round");
    copier.end().unwrap();
    let chunks = files(&world.path("backup")).into_keys().filter(|name| name.starts_with("log"));
    let count = chunks.count();
    assert!(count < 40, "{count} objects of 305 rounds");
    assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
    let (_, again) = world.restore("backup", "restored", Until::Newest).unwrap();
    assert_eq!(hash(&again), hash(&store));
}
