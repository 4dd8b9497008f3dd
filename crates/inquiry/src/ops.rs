//! The operations, one file each, and their rows.

pub(crate) mod describe_deliveries;
mod describe_server;
mod explain_denial;
mod forecast_deliveries;
mod review_policy;
mod validate_trail;

use gateway::{Row, row};

use describe_deliveries::DescribeDeliveries;
use describe_server::DescribeServer;
use explain_denial::ExplainDenial;
use forecast_deliveries::ForecastDeliveries;
use review_policy::ReviewPolicy;
use validate_trail::ValidateTrail;

/// The rows of the table of operations.
pub const ROWS: &[Row] = &[
    row::<DescribeDeliveries>(),
    row::<DescribeServer>(),
    row::<ExplainDenial>(),
    row::<ForecastDeliveries>(),
    row::<ReviewPolicy>(),
    row::<ValidateTrail>(),
];
