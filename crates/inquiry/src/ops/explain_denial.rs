//! `ExplainDenial`: the engine's reasons for a denied request of the last day.

use gateway::{Access, Ctx, Denial, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use crate::SERVICE;
use crate::error::InquiryError;

/// The operation.
#[derive(Debug)]
pub(crate) struct ExplainDenial;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ExplainDenialInput {
    request_id: String,
}

/// The output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ExplainDenialOutput {
    denials: Vec<Denial>,
}

impl Plain for ExplainDenial {
    const SPEC: Spec = Spec::reads(&SERVICE, "ExplainDenial");
    type Input = ExplainDenialInput;
    type Output = ExplainDenialOutput;
    type Error = InquiryError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &ExplainDenialInput,
    ) -> Result<Vec<Access>, Failure<InquiryError>> {
        Ok(vec![Access::by_identity("shoseki:ExplainDenial", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ExplainDenialInput,
    ) -> Result<ExplainDenialOutput, Failure<InquiryError>> {
        let denials = ctx.denials(&input.request_id)?.ok_or(InquiryError::NoSuchDenial)?;
        Ok(ExplainDenialOutput { denials })
    }
}
