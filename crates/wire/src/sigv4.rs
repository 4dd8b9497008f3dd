//! Signature Version 4, the verifying side: parses the signature that a request presents, and
//! verifies it.
//!
//! In the order in which a gateway uses it: [`presented`] parses the claim, `None` being an
//! anonymous caller; [`Signed::check_scope`] checks that it is for this service; the
//! gateway looks up the access key (and itself returns [`SignatureError::UnknownKey`],
//! [`SignatureError::BadToken`] or [`SignatureError::ExpiredToken`]); [`verify_head`] and [`verify_body`]
//! verify it. A body that arrives in signed chunks is then verified chunk by chunk by a [`ChunkDecoder`].
//!
//! Source: AWS General Reference, "Signature Version 4"; S3 API Reference, "Authenticating
//! Requests (AWS Signature Version 4)".

mod canonical;
mod chunk_line;
mod chunks;
mod error;
mod key;
mod post_policy;
mod presented;
mod verify;

use types::Timestamp;

pub use chunks::{
    CHUNK_BYTES_MIN, ChunkDecoder, ChunkError, SIGNED_CHUNK_BYTES_MAX, TRAILER_BYTES_MAX, Trailers,
};
pub use error::{ExpiresFault, Mismatch, Place, SignatureError};
pub use key::{SigningKey, SigningKeys};
pub use post_policy::{PolicyError, PostPolicy, PostSignature, verify_post_signature};
pub use presented::presented;
pub use verify::{Verified, verify_body, verify_head};

pub(crate) use canonical::{CanonicalQuery, Parts, canonical_request, string_to_sign};
pub(crate) use chunk_line::{TRAILER_SIGNATURE, chunk_string_to_sign, trailer_string_to_sign};

/// The name of the algorithm.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last part of every scope.
pub(crate) const TERMINATOR: &str = "aws4_request";
/// SHA-256 of nothing.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// A request's time may differ from ours by this much.
///
/// Source: AWS General Reference, "Signature Version 4": 15 minutes.
pub const SKEW_MS: u64 = 15 * types::MINUTE_MS;
/// A presigned URL lives at most this long.
///
/// Source: S3 API Reference, "Authenticating Requests: Using Query Parameters": seven days.
pub const EXPIRES_SECS_MAX: u64 = 604_800;

/// Services that share canonicalisation rules and error wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The JSON 1.1 services.
    Json,
    /// The Query services.
    Query,
    /// S3: paths are not normalised and encoded once; the payload hash is a header.
    S3,
}

/// Where a request carries its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Query {
        /// How long it is valid from its date; `None` if a service other than S3 was called without
        /// `X-Amz-Expires`.
        expires_secs: Option<u64>,
    },
    /// In the fields of a form, over the form's policy: see [`PostSignature`].
    Post,
}

/// How a request describes its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The lower-case hexadecimal SHA-256 of the body.
    Sha256Hex(String),
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// An `aws-chunked` body.
    Streaming {
        /// Whether each chunk carries a signature.
        signed: bool,
        /// Whether headers follow the last chunk.
        trailer: bool,
    },
    /// Nothing: usual outside S3, an error on S3.
    Absent,
    /// Something else; S3 refuses it, other services hash the body anyway.
    Other(String),
}

impl Payload {
    /// Reads the value of `x-amz-content-sha256`.
    pub fn parse(text: &str) -> Self {
        let hash = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        match text {
            "UNSIGNED-PAYLOAD" => Self::Unsigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => {
                Self::Streaming { signed: true, trailer: false }
            }
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
                Self::Streaming { signed: true, trailer: true }
            }
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => {
                Self::Streaming { signed: false, trailer: true }
            }
            _ if text.len() == 64 && text.bytes().all(hash) => Self::Sha256Hex(text.to_owned()),
            _ => Self::Other(text.to_owned()),
        }
    }

    /// The value of `x-amz-content-sha256`, and the last line of the canonical request on S3.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sha256Hex(text) | Self::Other(text) => text,
            Self::Unsigned => "UNSIGNED-PAYLOAD",
            Self::Streaming { signed: true, trailer: false } => {
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
            }
            Self::Streaming { signed: true, trailer: true } => {
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
            }
            Self::Streaming { signed: false, .. } => "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            Self::Absent => "",
        }
    }

    /// Whether a body with this hash is the one that was declared; true of every body when no
    /// hash was declared.
    ///
    /// For readers of an S3 body whose head was already verified.
    pub fn check_sha256(&self, computed: &[u8; 32]) -> Result<(), SignatureError> {
        let Self::Sha256Hex(claimed) = self else { return Ok(()) };
        let computed = types::hex(computed);
        if *claimed == computed {
            return Ok(());
        }
        Err(SignatureError::ContentMismatch { claimed: claimed.clone(), computed })
    }
}

/// A signature as presented, parsed but not yet verified.
///
/// Its `Debug` form leaves out the signature and the session token.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// The claimed signer.
    pub access_key_id: String,
    /// When.
    pub date: Timestamp,
    /// The date in the credential scope, `YYYYMMDD`.
    pub scope_date: String,
    /// The region in the credential scope.
    pub region: String,
    /// The service in the credential scope.
    pub service: String,
    /// The names of the signed headers, as listed.
    pub signed_headers: Vec<String>,
    /// The signature, in hexadecimal.
    pub signature: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// Header or query.
    pub form: Form,
    /// The description of the body.
    pub payload: Payload,
}

impl Signed {
    /// Whether the scope names `service`, a region that can exist, and the day of the date.
    ///
    /// Call it before the key is looked up. The bucket's region is known only later: see
    /// [`SignatureError::wrong_region`].
    pub fn check_scope(&self, service: &str) -> Result<(), SignatureError> {
        let place = self.place();
        if self.scope_date != self.date.basic_date() {
            return Err(SignatureError::WrongDate {
                place,
                scope_date: self.scope_date.clone(),
                date: self.date,
            });
        }
        if types::Region::parse(&self.region).is_none() {
            return Err(SignatureError::wrong_region(self, "us-east-1"));
        }
        if self.service != service {
            return Err(SignatureError::WrongService {
                place,
                found: self.service.clone(),
                expecting: service.to_owned(),
            });
        }
        Ok(())
    }

    /// The credential scope: `date/region/service/aws4_request`.
    pub fn scope(&self) -> String {
        format!("{}/{}/{}/{TERMINATOR}", self.scope_date, self.region, self.service)
    }

    /// Where the credential was found, for error texts.
    pub fn place(&self) -> Place {
        match self.form {
            Form::Header => Place::Header,
            Form::Query { .. } => Place::Query,
            Form::Post => Place::Form,
        }
    }
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signed")
            .field("access_key_id", &self.access_key_id)
            .field("date", &self.date)
            .field("scope", &self.scope())
            .field("signed_headers", &self.signed_headers)
            .field("form", &self.form)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
