//! The digests: names, metadata, what is signed, and how they follow one another.

use serde_json::{Value, json};
use trail::Timing;
use types::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

use crate::files::{DIGESTS, HOME_DIGESTS, HOME_LOGS, digests, logging_trail, open_bucket};
use crate::scene::{BUCKET, Scene, TRAIL};

/// A trail that has made some digests.
fn validating() -> Scene {
    let scene = Scene::with_bucket();
    logging_trail(&scene, TRAIL, &json!({"EnableLogFileValidation": true}));
    scene.kit.json("TrentService.ListKeys", &json!({})).ok();
    scene.pass_minutes(200);
    scene
}

fn plain(scene: &Scene, key: &str) -> Vec<u8> {
    trail::gzip::decompress(&scene.get(key).ok().body, 1 << 30).unwrap()
}

/// Names of files: account, region, the time, and for log files sixteen random characters.
#[test]
fn files_have_awss_names() {
    let scene = validating();
    let logs = scene.list(HOME_LOGS);
    let start = format!("{HOME_LOGS}2026/03/01/111122223333_CloudTrail_ap-northeast-1_20260301T");
    let mut uniques = std::collections::BTreeSet::new();
    for key in &logs {
        let rest = key.strip_prefix(&start).unwrap().strip_suffix(".json.gz").unwrap();
        let (minute, unique) = rest.split_once("Z_").unwrap();
        assert!(minute.len() == 4 && minute.parse::<u16>().unwrap() % 5 == 0, "{key}");
        assert_eq!(unique.len(), 16, "{key}");
        assert!(unique.chars().all(|c| c.is_ascii_alphanumeric()), "{key}");
        uniques.insert(unique.to_owned());
    }
    assert_eq!(uniques.len(), logs.len());
    for (key, digest) in digests(&scene, DIGESTS) {
        let want = format!(
            "{HOME_DIGESTS}2026/03/01/111122223333_CloudTrail-Digest_ap-northeast-1_{TRAIL}_\
             ap-northeast-1_{}.json.gz",
            digest.end.basic()
        );
        assert_eq!(key, want);
    }
}

/// Headers of both kinds of file: gzip of JSON, and for digests the signature.
#[test]
fn files_have_awss_headers() {
    let scene = validating();
    let log = scene.get(scene.list(HOME_LOGS).first().unwrap()).ok();
    let digest = scene.get(scene.list(HOME_DIGESTS).first().unwrap()).ok();
    for file in [&log, &digest] {
        assert_eq!(file.header("content-type"), "application/json");
        assert_eq!(file.header("content-encoding"), "gzip");
        assert_eq!(file.header("x-amz-server-side-encryption"), "AES256");
    }
    assert_eq!(digest.header("x-amz-meta-signature-algorithm"), "SHA256withRSA");
    let signature = digest.header("x-amz-meta-signature");
    assert!(signature.len() == 512 && signature.chars().all(|c| c.is_ascii_hexdigit()));
    assert_eq!(log.header("x-amz-meta-signature"), "");
}

/// All members of a digest, and that its numbers are those of its files.
#[test]
fn a_digest_has_these_members() {
    let scene = validating();
    let keys = scene.list(HOME_DIGESTS);
    let read = |key: &String| serde_json::from_slice::<Value>(&plain(&scene, key)).unwrap();
    let (first, second) = (read(&keys[0]), read(&keys[1]));
    assert_eq!(first["awsAccountId"], "111122223333");
    assert_eq!(first["digestS3Bucket"], BUCKET);
    assert_eq!(first["digestS3Object"], keys[0].as_str());
    assert_eq!(first["digestSignatureAlgorithm"], "SHA256withRSA");
    for absent in [
        "previousDigestS3Bucket",
        "previousDigestS3Object",
        "previousDigestHashValue",
        "previousDigestHashAlgorithm",
        "previousDigestSignature",
    ] {
        assert_eq!(first[absent], Value::Null, "{absent}");
    }
    assert_eq!(second["previousDigestS3Bucket"], BUCKET);
    assert_eq!(second["previousDigestS3Object"], keys[0].as_str());
    assert_eq!(second["previousDigestHashAlgorithm"], "SHA-256");
    let hash = types::hex(&keys::sha256(&plain(&scene, &keys[0])));
    assert_eq!(second["previousDigestHashValue"], hash);
    let signature = scene.get(&keys[0]).header("x-amz-meta-signature");
    assert_eq!(second["previousDigestSignature"], signature);
    assert_eq!(second["digestStartTime"], first["digestEndTime"]);
    let file = &first["logFiles"][0];
    assert_eq!(file["s3Bucket"], BUCKET);
    let object = file["s3Object"].as_str().unwrap();
    assert_eq!(file["hashValue"], types::hex(&keys::sha256(&plain(&scene, object))));
    assert_eq!(file["hashAlgorithm"], "SHA-256");
    let records = trail::log_file::read(&scene.get(object).ok().body, 1 << 30).unwrap();
    let times: Vec<_> =
        records.iter().map(|record| record["eventTime"].as_str().unwrap()).collect();
    assert_eq!(file["oldestEventTime"], **times.iter().min().unwrap());
    assert_eq!(file["newestEventTime"], **times.iter().max().unwrap());
}

/// The signature is over the end, the place, the hash and the former signature: with any of them
/// different it does not verify.
#[test]
fn the_signature_covers_four_lines() {
    use base64::Engine;
    let scene = validating();
    let (key, digest) = digests(&scene, HOME_DIGESTS).remove(1);
    let ask = json!({"StartTime": digest.start.as_secs(), "EndTime": digest.end.as_secs()});
    let listed = scene.trail("ListPublicKeys", &ask).ok().json();
    let public = &listed["PublicKeyList"][0];
    assert_eq!(public["Fingerprint"], digest.fingerprint.as_str());
    let der = base64::engine::general_purpose::STANDARD
        .decode(public["Value"].as_str().unwrap())
        .unwrap();
    let signature = types::hex_decode(&scene.get(&key).header("x-amz-meta-signature")).unwrap();
    let hash = types::hex(&keys::sha256(&plain(&scene, &key)));
    let previous = digest.previous.as_ref().unwrap().signature.clone();
    let end = digest.end.iso();
    let other = "00";
    for (lines, verifies) in [
        ([end.as_str(), key.as_str(), &hash, &previous], true),
        ([digest.start.iso().as_str(), &key, &hash, &previous], false),
        ([&end, "another/key", &hash, &previous], false),
        ([&end, &key, other, &previous], false),
        ([&end, &key, &hash, "null"], false),
    ] {
        let [end, key, hash, previous] = lines;
        let text = format!("{end}\n{BUCKET}/{key}\n{hash}\n{previous}");
        let found = keys::rsa::verify_pkcs1_sha256(&der, text.as_bytes(), &signature);
        assert_eq!(found, verifies, "{text}");
    }
}

/// An hour without a delivery has a digest, too, without files; one digest an hour, without gap.
#[test]
fn an_hour_without_files_has_an_empty_digest() {
    let scene = Scene::with_bucket();
    logging_trail(&scene, TRAIL, &json!({"EnableLogFileValidation": true}));
    scene.pass_minutes(5);
    // Nothing can be delivered, so nothing has been delivered.
    scene.s3("DELETE", &format!("/{BUCKET}?policy"), b"").ok();
    scene.pass_minutes(4 * 60);
    open_bucket(&scene);
    scene.pass_minutes(65);
    let made = digests(&scene, HOME_DIGESTS);
    let empty = made.iter().filter(|(_, digest)| digest.log_files.is_empty()).count();
    assert!(empty >= 2, "{empty} of {}", made.len());
    for pair in made.windows(2) {
        assert_eq!(pair[1].1.start, pair[0].1.end);
        let link = pair[1].1.previous.as_ref().unwrap();
        assert_eq!(link.object, pair[0].0);
        assert_eq!(pair[1].1.end.since_ms(pair[1].1.start), HOUR_MS);
    }
    for (key, digest) in made.iter().filter(|(_, digest)| digest.log_files.is_empty()) {
        assert_eq!((digest.newest(), digest.oldest()), (None, None), "{key}");
        let json: Value = serde_json::from_slice(&plain(&scene, key)).unwrap();
        assert_eq!(json["logFiles"], json!([]));
        assert!(json.as_object().unwrap().contains_key("newestEventTime"), "{json}");
    }
    assert_eq!(scene.verify(), Vec::<String>::new());
}

/// Every region with events has its chain, signed with a key of that region.
#[test]
fn every_region_has_its_chain() {
    let scene = Scene::with_bucket();
    logging_trail(
        &scene,
        TRAIL,
        &json!({"EnableLogFileValidation": true, "IsMultiRegionTrail": true}),
    );
    scene.kit.json_in("eu-west-1", "TrentService.ListKeys", &json!({})).ok();
    scene.pass_minutes(65);
    let europe = digests(&scene, &format!("{DIGESTS}eu-west-1/"));
    let (key, digest) = europe.first().unwrap();
    assert!(
        key.ends_with(&format!("_eu-west-1_{TRAIL}_ap-northeast-1_{}.json.gz", digest.end.basic())),
        "{key}"
    );
    assert!(digest.is_starting());
    assert!(digest.log_files.iter().all(|file| file.object.contains("/eu-west-1/")));
    let home = digests(&scene, HOME_DIGESTS).remove(0).1;
    assert_ne!(home.fingerprint, digest.fingerprint);
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys";
    let listed = scene.kit.json_in("eu-west-1", target, &json!({})).ok().json();
    assert_eq!(listed["PublicKeyList"][0]["Fingerprint"], digest.fingerprint.as_str());
}

/// A key signs for thirty days: the next one begins where digests need it, and both are listed.
#[test]
fn a_key_signs_for_thirty_days() {
    let daily = Timing { delivery_interval_ms: 5 * MINUTE_MS, digest_interval_ms: DAY_MS };
    let scene = Scene::with_trail_at(daily);
    scene.start_logging();
    let listed = |from: Timestamp, to: Timestamp| {
        let ask = json!({"StartTime": from.as_secs(), "EndTime": to.as_secs()});
        let keys = scene.trail("ListPublicKeys", &ask).ok().json();
        keys["PublicKeyList"].as_array().unwrap().clone()
    };
    let key = listed(testkit::START, testkit::START).remove(0);
    let at = |name: &str| Timestamp::from_secs_f64(key[name].as_f64().unwrap());
    assert_eq!(at("ValidityEndTime").since_ms(at("ValidityStartTime")), 30 * DAY_MS);
    scene.kit.clock.advance_ms(30 * 24 * HOUR_MS);
    scene.pass_minutes(6);
    let all = listed(testkit::START, scene.kit.clock.now());
    assert_eq!(all.len(), 2);
    assert_eq!(all[0], key, "in the order of their time");
    let last = digests(&scene, HOME_DIGESTS).pop().unwrap().1;
    assert_eq!(all[1]["Fingerprint"], last.fingerprint.as_str());
}
