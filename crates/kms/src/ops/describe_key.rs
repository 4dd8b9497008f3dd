//! `DescribeKey`: returns the metadata of a key, in any state.
//!
//! Source: KMS API Reference, "`DescribeKey`".

use gateway::{Access, Ctx, EventParts, Failure, Fault, Json, Plain, Spec};
use serde::{Deserialize, Serialize};
use types::Arn;

use super::members::named;
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::metadata::KeyMetadata;
use crate::resolve::{self, Target};
use crate::rights::{self, Terms};
use crate::{event, grants, managed};

/// The operation.
#[derive(Debug)]
pub struct DescribeKey;

/// The input of [`DescribeKey`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeKeyInput {
    /// An id, an alias, or the ARN of either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Never shown in events.
    #[serde(skip_serializing)]
    pub grant_tokens: Option<Vec<String>>,
}

/// The output of [`DescribeKey`].
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeKeyOutput {
    /// The key.
    pub key_metadata: KeyMetadata,
}

impl Plain for DescribeKey {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "DescribeKey");
    type Input = DescribeKeyInput;
    type Output = DescribeKeyOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &DescribeKeyInput) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, tokens) = (input.key_id.as_ref(), input.grant_tokens.as_ref());
        Checks::new().key_id("keyId", key_id).grant_tokens(tokens).finish()?;
        grants::check_tokens(ctx, tokens)?;
        rights::on_named_key(ctx, "kms:DescribeKey", key_id, Scope::Aliased, Terms::default())
    }

    /// Errors with KMS's own error for text that is not a name.
    fn arn_of(ctx: &mut Ctx<'_>, text: &str) -> Result<Option<Arn>, KmsFailure> {
        match managed::target(ctx, text, Scope::Aliased) {
            Ok(Target::Found(found)) => Ok(Some(found.arn)),
            Ok(Target::Hidden(arn)) => Ok(Some(arn)),
            Ok(Target::Unmade(_)) | Err(Failure::Api(KmsError::NotFound(_), _)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn run(ctx: &mut Ctx<'_>, input: &DescribeKeyInput) -> Result<DescribeKeyOutput, KmsFailure> {
        let found = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Aliased)?;
        Ok(DescribeKeyOutput { key_metadata: KeyMetadata::of(&found.key) })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &DescribeKeyInput,
        _output: Option<&DescribeKeyOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}
