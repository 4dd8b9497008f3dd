//! `RetireGrant`: removes a grant, by its grantee or its retiring principal.
//!
//! Source: KMS API Reference, "`RetireGrant`"; KMS Developer Guide, "Retiring and revoking grants".

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::members::Nothing;
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::{KeyName, LocalName, Scope};
use crate::model::Grant;
use crate::resolve::{Found, Target};
use crate::rights::{self, Terms};
use crate::{crypto, event, grants, resolve};

const ACTION: &str = "kms:RetireGrant";

#[derive(Debug)]
pub(crate) struct RetireGrant;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RetireGrantInput {
    #[serde(skip_serializing)]
    grant_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
}

impl Plain for RetireGrant {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "RetireGrant");
    type Input = RetireGrantInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    /// The retiring principal, and the grantee if that was granted, may retire; so may the account
    /// that created the grant, as far as its identity policies allow. The key policy can only deny.
    fn access(ctx: &mut Ctx<'_>, input: &RetireGrantInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let (found, grant) = input.find(ctx)?;
        let caller = &ctx.caller().principal;
        let by_grant = grant.retiring.as_ref().is_some_and(|party| grants::is(caller, party))
            || grants::is(caller, &grant.grantee)
                && grant.operations.iter().any(|operation| operation == "RetireGrant");
        let by_account = caller.account() == Some(&grant.issuer);
        Ok(vec![if by_grant {
            let need = rights::on_key(ctx, ACTION, &found, Terms::default())?;
            Access { granted: true, ..need }
        } else if by_account {
            rights::plain(ctx, ACTION, found.arn.as_str(), Context::new())
        } else {
            let hidden = Target::Hidden(found.arn);
            rights::on_target(ctx, ACTION, &hidden, Terms::default())?
        }])
    }

    fn run(ctx: &mut Ctx<'_>, input: &RetireGrantInput) -> Result<Nothing, KmsFailure> {
        let (found, grant) = input.find(ctx)?;
        crypto::end_dry_run(input.dry_run)?;
        let mut key = found.key;
        grants::remove(ctx, &mut key, &grant)?;
        Ok(Nothing {})
    }

    /// Observed: a request with a token has no parameters in its event.
    fn annotate(
        ctx: &Ctx<'_>,
        input: &RetireGrantInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        if input.grant_token.is_some() {
            parts.request_parameters = Value::Null;
        }
        let Some((name, grant_id)) = input.named(ctx) else { return Ok(()) };
        event::about(ctx, parts, &name.arn(ctx.region()));
        parts.additional = Some(json!({ "grantId": grant_id }));
        Ok(())
    }
}

impl RetireGrantInput {
    fn check(&self) -> Result<(), KmsError> {
        Checks::new()
            .length("grantToken", self.grant_token.as_ref(), 1..=8192)
            .optional_key_id("keyId", self.key_id.as_ref())
            .length("grantId", self.grant_id.as_ref(), 1..=128)
            .finish()?;
        let by_id = self.key_id.is_some() && self.grant_id.is_some();
        if self.grant_token.is_some() || by_id {
            return Ok(());
        }
        let text = "Specify either a grant token or a key ID and a grant ID";
        Err(KmsError::Validation(text.to_owned()))
    }

    /// Key and grant as the request names them.
    fn named(&self, ctx: &Ctx<'_>) -> Option<(KeyName, String)> {
        if let Some(token) = &self.grant_token {
            let token = grants::read_token(ctx.keyring(), token)?;
            let local = LocalName::Id(token.key_id);
            return Some((KeyName { account: token.account, local }, token.grant_id));
        }
        let (key_id, grant_id) = (self.key_id.as_ref()?, self.grant_id.clone()?);
        let name = KeyName::parse(key_id, Scope::Shared, ctx.account(), ctx.region()).ok()?;
        Some((name, grant_id))
    }

    fn find(&self, ctx: &mut Ctx<'_>) -> Result<(Found, Grant), KmsFailure> {
        if let Some(key_id) = self.key_id.as_ref().filter(|_| self.grant_token.is_none()) {
            resolve::target(ctx, key_id, Scope::Shared)?;
        }
        let (name, grant_id) = self.named(ctx).ok_or(KmsError::InvalidGrantToken)?;
        if !grants::is_grant_id(&grant_id) {
            return Err(KmsError::InvalidGrantId.into());
        }
        let not_found = || KmsError::NotFound(format!("Grant ID {grant_id} not found"));
        let found = resolve::lookup(ctx, &name)?.ok_or_else(not_found)?;
        let grant = grants::find(ctx, &found.key, &grant_id)?.ok_or_else(not_found)?;
        Ok((found, grant))
    }
}
