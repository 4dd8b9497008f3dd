//! The password policy of an account.

use gateway::Ctx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::{Action, Target};
use crate::error::{Fail, IamError};
use crate::signin::rows;
use crate::signin::rules::{PasswordRules, REUSE_MAX};
use crate::validate::Checks;

/// Source: the model's `minimumPasswordLengthType`; the default is of the API Reference.
const LENGTH_MIN: i64 = 6;
const LENGTH_MAX: i64 = 128;
/// Source: the model's `maxPasswordAgeType`.
const AGE_MAX_DAYS: i64 = 1_095;

/// An input without members.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoInput {}

fn no_policy(ctx: &Ctx<'_>) -> Fail {
    let account = ctx.account();
    // Observed: the text.
    let message = format!("The Password Policy with domain name {account} cannot be found.");
    IamError::NoSuchEntity(message).into()
}

/// Shows the policy.
pub(crate) struct GetAccountPasswordPolicy;

/// `PasswordPolicy`
fn shape(rules: &PasswordRules) -> Value {
    let expires = rules.age_max_days.is_some_and(|days| days > 0);
    gateway::object([
        ("MinimumPasswordLength", rules.length_min.into()),
        ("RequireSymbols", rules.symbols.into()),
        ("RequireNumbers", rules.numbers.into()),
        ("RequireUppercaseCharacters", rules.uppercase.into()),
        ("RequireLowercaseCharacters", rules.lowercase.into()),
        ("AllowUsersToChangePassword", rules.users_may_change.into()),
        ("ExpirePasswords", expires.into()),
        ("MaxPasswordAge", json!(rules.age_max_days)),
        ("PasswordReusePrevention", json!(rules.reuse_prevention)),
        ("HardExpiry", json!(rules.hard_expiry)),
    ])
}

impl Action for GetAccountPasswordPolicy {
    const NAME: &'static str = "GetAccountPasswordPolicy";
    const READ_ONLY: bool = true;
    type Input = NoInput;
    type Output = Value;

    fn check(_input: &NoInput) -> Result<(), IamError> {
        Ok(())
    }

    fn targets(_ctx: &Ctx<'_>, _input: &NoInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, _input: &NoInput) -> Result<Value, Fail> {
        let rules = rows::rules(ctx.tx(), ctx.account())?.ok_or_else(|| no_policy(ctx))?;
        Ok(json!({ "PasswordPolicy": shape(&rules) }))
    }
}

/// The whole policy: omitted members get their defaults.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyInput {
    #[serde(default, deserialize_with = "wire::query::lenient::opt_i64")]
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_password_length: Option<i64>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_bool")]
    #[serde(skip_serializing_if = "Option::is_none")]
    require_symbols: Option<bool>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_bool")]
    #[serde(skip_serializing_if = "Option::is_none")]
    require_numbers: Option<bool>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_bool")]
    #[serde(skip_serializing_if = "Option::is_none")]
    require_uppercase_characters: Option<bool>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_bool")]
    #[serde(skip_serializing_if = "Option::is_none")]
    require_lowercase_characters: Option<bool>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_bool")]
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_users_to_change_password: Option<bool>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_i64")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_password_age: Option<i64>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_i64")]
    #[serde(skip_serializing_if = "Option::is_none")]
    password_reuse_prevention: Option<i64>,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_bool")]
    #[serde(skip_serializing_if = "Option::is_none")]
    hard_expiry: Option<bool>,
}

/// Sets the policy.
pub(crate) struct UpdateAccountPasswordPolicy;

impl Action for UpdateAccountPasswordPolicy {
    const NAME: &'static str = "UpdateAccountPasswordPolicy";
    const READ_ONLY: bool = false;
    type Input = PolicyInput;
    type Output = ();

    fn check(input: &PolicyInput) -> Result<(), IamError> {
        let reuse_max = i64::try_from(REUSE_MAX).unwrap_or(i64::MAX);
        let (length, reuse) = (input.minimum_password_length, input.password_reuse_prevention);
        Checks::iam()
            .number("minimumPasswordLength", length, LENGTH_MIN, LENGTH_MAX)
            .number("maxPasswordAge", input.max_password_age, 0, AGE_MAX_DAYS)
            .number("passwordReusePrevention", reuse, 0, reuse_max)
            .done()
    }

    fn targets(_ctx: &Ctx<'_>, _input: &PolicyInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, input: &PolicyInput) -> Result<(), Fail> {
        // Source: the service model, `MaxPasswordAge` and `PasswordReusePrevention`: none by default,
        // which is zero.
        let some = |number: Option<i64>| number.filter(|number| *number > 0);
        let rules = PasswordRules {
            length_min: input.minimum_password_length.unwrap_or(LENGTH_MIN),
            symbols: input.require_symbols.unwrap_or(false),
            numbers: input.require_numbers.unwrap_or(false),
            uppercase: input.require_uppercase_characters.unwrap_or(false),
            lowercase: input.require_lowercase_characters.unwrap_or(false),
            users_may_change: input.allow_users_to_change_password.unwrap_or(false),
            age_max_days: some(input.max_password_age),
            reuse_prevention: some(input.password_reuse_prevention),
            hard_expiry: input.hard_expiry,
        };
        let account = ctx.account().clone();
        rows::put_rules(ctx.tx_mut(), &account, &rules)?;
        Ok(())
    }
}

/// Restores AWS's policy.
pub(crate) struct DeleteAccountPasswordPolicy;

impl Action for DeleteAccountPasswordPolicy {
    const NAME: &'static str = "DeleteAccountPasswordPolicy";
    const READ_ONLY: bool = false;
    type Input = NoInput;
    type Output = ();

    fn check(_input: &NoInput) -> Result<(), IamError> {
        Ok(())
    }

    fn targets(_ctx: &Ctx<'_>, _input: &NoInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, _input: &NoInput) -> Result<(), Fail> {
        let account = ctx.account().clone();
        if rows::rules(ctx.tx(), &account)?.is_none() {
            return Err(no_policy(ctx));
        }
        rows::delete_rules(ctx.tx_mut(), &account)?;
        Ok(())
    }
}
