//! `ExplainDenial`: the engine's reasons for a refused request of the last day.

use gateway::{Access, ApiError, Ctx, Denial, Failure, Json, Operation, Spec, WireError};
use serde::{Deserialize, Serialize};

use crate::SERVICE;

/// The operation.
#[derive(Debug)]
pub(crate) struct ExplainDenial;

/// What the caller sends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ExplainDenialInput {
    request_id: String,
}

/// What the caller gets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ExplainDenialOutput {
    denials: Vec<Denial>,
}

/// No such denial.
#[derive(Debug)]
pub(crate) struct NoSuchDenial;

impl ApiError for NoSuchDenial {
    fn wire(&self) -> WireError {
        WireError::new(400, "ResourceNotFoundException", "no denial of that request is on record")
    }
}

impl Operation for ExplainDenial {
    const SPEC: Spec = Spec::named(&SERVICE, "ExplainDenial", true);
    type Input = ExplainDenialInput;
    type Output = ExplainDenialOutput;
    type Error = NoSuchDenial;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &ExplainDenialInput,
    ) -> Result<Vec<Access>, Failure<NoSuchDenial>> {
        Ok(vec![Access::by_identity("shoseki:ExplainDenial", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &mut ExplainDenialInput,
    ) -> Result<ExplainDenialOutput, Failure<NoSuchDenial>> {
        let denials = ctx.denials(&input.request_id)?.ok_or(NoSuchDenial)?;
        Ok(ExplainDenialOutput { denials })
    }
}
