use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A region name of the partition `aws`, such as `ap-northeast-1`.
///
/// Any name of the usual form is served: 3 to 32 of `a-z 0-9 -`, beginning with a letter and
/// ending with a digit, with at least two hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(Arc<str>);

impl Region {
    /// `None` unless `text` has the form of a region name.
    pub fn parse(text: &str) -> Option<Self> {
        let chars = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let valid = (3..=32).contains(&text.len())
            && chars
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.ends_with(|c: char| c.is_ascii_digit())
            && text.split('-').count() >= 3
            && text.split('-').all(|part| !part.is_empty());
        valid.then(|| Self(text.into()))
    }

    /// `us-east-1`, where the global services live.
    pub fn us_east_1() -> Self {
        Self("us-east-1".into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Region {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a region name"))
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms that exist pass; anything that could smuggle a path or an ARN part does not.
    #[test]
    fn accepts_region_names_only() {
        for good in ["us-east-1", "ap-northeast-1", "us-gov-west-1", "cn-north-1"] {
            assert!(Region::parse(good).is_some(), "{good}");
        }
        for bad in ["", "us", "us-east", "US-EAST-1", "us-east-1/", "us--1", "us-east-1:", "-a-1"] {
            assert!(Region::parse(bad).is_none(), "{bad}");
        }
    }
}
