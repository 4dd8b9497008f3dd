//! Keys from creation to destruction.

use serde_json::json;
use types::DAY_MS;

use crate::world::{
    ACCOUNT, ADMIN, DAY_SECONDS, GUEST, OTHER_ACCOUNT, OTHER_ROOT, REGION, ROOT, START_SECONDS,
    World, kms_arn, user,
};

/// Creation returns exactly the members that were recorded on AWS.
#[test]
fn a_new_key_is_described_as_on_aws() {
    let world = World::new();
    let created = world.ok(ADMIN, "CreateKey", &json!({ "Description": "d" }));
    let metadata = created["KeyMetadata"].as_object().unwrap();
    let mut names: Vec<_> = metadata.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "AWSAccountId",
        "Arn",
        "CreationDate",
        "CurrentKeyMaterialId",
        "CustomerMasterKeySpec",
        "Description",
        "Enabled",
        "EncryptionAlgorithms",
        "KeyId",
        "KeyManager",
        "KeySpec",
        "KeyState",
        "KeyUsage",
        "MultiRegion",
        "Origin",
    ];
    assert_eq!(names, expected);
    let id = metadata["KeyId"].as_str().unwrap();
    assert_eq!(metadata["Arn"], kms_arn(&format!("key/{id}")));
    assert_eq!(metadata["CreationDate"], json!(START_SECONDS));
    let described = world.ok(ADMIN, "DescribeKey", &json!({ "KeyId": id }));
    assert_eq!(described, created);
}

/// The event of a creation fills in defaults and shows the key with its date as text.
#[test]
fn creation_leaves_its_event() {
    let world = World::new();
    let input = json!({ "Tags": [{ "TagKey": "a", "TagValue": "b" }] });
    let event = world.event_of(ADMIN, "CreateKey", &input);
    assert_eq!(event["eventName"], "CreateKey");
    assert_eq!(event["readOnly"], false);
    let parameters = &event["requestParameters"];
    assert_eq!(parameters["keySpec"], "SYMMETRIC_DEFAULT");
    assert_eq!(parameters["origin"], "AWS_KMS");
    assert_eq!(parameters["tags"], json!([{ "tagKey": "a", "tagValue": "b" }]));
    let metadata = &event["responseElements"]["keyMetadata"];
    assert_eq!(metadata["aWSAccountId"], ACCOUNT);
    assert_eq!(metadata["creationDate"], "Mar 1, 2026, 12:00:00 AM");
    assert_eq!(event["resources"][0]["ARN"], metadata["arn"]);
    assert_eq!(event["resources"][0]["type"], "AWS::KMS::Key");
}

/// Creation and listing are the identity policy's to allow; a root user may.
#[test]
fn creation_needs_an_identity_policy() {
    let world = World::new();
    world.ok(ROOT, "CreateKey", &json!({}));
    let text = format!(
        "User: {} is not authorized to perform: kms:CreateKey on \
         resource: * because no identity-based policy allows the kms:CreateKey action",
        user(GUEST)
    );
    let expected = ("AccessDeniedException", Some(text.as_str()));
    world.refused(GUEST, "CreateKey", &json!({}), expected);
    let denial = world.last_event();
    assert_eq!(denial["errorCode"], "AccessDenied");
    assert_eq!(denial["errorMessage"], text.as_str());
    assert!(denial["responseElements"].is_null());
}

/// Each invalid name has its own error.
#[test]
fn invalid_key_names_have_distinct_errors() {
    let world = World::new();
    let id = "1234abcd-12ab-44cd-96ef-1234567890ab";
    let mrk = "mrk-1234abcd12ab34cd56ef1234567890ab";
    let arn = kms_arn;
    let elsewhere = arn(&format!("key/{id}")).replace(REGION, "eu-west-1");
    let cases = [
        ("fake".to_owned(), "Invalid keyId 'fake'".to_owned()),
        (id.to_owned(), format!("Key '{}' does not exist", arn(&format!("key/{id}")))),
        (mrk.to_owned(), format!("Key '{}' does not exist", arn(&format!("key/{mrk}")))),
        (elsewhere, "Invalid arn eu-west-1".to_owned()),
        ("alias/no".to_owned(), format!("Alias {} is not found.", arn("alias/no"))),
    ];
    for (name, text) in cases {
        let expected = ("NotFoundException", Some(text.as_str()));
        world.refused(ADMIN, "DescribeKey", &json!({ "KeyId": name }), expected);
    }
    let text = "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: \
                Member must not be null";
    world.refused(ADMIN, "DescribeKey", &json!({}), ("ValidationException", Some(text)));
}

/// Another account's keys are indistinguishable, whether they exist or not.
#[test]
fn foreign_keys_stay_hidden() {
    let world = World::new();
    let (_, arn) = world.key();
    let missing = kms_arn("key/1234abcd-12ab-44cd-96ef-1234567890ab");
    for arn in [arn, missing] {
        let text = format!(
            "User: arn:aws:iam::{OTHER_ACCOUNT}:root is not authorized to perform: \
             kms:DescribeKey on resource: {arn} because no resource-based policy allows the \
             kms:DescribeKey action"
        );
        let expected = ("AccessDeniedException", Some(text.as_str()));
        world.refused(OTHER_ROOT, "DescribeKey", &json!({ "KeyId": arn }), expected);
    }
}

/// A key policy that delegates to the account leaves the decision to identity policies.
#[test]
fn delegation_needs_an_identity_policy() {
    let world = World::new();
    let (id, arn) = world.key();
    let text = format!(
        "User: {} is not authorized to perform: kms:DisableKey on \
         resource: {arn} because no identity-based policy allows the kms:DisableKey action",
        user(GUEST)
    );
    let expected = ("AccessDeniedException", Some(text.as_str()));
    world.refused(GUEST, "DisableKey", &json!({ "KeyId": id }), expected);
    let denial = world.last_event();
    assert_eq!(denial["resources"][0]["ARN"], arn.as_str());
}

/// A disabled key is of no use until it is enabled again.
#[test]
fn disabling_stops_use() {
    let world = World::new();
    let (id, arn) = world.key();
    let key = json!({ "KeyId": id });
    let event = world.event_of(ADMIN, "DisableKey", &key);
    assert_eq!(event["requestParameters"], json!({ "keyId": id }));
    assert_eq!(event["responseElements"], json!({ "keyId": arn }));
    assert_eq!(event["resources"][0]["ARN"], arn.as_str());
    let text = format!("{arn} is disabled.");
    let input = json!({ "KeyId": id, "KeySpec": "AES_256" });
    let expected = ("DisabledException", Some(text.as_str()));
    world.refused(ADMIN, "GenerateDataKey", &input, expected);
    let described = world.ok(ADMIN, "DescribeKey", &key);
    assert_eq!(described["KeyMetadata"]["Enabled"], false);
    assert_eq!(described["KeyMetadata"]["KeyState"], "Disabled");
    assert_eq!(world.ok(ADMIN, "EnableKey", &key), json!({}));
    world.ok(ADMIN, "GenerateDataKey", &input);
}

/// A scheduled deletion can be cancelled, which leaves the key disabled.
#[test]
fn deletion_can_be_cancelled() {
    let world = World::new();
    let (id, arn) = world.key();
    let key = json!({ "KeyId": id });
    let text = format!("{arn} is not pending deletion.");
    let expected = ("KMSInvalidStateException", Some(text.as_str()));
    world.refused(ADMIN, "CancelKeyDeletion", &key, expected);
    let input = json!({ "KeyId": id, "PendingWindowInDays": 7 });
    let answer = world.ok(ADMIN, "ScheduleKeyDeletion", &input);
    let due = START_SECONDS + 7.0 * DAY_SECONDS;
    let expected = json!({
        "KeyId": arn, "DeletionDate": due, "KeyState": "PendingDeletion", "PendingWindowInDays": 7,
    });
    assert_eq!(answer, expected);
    let event = world.last_event();
    let expected = json!({
        "keyId": arn, "deletionDate": "Mar 8, 2026, 12:00:00 AM", "keyState": "PendingDeletion",
        "pendingWindowInDays": 7,
    });
    assert_eq!(event["responseElements"], expected);
    let text = format!("{arn} is pending deletion.");
    let pending = ("KMSInvalidStateException", Some(text.as_str()));
    for (operation, input) in [
        ("ScheduleKeyDeletion", key.clone()),
        ("EnableKey", key.clone()),
        ("DisableKey", key.clone()),
        ("EnableKeyRotation", key.clone()),
        ("RotateKeyOnDemand", key.clone()),
        ("UpdateKeyDescription", json!({ "KeyId": id, "Description": "x" })),
        ("TagResource", json!({ "KeyId": id, "Tags": [] })),
        ("CreateAlias", json!({ "AliasName": "alias/x", "TargetKeyId": id })),
        ("Encrypt", json!({ "KeyId": id, "Plaintext": "AA==" })),
    ] {
        world.refused(ADMIN, operation, &input, pending);
    }
    assert_eq!(world.ok(ADMIN, "CancelKeyDeletion", &key), json!({ "KeyId": arn }));
    let described = world.ok(ADMIN, "DescribeKey", &key);
    assert_eq!(described["KeyMetadata"]["KeyState"], "Disabled");
    assert!(described["KeyMetadata"].get("DeletionDate").is_none());
    world.kit.clock.advance_ms(8 * DAY_MS);
    kms::run_due(&world.kit.gateway, &types::steady).unwrap();
    world.ok(ADMIN, "DescribeKey", &key);
}

/// The waiting period has tighter bounds than those of the model.
#[test]
fn the_waiting_period_is_7_to_30_days() {
    let world = World::new();
    let (id, _) = world.key();
    for days in [1, 6, 31, 365] {
        let input = json!({ "KeyId": id, "PendingWindowInDays": days });
        let text = "PendingWindowInDays must be between 7 and 30";
        let expected = ("ValidationException", Some(text));
        world.refused(ADMIN, "ScheduleKeyDeletion", &input, expected);
    }
    let answer = world.ok(ADMIN, "ScheduleKeyDeletion", &json!({ "KeyId": id }));
    assert_eq!(answer["PendingWindowInDays"], 30);
}

/// A key is deleted with its aliases when it is due, and an event records it.
#[test]
fn a_key_is_destroyed_on_its_day() {
    let world = World::new();
    let (id, arn) = world.key();
    world.ok(ADMIN, "CreateAlias", &json!({ "AliasName": "alias/x", "TargetKeyId": id }));
    let blob = world.ok(ADMIN, "Encrypt", &json!({ "KeyId": id, "Plaintext": "AA==" }));
    let input = json!({ "KeyId": id, "PendingWindowInDays": 7 });
    world.ok(ADMIN, "ScheduleKeyDeletion", &input);
    world.kit.clock.advance_ms(7 * DAY_MS);
    let gone = format!("Key '{arn}' does not exist");
    let gone = ("NotFoundException", Some(gone.as_str()));
    world.refused(ADMIN, "DescribeKey", &json!({ "KeyId": id }), gone);
    world.events();
    kms::run_due(&world.kit.gateway, &types::steady).unwrap();
    let events = world.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["eventName"], "DeleteKey");
    assert_eq!(events[0]["eventType"], "AwsServiceEvent");
    assert_eq!(events[0]["resources"][0]["ARN"], arn.as_str());
    world.refused(ADMIN, "DescribeKey", &json!({ "KeyId": id }), gone);
    let keys = world.ok(ADMIN, "ListKeys", &json!({}));
    assert_eq!(keys, json!({ "Keys": [], "Truncated": false }));
    let aliases = world.ok(ADMIN, "ListAliases", &json!({}));
    let named = aliases["Aliases"].as_array().unwrap().iter();
    assert!(named.clone().all(|alias| alias["AliasName"] != "alias/x"));
    let text = "The ciphertext refers to a customer master key that does not exist, does not \
                exist in this region, or you are not allowed to access.";
    let hidden = ("AccessDeniedException", Some(text));
    world.refused(ADMIN, "Decrypt", &json!({ "CiphertextBlob": blob["CiphertextBlob"] }), hidden);
}

/// Keys are listed page by page.
#[test]
fn listings_have_pages() {
    let world = World::new();
    let mut made: Vec<_> = (0..5).map(|_| world.key().0).collect();
    made.sort_unstable();
    let (mut seen, mut marker) = (Vec::new(), None);
    loop {
        let mut input = json!({ "Limit": 2 });
        if let Some(marker) = &marker {
            input["Marker"] = json!(marker);
        }
        let page = world.ok(ADMIN, "ListKeys", &input);
        let keys = page["Keys"].as_array().unwrap();
        seen.extend(keys.iter().map(|key| key["KeyId"].as_str().unwrap().to_owned()));
        assert_eq!(page["Truncated"], page.get("NextMarker").is_some());
        marker = page.get("NextMarker").map(|marker| marker.as_str().unwrap().to_owned());
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
    let junk = json!({ "Marker": "junk" });
    world.refused(ADMIN, "ListKeys", &junk, ("InvalidMarkerException", Some("Invalid marker")));
}

/// Tags keep their order; invalid ones are rejected with AWS's messages.
#[test]
fn tags_follow_the_rules() {
    let world = World::new();
    let (id, _) = world.key();
    let tag = |key: &str, value: &str| json!({ "TagKey": key, "TagValue": value });
    let input = json!({ "KeyId": id, "Tags": [tag("a", "1"), tag("b", "2")] });
    let event = world.event_of(ADMIN, "TagResource", &input);
    assert_eq!(event["requestParameters"]["tags"][1], json!({ "tagKey": "b", "tagValue": "2" }));
    world.ok(ADMIN, "TagResource", &json!({ "KeyId": id, "Tags": [tag("c", "3"), tag("a", "9")] }));
    world.ok(ADMIN, "UntagResource", &json!({ "KeyId": id, "TagKeys": ["b", "zzz"] }));
    let listed = world.ok(ADMIN, "ListResourceTags", &json!({ "KeyId": id }));
    assert_eq!(listed, json!({ "Tags": [tag("a", "9"), tag("c", "3")], "Truncated": false }));
    let refused = |tags: serde_json::Value, expected| {
        world.refused(ADMIN, "TagResource", &json!({ "KeyId": id, "Tags": tags }), expected);
    };
    let duplicate = ("TagException", Some("Duplicate tag keys"));
    refused(json!([tag("a", "1"), tag("a", "2")]), duplicate);
    let reserved = ("TagException", Some("Tags beginning with aws: are reserved"));
    refused(json!([tag("AWS:a", "1")]), reserved);
    let long = "v".repeat(257);
    let text = format!(
        "1 validation error detected: Value '{long}' at 'tags.1.member.tagValue' failed to satisfy \
         constraint: Member must have length less than or equal to 256"
    );
    refused(json!([tag("a", &long)]), ("ValidationException", Some(text.as_str())));
}

/// Descriptions can be replaced; the model's limits apply.
#[test]
fn descriptions_can_be_replaced() {
    let world = World::new();
    let (id, _) = world.key();
    let input = json!({ "KeyId": id, "Description": "new" });
    let event = world.event_of(ADMIN, "UpdateKeyDescription", &input);
    assert_eq!(event["requestParameters"], json!({ "keyId": id, "description": "new" }));
    let described = world.ok(ADMIN, "DescribeKey", &json!({ "KeyId": id }));
    assert_eq!(described["KeyMetadata"]["Description"], "new");
    let long = json!({ "KeyId": id, "Description": "x".repeat(8193) });
    assert_eq!(world.code(ADMIN, "UpdateKeyDescription", &long), "ValidationException");
}

/// A multi-Region key has an ID with its own prefix and names itself as primary; it works like any
/// other.
#[test]
fn multi_region_keys_are_primaries() {
    let world = World::new();
    let created = world.ok(ADMIN, "CreateKey", &json!({ "MultiRegion": true }));
    let metadata = &created["KeyMetadata"];
    let id = metadata["KeyId"].as_str().unwrap();
    assert!(id.starts_with("mrk-"), "{id}");
    let expected = json!({
        "MultiRegionKeyType": "PRIMARY", "ReplicaKeys": [],
        "PrimaryKey": { "Arn": metadata["Arn"], "Region": REGION },
    });
    assert_eq!(metadata["MultiRegionConfiguration"], expected);
    let made = world.ok(ADMIN, "Encrypt", &json!({ "KeyId": id, "Plaintext": "AA==" }));
    let opened = world.ok(ADMIN, "Decrypt", &json!({ "CiphertextBlob": made["CiphertextBlob"] }));
    assert_eq!(opened["KeyId"], metadata["Arn"]);
}

/// Tags at creation need a separate permission.
#[test]
fn tags_at_creation_need_their_own_right() {
    let world = World::new();
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*" } });
    let maker = world.kit.user("MAKER", &policy);
    let create =
        |input: &serde_json::Value| world.kit.json_as(&maker, "TrentService.CreateKey", input);
    assert_eq!(create(&json!({})).status, 200);
    let refused = create(&json!({ "Tags": [{ "TagKey": "a", "TagValue": "b" }] }));
    let (_, code, message) = refused.error();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains("kms:TagResource on resource: *"), "{message}");
}
