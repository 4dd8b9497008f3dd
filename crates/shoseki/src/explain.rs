//! `shoseki explain`: shows why a request was denied, or why a trail's files are pending.

mod openings;

use clap::Args;
use serde_json::{Value, json};

use crate::client::{Call, CallError, Client};
use crate::exit::{Exit, Trouble};
use crate::out::Out;
use crate::reach::Reach;
use crate::serve::runtime;

/// Requests are signed for a region, but neither operation depends on it.
const REGION: &str = "us-east-1";
/// The code for a request that was not denied, or whose denial is no longer on record.
const NOT_ON_RECORD: &str = "ResourceNotFoundException";

/// The flags of `explain`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// A request that was denied within the last day: the `requestID` of its event.
    #[arg(required_unless_present = "deliveries")]
    request_id: Option<String>,
    /// Explains why log files of any trail are pending.
    #[arg(long, conflicts_with = "request_id")]
    deliveries: bool,
    #[command(flatten)]
    reach: Reach,
    /// Prints the responses unchanged, one JSON document per line.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  shoseki explain 7e8f26fc-1800-4527-9b94-ddf84cb024e5
  shoseki explain --deliveries --data-dir /srv/shoseki

With --deliveries it also warns about policies of the trails' buckets and keys that allow
a service on anyone's behalf. Exit code 1 means that something was denied.";

/// Runs the verb.
pub(crate) fn run(verb: &Explain) -> Result<Exit, Trouble> {
    let runtime = runtime()?;
    let client = verb.reach.client(&runtime, REGION)?;
    let out = Out::new(verb.json);
    match &verb.request_id {
        Some(id) => match explain(&client, out, id) {
            // A denial was requested, but none is on record.
            Err(error) if error.code() == NOT_ON_RECORD => Err(Trouble::new(
                Exit::Findings,
                format_args!(
                    "no denial of the request `{id}` is on record: no policy denied it, it is \
                     older than a day, or the ID is not the `requestID` of an event of this \
                     server"
                ),
            )),
            explained => Ok(explained.map(|()| Exit::Findings)?),
        },
        None => deliveries(&client, out),
    }
}

fn deliveries(client: &Client, out: Out) -> Result<Exit, Trouble> {
    let answer = query(client, "DescribeDeliveries", &json!({}))?;
    out.value(&answer);
    let mut exit = Exit::Done;
    for trail in list(&answer, "Deliveries") {
        for queue in list(trail, "Queues") {
            let error = text(queue, "Error");
            let (bucket, folder) = (text(queue, "Bucket"), text(queue, "Folder"));
            let waiting = match number(queue, "Files") {
                1 => "1 file pending".to_owned(),
                files => format!("{files} files pending"),
            };
            let name = text(trail, "Name");
            out.text(&format!("{name}: {waiting} for {bucket}/{folder} {error}"));
            if let Some(id) = queue.get("RequestId").and_then(Value::as_str) {
                match explain(client, out, id) {
                    Err(error) if error.code() == NOT_ON_RECORD => {
                        out.text("  no policy denied it: check the key and the bucket");
                    }
                    explained => explained?,
                }
                exit = Exit::Findings;
            }
        }
        let losses = list(trail, "Losses").count();
        if losses > 0 {
            out.text(&format!("{}: {losses} files were abandoned", text(trail, "Name")));
            exit = Exit::Findings;
        }
    }
    if exit == Exit::Done {
        out.text("No deliveries are denied.");
    }
    openings::warn(client, out, list(&answer, "Deliveries"));
    Ok(exit)
}

fn explain(client: &Client, out: Out, request_id: &str) -> Result<(), CallError> {
    let answer = query(client, "ExplainDenial", &json!({ "RequestId": request_id }))?;
    out.value(&answer);
    for denial in list(&answer, "Denials") {
        out.text(&text(denial, "Message"));
        if let Some(by) = denial.pointer("/Reason/by") {
            out.text(&format!("  denied by {}", statement(by)));
        }
        if denial.get("Withheld").and_then(Value::as_bool) == Some(true) {
            out.text("  the policies of another account contributed and are not shown");
        }
        let misses = list(denial, "NearMisses").count();
        let explicit = denial.pointer("/Reason/kind").is_some_and(|kind| kind == "explicitDeny");
        if !explicit && misses == 0 {
            let named = ["Action", "Resource", "Principal"].map(|name| text(denial, name));
            let [action, resource, principal] = named;
            out.text(&format!("  no statement allows {action} on {resource} to {principal}"));
        }
        for miss in list(denial, "NearMisses") {
            let by = miss.get("by").unwrap_or(&Value::Null);
            out.text(&format!("  {} would allow it, except for", statement(by)));
            for one in list(miss, "conditions") {
                let (operator, key) = (text(one, "operator"), text(one, "key"));
                let (expected, found) = (joined(one, "expected"), joined(one, "found"));
                out.text(&format!(
                    "    {operator} {key}: the policy has {expected}, the request has {found}"
                ));
            }
        }
    }
    Ok(())
}

fn query(client: &Client, operation: &'static str, input: &Value) -> Result<Value, CallError> {
    let answered = client.call(&Call::own(operation, input))?;
    parsed(operation, &answered.body)
}

/// A response that is not JSON has no denials to print, and must not pass for one without any.
fn parsed(operation: &str, body: &[u8]) -> Result<Value, CallError> {
    serde_json::from_slice(body)
        .map_err(|error| CallError::Unreachable(format!("{operation}: {error}")))
}

/// A statement and its policy.
fn statement(by: &Value) -> String {
    let policy =
        by.get("arn").and_then(Value::as_str).map_or_else(|| text(by, "name"), str::to_owned);
    format!("statement `{}` of {policy}", text(by, "statement"))
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn joined(value: &Value, name: &str) -> String {
    let texts: Vec<_> = list(value, name).filter_map(Value::as_str).collect();
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A proxy's page with status 200 is an error, and no response without denials.
    #[test]
    fn a_response_that_is_not_json_is_an_error() {
        assert!(parsed("DescribeDenials", b"{}").is_ok());
        assert!(parsed("DescribeDenials", b"<html>").is_err());
    }
}
