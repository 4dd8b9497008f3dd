use std::net::IpAddr;

use crate::Policy;
use crate::condition::{Comparison, Condition, Network, Quantifier};
use crate::principal_pattern::{PrincipalClause, PrincipalPattern};
use crate::statement::{Effect, Statement};

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
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Whether S3 calls a bucket policy public: some Allow is bound neither to fixed principals nor,
/// through a condition, to fixed values of a key that identifies callers.
///
/// What the policy denies does not count.
pub fn is_public(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| {
        statement.effect == Effect::Allow
            && has_open_principal(statement)
            && !statement.conditions.iter().any(binds)
    })
}

fn has_open_principal(statement: &Statement) -> bool {
    match &statement.principal {
        Some(PrincipalClause::Listed(list)) => list.contains(&PrincipalPattern::Everyone),
        Some(PrincipalClause::AllowUnlisted(_) | PrincipalClause::DenyUnlisted(_)) | None => true,
    }
}

fn binds(condition: &Condition) -> bool {
    let operator = condition.operator;
    let demands =
        !operator.negated && !operator.if_exists && operator.quantifier != Quantifier::All;
    let values = &condition.written;
    if !demands || values.is_empty() {
        return false;
    }
    match operator.comparison {
        Comparison::Ip => {
            condition.key == "aws:sourceip" && values.iter().all(|value| is_narrow(value))
        }
        Comparison::StringEquals
        | Comparison::StringEqualsIgnoreCase
        | Comparison::StringLike
        | Comparison::Arn => {
            if condition.key == "s3:dataaccesspointarn" {
                return values.iter().all(|value| has_fixed_account(value));
            }
            let key = condition.key.as_str();
            BINDING_KEYS.contains(&key) && values.iter().all(|value| is_fixed(value))
        }
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

/// An access point's name may be a wildcard as long as its account is fixed.
pub(crate) fn has_fixed_account(arn: &str) -> bool {
    arn.split(':').nth(4).is_some_and(|account| !account.is_empty() && is_fixed(account))
}

/// Blocks wider than /8, or /32 of IPv6, are as good as everybody.
fn is_narrow(value: &str) -> bool {
    Network::parse(value).is_some_and(|network| match network.address {
        IpAddr::V4(_) => network.prefix >= 8,
        IpAddr::V6(_) => network.prefix >= 32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grammar;

    fn check(members: &str, want: bool) {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":"*",{members}}}]}}"#
        );
        let policy = Policy::stored(&text, &Grammar::Resource).unwrap();
        assert_eq!(is_public(&policy), want, "{members}");
    }

    /// Fixed principals are never the public; everyone is.
    #[test]
    fn principals_make_a_policy_public() {
        check(r#""Principal":"*""#, true);
        check(r#""Principal":{"AWS":["111122223333","*"]}"#, true);
        check(r#""NotPrincipal":{"AWS":"111122223333"}"#, true);
        check(r#""Principal":{"AWS":"111122223333"}"#, false);
        check(r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, false);
    }

    /// Fixed values of certain keys bind everyone to someone.
    #[test]
    fn conditions_make_a_policy_private() {
        let when = |condition: &str, want: bool| {
            check(&format!(r#""Principal":"*","Condition":{{{condition}}}"#), want);
        };
        when(r#""StringEquals":{"aws:SourceVpce":"vpce-1"}"#, false);
        when(r#""StringEquals":{"AWS:SourceAccount":["111122223333","444455556666"]}"#, false);
        when(r#""StringLike":{"aws:SourceVpc":"vpc-*"}"#, true);
        when(r#""StringEquals":{"aws:SourceVpc":"${aws:username}"}"#, true);
        when(r#""StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}"#, true);
        when(r#""ForAllValues:StringEquals":{"aws:SourceVpc":"vpc-1"}"#, true);
        when(r#""StringNotEquals":{"aws:SourceVpc":"vpc-1"}"#, true);
        when(r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:t"}"#, false);
        when(r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:t"}"#, true);
        when(r#""StringLike":{"aws:userid":"AROAROLEROLEROLEROLE1:*"}"#, true);
        when(r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#, false);
        when(r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}"#, false);
        when(r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/1"]}"#, true);
        when(r#""IpAddress":{"aws:SourceIp":"2001::/16"}"#, true);
        when(r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, true);
        when(
            r#""ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:111122223333:accesspoint/*"}"#,
            false,
        );
        when(r#""ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:*:accesspoint/*"}"#, true);
        when(r#""Bool":{"aws:SecureTransport":"true"}"#, true);
        when(
            r#""Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:SourceVpc":"vpc-1"}"#,
            false,
        );
    }

    /// A Deny opens nothing and closes nothing.
    #[test]
    fn denies_do_not_count() {
        let text = r#"{"Statement":[
            {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"},
            {"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}]}"#;
        assert!(!is_public(&Policy::stored(text, &Grammar::Resource).unwrap()));
        let open = text.replace(r#"{"AWS":"111122223333"}"#, "\"*\"");
        assert!(is_public(&Policy::stored(&open, &Grammar::Resource).unwrap()));
    }
}
