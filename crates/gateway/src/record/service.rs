//! Events of changes that a service makes by itself, without a call.

use serde_json::Value;
use trail::{EventType, Record};
use types::{AccountId, Entropy, Region, Timestamp, uuid_v4};

use super::blank::blank;
use crate::{Fault, Resource};

/// Something that a service did by itself, such as the deletion of a key on its day.
#[derive(Debug, Clone)]
pub struct ServiceEvent {
    /// The service, such as `kms.amazonaws.com`.
    pub source: &'static str,
    /// Such as `DeleteKey`.
    pub name: &'static str,
    /// Where.
    pub region: Region,
    /// In whose account.
    pub account: AccountId,
    /// To what.
    pub resources: Vec<Resource>,
    /// `serviceEventDetails`, or null.
    pub details: Value,
}

/// The event of a change that a service made by itself, or that `invoked_by` made through it.
pub(crate) fn of_service(
    event: ServiceEvent,
    invoked_by: &str,
    now: Timestamp,
    entropy: &Entropy,
) -> Result<Record, Fault> {
    Ok(Record {
        user_identity: trail::user_identity::service_event(&event.account, invoked_by),
        source_ip_address: invoked_by.to_owned(),
        user_agent: Some(invoked_by.to_owned()),
        event_type: EventType::AwsServiceEvent,
        read_only: Some(false),
        resources: event.resources,
        service_event_details: Some(event.details).filter(|details| !details.is_null()),
        ..blank(
            now,
            event.source,
            event.name,
            event.region.as_str(),
            event.account,
            uuid_v4(entropy.bytes()?),
        )
    })
}
