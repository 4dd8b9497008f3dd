//! Trust policies of roles.
//!
//! Source: IAM API Reference, "`CreateRole`"; IAM User Guide, "Editing trust relationships".

use super::{identity, shape};
use crate::PolicyError;
use crate::document::{Document, Fault};
use crate::json::Json;
use crate::principal_pattern::PrincipalPattern;

pub(super) fn read(json: &Json) -> Result<Document<'_>, PolicyError> {
    let document = shape(json, refusal)?;
    let statements = &document.statements;
    identity::operators(statements)?;
    identity::dates(statements)?;
    identity::sids(statements)?;
    for statement in statements {
        if statement.resource.is_some() {
            return Err(PolicyError::malformed("Has prohibited field Resource"));
        }
        if statement.action.as_ref().is_none_or(|action| action.values.is_empty()) {
            return Err(PolicyError::malformed("Missing required field Action"));
        }
        let Some(principal) = &statement.principal else {
            return Err(PolicyError::principal("Missing required field Principal"));
        };
        if principal.negated {
            return Err(PolicyError::malformed("Has prohibited field NotPrincipal"));
        }
        if principal.entries.is_empty() {
            let message = "Missing required field Principal cannot be empty!";
            return Err(PolicyError::principal(message));
        }
        for (kind, name) in &principal.entries {
            let known = *kind != "CanonicalUser";
            if !known || PrincipalPattern::parse(kind, name).is_none() {
                return Err(PolicyError::principal(invalid_principal(kind, name)));
            }
        }
    }
    identity::actions(statements)?;
    let mut actions = statements.iter().filter_map(|s| s.action.as_ref()).flat_map(|a| &a.values);
    let sts =
        |action: &str| action.get(..4).is_some_and(|vendor| vendor.eq_ignore_ascii_case("sts:"));
    if !actions.all(|action| *action == "*" || sts(action)) {
        let message = "AssumeRole policy may only specify STS AssumeRole actions.";
        return Err(PolicyError::malformed(message));
    }
    Ok(document)
}

/// Source: IAM User Guide, "Troubleshooting IAM roles".
pub(crate) fn invalid_principal(kind: &str, name: &str) -> String {
    let kind = if kind == "Service" { "SERVICE" } else { kind };
    format!("Invalid principal in policy: \"{kind}\":\"{name}\"")
}

pub(super) fn refusal(fault: &Fault) -> PolicyError {
    if let Fault::Principal { kind, name } = fault {
        return PolicyError::principal(invalid_principal(kind, name));
    }
    identity::refusal(fault)
}
