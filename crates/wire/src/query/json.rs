//! Responses of the Query protocol in JSON.
//!
//! Source: kubernetes-sigs/aws-iam-authenticator, which reads `GetCallerIdentity` so.
//! Assumed: the envelope, which clients of SQS report.
//! Assumed: IAM does as STS does; times are numbers of seconds in all members that hold one;
//! members without a value, which AWS writes as null, may be left out.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use types::Timestamp;

use crate::WireError;

/// Whether an `Accept` header requests JSON: `application/json` is among its media types.
pub fn asks_for_json(accept: Option<&str>) -> bool {
    let media = |range: &str| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    };
    accept.is_some_and(|accept| accept.split(',').any(media))
}

/// The response of `operation`: `OpResponse` around `OpResult` and the request ID.
pub fn render_json(operation: &str, tree: Value, request_id: &str) -> Bytes {
    let mut response = Map::new();
    if !tree.is_null() {
        response.insert([operation, "Result"].concat(), value("", tree));
    }
    response.insert("ResponseMetadata".to_owned(), json!({ "RequestId": request_id }));
    let envelope = Map::from_iter([([operation, "Response"].concat(), Value::Object(response))]);
    Bytes::from(Value::Object(envelope).to_string())
}

/// An error: whose fault, code and text, and the request's id.
pub fn error_json(error: &WireError, request_id: &str) -> Bytes {
    let kind = if error.status < 500 { "Sender" } else { "Receiver" };
    let fault = json!({ "Code": error.code, "Message": error.message, "Type": kind });
    Bytes::from(json!({ "Error": fault, "RequestId": request_id }).to_string())
}

fn value(name: &str, tree: Value) -> Value {
    match tree {
        Value::Object(members) => map_of(&members).unwrap_or_else(|| {
            let members = members.into_iter().filter(|(_, member)| !member.is_null());
            Value::Object(members.map(|(name, tree)| (name.clone(), value(&name, tree))).collect())
        }),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| value(name, item)).collect())
        }
        Value::String(text) => seconds(name, &text).unwrap_or(Value::String(text)),
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_)) => leaf,
    }
}

/// A map, stored as a list of entries, as an object with the entries' keys.
fn map_of(members: &Map<String, Value>) -> Option<Value> {
    let entries = members.get("entry").filter(|_| members.len() == 1)?.as_array()?;
    let entry =
        |entry: &Value| Some((entry.get("key")?.as_str()?.to_owned(), entry.get("value")?.clone()));
    entries.iter().map(entry).collect::<Option<Map<_, _>>>().map(Value::Object)
}

/// The seconds since 1970 of a member that is a time.
fn seconds(name: &str, text: &str) -> Option<Value> {
    let is_time = name == "Expiration" || name.ends_with("Date") || name.ends_with("LastUsed");
    let time = Timestamp::parse_iso(text).filter(|_| is_time)?;
    Some(Value::from(time.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JSON is returned if any of several media types requests it; otherwise XML.
    #[test]
    fn json_is_returned_on_request() {
        for (accept, want) in [
            (None, false),
            (Some("*/*"), false),
            (Some("text/xml"), false),
            (Some("application/json"), true),
            (Some("text/plain;q=0.5, Application/JSON; charset=utf-8"), true),
        ] {
            assert_eq!(asks_for_json(accept), want, "{accept:?}");
        }
    }

    /// Numbers are numbers, times are seconds, maps are objects.
    #[test]
    fn values_keep_their_types() {
        let tree = json!({
            "Credentials": { "AccessKeyId": "A", "Expiration": "2023-07-10T11:57:47Z" },
            "PackedPolicySize": 6, "SourceIdentity": null, "Users": [{ "UserName": "2023-07-10" }],
            "SummaryMap": { "entry": [{ "key": "Users", "value": 2 }] },
        });
        let want = json!({ "AssumeRoleResponse": {
            "AssumeRoleResult": {
                "Credentials": { "AccessKeyId": "A", "Expiration": 1_688_990_267 },
                "PackedPolicySize": 6, "Users": [{ "UserName": "2023-07-10" }],
                "SummaryMap": { "Users": 2 },
            },
            "ResponseMetadata": { "RequestId": "REQ" },
        }});
        let got = render_json("AssumeRole", tree, "REQ");
        assert_eq!(serde_json::from_slice::<Value>(&got).unwrap(), want);
        let none = json!({ "DeleteUserResponse": { "ResponseMetadata": { "RequestId": "REQ" } } });
        let got = render_json("DeleteUser", Value::Null, "REQ");
        assert_eq!(serde_json::from_slice::<Value>(&got).unwrap(), none);
    }

    /// An error has whose fault it is, beside code and text.
    #[test]
    fn errors_have_their_own_envelope() {
        let error = WireError::new(403, "ExpiredToken", "The token is over.");
        let want = json!({
            "Error": { "Code": "ExpiredToken", "Message": "The token is over.", "Type": "Sender" },
            "RequestId": "REQ",
        });
        let got = error_json(&error, "REQ");
        assert_eq!(serde_json::from_slice::<Value>(&got).unwrap(), want);
    }
}
