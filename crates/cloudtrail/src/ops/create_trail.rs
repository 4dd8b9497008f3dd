//! `CreateTrail`: registers a trail after proving that it could deliver.
//!
//! Source: CloudTrail API Reference, "CreateTrail".

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};
use trail::names::TrailName;
use types::uuid_v4;

use super::settings;
use crate::model::{PROGRESS, Progress, Trail};
use crate::shape::{Tag, TrailSettings, add_tags};
use crate::{SERVICE, TrailError, probe};

/// The operation.
#[derive(Debug)]
pub(crate) struct CreateTrail;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct CreateTrailInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
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
    tags_list: Option<Vec<Tag>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recursive_logging: Option<bool>,
}

impl CreateTrailInput {
    fn name(&self) -> Result<TrailName, TrailError> {
        let name = self.name.as_deref().unwrap_or_default();
        TrailName::parse(name).map_err(|error| TrailError::InvalidTrailName(error.to_string()))
    }

    fn trail(&self, ctx: &Ctx<'_>) -> Result<Trail, Failure<TrailError>> {
        let mut tags = Vec::new();
        add_tags(&mut tags, self.tags_list.as_deref().unwrap_or_default())?;
        Ok(Trail {
            id: uuid_v4(ctx.entropy().bytes()?),
            account: ctx.account().clone(),
            home_region: ctx.region().clone(),
            name: self.name()?,
            bucket: self.bucket.clone().unwrap_or_default(),
            prefix: self.prefix.as_deref().and_then(settings::cleared),
            include_global_service_events: self.include_global_service_events.unwrap_or(true),
            is_multi_region: self.is_multi_region_trail.unwrap_or(false),
            validates_log_files: self.enable_log_file_validation.unwrap_or(false),
            kms_key: None,
            recursive_logging: self.recursive_logging,
            selection: trail::selectors::Selection::default(),
            has_custom_event_selectors: false,
            tags,
            is_logging: false,
            started: None,
            stopped: None,
        })
    }
}

impl Plain for CreateTrail {
    const SPEC: Spec = Spec::writes(&SERVICE, "CreateTrail");
    type Input = CreateTrailInput;
    type Output = TrailSettings;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &CreateTrailInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        let name = input.name.as_deref().unwrap_or_default();
        let arn = ctx.arn("cloudtrail", format_args!("trail/{name}"));
        let mut needs = vec![Access::by_identity("cloudtrail:CreateTrail", arn.as_str())];
        if input.tags_list.as_ref().is_some_and(|tags| !tags.is_empty()) {
            needs.push(Access::by_identity("cloudtrail:AddTags", arn.as_str()));
        }
        for need in &mut needs {
            for tag in input.tags_list.iter().flatten() {
                let value = tag.value.as_deref().unwrap_or_default();
                need.context.set(&format!("aws:RequestTag/{}", tag.key), value);
            }
        }
        Ok(needs)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &CreateTrailInput,
    ) -> Result<TrailSettings, Failure<TrailError>> {
        let mut trail = input.trail(ctx)?;
        settings::check_room(ctx, &trail)?;
        settings::check_prefix(trail.prefix.as_deref())?;
        settings::check_global(&trail)?;
        if let Some(key) = input.kms_key_id.as_deref().filter(|key| !key.is_empty()) {
            trail.kms_key = Some(settings::key_arn(ctx, key)?);
        }
        probe::prove_delivery(ctx, &trail)?;
        settings::check_destinations(
            input.sns_topic_name.as_deref(),
            input.cloud_watch_logs_log_group_arn.as_deref(),
            input.cloud_watch_logs_role_arn.as_deref(),
            input.is_organization_trail,
        )?;
        trail.save(ctx.tx_mut())?;
        PROGRESS.put(ctx.tx_mut(), &trail.id, &Progress::new(&trail))?;
        Ok(TrailSettings::from(&trail))
    }
}
