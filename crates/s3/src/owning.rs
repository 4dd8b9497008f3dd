//! The owner of an object where ACLs are enabled, and its effect on permissions.
//!
//! Source: S3 User Guide, "Controlling ownership of objects and disabling ACLs" and "How Amazon S3
//! authorizes a request": an object belongs to its writer; its owner's policies and its ACL decide
//! who reads it, and the bucket's policy can only deny.

use gateway::{Access, Ctx};
use policy::Grammar;
use serde_json::Value;
use types::AccountId;

use crate::model::{Bucket, Ownership, Version};
use crate::request::Request;

/// The canned ACL that hands an object over where the bucket's owner is preferred.
const FULL_CONTROL: &str = "bucket-owner-full-control";
/// The owner of an object decides on these. Deletion, tags and locks are the bucket owner's.
const OF_THE_OBJECT: [&str; 6] = [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAcl",
    "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
];

/// The future owner of what a request writes.
///
/// Assumed: S3 gives what services write to the bucket's owner. What anonymous callers write goes to
/// the bucket's owner here, also under ACLs, where S3 gives it to a canonical user of its own (S3 User
/// Guide, "Access control list (ACL) overview").
pub(crate) fn of_write(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> AccountId {
    let preferred = bucket.ownership == Some(Ownership::BucketOwnerPreferred);
    let handed_over = preferred && request.header("x-amz-acl").as_deref() == Some(FULL_CONTROL);
    match ctx.caller().principal.account() {
        Some(writer) if bucket.has_acls() && !handed_over => writer.clone(),
        Some(_) | None => bucket.owner.clone(),
    }
}

/// The owner of a version: with ACLs disabled, the bucket's owner.
pub(crate) fn of_version<'v>(bucket: &'v Bucket, version: &'v Version) -> &'v AccountId {
    if bucket.has_acls() { &version.owner } else { &bucket.owner }
}

/// A right to an object of another account than the bucket's owner: that account has to allow it,
/// or the object's ACL.
pub(crate) fn hand_to(ctx: &Ctx<'_>, bucket: &Bucket, owner: &AccountId, access: &mut Access) {
    if *owner == bucket.owner {
        return;
    }
    access.owner = Some(owner.clone());
    let denials = bucket.policy.as_deref().and_then(denials);
    let grammar = Grammar::Bucket { bucket: bucket.name.clone() };
    access.policy = denials.map(|text| ctx.resource_policy(&text, &grammar));
}

/// Whether the owner of the object decides about `action`.
pub(crate) fn decides(action: &str) -> bool {
    OF_THE_OBJECT.contains(&action)
}

/// The statements of a policy that do not allow; `None` if there are none. A policy that cannot be
/// parsed stays whole, because the compiler makes it deny everything.
fn denials(policy: &str) -> Option<String> {
    let mut parsed: Value = serde_json::from_str(policy).unwrap_or_default();
    let Some(all) = parsed.get_mut("Statement") else { return Some(policy.to_owned()) };
    let statements = all.as_array().cloned().unwrap_or_else(|| vec![all.clone()]);
    let allows = |statement: &Value| statement.get("Effect").is_some_and(|own| own == "Allow");
    let statements: Vec<_> = statements.into_iter().filter(|one| !allows(one)).collect();
    if statements.is_empty() {
        return None;
    }
    *all = Value::Array(statements);
    Some(parsed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What cannot be parsed stays, so that the policy's compiler denies.
    #[test]
    fn a_damaged_policy_stays_whole() {
        for text in ["", "{", "[]", r#"{"Version":"2012-10-17"}"#] {
            assert_eq!(denials(text).as_deref(), Some(text));
        }
        let odd = r#"{"Statement":[{"Effect":"deny"}]}"#;
        assert_eq!(denials(odd).as_deref(), Some(odd));
    }

    #[test]
    fn only_denials_of_a_policy_stay() {
        let policy =
            |statement: &str| format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let (allow, deny) = (r#"{"Effect":"Allow"}"#, r#"{"Effect":"Deny"}"#);
        assert_eq!(denials(&policy(allow)), None);
        assert_eq!(denials(&policy(&format!("[{allow}]"))), None);
        let want: Value = serde_json::from_str(&policy(&format!("[{deny}]"))).unwrap();
        for text in [policy(deny), policy(&format!("[{allow},{deny}]"))] {
            let got: Value = serde_json::from_str(&denials(&text).unwrap()).unwrap();
            assert_eq!(got, want);
        }
    }
}
