//! `ValidateTrail`: the verdicts, with the caller's rights.

use serde_json::{Value, json};
use testkit::{Answered, START};
use wire::sign::Credentials;

use crate::world::{BUCKET, TRAIL_ARN, World};

const OPERATION: &str = "Shoseki_20261101.ValidateTrail";

/// The last response, with the findings of all calls, and the number of calls.
fn validate_as(world: &World, who: &Credentials) -> (Value, usize) {
    let mut input = json!({"Name": "audit", "StartTime": START.as_secs()});
    let (mut findings, mut calls, mut progress) = (Vec::new(), 0, 0.0);
    loop {
        let mut answer = world.kit.json_as(who, OPERATION, &input).ok().json();
        calls += 1;
        assert!(calls < 100, "no end");
        findings.extend(answer["Findings"].as_array().unwrap().iter().cloned());
        let now = answer["Progress"].as_f64().unwrap();
        assert!(progress <= now && now <= 1.0, "{progress} {now}");
        progress = now;
        let Some(token) = answer["NextToken"].as_str() else {
            assert!((now - 1.0).abs() < f64::EPSILON);
            answer["Findings"] = findings.into();
            return (answer, calls);
        };
        input = json!({"Name": "audit", "NextToken": token});
    }
}

fn validate(world: &World) -> Value {
    validate_as(world, &world.kit.root).0
}

/// `REGION KIND CODE KEY`, sorted.
fn found(answer: &Value) -> Vec<String> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    let findings = answer["Findings"].as_array().unwrap().iter();
    let mut found: Vec<String> = findings
        .map(|one| ["Region", "Kind", "Code", "Key"].map(|name| text(one, name)).join(" "))
        .collect();
    found.sort_unstable();
    found
}

fn put(world: &World, key: &str, body: &[u8]) -> Answered {
    world.s3("PUT", &format!("/{BUCKET}/{}", wire::uri::encode_path(key)), body)
}

/// Newly delivered files are valid, however many calls it takes, and each call reads as the caller
/// and is recorded.
#[test]
fn delivered_files_are_valid() {
    let world = World::new();
    world.pass_hours(17);
    let (answer, calls) = validate_as(&world, &world.kit.root);
    assert_eq!((answer["Verdict"].as_str(), found(&answer)), (Some("VALID"), vec![]), "{answer}");
    assert!(calls > 1, "{calls}");
    assert_eq!(answer["TrailARN"], TRAIL_ARN);
    let home = &answer["Regions"][0];
    assert_eq!((&home["Region"], &home["IsDone"]), (&"ap-northeast-1".into(), &true.into()));
    let count = |name: &str| home[name]["Valid"].as_u64().unwrap();
    assert!(count("Digests") >= 16 && count("LogFiles") >= 200, "{home}");
    assert_eq!(answer["Warnings"], json!([]));
    let event = world.kit.event("ValidateTrail");
    assert_eq!(event["eventSource"], "shoseki.local");
    assert_eq!(event["requestParameters"], json!({"name": "audit"}), "no token");
    let read = world.kit.event("GetObject");
    assert_eq!(read["userIdentity"]["invokedBy"], "AWS Internal");
    assert_eq!(read["userIdentity"]["type"], "Root");
    let opened = world.kit.event("ListPublicKeys");
    assert_eq!(opened["userIdentity"]["invokedBy"], "AWS Internal");
}

/// A file that is deleted, changed or added is named, and nothing else.
#[test]
fn tampering_is_named_file_by_file() {
    let world = World::new();
    world.pass_hours(6);
    let (logs, digests) = (world.list("CloudTrail"), world.list("CloudTrail-Digest"));
    let (deleted, modified, digest) = (&logs[10], &logs[20], &digests[2]);
    world.s3("DELETE", &format!("/{BUCKET}/{deleted}"), b"").ok();
    put(&world, modified, &trail::gzip::compress(b"{}").unwrap()).ok();
    let extra = logs[30].replace(".json.gz", "x.json.gz");
    put(&world, &extra, b"forged").ok();
    // Until the next digest it may be a late delivery.
    assert_eq!(validate(&world)["Regions"][0]["ExtraFiles"], 0);
    world.pass_hours(2);
    let answer = validate(&world);
    let mut want = [
        format!("ap-northeast-1 LogFile MISSING {deleted}"),
        format!("ap-northeast-1 LogFile MODIFIED {modified}"),
        format!("ap-northeast-1 LogFile EXTRA {extra}"),
    ];
    want.sort_unstable();
    assert_eq!((found(&answer).as_slice(), &answer["Verdict"]), (&want[..], &"INVALID".into()));
    let home = &answer["Regions"][0];
    assert_eq!((&home["LogFiles"]["Invalid"], &home["ExtraFiles"]), (&2.into(), &1.into()));
    world.s3("DELETE", &format!("/{BUCKET}/{digest}"), b"").ok();
    let answer = validate(&world);
    let gone = format!("ap-northeast-1 Digest MISSING {digest}");
    assert!(found(&answer).contains(&gone), "{answer}");
}

/// A small file that decompresses to a large one is neither buffered nor validated.
#[test]
fn bombs_are_unreadable() {
    let world = World::new();
    world.pass_hours(6);
    let (logs, digests) = (world.list("CloudTrail"), world.list("CloudTrail-Digest"));
    let json = format!("{{\"a\":[0{}]}}", ",0".repeat(9 << 20));
    put(&world, &digests[2], &trail::gzip::compress(json.as_bytes()).unwrap()).ok();
    put(&world, &logs[70], &trail::gzip::compress(json.as_bytes()).unwrap()).ok();
    let answer = validate(&world);
    let mut want = [
        format!("ap-northeast-1 Digest UNREADABLE {}", digests[2]),
        format!("ap-northeast-1 LogFile MODIFIED {}", logs[70]),
    ];
    want.sort_unstable();
    assert_eq!((found(&answer).as_slice(), &answer["Verdict"]), (&want[..], &"INVALID".into()));
    let text = answer.to_string();
    assert!(text.contains("inflates to more than 16777216 bytes"), "{text}");
}

/// A file that is too large to be buffered is not read.
#[test]
fn large_files_are_unreadable() {
    let world = World::new();
    world.pass_hours(2);
    let log = &world.list("CloudTrail")[3];
    put(&world, log, &vec![0; (64 << 20) + 1]).ok();
    let answer = validate(&world);
    let want = format!("ap-northeast-1 LogFile UNREADABLE {log}");
    assert_eq!((found(&answer), &answer["Verdict"]), (vec![want], &"UNREADABLE".into()));
    assert_eq!(answer["Findings"][0]["Message"], "larger than 67108864 bytes");
}

/// The newest digests cannot be removed undetected: the trail has a record of the last.
#[test]
fn a_truncated_chain_is_detected() {
    let world = World::new();
    world.pass_hours(6);
    let digests = world.list("CloudTrail-Digest");
    let newest = digests.last().unwrap();
    world.s3("DELETE", &format!("/{BUCKET}/{newest}"), b"").ok();
    let answer = validate(&world);
    assert!(
        found(&answer).contains(&format!("ap-northeast-1 Digest MISSING {newest}")),
        "{answer}"
    );
    for digest in &digests {
        world.s3("DELETE", &format!("/{BUCKET}/{digest}"), b"").ok();
    }
    assert_eq!(validate(&world)["Verdict"], "INVALID");
}

/// Files that the caller may not read are unreadable, and nothing is read with other permissions.
#[test]
fn the_callers_rights_decide() {
    let world = World::new();
    world.pass_hours(3);
    let without_key = world.kit.user(
        "without-key",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "cloudtrail:*", "shoseki:*"], "Resource": "*"}]}),
    );
    let (answer, _) = validate_as(&world, &without_key);
    assert_eq!(answer["Verdict"], "UNREADABLE", "{answer}");
    let all = answer["Findings"].as_array().unwrap();
    assert!(all.iter().all(|one| one["Code"] == "UNREADABLE"), "{answer}");
    assert!(all[0]["Message"].as_str().unwrap().contains("kms:Decrypt"), "{answer}");
    let refused = world.kit.event("Decrypt");
    assert_eq!(refused["errorCode"], "AccessDenied");
    let statement = json!({"Effect": "Allow", "Action": "shoseki:*", "Resource": "*"});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    let without_trail = world.kit.user("without-trail", &document);
    let input = json!({"Name": "audit", "StartTime": START.as_secs()});
    let (_, code, message) = world.kit.json_as(&without_trail, OPERATION, &input).error();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains("cloudtrail:GetTrail"), "{message}");
    let without_action = world.kit.user(
        "without-action",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}),
    );
    let (_, _, message) = world.kit.json_as(&without_action, OPERATION, &input).error();
    assert!(message.contains("shoseki:ValidateTrail"), "{message}");
}

/// A reader without permission to the trail's record still gets a result, and a warning.
#[test]
fn failed_queries_are_warnings() {
    let world = World::new();
    world.pass_hours(2);
    let reader = world.kit.user(
        "reader",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Resource": "*", "Action":
            ["s3:*", "kms:*", "cloudtrail:*", "shoseki:ValidateTrail"]}]}),
    );
    let input = json!({"Name": TRAIL_ARN, "StartTime": START.as_secs()});
    let answer = world.kit.json_as(&reader, OPERATION, &input).ok().json();
    assert_eq!(answer["Verdict"], "VALID", "{answer}");
    assert!(
        answer["Warnings"][0].as_str().unwrap().starts_with("DescribeDeliveries: "),
        "{answer}"
    );
}

/// Questions that are none, and tokens of other questions.
#[test]
fn invalid_queries_are_rejected() {
    let world = World::new();
    for (input, want) in [
        (json!({"StartTime": 1}), "ValidationException"),
        (json!({"Name": "audit"}), "ValidationException"),
        (json!({"Name": "audit", "StartTime": 9, "EndTime": 8}), "ValidationException"),
        (json!({"Name": "other", "StartTime": 1}), "TrailNotFoundException"),
        (json!({"Name": "audit", "NextToken": "e30"}), "InvalidNextTokenException"),
        (json!({"Name": "audit", "NextToken": "!"}), "InvalidNextTokenException"),
    ] {
        assert_eq!(world.own("ValidateTrail", &input).error().1, want, "{input}");
    }
}
