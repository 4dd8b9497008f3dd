use bytes::Bytes;
use http::Method;
use serde_json::Value;
use wire::uri;
use wire::xml::{self, Limits};

use super::{Answered, CallError};

/// A service that the command calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// KMS.
    Kms,
    /// S3.
    S3,
    /// CloudTrail.
    CloudTrail,
    /// Shoseki's own API.
    Own,
}

impl Service {
    /// Its name in signatures.
    pub(crate) fn signing_name(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::S3 => "s3",
            Self::CloudTrail => "cloudtrail",
            Self::Own => "shoseki",
        }
    }
}

/// A request before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The service.
    pub(crate) service: Service,
    /// The operation's name, for display.
    pub(crate) operation: &'static str,
    /// The method.
    pub(crate) method: Method,
    /// Path and query, encoded.
    pub(crate) target: String,
    /// The headers, without those that sign.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: Bytes,
    /// The region to sign for, if it differs from the client's.
    pub(crate) region: Option<String>,
}

impl Call {
    /// An operation of KMS.
    pub(crate) fn kms(operation: &'static str, input: &Value) -> Self {
        Self::json(Service::Kms, "TrentService", operation, input)
    }

    /// An operation of CloudTrail.
    pub(crate) fn cloudtrail(operation: &'static str, input: &Value) -> Self {
        const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";
        Self::json(Service::CloudTrail, TARGET, operation, input)
    }

    /// An operation of Shoseki's own API.
    pub(crate) fn own(operation: &'static str, input: &Value) -> Self {
        Self::json(Service::Own, "Shoseki_20261101", operation, input)
    }

    fn json(service: Service, target: &str, operation: &'static str, input: &Value) -> Self {
        Self {
            service,
            operation,
            method: Method::POST,
            target: "/".to_owned(),
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", format!("{target}.{operation}")),
            ],
            body: Bytes::from(input.to_string()),
            region: None,
        }
    }

    /// An operation of S3 on `place`, a bucket or `bucket/key`, addressed by path.
    pub(crate) fn s3(operation: &'static str, method: Method, place: &str, query: &str) -> Self {
        let mut target = format!("/{}", uri::encode_path(place));
        if !query.is_empty() {
            target.push('?');
            target.push_str(query);
        }
        let (headers, body) = (Vec::new(), Bytes::new());
        let (service, region) = (Service::S3, None);
        Self { service, operation, method, target, headers, body, region }
    }

    /// Sets the region to sign for.
    pub(crate) fn in_region(self, region: String) -> Self {
        Self { region: Some(region), ..self }
    }

    /// Sets the body.
    pub(crate) fn with_body(mut self, kind: &str, body: String) -> Self {
        self.headers.push(("content-type", kind.to_owned()));
        self.body = Bytes::from(body);
        self
    }
}

/// Parses a service's error response.
pub(super) fn refusal(service: Service, answered: &Answered) -> CallError {
    let status = answered.status.as_u16();
    let (code, message) = match service {
        Service::S3 => xml_error(&answered.body),
        Service::Kms | Service::CloudTrail | Service::Own => json_error(&answered.body),
    }
    .unwrap_or_default();
    // A response to HEAD has no body.
    let code = if code.is_empty() {
        answered.status.canonical_reason().unwrap_or("Error").replace(' ', "")
    } else {
        code
    };
    CallError::Refused { status, code, message }
}

fn xml_error(body: &[u8]) -> Option<(String, String)> {
    let root = xml::parse(body, Limits::S3).ok()?;
    let text = |name| root.text_of(name).unwrap_or_default().to_owned();
    Some((text("Code"), text("Message")))
}

fn json_error(body: &[u8]) -> Option<(String, String)> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| json.get(name)?.as_str().map(str::to_owned);
    let code = text("__type")?;
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    Some((code, text("message").or_else(|| text("Message")).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn check(service: Service, status: StatusCode, body: &'static str, want: &str) {
        let answered = Answered {
            status,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        };
        assert_eq!(refusal(service, &answered).to_string(), want);
    }

    /// Code and message are parsed in both protocols, with and without a body.
    #[test]
    fn refusals_are_read() {
        let bad = StatusCode::BAD_REQUEST;
        check(
            Service::Kms,
            bad,
            r#"{"__type":"a#NotFoundException","message":"m"}"#,
            "400 NotFoundException: m",
        );
        check(Service::CloudTrail, bad, r#"{"__type":"X","Message":"m"}"#, "400 X: m");
        let xml =
            "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>";
        check(Service::S3, StatusCode::NOT_FOUND, xml, "404 NoSuchKey: m");
        check(Service::S3, StatusCode::NOT_FOUND, "", "404 NotFound");
        check(Service::Kms, StatusCode::BAD_GATEWAY, "<html>", "502 BadGateway");
    }

    /// Percent-encodes keys, except for slashes.
    #[test]
    fn targets_are_encoded() {
        let call = Call::s3("GetObject", Method::GET, "b/AWSLogs/a b?c", "versionId=x");
        assert_eq!(call.target, "/b/AWSLogs/a%20b%3Fc?versionId=x");
    }
}
