//! Files that are too large, and too many bytes.

use super::parts::{later, objects_only, sorted};
use super::*;

const SMALL: Limits = Limits { digest_bytes: 100_000, log_bytes: 100_000, all_bytes: u64::MAX };

fn verdicts_of(report: &Report, wanted: &str) -> Vec<Verdict> {
    let verdict = |line: &Line| match line {
        Line::Digest { key, verdict, .. } | Line::Log { key, verdict, .. } => {
            (key == wanted).then(|| verdict.clone())
        }
        Line::Gap { .. } => None,
    };
    report.lines.iter().filter_map(verdict).collect()
}

fn bomb(begin: &str, again: &str) -> Vec<u8> {
    gzip::compress(format!("{begin}{}", again.repeat(1_000_000)).as_bytes()).unwrap()
}

/// A digest that exceeds the limit when decompressed does not count as invalid, and neither does a
/// log file. The walk continues after it.
#[test]
fn bombs_are_unreadable() {
    let mut world = World::new();
    let (digest, log) = (world.digests[20].object.clone(), world.logs[3].clone());
    for bomb in [bomb("[0", ",0"), bomb("{\"a\":[0", ",[]"), bomb("", " ")] {
        world.limits = Limits::COMMAND;
        world.at(&digest).bytes.clone_from(&bomb);
        let report = world.verify();
        assert_eq!(verdicts_of(&report, &digest), [Reason::InvalidFormat.into()]);
        world.limits = SMALL;
        world.at(&log).bytes.clone_from(&bomb);
        let report = world.verify();
        let want = [Verdict::Unreadable("inflates to more than 100000 bytes".to_owned())];
        assert_eq!(
            (verdicts_of(&report, &digest), verdicts_of(&report, &log)),
            (want.to_vec(), want.to_vec())
        );
        assert_eq!(report.digests, Counts { valid: 29, invalid: 0, unreadable: 1 });
        let anchor = Link { object: digest.clone(), ..world.digests[20].clone() };
        world.anchors.clear();
        world.anchor(&anchor, START.plus_ms(21 * HOUR_MS));
        assert!(matches!(
            &world.verify().findings[..],
            [Finding::Anchor { verdict: Verdict::Unreadable(_), .. }]
        ));
    }
}

/// A digest that no longer is JSON after its first bytes is wrong, however large it is.
#[test]
fn bad_json_is_not_read_to_its_end() {
    let mut world = World::new();
    world.limits = SMALL;
    let digest = world.digests[20].object.clone();
    world.at(&digest).bytes = bomb("no JSON", "x");
    assert_eq!(verdicts_of(&world.verify(), &digest), [Reason::InvalidFormat.into()]);
}

/// A chain whose tenth digest names five log files.
fn with_many_logs() -> World {
    let mut world = World::empty();
    world.chain(0, 9, BUCKET, None);
    let (start, previous) = (START.plus_ms(9 * HOUR_MS), world.digests.last().cloned());
    let end = start.plus_ms(HOUR_MS);
    let log_files = (0..5).map(|n| world.deliver(BUCKET, start, n)).collect();
    let digest = Digest {
        account: world.account.clone(),
        start,
        end,
        bucket: BUCKET.to_owned(),
        object: world.series().object_key(end, Kind::Regular),
        fingerprint: "f1".to_owned(),
        previous,
        log_files,
    };
    let link = world.seal(&digest, None);
    world.chain(10, 30, BUCKET, Some(link));
    world
}

/// A budget that ends within a digest pauses there, and what follows is the rest.
#[test]
fn a_part_ends_within_a_digest() {
    let mut world = with_many_logs();
    let whole = world.report_at(later());
    assert!(whole.is_sound() && whole.logs.valid > 20, "{whole:?}");
    for is_whole in [true, false] {
        if !is_whole {
            world.remove(&world.logs[11].clone());
        }
        let whole = world.report_at(later());
        for budget in [objects_only(1), objects_only(3), Budget { objects: 100, bytes: 700 }] {
            let (parts, most) = world.largest_part(later(), budget);
            assert_eq!(sorted(&parts), sorted(&whole), "{budget:?}");
            assert!(most <= budget.objects.min(3) + 1, "{budget:?}: {most} files in one part");
        }
    }
}

/// Bytes beyond the total limit are not read, and that is reported file by file.
#[test]
fn files_beyond_the_limit_are_unreadable() {
    let mut world = World::new();
    world.limits = Limits { all_bytes: 5_000, ..SMALL };
    let report = world.verify();
    assert!(report.digests.valid > 1 && report.digests.invalid == 0, "{report:?}");
    assert!(report.digests.unreadable > 9, "{report:?}");
    let oldest = world.digests[0].object.clone();
    let text = "not read: the files before it have more than 5000 bytes";
    assert_eq!(verdicts_of(&report, &oldest), [Verdict::Unreadable(text.to_owned())]);
    // In parts of fewer bytes all is read.
    let (parts, _) = world.in_parts(later(), Budget { objects: 1_000, bytes: 1_000 });
    assert_eq!((parts.conclusion(), parts.digests.valid), (Conclusion::Valid, 30));
}
