//! Interrupted deliveries, and files that cannot be created.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde_json::{Value, json};
use store::Table;
use types::{MINUTE_MS, Timestamp};

use crate::scene::{Scene, TRAIL, TRAIL_ARN};

const TIMING: trail::Timing =
    trail::Timing { delivery_interval_ms: 5 * MINUTE_MS, digest_interval_ms: 10 * MINUTE_MS };
const LOGS: &str = "AWSLogs/111122223333/CloudTrail/";
const DIGESTS: &str = "AWSLogs/111122223333/CloudTrail-Digest/";
/// The files that wait, as the store has them.
const WAITING: Table<Value> = Table::new("cloudtrail.waiting");

fn pass(scene: &Scene, minutes: u64) {
    let end = scene.kit.clock.now().plus_ms(minutes * MINUTE_MS);
    while scene.kit.clock.now() < end {
        let due: Timestamp = cloudtrail::deliver(&scene.kit.gateway, &types::steady);
        scene.kit.clock.set(due.min(end).max(scene.kit.clock.now().plus_ms(1)));
    }
}

/// Breaks every pending log file, so that no attempt can be made; returns their number.
fn break_waiting_log_files(scene: &Scene) -> usize {
    let broken = scene.kit.store.submit(|tx| {
        let mut broken = 0;
        for (place, mut file) in WAITING.all(tx, "").unwrap() {
            if file["content"].get("Log").is_some() {
                file["content"] = json!({"Digest": {"gz": "no base64!", "metadata": []}});
                WAITING.put(tx, place, &file).unwrap();
                broken += 1;
            }
        }
        (broken, Vec::new())
    });
    broken.wait().unwrap()
}

/// If log files cannot be read, digests are still created and delivered on time.
#[test]
fn trouble_with_log_files_keeps_no_digest_waiting() {
    let scene = Scene::with_trail_at(TIMING);
    scene.start_logging();
    pass(&scene, 20);
    let (logs, digests) = (scene.list(LOGS).len(), scene.list(DIGESTS).len());
    assert!(logs > 0 && digests > 0);
    scene.put_bucket_policy(&format!("{TRAIL_ARN}-of-another-name"));
    pass(&scene, 6);
    assert!(break_waiting_log_files(&scene) > 0);
    scene.put_bucket_policy(TRAIL_ARN);
    pass(&scene, 40);
    assert_eq!(scene.list(LOGS).len(), logs, "they are broken");
    assert!(scene.list(DIGESTS).len() >= digests + 3, "a digest every ten minutes");
    assert_eq!(scene.verify(), Vec::<String>::new());
}

/// Wherever a stop interrupts a delivery, the next one continues from there: no event is missing,
/// and none is in two files.
#[test]
fn an_interrupted_delivery_goes_on() {
    let scene = Scene::with_trail_at(TIMING);
    scene.start_logging();
    // Until the key of the digests is created.
    pass(&scene, 11);
    let mut left = 0;
    loop {
        scene.kit.json("TrentService.ListKeys", &json!({})).ok();
        scene.kit.clock.advance_ms(5 * MINUTE_MS);
        let pulses = Cell::new(0);
        let breaking = || {
            pulses.set(pulses.get() + 1);
            if pulses.get() > left { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let files = scene.list("AWSLogs/").len();
        cloudtrail::deliver(&scene.kit.gateway, &breaking);
        if left == 0 {
            assert_eq!(scene.list("AWSLogs/").len(), files, "nothing is done after a stop");
        }
        if pulses.get() <= left {
            break;
        }
        left += 1;
    }
    assert!(left > 5, "it was interrupted at {left} places only");
    scene.trail("StopLogging", &json!({"Name": TRAIL})).ok();
    let events = scene.kit.events();
    pass(&scene, 11);
    let mut delivered = BTreeMap::<String, usize>::new();
    for record in scene.delivered() {
        *delivered.entry(record["eventID"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(delivered.values().all(|times| *times == 1), "an event is in two files");
    let wanted = events.iter().filter(|event| event["eventName"] == "ListKeys");
    let wanted: Vec<&str> = wanted.map(|event| event["eventID"].as_str().unwrap()).collect();
    assert_eq!(wanted.len(), left + 1);
    let missing = wanted.iter().filter(|id| !delivered.contains_key(**id)).count();
    assert_eq!(missing, 0, "of {} events", wanted.len());
    assert_eq!(scene.verify(), Vec::<String>::new());
}
