//! `GetInsightSelectors`: Insights are not supported, so no trail has them enabled.
//!
//! Source: CloudTrail API Reference, "GetInsightSelectors".

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use super::Empty;
use crate::{SERVICE, TrailError, reference};

/// The operation.
#[derive(Debug)]
pub(crate) struct GetInsightSelectors;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GetInsightSelectorsInput {
    trail_name: String,
}

impl Plain for GetInsightSelectors {
    const SPEC: Spec = Spec::reads(&SERVICE, "GetInsightSelectors");
    type Input = GetInsightSelectorsInput;
    type Output = Empty;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &GetInsightSelectorsInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "GetInsightSelectors", &input.trail_name)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GetInsightSelectorsInput,
    ) -> Result<Empty, Failure<TrailError>> {
        let trail = reference::existing(ctx, &input.trail_name, true)?;
        // Source: CloudTrail User Guide, "Logging Insights events with the AWS CLI".
        let message = format!(
            "Trail {} does not have Insights enabled. Edit the trail settings to enable Insights, \
             and then try the operation again.",
            trail.arn()
        );
        Err(TrailError::InsightNotEnabled(message).into())
    }
}
