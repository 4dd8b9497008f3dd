//! The validation of a bucket that was tampered with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use trail::digest::{Digest, DigestError, DigestedFile, Kind, Link, Series};
use trail::names::TrailName;
use trail::verify::{
    Anchor, Clocked, Entry, Evidence, Limits, Meter, Object, Request, SignatureCheck, Span,
    find_extra, print, verify,
};
use trail::{gzip, log_file};
use types::{AccountId, HOUR_MS, Timestamp};

use crate::{Target, Way};

const START: Timestamp = Timestamp::from_secs(1_772_323_200);
const DIGESTS: u64 = 4;
const BUCKET: &str = "logs";

/// The input: the first byte selects whether signatures are checked (even) or all accepted; then
/// edits, each a line `OBJECT OPERATION AT TEXT`.
pub(super) const TARGET: Target = Target {
    words: &[
        "\n0 r 10 ",
        "\n1 d 0 ",
        "\n2 c 0 x",
        "\n3 m 0 ",
        "\n4 i 5 \"",
        "\n5 g 20 x",
        "null",
        "\"logFiles\":",
        "\"digestEndTime\"",
        "\"previousDigestS3Bucket\":null,",
        "2026-03-01T",
        "signature",
        "{}",
        "[]",
    ],
    cost: 40,
    run,
    ..Target::new("verify", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    super::texts(&[
        "0",
        "1",
        "0\n1 r 40 2",
        "1\n0 r 300 9\n2 d 0 x",
        "0\n3 d 0 x",
        "1\n1 c 0 {}\n2 m 0 00",
        "1\n4 g 3 xyz\n5 i 100 \"a\":1,",
    ])
}

struct World {
    account: AccountId,
    trail: TrailName,
    objects: BTreeMap<String, Object>,
    anchor: Anchor,
}

static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// Replaces RSA: what verifies a signature also creates it.
fn sign(text: &[u8]) -> Vec<u8> {
    keys::hmac_sha256(b"the signer's", text).to_vec()
}

impl World {
    /// Four hours with a digest each and one log file in all but the first.
    fn new() -> Self {
        let account = AccountId::parse("111122223333").expect("an account");
        let trail = TrailName::parse("audit").expect("a name");
        let mut objects = BTreeMap::new();
        let mut previous: Option<Link> = None;
        for hour in 0..DIGESTS {
            let start = START.plus_ms(hour * HOUR_MS);
            let end = start.plus_ms(HOUR_MS);
            let log_files = (0..hour.min(1)).map(|_| log(&account, start, &mut objects)).collect();
            let digest = Digest {
                account: account.clone(),
                start,
                end,
                bucket: BUCKET.to_owned(),
                object: series(&account, &trail).object_key(end, Kind::Regular),
                fingerprint: "f1".to_owned(),
                previous,
                log_files,
            };
            let sealed =
                digest.seal::<DigestError>(|text| Ok(sign(text.as_bytes()))).expect("sealed");
            let metadata = sealed.metadata(None).into_iter();
            let metadata = metadata.map(|(name, value)| (name.to_owned(), value)).collect();
            objects.insert(digest.object.clone(), Object { bytes: sealed.gz, metadata });
            previous = Some(sealed.link);
        }
        let Link { bucket, object, hash, .. } = previous.expect("a digest");
        let end = START.plus_ms(DIGESTS * HOUR_MS);
        Self { account, trail, objects, anchor: Anchor { bucket, object, hash, end } }
    }
}

fn series<'a>(account: &'a AccountId, trail: &'a TrailName) -> Series<'a> {
    let region = "eu-west-1";
    Series { prefix: None, organization: None, account, region, trail, home_region: region }
}

fn log(
    account: &AccountId,
    start: Timestamp,
    objects: &mut BTreeMap<String, Object>,
) -> DigestedFile {
    let at = start.plus_ms(600_000);
    let record = format!(r#"{{"eventTime":"{}","eventID":"1"}}"#, at.iso());
    let file = log_file::write([record].into_iter()).expect("a log file");
    let slot = log_file::slot_end(at, log_file::SLOT_MS);
    let object = log_file::object_key(None, account, "eu-west-1", slot, "u");
    objects.insert(object.clone(), Object { bytes: file.gz, metadata: BTreeMap::new() });
    let (hash, newest, oldest) = (file.plain_sha256_hex, file.newest, file.oldest);
    DigestedFile { bucket: BUCKET.to_owned(), object, hash, newest, oldest }
}

fn run(input: &[u8]) -> Way {
    let world = &*WORLD;
    let honest = input.first().is_none_or(|byte| byte % 2 == 0);
    let mut objects = world.objects.clone();
    for line in input.split(|byte| *byte == b'\n').skip(1).take(16) {
        edit(&mut objects, line);
    }
    let list = |bucket: &str, prefix: &str, after: &str| {
        let wanted =
            |key: &&String| bucket == BUCKET && key.starts_with(prefix) && *key.as_str() > *after;
        Ok(objects.keys().filter(wanted).cloned().collect())
    };
    let get = |bucket: &str, key: &str| Ok(objects.get(key).filter(|_| bucket == BUCKET).cloned());
    let check = |_: &str, text: &[u8], signature: &[u8]| {
        if !honest || sign(text) == signature {
            SignatureCheck::Valid
        } else {
            SignatureCheck::Forged
        }
    };
    let meter = Meter::new(Limits::COMMAND);
    let evidence = Evidence { list: &list, get: &get, check: &check, judge: None, meter: &meter };
    let anchors = [world.anchor.clone()];
    let request = Request {
        trail_arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit",
        series: series(&world.account, &world.trail),
        bucket: BUCKET,
        start: START,
        end: START.plus_ms(DIGESTS * HOUR_MS),
        anchors: &anchors,
    };
    let mut report = verify(&request, &evidence).expect("the bucket can be listed");
    let is_sound = report.is_sound();
    let entries = |span: &Span<'_>| {
        let wanted = |(key, _): &(&String, &Object)| {
            span.bucket == BUCKET
                && key.starts_with(span.prefix)
                && key.as_str() > span.after
                && span.until.is_none_or(|until| key.as_str() <= until)
        };
        let entry = |(key, object): (&String, &Object)| Entry {
            key: key.clone(),
            bytes: object.bytes.len() as u64,
            written: START,
        };
        Ok(objects.iter().filter(wanted).map(entry).collect())
    };
    let clocked = Clocked { now: request.end, digest_interval_ms: HOUR_MS };
    find_extra(&request, &evidence, &entries, clocked, &mut report).expect("and again");
    let lines = print(&report, true).len() + print(&report, false).len();
    assert!(lines < 1_000, "{lines} lines");
    if honest {
        assert_eq!(is_sound, !is_damaged(&objects), "the verdict: {report:?}");
    }
    Way(0)
        .then((honest, is_sound, report.is_sound()))
        .then(format!("{:?}", report.digests))
        .then(format!("{:?}", report.logs))
        .size(report.findings.len())
}

/// Whether anything that was verified has changed: content, place, or a digest's signature.
fn is_damaged(objects: &BTreeMap<String, Object>) -> bool {
    let plain = |object: &Object| gzip::decompress(&object.bytes, 1 << 20).ok();
    WORLD.objects.iter().any(|(key, was)| {
        let Some(now) = objects.get(key) else { return true };
        plain(now) != plain(was) || now.metadata != was.metadata
    })
}

fn edit(objects: &mut BTreeMap<String, Object>, line: &[u8]) {
    let mut parts = line.splitn(4, |byte| *byte == b' ');
    let mut text = || parts.next().and_then(|part| str::from_utf8(part).ok());
    let (Some(which), Some(operation), Some(at)) = (text(), text(), text()) else { return };
    let new = parts.next().unwrap_or_default();
    let (Ok(which), Ok(at)) = (which.parse::<usize>(), at.parse::<usize>()) else { return };
    let Some(key) = objects.keys().nth(which % objects.len().max(1)).cloned() else { return };
    let Some(object) = objects.get_mut(&key) else { return };
    let mut plain = gzip::decompress(&object.bytes, 1 << 20).unwrap_or_default();
    let at = at.min(plain.len());
    match operation {
        // Replaces or inserts in the plain text, or replaces all of it.
        "r" => drop(plain.splice(at..(at + new.len()).min(plain.len()), new.iter().copied())),
        "i" => drop(plain.splice(at..at, new.iter().copied())),
        "c" => plain = new.to_vec(),
        // Replaces in the file itself.
        "g" => {
            let end = object.bytes.len();
            let at = at.min(end);
            object.bytes.splice(at..(at + new.len()).min(end), new.iter().copied());
            return;
        }
        "m" => {
            let text = String::from_utf8_lossy(new).into_owned();
            if let Some(value) = object.metadata.values_mut().next() {
                *value = text;
            }
            return;
        }
        "d" => {
            objects.remove(&key);
            return;
        }
        _ => return,
    }
    object.bytes = gzip::compress(&plain).expect("gzip");
}
