//! A bucket with a trail's digests and log files, and a signer.

use super::super::*;
use crate::digest::{Digest, DigestError, DigestedFile, Link};
use crate::log_file;
use crate::names::TrailName;
use types::{AccountId, HOUR_MS};

pub(super) const START: Timestamp = Timestamp::from_secs(1_767_323_045);
pub(super) const DIGESTS: u64 = 30;
pub(super) const BUCKET: &str = "logs";
pub(super) const REGION: &str = "eu-west-1";
pub(super) const KEY: &[u8] = b"the signer's";

/// Replaces RSA: what verifies a signature also creates it.
pub(super) fn sign(text: &[u8]) -> Vec<u8> {
    keys::hmac_sha256(KEY, text).to_vec()
}

/// A bucket with a trail's digests and log files.
pub(super) struct World {
    pub(super) account: AccountId,
    pub(super) trail: TrailName,
    pub(super) objects: BTreeMap<(String, String), Object>,
    pub(super) digests: Vec<Link>,
    pub(super) logs: Vec<String>,
    pub(super) anchors: Vec<Anchor>,
    /// When objects were written, if not at the time in their name.
    pub(super) written: BTreeMap<String, Timestamp>,
    pub(super) limits: Limits,
}

impl World {
    pub(super) fn empty() -> Self {
        Self {
            account: AccountId::parse("111122223333").unwrap(),
            trail: TrailName::parse("audit").unwrap(),
            objects: BTreeMap::new(),
            digests: Vec::new(),
            logs: Vec::new(),
            anchors: Vec::new(),
            written: BTreeMap::new(),
            limits: Limits::COMMAND,
        }
    }

    /// 30 digests; every third hour is without events, the others have one or two log files.
    pub(super) fn new() -> Self {
        let mut world = Self::empty();
        world.chain(0, DIGESTS, BUCKET, None);
        world
    }

    pub(super) fn series(&self) -> Series<'_> {
        Series {
            prefix: Some("p"),
            organization: None,
            account: &self.account,
            region: REGION,
            trail: &self.trail,
            home_region: REGION,
        }
    }

    /// Digests number `from` to `until`, chained to `previous`.
    pub(super) fn chain(
        &mut self,
        from: u64,
        until: u64,
        bucket: &str,
        mut previous: Option<Link>,
    ) {
        for hour in from..until {
            let start = START.plus_ms(hour * HOUR_MS);
            let end = start.plus_ms(HOUR_MS);
            let files = (0..hour % 3).map(|n| self.deliver(bucket, start, n)).collect();
            let digest = Digest {
                account: self.account.clone(),
                start,
                end,
                bucket: bucket.to_owned(),
                object: self.series().object_key(end, Kind::Regular),
                fingerprint: "f1".to_owned(),
                previous,
                log_files: files,
            };
            previous = Some(self.seal(&digest, None));
        }
    }

    pub(super) fn seal(&mut self, digest: &Digest, backfill: Option<Timestamp>) -> Link {
        let sealed = digest.seal::<DigestError>(|text| Ok(sign(text.as_bytes()))).unwrap();
        let metadata = sealed.metadata(backfill).into_iter();
        let metadata = metadata.map(|(name, value)| (name.to_owned(), value)).collect();
        let place = (digest.bucket.clone(), digest.object.clone());
        self.objects.insert(place, Object { bytes: sealed.gz, metadata });
        self.digests.push(sealed.link.clone());
        sealed.link
    }

    pub(super) fn deliver(&mut self, bucket: &str, start: Timestamp, n: u64) -> DigestedFile {
        let at = start.plus_ms((n + 1) * 600_000);
        let record = format!(r#"{{"eventTime":"{}","eventID":"{n}"}}"#, at.iso());
        let file = log_file::write([record].into_iter()).unwrap();
        let slot = log_file::slot_end(at, log_file::SLOT_MS);
        let object = log_file::object_key(Some("p"), &self.account, REGION, slot, "u");
        let stored = Object { bytes: file.gz, metadata: BTreeMap::new() };
        self.objects.insert((bucket.to_owned(), object.clone()), stored);
        self.logs.push(object.clone());
        let bucket = bucket.to_owned();
        let (hash, newest, oldest) = (file.plain_sha256_hex, file.newest, file.oldest);
        DigestedFile { bucket, object, hash, newest, oldest }
    }

    pub(super) fn anchor(&mut self, link: &Link, end: Timestamp) {
        let Link { bucket, object, hash, .. } = link.clone();
        self.anchors.push(Anchor { bucket, object, hash, end });
    }

    pub(super) fn at(&mut self, key: &str) -> &mut Object {
        self.objects.get_mut(&(BUCKET.to_owned(), key.to_owned())).unwrap()
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.objects.remove(&(BUCKET.to_owned(), key.to_owned())).unwrap();
    }

    pub(super) fn request(&self) -> Request<'_> {
        Request {
            trail_arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit",
            series: self.series(),
            bucket: BUCKET,
            start: START,
            end: START.plus_ms(DIGESTS * HOUR_MS),
            anchors: &self.anchors,
        }
    }

    pub(super) fn ask<T>(&self, question: impl FnOnce(&Request<'_>, &Evidence<'_>) -> T) -> T {
        let list = |bucket: &str, prefix: &str, after: &str| -> Result<Vec<String>, String> {
            let keys = self.objects.keys().filter(|(of, _)| of == bucket).map(|(_, key)| key);
            let wanted = |key: &&String| key.starts_with(prefix) && key.as_str() > after;
            Ok(keys.filter(wanted).cloned().collect())
        };
        let get = |bucket: &str, key: &str| -> Result<Option<Object>, String> {
            if key.contains("denied") {
                return Err("Access Denied".to_owned());
            }
            Ok(self.objects.get(&(bucket.to_owned(), key.to_owned())).cloned())
        };
        let check = |fingerprint: &str, text: &[u8], signature: &[u8]| match fingerprint {
            "f1" if sign(text) == signature => SignatureCheck::Valid,
            "f1" => SignatureCheck::Forged,
            "spki" => SignatureCheck::UnusableKey,
            _ => SignatureCheck::UnknownKey,
        };
        let meter = Meter::new(self.limits);
        let evidence =
            Evidence { list: &list, get: &get, check: &check, judge: None, meter: &meter };
        question(&self.request(), &evidence)
    }

    /// The report with extra files at `now`. Objects are written at the time in their name.
    pub(super) fn report_at(&self, now: Timestamp) -> Report {
        let mut report = self.verify();
        let entries = |span: &Span<'_>| Ok(self.entries(span));
        let clocked = Clocked { now, digest_interval_ms: HOUR_MS };
        self.ask(|request, evidence| find_extra(request, evidence, &entries, clocked, &mut report))
            .unwrap();
        report
    }

    /// The objects of a span, written at the time in their name by default.
    pub(super) fn entries(&self, span: &Span<'_>) -> Vec<Entry> {
        let keys = self.objects.iter().filter(|((of, _), _)| of == span.bucket);
        let keys = keys.filter(|((_, key), _)| {
            let is_late = span.until.is_some_and(|until| key.as_str() > until);
            key.starts_with(span.prefix) && key.as_str() > span.after && !is_late
        });
        let entry = |((_, key), object): (&(String, String), &Object)| {
            let bytes = object.bytes.len() as u64;
            let written = self.written.get(key).copied();
            let written = written.or_else(|| log_file::slot_of(key)).unwrap_or(START);
            Entry { key: key.clone(), bytes, written }
        };
        keys.map(entry).collect()
    }

    /// All parts, each with this budget, combined; and their number.
    pub(super) fn in_parts(&self, now: Timestamp, budget: Budget) -> (Report, usize) {
        let (whole, parts) = self.parts(now, budget);
        (whole, parts.len())
    }

    /// The same, and the digests and log files of the largest part.
    pub(super) fn largest_part(&self, now: Timestamp, budget: Budget) -> (Report, u64) {
        let (whole, parts) = self.parts(now, budget);
        (whole, parts.into_iter().max().unwrap_or(0))
    }

    fn parts(&self, now: Timestamp, budget: Budget) -> (Report, Vec<u64>) {
        let entries = |span: &Span<'_>| Ok(self.entries(span));
        let clocked = Clocked { now, digest_interval_ms: HOUR_MS };
        let (mut whole, mut from) = (Report::new(&self.request()), None);
        let mut parts = Vec::new();
        loop {
            let part = self.ask(|request, evidence| {
                verify_part(request, evidence, &entries, clocked, from.take(), budget)
            });
            let Part { report, next } = part.unwrap();
            parts.push(report.digests.total() + report.logs.total());
            whole.add(report);
            assert!(parts.len() < 1_000, "no end");
            // The state that a client passes from one part to the next is text.
            let text = serde_json::to_string(&next).unwrap();
            from = serde_json::from_str(&text).unwrap();
            if from.is_none() {
                return (whole, parts);
            }
        }
    }

    pub(super) fn put(&mut self, key: &str, bytes: &[u8]) {
        let object = Object { bytes: bytes.to_vec(), metadata: BTreeMap::new() };
        self.objects.insert((BUCKET.to_owned(), key.to_owned()), object);
    }

    pub(super) fn verify(&self) -> Report {
        self.ask(verify).unwrap()
    }
}

/// What went to standard error, and the counts `valid/invalid` of digests and of log files.
pub(super) fn summary(report: &Report) -> (String, [u64; 4]) {
    let texts = print(report, false);
    let errors = texts.iter().filter(|(stream, _)| *stream == Stream::Err);
    let errors: Vec<&str> = errors.map(|(_, text)| text.trim()).collect();
    let (digests, logs) = (report.digests, report.logs);
    (errors.join("\n"), [digests.valid, digests.invalid, logs.valid, logs.invalid])
}
