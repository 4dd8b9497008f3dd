//! Parts that give the same result as the whole.

use super::*;
use crate::log_file;

const FOLDER: &str = "p/AWSLogs/111122223333/CloudTrail/eu-west-1/";

pub(super) fn later() -> Timestamp {
    START.plus_ms(300 * HOUR_MS)
}

pub(super) fn objects_only(objects: u64) -> Budget {
    Budget { objects, bytes: u64::MAX }
}

/// Lines and findings as sorted texts, counts, and the rest.
pub(super) fn sorted(report: &Report) -> (Vec<String>, Vec<String>, Report) {
    let mut lines: Vec<String> = report.lines.iter().map(|line| format!("{line:?}")).collect();
    let mut findings: Vec<String> =
        report.findings.iter().map(|finding| format!("{finding:?}")).collect();
    lines.sort_unstable();
    findings.sort_unstable();
    let rest = Report { lines: Vec::new(), findings: Vec::new(), ..report.clone() };
    (lines, findings, rest)
}

fn check(name: &str, world: &World, now: Timestamp) {
    let whole = world.report_at(now);
    for objects in [1, 2, 7, 1_000] {
        let (parts, count) = world.in_parts(now, objects_only(objects));
        assert_eq!(sorted(&parts), sorted(&whole), "{name}, {objects} objects");
        let digests = world.objects.keys().filter(|(_, key)| key.contains("CloudTrail-Digest"));
        let many = objects > 2 || digests.count() < 20;
        assert!(many || count > 5, "{name}: {count} parts");
    }
    for bytes in [0, 3_000] {
        let (parts, _) = world.in_parts(now, Budget { objects: 1_000, bytes });
        assert_eq!(sorted(&parts), sorted(&whole), "{name}, {bytes} bytes");
    }
}

/// For every change to a bucket, parts of any size find what the whole finds.
#[test]
fn parts_give_the_result_of_the_whole() {
    type Tamper = fn(&mut World);
    let tampered: [(&str, Tamper); 12] = [
        ("untouched", |_| {}),
        ("a log file is gone", |w| w.remove(&w.logs[9].clone())),
        ("a log file is changed", |w| {
            let key = w.logs[9].clone();
            w.at(&key).bytes = gzip::compress(b"{}").unwrap();
        }),
        ("a digest is gone", |w| w.remove(&w.digests[9].object.clone())),
        ("the newest digests are gone", |w| {
            for n in 27..30 {
                w.remove(&w.digests[n].object.clone());
            }
        }),
        ("a digest is not signed", |w| {
            let key = w.digests[12].object.clone();
            w.at(&key).metadata.clear();
        }),
        ("log files are forged", |w| {
            for (hour, n) in [(0, 1), (7, 4), (29, 3)] {
                w.deliver(BUCKET, START.plus_ms(hour * HOUR_MS), n);
            }
        }),
        ("a digest beside the chain", |w| {
            let at = START.plus_ms(9 * HOUR_MS + HOUR_MS / 2);
            let key = w.series().object_key(at, Kind::Regular);
            w.put(&key, b"forged");
        }),
        ("strange names", |w| {
            for name in ["!first", "evil.json.gz", "2026/01/02/evil", "2026/01/03/x", "zzz"] {
                w.put(&format!("{FOLDER}{name}"), b"forged");
            }
        }),
        ("no digests", |w| w.objects.retain(|(_, key), _| !key.contains("CloudTrail-Digest"))),
        ("a backfill digest", |w| {
            let end = START.plus_ms(5 * HOUR_MS);
            let file = w.deliver(BUCKET, START.plus_ms(4 * HOUR_MS), 3);
            let digest = Digest {
                account: w.account.clone(),
                start: end.minus_ms(HOUR_MS),
                end,
                bucket: BUCKET.to_owned(),
                object: w.series().object_key(end, Kind::Backfill),
                fingerprint: "f1".to_owned(),
                previous: None,
                log_files: vec![file],
            };
            w.seal(&digest, Some(end));
        }),
        ("a file that a later digest names", |w| {
            let file = w.deliver(BUCKET, START.plus_ms(7 * HOUR_MS), 4);
            let end = START.plus_ms(100 * HOUR_MS);
            let digest = Digest {
                account: w.account.clone(),
                start: end.minus_ms(HOUR_MS),
                end,
                bucket: BUCKET.to_owned(),
                object: w.series().object_key(end, Kind::Regular),
                fingerprint: "f1".to_owned(),
                previous: None,
                log_files: vec![file],
            };
            w.seal(&digest, None);
        }),
    ];
    for (name, tamper) in tampered {
        let mut world = World::new();
        tamper(&mut world);
        check(name, &world, later());
    }
}

/// Broken and moved chains, and unreadable digests.
#[test]
fn parts_follow_chains_as_the_whole_does() {
    let mut gap = World::empty();
    gap.chain(0, 10, BUCKET, None);
    gap.chain(15, 30, BUCKET, None);
    check("a gap", &gap, later());
    let mut moved = World::empty();
    moved.chain(0, 10, "old", None);
    let last = moved.digests[9].clone();
    moved.chain(10, 30, BUCKET, Some(last));
    check("another bucket", &moved, later());
    let mut denied = World::empty();
    denied.chain(0, 5, BUCKET, None);
    let mut last = denied.digests[4].clone();
    last.object = "denied".to_owned();
    denied.chain(6, 30, BUCKET, Some(last));
    check("a digest that cannot be read", &denied, later());
    let mut young = World::empty();
    young.chain(0, 20, BUCKET, None);
    young.deliver(BUCKET, START.plus_ms(20 * HOUR_MS), 1);
    check("a pending log file", &young, later());
}

/// Cyclic links of a malicious signer do not keep a client calling forever.
#[test]
fn parts_of_a_circle_end() {
    let mut world = World::new();
    let last = world.digests[29].clone();
    world.chain(0, 1, BUCKET, Some(last));
    let (report, _) = world.in_parts(later(), objects_only(1));
    assert_eq!(report.digests.valid, 30);
}

/// Times without any digest are searched a week at a time.
#[test]
fn times_without_digests_are_cut_into_weeks() {
    let mut world = World::empty();
    let start = START.minus_ms(30 * 24 * HOUR_MS);
    let slot = START.minus_ms(20 * 24 * HOUR_MS);
    let key = log_file::object_key(Some("p"), &world.account, "eu-west-1", slot, "u");
    world.put(&key, b"forged");
    let entries = |span: &Span<'_>| Ok(world.entries(span));
    let clocked = Clocked { now: later(), digest_interval_ms: HOUR_MS };
    let (mut from, mut found, mut spans) = (None, Vec::new(), Vec::new());
    loop {
        let part = world.ask(|request, evidence| {
            let request = Request { start, ..*request };
            let budget = objects_only(10);
            verify_part(&request, evidence, &entries, clocked, from.take(), budget).unwrap()
        });
        found.extend(part.report.findings);
        let Some(next) = part.next else { break };
        spans.push(next.until());
        from = Some(next);
    }
    assert!(spans.len() >= 4 && spans.is_sorted_by(|newer, older| newer > older), "{spans:?}");
    assert_eq!(found.len(), 1);
    assert!(
        matches!(&found[0], Finding::Extra { what: Pretence::Log, key: found, .. } if *found == key)
    );
}
