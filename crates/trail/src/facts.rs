use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::{AccountId, Timestamp};

use crate::record::{Category, EventType, Record, Resource, read};

mod outline;
mod resources;

pub use resources::Name;

/// What event history, selectors and delivery read of an event, without its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// `eventID`.
    pub event_id: String,
    /// `eventName`.
    pub event_name: String,
    /// `eventSource`.
    pub event_source: String,
    /// `awsRegion`.
    pub region: String,
    /// `recipientAccountId`.
    pub account: AccountId,
    /// `eventTime`, in whole seconds.
    pub time: Timestamp,
    /// `readOnly`; an event without it counts as a write.
    pub read_only: bool,
    /// `eventCategory`.
    pub category: Category,
    /// `eventType`, as written.
    pub event_type: String,
    /// The user's name, `root`, or the name of the session; none for services.
    pub username: Option<String>,
    /// The key that signed the call.
    pub access_key_id: Option<String>,
    /// Type and name of the resources that event history lists; one resource may have several rows.
    pub resources: Vec<(Option<String>, String)>,
    /// Type and ARN (or beginning of ARNs) of what data event selectors judge.
    pub data_resources: Vec<(Option<String>, String)>,
    /// `userIdentity.arn`.
    pub user_identity_arn: Option<String>,
    /// `userIdentity.invokedBy`.
    pub invoked_by: Option<String>,
    /// Whether the credentials are from a console session.
    pub session_credential_from_console: bool,
    /// `errorCode`.
    pub error_code: Option<String>,
    /// `vpcEndpointId`.
    pub vpc_endpoint_id: Option<String>,
}

impl Facts {
    /// The facts of a record, in which its service names things at these places.
    pub fn of(record: &Record, names: &[Name]) -> Self {
        let identity = &record.user_identity;
        let seconds = Timestamp::from_secs(record.event_time.as_secs());
        let subject = resources::Subject {
            request: &record.request_parameters,
            response: &record.response_elements,
            listed: &record.resources,
        };
        Self {
            event_id: record.event_id.clone(),
            event_name: record.event_name.clone(),
            event_source: record.event_source.clone(),
            region: record.aws_region.clone(),
            account: record.recipient_account_id.clone(),
            time: seconds,
            read_only: record.read_only.unwrap_or(false),
            category: record.category,
            event_type: record.event_type.as_str().to_owned(),
            username: username(identity),
            access_key_id: text(identity, "accessKeyId"),
            resources: resources::rows(names, &subject),
            data_resources: data_resources(&record.resources),
            user_identity_arn: text(identity, "arn"),
            invoked_by: text(identity, "invokedBy"),
            session_credential_from_console: record.session_credential_from_console,
            error_code: record.error_code.clone(),
            vpc_endpoint_id: record.vpc_endpoint_id.clone(),
        }
    }

    /// The facts of a record's JSON, without [`Facts::resources`] that services name in requests and
    /// responses: what selectors read.
    ///
    /// `Ok(None)` as for [`Facts::from_json`]; an error if it is not JSON.
    pub fn for_selectors(record: &[u8]) -> serde_json::Result<Option<Self>> {
        let outline: outline::Outline = serde_json::from_slice(record)?;
        Ok(Self::from_json(&outline.0, |_| &[]))
    }

    /// The facts of a record read from JSON, our own or AWS's. `names` gives the places at which
    /// events of a source name things.
    ///
    /// `None` without `eventID`, `eventTime`, `eventSource`, `eventName`, `awsRegion` and
    /// `recipientAccountId`.
    pub fn from_json<'n>(json: &Value, names: impl Fn(&str) -> &'n [Name]) -> Option<Self> {
        let identity = json.get("userIdentity").unwrap_or(&Value::Null);
        let (event_source, event_name) = (text(json, "eventSource")?, text(json, "eventName")?);
        let listed = Resource::list(json);
        let subject = resources::Subject {
            request: json.get("requestParameters").unwrap_or(&Value::Null),
            response: json.get("responseElements").unwrap_or(&Value::Null),
            listed: &listed,
        };
        let rows = resources::rows(names(&event_source), &subject);
        Some(Self {
            event_id: text(json, "eventID")?,
            event_name,
            event_source,
            region: text(json, "awsRegion")?,
            account: AccountId::parse(json.get("recipientAccountId")?.as_str()?)?,
            time: Timestamp::parse_iso(json.get("eventTime")?.as_str()?)?,
            read_only: json.get("readOnly").and_then(Value::as_bool).unwrap_or(false),
            category: read::category(json),
            event_type: text(json, "eventType")
                .unwrap_or_else(|| EventType::AwsApiCall.as_str().to_owned()),
            username: username(identity),
            access_key_id: text(identity, "accessKeyId"),
            resources: rows,
            data_resources: data_resources(&listed),
            user_identity_arn: text(identity, "arn"),
            invoked_by: text(identity, "invokedBy"),
            session_credential_from_console: text(json, "sessionCredentialFromConsole").as_deref()
                == Some("true"),
            error_code: text(json, "errorCode"),
            vpc_endpoint_id: text(json, "vpcEndpointId"),
        })
    }
}

/// The name event history shows. Source: CLI examples of `lookup-events`: `root` for the root
/// user, the session's name for roles, nothing for services.
fn username(identity: &Value) -> Option<String> {
    match identity.get("type").and_then(Value::as_str) {
        Some("Root") => Some("root".to_owned()),
        Some("AssumedRole" | "FederatedUser") => {
            let id = identity.get("principalId")?.as_str()?;
            id.split_once(':').map(|(_, session)| session.to_owned())
        }
        Some("AWSService") => None,
        _ => text(identity, "userName"),
    }
}

fn data_resources(listed: &[Resource]) -> Vec<(Option<String>, String)> {
    let named = |thing: &Resource| {
        let arn = thing.arn.as_ref().or(thing.arn_prefix.as_ref())?;
        Some((thing.kind.clone(), arn.clone()))
    };
    listed.iter().filter_map(named).collect()
}

fn text(object: &Value, name: &str) -> Option<String> {
    Some(object.get(name)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests;
