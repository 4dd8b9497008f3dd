use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use trail::verify::{
    Evidence, NamedLog, Object, Report, Request, SignatureCheck, Verdict, judge_log,
};
use types::HOUR_MS;
use wire::uri;
use wire::xml::{self, Limits};

use crate::client::{Answered, Ask, CallError, Client, bucket_region};
use crate::exit::Trouble;

/// Log files fetched and judged at the same time.
const PARALLEL: usize = 16;
/// How far beyond the end of the range keys are asked for, as the AWS CLI does.
const KEYS_BEYOND_MS: u64 = 2 * HOUR_MS;
const METADATA: &str = "x-amz-meta-";

/// Verifies with a client's answers.
pub(super) fn verify(client: &Client, request: &Request<'_>) -> Result<Report, Trouble> {
    let keys = public_keys(client, request)?;
    let buckets = Buckets::new(client);
    let last_trouble = Mutex::new(None);
    let list = |bucket: &str, prefix: &str, after: &str| {
        buckets.list(bucket, prefix, after).map_err(|error| {
            let text = error.to_string();
            *last_trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            text
        })
    };
    let get = |bucket: &str, key: &str| buckets.get(bucket, key);
    let check = |fingerprint: &str, text: &[u8], signature: &[u8]| match keys.get(fingerprint) {
        None => SignatureCheck::UnknownKey,
        Some(der) if !is_pkcs1(der) => SignatureCheck::UnusableKey,
        Some(der) if keys::rsa::verify_pkcs1_sha256(der, text, signature) => SignatureCheck::Valid,
        Some(_) => SignatureCheck::Forged,
    };
    let judge = |logs: &[NamedLog]| judge(&buckets, logs);
    let evidence = Evidence { list: &list, get: &get, check: &check, judge: Some(&judge) };
    trail::verify::verify(request, &evidence).map_err(|text| {
        let cause = last_trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        cause.map_or_else(|| Trouble::unreachable(text), Trouble::from)
    })
}

/// DER by fingerprint; what is not base64 stays as an unusable key.
fn public_keys(
    client: &Client,
    request: &Request<'_>,
) -> Result<BTreeMap<String, Vec<u8>>, Trouble> {
    let mut keys = BTreeMap::new();
    let end = request.end.plus_ms(KEYS_BEYOND_MS);
    let (from, to) = (request.start.as_secs_f64(), end.as_secs_f64());
    let mut input = json!({ "StartTime": from, "EndTime": to });
    let mut seen = BTreeSet::new();
    loop {
        let answered = client.call(&Ask::cloudtrail("ListPublicKeys", &input))?;
        let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
        for key in answer.get("PublicKeyList").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
            let der = STANDARD.decode(text("Value")).unwrap_or_default();
            keys.insert(text("Fingerprint").to_owned(), der);
        }
        let token = answer.get("NextToken").and_then(Value::as_str).filter(|text| !text.is_empty());
        match token {
            Some(token) if seen.insert(token.to_owned()) => {
                input = json!({ "StartTime": from, "EndTime": to, "NextToken": token });
            }
            Some(_) | None => return Ok(keys),
        }
    }
}

/// Whether it begins as an `RSAPublicKey`: a sequence whose first member is a number.
fn is_pkcs1(der: &[u8]) -> bool {
    matches!(der, [0x30, 0x82, _, _, 0x02, ..] | [0x30, 0x81, _, 0x02, ..])
}

/// The buckets that hold the evidence, each asked in its own region: a trail's files of all regions
/// lie in one.
pub(super) struct Buckets<'a> {
    client: &'a Client,
    regions: Mutex<BTreeMap<String, String>>,
}

impl<'a> Buckets<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client, regions: Mutex::default() }
    }

    /// Who may not ask where a bucket is takes it to be where the events are.
    fn region(&self, bucket: &str) -> String {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = regions.get(bucket) {
            return known.clone();
        }
        let found = bucket_region(self.client, bucket);
        let region = found.unwrap_or_else(|| self.client.region().to_owned());
        regions.insert(bucket.to_owned(), region.clone());
        region
    }

    /// The folders in a folder, by their whole names.
    pub(super) fn folders(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, CallError> {
        let (mut folders, mut marker) = (Vec::new(), String::new());
        loop {
            let page = self.page(bucket, prefix, &marker, "&delimiter=%2F")?;
            let found = page.children("CommonPrefixes");
            folders.extend(found.filter_map(|one| one.text_of("Prefix")).map(str::to_owned));
            // With a delimiter every page that is not the last says where the next begins.
            match page.text_of("NextMarker") {
                Some(next) if next > marker.as_str() => next.clone_into(&mut marker),
                Some(_) | None => return Ok(folders),
            }
        }
    }

    fn page(
        &self,
        bucket: &str,
        prefix: &str,
        marker: &str,
        more: &str,
    ) -> Result<xml::Element, CallError> {
        let (marker, prefix) = (uri::encode(marker), uri::encode(prefix));
        let query = format!("marker={marker}&prefix={prefix}{more}");
        let ask = Ask::s3("ListObjects", Method::GET, bucket, &query);
        let answered = self.client.call(&ask.in_region(self.region(bucket)))?;
        let unreadable = |error: xml::XmlError| CallError::Unreachable(error.to_string());
        xml::parse(&answered.body, Limits::S3).map_err(unreadable)
    }

    /// All keys by `ListObjects`, page by page.
    pub(super) fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
    ) -> Result<Vec<String>, CallError> {
        let (mut keys, mut marker) = (Vec::new(), after.to_owned());
        loop {
            let page = self.page(bucket, prefix, &marker, "")?;
            let before = keys.len();
            let objects = page.children("Contents");
            keys.extend(objects.filter_map(|object| object.text_of("Key")).map(str::to_owned));
            let more = page.text_of("IsTruncated") == Some("true");
            match keys.last().filter(|_| more && keys.len() > before) {
                Some(last) => marker.clone_from(last),
                None => return Ok(keys),
            }
        }
    }

    fn get(&self, bucket: &str, key: &str) -> Result<Option<Object>, String> {
        let ask = Ask::s3("GetObject", Method::GET, &format!("{bucket}/{key}"), "");
        match self.client.call(&ask.in_region(self.region(bucket))) {
            Ok(answered) => Ok(Some(object(&answered))),
            Err(CallError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn object(answered: &Answered) -> Object {
    let metadata = answered.headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(METADATA)?;
        Some((name.to_owned(), value.to_str().ok()?.to_owned()))
    });
    Object { bytes: answered.body.to_vec(), metadata: metadata.collect() }
}

/// Fetches and judges several at a time; verdicts keep their order.
fn judge(buckets: &Buckets<'_>, logs: &[NamedLog]) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..PARALLEL.min(logs.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(log) = logs.get(at) else { return };
                    let verdict = judge_log(log, buckets.get(&log.bucket, &log.object));
                    found.lock().unwrap_or_else(PoisonError::into_inner).insert(at, verdict);
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let lost = || Verdict::Unreadable("not judged".to_owned());
    (0..logs.len()).map(|at| found.remove(&at).unwrap_or_else(lost)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two forms of a public key that CloudTrail has shown are told apart.
    #[test]
    fn pkcs1_is_told_from_spki() {
        assert!(is_pkcs1(&[0x30, 0x82, 1, 10, 0x02, 0x82]));
        assert!(is_pkcs1(&[0x30, 0x81, 0x89, 0x02, 0x81]));
        assert!(!is_pkcs1(&[0x30, 0x82, 1, 34, 0x30, 0x0d]));
        assert!(!is_pkcs1(&[]));
    }
}
