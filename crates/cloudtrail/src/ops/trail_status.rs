//! `GetTrailStatus`: the state of delivery.
//!
//! Source: CloudTrail API Reference, "GetTrailStatus".

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::model::PROGRESS;
use crate::{SERVICE, TrailError, reference};

/// The operation.
#[derive(Debug)]
pub struct GetTrailStatus;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTrailStatusInput {
    name: String,
}

/// The output. Times are absent until they first occurred; the strings that AWS calls "no longer in
/// use" are empty then.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTrailStatusOutput {
    is_logging: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_logging_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_logging_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_digest_delivery_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_digest_delivery_error: Option<String>,
    latest_delivery_attempt_time: String,
    latest_notification_attempt_time: String,
    latest_notification_attempt_succeeded: String,
    latest_delivery_attempt_succeeded: String,
    time_logging_started: String,
    time_logging_stopped: String,
}

impl Plain for GetTrailStatus {
    const SPEC: Spec = Spec::reads(&SERVICE, "GetTrailStatus");
    type Input = GetTrailStatusInput;
    type Output = GetTrailStatusOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &GetTrailStatusInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "GetTrailStatus", &input.name)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GetTrailStatusInput,
    ) -> Result<GetTrailStatusOutput, Failure<TrailError>> {
        let trail = reference::existing(ctx, &input.name, true)?;
        let progress = PROGRESS.get(ctx.tx(), &trail.id)?;
        let status = progress.map(|progress| progress.status).unwrap_or_default();
        let seconds = |at: Option<Timestamp>| at.map(Timestamp::as_secs_f64);
        let text = |at: Option<Timestamp>| at.map(Timestamp::iso).unwrap_or_default();
        let succeeded = status.delivered.filter(|_| status.delivery_error.is_none());
        Ok(GetTrailStatusOutput {
            is_logging: trail.is_logging,
            latest_delivery_error: status.delivery_error,
            latest_delivery_time: seconds(status.delivered),
            start_logging_time: seconds(trail.started),
            stop_logging_time: seconds(trail.stopped),
            latest_digest_delivery_time: seconds(status.digest_delivered),
            latest_digest_delivery_error: status.digest_error,
            latest_delivery_attempt_time: text(status.delivery_attempted),
            latest_notification_attempt_time: String::new(),
            latest_notification_attempt_succeeded: String::new(),
            latest_delivery_attempt_succeeded: text(succeeded),
            time_logging_started: text(trail.started),
            time_logging_stopped: text(trail.stopped),
        })
    }
}
