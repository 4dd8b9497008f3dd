//! `StartLogging`, `StopLogging` and `DeleteTrail`: what they change, once and again.

use serde_json::{Value, json};

use crate::files::{HOME_DIGESTS, HOME_LOGS, counts, digests, logging_trail, records};
use crate::scene::{BUCKET, Scene, TRAIL};

fn named() -> Value {
    json!({"Name": TRAIL})
}

/// A trail that never logged has no times; the texts that AWS no longer uses are empty.
#[test]
fn a_new_trail_has_no_times() {
    let scene = Scene::with_trail();
    let want = json!({"IsLogging": false, "LatestDeliveryAttemptTime": "",
        "LatestNotificationAttemptTime": "", "LatestNotificationAttemptSucceeded": "",
        "LatestDeliveryAttemptSucceeded": "", "TimeLoggingStarted": "",
        "TimeLoggingStopped": ""});
    assert_eq!(scene.status(), want);
    scene.trail("StopLogging", &named()).ok();
    assert_eq!(scene.status(), want, "there is nothing to stop");
}

/// Starting and stopping again change nothing, the times neither; each call has its event.
#[test]
fn starting_and_stopping_again_change_nothing() {
    let scene = Scene::with_trail();
    let times = || {
        let status = scene.status();
        (
            status["IsLogging"].clone(),
            status["StartLoggingTime"].clone(),
            status["StopLoggingTime"].clone(),
        )
    };
    let started = scene.kit.clock.now().as_secs_f64();
    for _ in 0..2 {
        scene.start_logging();
        assert_eq!(times(), (json!(true), json!(started), Value::Null));
        scene.kit.clock.advance_ms(5_000);
    }
    assert_eq!(scene.status()["TimeLoggingStarted"], testkit::START.iso());
    let stopped = scene.kit.clock.now().as_secs_f64();
    for _ in 0..2 {
        scene.trail("StopLogging", &named()).ok();
        assert_eq!(times(), (json!(false), json!(started), json!(stopped)));
        scene.kit.clock.advance_ms(5_000);
    }
    let restarted = scene.kit.clock.now().as_secs_f64();
    scene.start_logging();
    assert_eq!(times(), (json!(true), json!(restarted), json!(stopped)));
    let events = scene.kit.events();
    assert_eq!(counts(&events)["StartLogging"], 3);
    assert_eq!(counts(&events)["StopLogging"], 2);
    for event in events.iter().filter(|event| event["eventName"] == "StartLogging") {
        assert_eq!(event["requestParameters"], json!({"name": TRAIL}));
        assert_eq!(event["responseElements"], Value::Null);
    }
}

/// The call that starts a trail is its first event, the one that stops it its last, and what
/// happened in between two periods is in no file.
#[test]
fn a_trail_logs_from_start_to_stop() {
    let scene = Scene::with_trail();
    let call = |name: &str| {
        scene.kit.clock.advance_ms(1_000);
        scene.kit.json(&format!("TrentService.{name}"), &json!({})).ok();
    };
    call("ListKeys");
    scene.start_logging();
    call("ListAliases");
    scene.trail("StopLogging", &named()).ok();
    call("ListKeys");
    scene.pass_minutes(10);
    scene.start_logging();
    call("ListAliases");
    scene.pass_minutes(10);
    let records = scene.delivered();
    let found = counts(&records);
    assert_eq!((found["StartLogging"], found["StopLogging"]), (2, 1));
    assert_eq!((found["ListAliases"], found.get("ListKeys")), (2, None));
}

/// The chain goes on after a pause: the first digest of the new period refers to none if the
/// former chain has ended, and the files of both are named once.
#[test]
fn every_period_has_its_chain() {
    let scene = Scene::with_trail();
    scene.start_logging();
    scene.pass_minutes(65);
    scene.trail("StopLogging", &named()).ok();
    scene.pass_minutes(10);
    let first = digests(&scene, HOME_DIGESTS);
    assert!(first.len() >= 2, "{}", first.len());
    scene.pass_minutes(120);
    assert_eq!(digests(&scene, HOME_DIGESTS).len(), first.len(), "a pause has no digests");
    scene.start_logging();
    scene.pass_minutes(65);
    let all = digests(&scene, HOME_DIGESTS);
    let resumed = all.iter().map(|(_, digest)| digest).skip(first.len());
    let starting: Vec<_> = resumed.map(trail::digest::Digest::is_starting).collect();
    assert_eq!(starting.first(), Some(&true), "it starts a chain");
    assert!(starting.iter().skip(1).all(|starts| !starts), "{starting:?}");
    let mut named: Vec<_> =
        all.into_iter().flat_map(|(_, digest)| digest.log_files).map(|file| file.object).collect();
    named.sort_unstable();
    let count = named.len();
    named.dedup();
    assert_eq!(named.len(), count, "no file is named twice");
    assert_eq!(scene.verify(), Vec::<String>::new());
}

/// A deleted trail is unknown at once; its files stay, what it had recorded is still delivered,
/// and a trail of the same name has a new chain.
#[test]
fn a_deleted_trail_leaves_its_files() {
    let scene = Scene::with_bucket();
    let settings = json!({"EnableLogFileValidation": true});
    logging_trail(&scene, TRAIL, &settings);
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    let answer = scene.trail("DeleteTrail", &named()).ok();
    assert_eq!(answer.json(), json!({}));
    for operation in ["GetTrail", "GetTrailStatus", "DeleteTrail", "StopLogging"] {
        let refused = scene.trail(operation, &named()).error();
        assert_eq!(refused.1, "TrailNotFoundException", "{operation}");
    }
    scene.kit.json("TrentService.ListAliases", &json!({})).ok();
    scene.pass_minutes(10);
    let left = records(&scene, HOME_LOGS);
    let found = counts(&left);
    assert_eq!((found["ListKeys"], found["DeleteTrail"], found.get("ListAliases")), (1, 1, None));
    let proven = digests(&scene, HOME_DIGESTS);
    assert!(!proven.is_empty());
    let view = scene.kit.gateway.snapshot().unwrap();
    assert_eq!(cloudtrail::backlog(&view.tx()).unwrap(), cloudtrail::Backlog::default());
    logging_trail(&scene, TRAIL, &settings);
    let status = scene.status();
    assert_eq!(status.get("LatestDeliveryTime"), None, "nothing is taken over: {status}");
    scene.pass_minutes(65);
    let all = digests(&scene, HOME_DIGESTS);
    let new = all.iter().map(|(_, digest)| digest).nth(proven.len()).unwrap();
    assert!(new.is_starting(), "its chain is a new one");
    assert_eq!(
        records(&scene, HOME_LOGS).iter().filter(|r| r["eventName"] == "ListKeys").count(),
        1
    );
}

/// A trail that does not validate makes no digests; one that is to validate later begins then, and
/// one that stops validating gets a last digest.
#[test]
fn validation_may_begin_and_end() {
    let scene = Scene::with_bucket();
    logging_trail(&scene, TRAIL, &json!({}));
    scene.pass_minutes(65);
    assert_eq!(scene.list(HOME_DIGESTS), Vec::<String>::new());
    let validate = |on: bool| {
        let update = json!({"Name": TRAIL, "EnableLogFileValidation": on});
        scene.trail("UpdateTrail", &update).ok();
    };
    let begun = scene.kit.clock.now();
    validate(true);
    scene.pass_minutes(65);
    let made = digests(&scene, HOME_DIGESTS);
    assert!(!made.is_empty());
    assert!(made[0].1.is_starting());
    assert!(made[0].1.end > begun);
    validate(false);
    scene.pass_minutes(5);
    let last = digests(&scene, HOME_DIGESTS).len();
    assert!(last > made.len(), "a last one");
    scene.pass_minutes(130);
    assert_eq!(digests(&scene, HOME_DIGESTS).len(), last);
    assert_eq!(scene.verify(), Vec::<String>::new());
}

/// A trail whose delivery cannot be proved is not created, and leaves nothing but its events.
#[test]
fn a_refused_trail_leaves_nothing() {
    let scene = Scene::with_bucket();
    let create = json!({"Name": TRAIL, "S3BucketName": BUCKET});
    assert_eq!(scene.trail("CreateTrail", &create).status, 400);
    let late = json!({"Name": TRAIL, "S3BucketName": BUCKET, "SnsTopicName": "topic"});
    crate::files::open_bucket(&scene);
    assert_eq!(scene.trail("CreateTrail", &late).status, 400);
    assert_eq!(scene.trail("ListTrails", &json!({})).ok().json()["Trails"], json!([]));
    let view = scene.kit.gateway.snapshot().unwrap();
    assert_eq!(cloudtrail::backlog(&view.tx()).unwrap(), cloudtrail::Backlog::default());
    assert_eq!(cloudtrail::oldest_needed(&scene.kit.gateway).unwrap(), u64::MAX);
    let probes = scene.kit.events();
    let count = |name: &str| probes.iter().filter(|event| event["eventName"] == name).count();
    assert_eq!((count("CreateTrail"), count("GetBucketAcl")), (2, 2));
    scene.trail("CreateTrail", &create).ok();
}
