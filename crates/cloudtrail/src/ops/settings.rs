//! The settings that `CreateTrail` and `UpdateTrail` accept, and their rules.

use gateway::{Ctx, Failure};
use types::Arn;

use crate::TrailError;
use crate::model::{Trail, trails_of};

/// Trails visible in a region. Source: `CloudTrail` User Guide, "Quotas in CloudTrail".
const TRAILS_MAX: usize = 5;
/// Source: `CloudTrail` API Reference, "CreateTrail": `SnsTopicName`.
const TOPIC_BYTES_MAX: usize = 256;

/// A string that removes the setting if it is empty.
pub(super) fn cleared(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Whether a new or changed trail fits the limit in each region where it would be visible.
pub(super) fn check_room(ctx: &Ctx<'_>, trail: &Trail) -> Result<(), Failure<TrailError>> {
    let account = ctx.account();
    let mut others = trails_of(ctx.tx(), account)?;
    others.retain(|other| other.id != trail.id);
    let meets = |other: &&Trail| trail.is_multi_region || other.is_visible_in(&trail.home_region);
    if others.iter().filter(meets).any(|other| other.name == trail.name) {
        // Observed: trussworks/terraform-aws-logs, pull request 269.
        let message = format!("Trail {} already exists for customer: {account}", trail.name);
        return Err(TrailError::TrailAlreadyExists(message).into());
    }
    let homes = others.iter().map(|other| &other.home_region).filter(|_| trail.is_multi_region);
    for region in std::iter::once(&trail.home_region).chain(homes) {
        if others.iter().filter(|other| other.is_visible_in(region)).count() >= TRAILS_MAX {
            // Observed: the wording.
            let message = format!("User: {account} already has {TRAILS_MAX} trails in {region}.");
            return Err(TrailError::MaximumNumberOfTrailsExceeded(message).into());
        }
    }
    Ok(())
}

/// Source: `CloudTrail` API Reference, "CreateTrail": `S3KeyPrefix`.
pub(super) fn check_prefix(prefix: Option<&str>) -> Result<(), TrailError> {
    match prefix {
        Some(prefix) if !trail::names::is_valid_prefix(prefix) => {
            Err(TrailError::InvalidS3Prefix(format!("Invalid S3 prefix: {prefix}")))
        }
        Some(_) | None => Ok(()),
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
    if let Some(topic) = sns_topic.filter(|topic| !topic.is_empty()) {
        check_topic(topic)?;
        // Observed: the wording.
        let message = "SNS Topic does not exist or the topic policy is incorrect!".to_owned();
        return Err(TrailError::InsufficientSnsTopicPolicy(message));
    }
    if given(log_group) && !given(role) {
        // Observed: the wording.
        let message = "You must specify a role ARN as well as a log group.".to_owned();
        return Err(TrailError::InvalidCloudWatchLogsRoleArn(message));
    }
    if given(log_group) || given(role) {
        // Observed: the wording.
        let message = "Check the log group ARN: CloudTrail can't validate it.".to_owned();
        return Err(TrailError::InvalidCloudWatchLogsLogGroupArn(message));
    }
    if is_organization_trail == Some(true) {
        let message = "Your account is not a member of an organization.".to_owned();
        return Err(TrailError::OrganizationsNotInUse(message));
    }
    Ok(())
}

/// Source: `CloudTrail` API Reference, "CreateTrail": `SnsTopicName`; SNS API Reference,
/// "CreateTopic": `Name`.
fn check_topic(topic: &str) -> Result<(), TrailError> {
    let name = match topic.strip_prefix("arn:") {
        Some(arn) => arn.rsplit_once(':').map_or("", |(_, name)| name),
        None => topic,
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if topic.len() > TOPIC_BYTES_MAX || name.is_empty() || !name.chars().all(is_name) {
        return Err(TrailError::InvalidSnsTopicName(format!("Invalid SNS topic name: {topic}")));
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
    if !is_key_reference(text) {
        return Err(TrailError::InvalidKmsKeyId(format!("Invalid KMS key id: {text}")).into());
    }
    if let Some(arn) = ctx.arn_of::<kms::DescribeKey>(text)? {
        return Ok(arn.to_string());
    }
    Err(TrailError::KmsKeyNotFound(format!("KMS key {text} does not exist.")).into())
}

/// Whether a text has the form of a key's id, ARN or alias.
///
/// Source: `CloudTrail` API Reference, "CreateTrail": `KmsKeyId`.
fn is_key_reference(text: &str) -> bool {
    let name = match Arn::parse(text) {
        Some(arn) if arn.service() != "kms" => return false,
        Some(arn) => {
            let resource = arn.resource();
            let name = resource.strip_prefix("key/").or_else(|| resource.strip_prefix("alias/"));
            name.unwrap_or_default().to_owned()
        }
        None => text.strip_prefix("alias/").unwrap_or(text).to_owned(),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    !name.is_empty() && name.chars().all(fits)
}
