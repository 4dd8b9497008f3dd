//! The `Action` and `NotAction` elements.

use crate::glob::Glob;
use crate::outcome::Outcome;
use crate::size;
use crate::steps::Steps;

/// One entry: `service:Name`, case-insensitive, with wildcards in the name.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Action".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ActionPattern {
    /// `*`
    All,
    /// In lower case; a vendor `*` matches every service.
    Named { vendor: String, name: Glob },
}

/// An action of a request, parsed once for all patterns.
#[derive(Debug, Clone)]
pub(crate) struct ActionName {
    lower: String,
}

impl ActionPattern {
    /// `None` unless the text is `*` or `vendor:name`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        let (vendor, name) = text.split_once(':')?;
        if name.contains(':') || !is_vendor(vendor) {
            return None;
        }
        let vendor = vendor.to_ascii_lowercase();
        Some(Self::Named { vendor, name: Glob::parse(&name.to_ascii_lowercase()) })
    }

    /// The heap memory of this value, approximately, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Named { vendor, name } => size::of_text(vendor).saturating_add(name.bytes()),
        }
    }

    /// Whether `action` fits, where there are few patterns and the action is known.
    pub(crate) fn matches(&self, action: &ActionName) -> bool {
        self.fits(action, &Steps::new(u64::MAX)) == Outcome::Holds
    }

    /// Whether `action` matches; unknown if that takes too many steps.
    pub(crate) fn fits(&self, action: &ActionName, steps: &Steps) -> Outcome {
        match self {
            Self::All => Outcome::Holds,
            Self::Named { vendor, name } => {
                let (own, rest) = action.lower.split_once(':').unwrap_or((&action.lower, ""));
                if vendor == "*" || vendor == own { name.fits(rest, steps) } else { Outcome::Fails }
            }
        }
    }
}

impl ActionName {
    pub(crate) fn new(text: &str) -> Self {
        Self { lower: text.to_ascii_lowercase() }
    }
}

/// Whether the text is valid before the colon: a service prefix, never a partial wildcard.
pub(crate) fn is_vendor(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    text == "*" || !text.is_empty() && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, action: &str, want: bool) {
        let pattern = ActionPattern::parse(pattern).unwrap();
        assert_eq!(pattern.matches(&ActionName::new(action)), want, "{pattern:?} on {action}");
    }

    /// Case does not matter, wildcards stay behind the colon.
    #[test]
    fn matches_actions() {
        check("*", "kms:Encrypt", true);
        check("KMS:encrypt", "kms:Encrypt", true);
        check("kms:GenerateDataKey*", "kms:GenerateDataKeyWithoutPlaintext", true);
        check("kms:ReEncrypt*", "kms:ReEncryptFrom", true);
        check("kms:?ecrypt", "kms:Decrypt", true);
        check("kms:*", "s3:GetObject", false);
        check("s3:Get*Tagging", "s3:GetObjectVersionTagging", true);
        check("*:Encrypt", "kms:Encrypt", true);
        check("kms:Encrypt", "kms:EncryptMore", false);
        check("kms:", "kms:Encrypt", false);
    }

    /// What has no vendor, a wildcard vendor, or two colons is no action.
    #[test]
    fn rejects_invalid_actions() {
        for bad in ["", "s3", "s*:GetObject", "a a:Get", "s3:List:Bucket", ":Get"] {
            assert_eq!(ActionPattern::parse(bad), None, "{bad}");
        }
    }
}
