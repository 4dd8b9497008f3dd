//! Calls when randomness or the disk fails.

use std::sync::Arc;

use gateway::{Fault, FaultKind};
use serde_json::json;
use testkit::{Dice, Disk, Kit, START};
use types::Clock;

use crate::toy::{SERVED, call, events, kit, note, upload};

/// Whether an event of `name` without an error is on record.
fn has_succeeded(kit: &Kit, name: &str) -> bool {
    events(kit).iter().any(|(event, code)| event == name && code.is_empty())
}

/// Nothing is kept of a call whose event cannot be built: for each draw of randomness that can fail,
/// every change has its event, and every event its change.
#[test]
fn no_change_without_its_event() {
    let (mut refused, mut served) = (0, false);
    for fills in 0..32 {
        let kit = kit();
        kit.supply.allow(fills);
        let answer = call(&kit, "Nest", &json!({"Name": "outer", "Text": "text"}));
        kit.supply.allow(u64::MAX);
        served = answer.status == 200;
        let (outer, inner) = (note(&kit, "outer").is_some(), note(&kit, "outer/inner").is_some());
        assert_eq!(outer, served, "after {fills} draws");
        assert_eq!(outer, has_succeeded(&kit, "Nest"), "after {fills} draws");
        assert_eq!(inner, has_succeeded(&kit, "PutNote"), "after {fills} draws");
        if served {
            break;
        }
        assert_eq!(answer.error().0, 500, "after {fills} draws");
        refused += 1;
    }
    // Ids of the request, of the nested request, and of both events.
    assert!(served && refused >= 4, "{refused} refusals");
}

/// Nothing is read out without its event.
#[test]
fn no_answer_without_its_event() {
    for fills in 0..32 {
        let kit = kit();
        call(&kit, "PutNote", &json!({"Name": "a", "Text": "one"})).ok();
        kit.supply.allow(fills);
        let answer = call(&kit, "GetNote", &json!({"Name": "a"}));
        kit.supply.allow(u64::MAX);
        assert_eq!(answer.status == 200, has_succeeded(&kit, "GetNote"), "after {fills} draws");
        if answer.status == 200 {
            return;
        }
        assert!(!answer.text().contains("ONE"), "after {fills} draws");
    }
    panic!("it is never served");
}

/// Nothing is kept of a call whose record cannot be written, and the fault is counted: the record
/// is not written with less in it.
#[test]
fn no_change_with_less_than_its_record() {
    let kit = kit();
    let input = json!({"Name": "a", "Text": "one", "Oddity": "unwritable"});
    for operation in ["PutNote", "GetNote", "Nest"] {
        let refused = call(&kit, operation, &input);
        let (status, code, _) = refused.error();
        assert_eq!((status, code.as_str()), (500, "InternalFailure"), "{operation}");
    }
    assert_eq!((events(&kit), note(&kit, "a")), (vec![], None));
    assert_eq!(kit.gateway.faults(FaultKind::Bug), 3);
}

/// A body that cannot be stored is our trouble, recorded and counted as such.
#[test]
fn a_body_that_is_lost_is_a_fault() {
    let kit = kit();
    let refused = upload(&kit, &json!({"Name": "a"}), b"lost");
    assert_eq!(refused.error().0, 500);
    assert_eq!(events(&kit), [("UploadNote".to_owned(), "InternalFailure".to_owned())]);
    assert_eq!((kit.gateway.faults(FaultKind::Bug), note(&kit, "a")), (1, None));
}

fn opened(folder: &Arc<tempfile::TempDir>, disk: &Disk) -> Result<Kit, Fault> {
    Kit::open(SERVED, Arc::clone(folder), Some(disk), Clock::manual(START), 7)
}

/// Power may fail at any write: what was acknowledged exists after the restart, and every change
/// that exists has its event.
#[test]
fn an_acknowledged_call_survives_the_loss_of_power() {
    let dice = Dice::new(11);
    let (mut refused, mut served) = (0, 0);
    for operations in 0..40 {
        let folder = Arc::new(tempfile::TempDir::new().unwrap());
        let disk = Disk::with_power();
        let kit = opened(&folder, &disk).unwrap();
        disk.power(operations);
        let answer = call(&kit, "PutNote", &json!({"Name": "a", "Text": "one"}));
        drop(kit);
        disk.lose_power(&dice);
        disk.power(u64::MAX);
        let kit = opened(&folder, &disk).unwrap();
        let (kept, recorded) = (note(&kit, "a").is_some(), has_succeeded(&kit, "PutNote"));
        assert_eq!(kept, recorded, "after {operations} writes");
        if answer.status == 200 {
            assert!(kept, "acknowledged after {operations} writes");
            served += 1;
        } else {
            assert_eq!(answer.error().0, 500, "after {operations} writes");
            refused += 1;
        }
    }
    assert!(served > 0 && refused > 0, "{served} served, {refused} refused");
}

/// A full disk rejects before anything is accepted, with a retryable error.
#[test]
fn a_full_disk_refuses_calls() {
    let kit = kit();
    call(&kit, "PutNote", &json!({"Name": "a", "Text": "one"})).ok();
    let before = events(&kit);
    kit.store.release_reserve().unwrap();
    for operation in ["PutNote", "GetNote", "Nest"] {
        let refused = call(&kit, operation, &json!({"Name": "b", "Text": "two"}));
        let (status, code, _) = refused.error();
        assert_eq!((status, code.as_str()), (503, "ServiceUnavailable"), "{operation}");
    }
    assert_eq!(upload(&kit, &json!({"Name": "b"}), b"good").status, 503);
    assert_eq!((events(&kit), note(&kit, "b")), (before, None));
    assert!(kit.store.hold_reserve().unwrap());
    call(&kit, "PutNote", &json!({"Name": "b", "Text": "two"})).ok();
}
