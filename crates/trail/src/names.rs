//! What trails, prefixes and public keys are called.

use std::fmt;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use types::{AccountId, Arn, Region, Timestamp, Utc, hex};

/// A trail's name: 3 to 128 of `A-Z a-z 0-9 . _ -`, with a letter or digit at both ends, no two
/// separators in a row, and no IPv4 address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrailName(String);

impl TrailName {
    /// The name, or AWS's message of the `InvalidTrailNameException`: of two broken rules the
    /// first one speaks.
    ///
    /// Source: `CloudTrail` User Guide, "Naming requirements for CloudTrail resources, Amazon S3
    /// buckets, and KMS keys"; the texts as clients have met them, slips included.
    pub fn parse(name: &str) -> Result<Self, InvalidTrailName> {
        match first_broken_rule(name) {
            Some(message) => Err(InvalidTrailName(message)),
            None => Ok(Self(name.to_owned())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn first_broken_rule(name: &str) -> Option<String> {
    let length = name.chars().count();
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    let separator = |b: u8| matches!(b, b'.' | b'_' | b'-');
    let bytes = name.as_bytes();
    let rule = if length == 0 {
        // Observed: clouddrove/terraform-aws-cloudtrail, issue 14.
        "Trail name cannot be blank!"
    } else if length < 3 {
        return Some(format!(
            "Trail name too short. Minimum allowed length: 3 characters. \
             Specified name length: {length} characters."
        ));
    } else if length > 128 {
        return Some(format!(
            "Trail name too long. Maximum allowed length: 128 characters. \
             Specified name length: {length} characters."
        ));
    } else if !name.starts_with(alphanumeric) {
        "Trail name must starts with a letter or number."
    } else if !name.ends_with(alphanumeric) {
        "Trail name must ends with a letter or number."
    } else if !bytes.iter().all(|&b| b.is_ascii_alphanumeric() || separator(b)) {
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, \
         periods (.), hyphens (-), and underscores (_)."
    } else if bytes.iter().zip(bytes.iter().skip(1)).any(|(&a, &b)| separator(a) && separator(b)) {
        "Trail name or ARN cannot have adjacent periods (.), hyphens (-), or underscores (_)."
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "Trail name must not be formatted as an IP address."
    } else {
        return None;
    };
    Some(rule.to_owned())
}

impl fmt::Display for TrailName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TrailName {
    type Error = InvalidTrailName;
    fn try_from(name: String) -> Result<Self, InvalidTrailName> {
        Self::parse(&name)
    }
}

impl From<TrailName> for String {
    fn from(name: TrailName) -> Self {
        name.0
    }
}

/// AWS's message about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTrailName(pub String);

impl fmt::Display for InvalidTrailName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidTrailName {}

/// How a caller names a trail: by name, in its own account and region, or by ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrailRef {
    /// A name.
    Name(TrailName),
    /// An ARN, `arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail`.
    Arn {
        /// As it was passed.
        arn: Arn,
        /// The trail's home region.
        region: Region,
        /// The trail's account.
        account: AccountId,
        /// The trail's name.
        name: TrailName,
    },
}

impl TrailRef {
    /// The meaning of the argument `Name`, `TrailName` or `TrailNameList` of an operation.
    ///
    /// Every argument that begins with `arn:` is parsed as an ARN.
    pub fn parse(text: &str) -> Result<Self, InvalidTrailRef> {
        if !text.starts_with("arn:") {
            return TrailName::parse(text).map(Self::Name).map_err(InvalidTrailRef::Name);
        }
        Self::parse_arn(text).ok_or_else(|| InvalidTrailRef::Arn(text.to_owned()))
    }

    fn parse_arn(text: &str) -> Option<Self> {
        let arn = Arn::parse(text).filter(|arn| arn.service() == "cloudtrail")?;
        let region = Region::parse(arn.region())?;
        let account = AccountId::parse(arn.account())?;
        let name = TrailName::parse(arn.resource().strip_prefix("trail/")?).ok()?;
        Some(Self::Arn { arn, region, account, name })
    }

    /// The trail's name.
    pub fn name(&self) -> &TrailName {
        match self {
            Self::Name(name) | Self::Arn { name, .. } => name,
        }
    }
}

/// The ARN of a trail.
pub fn trail_arn(region: &Region, account: &AccountId, name: &TrailName) -> Arn {
    Arn::new("cloudtrail", region, account, format_args!("trail/{name}"))
}

/// Why an argument does not name a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidTrailRef {
    /// `InvalidTrailNameException`.
    Name(InvalidTrailName),
    /// `CloudTrailARNInvalidException`, with the argument.
    Arn(String),
}

impl fmt::Display for InvalidTrailRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(error) => error.fmt(f),
            Self::Arn(arn) => write!(f, "The trail ARN is not valid: {arn}."),
        }
    }
}

impl std::error::Error for InvalidTrailRef {}

/// `[prefix/]AWSLogs/[organization/]<account>/`.
///
/// Source: `CloudTrail` User Guide, "Finding your CloudTrail log files".
pub(crate) fn account_folder(
    prefix: Option<&str>,
    organization: Option<&str>,
    account: &AccountId,
) -> String {
    let mut folder = String::new();
    for part in [prefix, Some("AWSLogs"), organization, Some(account.as_str())] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            folder.push_str(part);
            folder.push('/');
        }
    }
    folder
}

/// `2023/07/10`
pub(crate) fn date_folders(at: Timestamp) -> String {
    let Utc { year, month, day, .. } = at.utc();
    format!("{year:04}/{month:02}/{day:02}")
}

/// `20230710T1145Z`
pub(crate) fn minute(at: Timestamp) -> String {
    let Utc { year, month, day, hour, minute, .. } = at.utc();
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}Z")
}

/// The longest `S3KeyPrefix`. Source: `CloudTrail` API Reference, `CreateTrail`.
pub const PREFIX_LENGTH_MAX: usize = 200;

/// Whether a trail may store its files under `prefix`.
///
/// Assumed: CloudTrail accepts the characters that S3 calls safe for keys, and no slash at either end.
pub fn is_valid_prefix(prefix: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || "/!-_.*'()".contains(c);
    (1..=PREFIX_LENGTH_MAX).contains(&prefix.chars().count())
        && prefix.chars().all(safe)
        && !prefix.starts_with('/')
        && !prefix.ends_with('/')
}

/// The fingerprint of a public key: MD5 of its PKCS#1 DER, in lower-case hexadecimal.
/// Observed: on three published keys.
pub fn fingerprint(pkcs1_der: &[u8]) -> String {
    hex(&keys::md5(pkcs1_der))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn check(name: &str, want: &str) {
        let message = TrailName::parse(name).err().map(|error| error.0).unwrap_or_default();
        assert!(message.starts_with(want) && message.is_empty() == want.is_empty(), "{message}");
    }

    /// Each rule has its message, and the earlier rule wins.
    #[test]
    fn trail_names_are_checked_in_order() {
        for good in ["abc", "management-events", "a.b_c-d", "a1.2.3.4", &"a".repeat(128)] {
            check(good, "");
        }
        check("-a", "Trail name too short. Minimum allowed length: 3 characters. Specified");
        let long = "Trail name too long. Maximum allowed length: 128 characters. \
                    Specified name length: 129 characters.";
        check(&"-".repeat(129), long);
        check("-trail!", "Trail name must starts with a letter or number.");
        check("trail!", "Trail name must ends with a letter or number.");
        check("my trail", "Trail name or ARN can only contain uppercase letters,");
        check("my-_x", "Trail name or ARN cannot have adjacent periods (.),");
        check("10.0.0.1", "Trail name must not be formatted as an IP address.");
    }

    /// An argument that starts with `arn:` must be the complete ARN of a trail.
    #[test]
    fn trails_are_named_by_name_or_arn() {
        let arn = "arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail";
        let parsed = TrailRef::parse(arn).unwrap();
        assert_eq!(parsed.name().as_str(), "MyTrail");
        let TrailRef::Arn { region, account, name, .. } = parsed else { panic!("no ARN") };
        assert_eq!(trail_arn(&region, &account, &name).as_str(), arn);
        assert!(matches!(TrailRef::parse("MyTrail"), Ok(TrailRef::Name(_))));
        assert!(matches!(TrailRef::parse("my"), Err(InvalidTrailRef::Name(_))));
        for bad in [
            "arn:",
            "arn:aws:cloudtrail:us-east-2:123456789012:MyTrail",
            "arn:aws:cloudtrail:us-east-2:123456789012:trail/",
            "arn:aws:cloudtrail:us-east-2:1234:trail/MyTrail",
            "arn:aws:cloudtrail::123456789012:trail/MyTrail",
            "arn:aws:kms:us-east-2:123456789012:trail/MyTrail",
        ] {
            assert_eq!(TrailRef::parse(bad), Err(InvalidTrailRef::Arn(bad.to_owned())));
        }
    }

    /// A prefix cannot escape its place or be empty.
    #[test]
    fn prefixes_are_safe_key_parts() {
        for good in ["p", "a/b", "team-1/logs_2"] {
            assert!(is_valid_prefix(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a b", "a\u{e9}", "a\n", &"a".repeat(201)] {
            assert!(!is_valid_prefix(bad), "{bad}");
        }
    }

    /// A key AWS published has the fingerprint AWS published.
    #[test]
    fn fingerprints_are_those_of_published_keys() {
        let der = concat!(
            "MIIBCgKCAQEAn11L2YZ9h7onug2ILi1MWyHiMRsTQjfWE+pHVRLk1QjfWhirG+lpOa8NrwQ/r7Ah5bNL6Hep",
            "znOU9XTDSfmmnP97mqyc7z/upfZdS/AHhYcGaz7n6Wc/RRBU6VmiPCrAUojuSk6/GjvA8iOPFsYDuBtviXar",
            "vuLPlrT9kAd4Lb+rFfR5peEgBEkhlzc5HuWO7S0y+KunqxX6jQBnXGMtxmPBPP0FylgWGNdFtks/4YSKcgqw",
            "H0YDcawP9GGGDAeCIqPWIXDLG1jOjRRzWfCmD0iJUkz8vTsn4hq/5ZxRFE7UBAUiVcGbdnDdvVfhF9C3dQiD",
            "q3k7adQIziLT0cShgQIDAQAB",
        );
        let der = STANDARD.decode(der).unwrap();
        assert_eq!(fingerprint(&der), "8eba5db5bea9b640d1c96a77256fe7f2");
    }
}
