//! The constraints of the service models, and the single message that lists all violations.

use std::ops::Deref;

use crate::error::IamError;

/// The constraint of a string.
#[derive(Debug)]
pub(crate) struct Text {
    min: usize,
    max: usize,
    /// The model's regular expression, for the message.
    pattern: &'static str,
    allows: fn(&str) -> bool,
}

const NAME: &str = r"[\w+=,.@-]+";
const NAME_OR_EMPTY: &str = r"[\w+=,.@-]*";

/// Source: the model's `userNameType`, `roleNameType`.
pub(crate) const NAME_64: Text = Text { min: 1, max: 64, pattern: NAME, allows: is_name };
/// Source: the model's `existingUserNameType`, `groupNameType`, `policyNameType`.
pub(crate) const NAME_128: Text = Text { min: 1, max: 128, pattern: NAME, allows: is_name };
/// Source: the model's `pathType`.
pub(crate) const PATH: Text =
    Text { min: 1, max: 512, pattern: r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", allows: is_path };
/// Source: the model's `policyPathType`.
pub(crate) const POLICY_PATH: Text =
    Text { min: 1, max: 512, pattern: r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", allows: is_policy_path };
/// Source: the model's `pathPrefixType`.
pub(crate) const PATH_PREFIX: Text =
    Text { min: 1, max: 512, pattern: r"\u002F[\u0021-\u007F]*", allows: is_path_prefix };
/// Source: the model's `policyDocumentType`.
pub(crate) const DOCUMENT: Text =
    Text { min: 1, max: 131_072, pattern: r"[\u0009\u000A\u000D\u0020-\u00FF]+", allows: is_latin };
/// Source: the model's `roleDescriptionType`.
pub(crate) const ROLE_DESCRIPTION: Text = Text {
    min: 0,
    max: 1_000,
    pattern: r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
    allows: |text| {
        is_latin(text) && !text.contains(|letter| ('\u{7f}'..='\u{a0}').contains(&letter))
    },
};
/// Source: the model's `policyDescriptionType`.
pub(crate) const DESCRIPTION: Text = Text { min: 0, max: 1_000, pattern: "", allows: |_| true };
/// Source: the model's `tagKeyType`.
pub(crate) const TAG_KEY: Text =
    Text { min: 1, max: 128, pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", allows: is_tag };
/// Source: the model's `tagValueType`.
pub(crate) const TAG_VALUE: Text =
    Text { min: 0, max: 256, pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", allows: is_tag };
/// Source: the model's `accessKeyIdType`.
pub(crate) const ACCESS_KEY_ID: Text =
    Text { min: 16, max: 128, pattern: r"[\w]+", allows: |text| text.chars().all(is_word) };
/// Source: the model's `policyVersionIdType`.
pub(crate) const VERSION_ID: Text = Text {
    min: 0,
    max: usize::MAX,
    pattern: r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
    allows: is_version_id,
};
/// Source: the model's `accountAliasType`.
pub(crate) const ACCOUNT_ALIAS: Text = Text {
    min: 3,
    max: 63,
    pattern: r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
    allows: is_alias,
};
/// Source: the model's `passwordType`.
pub(crate) const PASSWORD: Text =
    Text { min: 1, max: 128, pattern: r"[\u0009\u000A\u000D\u0020-\u00FF]+", allows: is_latin };
/// Source: the model's `virtualMFADeviceName`.
pub(crate) const DEVICE_NAME: Text = Text { min: 1, max: 226, pattern: NAME, allows: is_name };
/// Source: the model's `serialNumberType`.
pub(crate) const SERIAL_NUMBER: Text =
    Text { min: 9, max: 256, pattern: r"[\w+=/:,.@-]+", allows: is_external_id };
/// Source: the model's `authenticationCodeType`.
pub(crate) const MFA_CODE: Text = Text {
    min: 6,
    max: 6,
    pattern: r"[\d]+",
    allows: |text| text.chars().all(|letter| letter.is_ascii_digit()),
};
/// Source: the model's `markerType`, but for its maximum: markers contain names, which may be longer.
pub(crate) const MARKER: Text = Text {
    min: 1,
    max: usize::MAX,
    pattern: r"[\u0020-\u00FF]+",
    allows: |text| text.chars().all(|letter| ('\u{20}'..='\u{ff}').contains(&letter)),
};
/// Source: the model's `ResourceNameType`.
pub(crate) const RESOURCE_NAME: Text = Text { min: 1, max: 2_048, pattern: "", allows: |_| true };
/// Source: the model's `arnType`. Whether it is an ARN is reported in another message.
pub(crate) const ARN: Text = Text { min: 20, max: 2_048, pattern: "", allows: |_| true };
/// Source: the model of STS, `unrestrictedSessionPolicyDocumentType`.
pub(crate) const SESSION_POLICY: Text = Text { max: usize::MAX, ..DOCUMENT };
/// Source: the model of STS, `accessKeyIdType`.
pub(crate) const STS_ACCESS_KEY_ID: Text = Text { pattern: r"[\w]*", ..ACCESS_KEY_ID };
/// Source: the model of STS, `serialNumberType`.
pub(crate) const STS_SERIAL_NUMBER: Text = Text { pattern: r"[\w+=/:,.@-]*", ..SERIAL_NUMBER };
/// Source: the model of STS, `tokenCodeType`.
pub(crate) const TOKEN_CODE: Text = Text { pattern: r"[\d]*", ..MFA_CODE };
/// Source: the model of STS, `roleSessionNameType`.
pub(crate) const SESSION_NAME: Text =
    Text { min: 2, max: 64, pattern: NAME_OR_EMPTY, allows: is_name };
/// Source: the model of STS, `sourceIdentityType`.
pub(crate) const SOURCE_IDENTITY: Text =
    Text { min: 2, max: 256, pattern: NAME_OR_EMPTY, allows: is_name };
/// Source: the model of STS, `externalIdType`.
pub(crate) const EXTERNAL_ID: Text =
    Text { min: 2, max: 1_224, pattern: r"[\w+=,.@:\/-]*", allows: is_external_id };

/// Collects the violations of an input.
#[derive(Debug)]
pub(crate) struct Checks {
    /// Observed: STS repeats the offending value, IAM does not.
    shows_values: bool,
    /// The first of them.
    problems: Vec<String>,
    count: usize,
}

/// The maximum number of violations that an error lists; further ones are only counted. A small
/// request may contain thousands, and its error would be many times its size.
const LISTED_MAX: usize = 100;

impl Checks {
    /// For an operation of IAM.
    pub(crate) fn iam() -> Self {
        Self { shows_values: false, problems: Vec::new(), count: 0 }
    }

    /// For an operation of STS.
    pub(crate) fn sts() -> Self {
        Self { shows_values: true, problems: Vec::new(), count: 0 }
    }

    /// A member that must be there.
    #[must_use]
    pub(crate) fn must(mut self, member: &str, value: Option<&str>, rule: &Text) -> Self {
        if value.is_none() {
            self.push(null(member));
        }
        self.may(member, value, rule)
    }

    /// A member that may be absent.
    #[must_use]
    pub(crate) fn may(mut self, member: &str, value: Option<&str>, rule: &Text) -> Self {
        let Some(value) = value else { return self };
        if !(rule.allows)(value) {
            let constraint =
                format!("Member must satisfy regular expression pattern: {}", rule.pattern);
            self.add(member, value, &constraint);
        }
        let length = value.chars().count();
        if length > rule.max {
            let constraint = format!("Member must have length less than or equal to {}", rule.max);
            self.add(member, value, &constraint);
        }
        if length < rule.min {
            let constraint =
                format!("Member must have length greater than or equal to {}", rule.min);
            self.add(member, value, &constraint);
        }
        self
    }

    /// A number within bounds.
    #[must_use]
    pub(crate) fn number(mut self, member: &str, value: Option<i64>, min: i64, max: i64) -> Self {
        let Some(value) = value else { return self };
        if value > max {
            let constraint = format!("Member must have value less than or equal to {max}");
            self.add(member, &value.to_string(), &constraint);
        }
        if value < min {
            let constraint = format!("Member must have value greater than or equal to {min}");
            self.add(member, &value.to_string(), &constraint);
        }
        self
    }

    /// A list that must be there.
    #[must_use]
    pub(crate) fn must_list<T>(mut self, member: &str, list: Option<&[T]>) -> Self {
        if list.is_none() {
            self.push(null(member));
        }
        self
    }

    /// A list of limited length.
    #[must_use]
    pub(crate) fn count(mut self, member: &str, length: usize, max: usize) -> Self {
        if length > max {
            let constraint = format!("Member must have length less than or equal to {max}");
            self.add(member, "", &constraint);
        }
        self
    }

    /// One of few words.
    ///
    /// Observed: IAM does not list them.
    #[must_use]
    pub(crate) fn word(mut self, member: &str, value: Option<&str>, words: &[&str]) -> Self {
        if let Some(value) = value.filter(|value| !words.contains(value)) {
            self.add(member, value, "Member must satisfy enum value set");
        }
        self
    }

    fn add(&mut self, member: &str, value: &str, constraint: &str) {
        let shown = if self.shows_values { format!("'{value}' ") } else { String::new() };
        self.push(format!("Value {shown}at '{member}' failed to satisfy constraint: {constraint}"));
    }

    fn push(&mut self, problem: String) {
        self.count = self.count.saturating_add(1);
        if self.problems.len() < LISTED_MAX {
            self.problems.push(problem);
        }
    }

    /// Errors with all that was found, in one sentence.
    pub(crate) fn done(self) -> Result<(), IamError> {
        let count = self.count;
        if count == 0 {
            return Ok(());
        }
        let plural = if count == 1 { "error" } else { "errors" };
        let problems = self.problems.join("; ");
        Err(IamError::Validation(format!("{count} validation {plural} detected: {problems}")))
    }
}

fn null(member: &str) -> String {
    format!("Value null at '{member}' failed to satisfy constraint: Member must not be null")
}

/// A required member that [`Checks::must`] has already found present.
pub(crate) fn given<T: Deref<Target = str>>(value: Option<&T>) -> &str {
    value.map(T::deref).unwrap_or_default()
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn is_name(text: &str) -> bool {
    text.chars().all(|letter| is_word(letter) || "+=,.@-".contains(letter))
}

fn is_external_id(text: &str) -> bool {
    text.chars().all(|letter| is_word(letter) || "+=,.@:/-".contains(letter))
}

fn is_path(text: &str) -> bool {
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    text == "/"
        || inner.is_some_and(|inner| {
            !inner.is_empty() && inner.chars().all(|letter| ('!'..='~').contains(&letter))
        })
}

fn is_policy_path(text: &str) -> bool {
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let part = |part: &str| {
        let fits = |letter: char| is_word(letter) || "+=,.@-".contains(letter);
        !part.is_empty() && part.chars().all(fits)
    };
    text == "/" || inner.is_some_and(|inner| inner.split('/').all(part))
}

fn is_path_prefix(text: &str) -> bool {
    text.starts_with('/') && text.chars().all(|letter| ('!'..='\u{7f}').contains(&letter))
}

fn is_latin(text: &str) -> bool {
    text.chars().all(|letter| {
        matches!(letter, '\t' | '\n' | '\r') || ('\u{20}'..='\u{ff}').contains(&letter)
    })
}

/// Letters, separators and numbers of any script; white space represents `\p{Z}`.
fn is_tag(text: &str) -> bool {
    text.chars().all(|letter| {
        letter.is_alphanumeric()
            || (letter.is_whitespace() && !letter.is_control())
            || "_.:/=+-@".contains(letter)
    })
}

fn is_version_id(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    let (digits, suffix) = rest.split_once('.').unwrap_or((rest, ""));
    digits.starts_with(|digit: char| ('1'..='9').contains(&digit))
        && digits.chars().all(|digit| digit.is_ascii_digit())
        && suffix.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
}

fn is_alias(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    text.chars().all(|letter| fits(letter) || letter == '-')
        && text.starts_with(fits)
        && text.ends_with(fits)
        && !text.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: &Text, text: &str) -> bool {
        Checks::iam().must("x", Some(text), rule).done().is_ok()
    }

    /// What the model's patterns accept and reject.
    #[test]
    fn texts_have_the_models_form() {
        let long = "a".repeat(65);
        for (rule, good, bad) in [
            (&NAME_64, vec!["alice", "a+b=c,d.e@f-g_h"], vec!["", "a b", "a/b", "é", &long]),
            (&PATH, vec!["/", "/a/", "/a/b/"], vec!["", "a", "/a", "a/", "/a b/"]),
            (&POLICY_PATH, vec!["/", "/a/", "/a/b.c/"], vec!["//", "/a", "/a//b/", "/!/"]),
            (&PATH_PREFIX, vec!["/", "/a", "/a/"], vec!["a/", "/a b"]),
            (&TAG_KEY, vec!["Team", "aws:x", "部 署"], vec!["", "a*b", "a\nb"]),
            (&TAG_VALUE, vec!["", "x"], vec!["#"]),
            (
                &VERSION_ID,
                vec!["v1", "v12", "v1.a-B", "v1."],
                vec!["v0", "1", "v", "vx", "v1.é", "v1_"],
            ),
            (&ACCOUNT_ALIAS, vec!["abc", "a-b"], vec!["ab", "a--b", "-ab", "Abc"]),
            (&SESSION_NAME, vec!["s1"], vec!["s", "Session1:2"]),
            (&EXTERNAL_ID, vec!["a:b/c"], vec!["a", "a b"]),
            (&ACCESS_KEY_ID, vec!["AKIAIOSFODNN7EXAMPLE"], vec!["AKIA", "AKIAIOSFODNN7EXAM-PLE"]),
        ] {
            for text in good {
                assert!(check(rule, text), "{text} fits {rule:?}");
            }
            for text in bad {
                assert!(!check(rule, text), "{text} breaks {rule:?}");
            }
        }
    }

    fn message(checks: Checks) -> String {
        match checks.done() {
            Err(IamError::Validation(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    /// Observed: the sentences, IAM's without and STS's with the value.
    #[test]
    fn violations_are_in_awss_words() {
        assert_eq!(
            message(Checks::sts().must("roleSessionName", Some("Session1:2"), &SESSION_NAME)),
            "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to \
             satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        );
        assert_eq!(
            message(Checks::iam().word("status", Some("x"), &["Active", "Inactive"])),
            "1 validation error detected: Value at 'status' failed to satisfy constraint: Member \
             must satisfy enum value set"
        );
        assert_eq!(
            message(Checks::iam().must("userName", None, &NAME_64).number(
                "maxItems",
                Some(0),
                1,
                9
            )),
            "2 validation errors detected: Value null at 'userName' failed to satisfy constraint: \
             Member must not be null; Value at 'maxItems' failed to satisfy constraint: Member \
             must have value greater than or equal to 1"
        );
    }

    /// An error does not grow with the input: all violations are counted, the first are listed.
    #[test]
    fn an_answer_lists_so_many_problems_at_most() {
        let mut checks = Checks::iam();
        for _ in 0..10 * LISTED_MAX {
            checks = checks.must("tags.1.member.key", None, &NAME_64);
        }
        let message = message(checks);
        assert!(message.starts_with("1000 validation errors detected: "), "{message}");
        assert_eq!(message.matches("Member must not be null").count(), LISTED_MAX);
    }
}
