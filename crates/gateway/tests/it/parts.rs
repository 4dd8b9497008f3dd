//! Calls with parts: each is authorized, carried out and recorded by itself.

use serde_json::{Value, json};
use testkit::Kit;

use crate::clerk::{ask, ask_as, events, has_file, kit};

fn part(name: &str) -> Value {
    json!({"Name": name, "Needs": [{"Resource": format!("arn:aws:clerk:::{name}")}]})
}

fn recorded(kit: &Kit) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pair =
        |event: &Value| (text(&event["requestParameters"]["name"]), text(&event["errorCode"]));
    events(kit).iter().map(pair).collect()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, code)| ((*name).to_owned(), (*code).to_owned())).collect()
}

/// Each part has its own event, before that of the whole, under the same request id and from the
/// same client.
#[test]
fn each_part_has_its_event() {
    let kit = kit();
    let answer = ask(&kit, "Serve", &json!({"Parts": [part("a"), part("b")]})).ok();
    assert_eq!(answer.json()["Parts"], json!(["done", "done"]));
    assert_eq!(recorded(&kit), pairs(&[("a", ""), ("b", ""), ("", "")]));
    assert!(has_file(&kit, "a") && has_file(&kit, "b"));
    let found = events(&kit);
    for event in &found {
        assert_eq!(event["requestID"], answer.header("x-amzn-requestid"));
        assert_eq!(event["sourceIPAddress"], "192.0.2.1");
        assert_eq!(event["userIdentity"]["type"], "Root");
    }
    assert_ne!(found[0]["eventID"], found[1]["eventID"]);
}

/// A part that is refused or fails leaves its event and nothing else; the others are done, and the
/// denial is explained by the id of the whole.
#[test]
fn a_refused_part_stops_no_other() {
    let kit = kit();
    let some = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": "clerk:*", "Resource": ["arn:aws:clerk:::a", "arn:aws:clerk:::c"]}});
    let alice = kit.user("alice", &some);
    let mut failing = part("c");
    failing["Refuses"] = json!({"Status": 400, "Code": "Wrong"});
    let parts = json!({"Parts": [part("b"), failing, part("a")]});
    let answer = ask_as(&kit, &alice, "Serve", &parts).ok();
    assert_eq!(answer.json()["Parts"], json!(["AccessDeniedException", "Wrong", "done"]));
    let want = pairs(&[("b", "AccessDenied"), ("c", "Wrong"), ("a", ""), ("", "")]);
    assert_eq!(recorded(&kit), want);
    assert!(has_file(&kit, "a") && !has_file(&kit, "b") && !has_file(&kit, "c"));
    let order = json!({"Explains": answer.header("x-amzn-requestid")});
    let shown = ask(&kit, "Serve", &order).ok().json();
    assert_eq!(shown["Denials"][0]["Resource"], "arn:aws:clerk:::b");
}

/// A part that was done stays done when the whole fails, as its event shows.
#[test]
fn a_part_outlives_the_failure_of_the_whole() {
    let kit = kit();
    let order = json!({"Parts": [part("a")], "Name": "whole",
        "Refuses": {"Status": 400, "Code": "Wrong"}});
    assert_eq!(ask(&kit, "Serve", &order).error().1, "Wrong");
    assert_eq!(recorded(&kit), pairs(&[("a", ""), ("whole", "Wrong")]));
    assert!(has_file(&kit, "a") && !has_file(&kit, "whole"));
}

/// A fault in one part is that part's; it is recorded.
#[test]
fn a_fault_of_a_part_is_recorded() {
    let kit = kit();
    let mut broken = part("a");
    broken["Fault"] = json!("bug");
    let answer = ask(&kit, "Serve", &json!({"Parts": [broken, part("b")]})).ok();
    assert_eq!(answer.json()["Parts"], json!(["fault", "done"]));
    assert_eq!(recorded(&kit), pairs(&[("a", "ClerkFailure"), ("b", ""), ("", "")]));
    assert!(!has_file(&kit, "a"));
}

/// Parts are decided on a snapshot: no other change waits for a thousand decisions.
#[test]
fn parts_are_decided_on_a_snapshot() {
    let kit = kit();
    let alice = kit.user(
        "alice",
        &json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "clerk:*", "Resource": "*"}}),
    );
    let before = kit.gateway.decided_on_writer();
    let parts: Vec<_> = (0..50).map(|number| part(&format!("f{number}"))).collect();
    ask_as(&kit, &alice, "Serve", &json!({"Parts": parts})).ok();
    assert_eq!(kit.gateway.decided_on_writer(), before);
    assert_eq!(recorded(&kit).len(), 51);
    let nested = json!({"Calls": [{"Order": part("nested")}]});
    ask_as(&kit, &alice, "Serve", &nested).ok();
    assert_eq!(kit.gateway.decided_on_writer(), before + 1, "a nested call of the run is");
}

/// Parts may have parts, eight deep and no deeper.
#[test]
fn parts_have_a_depth() {
    let deep = |levels: usize| (0..levels).fold(part("core"), |inner, _| json!({"Parts": [inner]}));
    let kit = kit();
    ask(&kit, "Serve", &deep(8)).ok();
    assert!(has_file(&kit, "core"));
    assert_eq!(events(&kit).len(), 9);
    let kit = crate::clerk::kit();
    assert_eq!(ask(&kit, "Serve", &deep(9)).status, 500);
    assert!(!has_file(&kit, "core"));
}

/// Of a call whose events cannot be built nothing is kept, no part either.
#[test]
fn parts_are_kept_with_their_events() {
    for fills in 0..32 {
        let kit = kit();
        kit.supply.allow(fills);
        let answer = ask(&kit, "Serve", &json!({"Name": "w", "Parts": [part("a"), part("b")]}));
        kit.supply.allow(u64::MAX);
        let done = |name: &str| recorded(&kit).contains(&(name.to_owned(), String::new()));
        for name in ["a", "b", "w"] {
            assert_eq!(has_file(&kit, name), done(name), "{name} after {fills} draws");
        }
        if answer.status == 200 {
            assert!(fills >= 4, "{fills}");
            return;
        }
    }
    panic!("it is never served");
}
