//! Trails as they are shown on the wire.

use serde::{Deserialize, Serialize};

use crate::TrailError;
use crate::model::Trail;

/// A tag on the wire; one without a value is stored so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    /// 1 to 128 characters.
    pub(crate) key: String,
    /// At most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

/// The output of `CreateTrail` and `UpdateTrail`. Members that are not set are absent.
///
/// Observed: the order of the members.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "AWS's shape")]
pub(crate) struct TrailSettings {
    /// `Name`
    pub(crate) name: String,
    /// `S3BucketName`
    #[serde(rename = "S3BucketName")]
    pub(crate) bucket: String,
    /// `S3KeyPrefix`
    #[serde(rename = "S3KeyPrefix", skip_serializing_if = "Option::is_none")]
    pub(crate) prefix: Option<String>,
    /// `IncludeGlobalServiceEvents`
    pub(crate) include_global_service_events: bool,
    /// `IsMultiRegionTrail`
    pub(crate) is_multi_region_trail: bool,
    /// `TrailARN`
    #[serde(rename = "TrailARN")]
    pub(crate) trail_arn: String,
    /// `LogFileValidationEnabled`
    pub(crate) log_file_validation_enabled: bool,
    /// `KmsKeyId`, the ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
    /// `IsOrganizationTrail`
    pub(crate) is_organization_trail: bool,
    /// `RecursiveLogging`, if it was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recursive_logging: Option<bool>,
}

impl From<&Trail> for TrailSettings {
    fn from(trail: &Trail) -> Self {
        Self {
            name: trail.name.to_string(),
            bucket: trail.bucket.clone(),
            prefix: trail.prefix.clone(),
            include_global_service_events: trail.include_global_service_events,
            is_multi_region_trail: trail.is_multi_region,
            trail_arn: trail.arn().to_string(),
            log_file_validation_enabled: trail.validates_log_files,
            kms_key_id: trail.kms_key.clone(),
            is_organization_trail: false,
            recursive_logging: trail.recursive_logging,
        }
    }
}

/// The output of `GetTrail` and `DescribeTrails`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "AWS's shape")]
pub(crate) struct TrailDescription {
    /// `Name`
    pub(crate) name: String,
    /// `S3BucketName`
    #[serde(rename = "S3BucketName")]
    pub(crate) bucket: String,
    /// `S3KeyPrefix`
    #[serde(rename = "S3KeyPrefix", skip_serializing_if = "Option::is_none")]
    pub(crate) prefix: Option<String>,
    /// `IncludeGlobalServiceEvents`
    pub(crate) include_global_service_events: bool,
    /// `IsMultiRegionTrail`
    pub(crate) is_multi_region_trail: bool,
    /// `HomeRegion`
    pub(crate) home_region: String,
    /// `TrailARN`
    #[serde(rename = "TrailARN")]
    pub(crate) trail_arn: String,
    /// `LogFileValidationEnabled`
    pub(crate) log_file_validation_enabled: bool,
    /// `KmsKeyId`, the ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
    /// `HasCustomEventSelectors`
    pub(crate) has_custom_event_selectors: bool,
    /// `HasInsightSelectors`
    pub(crate) has_insight_selectors: bool,
    /// `IsOrganizationTrail`
    pub(crate) is_organization_trail: bool,
}

impl From<&Trail> for TrailDescription {
    fn from(trail: &Trail) -> Self {
        Self {
            name: trail.name.to_string(),
            bucket: trail.bucket.clone(),
            prefix: trail.prefix.clone(),
            include_global_service_events: trail.include_global_service_events,
            is_multi_region_trail: trail.is_multi_region,
            home_region: trail.home_region.to_string(),
            trail_arn: trail.arn().to_string(),
            log_file_validation_enabled: trail.validates_log_files,
            kms_key_id: trail.kms_key.clone(),
            has_custom_event_selectors: trail.has_custom_event_selectors,
            has_insight_selectors: false,
            is_organization_trail: false,
        }
    }
}

/// Tags that a resource may have. Source: `CloudTrail` User Guide, "Quotas in CloudTrail".
const TAGS_MAX: usize = 50;

/// Rejects tags that no resource can have, and keys that occur twice.
pub(crate) fn check_tags(tags: &[Tag]) -> Result<(), TrailError> {
    for (at, tag) in tags.iter().enumerate() {
        let length = tag.key.chars().count();
        let value_length = tag.value.as_deref().map_or(0, |value| value.chars().count());
        let reserved = tag.key.to_ascii_lowercase().starts_with("aws:");
        if !(1..=128).contains(&length) || value_length > 256 || reserved {
            let message = format!("The tag key or value is not valid: {}.", tag.key);
            return Err(TrailError::InvalidTagParameter(message));
        }
        if tags.iter().skip(at.saturating_add(1)).any(|other| other.key == tag.key) {
            let message = "Duplicate tag keys are not allowed.".to_owned();
            return Err(TrailError::InvalidTagParameter(message));
        }
    }
    Ok(())
}

/// Puts `new` over `tags`. Errors if they break a rule.
pub(crate) fn add_tags(
    tags: &mut Vec<(String, Option<String>)>,
    new: &[Tag],
) -> Result<(), TrailError> {
    check_tags(new)?;
    for tag in new {
        match tags.iter_mut().find(|(key, _)| *key == tag.key) {
            Some((_, value)) => value.clone_from(&tag.value),
            None => tags.push((tag.key.clone(), tag.value.clone())),
        }
    }
    if tags.len() > TAGS_MAX {
        let message = format!("A resource can have at most {TAGS_MAX} tags.");
        return Err(TrailError::TagsLimitExceeded(message));
    }
    Ok(())
}
