use std::collections::BTreeMap;

use serde_json::json;

use super::*;

/// Records as AWS wrote them, one for each set of members, with fictitious names.
const OBSERVED: &str = include_str!("observed.jsonl");

fn observed(event: &str) -> Record {
    let line = OBSERVED.lines().find(|line| line.contains(&format!(r#""eventName":"{event}""#)));
    Record::parse(line.unwrap()).unwrap()
}

/// Byte for byte, but for the version: members, their order, nulls and absences.
#[test]
fn observed_records_are_written_as_aws_wrote_them() {
    assert_eq!(OBSERVED.lines().count(), 14);
    for line in OBSERVED.lines() {
        let stated = line.get(..r#"{"eventVersion":"1.08""#.len()).unwrap();
        let want = line.replacen(stated, r#"{"eventVersion":"1.11""#, 1);
        assert_eq!(Record::parse(line).unwrap().to_json().unwrap(), want);
    }
}

/// The members no observed record has together, in their places.
#[test]
fn rare_members_have_their_places() {
    let mut record = observed("DescribeRegions");
    record.category = Category::NetworkActivity;
    record.vpc_endpoint_id = Some("vpce-1".to_owned());
    record.vpc_endpoint_account_id = Some("111122223333".to_owned());
    record.shared_event_id = Some("s".to_owned());
    record.service_event_details = Some(json!({}));
    record.addendum = Some(json!({"reason": "DELIVERY_DELAY"}));
    record.api_version = Some("1".to_owned());
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    let names: Vec<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
    let tail = "readOnly eventType apiVersion recipientAccountId sharedEventID vpcEndpointId \
                vpcEndpointAccountId serviceEventDetails addendum eventCategory tlsDetails \
                sessionCredentialFromConsole";
    assert!(names.join(" ").ends_with(tail), "{names:?}");
    assert_eq!(Record::parse(&record.to_json().unwrap()), Some(record));
}

/// Texts are cut at 1 KB between characters; larger members are replaced; nulls stay.
#[test]
fn members_are_capped() {
    let mut record = observed("CreateBucket");
    record.user_agent = Some("\u{3042}".repeat(400));
    record.request_parameters = json!({ "a": "x".repeat(100 * 1_024) });
    record.response_elements = json!({ "a": "x".repeat(100 * 1_024 - 8) });
    record.additional_event_data = Some(json!({ "a": "x".repeat(28 * 1_024) }));
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    assert_eq!(written["userAgent"].as_str().unwrap(), "\u{3042}".repeat(341));
    assert_eq!(written["requestParameters"], json!({"omitted": true}));
    assert_eq!(written["responseElements"], record.response_elements);
    assert_eq!(written["additionalEventData"], json!({"omitted": true}));
}

/// A value is found too large before it is a tree, at the same length.
#[test]
fn large_values_are_not_built_as_trees() {
    for (length, is_shown) in [(100 * 1_024 - 8, true), (100 * 1_024 - 7, false)] {
        let value = json!({ "a": "x".repeat(length) });
        let mut record = observed("CreateBucket");
        record.request_parameters = value.clone();
        let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
        let shown = elements(&value).unwrap();
        assert_eq!(shown, written["requestParameters"]);
        assert_eq!(shown == value, is_shown);
    }
}

/// Only what is too large is removed: the names beside it are kept, and so is the size.
#[test]
fn names_are_kept_beside_large_values() {
    let value = json!({
        "userName": "alice", "policyDocument": "\n".repeat(60_000), "policyName": "admin",
        "more": "x".repeat(90_000), "omitted": "a caller's word",
    });
    let shown = elements(&value).unwrap();
    let names = json!({"userName": "alice", "policyName": "admin", "omitted": true});
    assert_eq!(shown["userName"], "alice");
    assert_eq!(shown["more"].as_str().map(str::len), Some(90_000));
    assert_eq!((&shown["policyDocument"], &shown["omitted"]), (&Value::Null, &json!(true)));
    let mut record = observed("CreateBucket");
    record.request_parameters = value;
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    assert_eq!(written["requestParameters"], shown);
    record.request_parameters["more"] = json!("x".repeat(103_000));
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    assert_eq!(written["requestParameters"], names);
    record.request_parameters = json!({ "userName": "alice", ("x".repeat(200_000)): "" });
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    assert_eq!(written["requestParameters"], json!({"userName": "alice", "omitted": true}));
}

/// Names stay also when the whole event is too large.
#[test]
fn names_stay_in_an_event_that_is_too_large() {
    let mut record = observed("CreateBucket");
    let big = || json!({ "name": "n", "a": "x".repeat(99 * 1_024) });
    record.request_parameters = big();
    record.response_elements = big();
    record.service_event_details = Some(big());
    record.resources = vec![Resource { arn: Some("x".repeat(10_000)), ..Resource::default() }; 15];
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    for member in ["responseElements", "requestParameters", "serviceEventDetails"] {
        assert_eq!(written[member]["name"], "n", "{member}");
    }
    assert_eq!(written["serviceEventDetails"], json!({"name": "n", "omitted": true}));
}

/// For any input, the event is JSON of at most 256 KB, and contains caller, action and time.
#[test]
fn an_event_has_at_most_256_kb() {
    let mut record = observed("CreateBucket");
    let big = || json!({ "a": "x".repeat(99 * 1_024) });
    record.user_identity = json!({ "a": "x".repeat(255 * 1_024) });
    record.request_parameters = big();
    record.response_elements = big();
    record.service_event_details = Some(big());
    record.resources = vec![Resource { arn: Some("x".repeat(10_000)), ..Resource::default() }; 100];
    let json = record.to_json().unwrap();
    assert!(json.len() <= 256 * 1_024, "{}", json.len());
    let written: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(written["eventName"], "CreateBucket");
    record.user_identity = json!({ "type": "Root" });
    record.resources.clear();
    let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
    assert_eq!(written["requestParameters"], record.request_parameters);
    assert_eq!(written["serviceEventDetails"], json!({"omitted": true}));
}

/// Names of enumerations go there and back.
#[test]
fn names_are_read_back() {
    for (category, name) in Category::ALL {
        assert_eq!(Category::parse(name), Some(category));
    }
    for (kind, name) in EventType::ALL {
        assert_eq!(EventType::parse(name), Some(kind));
    }
}

/// What cannot be JSON is an error, not an event with less in it.
#[test]
fn what_cannot_be_json_is_an_error() {
    assert_eq!(elements(&BTreeMap::from([(1, 1)])).unwrap(), serde_json::json!({"1": 1}));
    assert!(elements(&BTreeMap::from([(Some(1), 1)])).is_err());
}
