//! Access keys of users and of the root user.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const ALICE: (&str, &str) = ("UserName", "alice");
const DATE: &str = "<CreateDate>2026-03-01T00:00:00Z</CreateDate>";
const MISSING: &str = "AKIAAAAAAAAAAAAAAAAA";

fn key(id: &str) -> (&str, &str) {
    ("AccessKeyId", id)
}

/// The secret is shown in the response to the creation only.
#[test]
fn a_key_is_shown_with_its_secret_once() {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[ALICE]);
    let created = world.result("CreateAccessKey", &[ALICE]);
    let (id, secret) = (text(&created, "AccessKeyId"), text(&created, "SecretAccessKey"));
    assert!(id.starts_with("AKIA") && id.len() == 20 && secret.len() == 40, "{created}");
    assert_eq!(
        created,
        format!(
            "<AccessKey><UserName>alice</UserName><AccessKeyId>{id}</AccessKeyId>\
             <Status>Active</Status><SecretAccessKey>{secret}</SecretAccessKey>{DATE}</AccessKey>"
        )
    );
    let (sent, answered) = world.recorded("CreateAccessKey");
    assert_eq!(sent, json!({"userName": "alice"}));
    assert_eq!(
        answered,
        json!({"accessKey": {"userName": "alice", "accessKeyId": id, "status": "Active",
            "createDate": "Mar 1, 2026 12:00:00 AM"}})
    );
    assert_eq!(
        world.result("ListAccessKeys", &[ALICE]),
        format!(
            "<AccessKeyMetadata><member><UserName>alice</UserName><AccessKeyId>{id}</AccessKeyId>\
             <Status>Active</Status>{DATE}</member></AccessKeyMetadata>\
             <IsTruncated>false</IsTruncated>"
        )
    );
    assert_eq!(world.recorded("ListAccessKeys"), (json!({"userName": "alice"}), Value::Null));
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains(&secret), "{events}");
}

/// Without a name the keys are those of the caller, and the name is in the response all the same.
#[test]
fn a_user_manages_its_own_keys_without_a_name() {
    let world = World::new();
    let alice = world.user("alice", &allowing("iam:*AccessKey*"));
    let created = world.result_as(&alice, "CreateAccessKey", &[]);
    assert_eq!(text(&created, "UserName"), "alice");
    let (sent, answered) = world.recorded("CreateAccessKey");
    assert_eq!(sent, Value::Null);
    assert_eq!(answered["accessKey"]["userName"], "alice");
    let second = credentials(&created);
    let listed = world.result_as(&second, "ListAccessKeys", &[]);
    let ids = [&alice.access_key_id, &second.access_key_id];
    assert_eq!(texts(&listed, "AccessKeyId"), ids.map(String::as_str));
    let inactive = [key(&alice.access_key_id), ("Status", "Inactive")];
    world.ok(&second, "UpdateAccessKey", &inactive);
    let (sent, answered) = world.recorded("UpdateAccessKey");
    assert_eq!(sent, json!({"accessKeyId": alice.access_key_id, "status": "Inactive"}));
    assert_eq!(answered, Value::Null);
    world.ok(&second, "DeleteAccessKey", &[key(&alice.access_key_id)]);
    let (sent, _) = world.recorded("DeleteAccessKey");
    assert_eq!(sent, json!({"accessKeyId": alice.access_key_id}));
    world.ok(&second, "DeleteAccessKey", &[key(&second.access_key_id)]);
    let invalid = "The security token included in the request is invalid.";
    world.refused(&second, "GetCallerIdentity", &[], (403, "InvalidClientTokenId", invalid));
}

/// The root user has two keys at most, too, and no name.
#[test]
fn the_root_user_has_keys_without_a_name() {
    let world = World::new();
    let created = world.result("CreateAccessKey", &[]);
    assert!(!created.contains("UserName"), "{created}");
    let (sent, answered) = world.recorded("CreateAccessKey");
    assert_eq!((sent, answered["accessKey"].get("userName")), (Value::Null, None));
    let second = credentials(&created);
    let who = world.result_as(&second, "GetCallerIdentity", &[]);
    assert_eq!(text(&who, "Arn"), arn("root"));
    let quota = (409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
    world.fails("CreateAccessKey", &[], quota);
    let listed = world.result_as(&second, "ListAccessKeys", &[]);
    assert_eq!(texts(&listed, "AccessKeyId"), [&*world.root.access_key_id, &*second.access_key_id]);
    assert!(!listed.contains("UserName"), "{listed}");
    world.ok(&second, "DeleteAccessKey", &[key(&world.root.access_key_id)]);
    let invalid = "The security token included in the request is invalid.";
    world.refused(&world.root, "GetCallerIdentity", &[], (403, "InvalidClientTokenId", invalid));
    world.ok(&second, "CreateAccessKey", &[]);
}

/// A key that is switched off signs nothing until it is switched on again.
#[test]
fn a_key_is_switched_off_and_on() {
    let world = World::new();
    let alice = world.user("alice", "");
    let invalid = "The security token included in the request is invalid.";
    let switched = |status| {
        let sent = [ALICE, key(&alice.access_key_id), ("Status", status)];
        assert_eq!(world.result("UpdateAccessKey", &sent), "");
        text(&world.result("ListAccessKeys", &[ALICE]), "Status")
    };
    for _ in 0..2 {
        assert_eq!(switched("Inactive"), "Inactive");
        world.refused(&alice, "GetCallerIdentity", &[], (403, "InvalidClientTokenId", invalid));
    }
    for _ in 0..2 {
        assert_eq!(switched("Active"), "Active");
        world.ok(&alice, "GetCallerIdentity", &[]);
    }
    let enumeration = "1 validation error detected: Value at 'status' failed to satisfy \
                       constraint: Member must satisfy enum value set";
    let sent = [ALICE, key(&alice.access_key_id), ("Status", "active")];
    world.fails("UpdateAccessKey", &sent, (400, "ValidationError", enumeration));
}

/// A key is changed under the name of its own user only.
#[test]
fn a_key_belongs_to_one_user() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.user("bob", "");
    let bob = ("UserName", "bob");
    let status = ("Status", "Inactive");
    let theirs = world.result_as(&world.other_root, "CreateAccessKey", &[]);
    let theirs = text(&theirs, "AccessKeyId");
    for (of, id) in [
        (bob, alice.access_key_id.as_str()),
        (ALICE, world.root.access_key_id.as_str()),
        (ALICE, theirs.as_str()),
        (ALICE, MISSING),
    ] {
        let message = format!("The Access Key with id {id} cannot be found.");
        let want = (404, "NoSuchEntity", message.as_str());
        world.fails("UpdateAccessKey", &[of, key(id), status], want);
        world.fails("DeleteAccessKey", &[of, key(id)], want);
    }
    let message = format!("The Access Key with id {} cannot be found.", alice.access_key_id);
    let own = [key(&alice.access_key_id)];
    world.fails("DeleteAccessKey", &own, (404, "NoSuchEntity", &message));
    world.ok(&alice, "GetCallerIdentity", &[]);
    let no_user = (404, "NoSuchEntity", "The user with name none cannot be found.");
    let none = ("UserName", "none");
    world.fails("CreateAccessKey", &[none], no_user);
    world.fails("ListAccessKeys", &[none], no_user);
    world.fails("UpdateAccessKey", &[none, key(MISSING), status], no_user);
    world.fails("DeleteAccessKey", &[none, key(MISSING)], no_user);
}

/// A deleted key makes room for another, whose ID is new.
#[test]
fn a_user_has_two_keys_at_a_time() {
    let world = World::new();
    let first = world.user("alice", "");
    let second = credentials(&world.ok(&world.root, "CreateAccessKey", &[ALICE]));
    assert_ne!(first.access_key_id, second.access_key_id);
    assert_ne!(first.secret, second.secret);
    let quota = (409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
    world.fails("CreateAccessKey", &[ALICE], quota);
    let off = [ALICE, key(&first.access_key_id), ("Status", "Inactive")];
    world.ok(&world.root, "UpdateAccessKey", &off);
    world.fails("CreateAccessKey", &[ALICE], quota);
    world.ok(&world.root, "DeleteAccessKey", &off[..2]);
    let third = credentials(&world.ok(&world.root, "CreateAccessKey", &[ALICE]));
    let listed = texts(&world.result("ListAccessKeys", &[ALICE]), "AccessKeyId");
    assert_eq!(listed, [&*second.access_key_id, &*third.access_key_id]);
    world.ok(&world.other_root, "CreateUser", &[ALICE]);
    world.ok(&world.other_root, "CreateAccessKey", &[ALICE]);
}

/// The last use is shown as of a key that was never used, with its user unless it is the root's.
#[test]
fn the_last_use_of_a_key_is_not_tracked() {
    let world = World::new();
    let alice = world.user("alice", &allowing("iam:GetAccessKeyLastUsed"));
    let used = "<AccessKeyLastUsed><ServiceName>N/A</ServiceName><Region>N/A</Region>\
                </AccessKeyLastUsed>";
    let of_alice = [key(&alice.access_key_id)];
    let got = world.result_as(&alice, "GetAccessKeyLastUsed", &of_alice);
    assert_eq!(got, format!("<UserName>alice</UserName>{used}"));
    let (sent, answered) = world.recorded("GetAccessKeyLastUsed");
    assert_eq!(sent, json!({"accessKeyId": alice.access_key_id}));
    assert_eq!(answered, Value::Null);
    let of_root = [key(&world.root.access_key_id)];
    assert_eq!(world.result("GetAccessKeyLastUsed", &of_root), used);
    for id in [MISSING, &world.other_root.access_key_id] {
        let message = format!("The Access Key with id {id} cannot be found.");
        world.fails("GetAccessKeyLastUsed", &[key(id)], (404, "NoSuchEntity", &message));
    }
    world.permit("alice", "{}".replace("{}", &allowing("s3:*")).as_str());
    let needed = "iam:GetAccessKeyLastUsed";
    for (id, resource) in [
        (alice.access_key_id.as_str(), arn("user/alice")),
        (MISSING, "*".to_owned()),
        (&world.root.access_key_id, "*".to_owned()),
    ] {
        let call: (&str, &[(&str, &str)]) = ("GetAccessKeyLastUsed", &[key(id)]);
        world.denied(&alice, "alice", call, (needed, &resource));
    }
}

/// A policy variable lets users manage their own keys and no others.
#[test]
fn users_can_be_limited_to_their_own_keys() {
    let world = World::new();
    let own = allowing("iam:*AccessKey*")
        .replace(r#""Resource":"*""#, r#""Resource":"arn:aws:iam::*:user/${aws:username}""#);
    let alice = world.user("alice", &own);
    world.user("bob", "");
    world.ok(&alice, "ListAccessKeys", &[]);
    world.ok(&alice, "ListAccessKeys", &[ALICE]);
    world.ok(&alice, "CreateAccessKey", &[]);
    let bob = [("UserName", "bob")];
    for action in ["CreateAccessKey", "ListAccessKeys"] {
        let needed = format!("iam:{action}");
        world.denied(&alice, "alice", (action, &bob), (&needed, &arn("user/bob")));
    }
}
