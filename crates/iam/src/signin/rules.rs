//! The rules for passwords.

use serde::{Deserialize, Serialize};
use types::{DAY_MS, Timestamp};

use super::rows::LoginProfile;

/// Earlier passwords that are remembered at most.
///
/// Source: the model's `passwordReusePreventionType`.
pub(crate) const REUSE_MAX: usize = 24;
/// Source: IAM User Guide, "Default password policy": eight characters, three of four kinds.
const DEFAULT_LENGTH_MIN: i64 = 8;
const DEFAULT_KINDS_MIN: usize = 3;
/// Source: IAM User Guide, "Custom password policy options".
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";

/// The password policy of an account, as its owner set it.
///
/// Source: the model's `PasswordPolicy`, and the defaults of "UpdateAccountPasswordPolicy".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "AWS's own switches")]
pub(crate) struct PasswordRules {
    pub(crate) length_min: i64,
    pub(crate) symbols: bool,
    pub(crate) numbers: bool,
    pub(crate) uppercase: bool,
    pub(crate) lowercase: bool,
    pub(crate) users_may_change: bool,
    pub(crate) age_max_days: Option<i64>,
    pub(crate) reuse_prevention: Option<i64>,
    pub(crate) hard_expiry: Option<bool>,
}

impl PasswordRules {
    /// The fault of a password, if any.
    ///
    /// Observed: the texts, under the default policy. Assumed: IAM names one broken rule of an
    /// account's own policy, in this order.
    fn violation(&self, password: &str) -> Option<String> {
        if length(password) < self.length_min {
            return Some(format!("Password should have a minimum length of {}", self.length_min));
        }
        let kinds = Kinds::of(password);
        for (demanded, there, what) in [
            (self.symbols, kinds.symbols, "symbol"),
            (self.numbers, kinds.numbers, "number"),
            (self.uppercase, kinds.uppercase, "uppercase letter"),
            (self.lowercase, kinds.lowercase, "lowercase letter"),
        ] {
            if demanded && !there {
                return Some(at_least_one(what));
            }
        }
        None
    }

    /// Whether a password set at `changed` is too old.
    fn is_expired(&self, changed: Timestamp, now: Timestamp) -> bool {
        let days = self.age_max_days.and_then(|days| u64::try_from(days).ok());
        days.is_some_and(|days| days > 0 && now.since_ms(changed) >= days.saturating_mul(DAY_MS))
    }
}

/// The fault of a password under an account's policy, or under AWS's default.
pub(crate) fn violation(rules: Option<&PasswordRules>, password: &str) -> Option<String> {
    match rules {
        Some(rules) => rules.violation(password),
        None => default_violation(password),
    }
}

/// Observed: the texts, in clients' transcripts: how many more kinds are needed, and which are missing.
fn default_violation(password: &str) -> Option<String> {
    if length(password) < DEFAULT_LENGTH_MIN {
        return Some(format!("Password should have a minimum length of {DEFAULT_LENGTH_MIN}"));
    }
    let Kinds { symbols, numbers, uppercase, lowercase } = Kinds::of(password);
    let kinds = [
        (uppercase, "uppercase letter"),
        (lowercase, "lowercase letter"),
        (numbers, "number"),
        (symbols, "symbol"),
    ];
    let missing: Vec<_> = kinds.iter().filter(|(there, _)| !there).collect();
    let present = kinds.len().saturating_sub(missing.len());
    let more = DEFAULT_KINDS_MIN.saturating_sub(present);
    (more > 0).then(|| {
        let rules: Vec<_> = missing.into_iter().map(|(_, what)| at_least_one(what)).collect();
        format!(
            "Password should meet {more} more of the following requirements: {}",
            rules.join(", ")
        )
    })
}

fn at_least_one(what: &str) -> String {
    format!("Password should have at least one {what}")
}

fn length(password: &str) -> i64 {
    i64::try_from(password.chars().count()).unwrap_or(i64::MAX)
}

#[expect(clippy::struct_excessive_bools, reason = "four kinds, each there or not")]
struct Kinds {
    symbols: bool,
    numbers: bool,
    uppercase: bool,
    lowercase: bool,
}

impl Kinds {
    fn of(password: &str) -> Self {
        let any = |kind: fn(char) -> bool| password.chars().any(kind);
        Self {
            symbols: any(|letter| SYMBOLS.contains(letter)),
            numbers: any(|letter| letter.is_ascii_digit()),
            uppercase: any(|letter| letter.is_ascii_uppercase()),
            lowercase: any(|letter| letter.is_ascii_lowercase()),
        }
    }
}

/// What must happen before a right password opens a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordState {
    /// Nothing.
    Good,
    /// Its owner must set another.
    MustChange,
    /// An administrator must set another.
    Expired,
}

/// The state of a password at `now`.
pub(crate) fn password_state(
    rules: Option<&PasswordRules>,
    profile: &LoginProfile,
    now: Timestamp,
) -> PasswordState {
    let expired = rules.filter(|rules| rules.is_expired(profile.changed, now));
    match expired {
        Some(rules) if rules.hard_expiry == Some(true) => PasswordState::Expired,
        Some(_) => PasswordState::MustChange,
        None if profile.reset_required => PasswordState::MustChange,
        None => PasswordState::Good,
    }
}

/// The earlier hashes that a new password may not equal, the present one first.
pub(crate) fn barred<'a>(
    rules: Option<&PasswordRules>,
    profile: &'a LoginProfile,
) -> impl Iterator<Item = &'a str> {
    let count = rules.and_then(|rules| rules.reuse_prevention).unwrap_or(0);
    let hashes = std::iter::once(&profile.hash).chain(&profile.earlier).map(String::as_str);
    hashes.take(usize::try_from(count).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> PasswordRules {
        PasswordRules {
            length_min: 6,
            symbols: false,
            numbers: false,
            uppercase: false,
            lowercase: false,
            users_may_change: false,
            age_max_days: None,
            reuse_prevention: None,
            hard_expiry: None,
        }
    }

    fn check(rules: Option<&PasswordRules>, password: &str, want: &str) {
        let violation_text = violation(rules, password).unwrap_or_default();
        assert!(
            violation_text.ends_with(want) && violation_text.is_empty() == want.is_empty(),
            "{password}: {violation_text}"
        );
    }

    /// An account without a policy has AWS's.
    #[test]
    fn without_a_policy_three_kinds_and_eight_characters_are_needed() {
        let one = |what: &&str| format!("Password should have at least one {what}");
        let more = |count, missing: &[&str]| {
            let missing: Vec<_> = missing.iter().map(one).collect();
            format!("meet {count} more of the following requirements: {}", missing.join(", "))
        };
        let kinds = ["uppercase letter", "lowercase letter", "number", "symbol"];
        for (password, want) in [
            ("Abcdefg1", ""),
            ("abcdefg1!", ""),
            ("Ab1!", "length of 8"),
            ("abcdefgh", more(2, &["uppercase letter", "number", "symbol"]).as_str()),
            ("abcdefg1", more(1, &["uppercase letter", "symbol"]).as_str()),
            ("ÀÀÀÀÀÀÀÀÀ", more(3, &kinds).as_str()),
        ] {
            check(None, password, want);
        }
    }

    /// Each switch by itself, and the length in characters.
    #[test]
    fn each_rule_is_checked() {
        check(Some(&rules()), "aaaaaa", "");
        check(Some(&rules()), "aaaaa", "length of 6");
        check(Some(&rules()), "ééééé", "length of 6");
        check(Some(&PasswordRules { symbols: true, ..rules() }), "Aaaaa1", "symbol");
        check(Some(&PasswordRules { numbers: true, ..rules() }), "Aaaaa!", "number");
        check(Some(&PasswordRules { uppercase: true, ..rules() }), "aaaaa1!", "uppercase letter");
        check(Some(&PasswordRules { lowercase: true, ..rules() }), "AAAAA1!", "lowercase letter");
    }

    fn profile(changed: Timestamp) -> LoginProfile {
        LoginProfile {
            id: String::new(),
            hash: "0".to_owned(),
            created: changed,
            changed,
            reset_required: false,
            earlier: (1..30).map(|n| n.to_string()).collect(),
            used: None,
        }
    }

    /// An old password must be changed; with hard expiry it is worth nothing any more.
    #[test]
    fn passwords_age() {
        let (start, aging) = (Timestamp::from_secs(1_000_000), Some(10));
        let check = |rules: Option<PasswordRules>, days: u64, reset_required, want| {
            let profile = LoginProfile { reset_required, ..profile(start) };
            assert_eq!(
                password_state(rules.as_ref(), &profile, start.plus_ms(days * DAY_MS)),
                want
            );
        };
        let soft = PasswordRules { age_max_days: aging, ..rules() };
        let hard = PasswordRules { hard_expiry: Some(true), ..soft.clone() };
        check(None, 10_000, false, PasswordState::Good);
        check(None, 0, true, PasswordState::MustChange);
        check(Some(soft.clone()), 9, false, PasswordState::Good);
        check(Some(soft), 10, false, PasswordState::MustChange);
        check(Some(hard.clone()), 9, false, PasswordState::Good);
        check(Some(hard), 10, true, PasswordState::Expired);
    }

    /// The present password counts among those that must not be reused.
    #[test]
    fn as_many_passwords_are_barred_as_the_policy_has() {
        let profile = profile(Timestamp::from_secs(0));
        let barred = |reuse_prevention| {
            let rules = PasswordRules { reuse_prevention, ..rules() };
            barred(Some(&rules), &profile).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(barred(None), "");
        assert_eq!(barred(Some(3)), "0 1 2");
    }
}
