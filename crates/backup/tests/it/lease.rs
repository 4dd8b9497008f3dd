//! Several runs that write to one place.

use std::sync::Arc;

use backup::{BackupError, Copier, Place, Source};
use types::MINUTE_MS;

use crate::world::World;

fn begin(world: &World, source: Source, takes_over: bool) -> Result<Copier, BackupError> {
    let place = Place::folder(&world.path("backup"), true).unwrap();
    Copier::begin(source, Arc::new(place), takes_over)
}

fn refusal(world: &World, source: Source) -> String {
    match begin(world, source, false) {
        Err(error @ BackupError::InUse { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

/// A second run is refused while the first one lives; after its end, or its death, the next one
/// begins at once.
#[test]
fn one_run_at_a_time_writes_to_a_place() {
    let world = World::new();
    let store = world.open();
    world.count(&store, "a", 1);
    let mut first = begin(&world, world.source("data"), false).unwrap();
    let refused = refusal(&world, world.source("data"));
    assert!(refused.contains("this data directory") && refused.contains("--take-over"));
    first.round().unwrap();
    assert!(refusal(&world, world.source("data")).contains("in use"));
    first.end().unwrap();
    let second = begin(&world, world.source("data"), false).unwrap();
    // As by `kill -9`: the operating system releases its lock.
    drop(second);
    let third = begin(&world, world.source("data"), false).unwrap();
    third.pause().unwrap();
    begin(&world, world.source("data"), false).unwrap().end().unwrap();
    assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
}

/// A run that another one has replaced writes no manifest any more.
#[test]
fn a_run_that_was_replaced_ends() {
    let world = World::new();
    let store = world.open();
    world.count(&store, "a", 1);
    let mut first = begin(&world, world.source("data"), false).unwrap();
    first.round().unwrap();
    let mut second = begin(&world, world.source("data"), true).unwrap();
    world.count(&store, "a", 2);
    let before = std::fs::read(world.path("backup/manifest")).unwrap();
    let refused = first.round().err().unwrap();
    assert!(matches!(refused, BackupError::InUse { .. }), "{refused}");
    assert_eq!(std::fs::read(world.path("backup/manifest")).unwrap(), before);
    drop(first);
    second.round().unwrap();
    second.end().unwrap();
    assert_eq!(world.verify("backup").unwrap().findings, Vec::<String>::new());
}

/// Of a run elsewhere nothing is known but its signs of life; an empty place is not shared by two
/// stores either.
#[test]
fn a_run_elsewhere_is_waited_for() {
    let (world, other) = (World::new(), World::new());
    let (store, _other_store) = (world.open(), other.open());
    world.count(&store, "a", 1);
    let first = begin(&world, world.source("data"), false).unwrap();
    let elsewhere =
        || Source { store: "cd".repeat(16), clock: world.clock.clone(), ..other.source("data") };
    assert!(refusal(&world, elsewhere()).contains("another data directory"));
    drop(first);
    assert!(refusal(&world, elsewhere()).contains("another data directory"));
    world.clock.advance_ms(9 * MINUTE_MS);
    refusal(&world, elsewhere());
    world.clock.advance_ms(2 * MINUTE_MS);
    begin(&world, elsewhere(), false).unwrap();
}
