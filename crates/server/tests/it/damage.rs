//! Changed bytes in a data directory: each is detected, or has no effect on what the store returns.
//! `tests/attack/damage.py` does the same to the whole program, and more.

use std::fs;
use std::path::{Path, PathBuf};

use server::Checked;
use store::Store;
use tempfile::TempDir;
use testkit::Dice;

use crate::fsck::{check, files};
use crate::live::Live;

/// Damages of each file, each by its own throw of the dice.
const ROUNDS: u64 = 24;

/// A store with a segment, recent events, and bodies within the state and beside it; its files
/// after the server was stopped, and after it was killed.
fn stores() -> [TempDir; 2] {
    let mut live = Live::start();
    live.create_bucket("bucket");
    for key in ["a", "b", "c"] {
        assert_eq!(live.s3("PUT", &format!("/bucket/{key}"), b"small").status, 200);
        assert_eq!(live.s3("PUT", &format!("/bucket/{key}{key}"), &vec![7; 40_000]).status, 200);
    }
    live.store.seal(1).unwrap();
    for _ in 0..20 {
        assert_eq!(live.s3("GET", "/bucket/a", b"").status, 200);
    }
    let killed = TempDir::new().unwrap();
    copy(live.store.folder(), killed.path());
    [live.end_and_keep(), killed]
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let to = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&path, to).unwrap();
    }
}

/// All rows and all events that a store returns.
fn contents(folder: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let store = Store::examine(folder, &mut Vec::new()).unwrap().unwrap();
    let view = store.snapshot().unwrap();
    let mut contents = Vec::new();
    let each = &mut |key: &[u8], value: &[u8]| {
        contents.push((key.to_vec(), value.to_vec()));
        std::ops::ControlFlow::Continue(())
    };
    view.tx().visit(&[], None, each).unwrap();
    for event in store.events_from(&view, 0, usize::MAX).unwrap() {
        contents.push((event.seq.to_be_bytes().to_vec(), event.body));
    }
    contents
}

fn harm(dice: &Dice, content: &mut Vec<u8>) -> String {
    let at = usize::try_from(dice.below(content.len() as u64)).unwrap();
    match dice.below(4) {
        0 => {
            content.truncate(at);
            format!("cut at {at}")
        }
        1 => {
            let end = content.len().min(at + 512);
            content[at..end].fill(0);
            format!("zeros at {at}")
        }
        2 => {
            let place = content.windows(13).skip(at).position(|own| own == b"\"eventName\":\"");
            let Some(place) = place else { return "nothing".to_owned() };
            let start = at + place + 13;
            content[start..start + 7].copy_from_slice(b"Nothing");
            format!("seven bytes at {start}")
        }
        _ => {
            content[at] ^= 1 << dice.below(8);
            format!("a bit at {at}")
        }
    }
}

#[test]
fn damage_is_found_or_changes_nothing() {
    let (mut found, mut harmless) = (0, 0);
    for (how, store) in ["stopped", "killed"].iter().zip(&stores()) {
        let wanted = contents(store.path());
        let all: Vec<PathBuf> = files(store.path());
        let named = |name: &str| {
            all.iter().filter(|path| path.to_string_lossy().contains(name)).collect::<Vec<_>>()
        };
        for (name, rounds) in [
            ("state.redb", 3 * ROUNDS),
            ("segments/", ROUNDS),
            ("bodies/", ROUNDS),
            ("identity", 8),
        ] {
            for round in 0..rounds {
                let dice = Dice::new(round);
                let files = named(name);
                let file = files[usize::try_from(dice.below(files.len() as u64)).unwrap()];
                let kept = fs::read(file).unwrap();
                let mut content = kept.clone();
                let what = harm(&dice, &mut content);
                if content == kept {
                    continue;
                }
                fs::write(file, &content).unwrap();
                let Checked { findings, .. } = check(store.path());
                if findings.is_empty() {
                    assert_eq!(name, "state.redb", "{how}, {round}: {what}: nothing was found");
                    assert!(contents(store.path()) == wanted, "{how}, {round}: {what}: unnoticed");
                    harmless += 1;
                } else {
                    found += 1;
                }
                fs::write(file, &kept).unwrap();
            }
        }
        assert_eq!(check(store.path()).findings, Vec::<String>::new());
    }
    assert!(found > 100 && harmless > 0, "{found} found, {harmless} harmless");
}
