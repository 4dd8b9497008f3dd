//! `EnableKeyRotation`, `DisableKeyRotation`, `GetKeyRotationStatus`.
//!
//! Source: KMS API Reference; KMS Developer Guide, "Rotating AWS KMS keys".

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, SealingTx, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};

use super::members::{KeyInput, Nothing, named};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::metadata::Seconds;
use crate::model::{Manager, Rotation};
use crate::rights::{self, Terms};
use crate::{due, event, resolve};

const PERIOD_DAYS_DEFAULT: i64 = 365;

#[derive(Debug)]
pub(crate) struct EnableKeyRotation;

#[derive(Debug)]
pub(crate) struct DisableKeyRotation;

#[derive(Debug)]
pub(crate) struct GetKeyRotationStatus;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EnableKeyRotationInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_period_in_days: Option<i64>,
}

impl Plain for EnableKeyRotation {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "EnableKeyRotation");
    type Input = EnableKeyRotationInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &EnableKeyRotationInput,
    ) -> Result<Vec<Access>, KmsFailure> {
        let key_id = input.key_id.as_ref();
        Checks::new()
            .key_id("keyId", key_id)
            .range("rotationPeriodInDays", input.rotation_period_in_days, 90..=2560)
            .finish()?;
        let mut context = Context::new();
        if let Some(days) = input.rotation_period_in_days {
            context.set("kms:RotationPeriodInDays", days.to_string());
        }
        rights::on_named_key(ctx, "kms:EnableKeyRotation", key_id, Scope::Own, context.into())
    }

    fn run(ctx: &mut Ctx<'_>, input: &EnableKeyRotationInput) -> Result<Nothing, KmsFailure> {
        let days = input.rotation_period_in_days.unwrap_or(PERIOD_DAYS_DEFAULT);
        let unchecked = |cause| Fault::bug("the period was not checked").because(cause);
        let rotation = Rotation::every(u32::try_from(days).map_err(unchecked)?, ctx.now());
        set(ctx, named(input.key_id.as_ref()), Some(rotation))
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &EnableKeyRotationInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        event::answers_with_key(parts);
        Ok(())
    }
}

impl Plain for DisableKeyRotation {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "DisableKeyRotation");
    type Input = KeyInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let (action, key_id) = ("kms:DisableKeyRotation", input.key_id.as_ref());
        rights::on_named_key(ctx, action, key_id, Scope::Own, Terms::default())
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Nothing, KmsFailure> {
        set(ctx, input.key_id(), None)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &KeyInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}

/// Keys of AWS rotate as AWS decides.
fn set(ctx: &mut Ctx<'_>, key_id: &str, rotation: Option<Rotation>) -> Result<Nothing, KmsFailure> {
    let mut key = resolve::key(ctx, key_id, Scope::Own)?.key;
    key.usable()?;
    if key.manager == Manager::Aws {
        return Err(KmsError::Unsupported(None).into());
    }
    due::unschedule_rotation(ctx.tx_mut(), &key)?;
    key.rotation = rotation;
    resolve::save(ctx, &mut key)?;
    let SealingTx { tx, keyring, .. } = ctx.sealing_tx();
    due::schedule_rotation(tx, keyring, &key)?;
    Ok(Nothing {})
}

/// `OnDemandRotationStartDate` never appears: such rotations are complete when the response is
/// returned.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetKeyRotationStatusOutput {
    key_id: String,
    key_rotation_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_period_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_rotation_date: Option<Seconds>,
}

impl Plain for GetKeyRotationStatus {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "GetKeyRotationStatus");
    type Input = KeyInput;
    type Output = GetKeyRotationStatusOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let (action, key_id) = ("kms:GetKeyRotationStatus", input.key_id.as_ref());
        rights::on_named_key(ctx, action, key_id, Scope::Shared, Terms::default())
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<GetKeyRotationStatusOutput, KmsFailure> {
        let found = resolve::key(ctx, input.key_id(), Scope::Shared)?;
        let rotation = found.key.rotation;
        Ok(GetKeyRotationStatusOutput {
            key_id: found.arn.to_string(),
            key_rotation_enabled: rotation.is_some(),
            rotation_period_in_days: rotation.map(|rotation| rotation.period_days),
            next_rotation_date: rotation.map(|rotation| Seconds(rotation.next)),
        })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &KeyInput,
        _output: Option<&GetKeyRotationStatusOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}
