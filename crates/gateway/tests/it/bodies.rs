use std::panic::{AssertUnwindSafe, catch_unwind};

use gateway::{Begun, WireError};
use serde_json::json;

use crate::toy::{begin, call, events, finished, kit, note, upload};

/// A body arrives whole before the operation runs.
#[test]
fn a_whole_body_is_taken() {
    let kit = kit();
    upload(&kit, &json!({"Name": "a"}), b"good").ok();
    assert_eq!(note(&kit, "a").as_deref(), Some("good"));
    assert_eq!(events(&kit), [("UploadNote".to_owned(), String::new())]);
}

/// A body that its sink refuses ends the call, which is recorded.
#[test]
fn a_bad_body_is_refused_and_recorded() {
    let kit = kit();
    let refused = upload(&kit, &json!({"Name": "a"}), b"bad");
    assert_eq!(refused.error(), (400, "BadBody".to_owned(), "The body is bad.".to_owned()));
    assert_eq!(note(&kit, "a"), None);
    assert_eq!(events(&kit), [("UploadNote".to_owned(), "BadBody".to_owned())]);
}

/// A body without its end is no body: the operation does not run, and the call is recorded.
#[test]
fn a_body_without_its_end_is_refused_and_recorded() {
    let kit = kit();
    let Begun::Body(mut body) = begin(&kit, "UploadNote", &json!({"Name": "a"})) else {
        panic!("it takes a body")
    };
    body.push(b"half").unwrap();
    let error = WireError::new(400, "IncompleteBody", "The request body terminated unexpectedly");
    let answer = finished(body.finish(Err(error)));
    assert_eq!(answer.error().1, "IncompleteBody");
    assert_eq!(note(&kit, "a"), None);
    assert_eq!(events(&kit), [("UploadNote".to_owned(), "IncompleteBody".to_owned())]);
}

/// A denied call reads no body.
#[test]
fn a_denied_call_takes_no_body() {
    let kit = kit();
    let reading = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "toy:GetNote", "Resource": "*"}});
    let reader = kit.user("reader", &reading);
    let begun = crate::toy::begin_as(&kit, &reader, "UploadNote", &json!({"Name": "a"}));
    let Begun::Answering(answering) = begun else { panic!("it is refused at once") };
    assert_eq!(finished(answering).error().1, "AccessDeniedException");
}

/// A bug while a body arrives ends only that call.
#[test]
fn a_panic_of_a_sink_keeps_nothing() {
    let kit = kit();
    let input = json!({"Name": "a", "PanicsIn": "push"});
    let panicked = catch_unwind(AssertUnwindSafe(|| upload(&kit, &input, b"good")));
    assert!(panicked.is_err());
    assert_eq!((note(&kit, "a"), events(&kit).len()), (None, 0));
    call(&kit, "PutNote", &json!({"Name": "a", "Text": "next"})).ok();
}
