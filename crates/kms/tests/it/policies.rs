//! Key policies: accepted, stored, shown, refused.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, ADMIN, GUEST, OTHER_ACCOUNT, OTHER_ROOT, REGION, World, user};

fn allow(principal: &str, action: &str) -> Value {
    json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": action, "Resource": "*" })
}

fn policy(statements: &[Value]) -> String {
    json!({ "Version": "2012-10-17", "Id": "p", "Statement": statements }).to_string()
}

/// A key created without a policy has AWS's default, formatted as AWS formats it.
#[test]
fn the_default_policy_delegates_to_the_account() {
    let world = World::new();
    let (id, _) = world.key();
    let shown = world.ok(ADMIN, "GetKeyPolicy", &json!({ "KeyId": id }));
    assert_eq!(shown["PolicyName"], "default");
    let text = shown["Policy"].as_str().unwrap();
    assert!(
        text.starts_with("{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n")
    );
    let listed = world.ok(ADMIN, "ListKeyPolicies", &json!({ "KeyId": id }));
    assert_eq!(listed, json!({ "PolicyNames": ["default"], "Truncated": false }));
    let input = json!({ "KeyId": id, "PolicyName": "other" });
    let expected = ("NotFoundException", Some("No such policy exists"));
    world.refused(ADMIN, "GetKeyPolicy", &input, expected);
    let reply = world.call(
        ADMIN,
        "PutKeyPolicy",
        &json!({ "KeyId": id, "PolicyName": "other", "Policy": text }),
    );
    assert_eq!(reply.body["__type"], "UnsupportedOperationException");
}

/// A stored policy is returned with the same meaning, and takes effect at once.
#[test]
fn a_policy_grants_directly() {
    let world = World::new();
    let (id, arn) = world.key();
    let text = policy(&[allow(ACCOUNT, "kms:*"), allow(&user(GUEST), "kms:Encrypt")]);
    let input = json!({ "KeyId": id, "PolicyName": "default", "Policy": text });
    let event = world.event_of(ADMIN, "PutKeyPolicy", &input);
    let expected = json!({ "keyId": id, "policyName": "default", "policy": text });
    assert_eq!(event["requestParameters"], expected);
    let shown = world.ok(ADMIN, "GetKeyPolicy", &json!({ "KeyId": id }));
    let shown: Value = serde_json::from_str(shown["Policy"].as_str().unwrap()).unwrap();
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    assert_eq!(shown["Statement"][0]["Principal"]["AWS"], root);
    assert_eq!(shown["Statement"][1]["Principal"]["AWS"], user(GUEST));
    world.ok(GUEST, "Encrypt", &json!({ "KeyId": id, "Plaintext": "AA==" }));
    let text = format!(
        "User: {} is not authorized to perform: kms:GenerateDataKey on resource: {arn} because no \
         identity-based policy allows the kms:GenerateDataKey action",
        user(GUEST)
    );
    let input = json!({ "KeyId": id, "KeySpec": "AES_256" });
    world.refused(GUEST, "GenerateDataKey", &input, ("AccessDeniedException", Some(text.as_str())));
}

/// Each malformed policy has its own error.
#[test]
fn malformed_policies_are_refused() {
    let world = World::new();
    let (id, _) = world.key();
    let malformed = "MalformedPolicyDocumentException";
    let refused = |text: &str, expected| {
        world.refused(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": text }), expected);
    };
    let invalid = "Policy contains a statement with one or more invalid principals.";
    let ghost = policy(&[allow(ACCOUNT, "kms:*"), allow(&user("GHOST"), "kms:*")]);
    refused(&ghost, (malformed, Some(invalid)));
    for canonical in ["111122223333", &"a".repeat(64)] {
        let mut statement = allow(ACCOUNT, "kms:Encrypt");
        statement["Principal"] = json!({ "CanonicalUser": canonical });
        let text = policy(&[allow(ACCOUNT, "kms:*"), statement]);
        refused(&text, (malformed, Some(invalid)));
    }
    let own = "These condition keys are not permitted in a key policy: aws:ResourceTag, \
               kms:ResourceTag, kms:ResourceAliases";
    let mut statement = allow(ACCOUNT, "kms:*");
    statement["Condition"] = json!({ "StringEquals": { "aws:ResourceTag/team": "a" } });
    let tagged = policy(&[allow(ACCOUNT, "kms:*"), statement]);
    refused(&tagged, (malformed, Some(own)));
    let input = json!({ "Policy": tagged });
    world.refused(ADMIN, "CreateKey", &input, (malformed, Some(own)));
    let locked = "The new key policy will not allow you to update the key policy in the future.";
    refused(&policy(&[allow(&user(GUEST), "kms:*")]), (malformed, Some(locked)));
    refused("{", (malformed, Some("")));
    let long = policy(&[allow(ACCOUNT, &format!("kms:{}", "x".repeat(32_768)))]);
    assert_eq!(
        world.code(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": long })),
        "LimitExceededException"
    );
    let input = json!({ "KeyId": id, "Policy": "あ" });
    assert_eq!(world.code(ADMIN, "PutKeyPolicy", &input), "ValidationException");
}

/// A caller that bypasses the lockout check may lock itself out.
#[test]
fn the_lockout_check_can_be_waived() {
    let world = World::new();
    let (id, _) = world.key();
    let input = json!({
        "KeyId": id, "Policy": policy(&[allow(&user(GUEST), "kms:*")]),
        "BypassPolicyLockoutSafetyCheck": true,
    });
    world.ok(ADMIN, "PutKeyPolicy", &input);
    assert_eq!(world.code(ADMIN, "DescribeKey", &json!({ "KeyId": id })), "AccessDeniedException");
    world.ok(GUEST, "DescribeKey", &json!({ "KeyId": id }));
}

/// Creation checks the policy as well, and creates no key if it is rejected.
#[test]
fn creation_checks_the_policy() {
    let world = World::new();
    let input = json!({ "Policy": policy(&[allow(&user(GUEST), "kms:*")]) });
    assert_eq!(world.code(ADMIN, "CreateKey", &input), "MalformedPolicyDocumentException");
    assert_eq!(world.ok(ADMIN, "ListKeys", &json!({}))["Keys"], json!([]));
    world.ok(ADMIN, "CreateKey", &json!({ "Policy": policy(&[allow(&user(ADMIN), "kms:*")]) }));
}

/// Across accounts the key policy and the caller's own must both allow; both accounts get the
/// event. Operations on the key itself stay at home.
#[test]
fn other_accounts_need_both_policies() {
    let world = World::new();
    let (id, arn) = world.key();
    let text = policy(&[allow(ACCOUNT, "kms:*"), allow(OTHER_ACCOUNT, "kms:*")]);
    world.ok(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": text }));
    world.events();
    let blob = world.ok(OTHER_ROOT, "Encrypt", &json!({ "KeyId": arn, "Plaintext": "AA==" }));
    let events = world.events();
    let recipients: Vec<_> =
        events.iter().map(|event| event["recipientAccountId"].clone()).collect();
    assert_eq!(recipients, [OTHER_ACCOUNT, ACCOUNT]);
    assert_eq!(events[0]["sharedEventID"], events[1]["sharedEventID"]);
    world.ok(OTHER_ROOT, "Decrypt", &json!({ "CiphertextBlob": blob["CiphertextBlob"] }));
    assert_eq!(
        world.code(OTHER_ROOT, "DisableKey", &json!({ "KeyId": arn })),
        "AccessDeniedException"
    );
    world.ok(
        ADMIN,
        "PutKeyPolicy",
        &json!({ "KeyId": id, "Policy": policy(&[allow(ACCOUNT, "kms:*")]) }),
    );
    let text = "The ciphertext refers to a customer master key that does not exist, does not \
                exist in this region, or you are not allowed to access.";
    let hidden = ("AccessDeniedException", Some(text));
    world.refused(
        OTHER_ROOT,
        "Decrypt",
        &json!({ "CiphertextBlob": blob["CiphertextBlob"] }),
        hidden,
    );
}

/// Conditions see tags, aliases, contexts and the key's own properties.
#[test]
fn conditions_see_the_key_and_the_request() {
    let world = World::new();
    let (id, _) = world.key();
    let with = |condition: Value| {
        let mut statement = allow(&user(GUEST), "kms:Encrypt");
        statement["Condition"] = condition;
        let text = policy(&[allow(ACCOUNT, "kms:*"), statement]);
        world.ok(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": text }));
    };
    world.ok(ADMIN, "CreateAlias", &json!({ "AliasName": "alias/x", "TargetKeyId": id }));
    let encrypt = |key_id: &str| {
        let input =
            json!({ "KeyId": key_id, "Plaintext": "AA==", "EncryptionContext": { "App": "a" } });
        world.call(GUEST, "Encrypt", &input).status
    };
    for (condition, by_id, by_alias) in [
        (json!({ "StringEquals": { "kms:RequestAlias": "alias/x" } }), 400, 200),
        (json!({ "StringEquals": { "kms:EncryptionContext:app": "a" } }), 200, 200),
        (json!({ "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["x"] } }), 400, 400),
        (json!({ "StringEquals": { "kms:CallerAccount": ACCOUNT } }), 200, 200),
        (json!({ "StringEquals": { "kms:KeySpec": "SYMMETRIC_DEFAULT" } }), 200, 200),
        (
            json!({ "StringEquals": { "kms:ViaService": format!("s3.{REGION}.amazonaws.com") } }),
            400,
            400,
        ),
    ] {
        with(condition.clone());
        assert_eq!((encrypt(&id), encrypt("alias/x")), (by_id, by_alias), "{condition}");
    }
}

/// The tags and aliases of a key are for the policies of users and roles.
#[test]
fn identity_policies_see_the_tags_and_aliases_of_a_key() {
    let world = World::new();
    let (id, arn) = world.key();
    world.ok(ADMIN, "CreateAlias", &json!({ "AliasName": "alias/x", "TargetKeyId": id }));
    let tags = json!([{ "TagKey": "team", "TagValue": "blue" }]);
    world.ok(ADMIN, "TagResource", &json!({ "KeyId": id, "Tags": tags }));
    for (name, condition, status) in [
        ("blue", json!({ "StringEquals": { "aws:ResourceTag/team": "blue" } }), 200),
        ("red", json!({ "StringEquals": { "aws:ResourceTag/team": "red" } }), 400),
        ("x", json!({ "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/x" } }), 200),
        ("y", json!({ "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/y" } }), 400),
    ] {
        let statement = json!({
            "Effect": "Allow", "Action": "kms:Encrypt", "Resource": arn, "Condition": condition });
        let policy = json!({ "Version": "2012-10-17", "Statement": statement });
        let user = world.kit.user(name, &policy);
        let input = json!({ "KeyId": id, "Plaintext": "AA==" });
        let answer = world.kit.json_as(&user, "TrentService.Encrypt", &input);
        assert_eq!(answer.status, status, "{condition}");
    }
}

/// A deleted user is shown by the bare id, and a new one of the same name has none of the rights.
#[test]
fn principals_are_people_not_names() {
    let world = World::new();
    let (id, _) = world.key();
    let text = policy(&[allow(ACCOUNT, "kms:*"), allow(&user(GUEST), "kms:Encrypt")]);
    world.ok(ADMIN, "PutKeyPolicy", &json!({ "KeyId": id, "Policy": text }));
    let shown = || {
        let shown = world.ok(ADMIN, "GetKeyPolicy", &json!({ "KeyId": id }));
        let shown: Value = serde_json::from_str(shown["Policy"].as_str().unwrap()).unwrap();
        shown["Statement"][1]["Principal"]["AWS"].as_str().unwrap().to_owned()
    };
    assert_eq!(shown(), user(GUEST));
    world.delete_guest();
    assert!(shown().starts_with("AIDA"), "{}", shown());
    let reborn = world.kit.user(
        GUEST,
        &json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "s3:*", "Resource": "*" } }),
    );
    let input = json!({ "KeyId": id, "Plaintext": "AA==" });
    let answer = world.kit.json_as(&reborn, "TrentService.Encrypt", &input);
    assert_eq!(answer.error().1, "AccessDeniedException");
}
