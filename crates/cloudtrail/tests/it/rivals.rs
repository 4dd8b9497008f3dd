//! Two servers that share a store and both deliver: each event is in one file, each file in one
//! digest, and the chain does not fork, at each step at which one can interrupt the other.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde_json::json;
use trail::Timing;
use types::MINUTE_MS;

use crate::scene::{Scene, TRAIL};

const TIMING: Timing =
    Timing { delivery_interval_ms: 5 * MINUTE_MS, digest_interval_ms: 10 * MINUTE_MS };

#[test]
fn two_deliveries_at_once_neither_repeat_nor_fork() {
    let scene = Scene::with_trail_at(TIMING);
    scene.start_logging();
    let came_in = Cell::new(0);
    for round in 0..30 {
        let at = round / 3;
        scene.kit.json("TrentService.ListKeys", &json!({})).ok();
        scene.kit.clock.advance_ms(5 * MINUTE_MS + 1);
        let rival = scene.kit.second_gateway(1_000 + round);
        let pulses = Cell::new(0);
        let interrupted = || {
            if pulses.replace(pulses.get() + 1) == at {
                cloudtrail::deliver(&rival, &types::steady);
                came_in.set(came_in.get() + 1);
            }
            ControlFlow::Continue(())
        };
        cloudtrail::deliver(&scene.kit.second_gateway(2_000 + round), &interrupted);
    }
    assert!(came_in.get() > 10, "the other came in {} times only", came_in.get());
    scene.trail("StopLogging", &json!({"Name": TRAIL})).ok();
    for _ in 0..4 {
        scene.kit.clock.advance_ms(5 * MINUTE_MS + 1);
        cloudtrail::deliver(&scene.kit.second_gateway(3_000), &types::steady);
    }
    let mut delivered = BTreeMap::<String, usize>::new();
    for record in scene.delivered() {
        *delivered.entry(record["eventID"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let repeated = delivered.values().filter(|times| **times > 1).count();
    assert_eq!(repeated, 0, "events in two files, of {}", delivered.len());
    let events = scene.kit.events();
    let wanted = events.iter().filter(|event| event["eventName"] == "ListKeys");
    assert!(wanted.clone().count() > 5);
    for event in wanted {
        assert!(delivered.contains_key(event["eventID"].as_str().unwrap()), "{event}");
    }
    assert_eq!(scene.verify(), Vec::<String>::new());
}
