//! Changes without a call: by a service itself, by a worker's bookkeeping, by an operator.

use gateway::{Fault, FaultKind, ServiceEvent, operator_events};
use serde_json::{Value, json};
use store::Table;
use testkit::{ACCOUNT, Kit, START};
use types::{AccountId, DAY_MS, Entropy, Region};

use crate::clerk::{ask, ask_as, events, kit};

/// What a worker writes.
const NOTES: Table<String> = Table::new("worker.note");

fn event() -> ServiceEvent {
    ServiceEvent {
        source: "clerk.local",
        name: "BurnFile",
        region: Region::parse("eu-west-1").unwrap(),
        account: AccountId::parse(ACCOUNT).unwrap(),
        resources: Vec::new(),
        details: json!({"file": "f"}),
    }
}

fn note(kit: &Kit) -> Option<String> {
    let view = kit.gateway.snapshot().unwrap();
    NOTES.get(&view.tx(), "n").unwrap()
}

/// All members of such an event: there was no caller, so it has no request.
#[test]
fn a_service_event_is_recorded_as_such() {
    let kit = kit();
    let recorded = kit.gateway.commit_service_event(|tx| {
        NOTES.put(tx, "n", &"kept".to_owned())?;
        Ok(Some(event()))
    });
    assert!(recorded.unwrap());
    assert_eq!(note(&kit).as_deref(), Some("kept"));
    let found = &events(&kit)[0];
    for (name, want) in [
        ("eventType", json!("AwsServiceEvent")),
        ("eventSource", json!("clerk.local")),
        ("eventName", json!("BurnFile")),
        ("eventTime", json!(START.iso())),
        ("awsRegion", json!("eu-west-1")),
        ("userIdentity", json!({"accountId": ACCOUNT, "invokedBy": "AWS Internal"})),
        ("sourceIPAddress", json!("AWS Internal")),
        ("userAgent", json!("AWS Internal")),
        ("readOnly", json!(false)),
        ("serviceEventDetails", json!({"file": "f"})),
        ("requestParameters", Value::Null),
        ("responseElements", Value::Null),
        ("recipientAccountId", json!(ACCOUNT)),
    ] {
        assert_eq!(found[name], want, "{name}");
    }
    for absent in ["requestID", "resources", "tlsDetails", "sharedEventID"] {
        assert_eq!(found.get(absent), None, "{absent}");
    }
}

/// Details that are null are left out.
#[test]
fn a_service_event_without_details_has_none() {
    let kit = kit();
    let plain = || Ok(Some(ServiceEvent { details: Value::Null, ..event() }));
    kit.gateway.commit_service_event(move |_| plain()).unwrap();
    assert_eq!(events(&kit)[0].get("serviceEventDetails"), None);
}

/// What changed nothing has no event; what it wrote is kept.
#[test]
fn no_change_has_no_event() {
    let kit = kit();
    let recorded = kit.gateway.commit_service_event(|tx| {
        NOTES.put(tx, "n", &"kept".to_owned())?;
        Ok(None)
    });
    assert!(!recorded.unwrap());
    assert_eq!((note(&kit).as_deref(), events(&kit).len()), (Some("kept"), 0));
}

/// A change that fails, or whose event cannot be built, leaves nothing behind.
#[test]
fn a_failed_change_of_a_service_leaves_nothing() {
    let kit = kit();
    let failed = kit.gateway.commit_service_event(|tx| {
        NOTES.put(tx, "n", &"lost".to_owned())?;
        Err(Fault::bug("it was to fail"))
    });
    assert!(failed.is_err());
    assert_eq!((note(&kit), events(&kit).len()), (None, 0));
    kit.supply.allow(0);
    let failed = kit.gateway.commit_service_event(|tx| {
        NOTES.put(tx, "n", &"lost".to_owned())?;
        Ok(Some(event()))
    });
    kit.supply.allow(u64::MAX);
    assert!(failed.is_err(), "there are no random bytes for its id");
    assert_eq!((note(&kit), events(&kit).len()), (None, 0));
}

/// Bookkeeping leaves no event, and nothing at all if it fails.
#[test]
fn maintenance_leaves_no_event() {
    let kit = kit();
    let before = kit.events().len();
    let put = |text: &'static str| {
        move |tx: &mut store::Tx<'_>| -> Result<u8, Fault> {
            NOTES.put(tx, "n", &text.to_owned())?;
            if text == "lost" { Err(Fault::damaged("it was to fail")) } else { Ok(3) }
        }
    };
    assert_eq!(kit.gateway.maintain(put("kept")).unwrap(), 3);
    assert_eq!(note(&kit).as_deref(), Some("kept"));
    let failed = kit.gateway.maintain(put("lost")).unwrap_err();
    assert_eq!(failed.kind(), FaultKind::Store);
    assert_eq!(note(&kit).as_deref(), Some("kept"));
    assert_eq!(kit.events().len(), before);
}

/// A full disk stops neither: keys are deleted on their day, and space is freed by bookkeeping.
#[test]
fn a_full_disk_stops_no_service() {
    let kit = kit();
    kit.store.release_reserve().unwrap();
    assert!(kit.gateway.is_full());
    assert!(kit.gateway.commit_service_event(|_| Ok(Some(event()))).unwrap());
    kit.gateway.maintain(|tx| Ok(NOTES.put(tx, "n", &"kept".to_owned())?)).unwrap();
    assert_eq!((note(&kit).as_deref(), events(&kit).len()), (Some("kept"), 1));
}

/// Faults are counted by kind, those of calls and those that workers report.
#[test]
fn faults_are_counted_by_kind() {
    let kit = kit();
    let counts =
        || [FaultKind::Store, FaultKind::Key, FaultKind::Bug].map(|kind| kit.gateway.faults(kind));
    for (fault, want) in
        [("bug", [0, 0, 1]), ("key", [0, 1, 1]), ("damaged", [1, 1, 1]), ("bug", [1, 1, 2])]
    {
        assert_eq!(ask(&kit, "Serve", &json!({"Fault": fault})).status, 500, "{fault}");
        assert_eq!(counts(), want, "{fault}");
    }
    kit.gateway.report(&Fault::key("lost"), "cannot sign", "a worker");
    assert_eq!(counts(), [1, 2, 2]);
    let wrong = json!({"Refuses": {"Status": 500, "Code": "InternalError"}});
    assert_eq!(ask(&kit, "Serve", &wrong).status, 500);
    assert_eq!(counts(), [1, 2, 2], "an error of the API is no fault, even with status 500");
}

/// Reasons of denials are kept for a day and no longer; the events stay.
#[test]
fn reasons_of_denials_are_kept_for_a_day() {
    let kit = kit();
    let none = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "clerk:Read", "Resource": "*"}});
    let user = kit.user("u", &none);
    let order = json!({"Needs": [{"Resource": "arn:aws:clerk:::f"}]});
    let id = ask_as(&kit, &user, "Serve", &order).header("x-amzn-requestid");
    let shown = |id: &str| ask(&kit, "Serve", &json!({"Explains": id})).ok().json();
    let expire = || kit.gateway.expire_denials().unwrap();
    kit.clock.advance_ms(DAY_MS);
    expire();
    assert_eq!(shown(&id)["Denials"][0]["Action"], "clerk:Serve", "just a day");
    let young = ask_as(&kit, &user, "Serve", &order).header("x-amzn-requestid");
    kit.clock.advance_ms(1);
    expire();
    assert_eq!(shown(&id).get("Denials"), None);
    assert_eq!(shown(&young)["Denials"].as_array().unwrap().len(), 1, "a younger one stays");
    assert!(events(&kit).iter().any(|event| event["requestID"] == id.as_str()));
}

/// What an operator does from outside is recorded in the form of a service event, as `shoseki`.
#[test]
fn an_operator_is_recorded_by_the_programs_name() {
    let kit = kit();
    let made = operator_events(vec![event(), event()], START, &Entropy::seeded(3)).unwrap();
    assert_eq!(made.len(), 2);
    kit.store.submit(move |_| ((), made)).wait().unwrap();
    let found = events(&kit);
    assert_eq!(found.len(), 2);
    let [first, second] = &found[..] else { panic!("two events") };
    assert_eq!(first["userIdentity"], json!({"accountId": ACCOUNT, "invokedBy": "shoseki"}));
    assert_eq!(
        (&first["sourceIPAddress"], &first["userAgent"]),
        (&json!("shoseki"), &json!("shoseki"))
    );
    assert_eq!(first["eventType"], "AwsServiceEvent");
    assert_ne!(first["eventID"], second["eventID"]);
}

/// A service's caches exist once for each type, however often they are asked for.
#[test]
fn a_cache_exists_once() {
    #[derive(Default)]
    struct One(std::sync::Mutex<u8>);
    #[derive(Default)]
    struct Other(std::sync::Mutex<u8>);
    let kit = kit();
    *kit.gateway.cached::<One>().0.lock().unwrap() = 7;
    assert_eq!(*kit.gateway.cached::<One>().0.lock().unwrap(), 7);
    assert_eq!(*kit.gateway.cached::<Other>().0.lock().unwrap(), 0);
}

/// Committed events are read in order from any number on, and no more than are wanted.
#[test]
fn committed_events_are_read_from_a_number_on() {
    let kit = kit();
    for _ in 0..5 {
        ask(&kit, "Serve", &json!({})).ok();
    }
    let view = kit.gateway.snapshot().unwrap();
    let all = kit.gateway.events_from(&view, 0, 100).unwrap();
    let numbers: Vec<_> = all.iter().map(|event| event.seq).collect();
    assert!(numbers.is_sorted() && numbers.len() == 5, "{numbers:?}");
    let some = kit.gateway.events_from(&view, numbers[1], 2).unwrap();
    assert_eq!(some.iter().map(|event| event.seq).collect::<Vec<_>>(), numbers[1..3]);
    ask(&kit, "Serve", &json!({})).ok();
    assert_eq!(kit.gateway.events_from(&view, 0, 100).unwrap().len(), 5, "a view does not change");
}
