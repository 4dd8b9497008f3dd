//! The limits of an event: what is omitted from one that is too large, and what stays.

use serde_json::{Value, json};
use testkit::Kit;

use crate::clerk::{ask, ask_with, kit, last};

/// The limit of a whole event, in bytes.
const EVENT_BYTES_MAX: usize = 256 * 1_024;
/// The limit of `requestParameters`, and of `responseElements`.
const ELEMENTS_BYTES_MAX: usize = 100 * 1_024;
/// The limit of `additionalEventData`.
const ADDITIONAL_BYTES_MAX: usize = 28 * 1_024;

/// The newest event as it is stored.
fn stored(kit: &Kit) -> String {
    let view = kit.store.snapshot().unwrap();
    let rows = kit.store.events_from(&view, 0, usize::MAX).unwrap();
    String::from_utf8(rows.last().unwrap().body.clone()).unwrap()
}

/// Parameters beyond their limit lose the largest member; the name by which the event is found
/// stays.
#[test]
fn large_parameters_lose_their_largest_member() {
    let kit = kit();
    let order = |bytes: usize| json!({"Name": "f", "Filler": "x".repeat(bytes)});
    // {"name":"f","filler":"…"} with its quotes and commas.
    let frame = r#"{"Name":"f","Filler":""}"#.len();
    ask(&kit, "Serve", &order(ELEMENTS_BYTES_MAX - frame)).ok();
    let whole = &last(&kit)["requestParameters"];
    assert_eq!(whole["filler"].as_str().unwrap().len(), ELEMENTS_BYTES_MAX - frame);
    assert_eq!(whole.get("omitted"), None);
    ask(&kit, "Serve", &order(ELEMENTS_BYTES_MAX - frame + 1)).ok();
    assert_eq!(last(&kit)["requestParameters"], json!({"name": "f", "omitted": true}));
    let named = trail::lookup::Attribute::ResourceName("f".to_owned());
    let facts = trail::Facts::from_json(&last(&kit), |source| kit.gateway.event_names(source));
    assert!(named.matches(&facts.unwrap()), "it is found by its name");
}

/// A large response is answered whole and recorded without what is large.
#[test]
fn a_large_response_is_recorded_as_omitted() {
    let kit = kit();
    let answer = ask(&kit, "Serve", &json!({"Answer": ELEMENTS_BYTES_MAX})).ok();
    assert_eq!(answer.json()["Text"].as_str().unwrap().len(), ELEMENTS_BYTES_MAX);
    assert_eq!(last(&kit)["responseElements"], json!({"omitted": true}));
    ask(&kit, "Serve", &json!({"Answer": ELEMENTS_BYTES_MAX / 2})).ok();
    assert_eq!(last(&kit)["responseElements"].get("omitted"), None);
}

/// Additional data has a smaller limit; its small members stay.
#[test]
fn large_additional_data_is_omitted() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Additional": ADDITIONAL_BYTES_MAX})).ok();
    assert_eq!(last(&kit)["additionalEventData"], json!({"k": 1, "omitted": true}));
    ask(&kit, "Serve", &json!({"Additional": ADDITIONAL_BYTES_MAX / 2})).ok();
    assert_eq!(last(&kit)["additionalEventData"].get("omitted"), None);
}

/// Members that each fit, but not together: the event stays within its limit, and the least important
/// goes first.
#[test]
fn a_whole_event_has_a_limit() {
    let kit = kit();
    let each = 90 * 1_024;
    // A resource takes about a hundred bytes.
    let order = json!({"Name": "f", "Filler": "x".repeat(each), "Answer": each,
        "Additional": ADDITIONAL_BYTES_MAX - 100, "Resources": 1_000});
    ask(&kit, "Serve", &order).ok();
    let text = stored(&kit);
    assert!(text.len() <= EVENT_BYTES_MAX, "{} bytes", text.len());
    let event = last(&kit);
    assert_eq!(event["additionalEventData"], json!({"k": 1, "omitted": true}), "it goes first");
    assert_eq!(event["responseElements"], json!({"omitted": true}), "then the response");
    assert_eq!(event["requestParameters"].get("omitted"), None, "the parameters stay");
    assert_eq!(event["resources"].as_array().unwrap().len(), 1_000);
}

/// With more resources than an event can hold these go as well; who, when and what stay.
#[test]
fn even_resources_may_be_omitted() {
    let kit = kit();
    let order = json!({"Name": "f", "Filler": "x".repeat(90 * 1_024), "Resources": 4_000});
    ask(&kit, "Serve", &order).ok();
    assert!(stored(&kit).len() <= EVENT_BYTES_MAX);
    let event = last(&kit);
    assert_eq!(event.get("resources"), None);
    assert_eq!(event["requestParameters"], json!({"name": "f", "omitted": true}));
    assert_eq!(event["userIdentity"]["type"], "Root");
    assert_eq!(event["eventName"], "Serve");
}

/// Texts of a request are cut at a kilobyte, whole characters only.
#[test]
fn a_long_agent_is_cut() {
    let kit = kit();
    let agent = "a".repeat(2_000);
    ask_with(&kit, &kit.root, "Serve", &json!({}), &[("user-agent", &agent)]).ok();
    assert_eq!(last(&kit)["userAgent"], "a".repeat(1_024));
}

/// The largest body that is accepted, of the most nested kind of input, is recorded within the
/// limits, as an input that is refused is.
#[test]
fn the_largest_request_is_recorded() {
    let kit = kit();
    let labels: serde_json::Map<String, Value> =
        (0..50_000).map(|number| (format!("label-{number}"), json!("v"))).collect();
    let order = json!({"Name": "f", "Labels": labels});
    assert!(order.to_string().len() < gateway::SMALL_BODY_BYTES_MAX);
    ask(&kit, "Serve", &order).ok();
    assert_eq!(last(&kit)["requestParameters"], json!({"name": "f", "omitted": true}));
    let mut refused = order;
    refused["Refuses"] = json!({"Status": 400, "Code": "Wrong"});
    assert_eq!(ask(&kit, "Serve", &refused).status, 400);
    assert_eq!(last(&kit)["requestParameters"], json!({"name": "f", "omitted": true}));
    assert!(stored(&kit).len() < 4_096);
}
