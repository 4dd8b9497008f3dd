//! Scheduled work: keys that are due to be destroyed or rotated.

use std::sync::Arc;

use gateway::{Fault, Gateway, Resource, ServiceEvent};
use serde_json::json;
use types::{AccountId, Arn, Pulse, Region};

use crate::due::{destroy_due, rotate_due};

/// The maximum number of keys that one commit destroys or rotates: each has a separate event.
const BATCH_LEN: usize = 1;

/// Destroys and rotates the keys that are due, each with its service event, until `pulse`, which is
/// called before each key, breaks.
///
/// Blocks the thread.
pub fn run_due(gateway: &Arc<Gateway>, pulse: Pulse<'_>) -> Result<(), Fault> {
    while pulse().is_continue() && (destroy_one(gateway)? || rotate_one(gateway)?) {}
    Ok(())
}

/// Source: KMS Developer Guide, "`DeleteKey`" among the service events.
fn destroy_one(gateway: &Arc<Gateway>) -> Result<bool, Fault> {
    let (own, now) = (Arc::clone(gateway), gateway.clock().now());
    gateway.commit_service_event(move |tx| {
        let destroyed = destroy_due(tx, own.keyring(), now, BATCH_LEN)?;
        let event = destroyed.into_iter().next().map(|key| {
            let details = json!({ "keyId": key.key_id });
            event("DeleteKey", key.account, key.region, &key.arn, details)
        });
        Ok(event)
    })
}

/// Source: KMS Developer Guide, "`RotateKey`" among the service events.
fn rotate_one(gateway: &Arc<Gateway>) -> Result<bool, Fault> {
    let (own, now) = (Arc::clone(gateway), gateway.clock().now());
    gateway.commit_service_event(move |tx| {
        let rotated = rotate_due(tx, own.keyring(), own.entropy(), now, BATCH_LEN)?;
        let event = rotated.into_iter().next().map(|key| {
            let details = json!({
                "keyId": key.key_id,
                "rotationType": "AUTOMATIC",
                "keyOrigin": crate::AWS_KMS,
                "previousKeyMaterialId": key.previous_material_id,
                "currentKeyMaterialId": key.current_material_id,
            });
            event("RotateKey", key.account, key.region, &key.arn, details)
        });
        Ok(event)
    })
}

fn event(
    name: &'static str,
    account: AccountId,
    region: Region,
    arn: &Arn,
    details: serde_json::Value,
) -> ServiceEvent {
    let resources = vec![Resource::owned(&account, "AWS::KMS::Key", arn.as_str())];
    ServiceEvent { source: crate::SERVICE.event_source, name, region, account, resources, details }
}
