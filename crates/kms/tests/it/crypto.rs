//! Encrypting, decrypting, data keys.

use gateway::Caller;
use policy::Principal;
use serde_json::{Value, json};
use types::{AccountId, Region};

use crate::world::{ACCOUNT, ADMIN, GUEST, REGION, ROOT, World, user};

const CONTEXT: &str = "encryptionContext";

fn account() -> AccountId {
    AccountId::parse(ACCOUNT).unwrap()
}

fn region() -> Region {
    Region::parse(REGION).unwrap()
}

/// Ciphertexts decrypt with the same context only; responses have the recorded members.
#[test]
fn plaintexts_round_trip() {
    let world = World::new();
    let (id, arn) = world.key();
    let context = json!({ "purpose": "test", "ユーザ": "値" });
    let input = json!({ "KeyId": id, "Plaintext": "aGVsbG8=", "EncryptionContext": context });
    let encrypted = world.ok(ADMIN, "Encrypt", &input);
    assert_eq!(encrypted["KeyId"], arn.as_str());
    assert_eq!(encrypted["EncryptionAlgorithm"], "SYMMETRIC_DEFAULT");
    assert_eq!(encrypted.as_object().unwrap().len(), 3);
    let blob = &encrypted["CiphertextBlob"];
    let input = json!({ "CiphertextBlob": blob, "EncryptionContext": context });
    let decrypted = world.ok(ADMIN, "Decrypt", &input);
    assert_eq!(decrypted["Plaintext"], "aGVsbG8=");
    assert_eq!(decrypted["KeyId"], arn.as_str());
    assert_eq!(decrypted["KeyMaterialId"].as_str().unwrap().len(), 64);
    let invalid = ("InvalidCiphertextException", None);
    world.refused(ADMIN, "Decrypt", &json!({ "CiphertextBlob": blob }), invalid);
    let other = json!({ "Purpose": "test", "ユーザ": "値" });
    let input = json!({ "CiphertextBlob": blob, "EncryptionContext": other });
    world.refused(ADMIN, "Decrypt", &input, invalid);
    // A ciphertext of AWS itself begins with 01.
    let aws = json!({ "CiphertextBlob": "AQIDAHg=" });
    world.refused(ADMIN, "Decrypt", &aws, invalid);
}

/// A request that names another key than the ciphertext does is wrong, not denied.
#[test]
fn the_named_key_must_be_the_right_one() {
    let world = World::new();
    let ((right, _), (wrong, _)) = (world.key(), world.key());
    let blob = world.ok(ADMIN, "Encrypt", &json!({ "KeyId": right, "Plaintext": "AA==" }));
    let blob = &blob["CiphertextBlob"];
    let text = "The key ID in the request does not identify a CMK that can perform this operation.";
    let input = json!({ "KeyId": wrong, "CiphertextBlob": blob });
    world.refused(ADMIN, "Decrypt", &input, ("IncorrectKeyException", Some(text)));
    let input = json!({ "SourceKeyId": wrong, "DestinationKeyId": right, "CiphertextBlob": blob });
    world.refused(ADMIN, "ReEncrypt", &input, ("IncorrectKeyException", Some(text)));
    world.ok(ADMIN, "Decrypt", &json!({ "KeyId": right, "CiphertextBlob": blob }));
}

/// Events of cryptography show keys and contexts, and nothing of what was encrypted.
#[test]
fn events_hold_no_secrets() {
    let world = World::new();
    let (id, arn) = world.key();
    let context = json!({ "a": "1" });
    let input = json!({ "KeyId": id, "Plaintext": "aGVsbG8=", "EncryptionContext": context });
    let event = world.event_of(ADMIN, "Encrypt", &input);
    let expected = json!({
        "keyId": id, CONTEXT: context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    });
    assert_eq!(event["requestParameters"], expected);
    assert_eq!(event["readOnly"], true);
    assert!(event["responseElements"].is_null());
    assert_eq!(event["resources"][0]["ARN"], arn.as_str());
    let material = event["additionalEventData"]["keyMaterialId"].as_str().unwrap();
    assert_eq!(material.len(), 64);
    let input = json!({ "KeyId": id, "KeySpec": "AES_256", "EncryptionContext": context });
    let event = world.event_of(ADMIN, "GenerateDataKey", &input);
    let expected = json!({ "keyId": id, "keySpec": "AES_256", CONTEXT: context });
    assert_eq!(event["requestParameters"], expected);
    assert!(event["responseElements"].is_null());
    let made = world.ok(ADMIN, "GenerateDataKey", &input);
    let event = world.last_event().to_string();
    for secret in ["Plaintext", "CiphertextBlob"] {
        assert!(!event.contains(made[secret].as_str().unwrap()), "{secret}");
    }
    let blob = world.ok(ADMIN, "GenerateDataKeyWithoutPlaintext", &input);
    let input = json!({ "CiphertextBlob": blob["CiphertextBlob"], "EncryptionContext": context });
    let event = world.event_of(ADMIN, "Decrypt", &input);
    let expected = json!({ CONTEXT: context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT" });
    assert_eq!(event["requestParameters"], expected);
    assert_eq!(event["resources"][0]["ARN"], arn.as_str());
    let event = world.event_of(ADMIN, "GenerateRandom", &json!({ "NumberOfBytes": 8 }));
    assert!(event["requestParameters"].is_null());
    assert!(event.get("resources").is_none());
}

/// Data keys have the requested length, and decrypt to themselves.
#[test]
fn data_keys_decrypt_to_themselves() {
    let world = World::new();
    let (id, arn) = world.key();
    for (size, base64_len) in [
        (json!({ "KeySpec": "AES_256" }), 44),
        (json!({ "KeySpec": "AES_128" }), 24),
        (json!({ "NumberOfBytes": 1 }), 4),
        (json!({ "NumberOfBytes": 1024 }), 1368),
    ] {
        let mut input = size;
        input["KeyId"] = json!(id);
        let made = world.ok(ADMIN, "GenerateDataKey", &input);
        assert_eq!(made["Plaintext"].as_str().unwrap().len(), base64_len);
        assert_eq!(made["KeyId"], arn.as_str());
        let blob = json!({ "CiphertextBlob": made["CiphertextBlob"] });
        let opened = world.ok(ADMIN, "Decrypt", &blob);
        assert_eq!(opened["Plaintext"], made["Plaintext"]);
        assert_eq!(opened["KeyMaterialId"], made["KeyMaterialId"]);
        let made = world.ok(ADMIN, "GenerateDataKeyWithoutPlaintext", &input);
        assert!(made.get("Plaintext").is_none());
        world.ok(ADMIN, "Decrypt", &json!({ "CiphertextBlob": made["CiphertextBlob"] }));
    }
}

/// Every broken constraint has AWS's words.
#[test]
fn wrong_sizes_are_refused() {
    let world = World::new();
    let (id, _) = world.key();
    let check = |operation: &str, input: Value, text: &str| {
        world.refused(ADMIN, operation, &input, ("ValidationException", Some(text)));
    };
    let range = "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy \
                 constraint: Member must have value less than or equal to 1024";
    check("GenerateDataKey", json!({ "KeyId": id, "NumberOfBytes": 1025 }), range);
    check("GenerateRandom", json!({ "NumberOfBytes": 1025 }), range);
    check("GenerateRandom", json!({}), "NumberOfBytes is required.");
    let either = "Please specify either number of bytes or key spec.";
    check("GenerateDataKey", json!({ "KeyId": id }), either);
    let both = json!({ "KeyId": id, "NumberOfBytes": 1, "KeySpec": "AES_256" });
    check("GenerateDataKey", both, either);
    let plain = |bytes: usize| json!({ "KeyId": id, "Plaintext": "AAAA".repeat(bytes / 3) });
    let long = "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: \
                Member must have length less than or equal to 4096";
    check("Encrypt", plain(4098), long);
    let short = "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: \
                 Member must have length greater than or equal to 1";
    check("Encrypt", plain(0), short);
    let input =
        json!({ "KeyId": id, "Plaintext": "AA==", "EncryptionAlgorithm": "RSAES_OAEP_SHA_1" });
    let text = "Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT.";
    world.refused(ADMIN, "Encrypt", &input, ("InvalidKeyUsageException", Some(text)));
    assert_eq!(
        world.code(ADMIN, "GenerateDataKey", &json!({ "KeyId": id, "NumberOfBytes": "1" })),
        "SerializationException"
    );
    let list = json!([id, {}, 1, null, null, null, null]);
    assert_eq!(world.code(ADMIN, "GenerateDataKey", &list), "SerializationException");
}

/// A dry run returns that it would have succeeded, or the ordinary error.
#[test]
fn dry_runs_do_nothing() {
    let world = World::new();
    let (id, _) = world.key();
    let text = "The request would have succeeded, but the DryRun option is set.";
    let dry = ("DryRunOperationException", Some(text));
    let input = json!({ "KeyId": id, "Plaintext": "AA==", "DryRun": true });
    world.refused(ADMIN, "Encrypt", &input, dry);
    assert_eq!(world.last_event()["errorCode"], "DryRunOperationException");
    let input = json!({ "KeyId": id, "KeySpec": "AES_256", "DryRun": true });
    world.refused(ADMIN, "GenerateDataKey", &input, dry);
    assert_eq!(world.code(GUEST, "GenerateDataKey", &input), "AccessDeniedException");
    let input = json!({ "KeyId": id, "DryRun": true, "DryRunModifiers": ["IGNORE_CIPHERTEXT"] });
    world.refused(ADMIN, "Decrypt", &input, dry);
}

/// `ReEncrypt` needs a permission on either key and records both.
#[test]
fn re_encryption_moves_ciphertexts() {
    let world = World::new();
    let ((from, from_arn), (to, to_arn)) = (world.key(), world.key());
    let input =
        json!({ "KeyId": from, "Plaintext": "aGVsbG8=", "EncryptionContext": { "a": "1" } });
    let blob = world.ok(ADMIN, "Encrypt", &input)["CiphertextBlob"].clone();
    let input = json!({
        "CiphertextBlob": blob, "SourceEncryptionContext": { "a": "1" }, "DestinationKeyId": to,
        "DestinationEncryptionContext": { "b": "2" },
    });
    let moved = world.ok(ADMIN, "ReEncrypt", &input);
    assert_eq!(moved["SourceKeyId"], from_arn.as_str());
    assert_eq!(moved["KeyId"], to_arn.as_str());
    let event = world.last_event();
    let resources: Vec<_> = [0, 1].map(|n| event["resources"][n]["ARN"].clone()).into();
    assert_eq!(resources, [from_arn.as_str(), to_arn.as_str()]);
    let input =
        json!({ "CiphertextBlob": moved["CiphertextBlob"], "EncryptionContext": { "b": "2" } });
    assert_eq!(world.ok(ADMIN, "Decrypt", &input)["Plaintext"], "aGVsbG8=");
}

/// A service acting for itself needs a statement for it; one that forwards its caller's rights is
/// seen through `kms:ViaService`.
#[test]
fn services_pass_the_key_policy() {
    let world = World::new();
    let trail = format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/t");
    let (id, arn) = world.key();
    let generate = |source: &str| {
        let caller = Caller::service("cloudtrail.amazonaws.com", &account(), source);
        let pairs = [("aws:cloudtrail:arn".to_owned(), trail.clone())];
        let input = kms::GenerateDataKeyInput {
            key_id: Some(arn.clone()),
            key_spec: Some("AES_256".to_owned()),
            encryption_context: pairs.into(),
            ..Default::default()
        };
        world.kit.gateway.invoke::<kms::GenerateDataKey>(caller, region(), input)
    };
    assert_eq!(generate(&trail).unwrap_err().code(), Some("AccessDeniedException"));
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Allow", "Principal": { "Service": "cloudtrail.amazonaws.com" },
          "Action": "kms:GenerateDataKey*", "Resource": "*", "Condition": {
            "StringEquals": { "AWS:SourceArn": trail },
            "StringLike": { "kms:EncryptionContext:aws:cloudtrail:arn":
                format!("arn:aws:cloudtrail:*:{ACCOUNT}:trail/*") } } },
    ] });
    world.ok(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": policy.to_string() }));
    world.events();
    assert_eq!(generate(&trail).unwrap().plaintext.expose().len(), 32);
    let event = world.last_event();
    assert_eq!(event["userIdentity"]["invokedBy"], "cloudtrail.amazonaws.com");
    assert_eq!(event["requestParameters"]["keyId"], arn.as_str());
    let other = trail.replace("trail/t", "trail/u");
    assert_eq!(generate(&other).unwrap_err().code(), Some("AccessDeniedException"));
}

/// The key of `alias/aws/s3` can be used by callers of its account through S3 and by no others.
#[test]
fn managed_keys_serve_their_service() {
    let world = World::new();
    world.ok(ADMIN, "DescribeKey", &json!({ "KeyId": "alias/aws/s3" }));
    let generate = |via: Option<&'static str>| {
        let caller = Caller {
            principal: Principal::Root { account: account() },
            account: account(),
            access_key_id: None,
            account_alias: None,
            session: None,
            via,
            source_arn: None,
        };
        let input = kms::GenerateDataKeyInput {
            key_id: Some("alias/aws/s3".to_owned()),
            key_spec: Some("AES_256".to_owned()),
            ..Default::default()
        };
        world.kit.gateway.invoke::<kms::GenerateDataKey>(caller, region(), input)
    };
    generate(Some("s3.amazonaws.com")).unwrap();
    for via in [None, Some("sns.amazonaws.com")] {
        assert_eq!(generate(via).unwrap_err().code(), Some("AccessDeniedException"));
    }
}

/// A root user uses a key through the statement for the account.
#[test]
fn root_needs_the_key_policy() {
    let world = World::new();
    let (id, _) = world.key();
    let input = json!({ "KeyId": id, "Plaintext": "AA==" });
    world.ok(ROOT, "Encrypt", &input);
    let admin = user(ADMIN);
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
        "Principal": { "AWS": admin }, "Action": "kms:*", "Resource": "*" } });
    world.ok(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": policy.to_string() }));
    assert_eq!(world.code(ROOT, "Encrypt", &input), "AccessDeniedException");
}
