//! A request whose head was understood.

use bytes::Bytes;
use types::Region;
use wire::{FormReader, Head};

use crate::authenticate::{Presented, Requested};
use crate::{BodyLimit, Effort, Family, Protocol, Row, Service, Signatures, Spec, WireError};

/// A request whose head was understood.
#[derive(Debug)]
pub struct Identified {
    /// What body may follow.
    pub body: BodyLimit,
    /// What [`Gateway::begin`](crate::Gateway::begin) takes of a thread.
    pub effort: Effort,
    pub(crate) service: &'static Service,
    /// `None` for Query requests, whose operation is in the body.
    pub(crate) row: Option<&'static Row>,
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) region_of_host: Option<Region>,
    /// Whether the client requests JSON where the protocol's own format is XML.
    pub(crate) json: bool,
    /// What [`Gateway::present`](crate::Gateway::present) found.
    pub(crate) presented: Option<Box<Presented>>,
}

/// A request as the server received it.
#[derive(Debug)]
pub struct Received {
    /// The head.
    pub head: Head,
    /// The whole body of a buffered request; empty for a streamed one.
    pub body: Bytes,
    /// The form that a [`BodyLimit::Form`] requires, parsed up to its file.
    pub form: Option<FormReader>,
    /// TLS version and cipher suite of the connection, as AWS names them.
    pub tls: Option<(String, String)>,
}

impl Identified {
    /// A request of the control protocol about `resource`.
    pub(crate) fn control(row: &'static Row, resource: &str) -> Self {
        let Spec { body, effort, service, .. } = *row.spec;
        Self {
            body,
            effort,
            service,
            row: Some(row),
            bucket: None,
            key: Some(resource.to_owned()),
            region_of_host: None,
            json: false,
            presented: None,
        }
    }

    /// The name of the operation, if it is in the head.
    pub fn operation(&self) -> Option<&'static str> {
        self.row.map(|row| row.spec.name)
    }

    pub(crate) fn requested(&self) -> Requested<'_> {
        Requested {
            service: self.service,
            anonymous: self.row.is_some_and(|row| row.spec.anonymous),
            unsigned: self.is_unsigned(),
            region_of_host: self.region_of_host.as_ref(),
        }
    }

    /// The bucket that the path or the host names.
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    pub(crate) fn is_unsigned(&self) -> bool {
        self.row.is_some_and(|row| row.spec.signatures == Signatures::Ignored)
    }

    /// Whether its body is JSON.
    pub fn speaks_json(&self) -> bool {
        match self.service.protocol {
            Protocol::Json11 => true,
            Protocol::QueryCompatible { .. } => self.json,
            Protocol::Query { .. }
            | Protocol::Ec2
            | Protocol::RestXml
            | Protocol::RestXmlControl => false,
        }
    }

    /// The service, which determines the format of errors.
    pub fn service(&self) -> &'static Service {
        self.service
    }

    /// The refusal of a body beyond `limit` bytes.
    ///
    /// Source: S3 API Reference, "Error responses"; for the others their API references, "Common
    /// Errors", the errors "of all AWS services": `RequestEntityTooLargeException` with 413. The codes
    /// of the Query protocol have no `Exception`.
    pub fn too_large(&self, limit: u64) -> WireError {
        match (self.service.family, self.body) {
            (Family::Json, _) => WireError::without_message(413, "RequestEntityTooLargeException"),
            (Family::Query, _) => {
                WireError::new(413, "RequestEntityTooLarge", "Request entity too large")
            }
            (Family::S3, BodyLimit::Buffered(_)) => {
                WireError::new(400, "MaxMessageLengthExceeded", "Your request was too large.")
                    .with("MaxMessageLengthBytes", limit.to_string())
            }
            (Family::S3, BodyLimit::Streamed(_) | BodyLimit::Form(_)) => WireError::new(
                400,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
            )
            .with("MaxSizeAllowed", limit.to_string()),
        }
    }
}
