//! The model's constraints: every broken one is named in one `ValidationException`.

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::KmsError;
use crate::blob::{Blob, Secret};

/// Collects the violations of a request's members.
///
/// Source: the service model's constraints. Observed: the texts, the lower-camel paths, the count
/// in front, and that blobs are not quoted. AWS lists the values of an enum in no fixed order.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    /// The first of them.
    failures: Vec<String>,
    count: usize,
}

/// The maximum number of failures that an error lists; further ones are only counted. A small
/// request may contain hundreds of thousands, and its error would be a hundred times its size.
const LISTED_MAX: usize = 100;

/// A set of characters that a pattern demands, and the pattern as AWS quotes it.
pub(crate) struct Pattern {
    pub(crate) regex: &'static str,
    pub(crate) allows: fn(char) -> bool,
}

/// `AliasNameType`, `GrantNameType`
pub(crate) const ALIAS_PATTERN: Pattern = Pattern {
    regex: "^[a-zA-Z0-9:/_-]+$",
    allows: |c| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '_' | '-'),
};
/// `PolicyNameType`
pub(crate) const WORD_PATTERN: Pattern =
    Pattern { regex: "[\\w]+", allows: |c| c.is_ascii_alphanumeric() || c == '_' };
/// `PolicyType`
pub(crate) const POLICY_PATTERN: Pattern = Pattern {
    regex: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    allows: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
};
/// `MarkerType`
pub(crate) const MARKER_PATTERN: Pattern =
    Pattern { regex: "[\\u0020-\\u00FF]*", allows: |c| matches!(c, ' '..='\u{ff}') };
/// `PrincipalIdType`
pub(crate) const PRINCIPAL_PATTERN: Pattern = Pattern {
    regex: "^[\\w+=,.@:/-]+$",
    allows: |c| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | ':' | '/' | '-')
    },
};

/// `KeyIdType`
const KEY_ID_LEN: RangeInclusive<usize> = 1..=2048;

impl Checks {
    /// Nothing wrong yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn fail(&mut self, value: impl Display, path: &str, rule: impl Display) {
        self.add(|| format!("Value {value} at '{path}' failed to satisfy constraint: {rule}"));
    }

    fn add(&mut self, failure: impl FnOnce() -> String) {
        self.count = self.count.saturating_add(1);
        if self.failures.len() < LISTED_MAX {
            self.failures.push(failure());
        }
    }

    /// The member must be there.
    pub(crate) fn required<T>(&mut self, path: &str, value: Option<&T>) -> &mut Self {
        if value.is_none() {
            self.fail("null", path, "Member must not be null");
        }
        self
    }

    /// The length in characters, if the member is present.
    pub(crate) fn length(
        &mut self,
        path: &str,
        value: Option<&String>,
        range: RangeInclusive<usize>,
    ) -> &mut Self {
        if let Some(value) = value {
            let length = value.chars().count();
            if let Some(rule) = length_rule(length, &range) {
                self.fail(format_args!("'{value}'"), path, rule);
            }
        }
        self
    }

    /// The characters, if the member is present.
    pub(crate) fn pattern(
        &mut self,
        path: &str,
        value: Option<&String>,
        pattern: &Pattern,
    ) -> &mut Self {
        if let Some(value) = value.filter(|value| !value.chars().all(pattern.allows)) {
            let regex = pattern.regex;
            let rule = format!("Member must satisfy regular expression pattern: {regex}");
            self.fail(format_args!("'{value}'"), path, rule);
        }
        self
    }

    /// One of the model's values, if the member is present.
    pub(crate) fn one_of(&mut self, path: &str, value: Option<&String>, set: &[&str]) -> &mut Self {
        if let Some(value) = value.filter(|value| !set.contains(&value.as_str())) {
            let rule = format!("Member must satisfy enum value set: [{}]", set.join(", "));
            self.fail(format_args!("'{value}'"), path, rule);
        }
        self
    }

    /// A number within a range, if the member is present.
    pub(crate) fn range(
        &mut self,
        path: &str,
        value: Option<i64>,
        range: RangeInclusive<i64>,
    ) -> &mut Self {
        let Some(value) = value else { return self };
        let quoted = format!("'{value}'");
        if value < *range.start() {
            let rule = format!("Member must have value greater than or equal to {}", range.start());
            self.fail(quoted, path, rule);
        } else if value > *range.end() {
            let rule = format!("Member must have value less than or equal to {}", range.end());
            self.fail(quoted, path, rule);
        }
        self
    }

    /// A list's length, if the member is present; lists are not quoted here.
    pub(crate) fn list_len(
        &mut self,
        path: &str,
        shown: &str,
        len: usize,
        range: RangeInclusive<usize>,
    ) -> &mut Self {
        if let Some(rule) = length_rule(len, &range) {
            self.fail(format_args!("'{shown}'"), path, rule);
        }
        self
    }

    fn bytes(&mut self, path: &str, length: usize, range: &RangeInclusive<usize>) {
        if let Some(rule) = length_rule(length, range) {
            self.add(|| format!("Value at '{path}' failed to satisfy constraint: {rule}"));
        }
    }

    /// A plaintext: 1 to 4096 bytes.
    pub(crate) fn plaintext(&mut self, path: &str, value: Option<&Secret>) -> &mut Self {
        if let Some(value) = value {
            self.bytes(path, value.expose().len(), &(1..=4096));
        }
        self
    }

    /// A ciphertext: 1 to 6144 bytes.
    pub(crate) fn ciphertext(&mut self, path: &str, value: Option<&Blob>) -> &mut Self {
        if let Some(value) = value {
            self.bytes(path, value.0.len(), &(1..=6144));
        }
        self
    }

    /// A key id that must be there.
    pub(crate) fn key_id(&mut self, path: &str, value: Option<&String>) -> &mut Self {
        self.required(path, value).length(path, value, KEY_ID_LEN)
    }

    /// A key id that may be there.
    pub(crate) fn optional_key_id(&mut self, path: &str, value: Option<&String>) -> &mut Self {
        self.length(path, value, KEY_ID_LEN)
    }

    /// An alias's name that must be there.
    pub(crate) fn alias_name(&mut self, value: Option<&String>) -> &mut Self {
        self.required("aliasName", value).length("aliasName", value, 1..=256).pattern(
            "aliasName",
            value,
            &ALIAS_PATTERN,
        )
    }

    /// `limit` and `marker` of a listing.
    pub(crate) fn page(&mut self, limit: Option<i64>, marker: Option<&String>) -> &mut Self {
        self.range("limit", limit, 1..=1000).length("marker", marker, 1..=1024).pattern(
            "marker",
            marker,
            &MARKER_PATTERN,
        )
    }

    /// Grant tokens: ten at most.
    pub(crate) fn grant_tokens(&mut self, tokens: Option<&Vec<String>>) -> &mut Self {
        let Some(tokens) = tokens else { return self };
        self.list_len("grantTokens", &format!("[{}]", tokens.join(", ")), tokens.len(), 0..=10);
        for (index, token) in tokens.iter().enumerate() {
            let path = format!("grantTokens.{}.member", index.saturating_add(1));
            self.length(&path, Some(token), 1..=8192);
        }
        self
    }

    /// The members that a dry run may omit.
    pub(crate) fn modifiers(&mut self, modifiers: Option<&Vec<String>>) -> &mut Self {
        for (index, modifier) in modifiers.into_iter().flatten().enumerate() {
            let path = format!("dryRunModifiers.{}.member", index.saturating_add(1));
            self.one_of(&path, Some(modifier), &crate::crypto::DRY_RUN_MODIFIERS);
        }
        self
    }

    /// All failures in one error, or none.
    pub(crate) fn finish(&mut self) -> Result<(), KmsError> {
        if self.failures.is_empty() {
            return Ok(());
        }
        let (count, all) = (self.count, self.failures.join("; "));
        let noun = if count == 1 { "error" } else { "errors" };
        Err(KmsError::Validation(format!("{count} validation {noun} detected: {all}")))
    }
}

fn length_rule(length: usize, range: &RangeInclusive<usize>) -> Option<String> {
    if length < *range.start() {
        return Some(format!("Member must have length greater than or equal to {}", range.start()));
    }
    (length > *range.end())
        .then(|| format!("Member must have length less than or equal to {}", range.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(checks: &mut Checks, expected: &str) {
        assert_eq!(checks.finish(), Err(KmsError::Validation(expected.to_owned())));
    }

    /// One text per kind of constraint, as recorded.
    #[test]
    fn failures_read_as_on_aws() {
        check(
            Checks::new().range("numberOfBytes", Some(1025), 1..=1024),
            "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy \
             constraint: Member must have value less than or equal to 1024",
        );
        check(
            Checks::new().plaintext("plaintext", Some(&Secret::new(vec![0; 4097]))),
            "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: \
             Member must have length less than or equal to 4096",
        );
        check(
            Checks::new().one_of("keySpec", Some(&"AES_1".to_owned()), &["AES_256", "AES_128"]),
            "1 validation error detected: Value 'AES_1' at 'keySpec' failed to satisfy \
             constraint: Member must satisfy enum value set: [AES_256, AES_128]",
        );
        check(
            Checks::new().alias_name(Some(&"a b".to_owned())),
            "1 validation error detected: Value 'a b' at 'aliasName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        );
    }

    /// Several failures are one error with a plural.
    #[test]
    fn all_failures_are_reported_at_once() {
        check(
            Checks::new().key_id("keyId", None).range("limit", Some(0), 1..=1000),
            "2 validation errors detected: Value null at 'keyId' failed to satisfy constraint: \
             Member must not be null; Value '0' at 'limit' failed to satisfy constraint: Member \
             must have value greater than or equal to 1",
        );
        assert_eq!(Checks::new().key_id("keyId", Some(&"x".to_owned())).finish(), Ok(()));
    }

    /// An error does not grow with the input: all failures are counted, the first are listed.
    #[test]
    fn an_answer_lists_so_many_failures_at_most() {
        let mut checks = Checks::new();
        for _ in 0..10 * LISTED_MAX {
            checks.required::<String>("tags.1.member.tagKey", None);
        }
        let Err(KmsError::Validation(message)) = checks.finish() else { panic!("no failures") };
        assert!(message.starts_with("1000 validation errors detected: "), "{message}");
        assert_eq!(message.matches("Member must not be null").count(), LISTED_MAX);
    }
}
