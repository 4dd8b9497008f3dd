//! Anchors of the history, and the transparency log under the check of a data directory.

use std::fs;
use std::path::Path;

use server::{TlogConfig, open};
use types::{Clock, Entropy};

use crate::fsck::check;
use crate::live::{Live, config};

fn judged(folder: &Path, anchor: &str) -> server::Checked {
    server::fsck_against(&config(folder), Some(anchor.as_bytes()), &mut |_| {}).unwrap()
}

/// An anchor is taken beside a running server; it is judged by its store alone.
#[test]
fn an_anchor_is_judged() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let folder = live.store.folder().to_owned();
    let anchor = server::anchor(&config(&folder), &Clock::system()).unwrap();
    live.create_bucket("later");
    let folder = live.end_and_keep();
    let checked = judged(folder.path(), &anchor);
    assert_eq!((&checked.findings, &checked.unproved), (&vec![], &vec![]));
    assert!(checked.anchored.unwrap().starts_with("the history up to event "));
    let late = server::anchor(&config(folder.path()), &Clock::system()).unwrap();
    assert_eq!(judged(folder.path(), &late).findings, Vec::<String>::new());
    let other = tempfile::tempdir().unwrap();
    let opened = open(&config(other.path()), Clock::system(), Entropy::seeded(2)).unwrap();
    opened.store.shut_down();
    drop(opened);
    let foreign = server::anchor(&config(other.path()), &Clock::system()).unwrap();
    for (anchor, want) in [
        (foreign.as_str(), "the anchor is one of another store"),
        (&late.replace("\"event\": ", "\"event\": 1"), "the file is no anchor, or it was changed"),
        ("no anchor", "the file is no anchor, or it was changed"),
    ] {
        let checked = judged(folder.path(), anchor);
        assert_eq!((checked.findings, checked.anchored), (vec![want.to_owned()], None));
    }
}

/// Tiles, checkpoint and events that contradict each other are found.
#[test]
fn a_changed_transparency_log_is_found() {
    let mut live = Live::start_with(|config| {
        config.tlog = TlogConfig { interval_ms: 1_000, ..TlogConfig::default() };
    });
    for number in 0..300 {
        live.json("TrentService.ListKeys", &serde_json::json!({ "Limit": 1 + number % 50 }));
    }
    let tlog = live.store.folder().join("tlog");
    let mut waited = 0;
    let size = |tlog: &Path| {
        let checkpoint = fs::read_to_string(tlog.join("checkpoint.signed")).unwrap_or_default();
        checkpoint.lines().nth(1).and_then(|size| size.parse::<u64>().ok()).unwrap_or(0)
    };
    while size(&tlog) <= 256 {
        live.clock.advance_ms(1_000);
        live.json("TrentService.ListKeys", &serde_json::json!({}));
        waited += 1;
        assert!(waited < 100_000, "there is no tile");
    }
    let folder = live.end_and_keep();
    assert_eq!(check(folder.path()).findings, Vec::<String>::new());
    let tlog = folder.path().join("tlog");
    let (full, part) = (size(&tlog) / 256, size(&tlog) % 256);
    let mut names = vec!["checkpoint.signed".to_owned(), "tile/0/000".to_owned()];
    names.push(format!("tile/1/000.p/{full}"));
    if part > 0 {
        names.push(format!("tile/0/{full:03}.p/{part}"));
    }
    for name in names {
        let path = tlog.join(&name);
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        let last = changed.len() - 3;
        changed[last] ^= 1;
        fs::write(&path, &changed).unwrap();
        let findings = check(folder.path()).findings;
        let found = findings.iter().any(|found| found.starts_with("transparency log: "));
        assert!(found, "{name}: {findings:?}");
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(check(folder.path()).findings, Vec::<String>::new());
    fs::rename(&tlog, folder.path().join("elsewhere")).unwrap();
    // All events are there, of which the next start makes it again.
    assert_eq!(check(folder.path()).findings, Vec::<String>::new());
}
