//! Refusals in the words of S3, whose extra elements are part of the contract.
//!
//! Source: S3 API Reference, "Error Responses" and "Authenticating Requests".
//! Observed: the presigned texts, the region text, the elements of `SignatureDoesNotMatch`,
//! `Request has expired` and `HeadersNotSigned`.

use std::fmt::Write;

use types::Timestamp;

use super::plain::expires_text;
use super::{Mismatch, Place, SignatureError};
use crate::WireError;
use crate::sigv4::SKEW_MS;

/// Bytes of a canonical request or a string to sign that a refusal shows at most.
///
/// Source: S3 User Guide, "Working with object metadata": the head of a request is limited to 8 KB,
/// so no request that AWS accepts is truncated here. Keys and queries may be three times as long in
/// their encoded form.
const ECHOED_BYTES_MAX: usize = 32 << 10;

const BAD_TOKEN: &str = "The provided token is malformed or otherwise invalid.";
const UNKNOWN_KEY: &str = "The AWS Access Key Id you provided does not exist in our records.";
const TWO_MECHANISMS: &str = "Only one auth mechanism allowed; only the X-Amz-Algorithm query \
                              parameter, Signature query string parameter or the Authorization \
                              header should be specified";
const CREDENTIAL_FORM: &str = "the Credential is mal-formed; expecting \
                               \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
const HEADER_PARTS: &str = "the authorization header requires three components: Credential, \
                            SignedHeaders, and Signature.";
const DATE_FORM: &str = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"";
const QUERY_PARAMETERS: &str = "Query-string authentication version 4 requires the \
     X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
     X-Amz-Expires parameters.";
const CONTENT_SHA256_FORM: &str = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
     STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
     STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, \
     STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";

pub(super) fn wire(error: &SignatureError) -> WireError {
    match error {
        SignatureError::Missing => denied("Access Denied"),
        SignatureError::UnknownKey { access_key_id } => {
            WireError::new(403, "InvalidAccessKeyId", UNKNOWN_KEY)
                .with("AWSAccessKeyId", access_key_id)
        }
        SignatureError::BadToken => WireError::new(400, "InvalidToken", BAD_TOKEN),
        SignatureError::ExpiredToken => {
            WireError::new(400, "ExpiredToken", "The provided token has expired.")
        }
        SignatureError::TwoMechanisms => WireError::new(400, "InvalidArgument", TWO_MECHANISMS)
            .with("ArgumentName", "Authorization"),
        SignatureError::TooOld { date, now, .. }
        | SignatureError::NotYet { date, now, presigned: false } => skewed(*date, *now),
        SignatureError::NotYet { date, now, presigned: true } => too_early(*date, *now),
        SignatureError::PresignedExpired { date, now, lifetime_ms } => {
            too_late(*date, *now, *lifetime_ms)
        }
        SignatureError::HeadersNotSigned(names) => {
            denied("There were headers present in the request which were not signed")
                .with("HeadersNotSigned", names.join(", "))
        }
        SignatureError::Mismatch(mismatch) => mismatched(mismatch),
        SignatureError::MissingContentSha256 => WireError::new(
            400,
            "InvalidRequest",
            "Missing required header for this request: x-amz-content-sha256",
        ),
        SignatureError::InvalidContentSha256 { found } => {
            WireError::new(400, "InvalidArgument", CONTENT_SHA256_FORM)
                .with("ArgumentName", "x-amz-content-sha256")
                .with("ArgumentValue", found)
        }
        SignatureError::ContentMismatch { claimed, computed } => other_content(claimed, computed),
        SignatureError::UnsupportedAlgorithm { place, found } => unsupported(*place, found),
        SignatureError::IncompleteHeader { .. } => at(Place::Header, HEADER_PARTS),
        SignatureError::IncompleteQuery => query_error(QUERY_PARAMETERS),
        SignatureError::MissingField { name } => missing_field(name),
        SignatureError::MissingDate { .. }
        | SignatureError::BadDate { place: Place::Header, .. } => {
            denied("AWS authentication requires a valid Date or x-amz-date header")
        }
        SignatureError::BadDate { .. } => query_error(DATE_FORM),
        SignatureError::BadExpires(fault) => query_error(expires_text(*fault)),
        SignatureError::MalformedCredential { place, .. } => at(*place, CREDENTIAL_FORM),
        SignatureError::WrongTerminator { place, found } => at(
            *place,
            &format!("incorrect terminal \"{found}\". This endpoint uses \"aws4_request\"."),
        ),
        SignatureError::WrongDate { place, scope_date, date } => {
            at(*place, &other_date(scope_date, *date))
        }
        SignatureError::WrongRegion { place, found, expecting } => {
            let text = format!("the region '{found}' is wrong; expecting '{expecting}'");
            at(*place, &text).with("Region", expecting)
        }
        SignatureError::WrongService { place, found, expecting } => at(
            *place,
            &format!("incorrect service \"{found}\". This endpoint belongs to \"{expecting}\"."),
        ),
    }
}

fn other_date(scope_date: &str, date: Timestamp) -> String {
    let day = date.basic_date();
    format!(
        "Invalid credential date \"{scope_date}\". This date is not the same as X-Amz-Date: \
         \"{day}\"."
    )
}

/// Observed: the text, with two spaces behind the first sentence, and the empty value.
fn missing_field(name: &str) -> WireError {
    let text = format!(
        "Bucket POST must contain a field named '{name}'.  If it is specified, please check the \
         order of the fields."
    );
    WireError::new(400, "InvalidArgument", text)
        .with("ArgumentName", name)
        .with("ArgumentValue", "")
}

fn denied(message: &str) -> WireError {
    WireError::new(403, "AccessDenied", message)
}

fn too_early(date: Timestamp, now: Timestamp) -> WireError {
    denied("Request is not yet valid").with("X-Amz-Date", date.iso()).with("ServerTime", now.iso())
}

fn too_late(date: Timestamp, now: Timestamp, lifetime_ms: u64) -> WireError {
    denied("Request has expired")
        .with("X-Amz-Expires", (lifetime_ms / types::SECOND_MS).to_string())
        .with("Expires", date.plus_ms(lifetime_ms).iso())
        .with("ServerTime", now.iso())
}

fn skewed(date: Timestamp, now: Timestamp) -> WireError {
    WireError::new(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    )
    .with("RequestTime", date.basic())
    .with("ServerTime", now.iso())
    .with("MaxAllowedSkewMilliseconds", SKEW_MS.to_string())
}

fn mismatched(mismatch: &Mismatch) -> WireError {
    let to_sign = echoed(mismatch.string_to_sign.as_bytes());
    let provided = echoed(mismatch.signature_provided.as_bytes());
    let error = WireError::new(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check \
         your key and signing method.",
    )
    .with("AWSAccessKeyId", &mismatch.access_key_id)
    .with("StringToSign", String::from_utf8_lossy(to_sign))
    .with("SignatureProvided", String::from_utf8_lossy(provided))
    .with("StringToSignBytes", spaced_hex(to_sign));
    let Some(canonical) = mismatch.canonical_request.as_deref().map(echoed) else { return error };
    error
        .with("CanonicalRequest", String::from_utf8_lossy(canonical))
        .with("CanonicalRequestBytes", spaced_hex(canonical))
}

/// The part that is returned. It is included as text and in hexadecimal, and callers can get it
/// without a secret: an access key ID, which presigned URLs contain, is enough.
fn echoed(text: &[u8]) -> &[u8] {
    text.get(..ECHOED_BYTES_MAX).unwrap_or(text)
}

fn other_content(claimed: &str, computed: &str) -> WireError {
    WireError::new(
        400,
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
    .with("ClientComputedContentSHA256", claimed)
    .with("S3ComputedContentSHA256", computed)
}

/// A bare `AWS` is Signature Version 2.
fn unsupported(place: Place, found: &str) -> WireError {
    match place {
        _ if found == "AWS" => WireError::new(
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use \
             AWS4-HMAC-SHA256.",
        ),
        Place::Header => WireError::new(400, "InvalidArgument", "Unsupported Authorization Type")
            .with("ArgumentName", "Authorization")
            .with("ArgumentValue", found),
        Place::Query | Place::Form => {
            query_error("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")
        }
    }
}

fn query_error(message: &str) -> WireError {
    WireError::new(400, "AuthorizationQueryParametersError", message)
}

/// The same complaint about a header or about a parameter.
fn at(place: Place, complaint: &str) -> WireError {
    match place {
        Place::Header => WireError::new(
            400,
            "AuthorizationHeaderMalformed",
            format!("The authorization header is malformed; {complaint}"),
        ),
        Place::Query | Place::Form => {
            query_error(&format!("Error parsing the X-Amz-Credential parameter; {complaint}"))
        }
    }
}

/// Two digits a byte, a space between bytes.
fn spaced_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(3));
    for (i, byte) in bytes.iter().enumerate() {
        let space = if i > 0 { " " } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{space}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::{ExpiresFault, Family};

    fn check(
        error: &SignatureError,
        status: u16,
        code: &str,
        message: &str,
        extra: &[(&str, &str)],
    ) {
        let wire = error.wire(Family::S3);
        assert_eq!((wire.status, wire.code.as_str()), (status, code), "{error:?}");
        assert_eq!(wire.message.as_deref(), Some(message), "{error:?}");
        let got: Vec<_> = wire.extra.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(got, extra, "{error:?}");
    }

    /// The size of the error for an invalid signature is limited for every request.
    #[test]
    fn the_text_of_a_mismatch_is_limited() {
        let long = "x".repeat(200_000);
        let mismatch = Mismatch {
            access_key_id: "AKID".to_owned(),
            string_to_sign: long.clone(),
            signature_provided: long.clone(),
            canonical_request: Some(long.into_bytes()),
        };
        let wire = SignatureError::Mismatch(Box::new(mismatch)).wire(Family::S3);
        let sizes: Vec<_> = wire.extra.iter().map(|(_, value)| value.len()).collect();
        let (text, hex) = (ECHOED_BYTES_MAX, 3 * ECHOED_BYTES_MAX - 1);
        assert_eq!(sizes, [4, text, text, hex, text, hex]);
    }

    /// The five elements of a mismatch, in order; chunks have no canonical request.
    #[test]
    fn a_mismatch_returns_the_signed_text() {
        let mut mismatch = Mismatch {
            access_key_id: "AKID".to_owned(),
            string_to_sign: "a\nb".to_owned(),
            signature_provided: "ff".to_owned(),
            canonical_request: Some(b"GET\n/".to_vec()),
        };
        let message = "The request signature we calculated does not match the signature you \
                       provided. Check your key and signing method.";
        let elements = [
            ("AWSAccessKeyId", "AKID"),
            ("StringToSign", "a\nb"),
            ("SignatureProvided", "ff"),
            ("StringToSignBytes", "61 0a 62"),
            ("CanonicalRequest", "GET\n/"),
            ("CanonicalRequestBytes", "47 45 54 0a 2f"),
        ];
        let error = SignatureError::Mismatch(Box::new(mismatch.clone()));
        check(&error, 403, "SignatureDoesNotMatch", message, &elements);
        mismatch.canonical_request = None;
        let error = SignatureError::Mismatch(Box::new(mismatch));
        check(&error, 403, "SignatureDoesNotMatch", message, &elements[..4]);
    }

    /// A wrong region names the right one, which SDKs then use.
    #[test]
    fn a_wrong_region_names_the_right_one() {
        for (place, code, start) in [
            (
                Place::Header,
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed",
            ),
            (
                Place::Query,
                "AuthorizationQueryParametersError",
                "Error parsing the X-Amz-Credential parameter",
            ),
        ] {
            let (found, expecting) = ("us-east-1".to_owned(), "eu-west-1".to_owned());
            let error = SignatureError::WrongRegion { place, found, expecting };
            let message =
                format!("{start}; the region 'us-east-1' is wrong; expecting 'eu-west-1'");
            check(&error, 400, code, &message, &[("Region", "eu-west-1")]);
        }
    }

    /// Times are shown to the client, whose clock is usually the culprit.
    #[test]
    fn time_errors_show_the_times() {
        let date = Timestamp::parse_iso("2026-02-21T00:30:00Z").unwrap();
        let now = date.plus_ms(3_600_000);
        check(
            &SignatureError::PresignedExpired { date, now, lifetime_ms: 2_000 },
            403,
            "AccessDenied",
            "Request has expired",
            &[
                ("X-Amz-Expires", "2"),
                ("Expires", "2026-02-21T00:30:02Z"),
                ("ServerTime", "2026-02-21T01:30:00Z"),
            ],
        );
        check(
            &SignatureError::TooOld { date, now, lifetime_ms: SKEW_MS },
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            &[
                ("RequestTime", "20260221T003000Z"),
                ("ServerTime", "2026-02-21T01:30:00Z"),
                ("MaxAllowedSkewMilliseconds", "900000"),
            ],
        );
    }

    /// The messages that recorded responses and the documentation establish.
    #[test]
    fn presigned_texts_are_those_of_s3() {
        let code = "AuthorizationQueryParametersError";
        check(&SignatureError::IncompleteQuery, 400, code, QUERY_PARAMETERS, &[]);
        let found = "AWS".to_owned();
        check(
            &SignatureError::UnsupportedAlgorithm { place: Place::Query, found },
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use \
             AWS4-HMAC-SHA256.",
            &[],
        );
        let found = "AKID%2F20260221".to_owned();
        check(
            &SignatureError::MalformedCredential { place: Place::Query, found },
            400,
            code,
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; \
             expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            &[],
        );
        check(
            &SignatureError::BadExpires(ExpiresFault::Negative),
            400,
            code,
            "X-Amz-Expires must be non-negative",
            &[],
        );
        check(
            &SignatureError::HeadersNotSigned(vec!["x-amz-acl".into(), "x-amz-tagging".into()]),
            403,
            "AccessDenied",
            "There were headers present in the request which were not signed",
            &[("HeadersNotSigned", "x-amz-acl, x-amz-tagging")],
        );
    }
}
