use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;
use types::Clock;
use wire::sign::{Credentials, payload_hash, sign_header};

/// The region of all requests.
pub(crate) const REGION: &str = "us-east-1";

/// A request, signed and serialized: can be sent any number of times while its signature is valid
/// (15 minutes).
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// From the request line to the empty line.
    pub(crate) head: Bytes,
    /// The body, which many requests share.
    pub(crate) body: Bytes,
    /// Whether only the head of the response is requested (HEAD).
    pub(crate) is_head: bool,
}

/// Builds requests of one caller to one server.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    credentials: Credentials,
    host: String,
    clock: Clock,
}

/// A body with its hash, which is computed only once.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    bytes: Bytes,
    sha256: String,
}

impl Body {
    /// Computes the hash of a body.
    pub(crate) fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { sha256: payload_hash(&bytes), bytes }
    }
}

impl Signer {
    /// A signer for the server at `host`.
    pub(crate) fn new(credentials: Credentials, host: String) -> Self {
        Self { credentials, host, clock: Clock::system() }
    }

    /// A call of the JSON protocol; `target` is the whole `X-Amz-Target`.
    pub(crate) fn json(&self, service: &str, target: &str, input: &Value) -> Request {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        let body = Body::new(input.to_string());
        self.signed(service, "POST", "/", &headers, &body)
    }

    /// A call of the Query protocol.
    pub(crate) fn query(&self, service: &str, parameters: &[(&str, &str)]) -> Request {
        let pair = |(name, value): &(&str, &str)| {
            [wire::uri::encode(name), wire::uri::encode(value)].join("=")
        };
        let body = Body::new(parameters.iter().map(pair).collect::<Vec<_>>().join("&"));
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        self.signed(service, "POST", "/", &headers, &body)
    }

    /// A call of S3.
    pub(crate) fn s3(&self, method: &str, target: &str, body: &Body) -> Request {
        self.signed("s3", method, target, &[], body)
    }

    /// A call of S3 with a document; some operations require its MD5.
    pub(crate) fn s3_document(&self, target: &str, document: &str) -> Request {
        let body = Body::new(document.to_owned());
        let headers = [("content-md5", STANDARD.encode(keys::md5(document.as_bytes())))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.signed("s3", "PUT", target, &headers, &body)
    }

    fn signed(
        &self,
        service: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &Body,
    ) -> Request {
        let (host, now) = (&self.host, self.clock.now());
        let (hash, keys) = (&body.sha256, &self.credentials);
        let added = sign_header(method, host, target, headers, hash, keys, REGION, service, now);
        let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\n");
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in headers.iter().copied().chain(added) {
            head.push_str(&[name, ": ", value, "\r\n"].concat());
        }
        head.push_str("user-agent: bench\r\n");
        let length = body.bytes.len().to_string();
        head.push_str(&["content-length: ", &length, "\r\n\r\n"].concat());
        Request { head: head.into(), body: body.bytes.clone(), is_head: method == "HEAD" }
    }
}
