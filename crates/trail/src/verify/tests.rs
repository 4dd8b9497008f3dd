mod extra;
mod limits;
mod parts;
mod world;

use std::cell::RefCell;

use proptest::prelude::*;
use types::HOUR_MS;

use super::*;
use crate::digest::{Digest, Link};
use crate::gzip;
use world::*;

/// An untouched chain, and the whole text, as the AWS CLI prints it.
#[test]
fn an_untouched_chain_is_valid() {
    let world = World::new();
    let report = world.verify();
    assert_eq!(summary(&report), (String::new(), [30, 0, 30, 0]));
    assert!(report.is_sound());
    assert_eq!(report.found, Some((START, START.plus_ms(30 * HOUR_MS))));
    assert_eq!(report.head.as_ref().unwrap().object, world.digests[29].object);
    let quiet: String = print(&report, false).into_iter().map(|(_, text)| text).collect();
    let (t1, t2) = (START.iso(), START.plus_ms(30 * HOUR_MS).iso());
    assert_eq!(
        quiet,
        format!(
            "Validating log files for trail arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit \
             between {t1} and {t2}\n\nResults requested for {t1} to {t2}\nResults found for {t1} \
             to {t2}:\n\n30/30 digest files valid\n30/30 log files valid\n"
        )
    );
    let verbose: String = print(&report, true).into_iter().map(|(_, text)| text).collect();
    let newest =
        format!("\n\nDigest file\ts3://logs/{}\tvalid\nLog file\t", world.digests[29].object);
    assert!(verbose.contains(&newest), "{verbose}");
    assert_eq!(verbose.matches("\tvalid\n").count(), 60);
    assert!(verbose.contains("\tvalid\n\nResults requested for "), "{verbose}");
}

/// Every kind of tampering has the line the AWS CLI has for it, and nothing else suffers.
#[test]
fn tampering_is_reported_line_by_line() {
    type Tamper = fn(&mut World, &str);
    const LOG: [u64; 4] = [30, 0, 29, 1];
    // The tenth digest (number 9) names no file.
    const DIGEST: [u64; 4] = [29, 1, 30, 0];
    let bytes: [(&str, Tamper, &str, [u64; 4]); 13] = [
        ("log", |w, k| w.remove(k), "not found", LOG),
        (
            "log",
            |w, k| w.at(k).bytes = gzip::compress(b"{}").unwrap(),
            "hash value doesn't match",
            LOG,
        ),
        (
            "log",
            |w, k| w.at(k).bytes.push(0),
            "unexpected data after end of compressed stream",
            LOG,
        ),
        ("log", |w, k| w.at(k).bytes.truncate(20), "hash value doesn't match", LOG),
        (
            "log",
            |w, k| {
                w.at(k).bytes.pop();
            },
            "invalid format",
            LOG,
        ),
        ("log", |w, k| w.at(k).bytes[0] = 0, "invalid format", LOG),
        ("log", |w, k| w.at(k).bytes.clear(), "hash value doesn't match", LOG),
        ("digest", |w, k| w.remove(k), "not found", DIGEST),
        ("digest", |w, k| w.at(k).bytes.push(0), "invalid format", DIGEST),
        ("digest", |w, k| w.at(k).bytes = gzip::compress(b"[]").unwrap(), "invalid format", DIGEST),
        ("digest", |w, k| w.at(k).metadata.clear(), "signature verification failed", DIGEST),
        (
            "digest",
            |w, k| {
                w.at(k).metadata.remove("signature-algorithm");
            },
            "signature verification failed",
            DIGEST,
        ),
        (
            "digest",
            |w, k| {
                w.at(k).metadata.insert("signature".to_owned(), "zz".to_owned());
            },
            "signature verification failed",
            DIGEST,
        ),
    ];
    for (what, tamper, want, counts) in bytes {
        let mut world = World::new();
        let key =
            if what == "log" { world.logs[9].clone() } else { world.digests[9].object.clone() };
        tamper(&mut world, &key);
        let kind = if what == "log" { "Log" } else { "Digest" };
        let line = format!("{kind} file\ts3://logs/{key}\tINVALID: {want}");
        let report = world.verify();
        assert_eq!(summary(&report), (line, counts));
        assert!(!report.is_sound());
    }
}

/// A digest's contents cannot be changed, moved or signed with another key.
#[test]
fn rewritten_digests_are_found() {
    type Rewrite = fn(&mut Digest);
    let cases: [(Rewrite, &str); 4] = [
        (|d| d.log_files.clear(), "signature verification failed"),
        (|d| d.object.push('x'), "has been moved from its original location"),
        (
            |d| d.fingerprint = "f2".to_owned(),
            "public key not found in region eu-west-1 for fingerprint f2",
        ),
        (|d| d.fingerprint = "spki".to_owned(), "Unable to load PKCS #1 key with fingerprint spki"),
    ];
    for (rewrite, want) in cases {
        let mut world = World::new();
        let key = world.digests[10].object.clone();
        let object = world.at(&key);
        let mut digest = Digest::parse(&gzip::decompress(&object.bytes, 9_999).unwrap()).unwrap();
        rewrite(&mut digest);
        object.bytes = gzip::compress(digest.to_json().unwrap().as_bytes()).unwrap();
        let line = format!("Digest file\ts3://logs/{key}\tINVALID: {want}");
        // Its one log file is judged no more.
        assert_eq!(summary(&world.verify()), (line, [29, 1, 29, 0]));
    }
}

/// Swapped objects are detected, digests as well as log files.
#[test]
fn swapped_objects_are_found() {
    let mut world = World::new();
    let (a, b) = (world.logs[3].clone(), world.logs[4].clone());
    let other = world.at(&b).clone();
    let first = std::mem::replace(world.at(&a), other);
    *world.at(&b) = first;
    let (errors, counts) = summary(&world.verify());
    assert_eq!((errors.matches("hash value doesn't match").count(), counts), (2, [30, 0, 28, 2]));

    let mut world = World::new();
    let (a, b) = (world.digests[9].object.clone(), world.digests[12].object.clone());
    let other = world.at(&b).clone();
    let first = std::mem::replace(world.at(&a), other);
    *world.at(&b) = first;
    let (errors, counts) = summary(&world.verify());
    assert_eq!((errors.matches("has been moved").count(), counts), (2, [28, 2, 30, 0]));
}

/// The AWS CLI accepts a truncated chain; a verifier with the anchor does not.
#[test]
fn a_truncated_chain_is_detected_by_the_anchor() {
    let mut world = World::new();
    let newest = world.digests[29].clone();
    world.anchor(&newest, START.plus_ms(30 * HOUR_MS));
    assert!(world.verify().is_sound());
    for link in world.digests.clone().iter().skip(27) {
        world.remove(&link.object);
    }
    let report = world.verify();
    let line = format!("Anchor\ts3://logs/{}\tINVALID: not found", newest.object);
    assert_eq!(summary(&report), (line, [27, 0, 27, 0]));
    assert!(!report.is_sound());
    world.anchors.clear();
    assert!(world.verify().is_sound(), "undetectable without the anchor");
}

/// A history rewritten by the holder of the key is not the anchored one.
#[test]
fn a_rewritten_history_is_detected_by_the_anchor() {
    let mut world = World::new();
    let newest = world.digests[29].clone();
    world.anchor(&newest, START.plus_ms(30 * HOUR_MS));
    let before = world.digests[28].clone();
    let end = START.plus_ms(30 * HOUR_MS);
    let digest = Digest {
        account: world.account.clone(),
        start: end.minus_ms(HOUR_MS),
        end,
        bucket: BUCKET.to_owned(),
        object: newest.object.clone(),
        fingerprint: "f1".to_owned(),
        previous: Some(before),
        log_files: Vec::new(),
    };
    world.seal(&digest, None);
    let report = world.verify();
    let line = format!("Anchor\ts3://logs/{}\tINVALID: hash value doesn't match", newest.object);
    assert_eq!(summary(&report), (line, [30, 0, 28, 0]));
}

/// A digest that was signed, but is not the one the next digest followed, breaks the link.
#[test]
fn a_substituted_digest_breaks_the_link() {
    let mut world = World::new();
    let old = world.digests[9].clone();
    world.chain(9, 10, BUCKET, None);
    let report = world.verify();
    let (bucket, key) = (BUCKET.to_owned(), old.object);
    assert_eq!(report.findings, [Finding::BrokenLink { bucket, key }]);
    assert!(!report.is_sound());
}

/// Between two chains there is a note, and nothing is wrong.
#[test]
fn a_gap_between_chains_is_a_note() {
    let mut world = World::empty();
    world.chain(0, 10, BUCKET, None);
    world.chain(15, 30, BUCKET, None);
    let report = world.verify();
    let (from, until) = (START.plus_ms(10 * HOUR_MS).iso(), START.plus_ms(15 * HOUR_MS).iso());
    let note = format!("No log files were delivered by CloudTrail between {from} and {until}");
    assert_eq!(summary(&report), (note, [25, 0, 24, 0]));
    assert!(report.is_sound());
}

/// A chain that moved to another bucket is followed to the old one.
#[test]
fn a_chain_is_followed_into_its_old_bucket() {
    let mut world = World::empty();
    world.chain(0, 10, "old", None);
    let last = world.digests[9].clone();
    world.chain(10, 30, BUCKET, Some(last));
    assert_eq!(summary(&world.verify()), (String::new(), [30, 0, 30, 0]));
    let removed = world.digests[4].object.clone();
    world.objects.remove(&("old".to_owned(), removed.clone()));
    let (errors, counts) = summary(&world.verify());
    assert_eq!(errors, format!("Digest file\ts3://old/{removed}\tINVALID: not found"));
    assert_eq!(counts, [29, 1, 29, 0]);
}

/// Backfill digests have a separate chain and a separate line.
#[test]
fn backfill_digests_are_verified_apart() {
    let mut world = World::new();
    let end = START.plus_ms(5 * HOUR_MS);
    let file = world.deliver(BUCKET, START.plus_ms(4 * HOUR_MS), 3);
    let digest = Digest {
        account: world.account.clone(),
        start: end.minus_ms(HOUR_MS),
        end,
        bucket: BUCKET.to_owned(),
        object: world.series().object_key(end, Kind::Backfill),
        fingerprint: "f1".to_owned(),
        previous: None,
        log_files: vec![file],
    };
    world.seal(&digest, Some(end));
    let report = world.verify();
    assert_eq!(report.backfills, Counts { valid: 1, ..Counts::default() });
    let verbose: String = print(&report, true).into_iter().map(|(_, text)| text).collect();
    assert!(verbose.contains("(backfill) Digest file\ts3://logs/p/AWSLogs/"), "{verbose}");
    let tail = "30/30 digest files valid\n1/1 backfill digest files valid\n31/31 log files valid\n";
    assert!(verbose.ends_with(tail), "{verbose}");
}

/// An empty result, and one without valid digests, are reported; only the latter is a fault.
#[test]
fn an_empty_or_ruined_bucket_is_reported() {
    let summary = |report: &Report| print(report, false).last().unwrap().1.clone();
    let empty = World::empty().verify();
    assert!(summary(&empty).ends_with("\nNo digests found\n") && empty.is_sound());
    let mut world = World::new();
    for object in world.objects.values_mut() {
        object.metadata.clear();
    }
    let ruined = world.verify();
    let want =
        "No valid digests found in range\n\n0/30 digest files valid, 30/30 digest files INVALID\n";
    assert!(summary(&ruined).ends_with(want) && !ruined.is_sound(), "{}", summary(&ruined));
}

/// Missing digests that the trail has a record of are reported before the summary.
#[test]
fn missing_digests_are_reported() {
    let mut report = World::empty().verify();
    let (bucket, folder) = (BUCKET.to_owned(), "AWSLogs/".to_owned());
    report.findings.push(Finding::NoDigests { bucket, folder, delivered: START });
    let text: String = print(&report, false).into_iter().skip(1).map(|(_, text)| text).collect();
    let want = format!(
        "Digest files\ts3://logs/AWSLogs/\tINVALID: none found, but the trail delivered its \
         newest at {}\n\nResults requested for ",
        START.iso()
    );
    assert!(text.starts_with(&want) && text.ends_with("No digests found\n"), "{text}");
    assert_eq!(report.conclusion(), Conclusion::Invalid);
}

/// Unreadable files are reported with the reason and counted separately, and the rest is still
/// validated. There is no evidence of tampering.
#[test]
fn denied_objects_do_not_stop_the_walk() {
    let mut world = World::empty();
    world.chain(0, 5, BUCKET, None);
    let mut last = world.digests[4].clone();
    last.object = "denied".to_owned();
    world.chain(6, 30, BUCKET, Some(last));
    let (errors, counts) = summary(&world.verify());
    assert_eq!(errors, "Digest file\ts3://logs/denied\tUNREADABLE: Access Denied");
    assert_eq!(counts, [29, 0, 28, 0]);
    let report = world.verify();
    assert_eq!((report.digests.unreadable, report.digests.total()), (1, 30));
    assert_eq!(report.conclusion(), Conclusion::Unreadable);
    let summary = print(&report, false).last().unwrap().1.clone();
    let want = "29/30 digest files valid\n1/30 digest files UNREADABLE\n28/28 log files valid\n";
    assert!(summary.ends_with(want), "{summary}");
}

/// A log file or an anchored digest that cannot be read is unreadable; an invalid one is worse.
#[test]
fn invalid_outweighs_unreadable() {
    let mut world = World::new();
    let newest = Link { object: "denied".to_owned(), ..world.digests[29].clone() };
    world.anchor(&newest, START.plus_ms(30 * HOUR_MS));
    let report = world.verify();
    assert_eq!(summary(&report).0, "Anchor\ts3://logs/denied\tUNREADABLE: Access Denied");
    assert_eq!(report.conclusion(), Conclusion::Unreadable);
    let log = NamedLog { bucket: BUCKET.to_owned(), object: "l".to_owned(), hash: None };
    let verdict = judge_log(&log, Err("Access Denied".to_owned()), &Meter::new(Limits::COMMAND));
    assert_eq!(verdict, Verdict::Unreadable("Access Denied".to_owned()));
    world.remove(&world.logs[3].clone());
    assert_eq!(world.verify().conclusion(), Conclusion::Invalid);
}

/// Cyclic links of a malicious signer do not keep the verifier busy forever.
#[test]
fn circles_of_links_end() {
    let mut world = World::new();
    let last = world.digests[29].clone();
    world.chain(0, 1, BUCKET, Some(last));
    let asked = RefCell::new(0);
    let report = world.ask(|request, evidence| {
        let get = |bucket: &str, key: &str| {
            *asked.borrow_mut() += 1;
            assert!(*asked.borrow() < 1_000, "no end");
            (evidence.get)(bucket, key)
        };
        verify(request, &Evidence { get: &get, ..*evidence })
    });
    assert_eq!(report.unwrap().digests.valid, 30);
}

/// Only what was requested: digests that end in the range or an hour after, and what they link to.
#[test]
fn the_range_is_respected() {
    let world = World::new();
    let report = world.ask(|request, evidence| {
        let start = START.plus_ms(10 * HOUR_MS);
        let request = Request { start, end: start.plus_ms(2 * HOUR_MS), ..*request };
        verify(&request, evidence)
    });
    let report = report.unwrap();
    assert_eq!(report.digests, Counts { valid: 4, ..Counts::default() });
    assert_eq!(report.found, Some((START.plus_ms(10 * HOUR_MS), START.plus_ms(12 * HOUR_MS))));
}

/// Another verifier may judge the log files; one without a verdict is not valid.
#[test]
fn log_files_may_be_judged_elsewhere() {
    let world = World::new();
    let judged = |count: usize| {
        let judge = |logs: &[NamedLog]| vec![Verdict::Valid; count.min(logs.len())];
        let ask = |request: &Request<'_>, evidence: &Evidence<'_>| {
            verify(request, &Evidence { judge: Some(&judge), ..*evidence })
        };
        world.ask(ask).unwrap()
    };
    assert_eq!(judged(9), world.verify());
    assert_eq!(judged(1).logs, Counts { valid: 20, invalid: 0, unreadable: 10 });
}

/// A hash without its leading zero is the same hash.
#[test]
fn hashes_may_lack_a_leading_zero() {
    for (stated, computed, want) in
        [("0ab", "0ab", true), ("ab", "0ab", true), ("0AB", "0ab", true), ("b", "0ab", false)]
    {
        assert_eq!(load::equal_hashes(stated, computed), want, "{stated} {computed}");
    }
}

proptest! {
    /// No digest, signed or not, makes the verifier panic.
    #[test]
    fn verifying_never_panics(bytes: Vec<u8>, json in "\\PC*", at: usize, bit in 0_u8..8) {
        let mut world = World::empty();
        world.chain(0, 4, BUCKET, None);
        let key = world.digests[3].object.clone();
        let whole = world.at(&key).bytes.clone();
        let mut flipped = whole.clone();
        flipped[at % whole.len()] ^= 1 << bit;
        let wrapped = [gzip::compress(&bytes).unwrap(), gzip::compress(json.as_bytes()).unwrap()];
        for content in [bytes, flipped].into_iter().chain(wrapped) {
            world.at(&key).bytes = content;
            let report = world.verify();
            prop_assert!(report.digests.valid >= 3);
        }
        let _ = log_verdict(&whole, &json);
    }
}
