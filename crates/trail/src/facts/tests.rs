use serde_json::json;

use super::*;

const OBSERVED: &str = include_str!("../record/observed.jsonl");

/// The names of one service.
fn names(source: &str) -> &'static [Name] {
    const TOY: &[Name] = &[
        Name::Response("/user/id", "User"),
        Name::Request("/name", "Toy"),
        Name::Request("/user/id", "User"),
        Name::Response("/name", "Toy"),
        Name::Listed { kind: "Key", id_after: ":key/" },
    ];
    if source == "toy.amazonaws.com" { TOY } else { &[] }
}

/// A record has the same facts when it is new and when it is read back from JSON.
#[test]
fn a_record_and_its_json_have_the_same_facts() {
    for line in OBSERVED.lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        let record = Record::from_json(&json).unwrap();
        assert_eq!(
            Facts::from_json(&json, names),
            Some(Facts::of(&record, names(&record.event_source))),
            "{line}"
        );
    }
}

/// Facts for selectors are those of the whole record, but for names.
#[test]
fn selectors_see_the_facts_of_the_whole_record() {
    for line in OBSERVED.lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        let spaced = serde_json::to_string_pretty(&json).unwrap();
        let escaped = line.replace("eventName", "\\u0065ventName");
        for text in [line, spaced.as_str(), escaped.as_str()] {
            let read = Facts::for_selectors(text.as_bytes()).unwrap();
            assert_eq!(read, Facts::from_json(&json, |_| &[]), "{text}");
        }
    }
    assert_eq!(Facts::for_selectors(b"{}").unwrap(), None);
    for broken in [&b"{\"eventName\":\"x\""[..], b"{\"requestParameters\":{]}", b"[]", b""] {
        assert!(Facts::for_selectors(broken).is_err());
    }
}

/// Names and keys of callers, as event history shows them.
#[test]
fn callers_have_the_name_event_history_shows() {
    for (identity, want) in [
        (json!({"type": "Root", "accountId": "111122223333"}), Some("root")),
        (json!({"type": "IAMUser", "userName": "alice"}), Some("alice")),
        (json!({"type": "AssumedRole", "principalId": "AROA1:s1"}), Some("s1")),
        (json!({"type": "FederatedUser", "principalId": "111122223333:bob"}), Some("bob")),
        (json!({"type": "SAMLUser", "userName": "carol"}), Some("carol")),
        (json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}), None),
        (json!({"accountId": "111122223333"}), None),
        (json!({"type": "AssumedRole"}), None),
    ] {
        assert_eq!(username(&identity).as_deref(), want, "{identity}");
    }
}

fn rows(event: &Value) -> String {
    let mut whole = json!({
        "eventID": "e", "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "eventName": "Play",
    });
    let members = whole.as_object_mut().unwrap();
    members.extend(event.as_object().unwrap().clone());
    let facts = Facts::from_json(&whole, names).unwrap();
    let row = |(kind, name): &(Option<String>, String)| {
        format!("{}={name}", kind.as_deref().unwrap_or("-"))
    };
    facts.resources.iter().map(row).collect::<Vec<_>>().join(" ")
}

/// A service's things, under each of their names, in the order in which it states them; else what
/// the event lists.
#[test]
fn resources_are_listed_where_the_service_names_them() {
    let key = "arn:aws:toy:us-east-1:111122223333:key/k1";
    for (event, want) in [
        (
            json!({"eventSource": "toy.amazonaws.com",
                "requestParameters": {"name": "t", "user": {"id": 7}},
                "responseElements": {"user": {"id": "u"}, "name": "t"}}),
            "User=u Toy=t".to_owned(),
        ),
        (
            json!({"eventSource": "toy.amazonaws.com", "resources": [{"ARN": key}]}),
            format!("Key={key} Key=k1"),
        ),
        (
            json!({"eventSource": "toy.amazonaws.com", "resources": [{"ARN": key, "type": "Own"}]}),
            format!("Own={key} Own=k1"),
        ),
        (
            json!({"eventSource": "ssm.amazonaws.com", "requestParameters": {"name": "t"},
                "resources": [{"ARN": "p"}]}),
            "-=p".to_owned(),
        ),
        (json!({"eventSource": "ec2.amazonaws.com"}), String::new()),
    ] {
        assert_eq!(rows(&event), want);
    }
}

/// An event has no facts without its ID, time, source, name, Region and account.
#[test]
fn six_members_are_required() {
    let whole = json!({
        "eventID": "e", "eventTime": "2026-01-02T03:04:05Z", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "eventSource": "toy.amazonaws.com",
        "eventName": "Play",
    });
    assert!(Facts::from_json(&whole, names).is_some());
    let members =
        ["eventID", "eventTime", "eventSource", "eventName", "awsRegion", "recipientAccountId"];
    for name in members {
        let mut lacking = whole.clone();
        lacking.as_object_mut().unwrap().remove(name);
        assert_eq!(Facts::from_json(&lacking, names), None, "{name}");
    }
}
