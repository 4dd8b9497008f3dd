//! Why a signature is rejected, and the error of each family of services.
//!
//! Nothing here is logged or compared: a refusal is a value until [`SignatureError::wire`] words
//! it for the family that was spoken to.

mod plain;
mod s3;

use std::fmt;

use types::Timestamp;

use super::{Family, Signed};
use crate::WireError;

/// Where a credential was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned URL.
    Query,
    /// In a field of a POST form.
    Form,
}

/// The fault of `X-Amz-Expires`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiresFault {
    /// It is no number.
    NotANumber,
    /// It is below zero.
    Negative,
    /// It exceeds [`super::EXPIRES_SECS_MAX`].
    MoreThanAWeek,
}

/// A signature that differs from ours, with what S3 shows to help the client's author.
///
/// None of it is secret: the client sent all of it. Its `Debug` form leaves out the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The claimed signer.
    pub access_key_id: String,
    /// What we signed.
    pub string_to_sign: String,
    /// The signature that was sent.
    pub signature_provided: String,
    /// What we hashed into the string to sign; chunks and POST forms have none.
    pub canonical_request: Option<Vec<u8>>,
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("access_key_id", &self.access_key_id)
            .field("string_to_sign", &self.string_to_sign)
            .finish_non_exhaustive()
    }
}

/// Why a request's signature is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureError {
    /// The service requires a signature and there is none.
    Missing,
    /// The access key does not exist, or is inactive.
    UnknownKey {
        /// The claimed signer.
        access_key_id: String,
    },
    /// The session token is not the access key's.
    BadToken,
    /// The session is over.
    ExpiredToken,
    /// A header and a query signature at once, or two headers.
    TwoMechanisms,
    /// Not `AWS4-HMAC-SHA256`.
    UnsupportedAlgorithm {
        /// Where it was sent.
        place: Place,
        /// The requested action.
        found: String,
    },
    /// The `Authorization` header lacks a part.
    IncompleteHeader {
        /// Whether `Credential` is present.
        credential: bool,
        /// Whether `Signature` is present.
        signature: bool,
        /// Whether `SignedHeaders` is present.
        signed_headers: bool,
        /// Whether a date header is present.
        date: bool,
        /// The header's value, SHA-256, base64.
        authorization_sha256: String,
    },
    /// A presigned URL lacks a parameter or has it twice.
    IncompleteQuery,
    /// A form has some of the fields of a signature, and lacks this one.
    MissingField {
        /// As S3 writes it.
        name: &'static str,
    },
    /// Neither `X-Amz-Date` nor `Date`.
    MissingDate {
        /// The header's value, SHA-256, base64.
        authorization_sha256: String,
    },
    /// The date is malformed.
    BadDate {
        /// Where it was sent.
        place: Place,
        /// The value that was sent.
        found: String,
    },
    /// `X-Amz-Expires` cannot be accepted.
    BadExpires(ExpiresFault),
    /// The credential has not the five parts.
    MalformedCredential {
        /// Where it was sent.
        place: Place,
        /// The value that was sent.
        found: String,
    },
    /// The scope does not end in `aws4_request`.
    WrongTerminator {
        /// Where it was sent.
        place: Place,
        /// Its last part.
        found: String,
    },
    /// The scope's day is not the date's.
    WrongDate {
        /// Where it was sent.
        place: Place,
        /// The scope's day.
        scope_date: String,
        /// The request's date.
        date: Timestamp,
    },
    /// The scope's region is not this one.
    WrongRegion {
        /// Where it was sent.
        place: Place,
        /// The scope's region.
        found: String,
        /// This region.
        expecting: String,
    },
    /// The scope's service is not this one.
    WrongService {
        /// Where it was sent.
        place: Place,
        /// The scope's service.
        found: String,
        /// This service.
        expecting: String,
    },
    /// Created too long ago.
    TooOld {
        /// When it was created.
        date: Timestamp,
        /// Our time.
        now: Timestamp,
        /// How long it lived.
        lifetime_ms: u64,
    },
    /// Created in the future.
    NotYet {
        /// Its claimed creation time.
        date: Timestamp,
        /// Our time.
        now: Timestamp,
        /// Whether it is a presigned URL.
        presigned: bool,
    },
    /// A presigned URL past its time.
    PresignedExpired {
        /// When it was created.
        date: Timestamp,
        /// Our time.
        now: Timestamp,
        /// How long it lived.
        lifetime_ms: u64,
    },
    /// Headers that must be under the signature are not.
    HeadersNotSigned(Vec<String>),
    /// The signature is another one.
    Mismatch(Box<Mismatch>),
    /// S3 requires `x-amz-content-sha256`.
    MissingContentSha256,
    /// `x-amz-content-sha256` is neither a hash nor a known word.
    InvalidContentSha256 {
        /// The value that was sent.
        found: String,
    },
    /// The body's hash differs from the one in the head.
    ContentMismatch {
        /// The hash in the head, in hexadecimal.
        claimed: String,
        /// The hash of the body, in hexadecimal.
        computed: String,
    },
}

impl SignatureError {
    /// The scope's region is not `expecting`, where the bucket or the endpoint is.
    pub fn wrong_region(signed: &Signed, expecting: &str) -> Self {
        let (found, expecting) = (signed.region.clone(), expecting.to_owned());
        Self::WrongRegion { place: signed.place(), found, expecting }
    }

    /// The error as services of `family` word it.
    pub fn wire(&self, family: Family) -> WireError {
        match family {
            Family::Json | Family::Query => plain::wire(self, family),
            Family::S3 => s3::wire(self),
        }
    }
}
