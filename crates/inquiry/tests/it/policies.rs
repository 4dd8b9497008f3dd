//! Policies before they are set: which deliveries they would stop, and their faults.

use serde_json::{Value, json};

use crate::world::{BUCKET, TRAIL_ARN, World, bucket_policy, key_policy};

const OTHER: &str = "arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/other";

/// The trails that would be stopped, and the actions that would be refused.
fn forecast(world: &World, input: &Value) -> Vec<(String, String)> {
    let answer = world.own("ForecastDeliveries", input).ok().json();
    let stopped = answer["Stopped"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    stopped.map(|one| (text(&one["TrailARN"]), text(&one["Denial"]["Action"]))).collect()
}

/// The engine's decision on the proposed policy is that of a real delivery; and the query changes
/// and denies nothing.
#[test]
fn a_policy_that_would_stop_a_trail_is_named() {
    let world = World::new();
    let stops = |action: &str| vec![(TRAIL_ARN.to_owned(), action.to_owned())];
    let bucket = |policy: &Value| json!({"Bucket": BUCKET, "Policy": policy.to_string()});
    let key = |policy: &Value| json!({"KeyArn": world.key_arn, "Policy": policy.to_string()});
    let mut no_write = bucket_policy(TRAIL_ARN);
    no_write["Statement"].as_array_mut().unwrap().pop();
    let mut no_digests = bucket_policy(TRAIL_ARN);
    no_digests["Statement"][1]["Resource"] =
        format!("arn:aws:s3:::{BUCKET}/AWSLogs/111122223333/CloudTrail/*").into();
    let mut no_acl = bucket_policy(TRAIL_ARN);
    no_acl["Statement"].as_array_mut().unwrap().remove(0);
    for (input, want) in [
        (bucket(&bucket_policy(TRAIL_ARN)), vec![]),
        (bucket(&bucket_policy(OTHER)), stops("s3:GetBucketAcl")),
        (bucket(&no_write), stops("s3:PutObject")),
        (bucket(&no_digests), stops("s3:PutObject")),
        (bucket(&no_acl), stops("s3:GetBucketAcl")),
        (json!({"Bucket": BUCKET}), stops("s3:GetBucketAcl")),
        (json!({"Bucket": "another-bucket"}), vec![]),
        (key(&key_policy(TRAIL_ARN)), vec![]),
        (key(&key_policy(OTHER)), stops("kms:GenerateDataKey")),
        (json!({"KeyArn": world.key_arn}), stops("-")),
        (json!({"KeyArn": world.key_arn.replace("key/", "key/0")}), vec![]),
    ] {
        assert_eq!(forecast(&world, &input), want, "{input}");
    }
    let input = key(&key_policy(OTHER));
    let answer = world.own("ForecastDeliveries", &input).ok().json();
    let miss = &answer["Stopped"][0]["Denial"]["NearMisses"][0]["conditions"][0];
    assert_eq!(miss["found"], json!([TRAIL_ARN]));
    let asked = world.kit.events().into_iter().filter(|event| event["errorCode"] != Value::Null);
    assert_eq!(asked.count(), 0, "asking refuses nothing");
    world.trail("StopLogging", &json!({"Name": "audit"})).ok();
    assert_eq!(forecast(&world, &json!({"Bucket": BUCKET})), vec![]);
}

/// A question about both or neither is refused, and so is a document that is no policy.
#[test]
fn a_forecast_is_about_one_policy() {
    let world = World::new();
    for input in [
        json!({}),
        json!({"Bucket": BUCKET, "KeyArn": world.key_arn}),
        json!({"Bucket": BUCKET, "Policy": "{"}),
        json!({"KeyArn": world.key_arn, "Policy": "[]"}),
    ] {
        assert_eq!(world.own("ForecastDeliveries", &input).error().1, "ValidationException");
    }
}

/// Refusals and warnings by their codes.
#[test]
fn policies_are_reviewed() {
    let world = World::new();
    world.kit.user(
        "alice",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}),
    );
    let review = |kind: &str, document: &Value| {
        let mut input = json!({"Kind": kind, "Document": document.to_string()});
        if kind == "Bucket" {
            input["Bucket"] = BUCKET.into();
        }
        let answer = world.own("ReviewPolicy", &input).ok().json();
        let findings = answer["Findings"].as_array().unwrap().iter();
        let text = |one: &Value, name: &str| one[name].as_str().unwrap_or("-").to_owned();
        findings
            .map(|one| ["Code", "Key", "Value"].map(|name| text(one, name)).join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(review("Bucket", &bucket_policy(TRAIL_ARN)), Vec::<String>::new());
    assert_eq!(review("Bucket", &bucket_policy("audit"))[0], "ARN_EXPECTED aws:SourceArn audit");
    assert_eq!(review("Bucket", &json!({"Statement": []})), ["MALFORMED - -"]);
    assert_eq!(review("Key", &key_policy(TRAIL_ARN)), Vec::<String>::new());
    let trust = |principal: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"AWS": principal}, "Action": "sts:AssumeRole",
            "Condition": {"Bool": {"aws:MultiFactorPresent": "true"}}}]})
    };
    let unknown = "UNKNOWN_CONDITION_KEY aws:MultiFactorPresent -".to_owned();
    for (principal, is_there) in [
        ("111122223333", true),
        ("arn:aws:iam::111122223333:root", true),
        ("arn:aws:iam::111122223333:user/alice", true),
        ("arn:aws:iam::111122223333:user/bob", false),
        ("arn:aws:iam::999999999999:root", false),
    ] {
        let mut want = vec![unknown.clone()];
        if !is_there {
            want.push(format!("NO_SUCH_PRINCIPAL - {principal}"));
        }
        assert_eq!(review("Trust", &trust(principal)), want);
    }
    let input = json!({"Kind": "Bucket", "Document": "{}"});
    assert_eq!(world.own("ReviewPolicy", &input).error().1, "ValidationException");
}
