//! Records of events: from a server, and from the files in which users have them.

use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::exit::{Exit, Trouble};

/// Records that a file may contain: a log file has some thousands.
const CANDIDATES_MAX: usize = 100_000;

/// The bytes of a record, of which the leaf of the log may be the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The JSON text.
    pub(crate) record: Vec<u8>,
}

impl Candidate {
    /// The ID of the event, or an empty string.
    pub(crate) fn event_id(&self) -> String {
        let Ok(json) = serde_json::from_slice::<Value>(&self.record) else { return String::new() };
        json.get("eventID").and_then(Value::as_str).map_or_else(String::new, str::to_owned)
    }

    pub(super) fn of(text: impl Into<Vec<u8>>) -> Self {
        Self { record: text.into() }
    }
}

/// The records that a file may contain: its bytes, without a final line feed; the same as compact
/// JSON; what `LookupEvents` returned; the records of a log file.
///
/// A record that was changed matches no leaf, in any form.
pub(crate) fn candidates(file: &[u8]) -> Vec<Candidate> {
    let mut found = vec![Candidate::of(file)];
    let trimmed = file.trim_ascii_end();
    if trimmed.len() < file.len() {
        found.push(Candidate::of(trimmed));
    }
    let Ok(json) = serde_json::from_slice::<Value>(file) else { return found };
    let of_lookup = |event: &Value| {
        let text = event.get("CloudTrailEvent")?.as_str()?;
        Some(Candidate::of(text))
    };
    let list = |name: &str| json.get(name).and_then(Value::as_array).into_iter().flatten();
    found.extend(of_lookup(&json));
    found.extend(list("Events").filter_map(of_lookup));
    found.extend(list("Records").map(|record| Candidate::of(record.to_string())));
    found.push(Candidate::of(json.to_string()));
    found.truncate(CANDIDATES_MAX);
    found
}

/// The record of an event, from the server's event history.
pub(super) fn of_history(client: &Client, id: &str) -> Result<Candidate, Trouble> {
    let attribute = json!({ "AttributeKey": "EventId", "AttributeValue": id });
    let call = Call::cloudtrail("LookupEvents", &json!({ "LookupAttributes": [attribute] }));
    let answered = client.call(&call)?;
    let answer: Value = serde_json::from_slice(&answered.body)
        .map_err(|error| Trouble::unreachable(format_args!("the response is no JSON: {error}")))?;
    let first = answer.get("Events").and_then(|events| events.get(0));
    let record = first.and_then(|event| event.get("CloudTrailEvent")).and_then(Value::as_str);
    record.map(Candidate::of).ok_or_else(|| {
        let region = client.region();
        Trouble::new(
            Exit::Findings,
            format_args!(
                "event history of {region} has no event `{id}`: name its region with --region, or \
                 its record with --event, which works for data events and old events, too"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"eventVersion":"1.11","eventID":"e","n":1}"#;

    /// A record is found in every form in which users have it.
    #[test]
    fn records_have_many_forms() {
        let pretty = "{\n  \"eventVersion\": \"1.11\",\n  \"eventID\": \"e\",\n  \"n\": 1\n}\n";
        let event = json!({ "EventId": "e", "CloudTrailEvent": RECORD });
        for file in [
            RECORD.to_owned(),
            format!("{RECORD}\n"),
            pretty.to_owned(),
            event.to_string(),
            json!({ "Events": [event] }).to_string(),
            format!("{{\"Records\":[{{\"eventID\":\"x\"}},{RECORD}]}}"),
        ] {
            let found = candidates(file.as_bytes());
            let own = found.iter().find(|one| one.record == RECORD.as_bytes());
            assert_eq!(own.map(Candidate::event_id).as_deref(), Some("e"), "{file}");
        }
        let swapped = r#"{"eventID":"e","eventVersion":"1.11","n":1}"#;
        let found = candidates(swapped.as_bytes());
        assert!(found.iter().all(|one| one.record != RECORD.as_bytes()));
        assert_eq!(candidates(b"\xff").len(), 1);
    }
}
