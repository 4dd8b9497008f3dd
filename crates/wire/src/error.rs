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
    /// AWS Query as EC2 speaks it.
    Ec2,
    /// REST-XML as S3 speaks it.
    RestXml,
    /// The same in S3 Control's format, whose errors are wrapped in one more element.
    RestXmlControl,
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
    xml.text("Type", if error.status < 500 { "Sender" } else { "Receiver" });
    write_code(&mut xml, error);
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
