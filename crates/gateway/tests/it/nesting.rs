use serde_json::{Value, json};
use testkit::Kit;

use crate::toy::{call, denials, events, kit, note};

fn recorded(kit: &Kit) -> Vec<String> {
    let pairs = events(kit).into_iter();
    pairs
        .map(|(name, code)| if code.is_empty() { name } else { format!("{name} {code}") })
        .collect()
}

fn nest(kit: &Kit, more: &Value) -> testkit::Answered {
    let mut input = json!({"Name": "outer", "Text": "text"});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    call(kit, "Nest", &input)
}

/// Each call has its event, the inner one first.
#[test]
fn a_nested_call_has_its_own_event() {
    for place in ["run", "prepare"] {
        let kit = kit();
        nest(&kit, &json!({"NestsIn": place})).ok();
        assert_eq!(recorded(&kit), ["PutNote", "Nest"], "{place}");
        assert_eq!(note(&kit, "outer/inner").as_deref(), Some("TEXT"), "{place}");
        assert_eq!(note(&kit, "outer").as_deref(), Some("text"), "{place}");
    }
}

/// The effect of a nested call is kept when the outer call fails, as its event records.
#[test]
fn a_nested_success_outlives_the_failure_around_it() {
    for place in ["run", "prepare"] {
        let kit = kit();
        assert_eq!(nest(&kit, &json!({"NestsIn": place, "Fails": true})).error().1, "Failed");
        assert_eq!(recorded(&kit), ["PutNote", "Nest Failed"], "{place}");
        assert_eq!(note(&kit, "outer/inner").as_deref(), Some("TEXT"), "{place}");
        assert_eq!(note(&kit, "outer"), None, "{place}");
    }
}

/// The writes of a nested call are made on the writer; the work of the outer call stays on a
/// snapshot, however long it takes. Each call has its event, once.
#[test]
fn only_the_nested_call_waits_for_the_writer() {
    for reads in [0, 2] {
        let kit = kit();
        call(&kit, "PutNote", &json!({"Name": "read", "Text": "x"})).ok();
        nest(&kit, &json!({"NestsIn": "prepare", "ReadsFirst": reads})).ok();
        assert_eq!(
            kit.event("Nest")["additionalEventData"],
            json!({"preparedOnSnapshot": true}),
            "{reads} reads"
        );
        let mut want = vec!["PutNote", "PutNote"];
        want.extend(vec!["GetNote"; reads]);
        want.push("Nest");
        assert_eq!(recorded(&kit), want);
        assert_eq!(note(&kit, "outer/inner").as_deref(), Some("TEXT"));
    }
}

/// A nested call that fails on the writer fails there once, and the outer call gets its error.
#[test]
fn a_nested_failure_on_the_writer_is_recorded_once() {
    let kit = kit();
    let refused = nest(&kit, &json!({"NestsIn": "prepare", "Inner": "fails"}));
    assert_eq!(refused.error().1, "Failed");
    assert_eq!(recorded(&kit), ["PutNote Failed", "Nest Failed"]);
    assert_eq!((note(&kit, "outer/inner"), note(&kit, "outer")), (None, None));
    let more = json!({"NestsIn": "prepare", "Inner": "fails", "Forgives": true});
    nest(&kit, &more).ok();
    assert_eq!(recorded(&kit)[2..], ["PutNote Failed", "Nest"]);
}

/// A denial that the call around it forgives is recorded and can be explained by that call's id.
#[test]
fn a_forgiven_denial_is_recorded_and_explained() {
    for place in ["run", "prepare"] {
        let kit = kit();
        let more = json!({"NestsIn": place, "ByService": true, "Forgives": true});
        let answer = nest(&kit, &more).ok();
        assert_eq!(recorded(&kit), ["PutNote AccessDenied", "Nest"], "{place}");
        assert_eq!(note(&kit, "outer/inner"), None, "{place}");
        assert_eq!(denials(&kit, &answer)[0]["Action"], "toy:PutNote", "{place}");
    }
}

/// A denial that is not handled is the outer call's response as well.
#[test]
fn a_nested_denial_is_handed_on() {
    let kit = kit();
    let refused = nest(&kit, &json!({"ByService": true}));
    assert_eq!(refused.error().1, "AccessDeniedException");
    assert_eq!(recorded(&kit), ["PutNote AccessDenied", "Nest AccessDenied"]);
    assert_eq!(note(&kit, "outer"), None);
}

/// A read that has to write runs again on the writer, and both calls are recorded once.
#[test]
fn a_read_that_writes_is_recorded_once() {
    let kit = kit();
    let input = json!({"Name": "a", "Text": "first"});
    assert_eq!(call(&kit, "GetNote", &input).ok().json(), json!({"Text": "FIRST"}));
    assert_eq!(recorded(&kit), ["PutNote", "GetNote"]);
    call(&kit, "GetNote", &json!({"Name": "a", "Text": "second"})).ok();
    assert_eq!(recorded(&kit), ["PutNote", "GetNote", "GetNote"]);
    assert_eq!(note(&kit, "a").as_deref(), Some("FIRST"));
}

/// Calls are nested eight deep and no deeper; exceeding that is our fault, and recorded as such.
#[test]
fn nesting_has_an_end() {
    let kit = kit();
    nest(&kit, &json!({"Depth": 7})).ok();
    assert_eq!(recorded(&kit).len(), 9);
    let kit = crate::toy::kit();
    assert_eq!(nest(&kit, &json!({"Depth": 8})).error().1, "InternalFailure");
    assert_eq!(recorded(&kit), vec!["Nest InternalFailure"; 9]);
    assert_eq!(note(&kit, "outer"), None);
}
