//! Rotation, by the clock and on demand.

use std::ops::ControlFlow;

use serde_json::json;
use types::DAY_MS;

use crate::world::{ADMIN, DAY_SECONDS, START_SECONDS, World};

/// New material encrypts, old material still decrypts, and the id of the key stays.
#[test]
fn rotation_on_demand_keeps_old_ciphertexts() {
    let world = World::new();
    let (id, arn) = world.key();
    let key = json!({ "KeyId": id });
    let encrypt = || {
        let input = json!({ "KeyId": id, "Plaintext": "AA==" });
        world.ok(ADMIN, "Encrypt", &input)["CiphertextBlob"].clone()
    };
    let current = || {
        let described = world.ok(ADMIN, "DescribeKey", &key);
        described["KeyMetadata"]["CurrentKeyMaterialId"].clone()
    };
    let (mut blobs, mut materials) = (vec![encrypt()], vec![current()]);
    for _ in 0..25 {
        let event = world.event_of(ADMIN, "RotateKeyOnDemand", &key);
        assert_eq!(event["responseElements"], json!({ "keyId": arn }));
        blobs.push(encrypt());
        materials.push(current());
    }
    let text = format!(
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand \
         rotations can be performed for this key: {arn}"
    );
    let limit = ("LimitExceededException", Some(text.as_str()));
    world.refused(ADMIN, "RotateKeyOnDemand", &key, limit);
    for (blob, material) in blobs.iter().zip(&materials) {
        let opened = world.ok(ADMIN, "Decrypt", &json!({ "CiphertextBlob": blob }));
        assert_eq!(&opened["KeyMaterialId"], material);
    }
    let listed = world.ok(ADMIN, "ListKeyRotations", &key);
    let rotations = listed["Rotations"].as_array().unwrap();
    assert_eq!(rotations.len(), 25);
    assert_eq!(rotations[24]["KeyMaterialState"], "CURRENT");
    assert_eq!(rotations[24]["RotationType"], "ON_DEMAND");
    assert_eq!(rotations[0]["KeyMaterialState"], "NON_CURRENT");
    let input = json!({ "KeyId": id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL", "Limit": 1 });
    let listed = world.ok(ADMIN, "ListKeyRotations", &input);
    assert_eq!(listed["Rotations"][0]["KeyMaterialId"], materials[0]);
    assert!(listed["Rotations"][0].get("RotationDate").is_none());
    assert_eq!(listed["Truncated"], true);
}

/// Automatic rotation happens when due, restarts its period, and leaves a service event.
#[test]
fn automatic_rotation_follows_the_clock() {
    let world = World::new();
    let (id, arn) = world.key();
    let key = json!({ "KeyId": id });
    let status = world.ok(ADMIN, "GetKeyRotationStatus", &key);
    assert_eq!(status, json!({ "KeyId": arn, "KeyRotationEnabled": false }));
    let input = json!({ "KeyId": id, "RotationPeriodInDays": 90 });
    let event = world.event_of(ADMIN, "EnableKeyRotation", &input);
    assert_eq!(event["requestParameters"], json!({ "keyId": id, "rotationPeriodInDays": 90 }));
    let status = world.ok(ADMIN, "GetKeyRotationStatus", &key);
    let next = START_SECONDS + 90.0 * DAY_SECONDS;
    let expected = json!({
        "KeyId": arn, "KeyRotationEnabled": true, "RotationPeriodInDays": 90,
        "NextRotationDate": next,
    });
    assert_eq!(status, expected);
    world.kit.clock.advance_ms(89 * DAY_MS);
    world.events();
    kms::run_due(&world.kit.gateway, &types::steady).unwrap();
    assert!(world.events().is_empty());
    world.kit.clock.advance_ms(DAY_MS);
    kms::run_due(&world.kit.gateway, &|| ControlFlow::Break(())).unwrap();
    assert!(world.events().is_empty(), "a stop leaves the rest for the next start");
    kms::run_due(&world.kit.gateway, &types::steady).unwrap();
    let events = world.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["eventName"], "RotateKey");
    assert_eq!(events[0]["resources"][0]["ARN"], arn.as_str());
    let status = world.ok(ADMIN, "GetKeyRotationStatus", &key);
    assert_eq!(status["NextRotationDate"], json!(next + 90.0 * DAY_SECONDS));
    world.ok(ADMIN, "DisableKeyRotation", &key);
    world.kit.clock.advance_ms(400 * DAY_MS);
    world.events();
    kms::run_due(&world.kit.gateway, &types::steady).unwrap();
    assert!(world.events().is_empty());
}

/// A disabled key does not rotate; the rotation is performed when it is enabled.
#[test]
fn an_overdue_rotation_waits_for_the_key() {
    let world = World::new();
    let ((id, _), (other, _)) = (world.key(), world.key());
    let key = json!({ "KeyId": id });
    world.ok(ADMIN, "EnableKeyRotation", &key);
    world.ok(ADMIN, "EnableKeyRotation", &json!({ "KeyId": other }));
    world.ok(ADMIN, "DisableKey", &key);
    world.kit.clock.advance_ms(366 * DAY_MS);
    world.events();
    kms::run_due(&world.kit.gateway, &types::steady).unwrap();
    assert_eq!(world.events().len(), 1);
    world.ok(ADMIN, "EnableKey", &key);
    world.events();
    kms::run_due(&world.kit.gateway, &types::steady).unwrap();
    assert_eq!(world.events().len(), 1);
}

/// The period has bounds.
#[test]
fn rotation_periods_have_bounds() {
    let world = World::new();
    let (id, _) = world.key();
    let text = "1 validation error detected: Value '89' at 'rotationPeriodInDays' failed to \
                satisfy constraint: Member must have value greater than or equal to 90";
    let input = json!({ "KeyId": id, "RotationPeriodInDays": 89 });
    world.refused(ADMIN, "EnableKeyRotation", &input, ("ValidationException", Some(text)));
}
