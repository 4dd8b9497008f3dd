//! How a call that fails is recorded and answered, for each kind of failure.

use serde_json::{Value, json};
use testkit::Kit;

use crate::clerk::{ask, ask_as, events, has_file, kit, last};

/// The answer and the event of a call that fails in this way.
fn failing(kit: &Kit, refusal: &Value) -> (u16, String, Value) {
    let order = json!({"Name": "f", "Answer": 3, "Refuses": refusal});
    let answer = ask(kit, "Serve", &order);
    (answer.status, answer.error().1, last(kit))
}

/// An error of the API is recorded under its code and message; what was written is undone.
#[test]
fn an_error_is_recorded_by_its_code() {
    let kit = kit();
    let (status, code, event) =
        failing(&kit, &json!({"Status": 404, "Code": "FileIsGone", "Message": "It is gone."}));
    assert_eq!((status, code.as_str()), (404, "FileIsGone"));
    assert_eq!(
        (&event["errorCode"], &event["errorMessage"]),
        (&json!("FileIsGone"), &json!("It is gone."))
    );
    assert_eq!(event["requestParameters"], json!({"name": "f"}));
    assert_eq!(event["responseElements"], Value::Null);
    assert!(!has_file(&kit, "f"));
}

/// An error without a text has no message in its event.
#[test]
fn an_error_without_text_has_no_message() {
    let kit = kit();
    let (_, _, event) = failing(&kit, &json!({"Status": 400, "Code": "SerializationException"}));
    assert_eq!(event["errorCode"], "SerializationException");
    assert_eq!(event.get("errorMessage"), None);
}

/// Some codes have another name in events than in answers.
#[test]
fn some_codes_are_exceptions_in_events() {
    let kit = kit();
    for (code, recorded) in [
        ("NoSuchFile", "NoSuchFileException"),
        ("NoSuchFiles", "NoSuchFiles"),
        ("NoSuchFileException", "NoSuchFileException"),
    ] {
        let (_, answered, event) = failing(&kit, &json!({"Status": 404, "Code": code}));
        assert_eq!((answered.as_str(), &event["errorCode"]), (code, &json!(recorded)));
    }
}

/// "Not modified" is no error in the event, and a failed precondition is one. Neither shows a
/// response.
#[test]
fn not_modified_is_no_error() {
    let kit = kit();
    let (_, _, event) = failing(&kit, &json!({"Status": 304, "Code": "NotModified"}));
    assert_eq!((event.get("errorCode"), event.get("errorMessage")), (None, None));
    assert_eq!(event["responseElements"], Value::Null);
    let (_, _, event) = failing(&kit, &json!({"Status": 412, "Code": "PreconditionFailed"}));
    assert_eq!(event["errorCode"], "PreconditionFailed");
}

/// A denial by a rule of the service is recorded under the one name of all denials.
#[test]
fn a_denial_of_the_service_is_a_denial() {
    let kit = kit();
    let (_, answered, event) =
        failing(&kit, &json!({"Status": 400, "Code": "OwnRule", "Message": "No.", "Denial": true}));
    assert_eq!(answered, "OwnRule");
    assert_eq!(
        (&event["errorCode"], &event["errorMessage"]),
        (&json!("AccessDenied"), &json!("No."))
    );
}

/// A fault is recorded as the service's own failure, without its reasons, which the client does
/// not read either.
#[test]
fn a_fault_is_recorded_without_its_reasons() {
    let kit = kit();
    for fault in ["bug", "key", "damaged"] {
        let answer = ask(&kit, "Serve", &json!({"Name": "f", "Fault": fault}));
        let want = (500, "ClerkFailure".to_owned(), "The clerk failed.".to_owned());
        assert_eq!(answer.error(), want, "{fault}");
        let event = last(&kit);
        assert_eq!(
            (&event["errorCode"], &event["errorMessage"]),
            (&json!("ClerkFailure"), &json!("The clerk failed.")),
            "{fault}"
        );
        assert!(!event.to_string().contains("the clerk"), "{event}");
        assert!(!has_file(&kit, "f"), "{fault}");
    }
}

/// The event of a read that fails is committed as well.
#[test]
fn a_read_that_fails_is_recorded() {
    let kit = kit();
    ask(&kit, "Read", &json!({"Refuses": {"Status": 404, "Code": "FileIsGone"}}));
    assert_eq!(last(&kit)["errorCode"], "FileIsGone");
    assert_eq!(ask(&kit, "Read", &json!({"Fault": "bug"})).status, 500);
    assert_eq!(last(&kit)["errorCode"], "ClerkFailure");
}

/// The operation learns the size of the body that a refused call is answered, before the event is
/// built, and of no other call.
#[test]
fn the_size_of_a_refusal_is_known() {
    let kit = kit();
    for order in [
        json!({"Refuses": {"Status": 400, "Code": "Wrong", "Message": "It is wrong."}}),
        json!({"Refuses": {"Status": 400, "Code": "Own", "Denial": true}}),
        json!({"Fault": "bug"}),
    ] {
        let answer = ask(&kit, "Serve", &order);
        let shown = last(&kit)["additionalEventData"]["refusalBytes"].clone();
        assert_eq!(shown, answer.body.len(), "{order}");
    }
    ask(&kit, "Serve", &json!({"Refuses": {"Status": 304, "Code": "NotModified"}}));
    assert_eq!(last(&kit)["additionalEventData"]["refusalBytes"], 0);
    ask(&kit, "Serve", &json!({})).ok();
    assert_eq!(last(&kit).get("additionalEventData"), None);
}

/// The text of an event is at most a kilobyte; the answer's is whole.
#[test]
fn a_long_message_is_cut_in_the_event() {
    let kit = kit();
    let message = format!("{}é", "m".repeat(1_023));
    let order = json!({"Refuses": {"Status": 400, "Code": "Wrong", "Message": message}});
    assert_eq!(ask(&kit, "Serve", &order).error().2, message);
    assert_eq!(last(&kit)["errorMessage"], "m".repeat(1_023), "whole characters only");
}

/// An operation that AWS does not record leaves no event, however it ends.
#[test]
fn a_silent_call_leaves_no_event() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Name": "f", "Silent": true})).ok();
    assert!(has_file(&kit, "f"));
    let wrong = json!({"Silent": true, "Refuses": {"Status": 400, "Code": "Wrong"}});
    assert_eq!(ask(&kit, "Serve", &wrong).status, 400);
    assert!(events(&kit).is_empty());
    assert_eq!(ask(&kit, "Read", &wrong).status, 400);
    assert!(events(&kit).is_empty());
}

/// Of several rights the first that is missing is reported.
#[test]
fn the_first_missing_right_is_reported() {
    let kit = kit();
    let one = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": "clerk:Serve", "Resource": "arn:aws:clerk:::1"}});
    let user = kit.user("u", &one);
    let need = |name: &str| json!({"Resource": format!("arn:aws:clerk:::{name}")});
    let order = |names: [&str; 3]| json!({"Name": "f", "Needs": names.map(need)});
    let refused = ask_as(&kit, &user, "Serve", &order(["1", "2", "3"]));
    let (status, code, message) = refused.error();
    assert_eq!((status, code.as_str()), (400, "AccessDeniedException"));
    assert!(message.contains("on resource: arn:aws:clerk:::2"), "{message}");
    assert!(!has_file(&kit, "f"));
    ask_as(&kit, &user, "Serve", &order(["1", "1", "1"])).ok();
    assert!(has_file(&kit, "f"));
}
