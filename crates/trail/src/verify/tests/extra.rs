//! Files beside those that digests name.

use super::*;
use crate::log_file;
use crate::names::TrailName;

const FOLDER: &str = "p/AWSLogs/111122223333/CloudTrail/eu-west-1/";
const DIGEST_FOLDER: &str = "p/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/";

/// Long after all that happens here.
fn later() -> Timestamp {
    START.plus_ms(300 * HOUR_MS)
}

fn hour(n: u64) -> Timestamp {
    START.plus_ms(n * HOUR_MS)
}

/// The extra files in the report: what each pretends to be, and its key.
fn extra(report: &Report) -> Vec<(Pretence, &str)> {
    let extra = report.findings.iter().filter_map(|finding| {
        let Finding::Extra { what, bucket, key } = finding else { return None };
        (bucket == BUCKET).then_some((*what, key.as_str()))
    });
    extra.collect()
}

/// A forged log file is found, and makes the result INVALID; without it nothing is found.
#[test]
fn a_log_file_beside_the_others_is_extra() {
    let mut world = World::new();
    let report = world.report_at(later());
    assert_eq!((report.findings.as_slice(), report.pending), (&[][..], 0));
    let forged = world.deliver(BUCKET, hour(7), 4).object;
    let report = world.report_at(later());
    assert_eq!(extra(&report), [(Pretence::Log, forged.as_str())]);
    assert_eq!(report.conclusion(), Conclusion::Invalid);
    let line = format!("Log file\ts3://logs/{forged}\tEXTRA: no valid digest names it");
    assert_eq!(summary(&report), (line, [30, 0, 30, 0]), "what digests name is counted as before");
}

/// Only the range counts, and its ends are as exact as the names.
#[test]
fn files_outside_the_range_are_not_read() {
    let mut world = World::new();
    world.deliver(BUCKET, hour(0).minus_ms(HOUR_MS), 4);
    world.deliver(BUCKET, hour(40), 4);
    assert_eq!(extra(&world.report_at(later())), []);
}

/// A file of a time after the newest digest is pending, forged or not.
#[test]
fn files_newer_than_the_newest_digest_are_pending() {
    let mut world = World::empty();
    world.chain(0, 20, BUCKET, None);
    world.deliver(BUCKET, hour(20), 1);
    let report = world.report_at(later());
    assert_eq!((report.findings.as_slice(), report.pending), (&[][..], 1));
    assert!(report.is_sound());
}

/// A late delivery is pending until the digest that would name it is overdue, and is named by a
/// later one, also by one from after the range.
#[test]
fn late_deliveries_are_pending_until_a_digest_is_overdue() {
    let mut world = World::empty();
    world.chain(0, 30, BUCKET, None);
    let file = world.deliver(BUCKET, hour(7), 4);
    world.written.insert(file.object.clone(), hour(30).plus_ms(1));
    for (now, pending) in [(hour(30), 1), (hour(31), 1), (hour(32), 1), (hour(33), 0)] {
        let report = world.report_at(now);
        assert_eq!((report.pending, extra(&report).len() as u64), (pending, 1 - pending));
    }
    // A file written before the newest digest was created would have been listed.
    world.written.insert(file.object.clone(), hour(29));
    assert_eq!(extra(&world.report_at(hour(30))).len(), 1);
    let digest = Digest {
        account: world.account.clone(),
        start: hour(99),
        end: hour(100),
        bucket: BUCKET.to_owned(),
        object: world.series().object_key(hour(100), Kind::Regular),
        fingerprint: "f1".to_owned(),
        previous: None,
        log_files: vec![file],
    };
    world.seal(&digest, None);
    assert_eq!(extra(&world.report_at(later())), []);
    world.at(&digest.object).metadata.clear();
    assert_eq!(extra(&world.report_at(later())).len(), 1, "only if that is valid");
}

/// Two trails may share a folder: each proves its own files.
#[test]
fn another_trails_digests_name_its_files() {
    let mut world = World::new();
    let mut other = World { trail: TrailName::parse("other").unwrap(), ..World::empty() };
    for n in 0..3 {
        let file = other.deliver(BUCKET, hour(5), n + 4);
        let end = hour(6 + n);
        let digest = Digest {
            account: other.account.clone(),
            start: end.minus_ms(HOUR_MS),
            end,
            bucket: BUCKET.to_owned(),
            object: other.series().object_key(end, Kind::Regular),
            fingerprint: "f1".to_owned(),
            previous: None,
            log_files: vec![file],
        };
        other.seal(&digest, None);
    }
    world.objects.append(&mut other.objects);
    let report = world.report_at(later());
    assert_eq!((report.findings.as_slice(), report.pending), (&[][..], 0));
}

/// A digest that no chain links to is extra, and so is everything with an unknown name.
#[test]
fn digests_and_strange_names_are_extra() {
    let mut world = World::new();
    let between = world.series().object_key(hour(9).plus_ms(HOUR_MS / 2), Kind::Regular);
    world.put(&between, b"forged");
    let backfill = world.series().object_key(hour(9), Kind::Backfill);
    let day = "2026/01/02/";
    let strange: Vec<String> = [
        "!first.json.gz",
        "evil.json.gz",
        "2026/01/02/evil.json.gz",
        "2026/01/02/111122223333_CloudTrail_eu-west-1_20260102T0705Z_u.json",
        "2026/01/02/111122223333_CloudTrail_us-east-1_20260102T0705Z_u.json.gz",
        "2026/01/02/999922223333_CloudTrail_eu-west-1_20260102T0705Z_u.json.gz",
        "2026/01/02/deeper/111122223333_CloudTrail_eu-west-1_20260102T0705Z_u.json.gz",
        "2026/01/03/111122223333_CloudTrail_eu-west-1_20260102T0705Z_u.json.gz",
        "2026/01/02/111122223333_CloudTrail_eu-west-1_20260102T0705Z_\u{1b}[2J.json.gz",
    ]
    .map(|name| format!("{FOLDER}{name}"))
    .into();
    for key in &strange {
        world.put(key, b"forged");
    }
    let note = format!("{DIGEST_FOLDER}{day}note.txt");
    world.put(&note, b"?");
    // The markers of folders, other days, and the digests of other trails.
    for key in [
        format!("{FOLDER}{day}"),
        format!("{FOLDER}2025/12/31/evil.json.gz"),
        format!(
            "{DIGEST_FOLDER}{day}111122223333_CloudTrail-Digest_eu-west-1_b_eu-west-1_20260102T090000Z.json.gz"
        ),
    ] {
        world.put(&key, b"");
    }
    let report = world.report_at(later());
    let mut want: Vec<_> = strange.iter().map(|key| (Pretence::Nothing, key.as_str())).collect();
    want.extend([(Pretence::Digest, between.as_str()), (Pretence::Nothing, note.as_str())]);
    want.sort_unstable();
    let mut got = extra(&report);
    got.sort_unstable();
    assert_eq!(got, want);
    assert!(summary(&report).0.chars().all(|one| one == '\n' || one == '\t' || !one.is_control()));
    // Backfill digests have a separate chain, which is validated.
    world.put(&backfill, b"forged");
    assert!(!extra(&world.report_at(later())).contains(&(Pretence::Digest, backfill.as_str())));
}

/// A folder with log files and no valid digest is one finding, once a digest is overdue.
#[test]
fn a_folder_without_digests_is_unproven() {
    let mut world = World::new();
    world.objects.retain(|(_, key), _| !key.contains("CloudTrail-Digest"));
    let report = world.report_at(later());
    let want = format!("Log files\ts3://logs/{FOLDER}\tEXTRA: 30, and no valid digest names any");
    assert_eq!(summary(&report).0, want);
    assert_eq!(report.conclusion(), Conclusion::Invalid);
    world.objects.retain(|(_, key), _| log_file::slot_of(key).is_some_and(|at| at < hour(3)));
    let young = world.report_at(hour(3));
    assert_eq!((young.findings.as_slice(), young.pending), (&[][..], world.objects.len() as u64));
}

/// The entries of an unreadable digest are unknown, so nothing is reported as extra.
#[test]
fn behind_a_digest_that_cannot_be_read_nothing_is_extra() {
    let mut world = World::empty();
    world.chain(0, 5, BUCKET, None);
    let mut last = world.digests[4].clone();
    last.object = "denied".to_owned();
    world.chain(6, 30, BUCKET, Some(last));
    world.deliver(BUCKET, hour(7), 4);
    let report = world.report_at(later());
    assert_eq!((extra(&report), report.conclusion()), (vec![], Conclusion::Unreadable));
}
