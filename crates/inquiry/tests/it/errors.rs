//! The errors of our own operations, each with its event.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::START;

use crate::world::World;

/// No denial is on record for a request that was allowed, or that was never sent.
#[test]
fn only_denials_are_explained() {
    let world = World::new();
    let allowed = world.trail("ListTrails", &json!({})).ok().header("x-amzn-requestid");
    for id in [allowed.as_str(), "no-such-request", ""] {
        let (status, code, text) = world.own("ExplainDenial", &json!({"RequestId": id})).error();
        assert_eq!((status, code.as_str()), (400, "ResourceNotFoundException"), "{id}");
        assert_eq!(text, "no denial of that request is on record", "{id}");
        let event = world.kit.event("ExplainDenial");
        assert_eq!(event["errorCode"], "ResourceNotFoundException", "{id}");
    }
}

/// A question about the server is recorded like any other.
#[test]
fn a_question_about_the_server_is_recorded() {
    let world = World::new();
    world.own("DescribeServer", &json!({})).ok();
    let event = world.kit.event("DescribeServer");
    assert_eq!(
        (&event["eventSource"], &event["readOnly"]),
        (&"shoseki.local".into(), &true.into())
    );
    assert_eq!(event.get("errorCode"), None);
}

/// A token that was changed to name no Region leads to data that cannot be read.
#[test]
fn what_cannot_be_read_is_named() {
    let world = World::new();
    world.pass_hours(17);
    let first = json!({"Name": "audit", "StartTime": START.as_secs()});
    let answer = world.own("ValidateTrail", &first).ok().json();
    let token = URL_SAFE_NO_PAD.decode(answer["NextToken"].as_str().unwrap()).unwrap();
    let mut token: Value = serde_json::from_slice(&token).unwrap();
    for section in token["sections"].as_array_mut().unwrap() {
        section["region"] = "nowhere".into();
    }
    let token = URL_SAFE_NO_PAD.encode(token.to_string());
    let refused = world.own("ValidateTrail", &json!({"Name": "audit", "NextToken": token}));
    let text = "`nowhere` is not a region".to_owned();
    assert_eq!(refused.error(), (400, "UnreadableException".to_owned(), text));
    assert_eq!(world.kit.event("ValidateTrail")["errorCode"], "UnreadableException");
}
