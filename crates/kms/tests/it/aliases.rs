//! Aliases, AWS's own included.

use serde_json::json;

use crate::world::{ADMIN, GUEST, START_SECONDS, World, kms_arn as arn, user};

/// An alias works wherever cryptography accepts a key, and can be changed to another key.
#[test]
fn aliases_name_keys() {
    let world = World::new();
    let ((first, first_arn), (second, second_arn)) = (world.key(), world.key());
    let name = "alias/app/main";
    let input = json!({ "AliasName": name, "TargetKeyId": first });
    let event = world.event_of(ADMIN, "CreateAlias", &input);
    assert_eq!(event["requestParameters"], json!({ "aliasName": name, "targetKeyId": first }));
    assert_eq!(event["resources"][0]["ARN"], first_arn.as_str());
    assert_eq!(event["resources"][1]["ARN"], arn(name));
    let text = format!("An alias with the name {} already exists", arn(name));
    world.refused(ADMIN, "CreateAlias", &input, ("AlreadyExistsException", Some(text.as_str())));
    let described = |alias: &str| {
        world.ok(ADMIN, "DescribeKey", &json!({ "KeyId": alias }))["KeyMetadata"]["Arn"].clone()
    };
    assert_eq!(described(name), first_arn.as_str());
    assert_eq!(described(&arn(name)), first_arn.as_str());
    world.kit.clock.advance_ms(1_000);
    world.ok(ADMIN, "UpdateAlias", &json!({ "AliasName": name, "TargetKeyId": second }));
    assert_eq!(described(name), second_arn.as_str());
    let listed = world.ok(ADMIN, "ListAliases", &json!({ "KeyId": second }));
    let expected = json!({
        "AliasName": name, "AliasArn": arn(name), "TargetKeyId": second,
        "CreationDate": START_SECONDS, "LastUpdatedDate": START_SECONDS + 1.0,
    });
    assert_eq!(listed, json!({ "Aliases": [expected], "Truncated": false }));
    let listed = world.ok(ADMIN, "ListAliases", &json!({ "KeyId": first }));
    assert_eq!(listed["Aliases"], json!([]));
    let event = world.event_of(ADMIN, "DeleteAlias", &json!({ "AliasName": name }));
    assert_eq!(event["resources"][0]["ARN"], second_arn.as_str());
    assert_eq!(event["resources"][1]["ARN"], arn(name));
    let text = format!("Alias {} is not found.", arn(name));
    let gone = ("NotFoundException", Some(text.as_str()));
    world.refused(ADMIN, "DeleteAlias", &json!({ "AliasName": name }), gone);
    let input = json!({ "AliasName": name, "TargetKeyId": second });
    world.refused(ADMIN, "UpdateAlias", &input, gone);
}

/// Names and targets that no alias may have.
#[test]
fn wrong_aliases_are_refused() {
    let world = World::new();
    let (id, _) = world.key();
    let refused = |name: &str, target: &str, expected| {
        let input = json!({ "AliasName": name, "TargetKeyId": target });
        world.refused(ADMIN, "CreateAlias", &input, expected);
    };
    let text = "Alias must start with the prefix \"alias/\". Please see \
                https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";
    refused("x", &id, ("ValidationException", Some(text)));
    refused("alias/aws/x", &id, ("NotAuthorizedException", None));
    let text = "Aliases must refer to keys. Not aliases";
    refused("alias/x", "alias/y", ("ValidationException", Some(text)));
    refused("alias/x", "y", ("NotFoundException", Some("Invalid keyId 'y'")));
}

/// The permission is checked on the alias first, then on the key.
#[test]
fn denials_name_the_alias_first() {
    let world = World::new();
    let (id, _) = world.key();
    let text = format!(
        "User: {} is not authorized to perform: kms:CreateAlias on \
         resource: {} because no identity-based policy allows the kms:CreateAlias action",
        user(GUEST),
        arn("alias/x")
    );
    let input = json!({ "AliasName": "alias/x", "TargetKeyId": id });
    world.refused(GUEST, "CreateAlias", &input, ("AccessDeniedException", Some(text.as_str())));
}

/// A key has at most fifty aliases; deleting one allows another.
#[test]
fn a_key_has_fifty_aliases_at_most() {
    let world = World::new();
    let (id, _) = world.key();
    let alias = |n: u32| json!({ "AliasName": format!("alias/{n}"), "TargetKeyId": id });
    for n in 0..50 {
        world.ok(ADMIN, "CreateAlias", &alias(n));
    }
    assert_eq!(world.code(ADMIN, "CreateAlias", &alias(50)), "LimitExceededException");
    world.ok(ADMIN, "DeleteAlias", &json!({ "AliasName": "alias/7" }));
    world.ok(ADMIN, "CreateAlias", &alias(50));
}

/// The key of `alias/aws/s3` is created on first use, and its policy allows no principal to use it
/// directly or to change it.
#[test]
fn keys_of_aws_are_made_on_first_use() {
    let world = World::new();
    let listed = world.ok(ADMIN, "ListAliases", &json!({}));
    let expected = json!({ "AliasName": "alias/aws/s3", "AliasArn": arn("alias/aws/s3") });
    assert_eq!(listed["Aliases"][0], expected);
    let input = json!({ "KeyId": "alias/aws/s3" });
    let described = world.ok(ADMIN, "DescribeKey", &input);
    let metadata = &described["KeyMetadata"];
    assert_eq!(metadata["KeyManager"], "AWS");
    let text = "Default key that protects my S3 objects when no other key is defined";
    assert_eq!(metadata["Description"], text);
    assert_eq!(world.ok(ADMIN, "DescribeKey", &input), described);
    let id = metadata["KeyId"].as_str().unwrap();
    let listed = world.ok(ADMIN, "ListAliases", &json!({}));
    assert_eq!(listed["Aliases"][0]["TargetKeyId"], id);
    let status = world.ok(ADMIN, "GetKeyRotationStatus", &json!({ "KeyId": id }));
    assert_eq!(status["KeyRotationEnabled"], true);
    for (operation, input) in [
        ("GenerateDataKey", json!({ "KeyId": id, "KeySpec": "AES_256" })),
        ("DisableKey", json!({ "KeyId": id })),
        ("ScheduleKeyDeletion", json!({ "KeyId": id })),
        ("DisableKeyRotation", json!({ "KeyId": id })),
    ] {
        assert_eq!(world.code(ADMIN, operation, &input), "AccessDeniedException", "{operation}");
    }
}
