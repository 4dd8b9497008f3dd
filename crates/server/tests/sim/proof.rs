//! The invariants, checked against what can be read from outside.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::{ACCOUNT, Kit, S3Request};
use trail::digest::{Digest, Kind, Series};
use trail::names::TrailName;
use trail::verify::{Evidence, Limits, Line, Meter, Object, Request, SignatureCheck, verify};
use types::{AccountId, DAY_MS, HOUR_MS, Timestamp};

use crate::replay::{Place, RecordedState, RecordedTrail, Replay, replay, text};
use crate::world::{LOGS, WORK, World};

const PLAIN_BYTES_MAX: u64 = 1 << 30;

/// All objects of the log buckets by bucket and key.
pub(crate) type Content = BTreeMap<(String, String), Object>;

/// Every acknowledged call is in exactly one event, and a call that was not in one at most.
pub(crate) fn check_ledger(world: &World, events: &[Value]) {
    let mut found = BTreeMap::<&str, usize>::new();
    let mut ids = BTreeSet::new();
    for event in events {
        assert!(ids.insert(text(&event["eventID"])), "an event is there twice: {event}");
        if let Some(id) = event["requestID"].as_str() {
            *found.entry(id).or_default() += 1;
        }
    }
    for attempt in &world.ledger {
        let count = found.get(attempt.request_id.as_str()).copied().unwrap_or_default();
        let fine = if attempt.acknowledged { count == 1 } else { count <= 1 };
        assert!(fine, "{count} events of {}: {attempt:?}", attempt.what);
    }
}

/// The state is exactly what the events record.
pub(crate) fn check_state(world: &World, recorded: &RecordedState) {
    let kit = world.kit();
    assert_eq!(read_keys(kit), recorded.keys, "keys");
    assert_eq!(read_aliases(kit), recorded.aliases, "aliases");
    let listed = kit.s3(S3Request { method: "GET", target: "/", ..S3Request::default() });
    assert_eq!(elements(&listed.ok().text(), "Name"), recorded.buckets, "buckets");
    let bodies: BTreeMap<_, _> =
        world.ledger.iter().map(|attempt| (&attempt.request_id, attempt.body)).collect();
    let objects = if recorded.buckets.contains(WORK) { read_bucket(kit, WORK) } else { Vec::new() };
    let stored: BTreeMap<_, _> =
        objects.into_iter().map(|(key, object)| (key, keys::sha256(&object.bytes))).collect();
    let wanted = recorded.objects.iter().map(|(key, call)| (key.clone(), bodies[call]));
    assert_eq!(stored, wanted.collect(), "objects");
    assert_eq!(read_users(kit), recorded.users, "users");
    assert_eq!(read_trails(kit), recorded.trails, "trails");
}

fn read_keys(kit: &Kit) -> BTreeMap<String, bool> {
    let listed = kit.json("TrentService.ListKeys", &json!({"Limit": 1000})).ok().json();
    let ids = listed["Keys"].as_array().unwrap().iter().map(|key| text(&key["KeyId"]));
    let known = ids.map(|id| {
        let key = kit.json("TrentService.DescribeKey", &json!({"KeyId": id})).ok().json();
        (id, key["KeyMetadata"]["Enabled"] == true)
    });
    known.collect()
}

fn read_aliases(kit: &Kit) -> BTreeMap<String, String> {
    let listed = kit.json("TrentService.ListAliases", &json!({"Limit": 100})).ok().json();
    let own = listed["Aliases"].as_array().unwrap().iter();
    let own = own.filter(|alias| !text(&alias["AliasName"]).starts_with("alias/aws/"));
    own.map(|alias| (text(&alias["AliasName"]), text(&alias["TargetKeyId"]))).collect()
}

fn read_users(kit: &Kit) -> BTreeMap<String, BTreeSet<String>> {
    let version = ("Version", "2010-05-08");
    let listed = kit.query("iam", &[("Action", "ListUsers"), version]).ok().text();
    let known = elements(&listed, "UserName").into_iter().map(|user| {
        let ask = [("Action", "ListAccessKeys"), version, ("UserName", user.as_str())];
        let keys = elements(&kit.query("iam", &ask).ok().text(), "AccessKeyId");
        (user, keys)
    });
    known.collect()
}

fn read_trails(kit: &Kit) -> BTreeMap<String, RecordedTrail> {
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.";
    let ask = |operation: &str, body: Value| kit.json(&format!("{target}{operation}"), &body).ok();
    let listed = ask("DescribeTrails", json!({})).json();
    let known = listed["trailList"].as_array().unwrap().iter().map(|trail| {
        let name = text(&trail["Name"]);
        let status = ask("GetTrailStatus", json!({"Name": name})).json();
        let selectors = ask("GetEventSelectors", json!({"TrailName": name})).json();
        let selectors = serde_json::from_value(selectors["EventSelectors"].clone()).unwrap();
        let recorded = RecordedTrail {
            bucket: text(&trail["S3BucketName"]),
            prefix: text(&trail["S3KeyPrefix"]),
            is_multi_region: trail["IsMultiRegionTrail"] == true,
            validates: trail["LogFileValidationEnabled"] == true,
            is_logging: status["IsLogging"] == true,
            selection: trail::selectors::Selection::Basic(selectors),
        };
        (name, recorded)
    });
    known.collect()
}

/// The texts of all XML elements of a name.
fn elements(xml: &str, name: &str) -> BTreeSet<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&open).skip(1);
    parts.map(|part| part.split(&close).next().unwrap_or_default().to_owned()).collect()
}

/// The objects of a bucket with their metadata.
pub(crate) fn read_bucket(kit: &Kit, bucket: &str) -> Vec<(String, Object)> {
    let (mut keys, mut marker) = (Vec::new(), String::new());
    loop {
        let target = format!("/{bucket}?marker={}", wire::uri::encode(&marker));
        let page = kit.s3(S3Request { method: "GET", target: &target, ..S3Request::default() });
        let page = page.ok().text();
        keys.extend(elements(&page, "Key"));
        marker = keys.last().cloned().unwrap_or_default();
        if !page.contains("<IsTruncated>true") {
            break;
        }
    }
    let read = keys.into_iter().map(|key| {
        let target = format!("/{bucket}/{}", wire::uri::encode_path(&key));
        let got = kit.s3(S3Request { method: "GET", target: &target, ..S3Request::default() }).ok();
        let metadata = got.headers.iter().filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix("x-amz-meta-")?;
            Some((name.to_owned(), value.to_str().unwrap().to_owned()))
        });
        (key, Object { metadata: metadata.collect(), bytes: got.body })
    });
    read.collect()
}

/// All that was delivered.
pub(crate) fn read_logs(kit: &Kit) -> Content {
    let read = LOGS.iter().flat_map(|bucket| {
        let objects = read_bucket(kit, bucket).into_iter();
        objects.map(|(key, object)| ((bucket.to_string(), key), object))
    });
    // The probe of `CreateTrail` leaves an empty object.
    read.filter(|((_, key), _)| !key.ends_with('/')).collect()
}

/// Every event is delivered as often as trails selected it, just as it was committed, and nothing
/// else is.
pub(crate) fn check_delivery(content: &Content, events: &[Value], replay: &Replay) {
    let committed: BTreeMap<String, &Value> =
        events.iter().map(|event| (text(&event["eventID"]), event)).collect();
    let mut delivered = BTreeMap::<Place, Vec<&str>>::new();
    for ((bucket, key), object) in content {
        let Some((prefix, region)) = log_file_place(key) else { continue };
        for record in trail::log_file::read(&object.bytes, PLAIN_BYTES_MAX).unwrap() {
            let event_id = text(&record["eventID"]);
            assert_eq!(Some(&&record), committed.get(&event_id), "delivered but not committed");
            let (bucket, prefix, region) = (bucket.clone(), prefix.clone(), region.clone());
            let place = Place { bucket, prefix, region, event_id };
            delivered.entry(place).or_default().push(key);
        }
    }
    let all: BTreeSet<_> = delivered.keys().chain(replay.expected.keys()).collect();
    for place in all {
        let files = delivered.get(place).map(Vec::as_slice).unwrap_or_default();
        let must = replay.expected.get(place).copied().unwrap_or_default();
        let event = committed[&place.event_id];
        assert_eq!(files.len(), must, "{place:?}: {event} is in {files:?}");
    }
}

/// Prefix and region of a log file.
fn log_file_place(key: &str) -> Option<(String, String)> {
    let (before, rest) = key.split_once(&format!("AWSLogs/{ACCOUNT}/CloudTrail/"))?;
    let region = rest.split('/').next()?;
    Some((before.trim_end_matches('/').to_owned(), region.to_owned()))
}

/// Every digest belongs to an intact chain, and every log file of a trail that validates is listed
/// by exactly one of them.
pub(crate) fn check_digests(kit: &Kit, content: &Content, replay: &Replay) {
    let keys = PublicKeys::ask(kit);
    let account = AccountId::parse(ACCOUNT).unwrap();
    let mut named = BTreeMap::<(String, String), usize>::new();
    let (mut unproven, mut ends) = (BTreeSet::new(), BTreeMap::new());
    for ((bucket, key), object) in content.iter().filter(|((_, key), _)| is_digest(key)) {
        let plain = trail::gzip::decompress(&object.bytes, PLAIN_BYTES_MAX).unwrap();
        let digest = Digest::parse(&plain).unwrap();
        for file in &digest.log_files {
            *named.entry((file.bucket.clone(), file.object.clone())).or_default() += 1;
        }
        ends.insert((bucket.clone(), key.clone()), digest.end);
        unproven.insert((digest.end, bucket.clone(), key.clone()));
    }
    while let Some((end, bucket, key)) = unproven.pop_last() {
        let (prefix, region, name) = digest_place(&key);
        let name = TrailName::parse(&name).unwrap();
        let series = Series {
            prefix: Some(prefix.as_str()).filter(|prefix| !prefix.is_empty()),
            organization: None,
            account: &account,
            region: &region,
            trail: &name,
            home_region: "ap-northeast-1",
        };
        assert_eq!(series.object_key(end, Kind::Regular), key);
        for place in proven(content, &keys, series, &bucket, end) {
            unproven.remove(&(ends[&place], place.0, place.1));
        }
    }
    for place in content.keys() {
        let Some((prefix, _)) = log_file_place(&place.1) else { continue };
        if replay.validated.contains(&(place.0.clone(), prefix)) {
            assert_eq!(named.get(place), Some(&1), "digests that name {place:?}");
        }
    }
}

/// The digests that the verifier accepts, from the one that ends at `end` backwards.
fn proven(
    content: &Content,
    keys: &PublicKeys,
    series: Series<'_>,
    bucket: &str,
    end: Timestamp,
) -> Vec<(String, String)> {
    let list = |bucket: &str, prefix: &str, after: &str| {
        let own = content.keys().filter(|(own, _)| own == bucket).map(|(_, key)| key);
        let own = own.filter(|key| key.starts_with(prefix) && key.as_str() > after);
        Ok(own.cloned().collect())
    };
    let get =
        |bucket: &str, key: &str| Ok(content.get(&(bucket.to_owned(), key.to_owned())).cloned());
    let check =
        |fingerprint: &str, text: &[u8], signature: &[u8]| keys.check(fingerprint, text, signature);
    let meter = Meter::new(Limits::COMMAND);
    let evidence = Evidence { list: &list, get: &get, check: &check, judge: None, meter: &meter };
    let request = Request {
        trail_arn: "arn",
        series,
        bucket,
        start: testkit::START.minus_ms(DAY_MS),
        // The verifier reads an hour beyond the requested range.
        end: end.minus_ms(HOUR_MS),
        anchors: &[],
    };
    let report = verify(&request, &evidence).unwrap();
    assert!(report.is_sound(), "{report:#?}");
    let lines = report.lines.into_iter().filter_map(|line| match line {
        Line::Digest { bucket, key, .. } => Some((bucket, key)),
        Line::Log { .. } | Line::Gap { .. } => None,
    });
    lines.collect()
}

fn is_digest(key: &str) -> bool {
    key.contains(&format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/"))
}

/// Prefix, region and trail of a digest.
fn digest_place(key: &str) -> (String, String, String) {
    let (before, rest) = key.split_once(&format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/")).unwrap();
    let (region, file) = (rest.split('/').next().unwrap(), rest.rsplit('/').next().unwrap());
    let name = file.strip_prefix(&format!("{ACCOUNT}_CloudTrail-Digest_{region}_")).unwrap();
    let name = name.split("_ap-northeast-1_").next().unwrap();
    (before.trim_end_matches('/').to_owned(), region.to_owned(), name.to_owned())
}

/// The result of `ListPublicKeys`.
pub(crate) struct PublicKeys(BTreeMap<String, Vec<u8>>);

impl PublicKeys {
    pub(crate) fn ask(kit: &Kit) -> Self {
        use base64::Engine;
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys";
        let range = json!({"StartTime": 0, "EndTime": kit.clock.now().as_secs() + 86_400 * 400});
        let mut keys = BTreeMap::new();
        for region in ["ap-northeast-1", "us-east-1"] {
            let listed = kit.json_in(region, target, &range).ok().json();
            for key in listed["PublicKeyList"].as_array().unwrap() {
                let value = base64::engine::general_purpose::STANDARD.decode(text(&key["Value"]));
                keys.insert(text(&key["Fingerprint"]), value.unwrap());
            }
        }
        Self(keys)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    fn check(&self, fingerprint: &str, text: &[u8], signature: &[u8]) -> SignatureCheck {
        match self.0.get(fingerprint) {
            None => SignatureCheck::UnknownKey,
            Some(der) if keys::rsa::verify_pkcs1_sha256(der, text, signature) => {
                SignatureCheck::Valid
            }
            Some(_) => SignatureCheck::Forged,
        }
    }
}

/// All checks, of a settled world. Returns what was delivered.
pub(crate) fn check_all(world: &World) -> Content {
    let events = world.kit().events();
    let replay = replay(&events);
    check_ledger(world, &events);
    check_state(world, &replay.recorded);
    let content = read_logs(world.kit());
    // What reading the state has added is not delivered yet.
    check_delivery(&content, &events, &replay);
    check_digests(world.kit(), &content, &replay);
    content
}
