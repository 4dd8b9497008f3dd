//! The four steps, in one process: a key, a bucket, a trail, and log files that verify.

use serde_json::{Value, json};

use crate::scene::{BUCKET, Scene, TRAIL_ARN};

/// Everything the scenario calls is in its log files, once, and the digests name the files.
#[test]
fn the_scenario_delivers_every_call_and_a_chain_of_digests() {
    let scene = Scene::with_trail();
    scene.start_logging();
    for _ in 0..3 {
        scene.kit.json("TrentService.ListKeys", &json!({})).ok();
        scene.pass_minutes(5);
    }
    scene.pass_minutes(120);
    let delivered = scene.delivered();
    let mut ids: Vec<&str> = delivered.iter().map(|r| r["eventID"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "no event is delivered twice");
    let keys = delivered.iter().filter(|r| r["eventName"] == "ListKeys").count();
    assert_eq!(keys, 3);
    let digests = scene.list("AWSLogs/111122223333/CloudTrail-Digest/");
    assert!(digests.len() >= 2, "{digests:?}");
    assert_eq!(scene.verify(), Vec::<String>::new());
}

/// Without the two statements the trail is refused in AWS's words; with a key in play they speak
/// of both.
#[test]
fn a_bucket_without_its_policy_is_refused() {
    let scene = Scene::with_bucket();
    let (status, code, message) = scene.create_trail(None).error();
    assert_eq!((status, code.as_str()), (400, "InsufficientS3BucketPolicyException"));
    assert_eq!(message, format!("Incorrect S3 bucket policy is detected for bucket: {BUCKET}"));
    let (_, code, message) = scene.create_trail(Some(&scene.key_arn)).error();
    assert_eq!(code, "InsufficientEncryptionPolicyException");
    assert_eq!(
        message,
        format!(
            "Insufficient permissions to access S3 bucket {BUCKET} or KMS key {}.",
            scene.key_arn
        )
    );
    let event = scene.kit.event("CreateTrail");
    assert_eq!(event["errorCode"], "InsufficientEncryptionPolicyException");
    let probe = scene.kit.event("GetBucketAcl");
    assert_eq!(
        probe["userIdentity"],
        json!({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"})
    );
    assert_eq!(probe["errorCode"], "AccessDenied");
}

/// A policy that breaks later stops delivery, the status shows why, and after the repair nothing is
/// missing.
#[test]
fn an_outage_loses_nothing() {
    let scene = Scene::with_trail();
    scene.start_logging();
    scene.pass_minutes(6);
    assert_eq!(scene.status()["LatestDeliveryError"], Value::Null);
    scene.put_key_policy("arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/other");
    for _ in 0..5 {
        scene.kit.json("TrentService.ListAliases", &json!({})).ok();
        scene.pass_minutes(60);
    }
    assert_eq!(scene.status()["LatestDeliveryError"], "AccessDenied");
    scene.put_key_policy(TRAIL_ARN);
    scene.pass_minutes(70);
    assert_eq!(scene.status()["LatestDeliveryError"], Value::Null);
    let delivered = scene.delivered();
    let found = delivered.iter().filter(|r| r["eventName"] == "ListAliases").count();
    assert_eq!(found, 5);
    assert_eq!(scene.verify(), Vec::<String>::new());
}

/// While a lane is blocked, the pending files, the reason and the deadline are reported; afterwards
/// nothing is pending.
#[test]
fn an_outage_is_described_file_by_file() {
    let scene = Scene::with_trail();
    let described = || {
        let answer = scene.kit.json("Shoseki_20261101.DescribeDeliveries", &json!({})).ok().json();
        assert_eq!(
            (&answer["DeliveryInterval"], &answer["DigestInterval"]),
            (&300.into(), &3600.into())
        );
        answer["Deliveries"][0].clone()
    };
    scene.start_logging();
    scene.pass_minutes(6);
    let healthy = described();
    assert_eq!((&healthy["TrailARN"], &healthy["Queues"]), (&TRAIL_ARN.into(), &json!([])));
    assert_eq!(healthy["Bucket"], BUCKET);
    assert!(healthy["KmsKeyId"].as_str().unwrap().contains(":key/"), "{healthy}");
    let delay = healthy["LatestDelay"].as_u64().unwrap();
    assert!(delay <= 6 * 60_000, "{delay}");
    scene.put_key_policy("arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/other");
    for _ in 0..3 {
        scene.pass_minutes(5);
    }
    let backlog = cloudtrail::backlog(&scene.kit.gateway.snapshot().unwrap().tx()).unwrap();
    assert!(backlog.refusing == 1 && backlog.files >= 2 && backlog.oldest.is_some(), "{backlog:?}");
    let broken = described();
    let queue = &broken["Queues"][0];
    assert_eq!((&queue["Kind"], &queue["Error"]), (&"LogFile".into(), &"AccessDenied".into()));
    assert_eq!(queue["Bucket"], BUCKET);
    let explain = json!({"RequestId": queue["RequestId"]});
    let explained = scene.kit.json("Shoseki_20261101.ExplainDenial", &explain).ok().json();
    let denial = &explained["Denials"][0];
    assert_eq!(denial["Action"], "kms:GenerateDataKey");
    let miss = &denial["NearMisses"][0];
    assert_eq!(miss["by"]["statement"], "Allow CloudTrail to encrypt logs");
    assert_eq!(
        miss["conditions"],
        json!([{"operator": "StringEquals", "key": "aws:sourcearn",
            "expected": ["arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/other"],
            "found": [TRAIL_ARN]}])
    );
    assert_eq!(queue["Folder"], "AWSLogs/111122223333/CloudTrail");
    let number = |name: &str| queue[name].as_f64().unwrap();
    assert!(number("Files") >= 2.0 && number("Events") >= number("Files"), "{queue}");
    assert!(
        number("Attempts") >= 1.0 && number("NextAttempt") > number("LatestAttempt"),
        "{queue}"
    );
    scene.put_key_policy(TRAIL_ARN);
    scene.pass_minutes(70);
    assert_eq!((&described()["Queues"], &described()["Losses"]), (&json!([]), &json!([])));
    let backlog = cloudtrail::backlog(&scene.kit.gateway.snapshot().unwrap().tx()).unwrap();
    assert_eq!((backlog.refusing, backlog.files, backlog.lost), (0, 0, 0));
    assert_eq!(backlog.logging_trails, 1);
    let delivered = described();
    let newest = &delivered["NewestDigests"][0];
    assert_eq!((&newest["Region"], &newest["Bucket"]), (&"ap-northeast-1".into(), &BUCKET.into()));
    let object = newest["Object"].as_str().unwrap();
    scene.get(object).ok();
    let unknown = json!({"Name": "no-such-trail"});
    let (status, code, _) = scene.kit.json("Shoseki_20261101.DescribeDeliveries", &unknown).error();
    assert_eq!((status, code.as_str()), (400, "TrailNotFoundException"));
}

/// The history finds calls by attribute, without any trail.
#[test]
fn the_history_needs_no_trail() {
    let scene = Scene::with_bucket();
    let found = scene.lookup("EventName", "CreateAlias");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["Username"], "root");
    assert_eq!(scene.lookup("EventName", "NoSuchCall").len(), 0);
    assert_eq!(scene.lookup("ResourceName", BUCKET).len(), 2);
}

/// A bucket with Object Lock accepts no bytes without a checksum: log files and digests have one.
#[test]
fn a_bucket_with_default_retention_is_delivered_into() {
    let scene = Scene::with_bucket();
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    scene.s3("PUT", &format!("/{BUCKET}?versioning"), versioning.as_bytes()).ok();
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
                <DefaultRetention><Mode>COMPLIANCE</Mode><Days>365</Days></DefaultRetention>\
                </Rule></ObjectLockConfiguration>";
    scene.s3_checked("PUT", &format!("/{BUCKET}?object-lock"), lock.as_bytes()).ok();
    scene.put_bucket_policy(TRAIL_ARN);
    scene.create_trail(Some(&scene.key_arn)).ok();
    scene.start_logging();
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    scene.pass_minutes(120);
    assert!(scene.delivered().iter().any(|record| record["eventName"] == "ListKeys"));
    assert_eq!(scene.verify(), Vec::<String>::new());
    for folder in ["CloudTrail/", "CloudTrail-Digest/"] {
        let files = scene.list(&format!("AWSLogs/111122223333/{folder}"));
        let file = scene.get(files.first().unwrap());
        assert_eq!(file.header("x-amz-object-lock-mode"), "COMPLIANCE", "{folder}");
        let target = format!("/{BUCKET}/{}", wire::uri::encode_path(files.first().unwrap()));
        let target = format!("{target}?versionId={}", file.header("x-amz-version-id"));
        assert_eq!(scene.s3("DELETE", &target, b"").status, 403);
    }
}

/// The documented bucket policy is sufficient, whether ACLs are enabled from the start or later.
#[test]
fn a_bucket_with_acls_is_delivered_into() {
    for ownership in ["BucketOwnerPreferred", "ObjectWriter", ""] {
        let scene = Scene::with_trail();
        scene.start_logging();
        scene.pass_minutes(10);
        let rule = format!("<Rule><ObjectOwnership>{ownership}</ObjectOwnership></Rule>");
        let controls = format!("<OwnershipControls>{rule}</OwnershipControls>");
        let target = format!("/{BUCKET}?ownershipControls");
        let method = if ownership.is_empty() { "DELETE" } else { "PUT" };
        scene.s3(method, &target, controls.as_bytes());
        scene.kit.json("TrentService.ListKeys", &json!({})).ok();
        scene.pass_minutes(10);
        let delivered = scene.delivered();
        let found = delivered.iter().any(|record| record["eventName"] == "ListKeys");
        assert!(found, "{ownership}: {}", scene.status());
        scene.trail("DeleteTrail", &json!({"Name": crate::scene::TRAIL})).ok();
        scene.create_trail(None).ok();
    }
}
