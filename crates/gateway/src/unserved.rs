//! Requests to unsupported services, and those that name no service: they are rejected in the
//! format that their clients parse, so that users can read the reason.

use http::Method;
use wire::{Head, Protocol, WireError};

use crate::Answer;

/// The namespace of errors that front ends return before a service is reached.
///
/// Observed: STS, requests without a signature.
const FAULT: &str = "http://webservices.amazon.com/AWSFault/2005-15-09";

/// Whether a request speaks the Query protocol: a form to the front page, or an action in the query.
pub(crate) fn is_query(head: &Head) -> bool {
    let is_form = head.method == Method::POST
        && head
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let has_action =
        || head.query_value("Action").is_some() && head.query_value("Version").is_some();
    head.path() == "/" && (is_form || has_action())
}

/// Whether a request has the hash of its body in a header, as only those to buckets and objects do.
pub(crate) fn has_body_hash(head: &Head) -> bool {
    head.path() != "/" && head.header("x-amz-content-sha256").is_some()
}

/// The refusal of a request to `service`.
pub(crate) fn refusal(service: &str, head: &Head, request_id: &str) -> Answer {
    let message = format!("The service `{service}` is not served here.");
    let error = WireError::new(501, "NotImplemented", message);
    if is_query(head) {
        return query(&error, head, request_id);
    }
    // Services with REST read their JSON by this header.
    let error = error.with_header("x-amzn-errortype", "NotImplemented");
    Answer::error(Protocol::Json11, &error, request_id, "")
}

/// The refusal of an `X-Amz-Target` of which the part before the operation names no service.
///
/// Source: AWS JSON protocol, a target that names no operation.
pub(crate) fn target(service: &str, request_id: &str) -> Answer {
    let message = format!("The service `{service}` is not served here.");
    let error = WireError::new(400, "UnknownOperationException", message);
    Answer::error(Protocol::Json11, &error, request_id, "")
}

/// An error of the Query protocol that belongs to no service.
pub(crate) fn query(error: &WireError, head: &Head, request_id: &str) -> Answer {
    let protocol = Protocol::Query { namespace: FAULT };
    Answer::error_as(protocol, error, (request_id, ""), requests_json(head))
}

/// Whether the client of a Query service requests JSON.
pub(crate) fn requests_json(head: &Head) -> bool {
    wire::query::requests_json(head.header("accept"))
}

/// The refusal of an action of a service of which next to nothing is served.
pub(crate) fn action(service: &str, action: &str) -> WireError {
    let message = format!("The action `{action}` of the service `{service}` is not served here.");
    WireError::new(501, "NotImplemented", message)
}
