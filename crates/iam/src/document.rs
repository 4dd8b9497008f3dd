//! Policy documents on their way in and out.

use gateway::Fault;
use policy::{Grammar, Policy};
use serde_json::Value;
use store::Tx;

use crate::error::{Fail, IamError};
use crate::principals;

/// Characters of a managed policy, white space not counted.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
pub(crate) const MANAGED_CHARS_MAX: usize = 6_144;
/// Characters of a trust policy, white space not counted.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
pub(crate) const TRUST_CHARS_MAX: usize = 2_048;

/// The form in which documents leave: percent-encoded JSON.
///
/// Source: IAM API Reference, "GetPolicyVersion": RFC 3986.
pub(crate) fn encoded(document: &str) -> String {
    wire::uri::encode(document)
}

/// Characters that count against a quota.
pub(crate) fn size(document: &str) -> usize {
    document.chars().filter(|letter| !letter.is_whitespace()).count()
}

/// Rejects documents that are not identity policies.
pub(crate) fn check_identity(document: &str) -> Result<(), IamError> {
    Policy::parse(document, &Grammar::Identity).map(drop).map_err(malformed)
}

/// Refuses a managed policy that breaks the grammar or the quota.
pub(crate) fn check_managed(document: &str) -> Result<(), IamError> {
    Policy::parse(document, &Grammar::Managed).map_err(malformed)?;
    if size(document) > MANAGED_CHARS_MAX {
        return Err(IamError::quota("PolicySize", MANAGED_CHARS_MAX));
    }
    Ok(())
}

/// A trust policy in its stored form: compact, users and roles by unique ID. Errors if it violates
/// the grammar or names a principal that does not exist.
pub(crate) fn stored_trust(tx: &Tx<'_>, document: &str) -> Result<String, Fail> {
    Policy::parse(document, &Grammar::Trust).map_err(malformed)?;
    if size(document) > TRUST_CHARS_MAX {
        return Err(IamError::quota("ACLSizePerRole", TRUST_CHARS_MAX).into());
    }
    let mut tree: Value = serde_json::from_str(document)
        .map_err(|cause| Fault::damaged("a policy document").because(cause))?;
    let mut unknown = None;
    map_principals(&mut tree, &mut |name| {
        let found = principals::unique_id(tx, name)?;
        if found.is_none() && unknown.is_none() {
            unknown = Some(name.to_owned());
        }
        Ok(found)
    })?;
    match unknown {
        Some(name) => {
            let message = format!("Invalid principal in policy: \"AWS\":\"{name}\"");
            Err(IamError::MalformedPolicyDocument(message).into())
        }
        None => Ok(tree.to_string()),
    }
}

/// A stored trust policy as it is shown: unique ids become present ARNs; those of deleted users
/// and roles stay.
pub(crate) fn shown_trust(tx: &Tx<'_>, stored: &str) -> Result<String, Fault> {
    let Ok(mut tree) = serde_json::from_str::<Value>(stored) else {
        return Ok(stored.to_owned());
    };
    map_principals(&mut tree, &mut |name| principals::present_arn(tx, name))?;
    Ok(tree.to_string())
}

/// Replaces the principals of the type `AWS` for which `map` returns another name.
fn map_principals(
    tree: &mut Value,
    map: &mut dyn FnMut(&str) -> Result<Option<String>, Fault>,
) -> Result<(), Fault> {
    let statements = match tree.get_mut("Statement") {
        Some(Value::Array(statements)) => statements.iter_mut().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    };
    for statement in statements {
        for element in ["Principal", "NotPrincipal"] {
            let names = statement.get_mut(element).and_then(|element| element.get_mut("AWS"));
            let names = match names {
                Some(Value::Array(names)) => names.iter_mut().collect(),
                Some(name) => vec![name],
                None => Vec::new(),
            };
            for name in names {
                if let Some(other) = name.as_str().map(&mut *map).transpose()?.flatten() {
                    *name = Value::from(other);
                }
            }
        }
    }
    Ok(())
}

fn malformed(error: policy::PolicyError) -> IamError {
    IamError::MalformedPolicyDocument(error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strings and lists, in both elements, in one statement or several.
    #[test]
    fn every_principal_is_mapped() {
        let mut tree: Value = serde_json::from_str(
            r#"{"Statement":[{"Principal":{"AWS":"a","Service":"a"}},
                {"NotPrincipal":{"AWS":["a","b"]}},{"Principal":"*"}]}"#,
        )
        .unwrap();
        map_principals(&mut tree, &mut |name| Ok((name == "a").then(|| "A".to_owned()))).unwrap();
        assert_eq!(
            tree.to_string(),
            r#"{"Statement":[{"Principal":{"AWS":"A","Service":"a"}},{"NotPrincipal":{"AWS":["A","b"]}},{"Principal":"*"}]}"#
        );
    }

    /// White space is free.
    #[test]
    fn white_space_does_not_count() {
        assert_eq!(size("{ \"a\" :\n\t1 }"), 7);
    }
}
