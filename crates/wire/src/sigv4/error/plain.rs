//! Refusals in the words of the JSON and the Query services, which differ in code and status only.
//!
//! Source: IAM User Guide, "Troubleshoot Signature Version 4 requests", and IAM API Reference,
//! "Common Errors".
//! Observed: the codes and the 400 of the JSON services, in many clients' reports.

use types::{MINUTE_MS, Timestamp};

use super::{ExpiresFault, SignatureError};
use crate::WireError;
use crate::sigv4::{Family, SKEW_MS};

const MISMATCH: &str = "The request signature we calculated does not match the signature you \
                        provided. Check your AWS Secret Access Key and signing method. Consult \
                        the service documentation for details.";

/// The codes of the two families for a kind of rejection.
#[derive(Clone, Copy)]
enum Kind {
    Missing,
    Unknown,
    Expired,
    Incomplete,
    Signature,
}

impl Kind {
    fn named(self, family: Family) -> (u16, &'static str) {
        let json = family == Family::Json;
        match self {
            Self::Missing if json => (400, "MissingAuthenticationTokenException"),
            Self::Missing => (403, "MissingAuthenticationToken"),
            Self::Unknown if json => (400, "UnrecognizedClientException"),
            Self::Unknown => (403, "InvalidClientTokenId"),
            Self::Expired if json => (400, "ExpiredTokenException"),
            Self::Expired => (403, "ExpiredToken"),
            Self::Incomplete if json => (400, "IncompleteSignatureException"),
            Self::Incomplete => (400, "IncompleteSignature"),
            Self::Signature if json => (400, "InvalidSignatureException"),
            Self::Signature => (403, "SignatureDoesNotMatch"),
        }
    }
}

pub(super) fn wire(error: &SignatureError, family: Family) -> WireError {
    let (kind, message) = worded(error, family);
    let (status, code) = kind.named(family);
    WireError::new(status, code, message)
}

/// Assumed: the wording for two mechanisms, a bad lifetime and a bad content hash.
fn worded(error: &SignatureError, family: Family) -> (Kind, String) {
    let incomplete = |text: &str| (Kind::Incomplete, text.to_owned());
    match error {
        SignatureError::Missing => (Kind::Missing, missing_text(family).to_owned()),
        SignatureError::UnknownKey { .. } | SignatureError::BadToken => {
            (Kind::Unknown, "The security token included in the request is invalid.".to_owned())
        }
        SignatureError::ExpiredToken => {
            (Kind::Expired, "The security token included in the request is expired".to_owned())
        }
        SignatureError::WrongTerminator { found, .. } => (Kind::Signature, terminator_text(found)),
        SignatureError::WrongDate { scope_date, date, .. } => {
            (Kind::Signature, date_text(scope_date, *date))
        }
        SignatureError::WrongRegion { .. } => {
            (Kind::Signature, "Credential should be scoped to a valid region.".to_owned())
        }
        SignatureError::WrongService { expecting, .. } => (
            Kind::Signature,
            format!("Credential should be scoped to correct service: '{expecting}'."),
        ),
        SignatureError::TooOld { date, now, lifetime_ms }
        | SignatureError::PresignedExpired { date, now, lifetime_ms } => {
            (Kind::Signature, expired_text(*date, *now, *lifetime_ms))
        }
        SignatureError::NotYet { date, now, .. } => (Kind::Signature, not_yet_text(*date, *now)),
        SignatureError::HeadersNotSigned(names) => (Kind::Signature, unsigned_text(names)),
        SignatureError::Mismatch(_) | SignatureError::ContentMismatch { .. } => {
            (Kind::Signature, MISMATCH.to_owned())
        }
        SignatureError::TwoMechanisms => incomplete(TWO_MECHANISMS),
        SignatureError::UnsupportedAlgorithm { found, .. } => {
            incomplete(&format!("Unsupported AWS 'algorithm': '{found}'."))
        }
        SignatureError::IncompleteHeader { authorization_sha256, .. } => {
            incomplete(&(missing_parts(error) + &hashed(authorization_sha256)))
        }
        // Only S3 has forms.
        SignatureError::IncompleteQuery | SignatureError::MissingField { .. } => {
            incomplete(QUERY_PARAMETERS)
        }
        SignatureError::MissingDate { authorization_sha256 } => {
            incomplete(&(DATE_REQUIRED.to_owned() + &hashed(authorization_sha256)))
        }
        SignatureError::BadDate { found, .. } => incomplete(&bad_date_text(found)),
        SignatureError::BadExpires(fault) => incomplete(expires_text(*fault)),
        SignatureError::MalformedCredential { found, .. } => incomplete(&credential_text(found)),
        SignatureError::MissingContentSha256 | SignatureError::InvalidContentSha256 { .. } => {
            incomplete("x-amz-content-sha256 must be a valid sha256 value.")
        }
    }
}

fn missing_text(family: Family) -> &'static str {
    match family {
        Family::Json => "Missing Authentication Token",
        Family::Query | Family::S3 => "Request is missing Authentication Token",
    }
}

fn terminator_text(found: &str) -> String {
    format!("Credential should be scoped with a valid terminator: 'aws4_request', not '{found}'.")
}

fn date_text(scope_date: &str, date: Timestamp) -> String {
    format!(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
         HTTP: '{scope_date}' != '{}', from '{}'.",
        date.basic_date(),
        date.basic()
    )
}

fn bad_date_text(found: &str) -> String {
    format!(
        "Date must be in ISO-8601 'basic format'. Got '{found}'. See \
         http://en.wikipedia.org/wiki/ISO_8601"
    )
}

fn credential_text(found: &str) -> String {
    format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got '{found}'"
    )
}

/// A sentence for each part that an `Authorization` header lacks.
fn missing_parts(error: &SignatureError) -> String {
    let SignatureError::IncompleteHeader { credential, signature, signed_headers, date, .. } =
        error
    else {
        return String::new();
    };
    let parts =
        [("Credential", credential), ("Signature", signature), ("SignedHeaders", signed_headers)];
    let mut text = String::new();
    for (name, _) in parts.into_iter().filter(|(_, there)| !**there) {
        for piece in ["Authorization header requires '", name, "' parameter. "] {
            text.push_str(piece);
        }
    }
    if !*date {
        text.push_str(DATE_REQUIRED);
    }
    text
}

const TWO_MECHANISMS: &str = "Only one auth mechanism allowed; only the X-Amz-Algorithm query \
                              parameter or the Authorization header should be specified";
const QUERY_PARAMETERS: &str = "AWS query-string parameters must include 'X-Amz-Algorithm', 'X-Amz-Credential', \
     'X-Amz-Signature', 'X-Amz-SignedHeaders' and 'X-Amz-Date', once each. Re-examine the \
     query-string parameters.";
const DATE_REQUIRED: &str =
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";

fn hashed(authorization_sha256: &str) -> String {
    format!("(Hashed with SHA-256 and encoded with Base64) Authorization={authorization_sha256}")
}

/// Source: S3 API Reference, "Authenticating Requests: Using Query Parameters".
pub(super) fn expires_text(fault: ExpiresFault) -> &'static str {
    match fault {
        ExpiresFault::NotANumber => "X-Amz-Expires should be a number",
        ExpiresFault::Negative => "X-Amz-Expires must be non-negative",
        ExpiresFault::MoreThanAWeek => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given \
             X-Amz-Expires must be less than 604800 seconds"
        }
    }
}

fn expired_text(date: Timestamp, now: Timestamp, lifetime_ms: u64) -> String {
    format!(
        "Signature expired: {} is now earlier than {} ({} - {} min.)",
        date.basic(),
        now.minus_ms(lifetime_ms).basic(),
        now.basic(),
        lifetime_ms / MINUTE_MS
    )
}

fn not_yet_text(date: Timestamp, now: Timestamp) -> String {
    format!(
        "Signature not yet current: {} is still later than {} ({} + {} min.)",
        date.basic(),
        now.plus_ms(SKEW_MS).basic(),
        now.basic(),
        SKEW_MS / MINUTE_MS
    )
}

/// Observed: the wording for `Host`. Assumed: the same for the others.
fn unsigned_text(names: &[String]) -> String {
    match names.first().map(String::as_str) {
        None | Some("host") => {
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned()
        }
        Some(name) => format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::Place;

    fn check(error: &SignatureError, json: (u16, &str), query: (u16, &str), message: &str) {
        for (family, (status, code)) in [(Family::Json, json), (Family::Query, query)] {
            let wire = error.wire(family);
            assert_eq!((wire.status, wire.code.as_str()), (status, code), "{error:?}");
            assert_eq!(wire.message.as_deref(), Some(message), "{error:?}");
        }
    }

    const SIGNATURE: ((u16, &str), (u16, &str)) =
        ((400, "InvalidSignatureException"), (403, "SignatureDoesNotMatch"));
    const INCOMPLETE: ((u16, &str), (u16, &str)) =
        ((400, "IncompleteSignatureException"), (400, "IncompleteSignature"));

    /// Each family has its own message for calls without credentials.
    #[test]
    fn missing_credentials_have_two_wordings() {
        let wire = SignatureError::Missing.wire(Family::Json);
        assert_eq!((wire.status, wire.code.as_str()), (400, "MissingAuthenticationTokenException"));
        assert_eq!(wire.message.as_deref(), Some("Missing Authentication Token"));
        let wire = SignatureError::Missing.wire(Family::Query);
        assert_eq!((wire.status, wire.code.as_str()), (403, "MissingAuthenticationToken"));
        assert_eq!(wire.message.as_deref(), Some("Request is missing Authentication Token"));
    }

    /// Unknown keys and wrong tokens get the same error, which does not reveal which key IDs exist.
    #[test]
    fn keys_and_tokens_are_refused_alike() {
        for error in [
            SignatureError::UnknownKey { access_key_id: "AKIA".to_owned() },
            SignatureError::BadToken,
        ] {
            check(
                &error,
                (400, "UnrecognizedClientException"),
                (403, "InvalidClientTokenId"),
                "The security token included in the request is invalid.",
            );
        }
        check(
            &SignatureError::ExpiredToken,
            (400, "ExpiredTokenException"),
            (403, "ExpiredToken"),
            "The security token included in the request is expired",
        );
    }

    /// The two clock texts of the documentation, times included.
    #[test]
    fn clock_errors_show_the_arithmetic() {
        let time = |text| Timestamp::parse_basic(text).unwrap();
        let (json, query) = SIGNATURE;
        check(
            &SignatureError::TooOld {
                date: time("20210502T144040Z"),
                now: time("20210502T174643Z"),
                lifetime_ms: SKEW_MS,
            },
            json,
            query,
            "Signature expired: 20210502T144040Z is now earlier than 20210502T173143Z \
             (20210502T174643Z - 15 min.)",
        );
        check(
            &SignatureError::NotYet {
                date: time("20210502T180000Z"),
                now: time("20210502T174000Z"),
                presigned: false,
            },
            json,
            query,
            "Signature not yet current: 20210502T180000Z is still later than 20210502T175500Z \
             (20210502T174000Z + 15 min.)",
        );
    }

    /// Each part of a scope has its own sentence.
    #[test]
    fn scope_errors_name_the_wrong_part() {
        let (json, query) = SIGNATURE;
        let place = Place::Header;
        let date = Timestamp::parse_basic("20150830T123600Z").unwrap();
        for (error, message) in [
            (
                SignatureError::WrongDate { place, scope_date: "20150829".to_owned(), date },
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '20150829' != '20150830', from '20150830T123600Z'.",
            ),
            (
                SignatureError::WrongRegion {
                    place,
                    found: "x".to_owned(),
                    expecting: "us-east-1".to_owned(),
                },
                "Credential should be scoped to a valid region.",
            ),
            (
                SignatureError::WrongService {
                    place,
                    found: "s3".to_owned(),
                    expecting: "kms".to_owned(),
                },
                "Credential should be scoped to correct service: 'kms'.",
            ),
        ] {
            check(&error, json, query, message);
        }
    }

    /// The error lists everything that the header lacks, with the hash of what was sent.
    #[test]
    fn an_incomplete_header_gets_a_list_of_everything_it_lacks() {
        let (json, query) = INCOMPLETE;
        let error = SignatureError::IncompleteHeader {
            credential: false,
            signature: true,
            signed_headers: false,
            date: false,
            authorization_sha256: "HASH".to_owned(),
        };
        check(
            &error,
            json,
            query,
            "Authorization header requires 'Credential' parameter. Authorization header requires \
             'SignedHeaders' parameter. Authorization header requires existence of either a \
             'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) \
             Authorization=HASH",
        );
    }
}
