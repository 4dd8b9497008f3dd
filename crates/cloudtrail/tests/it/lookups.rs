//! `LookupEvents`: by each attribute, within times, page after page.

use serde_json::{Value, json};
use testkit::{REGION, START};

use crate::scene::{BUCKET, Scene, TRAIL, TRAIL_ARN};

const LOOKUP: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

fn events(scene: &Scene, ask: &Value) -> Vec<Value> {
    scene.trail("LookupEvents", ask).ok().json()["Events"].as_array().unwrap().clone()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["EventName"].as_str().unwrap()).collect()
}

/// One event is found by each of its attributes, and by no other value of them.
#[test]
fn an_event_is_found_by_each_attribute() {
    let scene = Scene::with_trail();
    let all = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*"}});
    let user = scene.kit.user("alice", &all);
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.StartLogging";
    scene.kit.json_as(&user, target, &json!({"Name": TRAIL})).ok();
    let id = scene.kit.event("StartLogging")["eventID"].as_str().unwrap().to_owned();
    for (key, value, other) in [
        ("EventId", id.as_str(), "00000000-0000-4000-8000-000000000000"),
        ("EventName", "StartLogging", "startlogging"),
        ("ReadOnly", "false", "False"),
        ("Username", "alice", "Alice"),
        ("ResourceType", "AWS::CloudTrail::Trail", "AWS::CloudTrail"),
        ("ResourceName", TRAIL, "mori"),
        ("EventSource", "cloudtrail.amazonaws.com", "cloudtrail"),
        ("AccessKeyId", &user.access_key_id, "AKIA"),
    ] {
        let found = scene.lookup(key, value);
        assert!(found.iter().any(|event| event["EventId"] == id.as_str()), "{key} {value}");
        assert_eq!(scene.lookup(key, other), Vec::<Value>::new(), "{key} {other}");
    }
}

/// All members of an item: those by which it is found, and the record as text.
#[test]
fn an_item_has_these_members() {
    let scene = Scene::with_trail();
    let item = &scene.lookup("EventName", "CreateTrail")[0];
    let record = scene.kit.event("CreateTrail");
    let text: Value = serde_json::from_str(item["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(text, record);
    for (name, want) in [
        ("EventId", record["eventID"].clone()),
        ("EventName", json!("CreateTrail")),
        ("ReadOnly", json!("false")),
        ("AccessKeyId", json!(scene.kit.root.access_key_id)),
        ("EventTime", json!(START.as_secs())),
        ("EventSource", json!("cloudtrail.amazonaws.com")),
        ("Username", json!("root")),
        (
            "Resources",
            json!([
            {"ResourceType": "AWS::CloudTrail::Trail", "ResourceName": TRAIL},
            {"ResourceType": "AWS::CloudTrail::Trail", "ResourceName": TRAIL_ARN},
            {"ResourceType": "AWS::S3::Bucket", "ResourceName": BUCKET}]),
        ),
    ] {
        assert_eq!(item[name], want, "{name}");
    }
    let probe = &scene.lookup("EventName", "GetBucketAcl")[0];
    assert_eq!((probe.get("Username"), probe.get("AccessKeyId")), (None, None), "a service");
}

/// The history has management events of the region alone, newest first, and needs no selector.
#[test]
fn the_history_has_the_regions_management_events() {
    let scene = Scene::with_bucket();
    scene.s3("PUT", &format!("/{BUCKET}/key"), b"body").ok();
    scene.kit.json_in("eu-west-1", "TrentService.ListKeys", &json!({})).ok();
    let here = events(&scene, &json!({}));
    assert!(names(&here).contains(&"CreateBucket"));
    assert!(!names(&here).contains(&"PutObject") && !names(&here).contains(&"ListKeys"));
    let numbers: Vec<_> = here.iter().map(|event| event["EventTime"].as_u64().unwrap()).collect();
    assert!(numbers.iter().rev().is_sorted());
    assert_eq!(names(&here)[0], "GenerateDataKey", "the newest first");
    let there = scene.kit.json_in("eu-west-1", LOOKUP, &json!({})).ok().json();
    assert_eq!(names(there["Events"].as_array().unwrap()), ["ListKeys"]);
    let other = scene.kit.json_as(&scene.kit.other_root, LOOKUP, &json!({})).ok().json();
    assert_eq!(other["Events"], json!([]), "another account has none of it");
}

/// Both bounds of a range of time are included; times are whole seconds.
#[test]
fn bounds_of_time_are_included() {
    let scene = Scene::with_bucket();
    let start = START.plus_ms(100_000);
    for number in 0..5 {
        scene.kit.clock.set(start.plus_ms(number * 1_000 + 700));
        scene.kit.json("TrentService.ListAliases", &json!({})).ok();
    }
    scene.kit.clock.advance_ms(10_000);
    let from = start.as_secs();
    let found = |from: Option<u64>, to: Option<u64>| {
        let attribute = json!([{"AttributeKey": "EventName", "AttributeValue": "ListAliases"}]);
        let mut ask = json!({"LookupAttributes": attribute});
        for (name, time) in [("StartTime", from), ("EndTime", to)] {
            if let Some(time) = time {
                ask[name] = json!(time);
            }
        }
        events(&scene, &ask).len()
    };
    assert_eq!(found(None, None), 5);
    assert_eq!(found(Some(from + 1), Some(from + 3)), 3);
    assert_eq!(found(Some(from + 2), Some(from + 2)), 1, "one second");
    assert_eq!(found(Some(from + 5), None), 0);
    assert_eq!(found(None, Some(from)), 1);
    assert_eq!(found(Some(0), None), 5, "before the history begins");
}

/// A page token belongs to the question, the account and the region that it was given for, and
/// cannot be made up; the size of a page may differ.
#[test]
fn a_token_belongs_to_its_question() {
    let scene = Scene::with_bucket();
    for _ in 0..5 {
        scene.kit.json("TrentService.ListAliases", &json!({})).ok();
        scene.kit.json_in("eu-west-1", "TrentService.ListAliases", &json!({})).ok();
    }
    let attribute = json!([{"AttributeKey": "EventName", "AttributeValue": "ListAliases"}]);
    let ask = json!({"LookupAttributes": attribute, "StartTime": START.as_secs(), "MaxResults": 2});
    let first = scene.trail("LookupEvents", &ask).ok().json();
    let token = first["NextToken"].as_str().unwrap().to_owned();
    let with = |changes: &Value| {
        let mut ask = ask.clone();
        ask["NextToken"] = json!(token);
        ask.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        ask
    };
    let rest = scene.trail("LookupEvents", &with(&json!({"MaxResults": 50}))).ok().json();
    assert_eq!(rest["Events"].as_array().unwrap().len(), 3);
    assert_eq!(rest.get("NextToken"), None);
    let mut forged = token.clone().into_bytes();
    forged[3] = if forged[3] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for changes in [
        json!({"StartTime": START.as_secs() - 1}),
        json!({"EndTime": START.as_secs() + 60}),
        json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "Other"}]}),
        json!({"LookupAttributes": []}),
        json!({"NextToken": forged}),
        json!({"NextToken": ""}),
        json!({"NextToken": "not base64!"}),
        json!({"NextToken": token.get(..8).unwrap()}),
    ] {
        let refused = scene.trail("LookupEvents", &with(&changes)).error();
        let want = (
            400,
            "InvalidNextTokenException".to_owned(),
            "The next token is not valid.".to_owned(),
        );
        assert_eq!(refused, want, "{changes}");
    }
    let elsewhere = scene.kit.json_in("eu-west-1", LOOKUP, &with(&json!({})));
    assert_eq!(elsewhere.error().1, "InvalidNextTokenException");
    let by_other = scene.kit.json_as(&scene.kit.other_root, LOOKUP, &with(&json!({})));
    assert_eq!(by_other.error().1, "InvalidNextTokenException");
}

/// A page goes on where the last one ended, although events have come in between.
#[test]
fn pages_do_not_move() {
    let scene = Scene::with_bucket();
    let call = |number: usize| {
        for _ in 0..number {
            scene.kit.json("TrentService.ListAliases", &json!({})).ok();
        }
    };
    call(4);
    let attribute = json!([{"AttributeKey": "EventName", "AttributeValue": "ListAliases"}]);
    let mut ask = json!({"LookupAttributes": attribute, "MaxResults": 2});
    let ids = |page: &Value| {
        let events = page["Events"].as_array().unwrap().iter();
        events.map(|event| event["EventId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = scene.trail("LookupEvents", &ask).ok().json();
    call(3);
    ask["NextToken"] = first["NextToken"].clone();
    let second = scene.trail("LookupEvents", &ask).ok().json();
    let all: Vec<_> = scene
        .kit
        .events()
        .iter()
        .rev()
        .filter(|event| event["eventName"] == "ListAliases")
        .map(|event| event["eventID"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!([ids(&first), ids(&second)].concat(), all[3..7]);
    assert_eq!(second.get("NextToken"), None, "it ends with the oldest");
}

/// A page ends early when its records are large, and the next one goes on.
#[test]
fn a_page_of_large_events_is_short() {
    let scene = Scene::with_bucket();
    let term =
        trail::lookup::term(&types::AccountId::parse(testkit::ACCOUNT).unwrap(), REGION, None);
    let record = |number: usize| {
        json!({"eventID": number.to_string(), "eventTime": START.iso(), "awsRegion": REGION,
            "recipientAccountId": testkit::ACCOUNT, "eventSource": "x", "eventName": "Large",
            "eventType": "AwsApiCall", "readOnly": true, "eventCategory": "Management",
            "filler": "f".repeat(200 * 1_024)})
    };
    let large = |number: usize| store::NewEvent {
        time: START,
        terms: vec![term],
        body: record(number).to_string().into_bytes(),
    };
    let all: Vec<_> = (0..12).map(large).collect();
    scene.kit.store.submit(move |_| ((), all)).wait().unwrap();
    let (mut ask, mut found, mut pages) = (json!({}), Vec::new(), 0);
    while found.len() < 12 {
        let page = scene.trail("LookupEvents", &ask).ok();
        assert!(page.body.len() < 2 << 20, "{} bytes", page.body.len());
        let page = page.json();
        let large = page["Events"].as_array().unwrap().iter();
        let large = large.filter(|event| event["EventName"] == "Large");
        let before = found.len();
        found.extend(large.map(|event| event["EventId"].as_str().unwrap().to_owned()));
        assert!(found.len() - before <= 6, "a mebibyte and one event at most");
        pages += 1;
        let Some(next) = page.get("NextToken") else { break };
        ask = json!({"NextToken": next});
    }
    let want: Vec<_> = (0..12).rev().map(|number| number.to_string()).collect();
    assert_eq!(found, want);
    assert!(pages >= 2, "{pages} pages");
}

/// Every refusal has its own text.
#[test]
fn wrong_questions_are_refused_in_these_words() {
    let scene = Scene::with_bucket();
    let by = |key: &str, value: &str| json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]});
    let two = json!({"LookupAttributes": [
        {"AttributeKey": "EventName", "AttributeValue": "a"},
        {"AttributeKey": "ReadOnly", "AttributeValue": "true"}]});
    let (fits, long) = ("a".repeat(2_000), "_".repeat(1_001));
    for (ask, code, text) in [
        (
            json!({"MaxResults": 0}),
            "InvalidMaxResultsException",
            "Invalid MaxResults value: 0. Specify a value between 1 and 50.".to_owned(),
        ),
        (
            json!({"MaxResults": -3}),
            "InvalidMaxResultsException",
            "Invalid MaxResults value: -3. Specify a value between 1 and 50.".to_owned(),
        ),
        (
            json!({"StartTime": 2, "EndTime": 1}),
            "InvalidTimeRangeException",
            "The start time must be before the end time.".to_owned(),
        ),
        (
            json!({"EventCategory": "Insight"}),
            "InvalidEventCategoryException",
            "The event category Insight is not valid.".to_owned(),
        ),
        (
            two,
            "InvalidLookupAttributesException",
            "You can only specify one lookup attribute.".to_owned(),
        ),
        (
            by("eventName", "a"),
            "InvalidLookupAttributesException",
            "The lookup attribute key eventName is not valid.".to_owned(),
        ),
        (
            by("EventName", ""),
            "InvalidLookupAttributesException",
            "The lookup attribute value  is not valid.".to_owned(),
        ),
        (
            by("EventName", &long),
            "InvalidLookupAttributesException",
            format!("The lookup attribute value {long} is not valid."),
        ),
    ] {
        let refused = scene.trail("LookupEvents", &ask).error();
        assert_eq!(refused, (400, code.to_owned(), text), "{ask}");
    }
    assert_eq!(events(&scene, &by("EventName", &fits)), Vec::<Value>::new(), "the longest");
    assert_eq!(events(&scene, &json!({"EventCategory": "insight"})), Vec::<Value>::new());
}
