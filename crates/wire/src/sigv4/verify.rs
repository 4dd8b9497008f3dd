//! Proving a signature.

use std::fmt;

use keys::equal_in_constant_time;
use types::{SECOND_MS, Timestamp};

use super::canonical::Parts;
use super::error::{Mismatch, SignatureError};
use super::{
    CanonicalQuery, EMPTY_SHA256, Family, Form, Payload, SKEW_MS, Signed, SigningKey,
    canonical_request, string_to_sign,
};
use crate::Head;

/// A signature that was found true, and what continues it over the chunks of a body.
///
/// Its `Debug` form leaves out the signature.
#[derive(Clone)]
pub struct Verified {
    pub(crate) access_key_id: String,
    pub(crate) key: SigningKey,
    /// The date as used in strings to sign.
    pub(crate) date: String,
    /// The credential scope.
    pub(crate) scope: String,
    /// The request's own signature, the seed of its chunks' signatures.
    pub(crate) seed: String,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("access_key_id", &self.access_key_id)
            .field("date", &self.date)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Verified {
    /// The key it was verified with, for [`super::SigningKeys`].
    pub fn key(&self) -> &SigningKey {
        &self.key
    }
}

/// Verifies what does not require the body: the time, which headers are signed, and on S3, where
/// the head describes the body, the signature.
pub fn verify_head(
    head: &Head,
    signed: &Signed,
    key: &SigningKey,
    now: Timestamp,
    family: Family,
) -> Result<(), SignatureError> {
    check_time(signed, now, family)?;
    check_signed_headers(head, signed, family)?;
    if family != Family::S3 {
        return Ok(());
    }
    check_signature(head, signed, key, &declared_payload(signed)?, family)
}

/// The rest, once [`verify_head`] has passed: that the body is the one that was signed.
///
/// `body_sha256` is the hash of the whole body. Services other than S3 always need it: their
/// clients' descriptions of the body do not count, and `None` means an empty body. On S3 it may be
/// `None` before the body was read; its reader then compares it with [`Payload::Sha256Hex`] and
/// returns [`SignatureError::ContentMismatch`].
pub fn verify_body(
    head: &Head,
    signed: &Signed,
    key: SigningKey,
    body_sha256: Option<&[u8; 32]>,
    family: Family,
) -> Result<Verified, SignatureError> {
    match (family, body_sha256) {
        (Family::S3, Some(hash)) => signed.payload.check_sha256(hash)?,
        (Family::S3, None) => {}
        (Family::Json | Family::Query, Some(hash)) => {
            check_signature(head, signed, &key, &types::hex(hash), family)?;
        }
        (Family::Json | Family::Query, None) => {
            check_signature(head, signed, &key, EMPTY_SHA256, family)?;
        }
    }
    let (date, scope) = (signed.date.basic(), signed.scope());
    let (access_key_id, seed) = (signed.access_key_id.clone(), signed.signature.clone());
    Ok(Verified { access_key_id, key, date, scope, seed })
}

/// `payload` is the last line of the canonical request.
fn check_signature(
    head: &Head,
    signed: &Signed,
    key: &SigningKey,
    payload: &str,
    family: Family,
) -> Result<(), SignatureError> {
    let (date, scope) = (signed.date.basic(), signed.scope());
    let attempt = |query: CanonicalQuery| {
        let parts = Parts {
            method: head.method.as_str(),
            raw_path: head.path(),
            raw_query: head.query(),
            query,
            headers: head.headers(),
            family,
        };
        let names = signed.signed_headers.iter().map(String::as_str);
        let canonical = canonical_request(&parts, names, payload);
        let to_sign = string_to_sign(&date, &scope, &canonical);
        let signature = key.sign(to_sign.as_bytes());
        let right = equal_in_constant_time(signature.as_bytes(), signed.signature.as_bytes());
        (right, canonical, to_sign)
    };
    let (mut right, canonical, to_sign) = attempt(whole_query(signed));
    if !right && may_add_token_later(signed, family) {
        right = attempt(CanonicalQuery::PresignedWithoutToken).0;
    }
    if right {
        return Ok(());
    }
    Err(SignatureError::Mismatch(Box::new(Mismatch {
        access_key_id: signed.access_key_id.clone(),
        string_to_sign: to_sign,
        signature_provided: signed.signature.clone(),
        canonical_request: Some(canonical),
    })))
}

fn whole_query(signed: &Signed) -> CanonicalQuery {
    match signed.form {
        Form::Header => CanonicalQuery::Whole,
        Form::Query { .. } | Form::Post => CanonicalQuery::Presigned,
    }
}

/// The token is checked against the access key anyway, so it need not be under the signature.
///
/// Source: AWS General Reference, "Signature Version 4": some services require the token to be
/// added after the signature is calculated.
fn may_add_token_later(signed: &Signed, family: Family) -> bool {
    family != Family::S3
        && matches!(signed.form, Form::Query { .. })
        && signed.session_token.is_some()
}

/// Source: kubernetes-sigs/aws-iam-authenticator, `pkg/token`: outside S3 a presigned request lives for
/// the 15 minutes of a signed header; the lifetime that it names is ignored.
fn check_time(signed: &Signed, now: Timestamp, family: Family) -> Result<(), SignatureError> {
    let date = signed.date;
    let lifetime_ms = match (signed.form, family) {
        (Form::Header, _) | (Form::Query { .. }, Family::Json | Family::Query) => {
            if date.plus_ms(SKEW_MS) < now {
                return Err(SignatureError::TooOld { date, now, lifetime_ms: SKEW_MS });
            }
            SKEW_MS
        }
        (Form::Query { expires_secs: None }, Family::S3) | (Form::Post, _) => {
            return Err(SignatureError::IncompleteQuery);
        }
        (Form::Query { expires_secs: Some(secs) }, Family::S3) => secs.saturating_mul(SECOND_MS),
    };
    let presigned = matches!(signed.form, Form::Query { .. });
    if now.plus_ms(SKEW_MS) < date {
        return Err(SignatureError::NotYet { date, now, presigned });
    }
    if presigned && date.plus_ms(lifetime_ms) < now {
        return Err(SignatureError::PresignedExpired { date, now, lifetime_ms });
    }
    Ok(())
}

/// What must be signed: the host; on S3 every `x-amz-*` header in the request, and elsewhere the
/// headers that select the operation and the time.
///
/// Observed: S3 refuses unsigned `x-amz-*` headers and lists them in `HeadersNotSigned`, but for the
/// hash of the payload beside a presigned URL, which it ignores.
/// Assumed: other services demand the headers that are listed here; AWS's documentation only asks
/// clients to sign all of them.
fn check_signed_headers(
    head: &Head,
    signed: &Signed,
    family: Family,
) -> Result<(), SignatureError> {
    let is_signed = |name: &str| signed.signed_headers.iter().any(|signed| signed == name);
    let ignored =
        |name: &str| matches!(signed.form, Form::Query { .. }) && name == "x-amz-content-sha256";
    let must = |name: &str| match family {
        Family::S3 if ignored(name) => false,
        Family::S3 => name == "host" || name.starts_with("x-amz-"),
        Family::Json | Family::Query => matches!(name, "host" | "x-amz-target" | "x-amz-date"),
    };
    let mut unsigned: Vec<String> = head
        .headers()
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| must(name) && !is_signed(name))
        .map(str::to_owned)
        .collect();
    if !is_signed("host") && unsigned.iter().all(|name| name != "host") {
        unsigned.insert(0, "host".to_owned());
    }
    if unsigned.is_empty() { Ok(()) } else { Err(SignatureError::HeadersNotSigned(unsigned)) }
}

/// The last line of S3's canonical request.
fn declared_payload(signed: &Signed) -> Result<String, SignatureError> {
    match (&signed.payload, signed.form) {
        (Payload::Absent, Form::Header) => Err(SignatureError::MissingContentSha256),
        (Payload::Absent, Form::Query { .. } | Form::Post) => {
            Ok(Payload::Unsigned.as_str().to_owned())
        }
        (Payload::Other(found), _) => {
            Err(SignatureError::InvalidContentSha256 { found: found.clone() })
        }
        (payload, _) => Ok(payload.as_str().to_owned()),
    }
}
