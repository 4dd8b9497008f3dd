//! Opening a data directory.

use server::{Config, OpenError, open};
use tempfile::TempDir;
use types::{Clock, Entropy};

use crate::live::config;

fn try_open(folder: &TempDir, seed: u64) -> Result<u64, OpenError> {
    let opened = open(&config(folder.path()), Clock::system(), Entropy::seeded(seed))?;
    let last = opened.store.snapshot().unwrap().last_seq().unwrap();
    opened.store.shut_down();
    Ok(last)
}

/// A root key that does not open the store is rejected, and the right one still opens it.
#[test]
fn a_wrong_or_missing_root_key_is_refused() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    try_open(&folder, 1).unwrap();
    try_open(&other, 2).unwrap();
    let place = folder.path().join("root-key");
    let kept = std::fs::read(&place).unwrap();
    std::fs::copy(other.path().join("root-key"), &place).unwrap();
    assert!(matches!(try_open(&folder, 3), Err(OpenError::Key(_))));
    std::fs::write(&place, "not a key\n").unwrap();
    assert!(matches!(try_open(&folder, 3), Err(OpenError::BadRootKey { .. })));
    std::fs::write(&place, [0xff, 0xfe, 0]).unwrap();
    assert!(matches!(try_open(&folder, 3), Err(OpenError::BadRootKey { .. })), "not even text");
    std::fs::remove_file(&place).unwrap();
    assert!(matches!(try_open(&folder, 3), Err(OpenError::NoRootKey { .. })));
    assert!(!place.exists(), "no new key is made for an old store");
    std::fs::write(&place, &kept).unwrap();
    allow_all_to_read(&place);
    assert!(matches!(try_open(&folder, 3), Err(OpenError::TooOpen { .. })));
    allow_owner_to_read(&place);
    try_open(&folder, 3).unwrap();
}

/// A passphrase for a bare key is one too many, and the key is not lost.
#[test]
fn a_passphrase_for_an_unsealed_key_is_rejected() {
    let folder = TempDir::new().unwrap();
    try_open(&folder, 1).unwrap();
    let config = Config { passphrase: Some("word".to_owned()), ..config(folder.path()) };
    let refused = open(&config, Clock::system(), Entropy::seeded(1)).unwrap_err();
    assert!(matches!(refused, OpenError::NotSealed { .. }), "{refused}");
    try_open(&folder, 3).unwrap();
}

/// A root key that cannot be used leaves no trace of a data directory.
#[test]
fn nothing_is_created_beside_a_bad_root_key() {
    let folder = TempDir::new().unwrap();
    let (place, data) = (folder.path().join("key"), folder.path().join("data"));
    std::fs::write(&place, "not a key\n").unwrap();
    allow_owner_to_read(&place);
    let config = Config { root_key_file: Some(place), ..config(&data) };
    let refused = open(&config, Clock::system(), Entropy::seeded(1)).unwrap_err();
    assert!(matches!(refused, OpenError::BadRootKey { .. }), "{refused}");
    assert!(!data.exists());
}

/// Two processes do not share a data directory.
#[test]
fn a_data_directory_in_use_is_refused() {
    let folder = TempDir::new().unwrap();
    let opened = open(&config(folder.path()), Clock::system(), Entropy::seeded(1)).unwrap();
    assert!(matches!(try_open(&folder, 1), Err(OpenError::Store(_))));
    drop(opened);
}

fn allow_all_to_read(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

fn allow_owner_to_read(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
