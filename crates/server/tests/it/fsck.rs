//! The check of a data directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use server::{Checked, OpenError, open};
use types::{Clock, Entropy};

use crate::live::{Live, config};

pub(crate) fn check(folder: &Path) -> Checked {
    server::fsck(&config(folder), &mut |_| {}).unwrap()
}

/// The files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// An intact directory has no findings; a changed segment and a lost body are named.
#[test]
fn damaged_files_are_named() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/key", &vec![7; 3 << 20]).status, 200);
    live.store.seal(1).unwrap();
    let folder = live.end_and_keep();
    let mut lines = Vec::new();
    let sound = server::fsck(&config(folder.path()), &mut |what| lines.push(what.to_owned()));
    let sound = sound.unwrap();
    assert_eq!((sound.findings, sound.unproved), (vec![], vec![]));
    assert_eq!((sound.proved, sound.by_length), (1, 0));
    let of_bodies: Vec<_> =
        lines.iter().filter_map(|what| what.strip_prefix("object bodies: ")).collect();
    assert_eq!(of_bodies, ["0 of 3 MiB", "1 of 3 MiB", "2 of 3 MiB", "3 of 3 MiB"]);
    assert!(lines.iter().any(|what| what.starts_with("segment `") && what.ends_with("`: 1 of 1")));
    let [segment] = &files(&folder.path().join("segments"))[..] else { panic!("one segment") };
    let mut bytes = fs::read(segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(segment, bytes).unwrap();
    let [body] = &files(&folder.path().join("bodies"))[..] else { panic!("one body") };
    let whole = fs::read(body).unwrap();
    fs::write(body, &whole[..whole.len() - 1]).unwrap();
    let found = check(folder.path()).findings;
    let [damaged, newest, lost] = &found[..] else { panic!("three findings: {found:?}") };
    assert!(damaged.contains("the file is not the one that was written"), "{damaged}");
    assert!(newest.starts_with("event "), "{newest}");
    assert_eq!(lost, "object `key` in bucket `bucket` lacks its bytes");
    fs::remove_file(body).unwrap();
    assert_eq!(check(folder.path()).findings, found);
    let nowhere = server::fsck(&config(&folder.path().join("none")), &mut |_| {});
    assert!(matches!(nowhere, Err(OpenError::NoStore { .. })));
}

/// With the root key every byte of a body is verified; without it only the length is compared, and
/// that is reported.
#[test]
fn bodies_are_proved_with_the_root_key() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/large", &vec![7; 1 << 20]).status, 200);
    assert_eq!(live.s3("PUT", "/bucket/small", b"small").status, 200);
    let kms = [("x-amz-server-side-encryption", "aws:kms")];
    let put = live.signed("s3", "PUT", "/bucket/kms", &kms, &vec![8; 1 << 20]);
    assert_eq!(put.status, 200, "{}", put.text());
    let upload = live.s3("POST", "/bucket/parts?uploads=", b"").text();
    let id = upload.split("UploadId>").nth(1).unwrap().trim_end_matches("</");
    let part = format!("/bucket/parts?partNumber=1&uploadId={id}");
    assert_eq!(live.s3("PUT", &part, &vec![9; 1 << 20]).status, 200);
    let folder = live.end_and_keep();
    let sound = check(folder.path());
    assert_eq!((sound.findings, sound.proved, sound.by_length), (vec![], 4, 0));
    let bodies = files(&folder.path().join("bodies"));
    assert_eq!(bodies.len(), 3);
    for body in &bodies {
        let whole = fs::read(body).unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(body, &changed).unwrap();
        let found = check(folder.path()).findings;
        assert!(found.len() == 1 && found[0].contains("bucket"), "{found:?}");
        fs::write(body, &whole).unwrap();
    }
    fs::rename(folder.path().join("root-key"), folder.path().join("kept")).unwrap();
    let sealed = check(folder.path());
    assert_eq!((sealed.findings, sealed.proved, sealed.by_length), (vec![], 0, 0));
    assert!(sealed.unproved[0].contains("does not exist"), "{:?}", sealed.unproved);
}

/// Contents and times of all files.
fn seen(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>, SystemTime)> {
    let mut found = vec![(folder.to_owned(), None, times(folder))];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(seen(&path));
        } else {
            found.push((path.clone(), Some(fs::read(&path).unwrap()), times(&path)));
        }
    }
    found.sort();
    found
}

fn times(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

/// A check changes no byte and no time, whether the server was stopped or killed.
#[test]
fn a_check_changes_nothing() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/key", &vec![7; 1 << 20]).status, 200);
    // As after a kill: a copy of the files while the server runs.
    let killed = tempfile::tempdir().unwrap();
    let data_dir = live.store.folder().to_owned();
    for path in files(&data_dir) {
        let to = killed.path().join(path.strip_prefix(&data_dir).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&path, to).unwrap();
    }
    fs::create_dir_all(killed.path().join("bodies/incoming")).unwrap();
    fs::write(killed.path().join("bodies/incoming/left"), b"x").unwrap();
    let stopped = live.end_and_keep();
    for folder in [killed.path(), stopped.path()] {
        let before = seen(folder);
        assert_eq!(check(folder).findings, Vec::<String>::new());
        assert!(seen(folder) == before, "something was changed");
    }
}

/// A running server excludes the check.
#[test]
fn a_running_server_excludes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&config(folder.path()), Clock::system(), Entropy::seeded(1)).unwrap();
    let refused = server::fsck(&config(folder.path()), &mut |_| {}).unwrap_err();
    assert!(matches!(refused, OpenError::Store(cause) if cause.is_in_use()));
    opened.store.shut_down();
    drop(opened);
    assert_eq!(check(folder.path()).findings, Vec::<String>::new());
}

/// A lost or damaged state file is replaced from the log, with the same rows.
#[test]
fn a_state_file_is_replaced_from_the_log() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/key", b"small").status, 200);
    let folder = live.end_and_keep();
    let (config, state) = (config(folder.path()), folder.path().join("state.redb"));
    let rows = |folder: &Path| {
        let with = testkit::opening_of(folder);
        let store = store::Store::examine(folder, Some(&with), &mut Vec::new()).unwrap().unwrap();
        let mut rows = Vec::new();
        store
            .snapshot()
            .unwrap()
            .tx()
            .visit(&[], None, &mut |key, value| {
                rows.push((key.to_vec(), value.to_vec()));
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        rows
    };
    let before = rows(folder.path());
    for harm in [0, 1, 2] {
        match harm {
            0 => fs::remove_file(&state).unwrap(),
            1 => fs::write(&state, b"").unwrap(),
            _ => fs::write(&state, vec![7; 1 << 20]).unwrap(),
        }
        assert!(open(&config, Clock::system(), Entropy::seeded(1)).is_err());
        let rebuilt = server::rebuild(&config).unwrap();
        assert!(rebuilt.newest > 0);
        assert!(rows(folder.path()) == before, "{harm}");
        assert_eq!(check(folder.path()).findings, Vec::<String>::new());
    }
    let opened = open(&config, Clock::system(), Entropy::seeded(1)).unwrap();
    assert!(matches!(server::rebuild(&config), Err(OpenError::Store(e)) if e.is_in_use()));
    opened.store.shut_down();
}

/// A change of the log is found.
#[test]
fn a_changed_frame_is_found() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let folder = live.end_and_keep();
    let log = folder.path().join("log/00000000000000000001.log");
    let whole = fs::read(&log).unwrap();
    // The header of a file has 4,096 bytes, and that of a frame 64.
    for at in [10, 4_100, 4_200] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&log, changed).unwrap();
        let found = check(folder.path()).findings;
        assert!(!found.is_empty(), "byte {at}");
    }
    fs::write(&log, &whole).unwrap();
    assert_eq!(check(folder.path()).findings, Vec::<String>::new());
}
