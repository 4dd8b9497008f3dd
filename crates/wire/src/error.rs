use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::MadeAt;
use crate::xml::XmlWriter;

/// How a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.1: KMS, CloudTrail, CloudWatch Logs.
    Json11,
    /// AWS Query: IAM, STS, SNS.
    Query {
        /// The XML namespace of responses, such as `https://iam.amazonaws.com/doc/2010-05-08/`.
        namespace: &'static str,
    },
    /// AWS Query for older clients and AWS JSON 1.0 for newer ones, with one set of codes: SQS.
    QueryCompatible {
        /// The XML namespace of responses.
        namespace: &'static str,
        /// How errors are called in JSON.
        shapes: Shapes,
    },
    /// AWS Query as EC2 speaks it.
    Ec2,
    /// REST-XML as S3 speaks it.
    RestXml,
    /// The same in S3 Control's format, whose errors are wrapped in one more element.
    RestXmlControl,
}

/// The names of errors in the JSON of a service that also speaks Query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shapes {
    /// The namespace of their shapes, such as `com.amazonaws.sqs`.
    pub namespace: &'static str,
    /// The codes of Query, each with the name of its shape.
    pub of_codes: &'static [(&'static str, &'static str)],
}

/// An error as a client sees it, before a protocol renders it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError {
    /// The HTTP status.
    pub status: u16,
    /// AWS's error code.
    pub code: String,
    /// AWS's wording; some JSON errors have none at all.
    pub message: Option<String>,
    /// Elements besides code and message, in order: part of S3's contract.
    pub extra: Vec<(String, String)>,
    /// Headers besides the ids and the content type.
    pub headers: Vec<(String, String)>,
    /// Where it was made.
    pub made_at: MadeAt,
}

impl WireError {
    /// With a message.
    #[track_caller]
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::without_message(status, code) }
    }

    /// Without a message, as some KMS errors are.
    #[track_caller]
    pub fn without_message(status: u16, code: impl Into<String>) -> Self {
        let (extra, headers, made_at) = (Vec::new(), Vec::new(), MadeAt::here());
        Self { status, code: code.into(), message: None, extra, headers, made_at }
    }

    /// With one more element.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// The same, made elsewhere.
    #[must_use]
    pub fn made_at(mut self, made_at: MadeAt) -> Self {
        self.made_at = made_at;
        self
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// Headers and body of an error response; the status is the error's own.
///
/// `host_id` matters to S3 only. A HEAD request gets the headers and no body: dropping it is the
/// server's business.
///
/// Observed: JSON errors without text have no `message` member; S3 error bodies have no namespace
/// and carry both ids.
pub fn render_error(
    protocol: Protocol,
    error: &WireError,
    request_id: &str,
    host_id: &str,
) -> (HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    for (name, value) in &error.headers {
        insert(&mut headers, name, value);
    }
    match protocol {
        Protocol::Json11 => {
            insert(&mut headers, "x-amzn-requestid", request_id);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
            (headers, json_body(error))
        }
        Protocol::Query { namespace } => {
            insert(&mut headers, "x-amzn-requestid", request_id);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
            (headers, query_body(error, namespace, request_id))
        }
        Protocol::QueryCompatible { namespace, .. } => {
            insert(&mut headers, "x-amzn-requestid", request_id);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
            (headers, detailed_body(error, namespace, request_id))
        }
        Protocol::Ec2 => {
            insert(&mut headers, "x-amzn-requestid", request_id);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml;charset=UTF-8"));
            (headers, ec2_body(error, request_id))
        }
        Protocol::RestXml | Protocol::RestXmlControl => {
            insert(&mut headers, "x-amz-request-id", request_id);
            insert(&mut headers, "x-amz-id-2", host_id);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
            let is_control = protocol == Protocol::RestXmlControl;
            let body = if is_control { control_body } else { s3_body };
            (headers, body(error, request_id, host_id))
        }
    }
}

/// Headers and body of an error in JSON 1.0, of a service that also speaks Query.
///
/// Observed: clients get the code of Query from the header, and the name of the shape from the
/// body. Source: AWS JSON 1.0 protocol, "awsQueryCompatible".
pub fn render_compatible_error(
    shapes: Shapes,
    error: &WireError,
    request_id: &str,
) -> (HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    for (name, value) in &error.headers {
        insert(&mut headers, name, value);
    }
    insert(&mut headers, "x-amzn-requestid", request_id);
    insert(&mut headers, "x-amzn-query-error", &format!("{};{}", error.code, side(error)));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    let mut members = Map::new();
    members.insert("__type".to_owned(), Value::from(shape_of(shapes, error)));
    if let Some(message) = &error.message {
        members.insert("message".to_owned(), Value::from(message.as_str()));
    }
    (headers, Bytes::from(Value::Object(members).to_string()))
}

/// The shapes of the errors that front ends return before a service is reached, by their codes in
/// Query.
///
/// Assumed: SQS names these errors in JSON as the services do that speak JSON alone.
const SHARED_SHAPES: [(&str, &str); 12] = [
    ("AccessDenied", "AccessDeniedException"),
    ("ExpiredToken", "ExpiredTokenException"),
    ("IncompleteSignature", "IncompleteSignatureException"),
    ("InternalFailure", "InternalFailure"),
    ("InvalidClientTokenId", "UnrecognizedClientException"),
    ("MissingAuthenticationToken", "MissingAuthenticationTokenException"),
    ("RequestEntityTooLarge", "RequestEntityTooLargeException"),
    ("RequestExpired", "InvalidSignatureException"),
    ("SerializationException", "SerializationException"),
    ("SignatureDoesNotMatch", "InvalidSignatureException"),
    ("Throttling", "ThrottlingException"),
    ("UnknownOperationException", "UnknownOperationException"),
];

fn shape_of(shapes: Shapes, error: &WireError) -> String {
    let named = |(code, _): &&(&str, &str)| *code == error.code;
    if let Some((_, shape)) = shapes.of_codes.iter().find(named) {
        return format!("{}#{shape}", shapes.namespace);
    }
    match SHARED_SHAPES.iter().find(named) {
        Some((_, shape)) => format!("com.amazon.coral.service#{shape}"),
        None => format!("{}#{}", shapes.namespace, error.code),
    }
}

fn side(error: &WireError) -> &'static str {
    if error.status < 500 { "Sender" } else { "Receiver" }
}

/// A header that HTTP cannot carry is omitted rather than altered.
fn insert(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) =
        (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
    {
        headers.insert(name, value);
    }
}

fn json_body(error: &WireError) -> Bytes {
    let mut members = Map::new();
    members.insert("__type".to_owned(), Value::from(error.code.as_str()));
    if let Some(message) = &error.message {
        members.insert("message".to_owned(), Value::from(message.as_str()));
    }
    for (name, value) in &error.extra {
        members.insert(name.clone(), Value::from(value.as_str()));
    }
    Bytes::from(Value::Object(members).to_string())
}

fn query_body(error: &WireError, namespace: &str, request_id: &str) -> Bytes {
    let mut xml = XmlWriter::fragment();
    xml.root("ErrorResponse", namespace);
    xml.open("Error");
    xml.text("Type", side(error));
    write_code(&mut xml, error);
    xml.close();
    xml.text("RequestId", request_id);
    Bytes::from(xml.finish())
}

/// Observed: an empty `Detail` behind the text.
fn detailed_body(error: &WireError, namespace: &str, request_id: &str) -> Bytes {
    let mut xml = XmlWriter::fragment();
    xml.root("ErrorResponse", namespace);
    xml.open("Error");
    xml.text("Type", side(error));
    write_code(&mut xml, error);
    xml.text("Detail", "");
    xml.close();
    xml.text("RequestId", request_id);
    Bytes::from(xml.finish())
}

fn s3_body(error: &WireError, request_id: &str, host_id: &str) -> Bytes {
    let mut xml = XmlWriter::document();
    xml.open("Error");
    write_code(&mut xml, error);
    xml.text("RequestId", request_id);
    xml.text("HostId", host_id);
    Bytes::from(xml.finish())
}

/// Source: EC2 API Reference, "Error codes": the form, and the name of denials.
fn ec2_body(error: &WireError, request_id: &str) -> Bytes {
    let mut xml = XmlWriter::document();
    xml.open("Response");
    xml.open("Errors");
    xml.open("Error");
    let is_denial = error.code == "AccessDenied";
    xml.text("Code", if is_denial { "UnauthorizedOperation" } else { &error.code });
    xml.optional("Message", error.message.as_deref());
    xml.close();
    xml.close();
    xml.text("RequestID", request_id);
    Bytes::from(xml.finish())
}

/// Source: S3 API Reference, "REST error responses" of S3 Control.
fn control_body(error: &WireError, request_id: &str, host_id: &str) -> Bytes {
    let mut xml = XmlWriter::document();
    xml.open("ErrorResponse");
    xml.open("Error");
    write_code(&mut xml, error);
    xml.close();
    xml.text("RequestId", request_id);
    xml.text("HostId", host_id);
    Bytes::from(xml.finish())
}

fn write_code(xml: &mut XmlWriter, error: &WireError) {
    xml.text("Code", &error.code);
    if let Some(message) = &error.message {
        xml.text("Message", message);
    }
    for (name, value) in &error.extra {
        xml.text(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(protocol: Protocol, error: &WireError) -> String {
        String::from_utf8(render_error(protocol, error, "REQ", "HOST").1.to_vec()).unwrap()
    }

    /// `message` is absent, not null, when AWS returns no text.
    #[test]
    fn a_json_error_without_text_has_no_message_member() {
        let error = WireError::without_message(400, "InvalidCiphertextException");
        assert_eq!(body(Protocol::Json11, &error), r#"{"__type":"InvalidCiphertextException"}"#);
    }

    /// The Query form blames the sender below 500 and the receiver from there.
    #[test]
    fn a_query_error_has_a_fault_type() {
        let protocol = Protocol::Query { namespace: "https://iam.amazonaws.com/doc/2010-05-08/" };
        let error = WireError::new(404, "NoSuchEntity", "The user <a> & co");
        assert_eq!(
            body(protocol, &error),
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>\
             <Type>Sender</Type><Code>NoSuchEntity</Code>\
             <Message>The user &lt;a&gt; &amp; co</Message></Error>\
             <RequestId>REQ</RequestId></ErrorResponse>"
        );
        let fault = WireError::new(500, "ServiceFailure", "x");
        assert!(body(protocol, &fault).contains("<Type>Receiver</Type>"));
    }

    /// A client of either protocol finds the same code, and in JSON the shape beside it.
    #[test]
    fn a_compatible_error_has_a_code_and_a_shape() {
        let code = "AWS.SimpleQueueService.NonExistentQueue";
        let of_codes = &[("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")];
        let shapes = Shapes { namespace: "com.amazonaws.sqs", of_codes };
        let protocol = Protocol::QueryCompatible { namespace: "urn:q", shapes };
        let error = WireError::new(400, code, "Gone.");
        assert_eq!(
            body(protocol, &error),
            format!(
                "<ErrorResponse xmlns=\"urn:q\"><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>Gone.</Message><Detail/></Error><RequestId>REQ</RequestId></ErrorResponse>"
            )
        );
        let check = |error: &WireError, header: &str, body: &str| {
            let (headers, bytes) = render_compatible_error(shapes, error, "REQ");
            assert_eq!(headers["x-amzn-query-error"], header);
            assert_eq!(headers["content-type"], "application/x-amz-json-1.0");
            assert_eq!(String::from_utf8_lossy(&bytes), body);
        };
        let named = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"Gone."}"#;
        check(&error, &format!("{code};Sender"), named);
        let denied = WireError::new(403, "AccessDenied", "No.");
        let shared =
            r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"No."}"#;
        check(&denied, "AccessDenied;Sender", shared);
        let fault = WireError::without_message(500, "InternalFailure");
        let own = r#"{"__type":"com.amazon.coral.service#InternalFailure"}"#;
        check(&fault, "InternalFailure;Receiver", own);
        let other = WireError::without_message(400, "OverLimit");
        check(&other, "OverLimit;Sender", r#"{"__type":"com.amazonaws.sqs#OverLimit"}"#);
    }

    /// Extra elements come between message and IDs, in the order in which they were added.
    #[test]
    fn an_s3_error_keeps_the_order_of_its_elements() {
        let error = WireError::new(404, "NoSuchKey", "The specified key does not exist.")
            .with("Key", "a&b")
            .with("VersionId", "v")
            .with_header("x-amz-delete-marker", "true");
        let (headers, bytes) = render_error(Protocol::RestXml, &error, "REQ", "HOST");
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
             <Message>The specified key does not exist.</Message><Key>a&amp;b</Key>\
             <VersionId>v</VersionId><RequestId>REQ</RequestId><HostId>HOST</HostId></Error>"
        );
        assert_eq!(headers["x-amz-request-id"], "REQ");
        assert_eq!(headers["x-amz-id-2"], "HOST");
        assert_eq!(headers["x-amz-delete-marker"], "true");
    }
}
