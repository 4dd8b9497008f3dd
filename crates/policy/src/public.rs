use crate::Policy;
use crate::condition::{Comparison, Condition};
use crate::principal_pattern::{PrincipalClause, PrincipalPattern};
use crate::statement::{Effect, Statement};

mod addresses;

/// The condition keys that bind an Allow to known callers, in lower case.
///
/// Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", The meaning of
/// "public".
/// Assumed: which keys of the principal count besides `aws:PrincipalOrgID`.
const BINDING_KEYS: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Whether S3 considers a bucket policy public: some Allow is restricted neither to fixed
/// principals nor, by a condition, to fixed values of a key that identifies callers. A fixed value
/// has neither a wildcard nor a variable.
///
/// Denied actions do not count.
pub fn is_public(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| {
        statement.effect == Effect::Allow
            && has_open_principal(statement)
            && !statement.conditions.iter().any(binds)
    })
}

fn has_open_principal(statement: &Statement) -> bool {
    match &statement.principal {
        Some(PrincipalClause::Listed(list)) => list.iter().any(is_open),
        Some(PrincipalClause::AllowUnlisted(_) | PrincipalClause::DenyUnlisted(_)) | None => true,
    }
}

/// Everyone; and everyone with an account at a provider, which is the guide's first example of a
/// public policy.
///
/// Assumed: providers that have an ARN in IAM are no better.
fn is_open(pattern: &PrincipalPattern) -> bool {
    matches!(pattern, PrincipalPattern::Everyone | PrincipalPattern::Federated(_))
}

fn binds(condition: &Condition) -> bool {
    let values = &condition.written;
    if !condition.demands_a_value() || values.is_empty() {
        return false;
    }
    let all = |is_bound: fn(&str) -> bool| values.iter().all(|value| is_bound(value));
    match condition.operator.comparison {
        Comparison::Ip => condition.key == "aws:sourceip" && addresses::are_narrow(values),
        Comparison::StringEquals
        | Comparison::StringEqualsIgnoreCase
        | Comparison::StringLike
        | Comparison::Arn => match condition.key.as_str() {
            "s3:dataaccesspointarn" => all(has_fixed_account),
            "aws:userid" => all(is_one_callers_id),
            key => BINDING_KEYS.contains(&key) && all(is_fixed),
        },
        Comparison::Numeric(_)
        | Comparison::Date(_)
        | Comparison::Bool
        | Comparison::Binary
        | Comparison::Null => false,
    }
}

/// Neither a wildcard nor a variable.
pub(crate) fn is_fixed(value: &str) -> bool {
    !value.contains(['*', '?']) && !value.contains("${")
}

/// A fixed user ID, "outside the pattern `AROLEID:*`". The user ID of unsigned requests is shared
/// by everyone.
///
/// Source: S3 User Guide, as above.
/// Assumed: the id of a role's session lies in the pattern also if the session's name is fixed,
/// because the caller who assumes the role chooses the name.
fn is_one_callers_id(value: &str) -> bool {
    let of_a_session = value.starts_with("AROA") && value.contains(':');
    is_fixed(value) && !of_a_session && !value.eq_ignore_ascii_case("anonymous")
}

/// An access point's name may be a wildcard as long as its account is fixed.
pub(crate) fn has_fixed_account(arn: &str) -> bool {
    arn.split(':').nth(4).is_some_and(|account| !account.is_empty() && is_fixed(account))
}

#[cfg(test)]
mod tests;
