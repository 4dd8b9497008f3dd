use gateway::{ApiError, WireError};

/// Failures of the trail operations.
///
/// Source: `CloudTrail` API Reference, for the codes.
/// Assumed: AWS words each message as the code that creates it does, here and in `trail`, unless a
/// tag there gives evidence; and rejects too many ARNs in `ListTags` like an invalid one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrailError {
    /// A name that breaks the rules.
    InvalidTrailName(String),
    /// Text that begins like an ARN but is not a trail's ARN.
    TrailArnInvalid(String),
    /// No such trail.
    TrailNotFound(String),
    /// The account already has a trail of this name in this region.
    TrailAlreadyExists(String),
    /// Five trails are visible in the region already.
    MaximumNumberOfTrailsExceeded(String),
    /// A write from a region that is not the trail's home.
    InvalidHomeRegion(String),
    /// Text that cannot be a bucket's name.
    InvalidS3BucketName(String),
    /// No such bucket.
    S3BucketDoesNotExist(String),
    /// A prefix that is too long or has forbidden characters.
    InvalidS3Prefix(String),
    /// The bucket policy lacks one of its two statements.
    InsufficientS3BucketPolicy(String),
    /// The bucket policy or the key policy lacks a statement.
    InsufficientEncryptionPolicy(String),
    /// No such key.
    KmsKeyNotFound(String),
    /// Text that cannot be a key id.
    InvalidKmsKeyId(String),
    /// The key cannot be used.
    Kms(String),
    /// No such topic, or it does not let `CloudTrail` publish.
    InsufficientSnsTopicPolicy(String),
    /// Text that cannot be a topic's name.
    InvalidSnsTopicName(String),
    /// A log group without a role.
    InvalidCloudWatchLogsRoleArn(String),
    /// No such log group.
    InvalidCloudWatchLogsLogGroupArn(String),
    /// There is no organization.
    OrganizationsNotInUse(String),
    /// Two parameters contradict one another.
    InvalidParameterCombination(String),
    /// Selectors that break the rules.
    InvalidEventSelectors(String),
    /// An unknown lookup attribute.
    InvalidLookupAttributes(String),
    /// A time range that ends before it begins.
    InvalidTimeRange(String),
    /// A page size out of range.
    InvalidMaxResults(String),
    /// A token that was not returned for this query.
    InvalidNextToken(String),
    /// An event category other than `insight`.
    InvalidEventCategory(String),
    /// A token that this request cannot have.
    InvalidToken(String),
    /// Insights are not enabled.
    InsightNotEnabled(String),
    /// A tag that breaks the rules.
    InvalidTagParameter(String),
    /// More than 50 tags.
    TagsLimitExceeded(String),
    /// An ARN of something that has no tags.
    ResourceTypeNotSupported(String),
    /// An ARN of something that does not exist.
    ResourceNotFound(String),
}

impl ApiError for TrailError {
    /// Source: the service model; all are client errors.
    fn wire(&self) -> WireError {
        let (code, message) = match self {
            Self::InvalidTrailName(m) => ("InvalidTrailNameException", m),
            Self::TrailArnInvalid(m) => ("CloudTrailARNInvalidException", m),
            Self::TrailNotFound(m) => ("TrailNotFoundException", m),
            Self::TrailAlreadyExists(m) => ("TrailAlreadyExistsException", m),
            Self::MaximumNumberOfTrailsExceeded(m) => ("MaximumNumberOfTrailsExceededException", m),
            Self::InvalidHomeRegion(m) => ("InvalidHomeRegionException", m),
            Self::InvalidS3BucketName(m) => ("InvalidS3BucketNameException", m),
            Self::S3BucketDoesNotExist(m) => ("S3BucketDoesNotExistException", m),
            Self::InvalidS3Prefix(m) => ("InvalidS3PrefixException", m),
            Self::InsufficientS3BucketPolicy(m) => ("InsufficientS3BucketPolicyException", m),
            Self::InsufficientEncryptionPolicy(m) => ("InsufficientEncryptionPolicyException", m),
            Self::KmsKeyNotFound(m) => ("KmsKeyNotFoundException", m),
            Self::InvalidKmsKeyId(m) => ("InvalidKmsKeyIdException", m),
            Self::Kms(m) => ("KmsException", m),
            Self::InsufficientSnsTopicPolicy(m) => ("InsufficientSnsTopicPolicyException", m),
            Self::InvalidSnsTopicName(m) => ("InvalidSnsTopicNameException", m),
            Self::InvalidCloudWatchLogsRoleArn(m) => ("InvalidCloudWatchLogsRoleArnException", m),
            Self::InvalidCloudWatchLogsLogGroupArn(m) => {
                ("InvalidCloudWatchLogsLogGroupArnException", m)
            }
            Self::OrganizationsNotInUse(m) => ("OrganizationsNotInUseException", m),
            Self::InvalidParameterCombination(m) => ("InvalidParameterCombinationException", m),
            Self::InvalidEventSelectors(m) => ("InvalidEventSelectorsException", m),
            Self::InvalidLookupAttributes(m) => ("InvalidLookupAttributesException", m),
            Self::InvalidTimeRange(m) => ("InvalidTimeRangeException", m),
            Self::InvalidMaxResults(m) => ("InvalidMaxResultsException", m),
            Self::InvalidNextToken(m) => ("InvalidNextTokenException", m),
            Self::InvalidEventCategory(m) => ("InvalidEventCategoryException", m),
            Self::InvalidToken(m) => ("InvalidTokenException", m),
            Self::InsightNotEnabled(m) => ("InsightNotEnabledException", m),
            Self::InvalidTagParameter(m) => ("InvalidTagParameterException", m),
            Self::TagsLimitExceeded(m) => ("TagsLimitExceededException", m),
            Self::ResourceTypeNotSupported(m) => ("ResourceTypeNotSupportedException", m),
            Self::ResourceNotFound(m) => ("ResourceNotFoundException", m),
        };
        WireError::new(400, code, message)
    }
}
