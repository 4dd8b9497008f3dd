//! `UpdateKeyDescription`.
//!
//! Source: KMS API Reference, "`UpdateKeyDescription`".

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use super::members::{Nothing, named};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::rights::{self, Terms};
use crate::{event, resolve};

#[derive(Debug)]
pub(crate) struct UpdateKeyDescription;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateKeyDescriptionInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl Plain for UpdateKeyDescription {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "UpdateKeyDescription");
    type Input = UpdateKeyDescriptionInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &UpdateKeyDescriptionInput,
    ) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, description) = (input.key_id.as_ref(), input.description.as_ref());
        Checks::new()
            .key_id("keyId", key_id)
            .required("description", description)
            .length("description", description, 0..=8192)
            .finish()?;
        let action = "kms:UpdateKeyDescription";
        rights::on_named_key(ctx, action, key_id, Scope::Own, Terms::default())
    }

    fn run(ctx: &mut Ctx<'_>, input: &UpdateKeyDescriptionInput) -> Result<Nothing, KmsFailure> {
        let mut key = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?.key;
        key.changeable()?;
        key.description = input.description.clone().unwrap_or_default();
        resolve::save(ctx, &mut key)?;
        Ok(Nothing {})
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &UpdateKeyDescriptionInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}
