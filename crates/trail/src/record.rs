use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::{AccountId, Timestamp};

pub(crate) mod read;
mod write;

pub use write::elements;

/// One `CloudTrail` record.
///
/// [`Record::to_json`] writes it with AWS's member order; absent members are left out, while
/// `requestParameters` and `responseElements` are always there, `null` when empty.
/// Source: `CloudTrail` User Guide, "CloudTrail record contents".
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The caller: an object built by [`crate::user_identity`].
    pub user_identity: Value,
    /// When the call began; written in whole seconds.
    pub event_time: Timestamp,
    /// The service, such as `kms.amazonaws.com`.
    pub event_source: String,
    /// The operation, such as `GenerateDataKey`.
    pub event_name: String,
    /// The region that served the call.
    pub aws_region: String,
    /// An address, a service's DNS name, or `AWS Internal`.
    pub source_ip_address: String,
    /// At most 1 KB is written.
    pub user_agent: Option<String>,
    /// The code in events, which the gateway derives from the response's: `AccessDenied` for most
    /// denials, for example. At most 1 KB is written.
    pub error_code: Option<String>,
    /// The returned message; at most 1 KB of it is recorded.
    pub error_message: Option<String>,
    /// `Null` when the call had none; beyond 100 KB its largest members are omitted.
    pub request_parameters: Value,
    /// `Null` for failures, empty responses and most read-only calls; beyond 100 KB its largest
    /// members are omitted.
    pub response_elements: Value,
    /// Beyond 28 KB its largest members are omitted.
    pub additional_event_data: Option<Value>,
    /// The ID in the response's header; absent for service events and sign-in.
    pub request_id: Option<String>,
    /// A version 4 UUID.
    pub event_id: String,
    /// Whether the call changed nothing.
    pub read_only: Option<bool>,
    /// What was touched; empty is absent.
    pub resources: Vec<Resource>,
    /// What kind of event this is.
    pub event_type: EventType,
    /// Some services state their API version.
    pub api_version: Option<String>,
    /// Written as `managementEvent` and `eventCategory`.
    pub category: Category,
    /// The account whose trail gets this copy.
    pub recipient_account_id: AccountId,
    /// Common to the copies of one action in several accounts.
    pub shared_event_id: Option<String>,
    /// The VPC endpoint of the call.
    pub vpc_endpoint_id: Option<String>,
    /// The owner of that endpoint.
    pub vpc_endpoint_account_id: Option<String>,
    /// Details of an event the service itself caused; omitted beyond 100 KB.
    pub service_event_details: Option<Value>,
    /// Why a record is late or repeated.
    pub addendum: Option<Value>,
    /// The connection; absent for calls by services, credentials of the console, calls that a service
    /// forwards, clients behind a proxy, and plain HTTP.
    pub tls_details: Option<TlsDetails>,
    /// Whether the credentials are from a console session; written as the string `"true"`.
    pub session_credential_from_console: bool,
}

impl Record {
    /// The version every record states. Consumers compare the major part only.
    /// Source: `CloudTrail` User Guide, "CloudTrail record contents".
    pub const EVENT_VERSION: &'static str = "1.11";
}

/// A resource of an event. Members are written in the order of the fields.
///
/// Observed: `accountId, type, ARN`; S3 objects have `type` and `ARN` only, SSM has no `type`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resource {
    /// The owner.
    #[serde(rename = "accountId", default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Such as `AWS::KMS::Key`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A single resource.
    #[serde(rename = "ARN", default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Several resources: the prefix of their names, as in a listing of objects.
    #[serde(rename = "ARNPrefix", default, skip_serializing_if = "Option::is_none")]
    pub arn_prefix: Option<String>,
}

impl Resource {
    /// A typed resource of an account.
    pub fn owned(account: &AccountId, kind: &str, arn: impl Into<String>) -> Self {
        let account_id = Some(account.as_str().to_owned());
        Self { account_id, kind: Some(kind.to_owned()), arn: Some(arn.into()), arn_prefix: None }
    }
}

/// The kind of event in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventType {
    /// A call of a public API.
    AwsApiCall,
    /// Something the service did by itself.
    AwsServiceEvent,
    /// An action in the console that is no API call.
    AwsConsoleAction,
    /// A sign-in to the console.
    AwsConsoleSignIn,
    /// A call through a VPC endpoint.
    AwsVpceEvents,
    /// An Insights event.
    AwsCloudTrailInsight,
    /// A summary of data events.
    AwsAggregatedEvent,
}

impl EventType {
    const ALL: [(Self, &'static str); 7] = [
        (Self::AwsApiCall, "AwsApiCall"),
        (Self::AwsServiceEvent, "AwsServiceEvent"),
        (Self::AwsConsoleAction, "AwsConsoleAction"),
        (Self::AwsConsoleSignIn, "AwsConsoleSignIn"),
        (Self::AwsVpceEvents, "AwsVpceEvents"),
        (Self::AwsCloudTrailInsight, "AwsCloudTrailInsight"),
        (Self::AwsAggregatedEvent, "AwsAggregatedEvent"),
    ];

    /// The name in a record.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("AwsApiCall", |(_, name)| name)
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// The category of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Category {
    /// Control plane.
    Management,
    /// Data plane, such as S3 object calls.
    Data,
    /// Calls seen at a VPC endpoint.
    NetworkActivity,
    /// Unusual activity.
    Insight,
    /// Summaries of data events.
    Aggregated,
}

impl Category {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Management, "Management"),
        (Self::Data, "Data"),
        (Self::NetworkActivity, "NetworkActivity"),
        (Self::Insight, "Insight"),
        (Self::Aggregated, "Aggregated"),
    ];

    /// The name in a record.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("Management", |(_, name)| name)
    }

    /// The category of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// The value of `managementEvent`, which only these two event categories have.
    fn management_event(self) -> Option<bool> {
        match self {
            Self::Management => Some(true),
            Self::Data => Some(false),
            Self::NetworkActivity | Self::Insight | Self::Aggregated => None,
        }
    }
}

/// The connection of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsDetails {
    /// `TLSv1.2` or `TLSv1.3`.
    pub tls_version: String,
    /// OpenSSL's name for 1.2, IANA's for 1.3.
    pub cipher_suite: String,
    /// The host that the client addressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_provided_host_header: Option<String>,
    /// Such as `X25519MLKEM768`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_exchange: Option<String>,
}

#[cfg(test)]
mod tests;
