//! `UpdateAlias`: points an alias at another key.
//!
//! Source: KMS API Reference, "`UpdateAlias`": permission is needed on the alias and on both keys.
//! All keys here are of one type and usage, so every other key will do.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};

use super::create_alias::AliasInput;
use super::members::Nothing;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::model::Alias;
use crate::resolve::Found;
use crate::rights::{self, Terms};
use crate::{alias, resolve};

#[derive(Debug)]
pub(crate) struct UpdateAlias;

impl Plain for UpdateAlias {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "UpdateAlias");
    type Input = AliasInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &AliasInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let action = "kms:UpdateAlias";
        let (name, new) = (input.name(), resolve::target(ctx, input.target(), Scope::Own)?);
        let Some((_, old)) = alias::find(ctx, name)? else {
            return Err(alias::not_found(ctx, name).into());
        };
        let old = Found { arn: old.arn(), key: old, alias: None };
        Ok(vec![
            rights::on_alias(ctx, action, &alias::arn(ctx, name)),
            rights::on_key(ctx, action, &old, Terms::default())?,
            rights::on_target(ctx, action, &new, Terms::default())?,
        ])
    }

    fn run(ctx: &mut Ctx<'_>, input: &AliasInput) -> Result<Nothing, KmsFailure> {
        let name = input.name();
        let mut new = resolve::key(ctx, input.target(), Scope::Own)?.key;
        let Some((alias, mut old)) = alias::find(ctx, name)? else {
            return Err(alias::not_found(ctx, name).into());
        };
        new.changeable()?;
        let updated = ctx.now();
        if old.id != new.id {
            alias::refuse_full(&new)?;
            old.aliases.retain(|own| own != name);
            resolve::save(ctx, &mut old)?;
            new.aliases.push(name.to_owned());
            resolve::save(ctx, &mut new)?;
        }
        alias::put(ctx, name, &Alias { key_id: new.id, created: alias.created, updated })?;
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
