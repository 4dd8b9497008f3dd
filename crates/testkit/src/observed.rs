//! Which responses calls received in a run of tests, and which fields their events have:
//! `docs/errors.md`, `docs/tests.md` and `docs/records.md` are made of it.
//!
//! The file that the variable [`VARIABLE`] names takes one line for each thing that was seen, in
//! any order: the tests' package, the service, the operation, and what was seen of it. Without
//! the variable nothing is written.

use std::collections::BTreeSet;
use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use gateway::{Identified, Row};
use serde_json::Value;

use crate::Answered;

/// Names the file.
const VARIABLE: &str = "OBSERVED_CALLS";

/// What this process has written already.
static WRITTEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The service and the operation of a request; a Query request names it in its body.
pub(crate) fn operation(identified: &Identified, body: &[u8]) -> Option<(String, String)> {
    let action = || {
        let body = std::str::from_utf8(body).ok()?;
        let mut parameters = body.split('&').filter_map(|pair| pair.split_once('='));
        parameters.find(|(name, _)| *name == "Action").map(|(_, action)| action)
    };
    let operation = identified.operation().or_else(action)?;
    Some((identified.service().name.to_owned(), operation.to_owned()))
}

/// A call was answered: `ok`, `denied` by the policies, or `error` with status, code, and the line
/// that made it.
pub(crate) fn call((service, operation): &(String, String), answered: &Answered) {
    // A browser's form may name the page to go to after a success.
    if answered.status < 300 || answered.status == 303 {
        return write(&format!("{service} {operation} ok"));
    }
    let (status, mut code, text) = answered.error();
    if code.is_empty() {
        // Some answers have no body.
        code = status.to_string();
    }
    let denial = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];
    let by_policy = text.contains("is not authorized to perform") || text == "Access Denied";
    if denial.contains(&code.as_str()) && by_policy {
        return write(&format!("{service} {operation} denied"));
    }
    let made_at = answered.made_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    write(&format!("{service} {operation} error {status} {code} {made_at}"));
}

/// A test asked for the event of a call, or of a service.
pub(crate) fn event(rows: &[&'static Row], event: &Value) {
    let (source, name) = (&event["eventSource"], &event["eventName"]);
    let specs = rows.iter().map(|row| row.spec);
    let mut of = Vec::new();
    for spec in specs.filter(|s| source == s.service.event_source && name == s.event_name) {
        write(&format!("{} {} event", spec.service.name, spec.name));
        of.push(format!("{} {}", spec.service.name, spec.name));
    }
    if of.is_empty() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let source = text(source);
        let service = source.split('.').next().unwrap_or_default();
        of.push(format!("{service} {}", text(name)));
    }
    let mut paths = BTreeSet::new();
    fields("", event, &mut paths);
    // Names that clients choose may have spaces.
    for path in paths.iter().filter(|path| !path.contains(char::is_whitespace)) {
        for of in &of {
            write(&format!("{of} field {path}"));
        }
    }
}

/// The paths of a record's fields: of what differs from operation to operation, the members only.
fn fields(path: &str, value: &Value, into: &mut BTreeSet<String>) {
    const VARYING: [&str; 4] =
        ["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"];
    let is_member = path.split_once('.').is_some_and(|(root, _)| VARYING.contains(&root));
    match value {
        Value::Object(members) if !is_member && !members.is_empty() => {
            for (name, value) in members {
                let separator = if path.is_empty() { "" } else { "." };
                fields(&format!("{path}{separator}{name}"), value, into);
            }
        }
        Value::Array(items) if !is_member && !items.is_empty() => {
            for item in items {
                fields(&format!("{path}[]"), item, into);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => {
            into.insert(path.to_owned());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no Config")]
fn write(line: &str) {
    let Ok(path) = env::var(VARIABLE) else { return };
    let package = env::var("CARGO_PKG_NAME").unwrap_or_default();
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    if !written.insert(line.to_owned()) {
        return;
    }
    // Lines that are appended at once stay whole with several writers.
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the file opens");
    file.write_all(format!("{package} {line}\n").as_bytes()).expect("the file takes a line");
}
