//! Grants.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, ADMIN, GUEST, START_SECONDS, World, user};

/// A grant to GUEST on `id`, with more members.
fn grant(id: &str, more: &Value) -> Value {
    let mut input =
        json!({ "KeyId": id, "GranteePrincipal": user(GUEST), "Operations": ["Encrypt"] });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// A grant allows its operations until it is revoked.
#[test]
fn a_grant_allows_and_can_be_revoked() {
    let world = World::new();
    let (id, arn) = world.key();
    let encrypt = json!({ "KeyId": id, "Plaintext": "AA==" });
    assert_eq!(world.call(GUEST, "Encrypt", &encrypt).status, 400);
    let made = world.ok(ADMIN, "CreateGrant", &grant(&id, &json!({ "Name": "n" })));
    let event = world.last_event();
    assert_eq!(event["responseElements"], json!({ "grantId": made["GrantId"], "keyId": arn }));
    assert!(!event.to_string().contains(made["GrantToken"].as_str().unwrap()));
    world.ok(GUEST, "Encrypt", &encrypt);
    let data_key = json!({ "KeyId": id, "KeySpec": "AES_256" });
    assert_eq!(world.call(GUEST, "GenerateDataKey", &data_key).status, 400);
    let again = world.ok(ADMIN, "CreateGrant", &grant(&id, &json!({ "Name": "n" })));
    assert_eq!(again["GrantId"], made["GrantId"]);
    assert_ne!(again["GrantToken"], made["GrantToken"]);
    let listed = world.ok(ADMIN, "ListGrants", &json!({ "KeyId": id }));
    let expected = json!({
        "KeyId": arn, "GrantId": made["GrantId"], "Name": "n", "CreationDate": START_SECONDS,
        "GranteePrincipal": user(GUEST), "Operations": ["Encrypt"],
        "IssuingAccount": format!("arn:aws:iam::{ACCOUNT}:root"),
    });
    assert_eq!(listed, json!({ "Grants": [expected], "Truncated": false }));
    let input = json!({ "KeyId": id, "GrantId": made["GrantId"] });
    let event = world.event_of(ADMIN, "RevokeGrant", &input);
    assert_eq!(event["requestParameters"], json!({ "keyId": id, "grantId": made["GrantId"] }));
    assert_eq!(world.call(GUEST, "Encrypt", &encrypt).status, 400);
    let text = format!("Grant ID {} not found", made["GrantId"].as_str().unwrap());
    world.refused(ADMIN, "RevokeGrant", &input, ("NotFoundException", Some(text.as_str())));
}

/// Constraints compare the names of contexts without case, and values with it.
#[test]
fn constraints_bind_grants() {
    let world = World::new();
    let (id, _) = world.key();
    let constraints = json!({ "Constraints": { "EncryptionContextSubset": { "a": "x" } } });
    world.ok(ADMIN, "CreateGrant", &grant(&id, &constraints));
    for (context, status) in [
        (json!({ "a": "x", "b": "2" }), 200),
        (json!({ "A": "x" }), 200),
        (json!({ "a": "X" }), 400),
        (json!({}), 400),
    ] {
        let input = json!({ "KeyId": id, "Plaintext": "AA==", "EncryptionContext": context });
        assert_eq!(world.call(GUEST, "Encrypt", &input).status, status, "{context}");
    }
    let both = json!({ "Constraints": {
        "EncryptionContextSubset": { "a": "1" }, "EncryptionContextEquals": { "a": "1" } } });
    let expected = ("ValidationException", Some("More than one constraint supplied"));
    world.refused(ADMIN, "CreateGrant", &grant(&id, &both), expected);
    let ghost = json!({ "GranteePrincipal": user("GHOST") });
    assert_eq!(world.code(ADMIN, "CreateGrant", &grant(&id, &ghost)), "InvalidArnException");
}

/// A caller with `CreateGrant` through a grant passes on no more than that grant contains.
#[test]
fn sub_grants_are_no_wider() {
    let world = World::new();
    let (id, _) = world.key();
    let operations = json!({ "Operations": ["Encrypt", "CreateGrant"] });
    world.ok(ADMIN, "CreateGrant", &grant(&id, &operations));
    world.ok(GUEST, "CreateGrant", &grant(&id, &json!({ "Operations": ["Encrypt"] })));
    let wider = grant(&id, &json!({ "Operations": ["Encrypt", "Decrypt"] }));
    assert_eq!(world.code(GUEST, "CreateGrant", &wider), "AccessDeniedException");
    world.ok(ADMIN, "CreateGrant", &wider);
}

/// A caller that the key policy allows to create grants, on any condition, may exceed a grant.
#[test]
fn conditions_of_the_key_policy_hold_beyond_a_grant() {
    let world = World::new();
    let (id, _) = world.key();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Allow", "Principal": { "AWS": user(GUEST) }, "Action": "kms:CreateGrant",
          "Resource": "*",
          "Condition": { "StringEquals": { "kms:GranteePrincipal": user(GUEST) } } },
    ] });
    world.ok(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": policy.to_string() }));
    let operations = json!({ "Operations": ["Encrypt", "CreateGrant"] });
    world.ok(ADMIN, "CreateGrant", &grant(&id, &operations));
    let wider = json!({ "Operations": ["Encrypt", "Decrypt"] });
    world.ok(GUEST, "CreateGrant", &grant(&id, &wider));
    let mut other = grant(&id, &wider);
    other["GranteePrincipal"] = json!(user(ADMIN));
    assert_eq!(world.code(GUEST, "CreateGrant", &other), "AccessDeniedException");
}

/// The retiring principal retires by token, without a trace of the token in the event; the grantee
/// may not unless that was granted.
#[test]
fn grants_can_be_retired() {
    let world = World::new();
    let (id, _) = world.key();
    let made = world.ok(ADMIN, "CreateGrant", &grant(&id, &json!({})));
    let by_id = json!({ "KeyId": id, "GrantId": made["GrantId"] });
    assert_eq!(world.call(GUEST, "RetireGrant", &by_id).body["__type"], "AccessDeniedException");
    world.ok(ADMIN, "RetireGrant", &by_id);
    let retiring = json!({ "GranteePrincipal": user(ADMIN), "RetiringPrincipal": user(GUEST) });
    let made = world.ok(ADMIN, "CreateGrant", &grant(&id, &retiring));
    let listed =
        world.ok(ADMIN, "ListRetirableGrants", &json!({ "RetiringPrincipal": user(GUEST) }));
    assert_eq!(listed["Grants"][0]["GrantId"], made["GrantId"]);
    let token = json!({ "GrantToken": made["GrantToken"] });
    let event = world.event_of(GUEST, "RetireGrant", &token);
    assert!(event["requestParameters"].is_null());
    assert_eq!(event["additionalEventData"], json!({ "grantId": made["GrantId"] }));
    assert_eq!(world.ok(ADMIN, "ListGrants", &json!({ "KeyId": id }))["Grants"], json!([]));
    assert_eq!(world.code(GUEST, "RetireGrant", &json!({})), "ValidationException");
}

/// Grant tokens are accepted with every use; invalid ones are rejected.
#[test]
fn junk_tokens_are_refused() {
    let world = World::new();
    let (id, _) = world.key();
    let made = world.ok(ADMIN, "CreateGrant", &grant(&id, &json!({})));
    let with = |token: &Value| json!({ "KeyId": id, "Plaintext": "AA==", "GrantTokens": [token] });
    world.ok(GUEST, "Encrypt", &with(&made["GrantToken"]));
    assert_eq!(world.code(GUEST, "Encrypt", &with(&json!("junk"))), "InvalidGrantTokenException");
}
