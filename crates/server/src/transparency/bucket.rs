//! The few calls of S3 that keeping checkpoints needs.
//!
//! Source: S3 API Reference, "PutObject", "GetObject", "ListObjectsV2"; S3 User Guide, "Conditional
//! writes" and "Object Lock".

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use tlog::SignedCheckpoint;
use types::{DAY_MS, Timestamp};
use wire::sign::{Credentials, payload_hash, sign_header};
use wire::uri::{encode, encode_path};

use super::ask::{Answer, WitnessUrl, send};

/// A bucket for checkpoints, and how to reach it.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    /// What the keys begin with, without a slash at its ends.
    pub(crate) prefix: String,
    pub(crate) endpoint: WitnessUrl,
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    pub(crate) retention: Option<Retention>,
}

/// How long an object cannot be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Whether no caller at all can delete it, or only one with a permission of its own.
    pub(crate) mode: RetentionMode,
    /// Days from when it is written.
    pub(crate) days: u64,
}

/// A mode of Object Lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetentionMode {
    /// No caller can shorten it.
    Compliance,
    /// Callers with `s3:BypassGovernanceRetention` can.
    Governance,
}

/// What is in the bucket in the place of a checkpoint, or behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) text: String,
}

impl Bucket {
    fn key(&self, origin: &str, size: u64) -> String {
        let folder =
            if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) };
        format!("{folder}{origin}/{size:020}")
    }

    async fn call(
        &self,
        bundle: Option<&Path>,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
        now: Timestamp,
    ) -> Result<Answer, String> {
        let target = format!("{}/{}{target}", self.endpoint.path(), self.name);
        let (host, hash) = (self.endpoint.authority(), payload_hash(body.as_bytes()));
        let (credentials, region) = (&self.credentials, &self.region);
        let added = sign_header(
            method.as_str(),
            host,
            &target,
            headers,
            &hash,
            credentials,
            region,
            "s3",
            now,
        );
        let mut request = Request::builder().method(method).uri(&target);
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in headers.iter().copied().chain(added) {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned())));
        send(&self.endpoint, bundle, request.map_err(|error| error.to_string())?).await
    }

    /// Writes a checkpoint, unless there is one of its size, which is returned then.
    pub(super) async fn put(
        &self,
        bundle: Option<&Path>,
        signed: &SignedCheckpoint,
        now: Timestamp,
    ) -> Result<Option<Found>, String> {
        let (text, size) = (signed.note.to_string(), signed.checkpoint.head.size);
        let key = self.key(&signed.checkpoint.origin, size);
        let checksum = STANDARD.encode(keys::sha256(text.as_bytes()));
        let until = self.retention.map(|own| now.plus_ms(own.days.saturating_mul(DAY_MS)).iso());
        let mut headers = vec![
            ("content-type", "text/plain; charset=utf-8"),
            ("if-none-match", "*"),
            ("x-amz-checksum-sha256", checksum.as_str()),
        ];
        if let Some((retention, until)) = self.retention.zip(until.as_deref()) {
            headers.push(("x-amz-object-lock-mode", retention.mode.name()));
            headers.push(("x-amz-object-lock-retain-until-date", until));
        }
        let target = format!("/{}", encode_path(&key));
        let answer = self.call(bundle, Method::PUT, &target, &headers, &text, now).await?;
        match answer.status {
            200 => Ok(None),
            412 => self.read(bundle, key, size, now).await.map(Some),
            status => Err(refusal("PutObject", status, &answer.body)),
        }
    }

    async fn read(
        &self,
        bundle: Option<&Path>,
        key: String,
        size: u64,
        now: Timestamp,
    ) -> Result<Found, String> {
        let target = format!("/{}", encode_path(&key));
        let answer = self.call(bundle, Method::GET, &target, &[], "", now).await?;
        match answer.status {
            200 => Ok(Found { name: format!("s3://{}/{key}", self.name), size, text: answer.body }),
            status => Err(refusal("GetObject", status, &answer.body)),
        }
    }

    /// A checkpoint of the log that is larger than its newest one.
    pub(super) async fn beyond(
        &self,
        bundle: Option<&Path>,
        own: &SignedCheckpoint,
        now: Timestamp,
    ) -> Result<Option<Found>, String> {
        let (origin, size) = (&own.checkpoint.origin, own.checkpoint.head.size);
        let after = self.key(origin, size);
        let prefix = after.strip_suffix(&format!("{size:020}")).unwrap_or(&after);
        let target = format!(
            "?list-type=2&max-keys=1&prefix={}&start-after={}",
            encode(prefix),
            encode(&after)
        );
        let answer = self.call(bundle, Method::GET, &target, &[], "", now).await?;
        if answer.status == 403 {
            // Its owner may let us write only.
            tracing::warn!(
                "the bucket of checkpoints cannot be listed: a rollback is not seen there"
            );
            return Ok(None);
        }
        if answer.status != 200 {
            return Err(refusal("ListObjectsV2", answer.status, &answer.body));
        }
        let digits = first_key(&answer.body).and_then(|key| key.rsplit('/').next());
        let Some(Ok(size)) = digits.map(str::parse) else { return Ok(None) };
        self.read(bundle, self.key(origin, size), size, now).await.map(Some)
    }
}

/// The first key of a list. Of our own keys only the digits at their end are read of it.
fn first_key(list: &str) -> Option<&str> {
    let (_, rest) = list.split_once("<Key>")?;
    rest.split_once("</Key>").map(|(key, _)| key)
}

fn refusal(operation: &str, status: u16, body: &str) -> String {
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code
        .map(|(code, _)| code)
        .filter(|code| code.len() < 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    format!("{operation} answers {status} {}", code.unwrap_or(""))
}

impl RetentionMode {
    /// Its name in S3.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Compliance => "COMPLIANCE",
            Self::Governance => "GOVERNANCE",
        }
    }

    /// The mode of this name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Compliance, Self::Governance]
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let list = "<ListBucketResult><Contents><Key>a/log/00000000000000000012</Key></Contents>";
        assert_eq!(first_key(list), Some("a/log/00000000000000000012"));
        assert_eq!(first_key("<ListBucketResult/>"), None);
        let body = "<Error><Code>AccessDenied</Code></Error>";
        assert_eq!(refusal("PutObject", 403, body), "PutObject answers 403 AccessDenied");
        assert_eq!(refusal("PutObject", 403, "<Code>a\nb</Code>"), "PutObject answers 403 ");
    }
}
