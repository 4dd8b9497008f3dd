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
/// Observed: awsdocs/aws-kms-developer-guide, pull request 47, for a policy with `aws:ResourceTag`.
/// Assumed: KMS names the three whichever of them is used.
const NOT_PERMITTED: &str = "These condition keys are not permitted in a key policy: \
                             aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";

const OPEN_CONTEXT: &str = "OverlyPermissiveCondition:EncryptionContext: Using the ForAllValues \
                            set operator with a single-valued condition key matches requests \
                            without the specified encryption context or with an unspecified \
                            encryption context. To fix, remove ForAllValues.";
const OPEN_TAG: &str = "OverlyPermissiveCondition:RequestTag: Using the ForAllValues set operator \
                        with a single-valued condition key matches requests without the \
                        specified tag or with an unspecified tag. To fix, remove ForAllValues.";

/// A statement without `Action` or `Resource` is accepted and has no effect.
pub(super) fn read(json: &Json) -> Result<Document<'_>, PolicyError> {
    let document = shape(json, refusal)?;
    for statement in &document.statements {
        principal(statement)?;
        keys(statement)?;
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

/// A condition on the key's own tags and aliases is meaningless in the policy of that single key.
///
/// Source: KMS Developer Guide, "AWS KMS condition keys": `kms:ResourceAliases` is for IAM policies
/// only; "AWS global condition keys".
fn keys(statement: &RawStatement<'_>) -> Result<(), PolicyError> {
    let refused = |key: &str| {
        let key = key.to_ascii_lowercase();
        let name = key.split('/').next().unwrap_or_default();
        matches!(name, "aws:resourcetag" | "kms:resourcetag" | "kms:resourcealiases")
    };
    if statement.conditions.iter().any(|condition| refused(condition.key)) {
        return Err(PolicyError::malformed(NOT_PERMITTED));
    }
    Ok(())
}

/// `ForAllValues:` also matches requests without the key, which is never intended here.
///
/// Source: KMS Developer Guide, "kms:EncryptionContext:context-key" and "Troubleshooting key
/// access".
/// Assumed: the wording for `aws:RequestTag`, and that a Deny may say it.
fn quantifiers(statement: &RawStatement<'_>) -> Result<(), PolicyError> {
    for condition in &statement.conditions {
        let for_all = Operator::parse(condition.operator)
            .is_some_and(|operator| operator.quantifier == Quantifier::All);
        if !statement.allow || !for_all {
            continue;
        }
        let key = condition.key.to_ascii_lowercase();
        if key.starts_with("kms:encryptioncontext:") {
            return Err(PolicyError::malformed(OPEN_CONTEXT));
        }
        if key.starts_with("aws:requesttag/") {
            return Err(PolicyError::malformed(OPEN_TAG));
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
