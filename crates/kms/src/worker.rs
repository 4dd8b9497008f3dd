//! Functions of KMS for other callers than clients: resolving a name for a service, and scheduled
//! work.

use std::sync::Arc;

use gateway::{Ctx, Fault, Gateway, Refused, Resource, ServiceEvent};
use serde_json::json;
use types::{AccountId, Arn, Pulse, Region};

use crate::due::{destroy_due, rotate_due};
use crate::id::Scope;
use crate::managed;
use crate::resolve::Target;

/// The maximum number of keys that one commit destroys or rotates: each has a separate event.
const BATCH_LEN: usize = 1;

/// The ARN of the key that `text` names in the call's account and region, in any state; `None` if
/// there is none.
///
/// Name resolution for other services, which returns only the name and records no event: their use
/// of the key passes the pipeline. Errors with KMS's own for text that is not a name.
pub fn named_key(ctx: &mut Ctx<'_>, text: &str) -> Result<Option<Arn>, Refused> {
    match managed::target(ctx, text, Scope::Aliased).map_err(Refused::from) {
        Ok(Target::Found(found)) => Ok(Some(found.arn)),
        Ok(Target::Hidden(arn)) => Ok(Some(arn)),
        Ok(Target::Unmade(_)) => Ok(None),
        Err(Refused::Wire(error)) if error.code == "NotFoundException" => Ok(None),
        Err(refused) => Err(refused),
    }
}

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
    ServiceEvent { source: "kms.amazonaws.com", name, region, account, resources, details }
}
