//! What `CreateTrail` answers, what `UpdateTrail` changes and keeps, and where trails are listed.

use serde_json::{Value, json};
use testkit::OTHER_ACCOUNT;

use crate::files::{HOME_LOGS, counts, logging_trail, open_bucket, records};
use crate::scene::{BUCKET, Scene, TRAIL, TRAIL_ARN};

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";

fn trail(scene: &Scene) -> Value {
    scene.trail("GetTrail", &json!({"Name": TRAIL})).ok().json()["Trail"].clone()
}

fn with(base: &Value, member: &str, value: Value) -> Value {
    let mut whole = base.clone();
    whole[member] = value;
    whole
}

/// Every member of the answer, those that were not set left out; the event has the same.
#[test]
fn a_plain_trail_has_these_settings() {
    let scene = Scene::with_bucket();
    open_bucket(&scene);
    let create = json!({"Name": TRAIL, "S3BucketName": BUCKET});
    let answer = scene.trail("CreateTrail", &create).ok().json();
    let want = json!({"Name": TRAIL, "S3BucketName": BUCKET, "IncludeGlobalServiceEvents": true,
        "IsMultiRegionTrail": false, "TrailARN": TRAIL_ARN, "LogFileValidationEnabled": false,
        "IsOrganizationTrail": false});
    assert_eq!(answer, want);
    let described = json!({"Name": TRAIL, "S3BucketName": BUCKET,
        "IncludeGlobalServiceEvents": true, "IsMultiRegionTrail": false,
        "HomeRegion": "ap-northeast-1", "TrailARN": TRAIL_ARN,
        "LogFileValidationEnabled": false, "HasCustomEventSelectors": false,
        "HasInsightSelectors": false, "IsOrganizationTrail": false});
    assert_eq!(trail(&scene), described);
    let event = scene.kit.event("CreateTrail");
    assert_eq!(event["requestParameters"], json!({"name": TRAIL, "s3BucketName": BUCKET}));
    assert_eq!(event["responseElements"]["trailARN"], TRAIL_ARN);
    assert_eq!(event["responseElements"]["isMultiRegionTrail"], false);
    assert_eq!(trail_status(&scene)["IsLogging"], false, "a new trail does not log");
}

fn trail_status(scene: &Scene) -> Value {
    scene.trail("GetTrailStatus", &json!({"Name": TRAIL})).ok().json()
}

/// An update changes the one member that it names, and keeps all others.
#[test]
fn an_update_keeps_what_it_does_not_name() {
    let scene = Scene::with_bucket();
    open_bucket(&scene);
    scene.put_key_policy(TRAIL_ARN);
    let create = json!({"Name": TRAIL, "S3BucketName": BUCKET, "S3KeyPrefix": "p",
        "IsMultiRegionTrail": true, "EnableLogFileValidation": true});
    scene.trail("CreateTrail", &create).ok();
    let mut want = trail(&scene);
    for (member, value, shown, as_shown) in [
        ("S3KeyPrefix", json!("q/r"), "S3KeyPrefix", json!("q/r")),
        ("EnableLogFileValidation", json!(false), "LogFileValidationEnabled", json!(false)),
        ("IsMultiRegionTrail", json!(false), "IsMultiRegionTrail", json!(false)),
        ("IncludeGlobalServiceEvents", json!(false), "IncludeGlobalServiceEvents", json!(false)),
        ("KmsKeyId", json!(scene.key_id()), "KmsKeyId", json!(scene.key_arn)),
        ("KmsKeyId", json!("alias/mori/kms"), "KmsKeyId", json!(scene.key_arn)),
    ] {
        let answer = scene.trail("UpdateTrail", &json!({"Name": TRAIL, member: value})).ok().json();
        want[shown] = as_shown;
        assert_eq!(trail(&scene), want, "{member}");
        assert_eq!(answer[shown], want[shown], "{member}");
    }
    for (member, shown) in [("S3KeyPrefix", "S3KeyPrefix"), ("KmsKeyId", "KmsKeyId")] {
        scene.trail("UpdateTrail", &json!({"Name": TRAIL, member: ""})).ok();
        want.as_object_mut().unwrap().remove(shown);
        assert_eq!(trail(&scene), want, "{member} is removed");
    }
    scene.trail("UpdateTrail", &json!({"Name": TRAIL})).ok();
    assert_eq!(trail(&scene), want, "nothing is named");
}

/// `RecursiveLogging` is answered if it was set, kept by an update without it, and drops the
/// deliveries themselves when it is off.
#[test]
fn recursive_logging_is_a_setting() {
    let mut found = Vec::new();
    for recursive in [json!(null), json!(false)] {
        let scene = Scene::with_bucket();
        let set = if recursive.is_null() { json!({}) } else { json!({"RecursiveLogging": false}) };
        logging_trail(&scene, TRAIL, &set);
        let answer = scene.trail("UpdateTrail", &json!({"Name": TRAIL})).ok().json();
        assert_eq!(answer.get("RecursiveLogging").cloned().unwrap_or_default(), recursive);
        let objects = json!({"TrailName": TRAIL, "EventSelectors": [{"DataResources": [
            {"Type": "AWS::S3::Object", "Values": [format!("arn:aws:s3:::{BUCKET}/")]}]}]});
        scene.trail("PutEventSelectors", &objects).ok();
        for _ in 0..3 {
            scene.kit.json("TrentService.ListKeys", &json!({})).ok();
            scene.pass_minutes(5);
        }
        let records = records(&scene, HOME_LOGS);
        assert!(counts(&records)["GetBucketAcl"] > 0, "other calls of deliveries stay");
        found.push(counts(&records).get("PutObject").copied().unwrap_or_default());
    }
    assert!(found[0] > 0 && found[1] == 0, "{found:?}");
}

/// A prefix begins every key; a new one is for the events after the change.
#[test]
fn a_prefix_begins_every_key() {
    let scene = Scene::with_bucket();
    logging_trail(&scene, TRAIL, &json!({"S3KeyPrefix": "old", "EnableLogFileValidation": true}));
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    scene.trail("UpdateTrail", &json!({"Name": TRAIL, "S3KeyPrefix": "new/er"})).ok();
    scene.kit.json("TrentService.ListAliases", &json!({})).ok();
    scene.pass_minutes(65);
    let (old, new) = (
        records(&scene, "old/AWSLogs/111122223333/CloudTrail/"),
        records(&scene, "new/er/AWSLogs/111122223333/CloudTrail/"),
    );
    let has = |records: &[Value], name: &str| counts(records).contains_key(name);
    assert!(has(&old, "ListKeys") && !has(&old, "ListAliases"));
    assert!(has(&new, "ListAliases") && !has(&new, "ListKeys"));
    assert!(has(&new, "UpdateTrail"), "the change is judged by the new settings");
    assert!(!scene.list("new/er/AWSLogs/111122223333/CloudTrail-Digest/").is_empty());
    assert!(scene.list("AWSLogs/").is_empty(), "nothing is at the root");
    for probe in ["old/AWSLogs/111122223333/", "new/er/AWSLogs/111122223333/"] {
        assert_eq!(scene.get(probe).ok().body.len(), 0, "the probe's object");
    }
}

/// A trail of one region delivers its own region's events, and those of global services only as
/// they are of `us-east-1`; a multi-region trail delivers all, each in its region's folder.
#[test]
fn regions_have_folders_of_their_own() {
    for wide in [false, true] {
        let scene = Scene::with_bucket();
        logging_trail(&scene, TRAIL, &json!({"IsMultiRegionTrail": wide}));
        scene.kit.json_in("eu-west-1", "TrentService.ListKeys", &json!({})).ok();
        scene.kit.json("TrentService.ListAliases", &json!({})).ok();
        scene.kit.query("iam", &[("Action", "ListUsers")]).ok();
        scene.pass_minutes(6);
        let of = |region: &str| {
            let prefix = format!("AWSLogs/111122223333/CloudTrail/{region}/");
            let records = records(&scene, &prefix);
            assert!(records.iter().all(|record| record["awsRegion"] == region));
            counts(&records).into_keys().map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(of("ap-northeast-1").contains(&"ListAliases".to_owned()));
        let (europe, global) = (of("eu-west-1"), of("us-east-1"));
        let want: &[&str] = if wide { &["ListKeys"] } else { &[] };
        assert_eq!(europe, want, "{wide}");
        let want: &[&str] = if wide { &["ListUsers"] } else { &[] };
        assert_eq!(global, want, "{wide}");
    }
}

/// Without global service events their calls are left out, in `us-east-1` as well.
#[test]
fn global_service_events_may_be_left_out() {
    for includes in [true, false] {
        let scene = Scene::with_bucket();
        open_bucket(&scene);
        let create = json!({"Name": TRAIL, "S3BucketName": BUCKET,
            "IncludeGlobalServiceEvents": includes});
        let there = |operation: &str, body: &Value| {
            scene.kit.json_in("us-east-1", &format!("{TARGET}{operation}"), body).ok()
        };
        there("CreateTrail", &create);
        there("StartLogging", &json!({"Name": TRAIL}));
        scene.kit.query("iam", &[("Action", "ListUsers")]).ok();
        scene.kit.json_in("us-east-1", "TrentService.ListKeys", &json!({})).ok();
        scene.pass_minutes(6);
        let records = records(&scene, "AWSLogs/111122223333/CloudTrail/us-east-1/");
        let found = counts(&records);
        assert!(found.contains_key("ListKeys"), "{found:?}");
        assert_eq!(found.contains_key("ListUsers"), includes, "{found:?}");
    }
}

/// `ListTrails` lists all regions' trails of the account; another account has none of them.
#[test]
fn trails_of_all_regions_are_listed() {
    let scene = Scene::with_trail();
    open_bucket(&scene);
    let create = json!({"Name": "europe", "S3BucketName": BUCKET});
    scene.kit.json_in("eu-west-1", &format!("{TARGET}CreateTrail"), &create).ok();
    let listed = scene.trail("ListTrails", &json!({})).ok().json();
    let europe = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/europe";
    let want = json!([
        {"TrailARN": TRAIL_ARN, "Name": TRAIL, "HomeRegion": "ap-northeast-1"},
        {"TrailARN": europe, "Name": "europe", "HomeRegion": "eu-west-1"}]);
    assert_eq!(listed["Trails"], want);
    let target = format!("{TARGET}ListTrails");
    let others = scene.kit.json_as(&scene.kit.other_root, &target, &json!({})).ok().json();
    assert_eq!(others["Trails"], json!([]));
    let by_arn = json!({"trailNameList": [europe, TRAIL, "no-such-trail"]});
    let described = scene.trail("DescribeTrails", &by_arn).ok().json();
    let names: Vec<_> =
        described["trailList"].as_array().unwrap().iter().map(|trail| &trail["Name"]).collect();
    assert_eq!(names, ["europe", TRAIL]);
    let plain = scene.trail("DescribeTrails", &json!({"trailNameList": []})).ok().json();
    assert_eq!(plain["trailList"].as_array().unwrap().len(), 1, "those of the region");
}

/// A name that breaks the rules is refused by `DescribeTrails`, too, and an ARN that is none.
#[test]
fn descriptions_of_wrong_names_are_refused() {
    let scene = Scene::with_trail();
    for (name, code) in [
        ("a b", "InvalidTrailNameException"),
        ("arn:aws:cloudtrail:nowhere", "CloudTrailARNInvalidException"),
    ] {
        let ask = json!({"trailNameList": [TRAIL, name]});
        let refused = scene.trail("DescribeTrails", &ask).error();
        assert_eq!((refused.0, refused.1.as_str()), (400, code));
        let event = scene.kit.event("DescribeTrails");
        assert_eq!(event["errorCode"], code);
        assert_eq!(event["requestParameters"]["trailNameList"], json!([TRAIL, name]));
    }
}

/// Another account's trail is unknown, by its ARN as well.
#[test]
fn a_trail_of_another_account_is_unknown() {
    let scene = Scene::with_trail();
    for operation in ["GetTrail", "GetTrailStatus", "StartLogging", "DeleteTrail"] {
        let target = format!("{TARGET}{operation}");
        let by_other =
            scene.kit.json_as(&scene.kit.other_root, &target, &json!({"Name": TRAIL_ARN}));
        let (status, code, message) = by_other.error();
        assert_eq!((status, code.as_str()), (400, "TrailNotFoundException"), "{operation}");
        assert!(message.ends_with(&format!("for the user: {OTHER_ACCOUNT}")), "{message}");
    }
    assert_eq!(trail(&scene)["Name"], TRAIL);
}

/// A key is named by ID, ARN or alias, and by nothing else.
#[test]
fn a_key_is_named_in_three_ways() {
    let scene = Scene::with_bucket();
    open_bucket(&scene);
    let create = json!({"Name": TRAIL, "S3BucketName": BUCKET});
    let alias_arn = "arn:aws:kms:ap-northeast-1:111122223333:alias/mori/kms";
    for key in [scene.key_id(), &scene.key_arn, "alias/mori/kms", alias_arn] {
        let made = scene.trail("CreateTrail", &with(&create, "KmsKeyId", json!(key))).ok().json();
        assert_eq!(made["KmsKeyId"], scene.key_arn.as_str(), "{key}");
        scene.trail("DeleteTrail", &json!({"Name": TRAIL})).ok();
    }
    let absent = "11111111-2222-3333-4444-555555555555";
    for (key, code, message) in [
        (absent, "KmsKeyNotFoundException", format!("KMS key {absent} does not exist.")),
        ("alias/", "InvalidKmsKeyIdException", "Invalid KMS key id: alias/".to_owned()),
        ("a:b", "InvalidKmsKeyIdException", "Invalid KMS key id: a:b".to_owned()),
        (
            "arn:aws:kms:ap-northeast-1:111122223333:grant/x",
            "InvalidKmsKeyIdException",
            "Invalid KMS key id: arn:aws:kms:ap-northeast-1:111122223333:grant/x".to_owned(),
        ),
    ] {
        let refused = scene.trail("CreateTrail", &with(&create, "KmsKeyId", json!(key))).error();
        assert_eq!(refused, (400, code.to_owned(), message), "{key}");
    }
    scene.trail("CreateTrail", &with(&create, "KmsKeyId", json!(""))).ok();
    assert_eq!(trail(&scene).get("KmsKeyId"), None, "an empty text names no key");
}

/// Tags at creation need a right of their own, and policies see them, as they see those of a trail.
#[test]
fn tags_take_part_in_decisions() {
    let scene = Scene::with_bucket();
    open_bucket(&scene);
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "cloudtrail:CreateTrail", "Resource": "*"},
        {"Effect": "Allow", "Action": "cloudtrail:AddTags", "Resource": "*",
         "Condition": {"StringEquals": {"aws:RequestTag/team": "a"}}},
        {"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*",
         "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}]});
    let user = scene.kit.user("u", &policy);
    let call = |operation: &str, body: &Value| {
        scene.kit.json_as(&user, &format!("{TARGET}{operation}"), body)
    };
    let create = json!({"Name": TRAIL, "S3BucketName": BUCKET});
    let tagged = |team: &str| with(&create, "TagsList", json!([{"Key": "team", "Value": team}]));
    let denied = call("CreateTrail", &tagged("b")).error();
    assert!(denied.2.contains("cloudtrail:AddTags"), "{}", denied.2);
    call("CreateTrail", &tagged("a")).ok();
    call("StopLogging", &json!({"Name": TRAIL})).ok();
    let add = json!({"ResourceId": TRAIL_ARN, "TagsList": [{"Key": "team", "Value": "b"}]});
    assert_eq!(call("AddTags", &add).error().1, "AccessDeniedException");
    scene.trail("AddTags", &add).ok();
    assert_eq!(call("StopLogging", &json!({"Name": TRAIL})).error().1, "AccessDeniedException");
}
