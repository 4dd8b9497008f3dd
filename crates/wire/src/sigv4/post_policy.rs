//! Form uploads to S3: a signed policy that determines which forms are accepted.
//!
//! Source: S3 API Reference, "Browser-based uploads using POST", "Creating an HTML form" and
//! "Creating a POST policy".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keys::equal_in_constant_time;
use serde_json::{Map, Value};
use types::Timestamp;

use super::error::{Mismatch, Place, SignatureError};
use super::presented::Scope;
use super::{ALGORITHM, Form, Payload, Signed, SigningKey};
use crate::WireError;

/// The fields of a signature, in the order in which they are missed.
const FIELDS: [&str; 4] = ["X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date"];

/// The signature of a form: who signed it, and the signed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostSignature {
    /// Signer, date and scope. Its payload and headers have no meaning here.
    pub signed: Signed,
    /// The policy as sent in the form: base64. This text was signed.
    pub policy: String,
}

impl PostSignature {
    /// Reads it from a form's fields, whose names are in any case; `None` for an anonymous form.
    ///
    /// Assumed: as clients report, a form with only some of the fields is refused by the first that
    /// is missing, and one with a policy and none of them like a stranger.
    pub fn presented(fields: &[(String, String)]) -> Result<Option<Self>, SignatureError> {
        let field = |name: &str| field(fields, name);
        let Some(policy) = field("policy") else { return Ok(None) };
        if field("AWSAccessKeyId").is_some() {
            let found = "AWS".to_owned();
            return Err(SignatureError::UnsupportedAlgorithm { place: Place::Form, found });
        }
        if FIELDS.iter().all(|name| field(name).is_none()) {
            return Err(SignatureError::Missing);
        }
        let [signature, algorithm, credential, date] =
            FIELDS.map(|name| field(name).ok_or(SignatureError::MissingField { name }));
        let (signature, algorithm, credential, date) = (signature?, algorithm?, credential?, date?);
        if algorithm != ALGORITHM {
            let found = algorithm.to_owned();
            return Err(SignatureError::UnsupportedAlgorithm { place: Place::Form, found });
        }
        let scope = Scope::parse(credential, Place::Form)?;
        let date = Timestamp::parse_basic(date).ok_or_else(|| SignatureError::BadDate {
            place: Place::Form,
            found: date.to_owned(),
        })?;
        let signed = Signed {
            access_key_id: scope.access_key_id,
            date,
            scope_date: scope.date,
            region: scope.region,
            service: scope.service,
            signed_headers: Vec::new(),
            signature: signature.to_owned(),
            session_token: field("x-amz-security-token").map(str::to_owned),
            form: Form::Post,
            payload: Payload::Unsigned,
        };
        Ok(Some(Self { signed, policy: policy.to_owned() }))
    }
}

/// Whether the form's policy was signed with this key.
///
/// A form's date is not compared with the clock: its policy contains the expiry.
///
/// Observed: a mismatch has no canonical request; the string to sign is the policy.
pub fn verify_post_signature(post: &PostSignature, key: &SigningKey) -> Result<(), SignatureError> {
    let signature = key.sign(post.policy.as_bytes());
    if equal_in_constant_time(signature.as_bytes(), post.signed.signature.as_bytes()) {
        return Ok(());
    }
    Err(SignatureError::Mismatch(Box::new(Mismatch {
        access_key_id: post.signed.access_key_id.clone(),
        string_to_sign: post.policy.clone(),
        signature_provided: post.signed.signature.clone(),
        canonical_request: None,
    })))
}

/// Why a policy does not let a form pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyError {
    /// The document cannot be understood.
    Invalid(&'static str),
    /// It has expired.
    Expired,
    /// A condition is not met; it is written as a list.
    ConditionFailed(String),
    /// Fields that no condition speaks of.
    ExtraFields(Vec<String>),
    /// The file is below the range.
    TooSmall {
        /// The file, in bytes.
        proposed: u64,
        /// The least that is allowed.
        min: u64,
    },
    /// The file is above the range.
    TooLarge {
        /// The file, in bytes.
        proposed: u64,
        /// The most that is allowed.
        max: u64,
    },
}

impl PolicyError {
    /// The error that S3 returns.
    ///
    /// Observed: the texts of `Expired`, `ConditionFailed` and of a malformed simple condition.
    pub fn wire(&self) -> WireError {
        let denied = |text: &str| {
            WireError::new(403, "AccessDenied", format!("Invalid according to Policy: {text}"))
        };
        match self {
            Self::Invalid(text) => {
                WireError::new(400, "InvalidPolicyDocument", format!("Invalid Policy: {text}"))
            }
            Self::Expired => denied("Policy expired."),
            Self::ConditionFailed(text) => denied(&format!("Policy Condition failed: {text}")),
            Self::ExtraFields(names) => {
                denied(&format!("Extra input fields: {}", names.join(", ")))
            }
            Self::TooSmall { proposed, min } => WireError::new(
                400,
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
            )
            .with("ProposedSize", proposed.to_string())
            .with("MinSizeAllowed", min.to_string()),
            Self::TooLarge { proposed, max } => WireError::new(
                400,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
            )
            .with("ProposedSize", proposed.to_string())
            .with("MaxSizeAllowed", max.to_string()),
        }
    }
}

impl From<PolicyError> for WireError {
    fn from(error: PolicyError) -> Self {
        error.wire()
    }
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostPolicy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
    bytes_min: u64,
    bytes_max: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    prefix: bool,
    /// As written: without its `$` a condition speaks of no field and fails.
    field: String,
    value: String,
}

impl PostPolicy {
    /// Parses a policy as sent in the form.
    pub fn parse(policy: &str) -> Result<Self, PolicyError> {
        let invalid = PolicyError::Invalid;
        let text = STANDARD.decode(policy).map_err(|_| invalid("Invalid base64."))?;
        let document: Map<String, Value> =
            serde_json::from_slice(&text).map_err(|_| invalid("Invalid JSON."))?;
        let expiration = document
            .get("expiration")
            .and_then(Value::as_str)
            .ok_or(invalid("Policy missing expiration."))?;
        let expiration =
            Timestamp::parse_iso(expiration).ok_or(invalid("Invalid 'expiration' value."))?;
        let conditions = document
            .get("conditions")
            .and_then(Value::as_array)
            .ok_or(invalid("Policy missing conditions."))?;
        let mut policy =
            Self { expiration, conditions: Vec::new(), bytes_min: 0, bytes_max: u64::MAX };
        for condition in conditions {
            policy.add(condition)?;
        }
        Ok(policy)
    }

    /// Whether a form with these fields may be sent to `bucket` now.
    ///
    /// `fields` are all of the form's fields but the file, with `${filename}` filled in.
    pub fn check(
        &self,
        fields: &[(String, String)],
        bucket: &str,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        if self.expiration <= now {
            return Err(PolicyError::Expired);
        }
        for condition in &self.conditions {
            if !condition.is_met(fields, bucket) {
                return Err(PolicyError::ConditionFailed(condition.text()));
            }
        }
        let extra = |name: &str| {
            let spoken_of = self
                .conditions
                .iter()
                .any(|condition| condition.name().is_some_and(|n| n.eq_ignore_ascii_case(name)));
            !spoken_of && !needs_no_condition(name)
        };
        let extra: Vec<String> =
            fields.iter().map(|(name, _)| name).filter(|name| extra(name)).cloned().collect();
        if extra.is_empty() { Ok(()) } else { Err(PolicyError::ExtraFields(extra)) }
    }

    /// Whether a file may be this long.
    pub fn check_length(&self, bytes: u64) -> Result<(), PolicyError> {
        if bytes < self.bytes_min {
            return Err(PolicyError::TooSmall { proposed: bytes, min: self.bytes_min });
        }
        if bytes > self.bytes_max {
            return Err(PolicyError::TooLarge { proposed: bytes, max: self.bytes_max });
        }
        Ok(())
    }

    /// How long a file may be, in bytes: least and most.
    pub fn length_range(&self) -> (u64, u64) {
        (self.bytes_min, self.bytes_max)
    }

    fn add(&mut self, condition: &Value) -> Result<(), PolicyError> {
        if let Some(members) = condition.as_object() {
            let mut pairs = members.iter();
            let (Some((name, Value::String(value))), None) = (pairs.next(), pairs.next()) else {
                return Err(PolicyError::Invalid(
                    "Invalid Simple-Condition: Simple-Conditions must have exactly one property \
                     specified.",
                ));
            };
            let field = ["$", name].concat();
            self.conditions.push(Condition { prefix: false, field, value: value.clone() });
            return Ok(());
        }
        let wrong = PolicyError::Invalid("Invalid Condition.");
        let Some([Value::String(operator), first, second]) =
            condition.as_array().map(Vec::as_slice)
        else {
            return Err(wrong);
        };
        if operator.eq_ignore_ascii_case("content-length-range") {
            self.bytes_min = self.bytes_min.max(length(first).ok_or(wrong.clone())?);
            self.bytes_max = self.bytes_max.min(length(second).ok_or(wrong)?);
            return Ok(());
        }
        let prefix = operator.eq_ignore_ascii_case("starts-with");
        let (Value::String(field), Value::String(value)) = (first, second) else {
            return Err(wrong);
        };
        if !prefix && !operator.eq_ignore_ascii_case("eq") {
            return Err(wrong);
        }
        self.conditions.push(Condition { prefix, field: field.clone(), value: value.clone() });
        Ok(())
    }
}

impl Condition {
    fn name(&self) -> Option<&str> {
        self.field.strip_prefix('$')
    }

    /// Names in any case, values exactly; a list of content types must start so in each item.
    fn is_met(&self, fields: &[(String, String)], bucket: &str) -> bool {
        let Some(name) = self.name() else { return false };
        let value = if name.eq_ignore_ascii_case("bucket") {
            bucket
        } else {
            field(fields, name).unwrap_or_default()
        };
        if !self.prefix {
            return value == self.value;
        }
        if name.eq_ignore_ascii_case("content-type") {
            return value.split(',').all(|item| item.trim().starts_with(&self.value));
        }
        value.starts_with(&self.value)
    }

    fn text(&self) -> String {
        let operator = if self.prefix { "starts-with" } else { "eq" };
        format!("[\"{operator}\", \"{}\", \"{}\"]", self.field, self.value)
    }
}

/// A number, or a string with one.
fn length(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The value of the first field of this name, in any case.
fn field<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

/// Observed: encryption fields pass without a condition.
fn needs_no_condition(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "x-amz-signature" | "file" | "policy" | "bucket" | "signature" | "awsaccesskeyid"
    ) || name.starts_with("x-ignore-")
        || name.starts_with("x-amz-server-side-encryption")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    fn policy(conditions: &Value) -> Result<PostPolicy, PolicyError> {
        let document = json!({"expiration": "2026-01-01T00:00:00Z", "conditions": conditions});
        PostPolicy::parse(&STANDARD.encode(document.to_string()))
    }

    fn check(conditions: &Value, form: &[(&str, &str)], want: Option<&str>) {
        let now = Timestamp::parse_iso("2025-12-31T23:59:59Z").unwrap();
        let result = policy(conditions)
            .and_then(|policy| policy.check(&fields(form), "logs", now))
            .map_err(|error| error.wire().message.unwrap());
        assert_eq!(result.err().as_deref(), want, "{conditions} {form:?}");
    }

    /// The conditions of the documentation, met and not met, in S3's words.
    #[test]
    fn conditions_decide() {
        let url = "http://localhost.test/random";
        let both = json!([{"bucket": "logs"}, ["eq", "$redirect", url]]);
        check(&both, &[("Redirect", url), ("x-ignore-a", "1"), ("policy", "p")], None);
        let failed = "Invalid according to Policy: Policy Condition failed: ";
        let text = format!("{failed}[\"eq\", \"$redirect\", \"{url}\"]");
        check(&both, &[("redirect", "HTTP://localhost.test/random")], Some(&text));
        let text = format!("{failed}[\"eq\", \"redirect\", \"{url}\"]");
        check(&json!([["eq", "redirect", url]]), &[("redirect", url)], Some(&text));
        check(&json!([["starts-with", "$key", "user/"]]), &[("key", "user/a")], None);
        let text = format!("{failed}[\"starts-with\", \"$key\", \"user/\"]");
        check(&json!([["starts-with", "$key", "user/"]]), &[("key", "User/a")], Some(&text));
        check(&json!([["starts-with", "$key", ""]]), &[("key", "x")], None);
        check(
            &json!([]),
            &[("acl", "private"), ("x-amz-server-side-encryption", "AES256")],
            Some("Invalid according to Policy: Extra input fields: acl"),
        );
        check(
            &json!([{"a": "1", "b": "2"}]),
            &[],
            Some(
                "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly \
                 one property specified.",
            ),
        );
    }

    /// A policy ends at its expiration, to the millisecond.
    #[test]
    fn policies_expire() {
        let policy = policy(&json!([])).unwrap();
        let end = Timestamp::parse_iso("2026-01-01T00:00:00Z").unwrap();
        assert_eq!(policy.check(&[], "b", end.minus_ms(1)), Ok(()));
        let error = policy.check(&[], "b", end).unwrap_err();
        assert_eq!(
            error.wire().message.as_deref(),
            Some("Invalid according to Policy: Policy expired.")
        );
    }

    /// The range includes its ends.
    #[test]
    fn lengths_are_bounded() {
        let policy = policy(&json!([["content-length-range", 2, "4"]])).unwrap();
        assert_eq!(policy.check_length(1), Err(PolicyError::TooSmall { proposed: 1, min: 2 }));
        assert_eq!((policy.check_length(2), policy.check_length(4)), (Ok(()), Ok(())));
        let error = policy.check_length(5).unwrap_err().wire();
        assert_eq!(error.code, "EntityTooLarge");
        let extra = fields(&[("ProposedSize", "5"), ("MaxSizeAllowed", "4")]);
        assert_eq!(error.extra, extra);
    }

    /// The example of the documentation: its policy, its key, its signature.
    #[test]
    fn the_documented_form_verifies() {
        let form = fields(&[
            ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Date", "20151229T000000Z"),
            ("Policy", DOCUMENTED_POLICY),
            ("X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
        ]);
        let mut post = PostSignature::presented(&form).unwrap().unwrap();
        assert_eq!(post.signed.check_scope("s3"), Ok(()));
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let key = SigningKey::for_signed(secret, &post.signed);
        assert_eq!(verify_post_signature(&post, &key), Ok(()));
        assert!(PostPolicy::parse(&post.policy).is_ok());
        post.policy.push('=');
        assert!(matches!(verify_post_signature(&post, &key), Err(SignatureError::Mismatch(_))));
    }

    /// Without a policy the caller is anonymous; with half a signature he is refused.
    #[test]
    fn forms_are_anonymous_or_complete() {
        assert_eq!(PostSignature::presented(&fields(&[("key", "a")])), Ok(None));
        let half = fields(&[("policy", "e30="), ("x-amz-date", "20151229T000000Z")]);
        let missing = SignatureError::MissingField { name: "X-Amz-Signature" };
        assert_eq!(PostSignature::presented(&half), Err(missing));
        let bare = fields(&[("policy", "e30=")]);
        assert_eq!(PostSignature::presented(&bare), Err(SignatureError::Missing));
    }

    proptest! {
        /// Any policy is read or refused.
        #[test]
        fn parsing_never_panics(text in ".*", json in "[\\[\\]{}\":,a-z$]*") {
            let _ = (PostPolicy::parse(&text), PostPolicy::parse(&STANDARD.encode(&json)));
        }
    }

    /// S3 API Reference, "Example: Browser-Based Upload using HTTP POST".
    const DOCUMENTED_POLICY: &str = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
}
