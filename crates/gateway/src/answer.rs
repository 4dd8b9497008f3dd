use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;
use wire::MadeAt;

use crate::{Fault, Protocol, Spec, WireError};

/// What an answer needs besides the output.
#[derive(Debug)]
pub struct Reply<'a> {
    /// The operation.
    pub spec: &'static Spec,
    /// The request id.
    pub request_id: &'a str,
    /// S3's second id.
    pub host_id: &'a str,
    /// Whether the client asks for JSON where the protocol's own form is XML.
    pub json: bool,
}

/// The `Server` header of S3's responses. Observed.
pub const S3_SERVER: &str = "AmazonS3";

/// An HTTP response.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers, ids included.
    pub headers: HeaderMap,
    /// The body.
    pub body: AnswerBody,
    /// Where an error was made; clients never see it.
    pub made_at: Option<MadeAt>,
}

/// The body of a response.
pub enum AnswerBody {
    /// Whole.
    Whole(Bytes),
    /// Read piece by piece from disk; `length` bytes in all.
    Pieces {
        /// Bytes that all pieces have together.
        length: u64,
        /// The pieces, on a thread that may block.
        pieces: Box<dyn Iterator<Item = Result<Bytes, Fault>> + Send>,
    },
}

impl fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::Pieces { length, .. } => write!(f, "Pieces({length} bytes)"),
        }
    }
}

impl Answer {
    /// A response without headers or body.
    pub fn empty(status: StatusCode) -> Self {
        let body = AnswerBody::Whole(Bytes::new());
        Self { status, headers: HeaderMap::new(), body, made_at: None }
    }

    /// The same with one more header; a value that HTTP cannot carry is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            self.headers.append(name, value);
        }
        self
    }

    /// The same with a whole body of a type.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = AnswerBody::Whole(body.into());
        self.with("content-type", content_type)
    }

    /// `output` in the version of AWS JSON that the service speaks.
    pub fn json(output: &impl Serialize, reply: &Reply<'_>) -> Result<Self, Fault> {
        let kind = match reply.spec.service.protocol {
            Protocol::QueryCompatible { .. } => "application/x-amz-json-1.0",
            Protocol::Json11
            | Protocol::Query { .. }
            | Protocol::Ec2
            | Protocol::RestXml
            | Protocol::RestXmlControl => "application/x-amz-json-1.1",
        };
        let body = serde_json::to_vec(output).map_err(unwritable)?;
        Ok(Self::empty(StatusCode::OK)
            .with("x-amzn-requestid", reply.request_id)
            .with_body(kind, body))
    }

    /// `tree` in the XML of the Query protocol, of a service whose model flattens lists.
    pub fn query_flattened(tree: &Value, namespace: &str, reply: &Reply<'_>) -> Self {
        let body =
            wire::query::render_flattened(reply.spec.name, namespace, tree, reply.request_id);
        Self::empty(StatusCode::OK)
            .with("x-amzn-requestid", reply.request_id)
            .with_body("text/xml", body)
    }

    /// `output` in the XML of the Query protocol.
    pub fn query(
        output: &impl Serialize,
        namespace: &str,
        reply: &Reply<'_>,
    ) -> Result<Self, Fault> {
        let tree = serde_json::to_value(output).map_err(unwritable)?;
        let body = wire::query::render(reply.spec.name, namespace, &tree, reply.request_id);
        Ok(Self::empty(StatusCode::OK)
            .with("x-amzn-requestid", reply.request_id)
            .with_body("text/xml", body))
    }

    /// `output` in the JSON form of the Query protocol.
    pub fn query_json(output: &impl Serialize, reply: &Reply<'_>) -> Result<Self, Fault> {
        let tree = serde_json::to_value(output).map_err(unwritable)?;
        let body = wire::query::render_json(reply.spec.name, tree, reply.request_id);
        Ok(Self::empty(StatusCode::OK)
            .with("x-amzn-requestid", reply.request_id)
            .with_body("application/json", body))
    }

    /// `error` as the response to a call.
    pub(crate) fn refusal(protocol: Protocol, error: &WireError, reply: &Reply<'_>) -> Self {
        Self::error_as(protocol, error, (reply.request_id, reply.host_id), reply.json)
    }

    /// `error` with its two IDs, in JSON if that was requested and the protocol supports it.
    pub(crate) fn error_as(
        protocol: Protocol,
        error: &WireError,
        (request_id, host_id): (&str, &str),
        json: bool,
    ) -> Self {
        if let (Protocol::QueryCompatible { shapes, .. }, true) = (protocol, json) {
            let (headers, body) = wire::render_compatible_error(shapes, error, request_id);
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
            let (body, made_at) = (AnswerBody::Whole(body), Some(error.made_at));
            return Self { status, headers, body, made_at };
        }
        let answer = Self::error(protocol, error, request_id, host_id);
        match protocol {
            Protocol::Query { .. } if json => {
                let mut answer = answer;
                answer.headers.remove(http::header::CONTENT_TYPE);
                answer.with_body("application/json", wire::query::error_json(error, request_id))
            }
            Protocol::Query { .. }
            | Protocol::QueryCompatible { .. }
            | Protocol::Json11
            | Protocol::Ec2
            | Protocol::RestXml
            | Protocol::RestXmlControl => answer,
        }
    }

    /// `error` in a protocol's rendering.
    pub fn error(protocol: Protocol, error: &WireError, request_id: &str, host_id: &str) -> Self {
        let (mut headers, body) = wire::render_error(protocol, error, request_id, host_id);
        if protocol == Protocol::RestXml {
            headers.insert(http::header::SERVER, HeaderValue::from_static(S3_SERVER));
        }
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = AnswerBody::Whole(body);
        Self { status, headers, body, made_at: Some(error.made_at) }
    }
}

fn unwritable(cause: serde_json::Error) -> Fault {
    Fault::bug("an output cannot be written").because(cause)
}
