//! Events whose description cannot be read.

use gateway::FaultKind;
use serde_json::json;

use crate::toy::{UNRENDERABLE, call, events, kit, note};

/// A call that would be recorded without something that could not be read is not made.
#[test]
fn no_change_with_an_event_that_describes_less() {
    let kit = kit();
    let refused = call(&kit, "PutNote", &json!({"Name": "a", "Oddity": "unreadable"}));
    assert_eq!(refused.error().0, 500);
    assert_eq!((events(&kit), note(&kit, "a")), (vec![], None));
    assert_eq!(kit.gateway.faults(FaultKind::Store), 1);
}

/// A call that a fault ended is recorded, also if the same fault hides what the event describes.
#[test]
fn a_fault_is_recorded_with_what_was_found() {
    let kit = kit();
    let refused = call(&kit, "PutNote", &json!({"Name": "a", "Oddity": "lost"}));
    assert_eq!(refused.error().0, 500);
    assert_eq!(events(&kit), [("PutNote".to_owned(), "InternalFailure".to_owned())]);
    assert_eq!((kit.gateway.faults(FaultKind::Store), note(&kit, "a")), (1, None));
}

/// An output that the protocol cannot carry is a fault, and no success without a body.
#[test]
fn an_output_that_cannot_be_rendered_is_a_fault() {
    let kit = kit();
    let answer = call(&kit, "PutNote", &json!({"Name": "a", "Text": UNRENDERABLE}));
    assert_eq!((answer.error().0, kit.gateway.faults(FaultKind::Bug)), (500, 1));
}
