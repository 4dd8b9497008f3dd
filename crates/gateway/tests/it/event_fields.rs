//! The members of an event that come from the request, the operation and the service.

use serde_json::{Value, json};
use testkit::{ACCOUNT, REGION, START};
use wire::sign::Credentials;

use crate::clerk::{ask, ask_over_tls, ask_with, events, kit, last};

fn names(event: &Value) -> Vec<&str> {
    event.as_object().unwrap().keys().map(String::as_str).collect()
}

/// All members of a plain call, in AWS's order, and nothing else.
#[test]
fn a_plain_call_has_these_members() {
    let kit = kit();
    kit.clock.advance_ms(1_500);
    let answer = ask_with(
        &kit,
        &kit.root,
        "Serve",
        &json!({"Name": "f", "Answer": 3}),
        &[("user-agent", "aws-cli/2.0"), ("referer", "http://a.example/")],
    );
    let answer = answer.ok();
    let event = last(&kit);
    assert_eq!(
        names(&event).join(" "),
        "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress \
         userAgent requestParameters responseElements requestID eventID readOnly eventType \
         apiVersion managementEvent recipientAccountId eventCategory"
    );
    for (name, want) in [
        ("eventVersion", json!("1.11")),
        ("eventTime", json!(START.plus_ms(1_000).iso())),
        ("eventSource", json!("clerk.local")),
        ("eventName", json!("Serve")),
        ("awsRegion", json!(REGION)),
        ("sourceIPAddress", json!("192.0.2.1")),
        ("userAgent", json!("aws-cli/2.0")),
        ("requestParameters", json!({"name": "f"})),
        ("responseElements", json!({"text": "aaa"})),
        ("requestID", json!(answer.header("x-amzn-requestid"))),
        ("readOnly", json!(false)),
        ("eventType", json!("AwsApiCall")),
        ("apiVersion", json!("2015-03-31")),
        ("managementEvent", json!(true)),
        ("recipientAccountId", json!(ACCOUNT)),
        ("eventCategory", json!("Management")),
    ] {
        assert_eq!(event[name], want, "{name}");
    }
}

/// A client that sends no agent has none in its event.
#[test]
fn an_absent_agent_is_left_out() {
    let kit = kit();
    ask(&kit, "Serve", &json!({})).ok();
    assert_eq!(last(&kit).get("userAgent"), None);
}

/// Reads have `readOnly` and record no response, although one is returned.
#[test]
fn a_read_records_no_response() {
    let kit = kit();
    let answer = ask(&kit, "Read", &json!({"Answer": 3})).ok();
    assert_eq!(answer.json(), json!({"Text": "aaa"}));
    let event = last(&kit);
    assert_eq!((&event["eventName"], &event["readOnly"]), (&json!("Read"), &json!(true)));
    assert_eq!(event["responseElements"], Value::Null);
    assert_eq!(event["requestParameters"], Value::Null, "an empty object is null");
}

/// Data events have another category, are no management events, and stay out of the history.
#[test]
fn a_data_event_is_no_management_event() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Name": "f"})).ok();
    ask(&kit, "Log", &json!({"Name": "f"})).ok();
    let event = last(&kit);
    assert_eq!(event["eventName"], "WriteLog", "the name in events");
    assert_eq!(event["managementEvent"], false);
    assert_eq!(event["eventCategory"], "Data");
    let account = types::AccountId::parse(ACCOUNT).unwrap();
    let found = |term| {
        let view = kit.store.snapshot().unwrap();
        let query = store::HistoryQuery {
            term,
            before_seq: u64::MAX,
            from: START,
            to: kit.clock.now().plus_ms(1),
            limit: 10,
            bytes_max: 1 << 20,
        };
        kit.store.history(&view, &query).unwrap().len()
    };
    let all = trail::lookup::term(&account, REGION, None);
    let file = trail::lookup::Attribute::ResourceName("f".to_owned());
    assert_eq!(found(all), 1, "the management event alone");
    assert_eq!(found(trail::lookup::term(&account, REGION, Some(&file))), 1, "by what it names");
}

/// Events of a service without regions are those of `us-east-1`, wherever it is called.
#[test]
fn events_of_a_global_service_are_in_one_region() {
    let kit = kit();
    ask(&kit, "Decree", &json!({})).ok();
    let event = last(&kit);
    assert_eq!(event["awsRegion"], "us-east-1");
    assert_eq!(event.get("apiVersion"), None, "its form has none");
}

/// Resources are recorded with account, type and ARN, in the order in which they were stated.
#[test]
fn resources_are_recorded_in_order() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Resources": 2})).ok();
    let resource = |number| {
        json!({"accountId": ACCOUNT, "type": "Clerk::File",
            "ARN": format!("arn:aws:clerk:::file/{number}")})
    };
    assert_eq!(last(&kit)["resources"], json!([resource(0), resource(1)]));
}

/// Names of members begin in lower case; names that the caller chose stay as they are.
#[test]
fn names_of_the_callers_choice_stay() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Labels": {"Upper": "A", "lower": "b"}})).ok();
    let event = last(&kit);
    assert_eq!(event["requestParameters"], json!({"labels": {"Upper": "A", "lower": "b"}}));
}

/// Only an encrypted connection that ends here is described, with the host that was addressed.
#[test]
fn an_encrypted_connection_is_described() {
    let kit = kit();
    ask_over_tls(&kit, &kit.root, &json!({})).ok();
    let event = last(&kit);
    assert_eq!(
        event["tlsDetails"],
        json!({"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "clerk.example.test:4566"})
    );
    assert_eq!(event["sourceIPAddress"], "192.0.2.9");
    assert_eq!(event.get("sessionCredentialFromConsole"), None);
    ask(&kit, "Serve", &json!({})).ok();
    assert_eq!(last(&kit).get("tlsDetails"), None, "over plain HTTP");
}

/// The connection of an outer call is not that of the calls made by it.
#[test]
fn nested_calls_have_no_connection() {
    let kit = kit();
    for by in ["forwarded", "service", "caller"] {
        let calls = json!({"Calls": [{"By": by, "Order": {}}]});
        ask_over_tls(&kit, &kit.root, &calls).ok();
        let events = events(&kit);
        let [inner, outer] = &events[events.len() - 2..] else { panic!("two events") };
        assert_eq!(inner.get("tlsDetails"), None, "{by}");
        assert!(outer.get("tlsDetails").is_some(), "{by}");
    }
}

/// A session of the console is marked, and its connection is the console's, not the client's.
#[test]
fn a_session_of_the_console_is_marked() {
    let kit = kit();
    let console = console_session(&kit);
    ask_over_tls(&kit, &console, &json!({})).ok();
    let event = last(&kit);
    assert_eq!(event["sessionCredentialFromConsole"], "true");
    assert_eq!(event.get("tlsDetails"), None);
}

/// Credentials of a root user who signed in.
fn console_session(kit: &testkit::Kit) -> Credentials {
    let (own, account) = (kit.gateway.clone(), types::AccountId::parse(ACCOUNT).unwrap());
    crate::sign_ins::console_credentials(kit, &own, &account)
}

/// Two calls of one instant are two events with different ids.
#[test]
fn an_event_id_is_a_version_4_uuid_of_its_own() {
    let kit = kit();
    for _ in 0..2 {
        ask(&kit, "Serve", &json!({})).ok();
    }
    let ids: Vec<_> =
        events(&kit).iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect();
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(id.get(14..15), Some("4"), "{id}");
    }
}
