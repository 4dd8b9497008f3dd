//! `DescribeDeliveries`: what waits to be delivered, why, and until when.

use cloudtrail::{Deliveries, ReadDeliveries, ReadDeliveriesInput, TrailError};
use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use crate::SERVICE;

/// The operation.
#[derive(Debug)]
pub(crate) struct DescribeDeliveries;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DescribeDeliveriesInput {
    /// A name or an ARN; all trails of the account without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Plain for DescribeDeliveries {
    const SPEC: Spec = Spec::reads(&SERVICE, "DescribeDeliveries");
    type Input = DescribeDeliveriesInput;
    type Output = Deliveries;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &DescribeDeliveriesInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(vec![Access::by_identity("shoseki:DescribeDeliveries", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &DescribeDeliveriesInput,
    ) -> Result<Deliveries, Failure<TrailError>> {
        let input = ReadDeliveriesInput { trail: input.name.clone() };
        Ok(ctx.invoke::<ReadDeliveries>(ctx.caller().clone(), &input)?)
    }
}
