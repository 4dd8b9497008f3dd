use std::net::IpAddr;

use types::{AccountId, Region, Timestamp};

use crate::{Caller, Service};

/// Everything known about a call besides its input.
#[derive(Debug, Clone)]
pub struct Call {
    /// The caller.
    pub caller: Caller,
    /// The region that is spoken to, from the signature.
    pub region: Region,
    /// When the call began. A whole call sees one instant.
    pub now: Timestamp,
    /// The ID in the response's header and in the event.
    pub request_id: String,
    /// S3's second id.
    pub host_id: String,
    /// How the call arrived; `None` for calls of services.
    pub origin: Option<Origin>,
}

/// The network side of a call.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The client's address.
    pub source_ip: IpAddr,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Host` header.
    pub host: String,
    /// The `Referer` header.
    pub referer: Option<String>,
    /// Where the signature was sent.
    pub auth: Auth,
    /// Its version; `None` without one.
    pub version: Option<SignatureVersion>,
    /// When the signature was created; `None` if the signature has no time.
    pub signed_at: Option<Timestamp>,
    /// Whether the client's connection is encrypted.
    pub secure: bool,
    /// TLS version and cipher suite, as AWS names them; `None` over plain HTTP, and when the
    /// connection is encrypted by a proxy.
    pub tls: Option<(String, String)>,
    /// The value of `x-amz-content-sha256`.
    pub content_sha256: Option<String>,
    /// Whether the client requests JSON where the protocol's own format is XML.
    pub json: bool,
    /// Bytes of the request's body as declared.
    pub body_bytes: u64,
}

/// Where a request's signature is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Query,
    /// In the fields of a form.
    Form,
    /// Nowhere.
    None,
}

/// The version of a request's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureVersion {
    /// HMAC-SHA-1 over a few headers; S3 only.
    V2,
    /// HMAC-SHA-256 over the whole head and the body's hash.
    V4,
}

impl Call {
    /// Whether it is proved by Version 2, which signs no body and no region.
    pub fn has_signature_v2(&self) -> bool {
        let version = self.origin.as_ref().and_then(|origin| origin.version);
        version == Some(SignatureVersion::V2)
    }

    /// The account whose API is called.
    pub fn account(&self) -> &AccountId {
        &self.caller.account
    }

    /// The region of the event: that of the call, or `us-east-1` for a global service.
    pub fn event_region(&self, service: &Service) -> Region {
        if service.global { Region::us_east_1() } else { self.region.clone() }
    }
}
