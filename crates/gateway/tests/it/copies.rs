//! Events of what belongs to another account: a copy for its owner.

use serde_json::{Value, json};
use testkit::{ACCOUNT, Kit, OTHER_ACCOUNT};

use crate::clerk::{PRINCIPAL, ask, ask_as, events, kit};

fn touch(more: &Value) -> Value {
    let mut order = json!({"Name": "f", "Owner": OTHER_ACCOUNT});
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    order
}

fn both(kit: &Kit) -> (Value, Value) {
    let mut found = events(kit);
    let (copy, own) = (found.pop().unwrap(), found.pop().unwrap());
    (own, copy)
}

/// The caller's account and the owner's get one event each, with one shared id. The owner reads
/// the caller's account and id, and no name.
#[test]
fn the_owner_gets_a_copy() {
    let kit = kit();
    let all = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*"}});
    let alice = kit.user("alice", &all);
    ask_as(&kit, &alice, "Serve", &touch(&json!({"Resources": 1}))).ok();
    assert_eq!(events(&kit).len(), 2);
    let (own, copy) = both(&kit);
    assert_eq!(
        (&own["recipientAccountId"], &copy["recipientAccountId"]),
        (&json!(ACCOUNT), &json!(OTHER_ACCOUNT))
    );
    assert_eq!(own["sharedEventID"], copy["sharedEventID"]);
    assert_eq!(own["sharedEventID"].as_str().unwrap().len(), 36);
    assert_ne!(own["eventID"], copy["eventID"]);
    assert_eq!(own["userIdentity"]["userName"], "alice");
    let id = &own["userIdentity"]["principalId"];
    let want = json!({"type": "AWSAccount", "principalId": id, "accountId": ACCOUNT});
    assert_eq!(copy["userIdentity"], want);
    for (name, value) in own.as_object().unwrap() {
        let differs = ["recipientAccountId", "eventID", "userIdentity"].contains(&name.as_str());
        assert_eq!(copy[name] != *value, differs, "{name}");
    }
}

/// A call that fails touched nothing of the owner: only the caller's account has its event.
#[test]
fn a_failed_call_has_no_copy() {
    let kit = kit();
    let wrong = touch(&json!({"Refuses": {"Status": 400, "Code": "Wrong"}}));
    assert_eq!(ask(&kit, "Serve", &wrong).status, 400);
    let found = events(&kit);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["recipientAccountId"], ACCOUNT);
    assert_eq!(found[0].get("sharedEventID"), None);
}

/// What the caller's own account owns has one event.
#[test]
fn an_own_resource_has_no_copy() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Name": "f", "Owner": ACCOUNT})).ok();
    assert_eq!(events(&kit).len(), 1);
    assert_eq!(events(&kit)[0].get("sharedEventID"), None);
}

/// A read of another account's resource is copied as well.
#[test]
fn a_read_is_copied() {
    let kit = kit();
    ask(&kit, "Read", &json!({"Owner": OTHER_ACCOUNT})).ok();
    let (own, copy) = both(&kit);
    assert_eq!(copy["recipientAccountId"], OTHER_ACCOUNT);
    assert_eq!((&own["readOnly"], &copy["readOnly"]), (&json!(true), &json!(true)));
}

/// A service's call has a shared id already, which the copy has too; both name the service.
#[test]
fn a_copy_of_a_services_call_keeps_its_shared_id() {
    let kit = kit();
    let call = json!({"Calls": [{"By": "service", "Order": touch(&json!({}))}]});
    ask(&kit, "Serve", &call).ok();
    let found = events(&kit);
    let [own, copy, _] = &found[..] else { panic!("three events") };
    assert_eq!(own["sharedEventID"], copy["sharedEventID"]);
    assert_eq!(own["userIdentity"], copy["userIdentity"]);
    assert_eq!(copy["userIdentity"]["invokedBy"], PRINCIPAL);
    assert_eq!(copy["recipientAccountId"], OTHER_ACCOUNT);
}

/// Without random bytes for any of the ids neither event nor change is kept.
#[test]
fn a_copy_is_committed_with_its_original() {
    for fills in 0..32 {
        let kit = kit();
        kit.supply.allow(fills);
        let answer = ask(&kit, "Serve", &touch(&json!({})));
        kit.supply.allow(u64::MAX);
        let recorded = events(&kit).iter().filter(|event| event["errorCode"].is_null()).count();
        let served = answer.status == 200;
        assert_eq!(recorded, if served { 2 } else { 0 }, "after {fills} draws");
        assert_eq!(crate::clerk::has_file(&kit, "f"), served, "after {fills} draws");
        if served {
            assert!(fills >= 4, "the request's id, two event ids and the shared one");
            return;
        }
    }
    panic!("it is never served");
}
