//! Changes of the sign-in page, with their events.

use std::sync::Arc;

use gateway::{Fault, Gateway, SignInEvent, SignInOrigin};
use iam::signin::{Attempt, Outcome, first_run_token, set_root_password, sign_in};
use keys::SecretBytes;
use serde_json::{Value, json};
use store::Table;
use testkit::{ACCOUNT, Kit, START};
use types::AccountId;
use wire::sign::Credentials;

use crate::clerk::kit;

/// What the page notes.
const NOTES: Table<String> = Table::new("page.note");

fn origin() -> SignInOrigin {
    SignInOrigin {
        source_ip: [198, 51, 100, 7].into(),
        user_agent: Some("Mozilla/5.0".to_owned()),
        host: "console.example.test".to_owned(),
        tls: Some(("TLSv1.3".to_owned(), "TLS_AES_128_GCM_SHA256".to_owned())),
    }
}

/// The credentials of a root user who has signed in to the console.
pub(crate) fn console_credentials(
    kit: &Kit,
    gateway: &Arc<Gateway>,
    account: &AccountId,
) -> Credentials {
    let password = "Correct-horse-1";
    let token = first_run_token(gateway).unwrap().unwrap();
    set_root_password(gateway, &token, password, origin()).unwrap();
    kit.clock.advance_ms(1_000);
    let attempt = Attempt {
        account: account.to_string(),
        user: String::new(),
        password: SecretBytes::new(password.as_bytes().to_vec()),
        mfa: None,
        new_password: None,
        login_to: "/".to_owned(),
        origin: origin(),
    };
    let outcome = sign_in(gateway, attempt).unwrap();
    let opened = if let Outcome::SignedIn(opened) = outcome { Some(opened) } else { None };
    let granted = opened.unwrap().granted;
    Credentials {
        access_key_id: granted.access_key_id,
        secret: granted.secret_access_key,
        session_token: Some(granted.session_token),
    }
}

fn event(name: &'static str) -> SignInEvent {
    SignInEvent {
        name,
        account: AccountId::parse(ACCOUNT).unwrap(),
        user_identity: json!({"type": "Root", "accountId": ACCOUNT}),
        origin: origin(),
        error_message: None,
        response_elements: json!({"ConsoleLogin": "Success"}),
        additional: Some(json!({"MFAUsed": "No"})),
    }
}

fn page_events(kit: &Kit) -> Vec<Value> {
    let mut events = kit.events();
    events.retain(|event| event["eventSource"] == "signin.amazonaws.com");
    events
}

fn note(kit: &Kit) -> Option<String> {
    let view = kit.store.snapshot().unwrap();
    NOTES.get(&view.tx(), "n").unwrap()
}

/// All members of such an event: it is no API call, has no request id and is of the global page.
#[test]
fn a_sign_in_is_recorded_as_such() {
    let kit = kit();
    let done = kit.gateway.commit_sign_in(|tx| {
        NOTES.put(tx, "n", &"kept".to_owned())?;
        Ok((7, vec![event("ConsoleLogin")]))
    });
    assert_eq!(done.unwrap(), 7);
    assert_eq!(note(&kit).as_deref(), Some("kept"));
    let found = &page_events(&kit)[0];
    for (name, want) in [
        ("eventType", json!("AwsConsoleSignIn")),
        ("eventName", json!("ConsoleLogin")),
        ("eventTime", json!(START.iso())),
        ("awsRegion", json!("us-east-1")),
        ("readOnly", json!(false)),
        ("sourceIPAddress", json!("198.51.100.7")),
        ("userAgent", json!("Mozilla/5.0")),
        ("userIdentity", json!({"type": "Root", "accountId": ACCOUNT})),
        ("requestParameters", Value::Null),
        ("responseElements", json!({"ConsoleLogin": "Success"})),
        ("additionalEventData", json!({"MFAUsed": "No"})),
        ("recipientAccountId", json!(ACCOUNT)),
        (
            "tlsDetails",
            json!({"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "console.example.test"}),
        ),
    ] {
        assert_eq!(found[name], want, "{name}");
    }
    for absent in ["requestID", "errorCode", "errorMessage", "apiVersion", "sharedEventID"] {
        assert_eq!(found.get(absent), None, "{absent}");
    }
}

/// A failed attempt has a message and no code, and over plain HTTP no connection is described.
#[test]
fn a_failed_attempt_has_a_message_alone() {
    let kit = kit();
    kit.gateway
        .commit_sign_in(|_| {
            let plain = SignInOrigin { tls: None, user_agent: None, ..origin() };
            let failed = SignInEvent {
                error_message: Some("Failed authentication"),
                origin: plain,
                additional: None,
                ..event("ConsoleLogin")
            };
            Ok(((), vec![failed]))
        })
        .unwrap();
    let found = &page_events(&kit)[0];
    assert_eq!(found["errorMessage"], "Failed authentication");
    for absent in ["errorCode", "tlsDetails", "userAgent", "additionalEventData"] {
        assert_eq!(found.get(absent), None, "{absent}");
    }
}

/// Several events of one change are committed together, in order, each with its id.
#[test]
fn several_events_are_one_commit() {
    let kit = kit();
    kit.gateway
        .commit_sign_in(|_| Ok(((), vec![event("PasswordUpdated"), event("ConsoleLogin")])))
        .unwrap();
    let found = page_events(&kit);
    assert_eq!(
        (&found[0]["eventName"], &found[1]["eventName"]),
        (&json!("PasswordUpdated"), &json!("ConsoleLogin"))
    );
    assert_ne!(found[0]["eventID"], found[1]["eventID"]);
}

/// A change that fails, or whose event cannot be built, leaves nothing behind.
#[test]
fn a_failed_change_leaves_nothing() {
    let kit = kit();
    let failed = kit.gateway.commit_sign_in(|tx| {
        NOTES.put(tx, "n", &"lost".to_owned())?;
        Err::<((), _), _>(Fault::bug("it was to fail"))
    });
    assert!(failed.is_err());
    assert_eq!((note(&kit), page_events(&kit).len()), (None, 0));
    kit.supply.allow(0);
    let failed = kit.gateway.commit_sign_in(|tx| {
        NOTES.put(tx, "n", &"lost".to_owned())?;
        Ok(((), vec![event("ConsoleLogin")]))
    });
    kit.supply.allow(u64::MAX);
    assert!(failed.is_err(), "there are no random bytes for its id");
    assert_eq!((note(&kit), page_events(&kit).len()), (None, 0));
}

/// While the disk is full there are no sign-ins: they could not be recorded.
#[test]
fn a_full_disk_takes_no_sign_in() {
    let kit = kit();
    kit.store.release_reserve().unwrap();
    let refused = kit.gateway.commit_sign_in(|_| Ok(((), vec![event("ConsoleLogin")])));
    assert!(refused.unwrap_err().is_full());
    assert!(page_events(&kit).is_empty());
}
