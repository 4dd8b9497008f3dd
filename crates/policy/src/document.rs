//! The shape of a policy: which elements there are and what types they have.
//!
//! The format is shared by all services; the grammars contain each service's additional
//! requirements and error messages.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language".

use crate::json::Json;

/// A parsed policy, not yet validated by its grammar.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// `None` counts as `2008-10-17`.
    pub(crate) version: Option<&'a str>,
    pub(crate) statements: Vec<RawStatement<'a>>,
}

#[derive(Debug)]
pub(crate) struct RawStatement<'a> {
    pub(crate) sid: Option<&'a str>,
    pub(crate) allow: bool,
    pub(crate) principal: Option<RawPrincipal<'a>>,
    pub(crate) action: Option<Element<'a>>,
    pub(crate) resource: Option<Element<'a>>,
    pub(crate) conditions: Vec<RawCondition<'a>>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub(crate) negated: bool,
    pub(crate) values: Vec<&'a str>,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug)]
pub(crate) struct RawPrincipal<'a> {
    pub(crate) negated: bool,
    /// Type and name; a bare `*` has the type `AWS`.
    pub(crate) entries: Vec<(&'a str, &'a str)>,
}

#[derive(Debug)]
pub(crate) struct RawCondition<'a> {
    pub(crate) operator: &'a str,
    pub(crate) key: &'a str,
    pub(crate) values: Vec<&'a str>,
}

/// The fault of a document's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The document is no object.
    NotObject,
    UnknownElement(String),
    /// Not one of the two versions.
    Version,
    Id,
    NoStatement,
    EmptyStatement,
    /// A statement that is no object.
    Statement,
    Sid,
    NoEffect,
    Effect(String),
    /// `allow` for `Allow`.
    EffectCase(String),
    /// Both the element and its negation.
    Both(&'static str),
    /// The element has a value of a type it cannot have.
    Type(&'static str),
    /// A principal of no known form.
    Principal {
        kind: String,
        name: String,
    },
    NoPrincipal,
    Action(String),
    Operator(String),
}

const VERSIONS: [&str; 2] = ["2008-10-17", "2012-10-17"];
const TOP: &[&str] = &["Version", "Id", "Statement"];
const IN_STATEMENT: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl<'a> Document<'a> {
    pub(crate) fn read(json: &'a Json) -> Result<Self, Fault> {
        let Json::Object(members) = json else { return Err(Fault::NotObject) };
        only_known(members, TOP)?;
        let version = match json.get("Version") {
            None => None,
            Some(value) => {
                Some(value.text().filter(|v| VERSIONS.contains(v)).ok_or(Fault::Version)?)
            }
        };
        optional_text(json, "Id", Fault::Id)?;
        let statements = json.get("Statement").ok_or(Fault::NoStatement)?.elements();
        if statements.is_empty() {
            return Err(Fault::EmptyStatement);
        }
        let statements = statements.iter().map(RawStatement::read).collect::<Result<_, _>>()?;
        Ok(Self { version, statements })
    }

    /// Whether `${…}` is substituted: only in documents of the newer version.
    ///
    /// Source: IAM User Guide, "IAM JSON policy elements: Version".
    pub(crate) fn has_variables(&self) -> bool {
        self.version == Some("2012-10-17")
    }
}

impl<'a> RawStatement<'a> {
    fn read(json: &'a Json) -> Result<Self, Fault> {
        let Json::Object(members) = json else { return Err(Fault::Statement) };
        only_known(members, IN_STATEMENT)?;
        Ok(Self {
            sid: optional_text(json, "Sid", Fault::Sid)?,
            allow: effect(json)?,
            principal: RawPrincipal::read(json)?,
            action: Element::read(json, "Action", "NotAction")?,
            resource: Element::read(json, "Resource", "NotResource")?,
            conditions: conditions(json)?,
        })
    }
}

impl<'a> Element<'a> {
    fn read(
        json: &'a Json,
        name: &'static str,
        negation: &'static str,
    ) -> Result<Option<Self>, Fault> {
        let (negated, value) = match (json.get(name), json.get(negation)) {
            (Some(_), Some(_)) => return Err(Fault::Both(name)),
            (Some(value), None) => (false, value),
            (None, Some(value)) => (true, value),
            (None, None) => return Ok(None),
        };
        let values = value.texts().ok_or(Fault::Type(name))?;
        Ok(Some(Self { negated, values }))
    }
}

impl<'a> RawPrincipal<'a> {
    fn read(json: &'a Json) -> Result<Option<Self>, Fault> {
        let (negated, value) = match (json.get("Principal"), json.get("NotPrincipal")) {
            (Some(_), Some(_)) => return Err(Fault::Both("Principal")),
            (Some(value), None) => (false, value),
            (None, Some(value)) => (true, value),
            (None, None) => return Ok(None),
        };
        let entries = match value {
            Json::Text(text) => vec![("AWS", text.as_str())],
            Json::Object(members) => {
                let mut entries = Vec::new();
                for (kind, names) in members {
                    let names = names.texts().ok_or(Fault::Type("Principal"))?;
                    entries.extend(names.into_iter().map(|name| (kind.as_str(), name)));
                }
                entries
            }
            Json::Null | Json::Scalar(_) | Json::List(_) => return Err(Fault::Type("Principal")),
        };
        // Only `*` is valid without a type; a bare ARN is not.
        if let (Json::Text(text), true) = (value, entries.iter().any(|(_, name)| *name != "*")) {
            return Err(Fault::Principal { kind: "AWS".to_owned(), name: text.clone() });
        }
        Ok(Some(Self { negated, entries }))
    }
}

fn only_known(members: &[(String, Json)], known: &[&str]) -> Result<(), Fault> {
    match members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Fault::UnknownElement(name.clone())),
        None => Ok(()),
    }
}

/// The member, if it is present; a fault if it is not a string.
fn optional_text<'a>(json: &'a Json, name: &str, fault: Fault) -> Result<Option<&'a str>, Fault> {
    json.get(name).map(|value| value.text().ok_or(fault)).transpose()
}

fn effect(json: &Json) -> Result<bool, Fault> {
    let value = json.get("Effect").ok_or(Fault::NoEffect)?;
    match value.text().ok_or(Fault::Type("Effect"))? {
        "Allow" => Ok(true),
        "Deny" => Ok(false),
        other if other.eq_ignore_ascii_case("allow") || other.eq_ignore_ascii_case("deny") => {
            Err(Fault::EffectCase(other.to_owned()))
        }
        other => Err(Fault::Effect(other.to_owned())),
    }
}

/// Operators without any key are skipped, regardless of their name.
fn conditions(json: &Json) -> Result<Vec<RawCondition<'_>>, Fault> {
    let Some(block) = json.get("Condition") else { return Ok(Vec::new()) };
    let Json::Object(operators) = block else { return Err(Fault::Type("Condition")) };
    let mut found = Vec::new();
    for (operator, keys) in operators {
        let Json::Object(keys) = keys else { return Err(Fault::Type("Condition")) };
        for (key, values) in keys {
            let values = values.values().ok_or(Fault::Type("Condition"))?;
            found.push(RawCondition { operator, key, values });
        }
    }
    Ok(found)
}
