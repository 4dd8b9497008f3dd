//! Which responses calls received in a run of tests: `docs/errors.md` and `docs/tests.md` are made of it.
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

/// A call was answered: `ok`, `denied` by the policies, or `error` with status and code.
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
    write(&format!("{service} {operation} error {status} {code}"));
}

/// A test asked for the event of a call.
pub(crate) fn event(rows: &[&'static Row], event: &Value) {
    let (source, name) = (&event["eventSource"], &event["eventName"]);
    let specs = rows.iter().map(|row| row.spec);
    for spec in specs.filter(|s| source == s.service.event_source && name == s.event_name) {
        write(&format!("{} {} event", spec.service.name, spec.name));
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
