//! What event history lists as the resources of an event: by service, several rows for one thing.
//!
//! Source: CLI examples of `lookup-events`. Assumed: AWS lists a thing under each name that people
//! search for; it does not publish the rule.

use serde_json::Value;

use crate::record::Resource;

/// Where events of a service name a thing, and of which type the thing is. The service states its
/// own places, in the order in which event history lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// A text of `requestParameters`, by its JSON pointer.
    Request(&'static str, &'static str),
    /// A text of `responseElements`, by its JSON pointer.
    Response(&'static str, &'static str),
    /// Each of `resources`, by its ARN, and again by the part of the ARN after a certain text.
    Listed {
        /// The type of those that state none.
        kind: &'static str,
        /// Such as `:key/`.
        id_after: &'static str,
    },
}

/// The parts of an event that name resources.
pub(super) struct Subject<'a> {
    pub(super) request: &'a Value,
    pub(super) response: &'a Value,
    pub(super) listed: &'a [Resource],
}

type Row = (Option<String>, String);

/// The rows, in the order of the names, each once; of a service without names the ARNs that the
/// event lists.
pub(super) fn rows(names: &[Name], subject: &Subject<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for name in names {
        match *name {
            Name::Request(pointer, kind) => named(&mut rows, subject.request, pointer, kind),
            Name::Response(pointer, kind) => named(&mut rows, subject.response, pointer, kind),
            Name::Listed { kind, id_after } => listed(&mut rows, subject.listed, kind, id_after),
        }
    }
    if rows.is_empty() {
        for thing in subject.listed {
            if let Some(arn) = &thing.arn {
                push(&mut rows, thing.kind.as_deref(), arn);
            }
        }
    }
    rows
}

fn named(rows: &mut Vec<Row>, object: &Value, pointer: &str, kind: &str) {
    if let Some(name) = object.pointer(pointer).and_then(Value::as_str) {
        push(rows, Some(kind), name);
    }
}

/// Observed: the type may be missing from the record.
fn listed(rows: &mut Vec<Row>, listed: &[Resource], kind: &str, id_after: &str) {
    for thing in listed {
        let Some(arn) = &thing.arn else { continue };
        let kind = thing.kind.as_deref().unwrap_or(kind);
        push(rows, Some(kind), arn);
        if let Some((_, id)) = arn.split_once(id_after) {
            push(rows, Some(kind), id);
        }
    }
}

fn push(rows: &mut Vec<Row>, kind: Option<&str>, name: &str) {
    let row = (kind.map(str::to_owned), name.to_owned());
    if !rows.contains(&row) {
        rows.push(row);
    }
}
