use crate::Facts;

/// The settings of a trail that decide, before its selectors, which regions' events it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// `HomeRegion`
    pub home_region: &'a str,
    /// `IsMultiRegionTrail`
    pub is_multi_region: bool,
    /// `IncludeGlobalServiceEvents`
    pub include_global_service_events: bool,
}

/// Where events of global services are recorded. Source: `CloudTrail` User Guide, "About global
/// service events".
const GLOBAL_REGION: &str = "us-east-1";
/// The services without regions.
/// Assumed: every STS event of `us-east-1` came through the global endpoint; records do not say.
const GLOBAL_SERVICES: [&str; 4] =
    ["iam.amazonaws.com", "sts.amazonaws.com", "cloudfront.amazonaws.com", "signin.amazonaws.com"];

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// Whether an event of the trail's account is for the trail to judge: of its region, or of any
/// if it is multi-region, and of global services only if it includes them.
pub fn in_scope(scope: &Scope<'_>, facts: &Facts) -> bool {
    (scope.is_multi_region || facts.region == scope.home_region)
        && (scope.include_global_service_events || !is_global_service_event(facts))
}

/// Whether it is an event of a service without regions.
pub fn is_global_service_event(facts: &Facts) -> bool {
    facts.region == GLOBAL_REGION && GLOBAL_SERVICES.contains(&facts.event_source.as_str())
}

/// Whether the call was made by a delivery of `CloudTrail`: the bucket's ACL, the data key, the
/// file itself.
///
/// A delivery acts as the service alone; calls of the service with forwarded credentials have the
/// ARN of their owner.
pub fn is_of_delivery(facts: &Facts) -> bool {
    facts.invoked_by.as_deref() == Some(CLOUDTRAIL) && facts.user_identity_arn.is_none()
}

/// Whether the event is a delivery by `CloudTrail` itself, which a trail with
/// `RecursiveLogging=false` drops.
///
/// Source: `CloudTrail` User Guide, "Managing recursive logging".
pub fn is_recursive(facts: &Facts) -> bool {
    facts.invoked_by.as_deref() == Some(CLOUDTRAIL)
        && matches!(
            (facts.event_source.as_str(), facts.event_name.as_str()),
            ("s3.amazonaws.com", "PutObject") | ("logs.amazonaws.com", "PutLogEvents")
        )
}
