//! What each kind of policy requires, and AWS's messages for documents that violate it.

mod bucket;
mod bucket_actions;
mod bucket_keys;
mod identity;
mod key;
mod resource;
mod trust;

use crate::document::{Document, Fault};
use crate::json::Json;
use crate::{Policy, PolicyError, PolicyErrorKind};

/// The kinds of policies. Each has its own rules and messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grammar {
    /// A managed policy: `Version` must be `2012-10-17`.
    Managed,
    /// An inline policy of a user, group or role, or a permissions boundary.
    Identity,
    /// The policy of a session.
    Session,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A role's trust policy.
    Trust,
    /// A key policy.
    Kms,
    /// A bucket policy.
    Bucket {
        /// The bucket's name.
        bucket: String,
    },
    /// The policy of a topic.
    Topic,
    /// The policy of a queue.
    Queue,
    /// A resource policy of a service without additional requirements.
    Resource,
}

/// The size limit for stored policies: the largest that IAM accepts is 131,072 bytes, and unique
/// IDs and root ARNs may have enlarged it.
const STORED_BYTES_MAX: usize = 1 << 20;

impl Grammar {
    /// The size of the largest document.
    ///
    /// What IAM allows for a user, a group or a role in sum is the service's to check.
    ///
    /// Source: service models of IAM, STS and CloudTrail; S3 User Guide, "Bucket policies" (20 KB);
    /// KMS Developer Guide, "Key policy document size" (32 KB); SNS and SQS quotas.
    pub const fn bytes_max(&self) -> usize {
        match self {
            Self::Managed | Self::Identity | Self::Trust | Self::Session => 131_072,
            Self::ServiceControl | Self::ResourceControl => 10_240,
            Self::Kms => 32_768,
            Self::Bucket { .. } => 20_480,
            Self::Topic => 30_720,
            Self::Queue => 8_192,
            Self::Resource => 51_200,
        }
    }

    /// Compiles a document that a client sends.
    pub(crate) fn parse(&self, text: &str) -> Result<Policy, PolicyError> {
        if text.len() > self.bytes_max() {
            return Err(PolicyError::new(PolicyErrorKind::TooLarge, self.too_large()));
        }
        if matches!(self, Self::Bucket { .. }) && !text.starts_with('{') {
            return Err(self.not_json());
        }
        let json = Json::parse(text).ok_or_else(|| self.not_json())?;
        let document = match self {
            Self::Managed
            | Self::Identity
            | Self::Session
            | Self::ServiceControl
            | Self::ResourceControl => identity::read(self, &json)?,
            Self::Trust => trust::read(&json)?,
            Self::Kms => key::read(&json)?,
            Self::Bucket { bucket } => bucket::read(bucket, &json)?,
            Self::Topic | Self::Queue | Self::Resource => resource::read(&json)?,
        };
        Policy::compile(&document, self.own_resource()).map_err(|fault| self.refusal(&fault))
    }

    /// Compiles a document that was accepted before, with unique ids in place of ARNs.
    pub(crate) fn stored(&self, text: &str) -> Result<Policy, PolicyError> {
        if text.len() > STORED_BYTES_MAX {
            return Err(PolicyError::new(PolicyErrorKind::TooLarge, self.too_large()));
        }
        let json = Json::parse(text).ok_or_else(|| self.not_json())?;
        Document::read(&json)
            .and_then(|document| Policy::compile(&document, self.own_resource()))
            .map_err(|fault| self.refusal(&fault))
    }

    /// Trust policies have no `Resource`: they speak of their role.
    fn own_resource(&self) -> bool {
        *self == Self::Trust
    }

    fn refusal(&self, fault: &Fault) -> PolicyError {
        match self {
            Self::Managed
            | Self::Identity
            | Self::Session
            | Self::ServiceControl
            | Self::ResourceControl => identity::refusal(fault),
            Self::Trust => trust::refusal(fault),
            Self::Kms => key::refusal(fault),
            Self::Bucket { .. } => bucket::refusal(fault),
            Self::Topic | Self::Queue | Self::Resource => resource::refusal(fault),
        }
    }

    fn not_json(&self) -> PolicyError {
        let message = match self {
            Self::Managed
            | Self::Identity
            | Self::Session
            | Self::ServiceControl
            | Self::ResourceControl => "Syntax errors in policy.",
            Self::Trust => "This policy contains invalid Json",
            Self::Kms => "",
            Self::Bucket { .. } => "Policies must be valid JSON and the first byte must be '{'",
            Self::Topic | Self::Queue | Self::Resource => resource::MESSAGE,
        };
        PolicyError::new(PolicyErrorKind::NotJson, message)
    }

    /// Source: S3 API Reference, "Error responses"; the others as their services word quotas.
    /// Assumed: the wording for keys.
    fn too_large(&self) -> String {
        let max = self.bytes_max();
        match self {
            Self::Bucket { .. } => "Policy exceeds the maximum allowed document size.".to_owned(),
            Self::Kms => format!("Key policy exceeds the maximum size of {max} bytes."),
            Self::Session => "Packed policy consumes more than the allotted space.".to_owned(),
            Self::Managed
            | Self::Identity
            | Self::ServiceControl
            | Self::ResourceControl
            | Self::Trust => format!(
                "1 validation error detected: Value at 'policyDocument' failed to satisfy \
                 constraint: Member must have length less than or equal to {max}"
            ),
            Self::Topic | Self::Queue | Self::Resource => resource::MESSAGE.to_owned(),
        }
    }
}

/// Whether S3 supports a condition key, including its vendor, in any case.
pub(crate) fn is_s3_key(key: &str) -> bool {
    bucket_keys::carriers(key).is_some()
}

/// Parses the shape, with the given messages for its faults.
fn shape(json: &Json, refusal: fn(&Fault) -> PolicyError) -> Result<Document<'_>, PolicyError> {
    Document::read(json).map_err(|fault| refusal(&fault))
}

#[cfg(test)]
mod tests;
