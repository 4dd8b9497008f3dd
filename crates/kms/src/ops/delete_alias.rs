//! `DeleteAlias`: deletes an alias, regardless of its key's state.
//!
//! Source: KMS API Reference, "`DeleteAlias`".

use gateway::{Ctx, EventParts, Fault, Json, Needed, Operation, Spec};
use serde::{Deserialize, Serialize};

use super::members::{Nothing, named};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::model::{ALIASES, alias_place};
use crate::resolve::Found;
use crate::rights::{self, Terms};
use crate::{alias, event, resolve};

#[derive(Debug)]
pub(crate) struct DeleteAlias;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteAliasInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    alias_name: Option<String>,
}

impl Operation for DeleteAlias {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "DeleteAlias");
    type Input = DeleteAliasInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;
    type Seen = ();
    /// The key that lost its name, for the event.
    type Work = Option<String>;

    fn access(ctx: &mut Ctx<'_>, input: &DeleteAliasInput) -> Result<Needed<()>, KmsFailure> {
        Checks::new().alias_name(input.alias_name.as_ref()).finish()?;
        let name = named(input.alias_name.as_ref());
        alias::check_name(name)?;
        let Some((_, key)) = alias::find(ctx, name)? else {
            return Err(alias::not_found(ctx, name).into());
        };
        let found = Found { arn: key.arn(), key, alias: None };
        let needs = vec![
            rights::on_alias(ctx, "kms:DeleteAlias", &alias::arn(ctx, name)),
            rights::on_key(ctx, "kms:DeleteAlias", &found, Terms::default())?,
        ];
        Ok((needs, ()))
    }

    fn prepare(
        _: &mut Ctx<'_>,
        _: &DeleteAliasInput,
        (): (),
    ) -> Result<Option<String>, KmsFailure> {
        Ok(None)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &DeleteAliasInput,
        key_arn: &mut Option<String>,
    ) -> Result<Nothing, KmsFailure> {
        let name = input.alias_name.clone().unwrap_or_default();
        let Some((_, mut key)) = alias::find(ctx, &name)? else {
            return Err(alias::not_found(ctx, &name).into());
        };
        *key_arn = Some(key.arn().to_string());
        key.aliases.retain(|own| *own != name);
        resolve::save(ctx, &mut key)?;
        let place = alias_place(ctx.account(), ctx.region(), &name);
        ALIASES.delete(ctx.tx_mut(), &place)?;
        Ok(Nothing {})
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &DeleteAliasInput,
        key_arn: Option<&Option<String>>,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        let Some(name) = &input.alias_name else { return Ok(()) };
        match key_arn.and_then(Option::as_ref) {
            Some(arn) => event::about_arn(ctx, parts, arn),
            None => event::about_named(ctx, parts, Some(name))?,
        }
        event::answers_with_key(parts);
        event::about(ctx, parts, &alias::arn(ctx, name));
        Ok(())
    }
}
