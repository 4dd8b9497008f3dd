use types::{DAY_MS, HOUR_MS};

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_iso(text).unwrap()
}

fn account() -> AccountId {
    AccountId::parse("123456789123").unwrap()
}

/// Observed: a digest delivered by AWS, with fictitious names, two of its files and short hashes.
const OBSERVED: &str = concat!(
    r#"{"awsAccountId":"123456789123","digestStartTime":"2020-09-11T18:36:49Z","#,
    r#""digestEndTime":"2020-09-11T19:36:49Z","digestS3Bucket":"logs","digestS3Object":"#,
    r#""AWSLogs/123456789123/CloudTrail-Digest/us-west-2/2020/09/11/123456789123_CloudTrail-"#,
    r#"Digest_us-west-2_ct-test_us-west-2_20200911T193649Z.json.gz","digestPublicKeyFingerprint"#,
    r#"":"47aaa19f7eec22e9bd0b5e58cfade8cb","digestSignatureAlgorithm":"SHA256withRSA","#,
    r#""newestEventTime":"2020-09-11T19:26:24Z","oldestEventTime":"2020-09-11T18:32:04Z","#,
    r#""previousDigestS3Bucket":"logs","previousDigestS3Object":"p","previousDigestHashValue":"#,
    r#""53","previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"10e0","logFiles":["#,
    r#"{"s3Bucket":"logs","s3Object":"f1","hashValue":"42","hashAlgorithm":"SHA-256","#,
    r#""newestEventTime":"2020-09-11T19:26:24Z","oldestEventTime":"2020-09-11T19:26:24Z"},"#,
    r#"{"s3Bucket":"logs","s3Object":"f2","hashValue":"26","hashAlgorithm":"SHA-256","#,
    r#""newestEventTime":"2020-09-11T18:32:04Z","oldestEventTime":"2020-09-11T18:32:04Z"}]}"#,
);

/// Members, order and times are AWS's.
#[test]
fn a_digest_is_written_as_aws_writes_it() {
    let digest = Digest::parse(OBSERVED.as_bytes()).unwrap();
    assert_eq!(digest.to_json().unwrap(), OBSERVED);
    assert!(!digest.is_starting());
    assert_eq!(digest.log_files.len(), 2);
}

/// The first digest of a chain, of an hour without events: seven nulls and an empty list.
#[test]
fn a_starting_digest_has_nulls() {
    let mut digest = Digest::parse(OBSERVED.as_bytes()).unwrap();
    digest.previous = None;
    digest.log_files.clear();
    let json = digest.to_json().unwrap();
    let tail = concat!(
        r#""newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":null,"#,
        r#""previousDigestS3Object":null,"previousDigestHashValue":null,"#,
        r#""previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":[]}"#,
    );
    assert!(json.ends_with(tail), "{json}");
    assert_eq!(Digest::parse(json.as_bytes()), Some(digest));
}

/// The signed text, byte for byte, and what becomes of the signature.
#[test]
fn four_lines_are_signed() {
    let mut digest = Digest::parse(OBSERVED.as_bytes()).unwrap();
    let object = digest.object.clone();
    for (previous, last) in [(digest.previous.take(), "10e0"), (None, "null")] {
        digest.previous = previous;
        let hash = hex(&keys::sha256(digest.to_json().unwrap().as_bytes()));
        let want = format!("2020-09-11T19:36:49Z\nlogs/{object}\n{hash}\n{last}");
        let sign = |text: &str| -> Result<Vec<u8>, DigestError> {
            assert_eq!(text, want);
            Ok(vec![0x0a, 0xff])
        };
        let sealed = digest.seal(sign).unwrap();
        assert_eq!(sealed.link.signature, "0aff");
        assert_eq!(sealed.link.hash, hash);
        assert_eq!(
            gzip::decompress(&sealed.gz, 9_999).unwrap(),
            digest.to_json().unwrap().as_bytes()
        );
        let regular =
            [("signature", "0aff".to_owned()), ("signature-algorithm", "SHA256withRSA".to_owned())];
        assert_eq!(sealed.metadata(None), regular);
        let generated = "2025-05-20T00:00:00.000Z";
        let backfill = ("backfill-generation-timestamp", generated.to_owned());
        assert_eq!(sealed.metadata(Some(at(generated))).last(), Some(&backfill));
    }
    let no_key = || DigestError::Gzip(io::Error::other("no key"));
    let refused: Result<Sealed, DigestError> = digest.seal(|_| Err(no_key()));
    assert!(refused.is_err());
}

/// Keys survive a round trip, and the time is where `validate-logs` extracts it.
#[test]
fn keys_name_the_series_and_the_end() {
    let (account, trail) = (account(), TrailName::parse("a.b-c").unwrap());
    let plain = Series {
        prefix: None,
        organization: None,
        account: &account,
        region: "us-west-2",
        trail: &trail,
        home_region: "us-east-1",
    };
    let organized = Series { prefix: Some("p/q"), organization: Some("o-1"), ..plain };
    let end = at("2020-09-11T19:36:49Z");
    let key = plain.object_key(end, Kind::Regular);
    let want = "AWSLogs/123456789123/CloudTrail-Digest/us-west-2/2020/09/11/123456789123_\
                CloudTrail-Digest_us-west-2_a.b-c_us-east-1_20200911T193649Z.json.gz";
    assert_eq!(key, want);
    assert_eq!(key.get(key.len() - 24..key.len() - 8).unwrap(), "20200911T193649Z");
    let backfill = organized.object_key(end, Kind::Backfill);
    assert!(backfill.starts_with("p/q/AWSLogs/o-1/123456789123/CloudTrail-Digest/"));
    assert_eq!(backfill.get(backfill.len() - 33..backfill.len() - 17).unwrap(), "20200911T193649Z");
    assert_eq!(plain.parse_key(&key), Some((Kind::Regular, end)));
    assert_eq!(organized.parse_key(&backfill), Some((Kind::Backfill, end)));
    let other = TrailName::parse("a.b").unwrap();
    assert_eq!(Series { trail: &other, ..plain }.parse_key(&key), None);
    assert_eq!(plain.parse_key(&backfill), None);
    assert_eq!(plain.parse_key(&key.replace("T193649", "T193661")), None);
}

/// Every hour at the chain's own minute and second, each period starting where the last ended.
#[test]
fn periods_follow_each_other_at_the_same_phase() {
    let start = at("2026-01-02T03:36:49.700Z");
    let mut chain = Chain::starting(start);
    let mut now = start;
    let mut ends = Vec::new();
    while ends.len() < 3 {
        match next_step(&chain, HOUR_MS, now) {
            Step::WaitUntil(due) => now = due,
            Step::Make(Period { start, end }) => {
                assert_eq!(start, chain.last_end.unwrap_or(chain.start));
                chain.last_end = Some(end);
                ends.push(end.iso());
            }
            Step::Ended => panic!("the chain was not closed"),
        }
    }
    assert_eq!(ends, ["2026-01-02T04:36:49Z", "2026-01-02T05:36:49Z", "2026-01-02T06:36:49Z"]);
    let set_back = next_step(&chain, HOUR_MS, start);
    assert_eq!(set_back, Step::WaitUntil(at("2026-01-02T07:36:49Z")));
}

/// After a night off every hour still gets its digest; after a year one digest covers the bulk.
#[test]
fn missed_periods_are_made_up_for() {
    let start = at("2026-01-02T03:36:49Z");
    let made = |now: Timestamp| {
        let mut chain = Chain::starting(start);
        let mut periods = Vec::new();
        while let Step::Make(period) = next_step(&chain, HOUR_MS, now) {
            assert_eq!(period.start, chain.last_end.unwrap_or(start));
            assert_eq!(period.end.since_ms(start) % HOUR_MS, 0);
            chain.last_end = Some(period.end);
            periods.push(period);
        }
        assert!(now.since_ms(chain.last_end.unwrap()) < HOUR_MS);
        periods.len() as u64
    };
    assert_eq!(made(start.plus_ms(8 * HOUR_MS + 5)), 8);
    assert_eq!(made(start.plus_ms(365 * DAY_MS + 5)), CATCH_UP_MAX + 1);
}

/// A closed chain ends with the second of its last delivery, at once, and only once.
#[test]
fn a_closed_chain_gets_a_last_digest() {
    let start = at("2026-01-02T03:36:49Z");
    for (last_end, closing, want) in [
        (None, "2026-01-02T03:50:00.100Z", "2026-01-02T03:50:01Z"),
        (None, "2026-01-02T03:36:49Z", "2026-01-02T03:36:50Z"),
        (Some("2026-01-02T04:36:49Z"), "2026-01-02T04:40:00Z", "2026-01-02T04:40:00Z"),
    ] {
        let closing = Some(at(closing));
        let mut chain = Chain { start, last_end: last_end.map(at), closing };
        let end = at(want);
        let before = end.minus_ms(1);
        assert_eq!(next_step(&chain, HOUR_MS, before), Step::WaitUntil(end));
        let period = Period { start: chain.last_end.unwrap_or(start), end };
        assert_eq!(next_step(&chain, HOUR_MS, end), Step::Make(period));
        chain.last_end = Some(end);
        assert_eq!(next_step(&chain, HOUR_MS, end.plus_ms(DAY_MS)), Step::Ended);
    }
}

/// The rehearsal profile creates a digest every 30 seconds; invalid intervals count as one second.
#[test]
fn short_intervals_work() {
    let chain = Chain::starting(at("2026-01-02T03:36:49Z"));
    for (interval_ms, want) in
        [(30_000, "2026-01-02T03:37:19Z"), (0, "2026-01-02T03:36:50Z"), (1, "2026-01-02T03:36:50Z")]
    {
        assert_eq!(next_step(&chain, interval_ms, chain.start), Step::WaitUntil(at(want)));
    }
}
