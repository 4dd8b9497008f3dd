//! `DescribeServer`: identifies the server and returns its timing to every caller with credentials,
//! and its health to callers with permission.
//!
//! The health page returns the same, but only on the server's machine; the console shows it
//! everywhere.

use std::convert::Infallible;

use gateway::{Access, Ctx, Failure, Json, Plain, Spec, allows};
use serde::{Deserialize, Serialize};
use trail::Timing;
use types::{MINUTE_MS, SECOND_MS};

use crate::{SERVICE, health};

/// A server that keeps logs delivers at most this often, in milliseconds.
const STANDARD_DELIVERY_MS_MIN: u64 = MINUTE_MS;

/// The operation.
#[derive(Debug)]
pub(crate) struct DescribeServer;

/// The input, which is empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DescribeServerInput {}

/// The output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeServerOutput {
    version: &'static str,
    /// The region of requests that name none.
    region: String,
    /// Seconds between two cuts of log files.
    delivery_interval: u64,
    /// Seconds between two digests of a chain.
    digest_interval: u64,
    /// `standard` or `rehearsal`.
    profile: &'static str,
    /// `ok` or `degraded`; absent if the caller lacks the right `shoseki:DescribeServer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// Why it is degraded, as the health page names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<&'static str>>,
}

impl Plain for DescribeServer {
    const SPEC: Spec = Spec::reads(&SERVICE, "DescribeServer");
    type Input = DescribeServerInput;
    type Output = DescribeServerOutput;
    type Error = Infallible;
    type Codec = Json;

    /// Version, region and timing need no right, so the console can show them to everyone it signed
    /// in.
    fn access(
        _: &mut Ctx<'_>,
        _: &DescribeServerInput,
    ) -> Result<Vec<Access>, Failure<Infallible>> {
        Ok(Vec::new())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        _: &DescribeServerInput,
    ) -> Result<DescribeServerOutput, Failure<Infallible>> {
        let is_permitted = allows(ctx, Access::by_identity("shoseki:DescribeServer", "*"))?;
        let reasons = is_permitted.then(|| health::troubles(ctx)).transpose()?;
        let timing = ctx.settings().delivery;
        let word = |reasons: &Vec<_>| if reasons.is_empty() { "ok" } else { "degraded" };
        Ok(DescribeServerOutput {
            version: env!("CARGO_PKG_VERSION"),
            region: ctx.settings().region.to_string(),
            delivery_interval: timing.delivery_interval_ms / SECOND_MS,
            digest_interval: timing.digest_interval_ms / SECOND_MS,
            profile: profile(timing),
            status: reasons.as_ref().map(word),
            reasons,
        })
    }
}

/// The profile by its effect: a flag of its own may have undone what `rehearse` sets, or set the
/// same.
fn profile(timing: Timing) -> &'static str {
    if timing.delivery_interval_ms < STANDARD_DELIVERY_MS_MIN { "rehearsal" } else { "standard" }
}
