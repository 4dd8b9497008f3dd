//! Deliveries that are refused: each cause, what the status shows, and how they go on.

use serde_json::{Value, json};
use trail::Timing;
use types::{DAY_MS, HOUR_MS, MINUTE_MS};

use crate::files::{
    HOME_DIGESTS, HOME_LOGS, LOGS, counts, digests, logging_trail, open_bucket, records,
};
use crate::scene::{BUCKET, Scene, TRAIL, TRAIL_ARN};

const LOCATION: &str = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";

const DAILY_DIGESTS: Timing =
    Timing { delivery_interval_ms: 5 * MINUTE_MS, digest_interval_ms: DAY_MS };

/// Deletes the bucket with all that is in it.
fn delete_bucket(scene: &Scene) {
    for key in scene.list("") {
        scene.s3("DELETE", &format!("/{BUCKET}/{}", wire::uri::encode_path(&key)), b"").ok();
    }
    scene.s3("DELETE", &format!("/{BUCKET}"), b"").ok();
}

fn list_keys(scene: &Scene) {
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
}

fn listed(scene: &Scene) -> usize {
    counts(&records(scene, HOME_LOGS)).get("ListKeys").copied().unwrap_or_default()
}

fn backlog(scene: &Scene) -> cloudtrail::Backlog {
    cloudtrail::backlog(&scene.kit.gateway.snapshot().unwrap().tx()).unwrap()
}

/// Every cause has its code in the status; once it is removed, all events are there, once.
#[test]
fn every_cause_is_shown_and_can_be_removed() {
    type Change = fn(&Scene);
    let of_key = |scene: &Scene| json!({"KeyId": scene.key_id()});
    let disable: Change = |scene| {
        scene.kit.json("TrentService.DisableKey", &json!({"KeyId": scene.key_id()})).ok();
    };
    let enable: Change = |scene| {
        scene.kit.json("TrentService.EnableKey", &json!({"KeyId": scene.key_id()})).ok();
    };
    let schedule: Change = |scene| {
        let schedule = json!({"KeyId": scene.key_id(), "PendingWindowInDays": 7});
        scene.kit.json("TrentService.ScheduleKeyDeletion", &schedule).ok();
    };
    let cancel: Change = |scene| {
        let key = json!({"KeyId": scene.key_id()});
        scene.kit.json("TrentService.CancelKeyDeletion", &key).ok();
        scene.kit.json("TrentService.EnableKey", &key).ok();
    };
    let close: Change = |scene| {
        scene.s3("DELETE", &format!("/{BUCKET}?policy"), b"").ok();
    };
    let open: Change = |scene| open_bucket(scene);
    let forbid_key: Change = |scene| scene.put_key_policy(&format!("{TRAIL_ARN}-other"));
    let allow_key: Change = |scene| scene.put_key_policy(TRAIL_ARN);
    for (breaks, repairs, code) in [
        (close, open, "AccessDenied"),
        (forbid_key, allow_key, "AccessDenied"),
        (disable, enable, "KMS.DisabledException"),
        (schedule, cancel, "KMS.KMSInvalidStateException"),
    ] {
        let scene = Scene::with_trail();
        open_bucket(&scene);
        assert_eq!(of_key(&scene)["KeyId"], scene.key_id());
        scene.start_logging();
        list_keys(&scene);
        scene.pass_minutes(5);
        let good = scene.status();
        assert_eq!(good.get("LatestDeliveryError"), None, "{code}");
        breaks(&scene);
        list_keys(&scene);
        scene.pass_minutes(5);
        let bad = scene.status();
        assert_eq!(bad["LatestDeliveryError"], code);
        assert_eq!(bad["LatestDeliveryTime"], good["LatestDeliveryTime"], "{code}");
        assert_eq!(bad["LatestDeliveryAttemptSucceeded"], "", "{code}");
        assert_ne!(bad["LatestDeliveryAttemptTime"], good["LatestDeliveryAttemptTime"], "{code}");
        assert_eq!(backlog(&scene).refusing, 1, "{code}");
        repairs(&scene);
        scene.pass_minutes(60);
        assert_eq!(scene.status().get("LatestDeliveryError"), None, "{code}");
        assert_eq!(listed(&scene), 2, "{code}");
        assert_eq!((backlog(&scene).refusing, backlog(&scene).files), (0, 0), "{code}");
    }
}

/// A bucket that is deleted and created again gets the files that wait, and the chain goes on into
/// it.
#[test]
fn a_bucket_that_is_created_again_is_delivered_into() {
    let scene = Scene::with_bucket();
    logging_trail(&scene, TRAIL, &json!({"EnableLogFileValidation": true}));
    scene.pass_minutes(65);
    delete_bucket(&scene);
    list_keys(&scene);
    scene.pass_minutes(65);
    let status = scene.status();
    assert_eq!(status["LatestDeliveryError"], "NoSuchBucket");
    assert_eq!(status["LatestDigestDeliveryError"], "NoSuchBucket");
    let waiting = backlog(&scene);
    assert!(waiting.files >= 2 && waiting.refusing == 2, "{waiting:?}");
    scene.s3("PUT", &format!("/{BUCKET}"), LOCATION.as_bytes()).ok();
    open_bucket(&scene);
    scene.pass_minutes(65);
    assert_eq!(listed(&scene), 1);
    let made = digests(&scene, HOME_DIGESTS);
    assert!(!made.is_empty() && !made[0].1.is_starting(), "it refers to the lost one");
    let status = scene.status();
    assert_eq!(status.get("LatestDigestDeliveryError"), None);
    assert_eq!(status.get("LatestDeliveryError"), None);
}

/// Attempts are at most an hour apart for thirty days; then the log files are given up, which is on
/// record, while digests wait on.
#[test]
fn log_files_are_given_up_after_thirty_days() {
    let scene = Scene::with_trail_at(DAILY_DIGESTS);
    open_bucket(&scene);
    scene.start_logging();
    scene.pass_minutes(6);
    scene.s3("DELETE", &format!("/{BUCKET}?policy"), b"").ok();
    list_keys(&scene);
    scene.pass_minutes(5);
    scene.trail("StopLogging", &json!({"Name": TRAIL})).ok();
    let quarters = |number: u64| {
        for _ in 0..number {
            scene.kit.clock.advance_ms(6 * HOUR_MS);
            cloudtrail::deliver(&scene.kit.gateway, &types::steady);
        }
    };
    quarters(29 * 4);
    assert_eq!(cloudtrail::losses(&scene.kit.gateway).unwrap(), []);
    assert!(backlog(&scene).files >= 2);
    quarters(2 * 4);
    let lost = cloudtrail::losses(&scene.kit.gateway).unwrap();
    assert_eq!(lost.len(), 2, "one up to the outage and one up to the end: {lost:?}");
    for loss in &lost {
        assert_eq!((loss.bucket.as_str(), loss.error.as_deref()), (BUCKET, Some("AccessDenied")));
        assert!(loss.object.starts_with(HOME_LOGS), "{}", loss.object);
        assert!(loss.events >= 1);
        let age = loss.given_up.since_ms(testkit::START);
        assert!((30 * DAY_MS..31 * DAY_MS + 12 * HOUR_MS).contains(&age), "{age}");
    }
    let all = backlog(&scene);
    assert_eq!((all.lost, all.trails[0].name.as_str()), (2, TRAIL));
    assert!(all.files >= 1, "digests wait: {all:?}");
    let described = scene.kit.json("Shoseki_20261101.DescribeDeliveries", &json!({})).ok().json();
    let losses = described["Deliveries"][0]["Losses"].as_array().unwrap();
    assert_eq!(losses.len(), 2);
    assert_eq!(
        (&losses[0]["Bucket"], &losses[0]["Error"]),
        (&json!(BUCKET), &json!("AccessDenied"))
    );
    open_bucket(&scene);
    quarters(1);
    assert_eq!(listed(&scene), 0, "the event is in the history alone");
    assert_eq!(scene.lookup("EventName", "ListKeys").len(), 1);
    assert!(!digests(&scene, HOME_DIGESTS).is_empty());
    assert_eq!(scene.verify(), Vec::<String>::new());
}

/// A lane that refuses rests longer after each attempt: every attempt leaves its denied event.
#[test]
fn a_lane_rests_longer_after_each_attempt() {
    let scene = Scene::with_bucket();
    logging_trail(&scene, TRAIL, &json!({}));
    scene.pass_minutes(6);
    scene.s3("DELETE", &format!("/{BUCKET}?policy"), b"").ok();
    list_keys(&scene);
    scene.pass_minutes(240);
    let refused = |event: &&Value| {
        event["eventName"] == "GetBucketAcl" && event["errorCode"] == "AccessDenied"
    };
    let events = scene.kit.events();
    let at =
        |event: &Value| types::Timestamp::parse_iso(event["eventTime"].as_str().unwrap()).unwrap();
    let times: Vec<_> = events.iter().filter(refused).map(at).collect();
    let pauses: Vec<_> = times.windows(2).map(|pair| pair[1].since_ms(pair[0]) / 1_000).collect();
    assert_eq!(pauses[..4], [10, 20, 40, 80], "{pauses:?}");
    assert!(pauses.is_sorted() && pauses.iter().all(|pause| *pause <= 3_601), "{pauses:?}");
    assert!(times.len() < 20, "{} attempts in four hours", times.len());
}

/// Two trails deliver into one bucket, each its own files; when one is refused the other goes on.
#[test]
fn two_trails_share_a_bucket() {
    let scene = Scene::with_bucket();
    let validating = json!({"EnableLogFileValidation": true});
    logging_trail(&scene, TRAIL, &validating);
    logging_trail(&scene, "second", &validating);
    list_keys(&scene);
    scene.pass_minutes(65);
    assert_eq!(listed(&scene), 2, "one in each trail's files");
    let of = |name: &str| {
        let all = digests(&scene, HOME_DIGESTS);
        let part = format!("_{name}_ap-northeast-1_");
        all.into_iter().filter(|(key, _)| key.contains(&part)).map(|(_, d)| d).collect::<Vec<_>>()
    };
    for name in [TRAIL, "second"] {
        let chain = of(name);
        assert!(chain[0].is_starting(), "{name}");
        for pair in chain.windows(2) {
            let link = pair[1].previous.as_ref().unwrap();
            assert_eq!(link.object, pair[0].object, "{name}");
        }
    }
    let own: Vec<_> = of(TRAIL).into_iter().flat_map(|digest| digest.log_files).collect();
    let others: Vec<_> = of("second").into_iter().flat_map(|digest| digest.log_files).collect();
    let logs = scene.list(LOGS);
    assert!(!own.is_empty() && !others.is_empty());
    assert!(own.iter().chain(&others).all(|file| logs.contains(&file.object)));
    assert!(own.iter().all(|file| others.iter().all(|other| other.object != file.object)));
    // The policy of the first trail alone.
    scene.put_bucket_policy(TRAIL_ARN);
    list_keys(&scene);
    scene.pass_minutes(6);
    assert_eq!(listed(&scene), 3);
    let second = scene.trail("GetTrailStatus", &json!({"Name": "second"})).ok().json();
    assert_eq!(second["LatestDeliveryError"], "AccessDenied");
    assert_eq!(scene.status().get("LatestDeliveryError"), None);
    assert_eq!(backlog(&scene).logging_trails, 2);
}

/// Events that are still to be delivered are kept; those of a trail that has delivered all are not
/// needed.
#[test]
fn what_waits_is_needed() {
    let scene = Scene::with_bucket();
    let needed = || cloudtrail::oldest_needed(&scene.kit.gateway).unwrap();
    assert_eq!(needed(), u64::MAX, "there is no trail");
    logging_trail(&scene, TRAIL, &json!({}));
    let start = needed();
    let last = || {
        let view = scene.kit.gateway.snapshot().unwrap();
        scene.kit.gateway.events_from(&view, 0, usize::MAX).unwrap().last().unwrap().seq
    };
    assert_eq!(start, last(), "the call that started it is the first");
    scene.pass_minutes(6);
    let cut = needed();
    assert!(cut > start, "{cut}");
    scene.s3("DELETE", &format!("/{BUCKET}?policy"), b"").ok();
    scene.pass_minutes(30);
    let waiting = needed();
    assert!(waiting < last() - 3, "the files that wait need their events");
    scene.pass_minutes(60);
    assert_eq!(needed(), waiting);
    open_bucket(&scene);
    scene.trail("StopLogging", &json!({"Name": TRAIL})).ok();
    scene.pass_minutes(70);
    assert_eq!(needed(), u64::MAX, "everything is delivered");
}
