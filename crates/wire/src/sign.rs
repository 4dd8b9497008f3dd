//! The signing side of Signature Version 4, for our own clients and for tests.
//!
//! ```
//! use types::Timestamp;
//! use wire::sign::{Credentials, sign_header};
//! let credentials = Credentials {
//!     access_key_id: "AKIDEXAMPLE".to_owned(),
//!     secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
//!     session_token: None,
//! };
//! let added = sign_header(
//!     "GET", "iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08", &[],
//!     &wire::sign::payload_hash(b""), &credentials, "us-east-1", "iam", Timestamp::from_ms(0),
//! );
//! let names: Vec<&str> = added.iter().map(|(name, _)| name.as_str()).collect();
//! assert_eq!(names, ["x-amz-date", "authorization"]);
//! ```

mod chunked;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use types::Timestamp;
use zeroize::ZeroizeOnDrop;

pub use chunked::{chunked_body, seed};

use crate::sigv4::{
    ALGORITHM, CanonicalQuery, Family, Parts, SigningKey, TERMINATOR, canonical_request,
    string_to_sign,
};
use crate::uri;

/// An access key with its secret, wiped when dropped.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Credentials {
    /// `AKIA…`, or `ASIA…` for a session.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: String,
    /// The token of temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// The lower-case hexadecimal SHA-256 of a body.
pub fn payload_hash(body: &[u8]) -> String {
    types::hex(&keys::sha256(body))
}

/// The fields that sign a form for S3: date, credential, algorithm, for a session its token, the
/// policy and its signature.
///
/// `conditions` are joined by those that speak of the fields themselves.
pub fn sign_form(
    mut conditions: Vec<Value>,
    expiration: Timestamp,
    credentials: &Credentials,
    region: &str,
    now: Timestamp,
) -> Vec<(String, String)> {
    let day = now.basic_date();
    let scope = format!("{}/{day}/{region}/s3/{TERMINATOR}", credentials.access_key_id);
    let mut fields = vec![
        ("x-amz-algorithm".to_owned(), ALGORITHM.to_owned()),
        ("x-amz-credential".to_owned(), scope),
        ("x-amz-date".to_owned(), now.basic()),
    ];
    if let Some(token) = &credentials.session_token {
        fields.push(("x-amz-security-token".to_owned(), token.clone()));
    }
    conditions.extend(fields.iter().map(|(name, value)| json!({name: value})));
    let policy = json!({"expiration": expiration.iso_ms(), "conditions": conditions});
    let policy = STANDARD.encode(policy.to_string());
    let key = SigningKey::derive(&credentials.secret, &day, region, "s3");
    let signature = key.sign(policy.as_bytes());
    fields.extend([("policy".to_owned(), policy), ("x-amz-signature".to_owned(), signature)]);
    fields
}

/// The headers that sign a request: `x-amz-date`, for S3 `x-amz-content-sha256`, for a session
/// its token, and `authorization`.
///
/// `target` is the raw path and query as they will be sent. All of `headers` are signed but those
/// that travel changes, and the host is. `payload_hash` is the body's [`payload_hash`] or, for S3,
/// one of the words of [`crate::sigv4::Payload`].
#[expect(clippy::too_many_arguments, reason = "a request's parts, in the order they are sent")]
pub fn sign_header(
    method: &str,
    host: &str,
    target: &str,
    headers: &[(&str, &str)],
    payload_hash: &str,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: Timestamp,
) -> Vec<(String, String)> {
    let mut added = vec![("x-amz-date".to_owned(), now.basic())];
    if service == "s3" {
        added.push(("x-amz-content-sha256".to_owned(), payload_hash.to_owned()));
    }
    if let Some(token) = &credentials.session_token {
        added.push(("x-amz-security-token".to_owned(), token.clone()));
    }
    let all = headers.iter().copied().chain(added.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let signing = Signing::new(host, all, region, service, now);
    let signature = signing.signature(method, target, payload_hash, credentials);
    let Signing { scope, names, .. } = &signing;
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
        credentials.access_key_id,
        names.join(";")
    );
    added.push(("authorization".to_owned(), authorization));
    added
}

/// The target of a presigned URL: `target` with the parameters that sign it.
///
/// The body is not under the signature on S3; elsewhere it has to be empty.
#[expect(clippy::too_many_arguments, reason = "a request's parts, in the order they are sent")]
pub fn presign(
    method: &str,
    host: &str,
    target: &str,
    headers: &[(&str, &str)],
    credentials: &Credentials,
    region: &str,
    service: &str,
    expires_secs: u64,
    now: Timestamp,
) -> String {
    let signing = Signing::new(host, headers.iter().copied(), region, service, now);
    let credential = format!("{}/{}", credentials.access_key_id, signing.scope);
    let expires = expires_secs.to_string();
    let signed_headers = signing.names.join(";");
    let mut target = target.to_owned();
    let mut separator = if target.contains('?') { '&' } else { '?' };
    for (name, value) in [
        ("X-Amz-Algorithm", Some(ALGORITHM)),
        ("X-Amz-Credential", Some(credential.as_str())),
        ("X-Amz-Date", Some(signing.date.as_str())),
        ("X-Amz-Expires", Some(expires.as_str())),
        ("X-Amz-Security-Token", credentials.session_token.as_deref()),
        ("X-Amz-SignedHeaders", Some(signed_headers.as_str())),
    ] {
        if let Some(value) = value {
            target.push(separator);
            target.push_str(&[name, "=", &uri::encode(value)].concat());
            separator = '&';
        }
    }
    let hash = if service == "s3" { "UNSIGNED-PAYLOAD" } else { &payload_hash(b"") };
    let signature = signing.signature(method, &target, hash, credentials);
    target.push_str("&X-Amz-Signature=");
    target.push_str(&signature);
    target
}

/// What both forms have in common.
struct Signing<'a> {
    headers: HeaderMap,
    names: Vec<String>,
    date: String,
    scope: String,
    region: &'a str,
    service: &'a str,
}

impl<'a> Signing<'a> {
    /// A header that HTTP cannot carry is left out; sending it would fail anyway.
    fn new<'h>(
        host: &str,
        given: impl Iterator<Item = (&'h str, &'h str)>,
        region: &'a str,
        service: &'a str,
        now: Timestamp,
    ) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in given.filter(|(name, _)| !changes_on_the_way(name)) {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
            {
                headers.append(name, value);
            }
        }
        if let Ok(host) = HeaderValue::from_str(host) {
            headers.insert(http::header::HOST, host);
        }
        let mut names: Vec<String> = headers.keys().map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        let scope = format!("{}/{region}/{service}/{TERMINATOR}", now.basic_date());
        Self { headers, names, date: now.basic(), scope, region, service }
    }

    fn signature(
        &self,
        method: &str,
        target: &str,
        payload_hash: &str,
        credentials: &Credentials,
    ) -> String {
        let (raw_path, raw_query) = target.split_once('?').unwrap_or((target, ""));
        let parts = Parts {
            method,
            raw_path,
            raw_query,
            query: CanonicalQuery::Whole,
            headers: &self.headers,
            family: if self.service == "s3" { Family::S3 } else { Family::Json },
        };
        let canonical =
            canonical_request(&parts, self.names.iter().map(String::as_str), payload_hash);
        let to_sign = string_to_sign(&self.date, &self.scope, &canonical);
        let day = self.scope.split('/').next().unwrap_or_default();
        let key = SigningKey::derive(&credentials.secret, day, self.region, self.service);
        key.sign(to_sign.as_bytes())
    }
}

/// Headers that proxies and connections rewrite, and the signature itself.
fn changes_on_the_way(name: &str) -> bool {
    ["authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"]
        .iter()
        .any(|other| other.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
