//! Key policies: validation, storage, and output.

use gateway::Ctx;
use policy::{Context, Grammar, Policy, PolicyError, PolicyErrorKind, ResourceRule};
use types::{AccountId, Arn};

use crate::error::{KmsError, KmsFailure};
use crate::{condition_keys, json_text};

/// How key policies are written.
pub(crate) const GRAMMAR: Grammar = Grammar::Kms;
/// The only name a key policy can have.
pub(crate) const NAME: &str = "default";

/// The policy of a key that was created without one.
///
/// Observed: the response to `ReplicateKey`.
pub(crate) fn default_text(account: &AccountId) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Id":"key-default-1","Statement":[{{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
    )
}

/// A policy that a key is to get.
#[derive(Debug)]
pub(crate) struct Proposal<'a> {
    pub(crate) text: &'a str,
    /// The key, existing or not yet.
    pub(crate) arn: &'a Arn,
    /// The condition keys that the key brings along.
    pub(crate) context: Context,
    /// Whether the caller waives the check that they can still change the policy.
    pub(crate) bypass_lockout_check: bool,
}

/// Checks a policy; returns it as it is stored, with unique ids in place of users and roles.
///
/// Observed: the messages about principals and the lockout.
pub(crate) fn accept(ctx: &mut Ctx<'_>, proposal: Proposal<'_>) -> Result<String, KmsFailure> {
    Policy::parse(proposal.text, &GRAMMAR).map_err(|error| refusal(&error))?;
    let (port, mut trouble) = (ctx.identities(), None);
    let mapped = policy::map_principals(proposal.text, &mut |kind, name| {
        if kind == "CanonicalUser" {
            // Only S3 can resolve it.
            return None;
        }
        (port.unique_id)(ctx.tx(), name).unwrap_or_else(|error| {
            trouble = Some(error);
            None
        })
    });
    if let Some(error) = trouble {
        return Err(error.into());
    }
    let Ok(stored) = mapped else {
        let text = "Policy contains a statement with one or more invalid principals.";
        return Err(KmsError::MalformedPolicy(text.to_owned()).into());
    };
    if !proposal.bypass_lockout_check {
        refuse_lockout(ctx, &stored, proposal.arn, proposal.context)?;
    }
    Ok(stored)
}

/// Source: KMS API Reference, `PutKeyPolicy`, `BypassPolicyLockoutSafetyCheck`: the caller that
/// sets a policy must be able to set the next one.
fn refuse_lockout(
    ctx: &mut Ctx<'_>,
    stored: &str,
    arn: &Arn,
    mut context: Context,
) -> Result<(), KmsFailure> {
    condition_keys::add_caller(ctx, &mut context);
    let need = gateway::Access {
        owner: AccountId::parse(arn.account()),
        policy: Some(ctx.resource_policy(stored, &GRAMMAR)),
        rule: ResourceRule::KeyPolicy,
        context,
        ..gateway::Access::by_identity("kms:PutKeyPolicy", arn.as_str())
    };
    if gateway::allows(ctx, need)? {
        return Ok(());
    }
    let text = "The new key policy will not allow you to update the key policy in the future.";
    Err(KmsError::MalformedPolicy(text.to_owned()).into())
}

fn refusal(error: &PolicyError) -> KmsError {
    let text = error.message.clone();
    match error.kind {
        PolicyErrorKind::TooLarge => KmsError::LimitExceeded(text),
        PolicyErrorKind::NotJson
        | PolicyErrorKind::Malformed
        | PolicyErrorKind::InvalidPrincipal => KmsError::MalformedPolicy(text),
    }
}

/// A stored policy as clients receive it: current ARNs, and the bare ID of deleted principals.
///
/// Observed: the text is indented, with members in their original order.
pub(crate) fn show(ctx: &Ctx<'_>, stored: &str) -> Result<String, KmsFailure> {
    let (port, mut trouble) = (ctx.identities(), None);
    let shown = policy::map_principals(stored, &mut |_, name| {
        let arn = (port.arn)(ctx.tx(), name).unwrap_or_else(|error| {
            trouble = Some(error);
            None
        });
        Some(arn.unwrap_or_else(|| name.to_owned()))
    });
    if let Some(error) = trouble {
        return Err(error.into());
    }
    Ok(json_text::indented(shown.as_deref().unwrap_or(stored)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The default policy is one that we accept ourselves.
    #[test]
    fn the_default_policy_is_a_key_policy() {
        let account = AccountId::parse("111122223333").unwrap();
        let policy = Policy::parse(&default_text(&account), &GRAMMAR).unwrap();
        let names: Vec<_> = policy.principals().collect();
        assert_eq!(names, ["arn:aws:iam::111122223333:root"]);
    }
}
