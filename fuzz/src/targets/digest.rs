//! Digests.

use trail::digest::{Digest, Kind, Series};
use trail::names::TrailName;
use types::AccountId;

use super::{assert_bounded, texts};
use crate::{Target, Way};

pub(super) const DIGEST: &str = r#"{"awsAccountId":"111122223333","digestStartTime":"2026-03-01T00:00:00Z","digestEndTime":"2026-03-01T01:00:00Z","digestS3Bucket":"logs","digestS3Object":"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_audit_eu-west-1_20260301T010000Z.json.gz","digestPublicKeyFingerprint":"f1","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":"2026-03-01T00:30:00Z","oldestEventTime":"2026-03-01T00:10:00Z","previousDigestS3Bucket":"logs","previousDigestS3Object":"o","previousDigestHashValue":"00","previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"ab","logFiles":[{"s3Bucket":"logs","s3Object":"l","hashValue":"00","hashAlgorithm":"SHA-256","newestEventTime":"2026-03-01T00:30:00Z","oldestEventTime":"2026-03-01T00:10:00Z"}]}"#;

/// The input: a digest's JSON, or a key of one.
pub(super) const TARGET: Target = Target {
    words: &[
        "null",
        "\"previousDigestS3Bucket\":",
        "\"previousDigestSignature\":null",
        "\"logFiles\":[",
        "_backfill.json.gz",
        "20260301T010000Z",
        "/",
        "{}",
        "2026-03-01T01:00:00.5Z",
    ],
    run,
    ..Target::new("digest", || texts(&[DIGEST, KEY]))
};

const KEY: &str = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_\
    CloudTrail-Digest_eu-west-1_audit_eu-west-1_20260301T010000Z_backfill.json.gz";

fn run(input: &[u8]) -> Way {
    let mut way = Way(0);
    if let Some(digest) = Digest::parse(input) {
        let written = digest.to_json().expect("a digest is JSON");
        assert_bounded("digest", written.len(), input.len(), 8);
        // Fractions of seconds in the input are lost the first time.
        let again = Digest::parse(written.as_bytes())
            .map(|digest| digest.to_json().expect("a digest is JSON"));
        assert_eq!(again.as_ref(), Some(&written), "written once more");
        way = way
            .then((digest.is_starting(), digest.newest().is_some()))
            .size(digest.log_files.len());
    }
    let account = AccountId::parse("111122223333").expect("an account");
    let trail = TrailName::parse("audit").expect("a name");
    let series = Series {
        prefix: None,
        organization: None,
        account: &account,
        region: "eu-west-1",
        trail: &trail,
        home_region: "eu-west-1",
    };
    if let Some((kind, end)) = series.parse_key(&String::from_utf8_lossy(input)) {
        let again = series.parse_key(&series.object_key(end, kind));
        assert_eq!(again, Some((kind, end)), "the key that is built from the parts of a key");
        way = way.then(kind == Kind::Backfill);
    }
    way
}
