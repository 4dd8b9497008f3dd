//! The check of a data directory.

use std::path::{Path, PathBuf};

use crate::live::Live;

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A sound directory has nothing to say; a changed segment and a lost body are named.
#[test]
fn what_is_damaged_is_named() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/key", &vec![7; 1 << 20]).status, 200);
    live.gateway.store().seal(1).unwrap();
    let folder = live.end_and_keep();
    let mut heard = Vec::new();
    let mut check =
        || server::fsck(folder.path(), &mut |what| heard.push(what.to_owned())).unwrap();
    assert_eq!(check(), Vec::<String>::new());
    let [segment] = &files(&folder.path().join("segments"))[..] else { panic!("one segment") };
    let mut bytes = std::fs::read(segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(segment, bytes).unwrap();
    let [body] = &files(&folder.path().join("bodies"))[..] else { panic!("one body") };
    let cut = std::fs::read(body).unwrap();
    std::fs::write(body, &cut[..cut.len() - 1]).unwrap();
    let found = check();
    let [damaged, lost] = &found[..] else { panic!("two findings") };
    assert!(damaged.contains("the file is not the one that was written"), "{damaged}");
    assert_eq!(lost, "object `key` in bucket `bucket` lacks its bytes");
    std::fs::remove_file(body).unwrap();
    assert_eq!(check(), found);
    assert!(heard.contains(&"object bodies".to_owned()));
    let nowhere = server::fsck(&folder.path().join("none"), &mut |_| {});
    assert!(matches!(nowhere, Err(server::OpenError::NoStore { .. })));
}
