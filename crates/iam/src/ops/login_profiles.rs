//! Login profiles: the passwords of users.

use gateway::Ctx;
use keys::SecretText;
use serde::{Deserialize, Serialize};

use crate::action::{Action, Hashing, Target, existing, target_of, user_or_caller};
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind};
use crate::noun::Of;
use crate::signin::rows::{self, LoginProfile};
use crate::signin::{passwords, rules};
use crate::token::Who;
use crate::validate::{Checks, NAME_64, PASSWORD, given};

/// Whose password, and which. It is never written anywhere but hashed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ProfileInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing)]
    password: Option<SecretText>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_bool",
        skip_serializing_if = "Option::is_none"
    )]
    password_reset_required: Option<bool>,
}

impl ProfileInput {
    /// The hash of the password, if there is one and it may be this user's.
    fn hash(&self, ctx: &Ctx<'_>) -> Result<Option<String>, Fail> {
        let Some(password) = &self.password else { return Ok(None) };
        let rules = rows::rules(ctx.tx(), ctx.account())?;
        if let Some(message) = rules::violation(rules.as_ref(), password) {
            return Err(IamError::PasswordPolicyViolation(message).into());
        }
        Ok(Some(passwords::hash(&ctx.cached(), ctx.entropy(), password)?))
    }
}

/// `LoginProfile`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProfileShape {
    user_name: String,
    create_date: String,
    password_reset_required: bool,
}

/// A profile in a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ProfileOutput {
    login_profile: ProfileShape,
}

impl ProfileOutput {
    fn of(user: &Holder, profile: &LoginProfile) -> Self {
        Self {
            login_profile: ProfileShape {
                user_name: user.name.clone(),
                create_date: profile.created.iso(),
                password_reset_required: profile.reset_required,
            },
        }
    }
}

/// The user of a call. The root user gets its password from the sign-in page only.
fn user_of(ctx: &Ctx<'_>, of: &Of) -> Result<(Holder, Who), Fail> {
    let Some(name) = user_or_caller(of.user_name.as_ref(), ctx)? else {
        return Err(IamError::no_profile("").into());
    };
    let user = existing(ctx, Kind::User, &name)?;
    let who = Who::User(user.id.clone());
    Ok((user, who))
}

fn profile_of(ctx: &Ctx<'_>, user: &Holder, who: &Who) -> Result<LoginProfile, Fail> {
    let profile = rows::profile(ctx.tx(), ctx.account(), who)?;
    profile.ok_or_else(|| IamError::no_profile(&user.name).into())
}

fn targets(ctx: &Ctx<'_>, of: &Of) -> Result<Vec<Target>, Fail> {
    match user_or_caller(of.user_name.as_ref(), ctx)? {
        Some(name) => Ok(vec![target_of(ctx, Kind::User, &name)?]),
        None => Ok(vec![Target::new(ctx.caller().principal.arn())]),
    }
}

/// Sets a user's first password.
pub(crate) struct CreateLoginProfile;

/// Observed: the text, in a client's transcript, with a small `user`.
fn refuse_another(ctx: &Ctx<'_>, user: &Holder, who: &Who) -> Result<(), Fail> {
    if rows::profile(ctx.tx(), ctx.account(), who)?.is_some() {
        let text = format!("Login Profile for user {} already exists.", user.name);
        return Err(IamError::EntityAlreadyExists(text).into());
    }
    Ok(())
}

impl Hashing for CreateLoginProfile {
    const NAME: &'static str = "CreateLoginProfile";
    const READ_ONLY: bool = false;
    type Input = ProfileInput;
    type Output = ProfileOutput;
    /// The hash of the password.
    type Work = Option<String>;

    fn check(input: &ProfileInput) -> Result<(), IamError> {
        Checks::iam()
            .may("userName", input.of.user_name.as_deref(), &NAME_64)
            .must("password", input.password.as_deref(), &PASSWORD)
            .done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ProfileInput) -> Result<Vec<Target>, Fail> {
        targets(ctx, &input.of)
    }

    fn prepare(ctx: &mut Ctx<'_>, input: &ProfileInput) -> Result<Option<String>, Fail> {
        let (user, who) = user_of(ctx, &input.of)?;
        refuse_another(ctx, &user, &who)?;
        input.hash(ctx)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ProfileInput,
        hash: &mut Option<String>,
    ) -> Result<ProfileOutput, Fail> {
        let (user, who) = user_of(ctx, &input.of)?;
        refuse_another(ctx, &user, &who)?;
        let hash = given(hash.as_ref()).to_owned();
        let profile = LoginProfile {
            reset_required: input.password_reset_required.unwrap_or(false),
            ..crate::signin::new_profile(ctx.entropy(), hash, ctx.now())?
        };
        let account = ctx.account().clone();
        rows::put_profile(ctx.tx_mut(), &account, &who, &profile)?;
        Ok(ProfileOutput::of(&user, &profile))
    }
}

/// Returns whether a user has a password, and since when.
pub(crate) struct GetLoginProfile;

impl Action for GetLoginProfile {
    const NAME: &'static str = "GetLoginProfile";
    const READ_ONLY: bool = true;
    type Input = Of;
    type Output = ProfileOutput;

    fn check(input: &Of) -> Result<(), IamError> {
        Checks::iam().may("userName", input.user_name.as_deref(), &NAME_64).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        targets(ctx, input)
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<ProfileOutput, Fail> {
        let (user, who) = user_of(ctx, input)?;
        Ok(ProfileOutput::of(&user, &profile_of(ctx, &user, &who)?))
    }
}

/// Sets a user's password, or whether it must be changed. Omitted members are kept.
pub(crate) struct UpdateLoginProfile;

impl Hashing for UpdateLoginProfile {
    const NAME: &'static str = "UpdateLoginProfile";
    const READ_ONLY: bool = false;
    type Input = ProfileInput;
    type Output = ();
    /// The hash of the password, if one was sent.
    type Work = Option<String>;

    fn check(input: &ProfileInput) -> Result<(), IamError> {
        let checks = input.of.check_as(Kind::User, Checks::iam(), &NAME_64);
        checks.may("password", input.password.as_deref(), &PASSWORD).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ProfileInput) -> Result<Vec<Target>, Fail> {
        targets(ctx, &input.of)
    }

    fn prepare(ctx: &mut Ctx<'_>, input: &ProfileInput) -> Result<Option<String>, Fail> {
        let (user, who) = user_of(ctx, &input.of)?;
        profile_of(ctx, &user, &who)?;
        input.hash(ctx)
    }

    fn run(ctx: &mut Ctx<'_>, input: &ProfileInput, hash: &mut Option<String>) -> Result<(), Fail> {
        let (user, who) = user_of(ctx, &input.of)?;
        let mut profile = profile_of(ctx, &user, &who)?;
        if let Some(hash) = hash.take() {
            profile.set(hash, ctx.now());
        }
        if let Some(required) = input.password_reset_required {
            profile.reset_required = required;
        }
        let account = ctx.account().clone();
        rows::put_profile(ctx.tx_mut(), &account, &who, &profile)?;
        Ok(())
    }
}

/// Deletes a user's password, and with it every session of the console.
pub(crate) struct DeleteLoginProfile;

impl Action for DeleteLoginProfile {
    const NAME: &'static str = "DeleteLoginProfile";
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        Checks::iam().may("userName", input.user_name.as_deref(), &NAME_64).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        targets(ctx, input)
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let (user, who) = user_of(ctx, input)?;
        profile_of(ctx, &user, &who)?;
        let account = ctx.account().clone();
        rows::delete_profile(ctx.tx_mut(), &account, &who)?;
        Ok(())
    }
}
