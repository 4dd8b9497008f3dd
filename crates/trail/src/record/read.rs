use serde_json::Value;
use types::{AccountId, Timestamp};

use super::{Category, EventType, Record, Resource};

impl Record {
    /// Reads a record that [`Record::to_json`] or AWS wrote.
    ///
    /// `None` if a member that every API event has is missing or has another type. Unknown
    /// members are dropped.
    pub fn parse(json: &str) -> Option<Self> {
        Self::from_json(&serde_json::from_str(json).ok()?)
    }

    /// As [`Record::parse`], of JSON already read.
    pub fn from_json(json: &Value) -> Option<Self> {
        let text = |name: &str| Some(json.get(name)?.as_str()?.to_owned());
        let member = |name: &str| json.get(name).filter(|value| !value.is_null()).cloned();
        Some(Self {
            user_identity: member("userIdentity")?,
            event_time: Timestamp::parse_iso(json.get("eventTime")?.as_str()?)?,
            event_source: text("eventSource")?,
            event_name: text("eventName")?,
            aws_region: text("awsRegion")?,
            source_ip_address: text("sourceIPAddress")?,
            user_agent: text("userAgent"),
            error_code: text("errorCode"),
            error_message: text("errorMessage"),
            request_parameters: member("requestParameters").unwrap_or(Value::Null),
            response_elements: member("responseElements").unwrap_or(Value::Null),
            additional_event_data: member("additionalEventData"),
            request_id: text("requestID"),
            event_id: text("eventID")?,
            read_only: json.get("readOnly").and_then(Value::as_bool),
            resources: Resource::list(json),
            event_type: EventType::parse(json.get("eventType")?.as_str()?)?,
            api_version: text("apiVersion"),
            category: category(json),
            recipient_account_id: AccountId::parse(json.get("recipientAccountId")?.as_str()?)?,
            shared_event_id: text("sharedEventID"),
            vpc_endpoint_id: text("vpcEndpointId"),
            vpc_endpoint_account_id: text("vpcEndpointAccountId"),
            service_event_details: member("serviceEventDetails"),
            addendum: member("addendum"),
            tls_details: member("tlsDetails").and_then(|tls| serde_json::from_value(tls).ok()),
            session_credential_from_console: text("sessionCredentialFromConsole").as_deref()
                == Some("true"),
        })
    }
}

impl Resource {
    /// The `resources` of a record; entries of another shape are skipped.
    pub(crate) fn list(record: &Value) -> Vec<Self> {
        let entries = record.get("resources").and_then(Value::as_array);
        let entries = entries.into_iter().flatten();
        entries.filter_map(|entry| serde::Deserialize::deserialize(entry).ok()).collect()
    }
}

/// The category stated, or for records before version 1.07 the one `managementEvent` implies.
pub(crate) fn category(record: &Value) -> Category {
    let stated = record.get("eventCategory").and_then(Value::as_str).and_then(Category::parse);
    let data = record.get("managementEvent").and_then(Value::as_bool) == Some(false);
    stated.unwrap_or(if data { Category::Data } else { Category::Management })
}
