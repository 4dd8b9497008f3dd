//! Aliases of keys in each state.

use serde_json::json;

use crate::world::{ADMIN, World};

/// An alias can leave a key that is pending deletion, and cannot move to one.
#[test]
fn an_alias_moves_to_no_key_that_is_pending_deletion() {
    let world = World::new();
    let ((first, _), (second, second_arn)) = (world.key(), world.key());
    let name = "alias/app";
    let to = |key: &str| json!({ "AliasName": name, "TargetKeyId": key });
    world.ok(ADMIN, "CreateAlias", &to(&first));
    world.ok(ADMIN, "ScheduleKeyDeletion", &json!({ "KeyId": second }));
    let text = format!("{second_arn} is pending deletion.");
    world.refused(ADMIN, "UpdateAlias", &to(&second), ("KMSInvalidStateException", Some(&text)));
    let described = world.ok(ADMIN, "DescribeKey", &json!({ "KeyId": name }));
    assert_eq!(described["KeyMetadata"]["KeyId"], first.as_str());
    world.ok(ADMIN, "CancelKeyDeletion", &json!({ "KeyId": second }));
    world.ok(ADMIN, "ScheduleKeyDeletion", &json!({ "KeyId": first }));
    world.ok(ADMIN, "UpdateAlias", &to(&second));
    let described = world.ok(ADMIN, "DescribeKey", &json!({ "KeyId": name }));
    assert_eq!(described["KeyMetadata"]["KeyId"], second.as_str());
}
