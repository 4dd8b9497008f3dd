//! Decisions about rights: who decides, what is asked ahead, and what each account may read of a
//! refusal.

use serde_json::{Value, json};
use testkit::{ACCOUNT, Answered, Kit, OTHER_ACCOUNT};
use wire::sign::Credentials;

use crate::clerk::{PRINCIPAL, ask, ask_as, events, kit};

const FILE: &str = "arn:aws:clerk:::f";

fn identity(effect: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {
        "Sid": "Own", "Effect": effect, "Action": "clerk:*", "Resource": "*"}})
}

fn of_file(effect: &str, principal: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Sid": "OfFile", "Effect": effect,
        "Principal": principal, "Action": "clerk:*", "Resource": "*"}})
}

/// What the account of `by` reads of the refusal.
fn explained(kit: &Kit, by: &Credentials, refused: &Answered) -> Value {
    let order = json!({"Explains": refused.header("x-amzn-requestid")});
    ask_as(kit, by, "Serve", &order).ok().json()["Denials"].clone()
}

/// Either side allows within an account, and a Deny of either side refuses.
#[test]
fn both_sides_decide() {
    let kit = kit();
    let allowed = kit.user("allowed", &identity("Allow"));
    let denied = kit.user("denied", &identity("Deny"));
    let other = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "x:x", "Resource": "*"}});
    let silent = kit.user("silent", &other);
    let (allow, deny) = (of_file("Allow", &json!("*")), of_file("Deny", &json!("*")));
    let none = Value::Null;
    for (by, policy, granted, want) in [
        (&allowed, &none, false, true),
        (&allowed, &allow, false, true),
        (&allowed, &deny, false, false),
        (&denied, &allow, false, false),
        (&denied, &allow, true, false),
        (&silent, &none, false, false),
        (&silent, &allow, false, true),
        // What an ACL grants it grants to the account.
        (&silent, &none, true, false),
        (&silent, &deny, true, false),
        (&kit.root, &none, false, true),
        (&kit.root, &deny, false, false),
    ] {
        let need = json!({"Resource": FILE, "Owner": ACCOUNT, "Policy": policy,
            "Granted": granted});
        let answer = ask_as(&kit, by, "Serve", &json!({"Needs": [need]}));
        assert_eq!(answer.status == 200, want, "{} {policy} {granted}", by.access_key_id);
    }
}

/// Across accounts both sides must allow, and a public bucket that is blocked admits no other
/// account.
#[test]
fn other_accounts_need_both_sides() {
    let kit = kit();
    let alice = kit.user("alice", &identity("Allow"));
    let served = |policy: &Value, blocked: bool| {
        let need = json!({"Resource": FILE, "Owner": OTHER_ACCOUNT, "Policy": policy,
            "PublicIsBlocked": blocked});
        ask_as(&kit, &alice, "Serve", &json!({"Needs": [need]})).status == 200
    };
    assert!(!served(&Value::Null, false));
    assert!(served(&of_file("Allow", &json!("*")), false));
    assert!(!served(&of_file("Allow", &json!("*")), true));
    assert!(served(&of_file("Allow", &json!({"AWS": ACCOUNT})), true), "it is not public");
    assert!(!served(&of_file("Allow", &json!({"AWS": OTHER_ACCOUNT})), false));
    let granted = json!({"Resource": FILE, "Owner": OTHER_ACCOUNT, "Granted": true});
    ask_as(&kit, &alice, "Serve", &json!({"Needs": [granted]})).ok();
}

/// A policy that cannot be compiled denies everything.
#[test]
fn a_damaged_policy_denies() {
    let kit = kit();
    for policy in [json!("no policy"), json!({}), json!({"Statement": 7})] {
        let need = json!({"Resource": FILE, "Owner": ACCOUNT, "Policy": policy});
        let refused = ask(&kit, "Serve", &json!({"Needs": [need]}));
        assert_eq!(refused.error().1, "AccessDeniedException", "{policy}");
    }
}

/// Within one account everything is read: the statement, each layer, the caller.
#[test]
fn the_own_account_reads_everything() {
    let kit = kit();
    let alice = kit.user("alice", &identity("Deny"));
    let need = json!({"Resource": FILE, "Owner": ACCOUNT, "Policy": of_file("Allow", &json!("*"))});
    let refused = ask_as(&kit, &alice, "Serve", &json!({"Needs": [need]}));
    let shown = &explained(&kit, &kit.root, &refused)[0];
    assert_eq!(shown["Principal"], format!("arn:aws:iam::{ACCOUNT}:user/alice"));
    assert_eq!((&shown["Action"], &shown["Resource"]), (&json!("clerk:Serve"), &json!(FILE)));
    assert_eq!(shown["Message"], refused.error().2);
    assert_eq!(shown["Withheld"], false);
    assert_eq!(shown["Reason"]["kind"], "explicitDeny");
    assert!(shown["Reason"].to_string().contains("Own"), "{shown}");
    assert!(shown["Checks"].to_string().contains("OfFile"), "{shown}");
    assert_eq!(explained(&kit, &kit.other_root, &refused), Value::Null, "no other account");
}

/// The owner of a resource reads its own policy's part, the caller's account, and no user.
#[test]
fn the_owner_reads_its_own_side() {
    let kit = kit();
    let alice = kit.user("alice", &identity("Allow"));
    let policy = of_file("Deny", &json!("*"));
    let need = json!({"Resource": FILE, "Owner": OTHER_ACCOUNT, "Policy": policy});
    let refused = ask_as(&kit, &alice, "Serve", &json!({"Needs": [need]}));
    let owners = &explained(&kit, &kit.other_root, &refused)[0];
    assert_eq!(owners["Principal"], ACCOUNT);
    let message = format!("{ACCOUNT} is not authorized to perform: clerk:Serve on {FILE}");
    assert_eq!(owners["Message"], message);
    assert_eq!(owners["Withheld"], true);
    assert!(owners["Reason"].to_string().contains("OfFile"), "{owners}");
    assert!(!owners.to_string().contains("alice") && !owners.to_string().contains("Own\""));
    let own = &explained(&kit, &kit.root, &refused)[0];
    assert_eq!(own["Principal"], format!("arn:aws:iam::{ACCOUNT}:user/alice"));
    assert_eq!(own["Withheld"], true);
    assert!(!own.to_string().contains("OfFile"), "the policy is another account's: {own}");
    assert_eq!(own["Reason"]["kind"], "explicitDeny");
}

/// A statement that was missed by a condition is shown to its own side; the owner does not read
/// what the other account's request had.
#[test]
fn a_near_miss_is_shown_to_its_side() {
    let kit = kit();
    let alice = kit.user("alice", &identity("Allow"));
    let mut policy = of_file("Allow", &json!("*"));
    policy["Statement"]["Condition"] = json!({"StringEquals": {"clerk:Color": "red"}});
    let need = json!({"Resource": FILE, "Owner": OTHER_ACCOUNT, "Policy": policy,
        "Context": {"clerk:Color": "blue"}});
    let refused = ask_as(&kit, &alice, "Serve", &json!({"Needs": [need]}));
    let owners = &explained(&kit, &kit.other_root, &refused)[0]["NearMisses"];
    let condition = &owners[0]["conditions"][0];
    assert_eq!(condition["expected"], json!(["red"]));
    assert!(!owners.to_string().contains("blue"), "{owners}");
    assert_eq!(explained(&kit, &kit.root, &refused)[0]["NearMisses"], json!([]));
    let mut need = need;
    need["Owner"] = json!(ACCOUNT);
    let other = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "x:x", "Resource": "*"}});
    let bob = kit.user("bob", &other);
    let refused = ask_as(&kit, &bob, "Serve", &json!({"Needs": [need]}));
    let own = &explained(&kit, &kit.root, &refused)[0]["NearMisses"];
    assert_eq!(own[0]["conditions"][0]["found"], json!(["blue"]));
}

/// Of a call with many refused parts some are kept, and no more.
#[test]
fn denials_of_one_call_are_limited() {
    let kit = kit();
    let alice = kit.user(
        "alice",
        &json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "x:x", "Resource": "*"}}),
    );
    let part = json!({"Needs": [{"Resource": FILE}]});
    let answer = ask_as(&kit, &alice, "Serve", &json!({"Parts": vec![part; 40]})).ok();
    assert_eq!(answer.json()["Parts"], json!(vec!["AccessDeniedException"; 40]));
    assert_eq!(explained(&kit, &kit.root, &answer).as_array().unwrap().len(), 32);
    assert_eq!(events(&kit).len(), 42, "each is recorded");
}

/// To ask ahead whether the caller has a right denies and records nothing.
#[test]
fn asking_ahead_leaves_nothing() {
    let kit = kit();
    let alice = kit.user(
        "alice",
        &json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "clerk:Serve", "Resource": FILE}}),
    );
    let needs = json!([{"Resource": FILE}, {"Resource": "arn:aws:clerk:::other"}]);
    let answer = ask_as(&kit, &alice, "Serve", &json!({"Asks": needs})).ok();
    assert_eq!(answer.json()["Allowed"], json!([true, false]));
    assert_eq!(explained(&kit, &kit.root, &answer), Value::Null);
    assert_eq!(events(&kit)[0].get("errorCode"), None);
    assert_eq!(
        ask(&kit, "Serve", &json!({"Asks": needs})).ok().json()["Allowed"],
        json!([true, true]),
        "root"
    );
}

/// The denial of a call that another caller might make, after a change: nothing is run, denied or
/// recorded.
#[test]
fn a_call_is_foreseen_without_being_made() {
    let kit = kit();
    let foreseen = |policy: &Value| {
        let need = json!({"Resource": FILE, "Owner": ACCOUNT, "Policy": policy});
        let call = json!({"By": "service", "Order": {"Name": "f", "Needs": [need]}});
        let answer = ask(&kit, "Serve", &json!({"Foresees": call})).ok();
        (answer.json()["Denials"].clone(), answer)
    };
    // The change takes the policy away, by which alone the service would be allowed.
    let allowing = of_file("Allow", &json!({"Service": PRINCIPAL}));
    let (denial, answer) = foreseen(&allowing);
    assert_eq!(denial["Principal"], PRINCIPAL);
    assert_eq!(denial["Action"], "clerk:Serve");
    assert_eq!(events(&kit).len(), 1, "its own event alone");
    assert_eq!(explained(&kit, &kit.root, &answer), Value::Null);
    assert!(!crate::clerk::has_file(&kit, "f"));
    let call = json!({"By": "caller", "Order": {"Name": "f", "Needs": [{"Resource": FILE}]}});
    let answer = ask(&kit, "Serve", &json!({"Foresees": call})).ok();
    assert_eq!(answer.json()["Denials"], Value::Null, "root would be allowed");
    let need = json!({"Resource": FILE, "Owner": ACCOUNT, "Policy": allowing});
    let call = json!({"By": "service", "Order": {"Needs": [need]}});
    ask(&kit, "Serve", &json!({"Calls": [call]})).ok();
}
