//! `CreateAlias`: creates an alias of a key.
//!
//! Source: KMS API Reference, "`CreateAlias`".

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use super::members::{Nothing, named};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::model::{ALIASES, Alias, alias_place};
use crate::rights::{self, Terms};
use crate::{alias, event, resolve};

#[derive(Debug)]
pub(crate) struct CreateAlias;

/// Also the input of `UpdateAlias`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alias_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target_key_id: Option<String>,
}

impl Plain for CreateAlias {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "CreateAlias");
    type Input = AliasInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &AliasInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let target = resolve::target(ctx, input.target(), Scope::Own)?;
        Ok(vec![
            rights::on_alias(ctx, "kms:CreateAlias", &alias::arn(ctx, input.name())),
            rights::on_target(ctx, "kms:CreateAlias", &target, Terms::default())?,
        ])
    }

    fn run(ctx: &mut Ctx<'_>, input: &AliasInput) -> Result<Nothing, KmsFailure> {
        let mut key = resolve::key(ctx, input.target(), Scope::Own)?.key;
        key.changeable()?;
        let name = input.name();
        let place = alias_place(ctx.account(), ctx.region(), name);
        if ALIASES.get(ctx.tx(), ctx.keyring(), &place)?.is_some() {
            let arn = alias::arn(ctx, name);
            let text = format!("An alias with the name {arn} already exists");
            return Err(KmsError::AlreadyExists(text).into());
        }
        alias::refuse_full(&key)?;
        key.aliases.push(name.to_owned());
        resolve::save(ctx, &mut key)?;
        let now = ctx.now();
        alias::put(ctx, name, &Alias { key_id: key.id, created: now, updated: now })?;
        Ok(Nothing {})
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &AliasInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        input.annotate(ctx, parts)
    }
}

impl AliasInput {
    pub(super) fn name(&self) -> &str {
        named(self.alias_name.as_ref())
    }

    pub(super) fn target(&self) -> &str {
        named(self.target_key_id.as_ref())
    }

    pub(super) fn check(&self) -> Result<(), KmsError> {
        Checks::new()
            .alias_name(self.alias_name.as_ref())
            .key_id("targetKeyId", self.target_key_id.as_ref())
            .finish()?;
        alias::check_name(self.name())?;
        alias::check_target(self.target())
    }

    /// Observed: key and alias are both listed as keys.
    pub(super) fn annotate(&self, ctx: &Ctx<'_>, parts: &mut EventParts) -> Result<(), Fault> {
        event::about_named(ctx, parts, self.target_key_id.as_ref())?;
        event::answers_with_key(parts);
        if self.alias_name.is_some() {
            event::about(ctx, parts, &alias::arn(ctx, self.name()));
        }
        Ok(())
    }
}
