//! Every operation in one walk: denied to a user without rights, then done, each with its event;
//! with a key that is not there; and when nothing can be stored.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::Disk;

use crate::world::{ADMIN, GUEST, World, user};

const ALIAS: &str = "alias/walk";
const MISSING: &str = "11111111-2222-3333-4444-555555555555";
const NEVER_GIVEN: &str = "no-such-grant";

/// What the walk needs: a key, another one, a ciphertext under the first, and its grants.
struct Known {
    key: String,
    other: String,
    ciphertext: Value,
    grants: Vec<Value>,
}

/// The calls in the order of a key's life.
fn walk(known: &Known) -> Vec<(&'static str, Value)> {
    let Known { key, other, ciphertext, grants } = known;
    let of_key = json!({ "KeyId": key });
    let with = |more: Value| {
        let mut input = of_key.clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}});
    let grant = json!({ "GranteePrincipal": user(ADMIN), "Operations": ["Encrypt"] });
    vec![
        ("CreateKey", json!({})),
        ("CreateAlias", json!({ "AliasName": ALIAS, "TargetKeyId": key })),
        ("UpdateAlias", json!({ "AliasName": ALIAS, "TargetKeyId": other })),
        ("TagResource", with(json!({ "Tags": [{ "TagKey": "k", "TagValue": "v" }] }))),
        ("PutKeyPolicy", with(json!({ "Policy": policy.to_string() }))),
        ("UpdateKeyDescription", with(json!({ "Description": "d" }))),
        ("CreateGrant", with(grant)),
        ("EnableKeyRotation", of_key.clone()),
        ("RotateKeyOnDemand", of_key.clone()),
        ("DescribeKey", of_key.clone()),
        ("GetKeyPolicy", of_key.clone()),
        ("GetKeyRotationStatus", of_key.clone()),
        ("ListAliases", json!({})),
        ("ListGrants", of_key.clone()),
        ("ListKeyPolicies", of_key.clone()),
        ("ListKeyRotations", of_key.clone()),
        ("ListKeys", json!({})),
        ("ListResourceTags", of_key.clone()),
        ("ListRetirableGrants", json!({ "RetiringPrincipal": user(ADMIN) })),
        ("Encrypt", with(json!({ "Plaintext": "aGVsbG8=" }))),
        ("Decrypt", json!({ "CiphertextBlob": ciphertext })),
        ("ReEncrypt", json!({ "CiphertextBlob": ciphertext, "DestinationKeyId": other })),
        ("GenerateDataKey", with(json!({ "KeySpec": "AES_256" }))),
        ("GenerateDataKeyWithoutPlaintext", with(json!({ "KeySpec": "AES_256" }))),
        ("GenerateRandom", json!({ "NumberOfBytes": 16 })),
        ("RevokeGrant", with(json!({ "GrantId": grants[0] }))),
        ("RetireGrant", with(json!({ "GrantId": grants[1] }))),
        ("DisableKeyRotation", of_key.clone()),
        ("UntagResource", with(json!({ "TagKeys": ["k"] }))),
        ("DisableKey", of_key.clone()),
        ("EnableKey", of_key.clone()),
        ("DeleteAlias", json!({ "AliasName": ALIAS })),
        ("ScheduleKeyDeletion", with(json!({ "PendingWindowInDays": 7 }))),
        ("CancelKeyDeletion", of_key.clone()),
    ]
}

fn known(world: &World) -> Known {
    let ((key, arn), (other, _)) = (world.key(), world.key());
    let encrypt = json!({ "KeyId": key, "Plaintext": "aGVsbG8=" });
    let ciphertext = world.ok(ADMIN, "Encrypt", &encrypt)["CiphertextBlob"].clone();
    let grant = |name: &str| {
        let grant = json!({ "KeyId": arn, "GranteePrincipal": user(ADMIN), "Name": name,
            "RetiringPrincipal": user(ADMIN), "Operations": ["Decrypt"] });
        world.ok(ADMIN, "CreateGrant", &grant)["GrantId"].clone()
    };
    let grants = vec![grant("one"), grant("two")];
    Known { key, other, ciphertext, grants }
}

/// A call without the right for it is recorded as denied; with the right it is done and recorded.
#[test]
fn every_operation_is_denied_without_a_right_and_done_with_it() {
    let world = World::new();
    let walk = walk(&known(&world));
    let served: BTreeSet<_> = kms::ROWS.iter().map(|row| row.spec.name).collect();
    assert_eq!(walk.iter().map(|(operation, _)| *operation).collect::<BTreeSet<_>>(), served);
    for (operation, input) in walk {
        let denied = world.call(GUEST, operation, &input);
        let code = denied.body["__type"].as_str().unwrap();
        assert_eq!((denied.status, code), (400, "AccessDeniedException"), "{operation}");
        let event = world.last_event();
        assert_eq!(event["eventName"], operation);
        assert_eq!(event["errorCode"], "AccessDenied", "{operation}");
        assert_eq!(event["responseElements"], Value::Null, "{operation}");
        assert_eq!(event["userIdentity"]["userName"], GUEST, "{operation}");
        let event = world.event_of(ADMIN, operation, &input);
        assert_eq!(event["eventName"], operation);
        assert_eq!(event["eventSource"], "kms.amazonaws.com", "{operation}");
        assert_eq!(event.get("errorCode"), None, "{operation}");
        assert_eq!(event["userIdentity"]["userName"], ADMIN, "{operation}");
        let text = event.to_string();
        assert!(!text.contains("aGVsbG8"), "{operation}: {text}");
    }
}

/// Keys and aliases that are not there are not found, and no text that names one is an ARN of
/// another service.
#[test]
fn keys_that_are_not_there_are_not_found() {
    let world = World::new();
    let mut known = known(&world);
    (known.key, known.other) = (MISSING.to_owned(), MISSING.to_owned());
    for (operation, mut input) in walk(&known) {
        let names = ["KeyId", "TargetKeyId", "DestinationKeyId", "AliasName"];
        let Some(name) = names.into_iter().find(|name| input.get(name).is_some()) else { continue };
        let name = if input.get("TargetKeyId").is_some() { "TargetKeyId" } else { name };
        let code = world.code(ADMIN, operation, &input);
        assert_eq!(code, "NotFoundException", "{operation}");
        assert_eq!(world.last_event()["errorCode"], "NotFoundException", "{operation}");
        if name == "AliasName" {
            continue;
        }
        input[name] = json!("arn:aws:s3:::bucket");
        let code = world.code(ADMIN, operation, &input);
        assert_eq!(code, "InvalidArnException", "{operation}");
        assert_eq!(world.last_event()["errorCode"], "InvalidArnException", "{operation}");
    }
}

/// A key that is to be deleted does no work and takes no change but to stay.
#[test]
fn a_key_that_is_to_be_deleted_does_nothing() {
    let world = World::new();
    let known = known(&world);
    let delete = |key: &str| world.ok(ADMIN, "ScheduleKeyDeletion", &json!({ "KeyId": key }));
    delete(&known.key);
    delete(&known.other);
    let allowed = BTreeSet::from([
        "CreateKey",
        "CancelKeyDeletion",
        "DescribeKey",
        "GenerateRandom",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListAliases",
        "ListGrants",
        "ListKeyPolicies",
        "ListKeyRotations",
        "ListKeys",
        "ListResourceTags",
        "ListRetirableGrants",
        "PutKeyPolicy",
        "RevokeGrant",
        "RetireGrant",
    ]);
    for (operation, input) in walk(&known) {
        let is_of_alias = ["UpdateAlias", "DeleteAlias"].contains(&operation);
        if allowed.contains(operation) || is_of_alias {
            continue;
        }
        let code = world.code(ADMIN, operation, &input);
        assert_eq!(code, "KMSInvalidStateException", "{operation}");
        assert_eq!(world.last_event()["errorCode"], "KMSInvalidStateException", "{operation}");
    }
}

/// A disabled key does no cryptography, is not rotated, and is granted to no one.
#[test]
fn a_disabled_key_does_nothing() {
    let world = World::new();
    let known = known(&world);
    for key in [&known.key, &known.other] {
        world.ok(ADMIN, "DisableKey", &json!({ "KeyId": key }));
    }
    for (operation, input) in walk(&known) {
        let cryptography = ["Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey"];
        let rotation = ["EnableKeyRotation", "RotateKeyOnDemand", "DisableKeyRotation"];
        let more = ["GenerateDataKeyWithoutPlaintext", "CreateGrant"];
        if !cryptography.iter().chain(&rotation).chain(&more).any(|name| *name == operation) {
            continue;
        }
        let code = world.code(ADMIN, operation, &input);
        assert_eq!(code, "DisabledException", "{operation}");
        assert_eq!(world.last_event()["errorCode"], "DisabledException", "{operation}");
    }
}

/// All checks pass and nothing is done.
#[test]
fn a_dry_run_does_nothing() {
    let world = World::new();
    let known = known(&world);
    let dry = [
        "CreateGrant",
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncrypt",
        "RetireGrant",
        "RevokeGrant",
    ];
    let grants = || world.ok(ADMIN, "ListGrants", &json!({ "KeyId": known.key }));
    let before = grants();
    let walk = walk(&known);
    for operation in dry {
        let (_, input) = walk.iter().find(|(name, _)| *name == operation).unwrap();
        let mut input = input.clone();
        input["DryRun"] = json!(true);
        let code = world.code(ADMIN, operation, &input);
        assert_eq!(code, "DryRunOperationException", "{operation}");
        assert_eq!(world.last_event()["errorCode"], "DryRunOperationException", "{operation}");
    }
    assert_eq!(grants(), before);
}

/// Tokens, ids and markers that were never given out.
#[test]
fn what_was_never_given_out_is_refused() {
    let world = World::new();
    let known = known(&world);
    for (operation, mut input) in walk(&known) {
        let takes_tokens = ["CreateGrant", "Decrypt", "Encrypt", "ReEncrypt"];
        let makes_keys = ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"];
        if takes_tokens.iter().chain(&makes_keys).any(|name| *name == operation) {
            input["GrantTokens"] = json!([NEVER_GIVEN]);
            let code = world.code(ADMIN, operation, &input);
            assert_eq!(code, "InvalidGrantTokenException", "{operation}");
        }
        let lists =
            ["ListAliases", "ListGrants", "ListKeyPolicies", "ListKeyRotations", "ListKeys"];
        let more = ["ListResourceTags", "ListRetirableGrants"];
        if lists.iter().chain(&more).any(|name| *name == operation) {
            input["Marker"] = json!(NEVER_GIVEN);
            let code = world.code(ADMIN, operation, &input);
            assert_eq!(code, "InvalidMarkerException", "{operation}");
        }
        if ["ListGrants", "RevokeGrant", "RetireGrant"].contains(&operation) {
            input["GrantId"] = json!(NEVER_GIVEN);
            input.as_object_mut().unwrap().remove("Marker");
            let code = world.code(ADMIN, operation, &input);
            assert_eq!(code, "InvalidGrantIdException", "{operation}");
        }
    }
    let retire = json!({ "GrantToken": NEVER_GIVEN });
    assert_eq!(world.code(ADMIN, "RetireGrant", &retire), "InvalidGrantTokenException");
}

/// No operation returns its result if its event cannot be recorded.
#[test]
fn every_operation_fails_when_nothing_can_be_stored() {
    let disk = Disk::with_power();
    let world = World::on(&disk);
    let walk = walk(&known(&world));
    disk.power(0);
    for (operation, input) in walk {
        let failed = world.call(ADMIN, operation, &input);
        let code = failed.body["__type"].as_str().unwrap();
        assert_eq!((failed.status, code), (500, "KMSInternalException"), "{operation}");
        assert!(failed.body["message"].as_str().unwrap().contains("can be retried"));
    }
}

/// Errors of single operations, each with its event.
#[test]
fn each_refusal_has_its_code() {
    let world = World::new();
    let Known { key, .. } = known(&world);
    let document = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": action,
            "Resource": "*"}})
        .to_string()
    };
    let long = document(&format!("kms:{}", "D".repeat(33_000)));
    let tag = |key: &str| json!([{ "TagKey": key, "TagValue": "v" }]);
    for (operation, input, code) in [
        ("CreateKey", json!({ "Origin": "EXTERNAL" }), "UnsupportedOperationException"),
        ("CreateKey", json!({ "Policy": "no policy" }), "MalformedPolicyDocumentException"),
        ("CreateKey", json!({ "Policy": long }), "LimitExceededException"),
        ("CreateKey", json!({ "Tags": tag("aws:k") }), "TagException"),
        ("PutKeyPolicy", json!({ "KeyId": key, "Policy": long }), "LimitExceededException"),
        (
            "PutKeyPolicy",
            json!({ "KeyId": key, "Policy": "no policy" }),
            "MalformedPolicyDocumentException",
        ),
        (
            "PutKeyPolicy",
            json!({ "KeyId": key, "Policy": document("kms:*"), "PolicyName": "other" }),
            "UnsupportedOperationException",
        ),
        ("TagResource", json!({ "KeyId": key, "Tags": tag("aws:k") }), "TagException"),
        ("UntagResource", json!({ "KeyId": key, "TagKeys": ["aws:k"] }), "TagException"),
        ("ListAliases", json!({ "KeyId": MISSING }), "NotFoundException"),
        ("ListAliases", json!({ "KeyId": "arn:aws:s3:::bucket" }), "InvalidArnException"),
        (
            "CreateKey",
            json!({ "Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1234567890abcdef0" }),
            "CustomKeyStoreNotFoundException",
        ),
        (
            "GenerateRandom",
            json!({ "NumberOfBytes": 1, "CustomKeyStoreId": "cks-1234567890abcdef0" }),
            "CustomKeyStoreNotFoundException",
        ),
        (
            "GenerateRandom",
            json!({ "NumberOfBytes": 1, "Recipient": {} }),
            "UnsupportedOperationException",
        ),
        (
            "CreateAlias",
            json!({ "AliasName": "alias/aws/k", "TargetKeyId": key }),
            "NotAuthorizedException",
        ),
    ] {
        refuses(&world, operation, &input, code);
    }
}

/// Errors of operations on a ciphertext, each with its event.
#[test]
fn each_refusal_of_a_ciphertext_has_its_code() {
    let world = World::new();
    let Known { other, ciphertext, .. } = known(&world);
    for (operation, input, code) in [
        ("Decrypt", json!({ "CiphertextBlob": ciphertext, "KeyId": MISSING }), "NotFoundException"),
        (
            "Decrypt",
            json!({ "CiphertextBlob": ciphertext, "KeyId": other }),
            "IncorrectKeyException",
        ),
        (
            "Decrypt",
            json!({ "CiphertextBlob": ciphertext, "EncryptionAlgorithm": "RSAES_OAEP_SHA_1" }),
            "InvalidKeyUsageException",
        ),
        ("Decrypt", json!({ "CiphertextBlob": "AAAA" }), "InvalidCiphertextException"),
        (
            "ReEncrypt",
            json!({ "CiphertextBlob": "AAAA", "DestinationKeyId": other }),
            "InvalidCiphertextException",
        ),
        (
            "ReEncrypt",
            json!({ "CiphertextBlob": ciphertext, "DestinationKeyId": other,
                "SourceKeyId": other }),
            "IncorrectKeyException",
        ),
        (
            "ReEncrypt",
            json!({ "CiphertextBlob": ciphertext, "DestinationKeyId": other,
                "DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_1" }),
            "InvalidKeyUsageException",
        ),
    ] {
        refuses(&world, operation, &input, code);
    }
}

fn refuses(world: &World, operation: &str, input: &Value, code: &str) {
    assert_eq!(world.code(ADMIN, operation, input), code, "{operation} {input}");
    assert_eq!(world.last_event()["errorCode"], code, "{operation} {input}");
}

/// A key has so many aliases, made for it or moved to it.
#[test]
fn aliases_of_a_key_are_counted() {
    let world = World::new();
    let ((key, _), (other, _)) = (world.key(), world.key());
    for number in 0..50 {
        let name = format!("alias/a{number}");
        world.ok(ADMIN, "CreateAlias", &json!({ "AliasName": name, "TargetKeyId": key }));
    }
    world.ok(ADMIN, "CreateAlias", &json!({ "AliasName": "alias/more", "TargetKeyId": other }));
    for (operation, name) in [("CreateAlias", "alias/new"), ("UpdateAlias", "alias/more")] {
        let input = json!({ "AliasName": name, "TargetKeyId": key });
        assert_eq!(world.code(ADMIN, operation, &input), "LimitExceededException", "{operation}");
    }
}
