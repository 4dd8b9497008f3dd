//! `EnableKey` and `DisableKey`.
//!
//! Source: KMS API Reference. Both succeed on keys that are already in the requested state.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, SealingTx, Spec};

use super::members::{KeyInput, Nothing};
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::model::State;
use crate::rights::{self, Terms};
use crate::{due, event, resolve};

#[derive(Debug)]
pub(crate) struct EnableKey;

#[derive(Debug)]
pub(crate) struct DisableKey;

impl Plain for EnableKey {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "EnableKey");
    type Input = KeyInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let key_id = input.key_id.as_ref();
        rights::on_named_key(ctx, "kms:EnableKey", key_id, Scope::Own, Terms::default())
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Nothing, KmsFailure> {
        set(ctx, input, State::Enabled)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &KeyInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        event::answers_with_key(parts);
        Ok(())
    }
}

impl Plain for DisableKey {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "DisableKey");
    type Input = KeyInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let key_id = input.key_id.as_ref();
        rights::on_named_key(ctx, "kms:DisableKey", key_id, Scope::Own, Terms::default())
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Nothing, KmsFailure> {
        set(ctx, input, State::Disabled)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &KeyInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        event::answers_with_key(parts);
        Ok(())
    }
}

fn set(ctx: &mut Ctx<'_>, input: &KeyInput, state: State) -> Result<Nothing, KmsFailure> {
    let mut key = resolve::key(ctx, input.key_id(), Scope::Own)?.key;
    key.changeable()?;
    if key.state == state {
        return Ok(Nothing {});
    }
    key.state = state;
    resolve::save(ctx, &mut key)?;
    if state == State::Enabled {
        // A rotation that fell due meanwhile happens at once.
        let SealingTx { tx, keyring, .. } = ctx.sealing_tx();
        due::schedule_rotation(tx, keyring, &key)?;
    }
    Ok(Nothing {})
}
