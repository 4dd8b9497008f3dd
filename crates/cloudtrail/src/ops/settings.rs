//! The settings that `CreateTrail` and `UpdateTrail` take, and their rules.

use gateway::{Ctx, Failure};

use crate::TrailError;
use crate::model::Trail;

/// A text in which an empty one takes the setting away.
pub(super) fn cleared(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Source: `CloudTrail` API Reference, "CreateTrail": `S3KeyPrefix`. Assumed: the wording.
pub(super) fn check_prefix(prefix: Option<&str>) -> Result<(), TrailError> {
    match prefix {
        Some(prefix) if !trail::names::is_valid_prefix(prefix) => {
            Err(TrailError::InvalidS3Prefix(format!("Invalid S3 prefix: {prefix}")))
        }
        _ => Ok(()),
    }
}

/// Destinations and kinds of trail that are not here fail as on an AWS account that has none.
pub(super) fn check_destinations(
    sns_topic: Option<&str>,
    log_group: Option<&str>,
    role: Option<&str>,
    is_organization_trail: Option<bool>,
) -> Result<(), TrailError> {
    let given = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    if given(sns_topic) {
        // Observed: the wording.
        let message = "SNS Topic does not exist or the topic policy is incorrect!".to_owned();
        return Err(TrailError::InsufficientSnsTopicPolicy(message));
    }
    if given(log_group) || given(role) {
        // Observed: the wording.
        let message = "Check the log group ARN: CloudTrail can't validate it.".to_owned();
        return Err(TrailError::InvalidCloudWatchLogsLogGroupArn(message));
    }
    if is_organization_trail == Some(true) {
        // Assumed: the wording.
        let message = "Your account is not a member of an organization.".to_owned();
        return Err(TrailError::OrganizationsNotInUse(message));
    }
    Ok(())
}

/// Observed: the wording.
pub(super) fn check_global(trail: &Trail) -> Result<(), TrailError> {
    if trail.is_multi_region && !trail.include_global_service_events {
        let message = "Multi-Region trail must include global service events.".to_owned();
        return Err(TrailError::InvalidParameterCombination(message));
    }
    Ok(())
}

/// The ARN of the key that the caller names by id, ARN or alias.
///
/// Source: `CloudTrail` API Reference, "CreateTrail": `KmsKeyId`.
pub(super) fn key_arn(ctx: &mut Ctx<'_>, text: &str) -> Result<String, Failure<TrailError>> {
    if let Some(arn) = kms::named_key(ctx, text)? {
        return Ok(arn.to_string());
    }
    // Assumed: the wording.
    Err(TrailError::KmsKeyNotFound(format!("KMS key {text} does not exist.")).into())
}
