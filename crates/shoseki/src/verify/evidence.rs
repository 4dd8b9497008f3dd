use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use trail::verify::{
    Clocked, Entry, Evidence, NamedLog, Object, Report, Request, SignatureCheck, Span, Verdict,
    judge_log, look_for_extra,
};
use types::{Clock, DAY_MS, HOUR_MS, Region, Timestamp};
use wire::uri;
use wire::xml::{self, Limits};

use crate::client::{Answered, Ask, CallError, Client, bucket_region};
use crate::exit::Trouble;
use crate::out;

/// Log files fetched and judged at the same time.
const PARALLEL: usize = 16;
/// How far beyond the end of the range keys are asked for: the AWS CLI's two hours, and as long as
/// a digest may name files of the range.
const KEYS_BEYOND_MS: u64 = 31 * DAY_MS + 2 * HOUR_MS;
const METADATA: &str = "x-amz-meta-";

/// Public keys in DER, by fingerprint; what is not base64 stays as an unusable key.
pub(super) type PublicKeys = BTreeMap<String, Vec<u8>>;

/// What a search goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    /// The keys that an anchor keeps: they prove what no server remembers any more.
    pub(super) keys: &'a PublicKeys,
    /// How often digests are made where there are none; `None` looks for no extra files.
    pub(super) digest_interval_ms: Option<u64>,
}

/// Verifies with a client's answers; tells the keys, too, that proved digests.
pub(super) fn verify(
    client: &Client,
    request: &Request<'_>,
    given: Given<'_>,
) -> Result<(Report, PublicKeys), Trouble> {
    let keys = public_keys(client, request, given.keys)?;
    let used = Mutex::new(PublicKeys::new());
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
        Some(der) if keys::rsa::verify_pkcs1_sha256(der, text, signature) => {
            let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
            used.entry(fingerprint.to_owned()).or_insert_with(|| der.clone());
            SignatureCheck::Valid
        }
        Some(_) => SignatureCheck::Forged,
    };
    let judge = |logs: &[NamedLog]| judge(&buckets, logs);
    let evidence = Evidence { list: &list, get: &get, check: &check, judge: Some(&judge) };
    let entries = |span: &Span<'_>| {
        buckets.entries(span).map_err(|error| {
            let text = error.to_string();
            *last_trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            text
        })
    };
    let looked = trail::verify::verify(request, &evidence).and_then(|mut report| {
        if let Some(digest_interval_ms) = given.digest_interval_ms {
            let clocked = Clocked { now: Clock::system().now(), digest_interval_ms };
            look_for_extra(request, &evidence, &entries, clocked, &mut report)?;
        }
        Ok(report)
    });
    let report = looked.map_err(|text| {
        let cause = last_trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        cause.map_or_else(|| Trouble::unreachable(text), Trouble::from)
    })?;
    Ok((report, used.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// The keys that the server tells, and those that are kept: they win, for the server may be the
/// one that is doubted.
fn public_keys(
    client: &Client,
    request: &Request<'_>,
    kept: &PublicKeys,
) -> Result<PublicKeys, Trouble> {
    let mut keys = match told_keys(client, request) {
        Ok(keys) => keys,
        Err(error) if kept.is_empty() => return Err(error.into()),
        Err(error) => {
            out::complain(&format!("ListPublicKeys: {error}; the anchor's keys are used"));
            PublicKeys::new()
        }
    };
    keys.extend(kept.iter().map(|(fingerprint, der)| (fingerprint.clone(), der.clone())));
    Ok(keys)
}

fn told_keys(client: &Client, request: &Request<'_>) -> Result<PublicKeys, CallError> {
    let mut keys = PublicKeys::new();
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
            folders.extend(page.folders());
            // With a delimiter every page that is not the last says where the next begins.
            match page.name(&page.root, "NextMarker") {
                Some(next) if next > marker => marker = next,
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
    ) -> Result<Page, CallError> {
        let (marker, prefix) = (uri::encode(marker), uri::encode(prefix));
        // Names may have characters that no XML can hold.
        let query = format!("encoding-type=url&marker={marker}&prefix={prefix}{more}");
        let ask = Ask::s3("ListObjects", Method::GET, bucket, &query);
        let answered = self.client.call(&ask.in_region(self.region(bucket)))?;
        let unreadable = |error: xml::XmlError| CallError::Unreachable(error.to_string());
        xml::parse(&answered.body, Limits::S3).map(|root| Page { root }).map_err(unreadable)
    }

    /// All keys behind `after`.
    pub(super) fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
    ) -> Result<Vec<String>, CallError> {
        let found = self.entries(&Span { bucket, prefix, after, until: None })?;
        Ok(found.into_iter().map(|entry| entry.key).collect())
    }

    /// All objects of a span by `ListObjects`, page by page.
    fn entries(&self, span: &Span<'_>) -> Result<Vec<Entry>, CallError> {
        let Span { bucket, prefix, after, until } = *span;
        let (mut found, mut marker) = (Vec::new(), after.to_owned());
        loop {
            let page = self.page(bucket, prefix, &marker, "")?;
            let before = found.len();
            found.extend(page.entries());
            let is_late = |entry: &Entry| until.is_some_and(|until| entry.key.as_str() > until);
            let more = page.root.text_of("IsTruncated") == Some("true");
            let goes_on = more && found.len() > before;
            let Some(last) = found.last().filter(|last| goes_on && !is_late(last)) else {
                found.retain(|entry| !is_late(entry));
                return Ok(found);
            };
            marker.clone_from(&last.key);
        }
    }

    /// What lies in a folder and is no region's: folders of another name, and objects.
    pub(super) fn strays(&self, bucket: &str, folder: &str) -> Result<Vec<String>, CallError> {
        let is_region = |path: &String| {
            let name = path.strip_prefix(folder).and_then(|name| name.strip_suffix('/'));
            name.is_some_and(|name| Region::parse(name).is_some())
        };
        let mut strays = self.folders(bucket, folder)?;
        strays.retain(|path| !is_region(path));
        let page = self.page(bucket, folder, "", "&delimiter=%2F")?;
        let objects = page.entries();
        // A console makes folders by empty objects.
        let objects = objects.filter(|entry| entry.bytes > 0 || entry.key != folder);
        strays.extend(objects.map(|entry| entry.key));
        Ok(strays)
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

/// A page of a listing.
struct Page {
    root: xml::Element,
}

impl Page {
    /// The name that a member holds. Encoded ones have a plus for a space.
    fn name(&self, of: &xml::Element, member: &str) -> Option<String> {
        let text = of.text_of(member)?;
        let is_encoded = self.root.text_of("EncodingType") == Some("url");
        Some(if is_encoded { uri::decode_lossy(&text.replace('+', " ")) } else { text.to_owned() })
    }

    fn folders(&self) -> impl Iterator<Item = String> {
        self.root.children("CommonPrefixes").filter_map(|one| self.name(one, "Prefix"))
    }

    /// The objects; one without a time was there from the beginning.
    fn entries(&self) -> impl Iterator<Item = Entry> {
        self.root.children("Contents").filter_map(|listed| {
            let written = listed.text_of("LastModified").and_then(Timestamp::parse_iso);
            let bytes = listed.text_of("Size").and_then(|text| text.parse().ok());
            Some(Entry {
                key: self.name(listed, "Key")?,
                bytes: bytes.unwrap_or(u64::MAX),
                written: written.unwrap_or(Timestamp::from_ms(0)),
            })
        })
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

    /// Names come as they are, whatever characters they have, and from servers that do not encode.
    #[test]
    fn names_of_a_listing_are_decoded() {
        let names = |kind: &str, key: &str| {
            let text = format!(
                "<ListBucketResult>{kind}<Contents><Key>{key}</Key><Size>1</Size>\
                 <LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>\
                 </ListBucketResult>"
            );
            let page = Page { root: xml::parse(text.as_bytes(), Limits::S3).unwrap() };
            let found: Vec<Entry> = page.entries().collect();
            assert_eq!(
                (found[0].bytes, found[0].written.iso().as_str()),
                (1, "2026-01-02T03:04:05Z")
            );
            found[0].key.clone()
        };
        let encoded = "<EncodingType>url</EncodingType>";
        assert_eq!(names(encoded, "a%1Bb+c%2B%E7%9B%A3"), "a\u{1b}b c+監");
        assert_eq!(names("", "a%1Bb+c"), "a%1Bb+c");
    }

    /// The two forms of a public key that CloudTrail has shown are told apart.
    #[test]
    fn pkcs1_is_told_from_spki() {
        assert!(is_pkcs1(&[0x30, 0x82, 1, 10, 0x02, 0x82]));
        assert!(is_pkcs1(&[0x30, 0x81, 0x89, 0x02, 0x81]));
        assert!(!is_pkcs1(&[0x30, 0x82, 1, 34, 0x30, 0x0d]));
        assert!(!is_pkcs1(&[]));
    }
}
