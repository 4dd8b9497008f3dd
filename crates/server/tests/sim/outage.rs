//! A bucket that refuses for a month.

use serde_json::{Value, json};
use types::{DAY_MS, HOUR_MS, MINUTE_MS};

use crate::four_steps::TRAIL;
use crate::proof::{check_all, check_digests, check_state, read_logs};
use crate::replay::{replay, text};
use crate::world::{LOGS, World};

/// A trail of writes only: its own deliveries create no work for it.
fn logging() -> World {
    let mut world = World::new(5);
    for bucket in LOGS {
        world.create_bucket(bucket).unwrap().ok();
    }
    world.put_bucket_policy(LOGS[0], true).unwrap().ok();
    let create = json!({"Name": TRAIL, "S3BucketName": LOGS[0],
        "IsMultiRegionTrail": false, "EnableLogFileValidation": true});
    world.trail("CreateTrail", &create).unwrap().ok();
    let put = json!({"TrailName": TRAIL, "EventSelectors": [{"ReadWriteType": "WriteOnly",
        "IncludeManagementEvents": true, "DataResources": []}]});
    world.trail("PutEventSelectors", &put).unwrap().ok();
    world.trail("StartLogging", &json!({"Name": TRAIL})).unwrap().ok();
    world.pass_minutes(10);
    world.put_bucket_policy(LOGS[0], false).unwrap().ok();
    world
}

/// Days in which the worker runs every half an hour, with occasional writes.
fn live_on(world: &mut World, days: u64, pause_ms: u64) {
    let end = world.clock.now().plus_ms(days * DAY_MS);
    let mut next_call = world.clock.now();
    while world.clock.now() < end {
        if next_call <= world.clock.now() {
            next_call = world.clock.now().plus_ms(pause_ms);
            world.kms("CreateKey", &json!({})).unwrap().ok();
        }
        world.deliver();
        world.set_clock(world.clock.now().plus_ms(30 * MINUTE_MS));
    }
}

fn status(world: &mut World) -> Value {
    world.trail("GetTrailStatus", &json!({"Name": TRAIL})).unwrap().ok().json()
}

fn stop(world: &mut World) {
    world.settle();
    world.trail("StopLogging", &json!({"Name": TRAIL})).unwrap().ok();
    world.settle();
}

/// Repaired on the thirtieth day, the bucket gets all of it.
#[test]
fn a_bucket_repaired_within_thirty_days_misses_nothing() {
    let mut world = logging();
    live_on(&mut world, 29, 6 * HOUR_MS);
    assert_eq!(status(&mut world)["LatestDeliveryError"], "AccessDenied");
    let attempts = world.kit().events();
    let attempts = attempts.iter().filter(|event| event["eventName"] == "GetBucketAcl").count();
    assert!((29 * 24..2 * 29 * 24 + 60).contains(&attempts), "about hourly: {attempts}");
    world.put_bucket_policy(LOGS[0], true).unwrap().ok();
    world.pass_minutes(70);
    assert_eq!(status(&mut world)["LatestDeliveryError"], Value::Null);
    stop(&mut world);
    check_all(&world);
}

/// After a late repair, files older than thirty days are lost; that is recorded, and the chain
/// continues.
#[test]
fn files_pending_for_thirty_days_are_recorded_as_lost() {
    let mut world = logging();
    live_on(&mut world, 31, 12 * HOUR_MS);
    world.put_bucket_policy(LOGS[0], true).unwrap().ok();
    let repaired = world.clock.now();
    stop(&mut world);
    let events = world.kit().events();
    let replay = replay(&events);
    check_state(&world, &replay.recorded);
    let content = read_logs(world.kit());
    check_digests(world.kit(), &content, &replay);
    let lost = cloudtrail::losses(&world.kit().gateway).unwrap();
    let lost_files: Vec<&str> = lost.iter().map(|loss| loss.object.as_str()).collect();
    assert!(lost_files.iter().any(|object| object.contains("/CloudTrail/")), "{lost_files:?}");
    let mut delivered = std::collections::BTreeSet::new();
    for ((_, key), object) in &content {
        assert!(!lost_files.contains(&key.as_str()), "lost and delivered: {key}");
        if key.contains("/CloudTrail/") {
            let records = trail::log_file::read(&object.bytes, 1 << 30).unwrap();
            delivered.extend(records.iter().map(|record| text(&record["eventID"])));
        }
    }
    let mut missing = 0;
    for place in replay.expected.keys() {
        if !delivered.contains(&place.event_id) {
            let of = |event: &&Value| event["eventID"] == place.event_id.as_str();
            let event = events.iter().find(of).unwrap();
            let time = types::Timestamp::parse_iso(&text(&event["eventTime"])).unwrap();
            assert!(time < repaired.minus_ms(30 * DAY_MS - 2 * HOUR_MS), "lost too early: {event}");
            missing += 1;
        }
    }
    assert!(missing > 0);
    let named: usize = lost.iter().map(|loss| loss.events).sum();
    assert_eq!(named, missing, "every missing event is in a lost file");
}
