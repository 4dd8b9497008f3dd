//! Policies of topics, queues, and other resources.

use super::shape;
use crate::PolicyError;
use crate::document::{Document, Fault};
use crate::json::Json;
use crate::principal_pattern::PrincipalPattern;

/// Observed: AWS's own CloudFormation provider for topic policies answers a document that is none with
/// this text behind `Invalid parameter: `. Assumed: SNS answers every bad document so.
pub(super) const MESSAGE: &str = "Policy Error: null";

/// Source: SNS API Reference, "`SetTopicAttributes`".
const INVALID_PRINCIPAL: &str = "Policy Error: PrincipalNotFound";

pub(super) fn read(json: &Json) -> Result<Document<'_>, PolicyError> {
    let document = shape(json, refusal)?;
    for statement in &document.statements {
        let Some(principal) = &statement.principal else {
            return Err(refusal(&Fault::NoPrincipal));
        };
        let known = |(kind, name): &(&str, &str)| PrincipalPattern::parse(kind, name).is_some();
        if principal.entries.is_empty() || !principal.entries.iter().all(known) {
            return Err(PolicyError::principal(INVALID_PRINCIPAL));
        }
        if statement.action.is_none() || statement.resource.is_none() {
            return Err(PolicyError::malformed(MESSAGE));
        }
    }
    Ok(document)
}

pub(super) fn refusal(fault: &Fault) -> PolicyError {
    let is_principal = matches!(fault, Fault::Principal { .. });
    if is_principal {
        PolicyError::principal(INVALID_PRINCIPAL)
    } else {
        PolicyError::malformed(MESSAGE)
    }
}
