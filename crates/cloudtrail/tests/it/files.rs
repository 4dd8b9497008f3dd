//! The files in a trail's bucket, read back.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trail::digest::Digest;

use crate::scene::{BUCKET, Scene};

/// The folders of the account's files.
pub(crate) const LOGS: &str = "AWSLogs/111122223333/CloudTrail/";
pub(crate) const DIGESTS: &str = "AWSLogs/111122223333/CloudTrail-Digest/";
/// The same of the home region.
pub(crate) const HOME_LOGS: &str = "AWSLogs/111122223333/CloudTrail/ap-northeast-1/";
pub(crate) const HOME_DIGESTS: &str = "AWSLogs/111122223333/CloudTrail-Digest/ap-northeast-1/";

/// Lets every trail deliver into the bucket, under any prefix.
pub(crate) fn open_bucket(scene: &Scene) {
    let service = json!({"Service": "cloudtrail.amazonaws.com"});
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
         "Resource": format!("arn:aws:s3:::{BUCKET}")},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
         "Resource": format!("arn:aws:s3:::{BUCKET}/*")}]});
    let policy = policy.to_string();
    scene.s3_checked("PUT", &format!("/{BUCKET}?policy"), policy.as_bytes()).ok();
}

/// A trail with these settings in a bucket that is open to every trail; it logs.
pub(crate) fn logging_trail(scene: &Scene, name: &str, more: &Value) {
    open_bucket(scene);
    let mut create = json!({"Name": name, "S3BucketName": BUCKET});
    create.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.trail("CreateTrail", &create).ok();
    scene.trail("StartLogging", &json!({"Name": name})).ok();
}

/// The records of the log files under a prefix, in the order of the files.
pub(crate) fn records(scene: &Scene, prefix: &str) -> Vec<Value> {
    let read = |key: &String| trail::log_file::read(&scene.get(key).ok().body, 1 << 30).unwrap();
    let keys = scene.list(prefix);
    keys.iter().filter(|key| key.ends_with(".json.gz")).flat_map(read).collect()
}

/// How many of these records have each name.
pub(crate) fn counts(records: &[Value]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(record["eventName"].as_str().unwrap()).or_default() += 1;
    }
    counts
}

/// The digests under a prefix with their keys, oldest first.
pub(crate) fn digests(scene: &Scene, prefix: &str) -> Vec<(String, Digest)> {
    let read = |key: String| {
        let plain = trail::gzip::decompress(&scene.get(&key).ok().body, 1 << 30).unwrap();
        (key, Digest::parse(&plain).unwrap())
    };
    let mut digests: Vec<_> = scene.list(prefix).into_iter().map(read).collect();
    digests.sort_by_key(|(_, digest)| digest.end);
    digests
}
