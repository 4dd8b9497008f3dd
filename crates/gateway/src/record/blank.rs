use serde_json::Value;
use trail::{Category, EventType, Record};
use types::{AccountId, Timestamp};

/// A record with only the required members.
pub(crate) fn blank(
    event_time: Timestamp,
    event_source: &str,
    event_name: &str,
    aws_region: &str,
    recipient_account_id: AccountId,
    event_id: String,
) -> Record {
    Record {
        user_identity: Value::Null,
        event_time,
        event_source: event_source.to_owned(),
        event_name: event_name.to_owned(),
        aws_region: aws_region.to_owned(),
        source_ip_address: String::new(),
        user_agent: None,
        error_code: None,
        error_message: None,
        request_parameters: Value::Null,
        response_elements: Value::Null,
        additional_event_data: None,
        request_id: None,
        event_id,
        read_only: None,
        resources: Vec::new(),
        event_type: EventType::AwsApiCall,
        api_version: None,
        category: Category::Management,
        recipient_account_id,
        shared_event_id: None,
        vpc_endpoint_id: None,
        vpc_endpoint_account_id: None,
        service_event_details: None,
        addendum: None,
        tls_details: None,
        session_credential_from_console: false,
    }
}
