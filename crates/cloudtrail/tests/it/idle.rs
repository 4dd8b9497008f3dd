//! An idle server: its own deliveries do not keep it busy.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::{Answered, S3Request};
use types::{MINUTE_MS, SECOND_MS, Timestamp};

use crate::scene::{BUCKET, Scene, TRAIL};

const OTHER_BUCKET: &str = "mori-second-bucket";
const OTHER_TRAIL: &str = "mori-second-trail";
/// The profile for rehearsals.
const REHEARSAL: trail::Timing =
    trail::Timing { delivery_interval_ms: 2 * SECOND_MS, digest_interval_ms: 30 * SECOND_MS };
const LOGS: &str = "AWSLogs/111122223333/CloudTrail/";
const DIGESTS: &str = "AWSLogs/111122223333/CloudTrail-Digest/";

fn s3(scene: &Scene, method: &str, target: &str, body: &[u8]) -> Answered {
    use base64::Engine;
    let md5 = base64::engine::general_purpose::STANDARD.encode(keys::md5(body));
    scene.kit.s3(S3Request { method, target, headers: &[("content-md5", &md5)], body }).ok()
}

/// Two trails that log everything, data events of both buckets included, each into its own bucket.
fn two_trails() -> Scene {
    let scene = Scene::with_trail_at(REHEARSAL);
    let location = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>";
    s3(&scene, "PUT", &format!("/{OTHER_BUCKET}"), location.as_bytes());
    let service = json!({"Service": "cloudtrail.amazonaws.com"});
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
         "Resource": format!("arn:aws:s3:::{OTHER_BUCKET}")},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
         "Resource": format!("arn:aws:s3:::{OTHER_BUCKET}/*")}]});
    s3(&scene, "PUT", &format!("/{OTHER_BUCKET}?policy"), policy.to_string().as_bytes());
    let create = json!({"Name": OTHER_TRAIL, "S3BucketName": OTHER_BUCKET,
        "IsMultiRegionTrail": true, "EnableLogFileValidation": true});
    scene.trail("CreateTrail", &create).ok();
    let selectors = json!([{"ReadWriteType": "All", "IncludeManagementEvents": true,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::"]}]}]);
    for name in [TRAIL, OTHER_TRAIL] {
        let put = json!({"TrailName": name, "EventSelectors": selectors});
        scene.trail("PutEventSelectors", &put).ok();
        scene.trail("StartLogging", &json!({"Name": name})).ok();
    }
    scene
}

fn pass(scene: &Scene, duration_ms: u64) {
    let end = scene.kit.clock.now().plus_ms(duration_ms);
    while scene.kit.clock.now() < end {
        let due: Timestamp = cloudtrail::deliver(&scene.kit.gateway, &types::steady);
        scene.kit.clock.set(due.min(end).max(scene.kit.clock.now().plus_ms(1)));
    }
    cloudtrail::deliver(&scene.kit.gateway, &types::steady);
}

/// Log files and digests delivered to a bucket so far, by the events of their delivery.
fn files(scene: &Scene, bucket: &str) -> (usize, usize) {
    let put = |folder: &str| {
        let is_put = |event: &&Value| {
            event["eventName"] == "PutObject"
                && event["requestParameters"]["bucketName"] == bucket
                && event["requestParameters"]["key"].as_str().unwrap().starts_with(folder)
                && event["errorCode"].is_null()
        };
        scene.kit.events().iter().filter(is_put).count()
    };
    (put(LOGS), put(DIGESTS))
}

fn objects(scene: &Scene, bucket: &str, folder: &str) -> Vec<String> {
    let prefix = wire::uri::encode(folder);
    let page = s3(scene, "GET", &format!("/{bucket}?prefix={prefix}"), b"").text();
    assert!(page.contains("<IsTruncated>false"), "one page");
    let keys = page.split("<Key>").skip(1);
    keys.map(|rest| rest.split("</Key>").next().unwrap().to_owned()).collect()
}

/// Deliveries create events, whose delivery creates events. On their own they are delivered every
/// five minutes; together with another event at once; and none of them is missing or in two files.
#[test]
fn deliveries_alone_do_not_make_the_next_file() {
    let scene = two_trails();
    pass(&scene, 10 * SECOND_MS);
    let before = [BUCKET, OTHER_BUCKET].map(|bucket| files(&scene, bucket).0);
    pass(&scene, 20 * MINUTE_MS);
    for (bucket, before) in [BUCKET, OTHER_BUCKET].into_iter().zip(before) {
        let made = files(&scene, bucket).0 - before;
        assert!((3..=5).contains(&made), "{made} log files in 20 minutes without a call");
    }
    let calm = files(&scene, BUCKET).0;
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    pass(&scene, 3 * SECOND_MS);
    assert_eq!(files(&scene, BUCKET).0, calm + 1, "another event goes at once");

    for name in [TRAIL, OTHER_TRAIL] {
        scene.trail("StopLogging", &json!({"Name": name})).ok();
    }
    let events = scene.kit.events();
    pass(&scene, MINUTE_MS);
    let place = |name: &str, trail: &str| {
        events.iter().position(|event| {
            event["eventName"] == name && event["requestParameters"]["name"] == trail
        })
    };
    for (bucket, trail) in [(BUCKET, TRAIL), (OTHER_BUCKET, OTHER_TRAIL)] {
        let (start, stop) =
            (place("StartLogging", trail).unwrap(), place("StopLogging", trail).unwrap());
        let wanted: BTreeSet<&str> =
            events[start..stop].iter().map(|event| event["eventID"].as_str().unwrap()).collect();
        let mut found = BTreeMap::<String, usize>::new();
        let logs = objects(&scene, bucket, LOGS);
        for key in &logs {
            let body = s3(&scene, "GET", &format!("/{bucket}/{key}"), b"").body;
            for record in trail::log_file::read(&body, 1 << 30).unwrap() {
                *found.entry(record["eventID"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        let missing: Vec<_> = wanted.iter().filter(|id| !found.contains_key(**id)).collect();
        assert!(missing.is_empty(), "{} of {} are missing", missing.len(), wanted.len());
        assert!(found.values().all(|times| *times == 1), "an event is in two files");
        let mut named = BTreeSet::new();
        for key in objects(&scene, bucket, DIGESTS) {
            let body = s3(&scene, "GET", &format!("/{bucket}/{key}"), b"").body;
            let plain = trail::gzip::decompress(&body, 1 << 30).unwrap();
            let digest = trail::digest::Digest::parse(&plain).unwrap();
            named.extend(digest.log_files.into_iter().map(|file| file.object));
        }
        assert_eq!(named, logs.into_iter().collect(), "digests name the log files");
    }
    assert_eq!(scene.verify(), Vec::<String>::new());
}
