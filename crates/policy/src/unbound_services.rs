use crate::Policy;
use crate::condition::{Comparison, Condition, Quantifier};
use crate::principal_pattern::{PrincipalClause, PrincipalPattern};
use crate::public::{has_fixed_account, is_fixed};
use crate::statement::{Effect, Statement};

/// A service that a statement lets in, on whose behalf ever it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnboundService {
    /// The statement's `Sid`, or its position, counted from zero.
    pub statement: String,
    /// Such as `cloudtrail.amazonaws.com`.
    pub service: String,
}

/// The condition keys that name the account or organization of the policy's resource.
const OWN: &[&str] = &["${aws:resourceaccount}", "${aws:resourceorgid}"];

/// The services that a resource policy allows on anyone's behalf: other accounts can have them
/// write to the resource or use it (the confused deputy problem).
///
/// A condition on `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`
/// restricts them to known accounts. So does the ARN in an encryption context, except for CloudTrail, for
/// which AWS also requires the trail.
///
/// Source: IAM User Guide, "The confused deputy problem", Cross-service confused deputy prevention,
/// and "IAM policy validation check reference", Security Warning: Restrict access to service
/// principal; CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"; CloudWatch
/// Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
pub fn unbound_services(policy: &Policy) -> Vec<UnboundService> {
    let mut found = Vec::new();
    for (place, statement) in policy.statements.iter().enumerate() {
        let name = || statement.sid.clone().unwrap_or_else(|| place.to_string());
        for service in services(statement) {
            if !statement.conditions.iter().any(|condition| binds(condition, service)) {
                found.push(UnboundService { statement: name(), service: service.to_owned() });
            }
        }
    }
    found
}

fn services(statement: &Statement) -> impl Iterator<Item = &str> {
    let listed = match (&statement.principal, statement.effect) {
        (Some(PrincipalClause::Listed(list)), Effect::Allow) => list.as_slice(),
        _ => &[],
    };
    listed.iter().filter_map(|pattern| match pattern {
        PrincipalPattern::Service(name) => Some(name.as_str()),
        PrincipalPattern::Everyone
        | PrincipalPattern::Account(_)
        | PrincipalPattern::Arn(_)
        | PrincipalPattern::UniqueId(_)
        | PrincipalPattern::Federated(_)
        | PrincipalPattern::Canonical => None,
    })
}

fn binds(condition: &Condition, service: &str) -> bool {
    let operator = condition.operator;
    let compares = matches!(
        operator.comparison,
        Comparison::StringEquals
            | Comparison::StringEqualsIgnoreCase
            | Comparison::StringLike
            | Comparison::Arn
    );
    let demands = compares
        && !operator.negated
        && !operator.if_exists
        && operator.quantifier != Quantifier::All;
    let is_bound: fn(&str) -> bool = match condition.key.as_str() {
        "aws:sourcearn" => |value| is_fixed(value) || has_fixed_account(value),
        "aws:sourceaccount" | "aws:sourceorgid" => |value| is_fixed(value) || is_own(value),
        "aws:sourceorgpaths" => |value| value.split('/').next().is_some_and(is_fixed),
        key if is_context_arn(key) && service != "cloudtrail.amazonaws.com" => has_fixed_account,
        _ => return false,
    };
    demands && !condition.written.is_empty() && condition.written.iter().all(|v| is_bound(v))
}

fn is_own(value: &str) -> bool {
    OWN.iter().any(|own| own.eq_ignore_ascii_case(value))
}

fn is_context_arn(key: &str) -> bool {
    key.starts_with("kms:encryptioncontext:aws:") && key.ends_with(":arn")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grammar;

    /// The console reads the same cases.
    #[test]
    fn services_are_restricted_by_source() {
        let cases: serde_json::Value =
            serde_json::from_str(include_str!("unbound_services/cases.json")).unwrap();
        for case in cases.as_array().unwrap() {
            let mut statement = serde_json::json!({
                "Sid": "Only", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"
            });
            let members = statement.as_object_mut().unwrap();
            members.extend(case["statement"].as_object().unwrap().clone());
            let text = serde_json::json!({ "Version": "2012-10-17", "Statement": [statement] });
            let policy = Policy::stored(&text.to_string(), &Grammar::Resource).unwrap();
            let found = unbound_services(&policy);
            assert!(found.iter().all(|one| one.statement == "Only"), "{}", case["case"]);
            let found: Vec<_> = found.iter().map(|one| one.service.as_str()).collect();
            assert_eq!(serde_json::json!(found), case["services"], "{}", case["case"]);
        }
        assert!(cases.as_array().unwrap().len() > 20);
    }

    /// A statement without a name is called by its position.
    #[test]
    fn statements_are_named() {
        let text = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"},
            {"Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},"Action":"s3:*",
             "Resource":"*"}]}"#;
        let policy = Policy::stored(text, &Grammar::Resource).unwrap();
        let want = UnboundService {
            statement: "1".to_owned(),
            service: "config.amazonaws.com".to_owned(),
        };
        assert_eq!(unbound_services(&policy), [want]);
    }
}
