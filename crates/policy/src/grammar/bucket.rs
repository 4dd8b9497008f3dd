//! Bucket policies.
//!
//! Source: S3 API Reference, "`PutBucketPolicy`"; S3 User Guide, "Policies and permissions in Amazon
//! S3".
//! Observed: the messages for texts that are no JSON, and for a missing `Statement`.
//! Assumed: the order of the checks.

use super::bucket_actions::{Actions, Level};
use super::bucket_keys::{Carriers, carriers};
use super::shape;
use crate::PolicyError;
use crate::action_pattern::ActionPattern;
use crate::condition::Operator;
use crate::document::{Document, Element, Fault, RawStatement};
use crate::glob::Glob;
use crate::json::Json;
use crate::principal_pattern::PrincipalPattern;

const SYNTAX: &str = "Invalid policy syntax.";
const RESOURCE: &str = "Policy has invalid resource";
const ACTION: &str = "Policy has invalid action";

pub(super) fn read<'a>(bucket: &str, json: &'a Json) -> Result<Document<'a>, PolicyError> {
    let document = shape(json, refusal)?;
    let known = Actions::all();
    for statement in &document.statements {
        principals(statement)?;
        let actions = actions(statement, &known)?;
        let resources = resources(bucket, statement)?;
        conditions(statement)?;
        combinations(statement, &known, &actions, &resources)?;
    }
    Ok(document)
}

fn missing(element: &str) -> PolicyError {
    PolicyError::malformed(format!("Missing required field {element}"))
}

fn empty(element: &str) -> PolicyError {
    PolicyError::malformed(format!("Missing required field {element} cannot be empty!"))
}

fn principals(statement: &RawStatement<'_>) -> Result<(), PolicyError> {
    let Some(principal) = &statement.principal else {
        return Err(refusal(&Fault::NoPrincipal));
    };
    if principal.entries.is_empty() {
        return Err(empty("Principal"));
    }
    let known = |(kind, name): &(&str, &str)| PrincipalPattern::parse(kind, name).is_some();
    match principal.entries.iter().find(|entry| !known(entry)) {
        Some((kind, name)) => {
            let (kind, name) = ((*kind).to_owned(), (*name).to_owned());
            Err(refusal(&Fault::Principal { kind, name }))
        }
        None => Ok(()),
    }
}

fn values<'s, 'a>(
    element: Option<&'s Element<'a>>,
    name: &str,
) -> Result<&'s [&'a str], PolicyError> {
    let values = &element.ok_or_else(|| missing(name))?.values;
    if values.is_empty() { Err(empty(name)) } else { Ok(values) }
}

/// Every action must be one that S3 has.
fn actions(
    statement: &RawStatement<'_>,
    known: &Actions,
) -> Result<Vec<ActionPattern>, PolicyError> {
    let pattern = |text: &&str| {
        ActionPattern::parse(text)
            .filter(|pattern| known.covered(pattern).next().is_some())
            .ok_or_else(|| PolicyError::malformed(ACTION))
    };
    values(statement.action.as_ref(), "Action")?.iter().map(pattern).collect()
}

/// The possible meanings of a resource pattern.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    bucket: bool,
    objects: bool,
}

impl Meaning {
    fn fits(self, level: Level) -> bool {
        match level {
            Level::Bucket => self.bucket,
            Level::Object => self.objects,
            Level::Account => false,
        }
    }
}

/// Every resource must be this bucket or in it; `*` is neither.
fn resources(bucket: &str, statement: &RawStatement<'_>) -> Result<Vec<Meaning>, PolicyError> {
    let meaning = |text: &&str| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let &["arn", "aws" | "aws-cn" | "aws-us-gov", "s3", "", "", path] = parts.as_slice() else {
            return Err(PolicyError::malformed(RESOURCE));
        };
        let (name, key) = path.split_once('/').map_or((path, None), |(b, key)| (b, Some(key)));
        if !Glob::parse(name).matches(bucket) {
            return Err(PolicyError::malformed(RESOURCE));
        }
        // A star in the name runs past the slash.
        let objects = key.is_some() || name.contains('*');
        Ok(Meaning { bucket: key.is_none(), objects })
    };
    values(statement.resource.as_ref(), "Resource")?.iter().map(meaning).collect()
}

fn conditions(statement: &RawStatement<'_>) -> Result<(), PolicyError> {
    for condition in &statement.conditions {
        if Operator::parse(condition.operator).is_none() {
            return Err(refusal(&Fault::Operator(condition.operator.to_owned())));
        }
        if carriers(condition.key).is_none() {
            return Err(PolicyError::malformed("Policy has an invalid condition key"));
        }
    }
    Ok(())
}

/// Each action must apply to a resource, and be able to carry each condition key.
///
/// Negated elements match everything else, so they cannot be checked.
fn combinations(
    statement: &RawStatement<'_>,
    known: &Actions,
    actions: &[ActionPattern],
    resources: &[Meaning],
) -> Result<(), PolicyError> {
    let negated = |element: &Option<Element<'_>>| element.as_ref().is_some_and(|e| e.negated);
    if negated(&statement.action) || negated(&statement.resource) {
        return Ok(());
    }
    let mut keys: Vec<Carriers> = Vec::new();
    for carriers in statement.conditions.iter().filter_map(|c| carriers(c.key)) {
        // There are few different lists of carriers, however many keys there are.
        if !keys.contains(&carriers) {
            keys.push(carriers);
        }
    }
    for action in actions {
        let applying: Vec<&str> = known
            .covered(action)
            .filter(|(level, _)| resources.iter().any(|meaning| meaning.fits(*level)))
            .map(|(_, name)| name)
            .collect();
        if applying.is_empty() {
            let message = "Action does not apply to any resource(s) in statement";
            return Err(PolicyError::malformed(message));
        }
        let carried = |carriers: &Carriers| match carriers {
            Carriers::Any => true,
            Carriers::Only(names) => applying.iter().any(|name| names.contains(name)),
        };
        if !keys.iter().all(carried) {
            let message =
                "Conditions do not apply to combination of actions and resources in statement";
            return Err(PolicyError::malformed(message));
        }
    }
    Ok(())
}

pub(super) fn refusal(fault: &Fault) -> PolicyError {
    match fault {
        Fault::Principal { .. } => PolicyError::principal("Invalid principal in policy"),
        Fault::NoPrincipal => missing("Principal"),
        Fault::NoStatement => missing("Statement"),
        Fault::NoEffect => missing("Effect"),
        Fault::UnknownElement(name) => PolicyError::malformed(format!("Unknown field {name}")),
        Fault::Version => PolicyError::malformed("The policy must contain a valid version string"),
        Fault::EmptyStatement => {
            PolicyError::malformed("Could not parse the policy: Statement is empty!")
        }
        Fault::Effect(text) | Fault::EffectCase(text) => {
            PolicyError::malformed(format!("Invalid effect: {text}"))
        }
        Fault::Action(_) => PolicyError::malformed(ACTION),
        Fault::Operator(name) => PolicyError::malformed(format!("Invalid Condition type : {name}")),
        Fault::NotObject
        | Fault::Id
        | Fault::Statement
        | Fault::Sid
        | Fault::Both(_)
        | Fault::Type(_) => PolicyError::malformed(SYNTAX),
    }
}
