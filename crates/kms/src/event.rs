//! How events describe keys.

use gateway::{Ctx, EventParts, Fault, Resource};
use serde_json::json;
use types::{AccountId, Arn};

use crate::resolve;

/// Names the key as a resource; if it is another account's, that account gets a copy.
pub(crate) fn about(ctx: &Ctx<'_>, event: &mut EventParts, arn: &Arn) {
    let Some(account) = AccountId::parse(arn.account()) else { return };
    event.resources.push(Resource::owned(&account, "AWS::KMS::Key", arn.as_str()));
    if account != *ctx.account() {
        event.owner = Some(account);
    }
}

/// The same for a key as the request names it, if it exists.
pub(crate) fn about_named(
    ctx: &Ctx<'_>,
    event: &mut EventParts,
    key_id: Option<&String>,
) -> Result<(), Fault> {
    let Some(text) = key_id else { return Ok(()) };
    if let Some(arn) = resolve::known_arn(ctx, text)? {
        about(ctx, event, &arn);
    }
    Ok(())
}

/// The same for a key whose ARN is in an output.
pub(crate) fn about_arn(ctx: &Ctx<'_>, event: &mut EventParts, arn: &str) {
    if let Some(arn) = Arn::parse(arn) {
        about(ctx, event, &arn);
    }
}

/// The response in the event of a change: the key's ARN, although the API returns nothing.
///
/// Source: KMS Developer Guide, "CreateAlias" and its neighbours under "Logging AWS KMS API calls":
/// this has been so since December 2022.
pub(crate) fn answers_with_key(event: &mut EventParts) {
    if let Some(arn) = event.resources.first().and_then(|resource| resource.arn.as_ref()) {
        event.response_elements = json!({ "keyId": arn });
    }
}

/// Source: KMS Developer Guide, "Logging AWS KMS API calls": the material that was used.
pub(crate) fn material(event: &mut EventParts, material_id: &str) {
    event.additional = Some(json!({ "keyMaterialId": material_id }));
}
