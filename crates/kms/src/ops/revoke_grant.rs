//! `RevokeGrant`: removes a grant, by an administrator of the key.
//!
//! Source: KMS API Reference, "`RevokeGrant`".

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};

use super::members::{Nothing, named};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::{crypto, event, grants, resolve, rights};

#[derive(Debug)]
pub(crate) struct RevokeGrant;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RevokeGrantInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
}

impl Plain for RevokeGrant {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "RevokeGrant");
    type Input = RevokeGrantInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &RevokeGrantInput) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, grant_id) = (input.key_id.as_ref(), input.grant_id.as_ref());
        Checks::new()
            .key_id("keyId", key_id)
            .required("grantId", grant_id)
            .length("grantId", grant_id, 1..=128)
            .finish()?;
        let mut context = Context::new();
        context.set("kms:GrantIsForAWSResource", ctx.caller().via.is_some().to_string());
        rights::on_named_key(ctx, "kms:RevokeGrant", key_id, Scope::Shared, context.into())
    }

    /// Assumed, after moto: the answer to an unknown id.
    fn run(ctx: &mut Ctx<'_>, input: &RevokeGrantInput) -> Result<Nothing, KmsFailure> {
        let mut key = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Shared)?.key;
        let id = named(input.grant_id.as_ref());
        if !grants::is_grant_id(id) {
            return Err(KmsError::InvalidGrantId.into());
        }
        let Some(grant) = grants::find(ctx, &key, id)? else {
            return Err(KmsError::NotFound(format!("Grant ID {id} not found")).into());
        };
        crypto::end_dry_run(input.dry_run)?;
        grants::remove(ctx, &mut key, &grant)?;
        Ok(Nothing {})
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &RevokeGrantInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}
