//! Parses the signature that a request presents, without trusting any of it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use types::Timestamp;

use super::error::{ExpiresFault, Place, SignatureError};
use super::{ALGORITHM, EXPIRES_SECS_MAX, Form, Payload, Signed, TERMINATOR};
use crate::Head;
use crate::head::raw_pairs;
use crate::uri;

/// Headers that a signature covers at most: more than a request may have.
const SIGNED_HEADERS_MAX: usize = 128;

/// The signature that the request presents; `None` if it presents none and its caller is anonymous.
///
/// Errors if it cannot be parsed, or if the request presents two.
pub fn presented(head: &Head) -> Result<Option<Signed>, SignatureError> {
    let mut authorizations = head.headers().get_all(http::header::AUTHORIZATION).iter();
    let authorization = authorizations.next();
    let in_query = raw_pairs(head.query()).any(|(name, _)| {
        matches!(
            name,
            "X-Amz-Algorithm" | "X-Amz-Signature" | "X-Amz-Credential" | "AWSAccessKeyId"
        )
    });
    match authorization {
        Some(_) if in_query || authorizations.next().is_some() => {
            Err(SignatureError::TwoMechanisms)
        }
        Some(value) => from_header(head, value.as_bytes()).map(Some),
        None if in_query => from_query(head).map(Some),
        None => Ok(None),
    }
}

fn from_header(head: &Head, raw: &[u8]) -> Result<Signed, SignatureError> {
    let text = String::from_utf8_lossy(raw);
    let (algorithm, rest) = text.split_once(' ').unwrap_or((&text, ""));
    if algorithm != ALGORITHM {
        return Err(SignatureError::UnsupportedAlgorithm {
            place: Place::Header,
            found: algorithm.to_owned(),
        });
    }
    let part = |name: &str| {
        rest.split(',').find_map(|piece| piece.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let credential = part("Credential");
    let signature = part("Signature");
    let signed_headers = part("SignedHeaders").filter(|list| is_list_of_names(list));
    let date_header = head.header("x-amz-date").or_else(|| head.header("date"));
    let (Some(credential), Some(signature), Some(signed_headers)) =
        (credential, signature, signed_headers)
    else {
        return Err(SignatureError::IncompleteHeader {
            credential: credential.is_some(),
            signature: signature.is_some(),
            signed_headers: signed_headers.is_some(),
            date: date_header.is_some(),
            authorization_sha256: STANDARD.encode(keys::sha256(raw)),
        });
    };
    let scope = Scope::parse(credential, Place::Header)?;
    let Some(date_header) = date_header else {
        return Err(SignatureError::MissingDate {
            authorization_sha256: STANDARD.encode(keys::sha256(raw)),
        });
    };
    let date = Timestamp::parse_basic(date_header)
        .or_else(|| Timestamp::parse_http_date(date_header))
        .ok_or_else(|| SignatureError::BadDate {
            place: Place::Header,
            found: date_header.to_owned(),
        })?;
    Ok(Signed {
        access_key_id: scope.access_key_id,
        date,
        scope_date: scope.date,
        region: scope.region,
        service: scope.service,
        signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
        signature: signature.to_owned(),
        session_token: head.header("x-amz-security-token").map(str::to_owned),
        form: Form::Header,
        payload: head.header("x-amz-content-sha256").map_or(Payload::Absent, Payload::parse),
    })
}

fn from_query(head: &Head) -> Result<Signed, SignatureError> {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in raw_pairs(head.query()) {
        if name == "AWSAccessKeyId" {
            let found = "AWS".to_owned();
            return Err(SignatureError::UnsupportedAlgorithm { place: Place::Query, found });
        }
        if name.starts_with("X-Amz-") && values.insert(name, uri::decode_lossy(value)).is_some() {
            return Err(SignatureError::IncompleteQuery);
        }
    }
    let value = |name: &str| values.get(name).map(String::as_str).filter(|v| !v.is_empty());
    let (Some(algorithm), Some(credential), Some(signature), Some(date), Some(signed_headers)) = (
        value("X-Amz-Algorithm"),
        value("X-Amz-Credential"),
        value("X-Amz-Signature"),
        value("X-Amz-Date"),
        value("X-Amz-SignedHeaders").filter(|list| is_list_of_names(list)),
    ) else {
        return Err(SignatureError::IncompleteQuery);
    };
    if algorithm != ALGORITHM {
        let found = algorithm.to_owned();
        return Err(SignatureError::UnsupportedAlgorithm { place: Place::Query, found });
    }
    let scope = Scope::parse(credential, Place::Query)?;
    let parsed = Timestamp::parse_basic(date);
    let date = parsed
        .ok_or_else(|| SignatureError::BadDate { place: Place::Query, found: date.to_owned() })?;
    let expires_secs = value("X-Amz-Expires").map(expires).transpose()?;
    // Observed: for a presigned URL, an unsigned header does not describe the body.
    let signs = |name: &str| signed_headers.split(';').any(|own| own == name);
    let sent = head.header("x-amz-content-sha256").filter(|_| signs("x-amz-content-sha256"));
    let payload = value("X-Amz-Content-Sha256").or(sent);
    Ok(Signed {
        access_key_id: scope.access_key_id,
        date,
        scope_date: scope.date,
        region: scope.region,
        service: scope.service,
        signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
        signature: signature.to_owned(),
        session_token: value("X-Amz-Security-Token")
            .or_else(|| head.header("x-amz-security-token"))
            .map(str::to_owned),
        form: Form::Query { expires_secs },
        payload: payload.map_or(Payload::Absent, Payload::parse),
    })
}

/// Whether these are header names, each listed once. A line end in one would make one signed text
/// match two requests, and a repeated name would repeat its value in the canonical request: an
/// invalid signature of 60 KB would cost gigabytes.
///
/// Source: IAM User Guide, "Create a signed AWS API request", `SignedHeaders`: a list of names; a
/// header that is sent several times is listed once. The order is left to the client, for some of
/// AWS's SDKs do not sort the list of a presigned URL.
/// Assumed: AWS takes a list with anything else in it for none.
fn is_list_of_names(list: &str) -> bool {
    let mut seen = BTreeSet::new();
    list.split(';').all(|name| {
        seen.len() < SIGNED_HEADERS_MAX
            && http::HeaderName::from_bytes(name.as_bytes()).is_ok()
            && seen.insert(name)
    })
}

fn expires(text: &str) -> Result<u64, SignatureError> {
    let number: i64 =
        text.parse().map_err(|_| SignatureError::BadExpires(ExpiresFault::NotANumber))?;
    let Ok(secs) = u64::try_from(number) else {
        return Err(SignatureError::BadExpires(ExpiresFault::Negative));
    };
    if secs > EXPIRES_SECS_MAX {
        return Err(SignatureError::BadExpires(ExpiresFault::MoreThanAWeek));
    }
    Ok(secs)
}

/// A parsed credential.
pub(super) struct Scope {
    pub(super) access_key_id: String,
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
}

impl Scope {
    /// Reads `AKID/YYYYMMDD/region/service/aws4_request`.
    pub(super) fn parse(credential: &str, place: Place) -> Result<Self, SignatureError> {
        let mut parts = credential.split('/');
        let five = [parts.next(), parts.next(), parts.next(), parts.next(), parts.next()];
        let ([Some(id), Some(date), Some(region), Some(service), Some(end)], None) =
            (five, parts.next())
        else {
            let found = credential.to_owned();
            return Err(SignatureError::MalformedCredential { place, found });
        };
        if id.is_empty() || date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
            let found = credential.to_owned();
            return Err(SignatureError::MalformedCredential { place, found });
        }
        if end != TERMINATOR {
            return Err(SignatureError::WrongTerminator { place, found: end.to_owned() });
        }
        let [access_key_id, date, region, service] = [id, date, region, service].map(str::to_owned);
        Ok(Self { access_key_id, date, region, service })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn in_query(names: &str) -> Result<Option<Signed>, SignatureError> {
        let target = format!(
            "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260301%2Fr%2Fs3%2F\
             aws4_request&X-Amz-Date=20260301T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders={names}\
             &X-Amz-Signature=ff"
        );
        let (headers, peer) = (http::HeaderMap::new(), IpAddr::from([127, 0, 0, 1]));
        presented(&Head::new(http::Method::GET, target, headers, false, peer))
    }

    fn in_header(names: &str) -> Result<Option<Signed>, SignatureError> {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20260301/r/s3/aws4_request, SignedHeaders={names}, \
             Signature=ff"
        );
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::AUTHORIZATION, value.parse().unwrap());
        headers.insert("x-amz-date", "20260301T000000Z".parse().unwrap());
        let (target, peer) = ("/b/k".to_owned(), IpAddr::from([127, 0, 0, 1]));
        presented(&Head::new(http::Method::GET, target, headers, false, peer))
    }

    /// A list that repeats a name, or has more names than a request has headers, is none; the order
    /// is free.
    #[test]
    fn signed_headers_are_listed_once() {
        let many = |count: usize| (0..count).map(|n| format!("x{n}")).collect::<Vec<_>>().join(";");
        for good in ["host", "x-b;host;x-a", &many(SIGNED_HEADERS_MAX)] {
            assert!(in_query(good).is_ok_and(|signed| signed.is_some()), "{good}");
            assert!(in_header(good).is_ok_and(|signed| signed.is_some()), "{good}");
        }
        let repeated = format!("host{}", ";x".repeat(100));
        for bad in ["host;host", "x;host;x", &repeated, &many(SIGNED_HEADERS_MAX + 1), "host;;x"] {
            assert_eq!(in_query(bad), Err(SignatureError::IncompleteQuery), "{bad}");
            let error = in_header(bad).unwrap_err();
            assert!(
                matches!(error, SignatureError::IncompleteHeader { signed_headers: false, .. }),
                "{bad}"
            );
        }
    }
}
