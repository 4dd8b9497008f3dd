//! `UpdateTrail`: changes the settings that are named, after proving that the result could
//! deliver.
//!
//! Source: CloudTrail API Reference, "UpdateTrail".

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use super::settings;
use crate::model::{PROGRESS, Progress, Trail};
use crate::shape::TrailSettings;
use crate::{SERVICE, TrailError, probe, reference};

/// The operation.
#[derive(Debug)]
pub(crate) struct UpdateTrail;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct UpdateTrailInput {
    name: String,
    #[serde(rename = "S3BucketName", skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    #[serde(rename = "S3KeyPrefix", skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sns_topic_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_global_service_events: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_multi_region_trail: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_log_file_validation: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_watch_logs_log_group_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_watch_logs_role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_organization_trail: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recursive_logging: Option<bool>,
}

impl UpdateTrailInput {
    fn change(&self, trail: &mut Trail) {
        if let Some(bucket) = &self.bucket {
            trail.bucket.clone_from(bucket);
        }
        if let Some(prefix) = &self.prefix {
            trail.prefix = settings::cleared(prefix);
        }
        for (to, from) in [
            (&mut trail.include_global_service_events, self.include_global_service_events),
            (&mut trail.is_multi_region, self.is_multi_region_trail),
            (&mut trail.validates_log_files, self.enable_log_file_validation),
        ] {
            *to = from.unwrap_or(*to);
        }
        trail.recursive_logging = self.recursive_logging.or(trail.recursive_logging);
    }
}

impl Plain for UpdateTrail {
    const SPEC: Spec = Spec::writes(&SERVICE, "UpdateTrail");
    type Input = UpdateTrailInput;
    type Output = TrailSettings;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &UpdateTrailInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "UpdateTrail", &input.name)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &UpdateTrailInput,
    ) -> Result<TrailSettings, Failure<TrailError>> {
        let mut trail = reference::at_home(ctx, &input.name, false)?;
        input.change(&mut trail);
        settings::check_room(ctx, &trail)?;
        settings::check_prefix(trail.prefix.as_deref())?;
        settings::check_global(&trail)?;
        match input.kms_key_id.as_deref() {
            None => {}
            Some("") => trail.kms_key = None,
            Some(key) => trail.kms_key = Some(settings::key_arn(ctx, key)?),
        }
        probe::prove_delivery(ctx, &trail)?;
        settings::check_destinations(
            input.sns_topic_name.as_deref(),
            input.cloud_watch_logs_log_group_arn.as_deref(),
            input.cloud_watch_logs_role_arn.as_deref(),
            input.is_organization_trail,
        )?;
        trail.save(ctx.tx_mut())?;
        turn(ctx, &trail)?;
        Ok(TrailSettings::from(&trail))
    }
}

/// Lets the changed settings judge the events from this call's own on.
pub(super) fn turn(ctx: &mut Ctx<'_>, trail: &Trail) -> Result<(), Failure<TrailError>> {
    let (seq, now) = (ctx.event_seq(), ctx.now());
    let known = PROGRESS.get(ctx.tx(), &trail.id)?;
    let mut progress = known.unwrap_or_else(|| Progress::new(trail));
    progress.turn(trail, seq);
    if trail.is_logging && trail.validates_log_files {
        progress.ensure_chain(trail.home_region.as_str(), now);
    }
    Ok(PROGRESS.put(ctx.tx_mut(), &trail.id, &progress)?)
}
