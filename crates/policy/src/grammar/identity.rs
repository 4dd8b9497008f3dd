//! Policies of identities, sessions and organizations: IAM's checks in IAM's order.
//!
//! Source: IAM API Reference, "`CreatePolicy`", error `MalformedPolicyDocument`.
//! Observed: the messages and their order.

use super::{Grammar, shape};
use crate::PolicyError;
use crate::condition::{Comparison, Operator, parse_date};
use crate::document::{Document, Element, Fault, RawStatement};
use crate::json::Json;

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";

/// The valid prefixes of an IAM resource's path.
const IAM_PATHS: &[&str] = &[
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

pub(super) fn read<'a>(grammar: &Grammar, json: &'a Json) -> Result<Document<'a>, PolicyError> {
    let document = shape(json, refusal)?;
    let statements = &document.statements;
    let principal_allowed = *grammar == Grammar::ResourceControl;
    if !principal_allowed && statements.iter().any(|s| s.principal.is_some()) {
        return Err(PolicyError::malformed("Policy document should not specify a principal."));
    }
    operators(statements)?;
    if *grammar == Grammar::Managed && !document.has_variables() {
        let message = "Policy document must be version 2012-10-17 or greater.";
        return Err(PolicyError::malformed(message));
    }
    dates(statements)?;
    let resource_fault = resources(statements)?;
    sids(statements)?;
    if statements.iter().any(|s| is_empty(s.action.as_ref())) {
        return Err(PolicyError::malformed("Policy statement must contain actions."));
    }
    if statements.iter().any(|s| is_empty(s.resource.as_ref())) {
        actions(statements)?;
        return Err(PolicyError::malformed("Policy statement must contain resources."));
    }
    if let Some(message) = resource_fault {
        return Err(PolicyError::malformed(message));
    }
    actions(statements)?;
    Ok(document)
}

pub(super) fn refusal(fault: &Fault) -> PolicyError {
    PolicyError::malformed(match fault {
        Fault::EffectCase(_) => LEGACY,
        Fault::NotObject
        | Fault::UnknownElement(_)
        | Fault::Version
        | Fault::Id
        | Fault::NoStatement
        | Fault::EmptyStatement
        | Fault::Statement
        | Fault::Sid
        | Fault::NoEffect
        | Fault::Effect(_)
        | Fault::Both(_)
        | Fault::Type(_)
        | Fault::Principal { .. }
        | Fault::NoPrincipal
        | Fault::Action(_)
        | Fault::Operator(_) => SYNTAX,
    })
}

/// Operators must exist.
pub(super) fn operators(statements: &[RawStatement<'_>]) -> Result<(), PolicyError> {
    let mut all = statements.iter().flat_map(|s| &s.conditions);
    match all.find(|condition| Operator::parse(condition.operator).is_none()) {
        Some(unknown) => Err(refusal(&Fault::Operator(unknown.operator.to_owned()))),
        None => Ok(()),
    }
}

/// Dates must be dates.
pub(super) fn dates(statements: &[RawStatement<'_>]) -> Result<(), PolicyError> {
    let readable = statements.iter().flat_map(|s| &s.conditions).all(|condition| {
        let operator = Operator::parse(condition.operator);
        let is_date = operator.is_some_and(|o| matches!(o.comparison, Comparison::Date(_)));
        !is_date || condition.values.iter().all(|value| parse_date(value).is_some())
    });
    if readable { Ok(()) } else { Err(PolicyError::malformed(LEGACY)) }
}

/// Statement IDs are alphanumeric and unique; empty ones do not count.
pub(super) fn sids(statements: &[RawStatement<'_>]) -> Result<(), PolicyError> {
    let mut seen = std::collections::BTreeSet::new();
    for sid in statements.iter().filter_map(|s| s.sid).filter(|sid| !sid.is_empty()) {
        if !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let message = "Statement IDs (SID) must be alpha-numeric. Check that your input \
                           satisfies the regular expression [0-9A-Za-z]*";
            return Err(PolicyError::malformed(message));
        }
        if !seen.insert(sid) {
            let message = "Statement IDs (SID) in a single policy must be unique.";
            return Err(PolicyError::malformed(message));
        }
    }
    Ok(())
}

pub(super) fn actions(statements: &[RawStatement<'_>]) -> Result<(), PolicyError> {
    let actions = statements.iter().filter_map(|s| s.action.as_ref()).flat_map(|a| &a.values);
    for action in actions.filter(|action| **action != "*") {
        let message = match action.split_once(':') {
            None => "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
                .to_owned(),
            Some((_, name)) if name.contains(':') => {
                "Actions/Condition can contain only one colon.".to_owned()
            }
            Some((vendor, _)) if !crate::action_pattern::is_vendor(vendor) => {
                format!("Vendor {vendor} is not valid")
            }
            Some(_) => continue,
        };
        return Err(PolicyError::malformed(message));
    }
    Ok(())
}

fn is_empty(element: Option<&Element<'_>>) -> bool {
    element.is_none_or(|element| element.values.is_empty())
}

/// Errors with faults that are reported at once; returns those that are reported after the other
/// checks.
///
/// Of several bad resources in one statement IAM names the one that sorts first.
fn resources(statements: &[RawStatement<'_>]) -> Result<Option<String>, PolicyError> {
    for element in statements.iter().filter_map(|s| s.resource.as_ref()) {
        let mut values = element.values.clone();
        values.sort_unstable();
        if let Some(message) = values.iter().find_map(|resource| resource_fault(resource)) {
            return Ok(Some(message));
        }
        if !values.iter().all(|resource| passes_legacy_parsing(resource)) {
            return Err(PolicyError::malformed(LEGACY));
        }
    }
    Ok(None)
}

fn resource_fault(resource: &str) -> Option<String> {
    if resource == "*" {
        return None;
    }
    let Some((_, rest)) = resource.split_once(':') else {
        return Some(format!("Resource {resource} must be in ARN format or \"*\"."));
    };
    let (partition, behind) = match rest.split_once(':') {
        Some((partition, behind)) => (partition, Some(behind)),
        None => (rest, None),
    };
    if partition != "aws" && partition != "*" {
        return Some(bad_partition(partition, behind.unwrap_or_default()));
    }
    let Some(behind) = behind else {
        let message = "Resource vendor must be fully qualified and cannot contain regexes.";
        return Some(message.to_owned());
    };
    let (vendor, behind) = behind.split_once(':').unwrap_or((behind, ""));
    let path = behind.splitn(3, ':').nth(2).unwrap_or_default();
    match vendor {
        "iam" if !behind.starts_with(':') => {
            Some(format!("IAM resource {resource} cannot contain region information."))
        }
        "s3" if !behind.starts_with(':') => {
            Some(format!("Resource {resource} can not contain region information."))
        }
        "iam" if path != "*" && !IAM_PATHS.iter().any(|known| path.starts_with(known)) => {
            let known = IAM_PATHS.join(", ");
            Some(format!("IAM resource path must either be \"*\" or start with {known}."))
        }
        _ => None,
    }
}

/// Parts that are missing are shown as `*`.
fn bad_partition(partition: &str, behind: &str) -> String {
    let mut parts = behind.splitn(4, ':');
    let first = parts.next().filter(|part| !part.is_empty() || behind.contains(':'));
    let [a, b, c, d] = [first, parts.next(), parts.next(), parts.next()].map(|p| p.unwrap_or("*"));
    format!(
        "Partition \"{partition}\" is not valid for resource \"arn:{partition}:{a}:{b}:{c}:{d}\"."
    )
}

fn passes_legacy_parsing(resource: &str) -> bool {
    let colons = resource.bytes().filter(|b| *b == b':').count();
    let vendor = resource.split(':').nth(2);
    resource == "*" || (colons >= 5 || !resource.contains("::")) && vendor != Some("")
}
