//! `ScheduleKeyDeletion` and `CancelKeyDeletion`.
//!
//! Source: KMS Developer Guide, "Deleting AWS KMS keys": a key waits 7 to 30 days for its end, and
//! is disabled if it is spared.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, SealingTx, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};
use serde_json::json;
use types::DAY_MS;

use super::members::{KeyInput, KeyOutput, named};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::metadata::Seconds;
use crate::model::State;
use crate::rights::{self, Terms};
use crate::{due, event, resolve};

const WINDOW_DAYS_DEFAULT: i64 = 30;

#[derive(Debug)]
pub(crate) struct ScheduleKeyDeletion;

#[derive(Debug)]
pub(crate) struct CancelKeyDeletion;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ScheduleKeyDeletionInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_window_in_days: Option<i64>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ScheduleKeyDeletionOutput {
    key_id: String,
    deletion_date: Seconds,
    key_state: &'static str,
    pending_window_in_days: i64,
}

impl Plain for ScheduleKeyDeletion {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "ScheduleKeyDeletion");
    type Input = ScheduleKeyDeletionInput;
    type Output = ScheduleKeyDeletionOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &ScheduleKeyDeletionInput,
    ) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let mut context = Context::new();
        if let Some(days) = input.pending_window_in_days {
            context.set("kms:ScheduleKeyDeletionPendingWindowInDays", days.to_string());
        }
        let (action, key_id) = ("kms:ScheduleKeyDeletion", input.key_id.as_ref());
        rights::on_named_key(ctx, action, key_id, Scope::Own, context.into())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ScheduleKeyDeletionInput,
    ) -> Result<ScheduleKeyDeletionOutput, KmsFailure> {
        let found = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?;
        let mut key = found.key;
        key.changeable()?;
        let days = input.pending_window_in_days.unwrap_or(WINDOW_DAYS_DEFAULT);
        // Zero days would destroy the key at once.
        let unchecked = |cause| Fault::bug("the window was not checked").because(cause);
        let window_ms = u64::try_from(days).map_err(unchecked)?.saturating_mul(DAY_MS);
        let due = ctx.now().plus_ms(window_ms);
        key.state = State::PendingDeletion { due };
        resolve::save(ctx, &mut key)?;
        let SealingTx { tx, keyring, .. } = ctx.sealing_tx();
        due::schedule_deletion(tx, keyring, &key)?;
        Ok(ScheduleKeyDeletionOutput {
            key_id: found.arn.to_string(),
            deletion_date: Seconds(due),
            key_state: key.state.name(),
            pending_window_in_days: days,
        })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ScheduleKeyDeletionInput,
        output: Option<&ScheduleKeyDeletionOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        if let Some(output) = output {
            parts.response_elements = json!({
                "keyId": output.key_id,
                "deletionDate": output.deletion_date.0.java_text(),
                "keyState": output.key_state,
                "pendingWindowInDays": output.pending_window_in_days,
            });
        }
        Ok(())
    }
}

impl ScheduleKeyDeletionInput {
    /// Observed: the text for a window that the model allows and the service does not;
    /// Skyscanner/kms-issuer, issue 8.
    fn check(&self) -> Result<(), KmsError> {
        Checks::new()
            .key_id("keyId", self.key_id.as_ref())
            .range("pendingWindowInDays", self.pending_window_in_days, 1..=365)
            .finish()?;
        let days = self.pending_window_in_days.unwrap_or(WINDOW_DAYS_DEFAULT);
        if (7..=30).contains(&days) {
            return Ok(());
        }
        let text = "PendingWindowInDays must be between 7 and 30";
        Err(KmsError::Validation(text.to_owned()))
    }
}

impl Plain for CancelKeyDeletion {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "CancelKeyDeletion");
    type Input = KeyInput;
    type Output = KeyOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let (action, key_id) = ("kms:CancelKeyDeletion", input.key_id.as_ref());
        rights::on_named_key(ctx, action, key_id, Scope::Own, Terms::default())
    }

    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<KeyOutput, KmsFailure> {
        let found = resolve::key(ctx, input.key_id(), Scope::Own)?;
        let mut key = found.key;
        key.cancellable()?;
        if let State::PendingDeletion { due } = key.state {
            due::unschedule_deletion(ctx.tx_mut(), &key, due)?;
        }
        key.state = State::Disabled;
        resolve::save(ctx, &mut key)?;
        Ok(KeyOutput { key_id: found.arn.to_string() })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &KeyInput,
        _output: Option<&KeyOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}
