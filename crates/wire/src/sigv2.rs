//! Signature Version 2 of S3, the verifying side, in its three forms: the `Authorization` header,
//! the query of a presigned URL, the fields of a form.
//!
//! It covers less than Version 4: no host, no region, no payload, and of the query only the
//! sub-resources. The rest can be changed on the network, so a bucket policy can reject it
//! (`s3:signatureversion`), and so can an operator.
//!
//! In the order in which a gateway uses it: [`presented`] parses the claim, [`Signed::check_time`]
//! compares it with the clock, the gateway looks up the access key, [`Signed::verify`] verifies it.
//! A form is parsed by [`PostSignature::presented`] and verified by [`PostSignature::verify`].
//!
//! Source: S3 User Guide, "Signing and authenticating REST requests (AWS signature version 2)" and
//! "HTML forms (AWS signature version 2)".

mod post;
mod refusal;
mod signing;

use keys::equal_in_constant_time;
use types::Timestamp;

pub use post::PostSignature;
pub use refusal::Refusal;
pub use signing::{is_signed_parameter, is_subresource, signature, string_to_sign};

use crate::Head;
use crate::head::raw_pairs;
use crate::sigv4::{Mismatch, SKEW_MS};
use crate::uri;

/// The scheme in the `Authorization` header.
const SCHEME: &str = "AWS";
const TOKEN: &str = "x-amz-security-token";

/// A signature as presented, parsed but not yet verified.
///
/// Its `Debug` form leaves out the signature and the session token.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// The claimed signer.
    pub access_key_id: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// Where the signature was found, with its time.
    pub form: Form,
    /// In base64.
    signature: String,
}

/// Where a request carries its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header {
        /// When it was created.
        date: Timestamp,
        /// The same as sent, in either header.
        sent: String,
        /// The line of the string to sign: empty if the time is in `x-amz-date`.
        line: String,
    },
    /// In the query: a presigned URL.
    Query {
        /// When it ends.
        expires: Timestamp,
        /// The same as it was sent: seconds since 1970.
        sent: String,
    },
    /// In the fields of a form, over the form's policy: see [`PostSignature`].
    Post,
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signed")
            .field("access_key_id", &self.access_key_id)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// The signature that the request presents; `None` if it presents none of this version.
///
/// Errors if it cannot be parsed, or if the request presents two, including one of each version.
///
/// Observed: a query is of this version by its `Signature`; the order and the texts of refusals.
/// Assumed: S3 takes a query with `AWSAccessKeyId` alone for one of this version, too, a parameter that
/// is there twice for none, and a form with the fields of both versions for two mechanisms.
pub fn presented(head: &Head) -> Result<Option<Signed>, Refusal> {
    let has = |names: &[&str]| raw_pairs(head.query()).any(|(name, _)| names.contains(&name));
    let of_version_2 = has(&["Signature", "AWSAccessKeyId"]);
    let of_version_4 = has(&["X-Amz-Algorithm", "X-Amz-Signature", "X-Amz-Credential"]);
    let authorization = head.headers().get(http::header::AUTHORIZATION);
    let authorization = authorization.map(|value| String::from_utf8_lossy(value.as_bytes()));
    match authorization {
        Some(text) if of_version_2 || of_version_4 => {
            Err(Refusal::TwoMechanisms { authorization: Some(text.into_owned()) })
        }
        Some(text) => from_header(head, &text),
        None if of_version_2 && of_version_4 => Err(Refusal::TwoMechanisms { authorization: None }),
        None if of_version_2 => from_query(head).map(Some),
        None => Ok(None),
    }
}

/// Observed: the scheme in any case; exactly one space; one colon with a signature behind it. The
/// key may be empty: it is unknown then.
fn from_header(head: &Head, text: &str) -> Result<Option<Signed>, Refusal> {
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Ok(None);
    }
    if head.headers().get_all(http::header::AUTHORIZATION).iter().count() > 1 {
        return Err(Refusal::TwoMechanisms { authorization: Some(text.to_owned()) });
    }
    if rest.is_empty() || rest.starts_with(' ') {
        return Err(Refusal::OneSpace { authorization: text.to_owned() });
    }
    let malformed = || Refusal::MalformedHeader { authorization: text.to_owned() };
    let (access_key_id, signature) = rest.split_once(':').ok_or_else(malformed)?;
    if signature.is_empty() || signature.contains(':') {
        return Err(malformed());
    }
    let (sent, line) = match head.header("x-amz-date") {
        Some(sent) => (sent, ""),
        None => head.header("date").map(|sent| (sent, sent)).unwrap_or_default(),
    };
    let date = Timestamp::parse_http_date(sent)
        .or_else(|| Timestamp::parse_basic(sent))
        .or_else(|| Timestamp::parse_iso(sent))
        .ok_or(Refusal::BadDate)?;
    Ok(Some(Signed {
        access_key_id: access_key_id.to_owned(),
        session_token: token(head),
        form: Form::Header { date, sent: sent.to_owned(), line: line.to_owned() },
        signature: signature.to_owned(),
    }))
}

/// A parameter that is there twice counts as missing.
fn from_query(head: &Head) -> Result<Signed, Refusal> {
    let only = |wanted: &str| {
        let mut found = raw_pairs(head.query()).filter(|(name, _)| *name == wanted);
        let (first, second) = (found.next(), found.next());
        first.filter(|_| second.is_none()).map(|(_, value)| uri::decode_lossy(value))
    };
    let (Some(access_key_id), Some(signature), Some(sent)) =
        (only("AWSAccessKeyId"), only("Signature"), only("Expires"))
    else {
        return Err(Refusal::IncompleteQuery);
    };
    let expires = seconds(&sent).ok_or_else(|| Refusal::BadExpires { found: sent.clone() })?;
    let session_token = token(head);
    Ok(Signed { access_key_id, session_token, form: Form::Query { expires, sent }, signature })
}

/// Observed: a signed 32-bit number. Times before 1970 are expired, like 1970 itself.
fn seconds(text: &str) -> Option<Timestamp> {
    let number: i32 = text.parse().ok().filter(|_| !text.starts_with('+'))?;
    Some(Timestamp::from_secs(u64::try_from(number).unwrap_or_default()))
}

/// The token is signed wherever it is sent.
fn token(head: &Head) -> Option<String> {
    let queried = || {
        let mut pairs = head.query_pairs().into_iter();
        pairs.find(|(name, _)| name.eq_ignore_ascii_case(TOKEN)).map(|(_, value)| value)
    };
    head.header(TOKEN).map(str::to_owned).or_else(queried)
}

impl Signed {
    /// When it was created; only headers contain that.
    pub fn date(&self) -> Option<Timestamp> {
        match self.form {
            Form::Header { date, .. } => Some(date),
            Form::Query { .. } | Form::Post => None,
        }
    }

    /// Whether its time is valid. Call it before the key is looked up.
    ///
    /// Observed: a header within 15 minutes either way; a presigned URL until its second is over,
    /// however far that is away.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Refusal> {
        match &self.form {
            Form::Header { date, sent, .. } => {
                if date.plus_ms(SKEW_MS) < now || now.plus_ms(SKEW_MS) < *date {
                    return Err(Refusal::Skewed { sent: sent.clone(), now });
                }
                Ok(())
            }
            Form::Query { expires, .. } if expires.plus_ms(999) < now => {
                Err(Refusal::Expired { expires: *expires, now })
            }
            Form::Query { .. } | Form::Post => Ok(()),
        }
    }

    /// Whether it was created with `secret` over `head`. `bucket` is the one in the host name. A
    /// signature over a text that matches another request as well proves nothing and does not
    /// verify.
    ///
    /// A bucket's own path, `/bucket`, may have been signed with a trailing slash. Observed: AWS
    /// rejects that. boto3 signs it in path style, which it uses for every IP address as an
    /// endpoint, such as ours; both paths name the same resource.
    pub fn verify(&self, head: &Head, bucket: Option<&str>, secret: &[u8]) -> Result<(), Refusal> {
        let line: &str = match &self.form {
            Form::Header { line, .. } => line,
            Form::Query { sent, .. } => sent,
            Form::Post => "",
        };
        let is_of = |to_sign: &[u8]| {
            let right = signature(secret, to_sign);
            equal_in_constant_time(right.as_bytes(), self.signature.as_bytes())
        };
        let path = signing::path(head, bucket);
        let to_sign = string_to_sign(head, line, &path);
        let is_ambiguous = signing::is_ambiguous(head);
        if !is_ambiguous && is_of(&to_sign) {
            return Ok(());
        }
        let names_a_bucket =
            !is_ambiguous && bucket.is_none() && path.rfind('/') == Some(0) && path.len() > 1;
        if names_a_bucket && is_of(&string_to_sign(head, line, &[&path, "/"].concat())) {
            return Ok(());
        }
        Err(Refusal::Mismatch(Box::new(Mismatch {
            access_key_id: self.access_key_id.clone(),
            string_to_sign: String::from_utf8_lossy(&to_sign).into_owned(),
            signature_provided: self.signature.clone(),
            canonical_request: None,
        })))
    }
}

#[cfg(test)]
mod tests;
