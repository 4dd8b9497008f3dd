//! `RotateKeyOnDemand`: new material now. The automatic schedule stays as it is.
//!
//! Source: KMS API Reference, "`RotateKeyOnDemand`". Done at once here, so it is never in progress.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, SealingTx, Spec};

use super::members::{KeyInput, KeyOutput};
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::material::{self, Renewal};
use crate::model::Manager;
use crate::rights::{self, Terms};
use crate::{due, event, resolve};

/// Rotations on demand that a key allows in its life.
///
/// Source: the service model's documentation of `LimitExceededException`.
const ROTATIONS_MAX: u32 = 25;

#[derive(Debug)]
pub(crate) struct RotateKeyOnDemand;

impl Plain for RotateKeyOnDemand {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "RotateKeyOnDemand");
    type Input = KeyInput;
    type Output = KeyOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let (action, key_id) = ("kms:RotateKeyOnDemand", input.key_id.as_ref());
        rights::on_named_key(ctx, action, key_id, Scope::Own, Terms::default())
    }

    /// Observed: the text about the limit.
    fn run(ctx: &mut Ctx<'_>, input: &KeyInput) -> Result<KeyOutput, KmsFailure> {
        let found = resolve::key(ctx, input.key_id(), Scope::Own)?;
        let mut key = found.key;
        key.usable()?;
        if key.manager == Manager::Aws {
            return Err(KmsError::Unsupported(None).into());
        }
        if key.on_demand_rotations >= ROTATIONS_MAX {
            return Err(KmsError::LimitExceeded(format!(
                "The on-demand rotations limit has been reached for the given keyId. No more \
                 on-demand rotations can be performed for this key: {}",
                found.arn
            ))
            .into());
        }
        key.on_demand_rotations = key.on_demand_rotations.saturating_add(1);
        let now = ctx.now();
        let SealingTx { tx, keyring, entropy } = ctx.sealing_tx();
        let number = due::next_number(tx, keyring, &key)?;
        let how = Renewal { now, number, on_demand: true };
        material::renew(tx, keyring, entropy, &mut key, how)?;
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
