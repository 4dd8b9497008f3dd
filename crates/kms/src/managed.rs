//! AWS managed keys: `alias/aws/s3` and the like, created on first use.
//!
//! Source: KMS Developer Guide, "AWS managed keys". Their policies allow a service to use them for
//! its callers, and no principal to use them directly; the account may only view them.

use gateway::{Ctx, SealingTx};
use types::{AccountId, Region};

use crate::create::{self, Blueprint};
use crate::due;
use crate::error::KmsFailure;
use crate::id::{ALIAS_OF_AWS, KeyName, LocalName, Scope};
use crate::model::{ALIASES, Alias, Manager, Rotation, alias_place};
use crate::resolve::{self, Found, Target};

/// AWS rotates its keys every year.
const PERIOD_DAYS: u32 = 365;

/// A service with its own key.
struct Kind {
    service: &'static str,
    /// As in "protects my … when no other key is defined".
    protects: &'static str,
}

/// The services here that have AWS managed keys.
const KINDS: [Kind; 3] = [
    Kind { service: "s3", protects: "S3 objects" },
    Kind { service: "sns", protects: "SNS data" },
    Kind { service: "sqs", protects: "SQS messages" },
];

/// The aliases that exist in every account and region from the start.
pub(crate) fn aliases() -> impl Iterator<Item = String> {
    KINDS.iter().map(|kind| format!("{ALIAS_OF_AWS}{}", kind.service))
}

/// Creates the key if `name` is a predefined alias of the caller's account; it does not exist yet.
///
/// Observed: `DescribeKey(alias/aws/s3)` succeeds in a new account. On a snapshot the write fails,
/// and the whole call is repeated on the writer.
pub(crate) fn target(ctx: &mut Ctx<'_>, text: &str, scope: Scope) -> Result<Target, KmsFailure> {
    match resolve::target(ctx, text, scope)? {
        Target::Unmade(name) => Ok(Target::Found(Box::new(make(ctx, &name)?))),
        known @ (Target::Found(_) | Target::Hidden(_)) => Ok(known),
    }
}

fn make(ctx: &mut Ctx<'_>, name: &KeyName) -> Result<Found, KmsFailure> {
    let not_found = || name.not_found(ctx.region());
    let LocalName::Alias(alias) = &name.local else { return Err(not_found().into()) };
    let service = alias.strip_prefix(ALIAS_OF_AWS).unwrap_or_default();
    let kind = KINDS.iter().find(|kind| kind.service == service).ok_or_else(not_found)?;
    let blueprint = Blueprint {
        id: create::fresh_id(ctx, false)?,
        description: format!(
            "Default key that protects my {} when no other key is defined",
            kind.protects
        ),
        manager: Manager::Aws,
        multi_region: false,
        policy: policy_text(kind, ctx.account(), ctx.region()),
        tags: Vec::new(),
    };
    let mut key = create::create(ctx, blueprint)?;
    let now = ctx.now();
    key.rotation = Some(Rotation::every(PERIOD_DAYS, now));
    key.aliases.push(alias.clone());
    resolve::save(ctx, &mut key)?;
    let row = Alias { key_id: key.id.clone(), created: now, updated: now };
    let place = alias_place(&key.account, &key.region, alias);
    let SealingTx { tx, keyring, .. } = ctx.sealing_tx();
    ALIASES.put(tx, keyring, &place, &row)?;
    due::schedule_rotation(tx, keyring, &key)?;
    Ok(Found { arn: key.arn(), key, alias: Some(alias.clone()) })
}

/// Source: KMS Developer Guide, "Viewing a key policy", the policy of `aws/s3`.
fn policy_text(kind: &Kind, account: &AccountId, region: &Region) -> String {
    let (service, upper) = (kind.service, kind.service.to_uppercase());
    format!(
        r#"{{"Version":"2012-10-17","Id":"auto-{service}-2","Statement":[{{"Sid":"Allow access through {upper} for all principals in the account that are authorized to use {upper}","Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:CreateGrant","kms:DescribeKey"],"Resource":"*","Condition":{{"StringEquals":{{"kms:CallerAccount":"{account}","kms:ViaService":"{service}.{region}.amazonaws.com"}}}}}},{{"Sid":"Allow direct access to key metadata to the account","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":["kms:Describe*","kms:Get*","kms:List*","kms:RevokeGrant"],"Resource":"*"}}]}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every predefined key's policy is one that we accept ourselves.
    #[test]
    fn policies_of_managed_keys_are_key_policies() {
        let account = AccountId::parse("111122223333").unwrap();
        for kind in &KINDS {
            let text = policy_text(kind, &account, &Region::us_east_1());
            policy::Policy::parse(&text, &crate::key_policy::GRAMMAR).unwrap();
        }
    }
}
