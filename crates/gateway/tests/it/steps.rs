use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use crate::toy::{begin, call, call_as, denials, events, kit, note};

/// State and event are one: the event has the request's ID and records what was done.
#[test]
fn a_change_and_its_event_are_committed_together() {
    let kit = kit();
    let answer = call(&kit, "PutNote", &json!({"Name": "a", "Text": "one"})).ok();
    assert_eq!(note(&kit, "a").as_deref(), Some("ONE"));
    let event = kit.event("PutNote");
    assert_eq!(event["requestID"], answer.header("x-amzn-requestid"));
    assert_eq!(event["requestParameters"], json!({"name": "a"}));
    assert_eq!(event["responseElements"], json!({"text": "ONE"}));
    assert_eq!(event["additionalEventData"], json!({"prepared": "ONE"}));
    assert_eq!(event["readOnly"], false);
    assert_eq!(event.get("errorCode"), None);
}

/// A read has its event, too, without what was read.
#[test]
fn a_read_is_recorded() {
    let kit = kit();
    call(&kit, "PutNote", &json!({"Name": "a", "Text": "one"})).ok();
    let answer = call(&kit, "GetNote", &json!({"Name": "a"})).ok();
    assert_eq!(answer.json(), json!({"Text": "ONE"}));
    let event = kit.event("GetNote");
    assert_eq!(event["readOnly"], true);
    assert_eq!(event["responseElements"], Value::Null);
}

/// What fails is undone and recorded with its error.
#[test]
fn a_failed_call_changes_nothing() {
    let kit = kit();
    let refused = call(&kit, "PutNote", &json!({"Name": "a", "Text": "one", "Fails": true}));
    assert_eq!(refused.error(), (400, "Failed".to_owned(), "It was to fail.".to_owned()));
    assert_eq!(note(&kit, "a"), None);
    let event = kit.event("PutNote");
    assert_eq!(event["errorCode"], "Failed");
    assert_eq!(event["responseElements"], Value::Null);
    assert_eq!(event["additionalEventData"], json!({"prepared": "ONE"}));
}

/// A denial comes before the operation's work; it is recorded and can be explained.
#[test]
fn a_denied_call_is_recorded_and_explained() {
    let kit = kit();
    let reading = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "toy:GetNote", "Resource": "*"}});
    let user = kit.user("reader", &reading);
    let denied = call_as(&kit, &user, "PutNote", &json!({"Name": "a", "Text": "one"}));
    let (status, code, message) = denied.error();
    assert_eq!((status, code.as_str()), (400, "AccessDeniedException"));
    assert_eq!(note(&kit, "a"), None);
    let event = kit.event("PutNote");
    assert_eq!(
        (&event["errorCode"], &event["errorMessage"]),
        (&json!("AccessDenied"), &json!(message))
    );
    assert_eq!(event.get("additionalEventData"), None, "nothing was prepared");
    let explained = denials(&kit, &denied);
    assert_eq!(explained[0]["Action"], "toy:PutNote");
    assert_eq!(explained[0]["Message"], message);
}

/// Whether an error is a denial is decided by the policies: an error that only has the code of
/// a denial keeps it in the event.
#[test]
fn the_code_alone_does_not_make_a_denial() {
    let kit = kit();
    let posing = call(&kit, "PutNote", &json!({"Name": "a", "Text": "one", "Oddity": "poses"}));
    assert_eq!(posing.error().1, "AccessDeniedException");
    assert_eq!(events(&kit), [("PutNote".to_owned(), "AccessDeniedException".to_owned())]);
}

/// A bug in any step ends only its call: nothing of the call is kept, and the next one is served.
#[test]
fn a_panic_in_any_step_keeps_nothing() {
    let kit = kit();
    for step in ["decode", "access", "prepare", "run", "annotate", "parameters"] {
        let input = json!({"Name": step, "Text": "one", "PanicsIn": step});
        let answer = catch_unwind(AssertUnwindSafe(|| call(&kit, "PutNote", &input)));
        if let Ok(answer) = answer {
            assert_eq!(answer.status, 500, "{step}");
        }
        assert_eq!(note(&kit, step), None, "{step}");
        assert_eq!(events(&kit), [], "{step}");
    }
    call(&kit, "PutNote", &json!({"Name": "a", "Text": "one"})).ok();
    assert_eq!(events(&kit).len(), 1);
}

/// A client that does not wait for its response still leaves its change and its event.
#[test]
fn a_client_that_goes_away_is_recorded() {
    let kit = kit();
    drop(begin(&kit, "PutNote", &json!({"Name": "a", "Text": "one"})));
    drop(begin(&kit, "GetNote", &json!({"Name": "b"})));
    // The writer runs its jobs in order.
    call(&kit, "PutNote", &json!({"Name": "c", "Text": "last"})).ok();
    assert_eq!(note(&kit, "a").as_deref(), Some("ONE"));
    let recorded = events(&kit);
    let names: Vec<_> =
        recorded.iter().map(|(name, code)| (name.as_str(), code.as_str())).collect();
    assert_eq!(names, [("PutNote", ""), ("GetNote", "NoSuchNote"), ("PutNote", "")]);
}
