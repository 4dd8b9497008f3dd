//! `ChangePassword`: a user sets its own password.

use gateway::Ctx;
use keys::SecretText;
use policy::Principal;
use serde::{Deserialize, Serialize};

use crate::action::{Hashing, Target};
use crate::directory;
use crate::error::{Fail, IamError};
use crate::model::Holder;
use crate::signin::rows::{self, LoginProfile};
use crate::signin::{passwords, rules};
use crate::token::Who;
use crate::validate::{Checks, PASSWORD, given};

/// Observed: the refusal of a password that was used before.
pub(crate) const REUSED: &str =
    "Policy constraint violation with password reuse prevention during password change";

/// The old password and the new one. Neither is recorded.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChangeInput {
    #[serde(default, skip_serializing)]
    old_password: Option<SecretText>,
    #[serde(default, skip_serializing)]
    new_password: Option<SecretText>,
}

/// The hashes of the old password, which was verified, and of the new one.
pub(crate) struct Hashes {
    old: String,
    new: String,
}

/// Changes the caller's password.
pub(crate) struct ChangePassword;

/// The calling user and its profile.
fn caller(ctx: &Ctx<'_>) -> Result<(Holder, Who, LoginProfile), Fail> {
    let Principal::User { unique_id, .. } = &ctx.caller().principal else {
        let message = "Only IAM Users can change their own password";
        return Err(IamError::InvalidUserType(message.to_owned()).into());
    };
    let Some(user) = directory::holder_by_id(ctx.tx(), unique_id)? else {
        return Err(IamError::InvalidClientToken.into());
    };
    let who = Who::User(user.id.clone());
    let profile = rows::profile(ctx.tx(), ctx.account(), &who)?;
    let profile = profile.ok_or_else(|| IamError::no_profile(&user.name))?;
    Ok((user, who, profile))
}

impl Hashing for ChangePassword {
    const NAME: &'static str = "ChangePassword";
    const READ_ONLY: bool = false;
    type Input = ChangeInput;
    type Output = ();
    type Work = Hashes;

    fn check(input: &ChangeInput) -> Result<(), IamError> {
        Checks::iam()
            .must("oldPassword", input.old_password.as_deref(), &PASSWORD)
            .must("newPassword", input.new_password.as_deref(), &PASSWORD)
            .done()
    }

    /// Source: IAM User Guide, "Allow users to change their own password": the account's policy
    /// may allow it to all.
    fn targets(ctx: &Ctx<'_>, _input: &ChangeInput) -> Result<Vec<Target>, Fail> {
        let target = Target::new(ctx.caller().principal.arn());
        let rules = rows::rules(ctx.tx(), ctx.account())?;
        let of_user = matches!(ctx.caller().principal, Principal::User { .. });
        let allowed = of_user && rules.is_some_and(|rules| rules.users_may_change);
        Ok(vec![if allowed { target.granted(ctx.account()) } else { target }])
    }

    /// Observed: the text about the old password.
    fn prepare(ctx: &mut Ctx<'_>, input: &ChangeInput) -> Result<Hashes, Fail> {
        let (_, _, profile) = caller(ctx)?;
        let (old, new) = (given(input.old_password.as_ref()), given(input.new_password.as_ref()));
        if !passwords::verify(&ctx.cached(), old, Some(&profile.hash))? {
            let message = "The old password was incorrect.";
            return Err(IamError::AccessDenied(message.to_owned()).into());
        }
        let rules = rows::rules(ctx.tx(), ctx.account())?;
        if let Some(message) = rules::violation(rules.as_ref(), new) {
            return Err(IamError::PasswordPolicyViolation(message).into());
        }
        for hash in rules::barred(rules.as_ref(), &profile) {
            if passwords::verify(&ctx.cached(), new, Some(hash))? {
                return Err(IamError::PasswordPolicyViolation(REUSED.to_owned()).into());
            }
        }
        let new = passwords::hash(&ctx.cached(), ctx.entropy(), new)?;
        Ok(Hashes { old: profile.hash, new })
    }

    fn run(ctx: &mut Ctx<'_>, _: &ChangeInput, hashes: &mut Hashes) -> Result<(), Fail> {
        let (user, who, mut profile) = caller(ctx)?;
        if hashes.old != profile.hash {
            return Err(IamError::profile_is_changing(&user.name).into());
        }
        profile.set(std::mem::take(&mut hashes.new), ctx.now());
        profile.reset_required = false;
        let account = ctx.account().clone();
        rows::put_profile(ctx.tx_mut(), &account, &who, &profile)?;
        Ok(())
    }
}
