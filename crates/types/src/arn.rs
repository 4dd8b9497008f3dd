use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Region};

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`; the resource may contain further colons.
///
/// Region and account may be empty, as in `arn:aws:s3:::bucket/key`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn(Arc<str>);

impl Arn {
    /// `None` unless `text` begins with `arn:` and has six parts, of which partition, service and
    /// resource are not empty.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (scheme, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (_region, _account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let valid = scheme == "arn"
            && !partition.is_empty()
            && !service.is_empty()
            && !resource.is_empty()
            && !has_control(text);
        valid.then(|| Self(text.into()))
    }

    /// An ARN of the partition `aws` with a region and an account.
    pub fn new(
        service: &str,
        region: &Region,
        account: &AccountId,
        resource: impl fmt::Display,
    ) -> Self {
        Self(format!("arn:aws:{service}:{region}:{account}:{resource}").into())
    }

    /// An ARN of IAM or STS: an account, no region.
    pub fn global(service: &str, account: &AccountId, resource: impl fmt::Display) -> Self {
        Self(format!("arn:aws:{service}::{account}:{resource}").into())
    }

    /// The ARN of a bucket (`bucket`) or of an object (`bucket/key`).
    pub fn s3(resource: impl fmt::Display) -> Self {
        Self(format!("arn:aws:s3:::{resource}").into())
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition, such as `aws`.
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The service, such as `kms`.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The region, or an empty text.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account, or an empty text.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// All behind the fifth colon, such as `key/1234…` or `bucket/some/key`.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or("")
    }
}

/// Whether a text has control characters; ASCII is not decoded for it.
fn has_control(text: &str) -> bool {
    if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_control())
    } else {
        text.contains(char::is_control)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Arn {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not an ARN"))
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The resource keeps its own colons; malformed texts are rejected.
    #[test]
    fn splits_into_six_parts() {
        let arn = Arn::parse("arn:aws:logs:us-east-1:111122223333:log-group:g:*").unwrap();
        assert_eq!(arn.resource(), "log-group:g:*");
        assert_eq!(arn.account(), "111122223333");
        assert_eq!(Arn::parse("arn:aws:s3:::b/k").unwrap().region(), "");
        for bad in [
            "",
            "arn:aws:s3::",
            "arn:aws:s3:::",
            "urn:a:b:c:d:e",
            "arn::s3:::b",
            "arn:aws:s3:::b\n",
        ] {
            assert!(Arn::parse(bad).is_none(), "{bad}");
        }
    }
}
