//! Events of the sign-in page: they occur before there are credentials, and are not API calls.

use std::net::IpAddr;

use serde_json::Value;
use trail::{EventType, Record, TlsDetails};
use types::{AccountId, Entropy, Region, Timestamp, uuid_v4};

use super::blank::blank;
use crate::Fault;

/// The event source of sign-ins.
const SIGN_IN: &str = "signin.amazonaws.com";

/// The origin of a sign-in attempt.
#[derive(Debug, Clone)]
pub struct SignInOrigin {
    /// The browser's address.
    pub source_ip: IpAddr,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Host` header.
    pub host: String,
    /// TLS version and cipher suite; `None` over plain HTTP.
    pub tls: Option<(String, String)>,
}

/// Something that happened at the sign-in page.
#[derive(Debug, Clone)]
pub struct SignInEvent {
    /// Such as `ConsoleLogin`.
    pub name: &'static str,
    /// In whose account.
    pub account: AccountId,
    /// `userIdentity`.
    pub user_identity: Value,
    /// Where from.
    pub origin: SignInOrigin,
    /// `errorMessage`; there is no `errorCode`.
    pub error_message: Option<&'static str>,
    /// `responseElements`.
    pub response_elements: Value,
    /// `additionalEventData`.
    pub additional: Option<Value>,
}

/// The event of something that happened at the sign-in page.
///
/// Observed: sign-ins of root users are in `us-east-1`, and those of users mostly; some are in
/// another region, in which AWS has sign-in pages of its own. Ours is the only page, and so the
/// global one.
///
/// Observed: no request id, `readOnly` false, and the host of the page in `tlsDetails`.
pub(crate) fn of_sign_in(
    event: SignInEvent,
    now: Timestamp,
    entropy: &Entropy,
) -> Result<Record, Fault> {
    let origin = event.origin;
    let tls_details = origin.tls.map(|(tls_version, cipher_suite)| TlsDetails {
        tls_version,
        cipher_suite,
        client_provided_host_header: Some(origin.host),
        key_exchange: None,
    });
    Ok(Record {
        user_identity: event.user_identity,
        source_ip_address: origin.source_ip.to_string(),
        user_agent: origin.user_agent,
        error_message: event.error_message.map(str::to_owned),
        response_elements: event.response_elements,
        additional_event_data: event.additional,
        event_type: EventType::AwsConsoleSignIn,
        read_only: Some(false),
        tls_details,
        ..blank(
            now,
            SIGN_IN,
            event.name,
            Region::us_east_1().as_str(),
            event.account,
            uuid_v4(entropy.bytes()?),
        )
    })
}
