//! Key policies.
//!
//! Source: KMS Developer Guide, "Key policies in AWS KMS"; KMS API Reference, "`PutKeyPolicy`".
//! Observed: for anything but its principals, a refused document has an empty message.

use super::shape;
use crate::PolicyError;
use crate::condition::{Operator, Quantifier};
use crate::document::{Document, Fault, RawStatement};
use crate::json::Json;
use crate::principal_pattern::PrincipalPattern;

const INVALID_PRINCIPALS: &str = "Policy contains a statement with one or more invalid principals.";
const NO_PRINCIPAL: &str = "Policy contains a statement with no principal.";

/// A statement without `Action` or `Resource` is taken and has no effect.
pub(super) fn read(json: &Json) -> Result<Document<'_>, PolicyError> {
    let document = shape(json, refusal)?;
    for statement in &document.statements {
        principal(statement)?;
        quantifiers(statement)?;
    }
    Ok(document)
}

fn principal(statement: &RawStatement<'_>) -> Result<(), PolicyError> {
    let entries = statement.principal.as_ref().map(|p| p.entries.as_slice()).unwrap_or_default();
    if entries.is_empty() {
        return Err(PolicyError::principal(NO_PRINCIPAL));
    }
    let known = |(kind, name): &(&str, &str)| {
        matches!(*kind, "AWS" | "Service" | "Federated")
            && PrincipalPattern::parse(kind, name).is_some()
    };
    if entries.iter().all(known) { Ok(()) } else { Err(PolicyError::principal(INVALID_PRINCIPALS)) }
}

/// `ForAllValues:` holds for requests without the key, which is never meant for these.
///
/// Source: KMS Developer Guide, "Troubleshooting key access", `OverlyPermissiveCondition`.
/// Assumed: the wording behind the colon, and that a Deny may say it.
fn quantifiers(statement: &RawStatement<'_>) -> Result<(), PolicyError> {
    for condition in &statement.conditions {
        let for_all = Operator::parse(condition.operator)
            .is_some_and(|operator| operator.quantifier == Quantifier::All);
        let key = condition.key.to_ascii_lowercase();
        let listed =
            key.starts_with("kms:encryptioncontext:") || key.starts_with("aws:requesttag/");
        if statement.allow && for_all && listed {
            return Err(PolicyError::malformed(format!(
                "OverlyPermissiveCondition: Using the ForAllValues set operator with the \
                 single-valued condition key {} is overly permissive.",
                condition.key
            )));
        }
    }
    Ok(())
}

pub(super) fn refusal(fault: &Fault) -> PolicyError {
    if matches!(fault, Fault::Principal { .. } | Fault::Type("Principal")) {
        PolicyError::principal(INVALID_PRINCIPALS)
    } else {
        PolicyError::malformed("")
    }
}
