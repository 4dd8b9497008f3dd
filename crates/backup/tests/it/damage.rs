//! Backups that were damaged, cut, or exchanged.

use std::path::PathBuf;

use backup::{BackupError, Until};

use crate::world::{World, files, lay_out};

/// A backup of a store with everything that there is.
fn whole(world: &World, place: &str) {
    let store = world.open();
    for number in 0..6 {
        world.put(&store, &format!("{place}-{number}"), &vec![number; 18_000]);
    }
    store.seal(1).unwrap();
    world.count(&store, "a", 1);
    world.back_up(place).unwrap();
    store.shut_down();
}

/// Whether a finding, or the error, names this file, or at least what it is.
fn names(world: &World, place: &str, file: &str) -> bool {
    match world.verify(place) {
        Ok(verified) => verified.findings.iter().any(|finding| finding.contains(file)),
        Err(BackupError::Damaged { what }) => what.contains(file),
        Err(BackupError::None { .. }) => file == "manifest",
        Err(error) => panic!("{file}: {error}"),
    }
}

/// Every object of a backup, changed in any place, cut, emptied, lengthened or missing, is named by
/// `--verify`, and is not restored from.
#[test]
fn damage_of_any_object_is_named() {
    let world = World::new();
    whole(&world, "backup");
    let sound = files(&world.path("backup"));
    assert!(sound.len() >= 9, "{:?}", sound.keys());
    for (file, bytes) in
        sound.iter().filter(|(file, _)| !file.starts_with("keyring") && !file.starts_with("lease"))
    {
        let mut damaged: Vec<Option<Vec<u8>>> = vec![None, Some(Vec::new())];
        for at in [0, bytes.len() / 3, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            damaged.push(Some(changed));
        }
        damaged.push(Some(bytes[..bytes.len() - 1].to_vec()));
        damaged.push(Some([bytes.as_slice(), b"x"].concat()));
        for (number, contents) in damaged.into_iter().enumerate() {
            let mut all = sound.clone();
            match contents {
                None => drop(all.remove(file)),
                Some(contents) => drop(all.insert(file.clone(), contents)),
            }
            lay_out(&world.path("damaged"), &all);
            let name = file.to_str().unwrap();
            assert!(names(&world, "damaged", name), "{name}, {number}: not named");
            let restored = world.restore("damaged", "restored", Until::Newest);
            assert!(restored.is_err(), "{name}, {number}: restored");
            let _ = std::fs::remove_dir_all(world.path("restored"));
        }
    }
}

/// Objects of one backup do not pass for those of another one of the same store.
#[test]
fn exchanged_objects_are_named() {
    let world = World::new();
    whole(&world, "backup");
    let sound = files(&world.path("backup"));
    let bodies: Vec<&PathBuf> = sound.keys().filter(|name| name.starts_with("bodies")).collect();
    let mut exchanged = sound.clone();
    exchanged.insert(bodies[0].clone(), sound[bodies[1]].clone());
    exchanged.insert(bodies[1].clone(), sound[bodies[0]].clone());
    lay_out(&world.path("exchanged"), &exchanged);
    for body in &bodies[..2] {
        assert!(names(&world, "exchanged", body.to_str().unwrap()), "{body:?}");
    }
    assert!(world.restore("exchanged", "restored", Until::Newest).is_err());
}

/// With the keys of another store nothing is accepted.
#[test]
fn a_backup_under_other_keys_is_refused() {
    let (world, mut other) = (World::new(), World::new());
    whole(&world, "backup");
    let entropy = types::Entropy::seeded(99);
    let root = keys::RootKey::generate(&entropy).unwrap();
    other.opening.keyring = std::sync::Arc::new(keys::Keyring::create(&root, &entropy).unwrap().0);
    whole(&other, "backup");
    lay_out(&world.path("foreign"), &files(&other.path("backup")));
    let refused = world.verify("foreign").err().unwrap();
    assert!(refused.to_string().contains("manifest"), "{refused}");
    assert!(world.restore("foreign", "restored", Until::Newest).is_err());
    // A manifest of theirs among our objects.
    let mut mixed = files(&world.path("backup"));
    mixed.insert(
        "manifest".into(),
        files(&other.path("backup"))[&PathBuf::from("manifest")].clone(),
    );
    lay_out(&world.path("mixed"), &mixed);
    assert!(world.verify("mixed").is_err());
    assert!(world.back_up("mixed").is_err(), "nor is it continued");
}

/// A row that names a segment by a path, or by something else than a hash, is refused.
#[test]
fn a_segment_has_the_name_of_a_segment() {
    let row = |file: &str, sha256: &str| {
        let row = format!(
            r#"{{"file":"{file}","first_seq":1,"last_seq":2,"count":2,"oldest":1,"newest":2,"sha256":"{sha256}"}}"#
        );
        store::SegmentFile::of_row(b"meta.segment\x0000000000000000000001", row.as_bytes())
    };
    let hash = "ab".repeat(32);
    assert!(row("00000000000000000001.events", &hash).unwrap().is_some());
    for strange in
        ["../../etc/passwd", "../1.events", "/1.events", ".events", "1.event", "a.events"]
    {
        assert!(row(strange, &hash).is_err(), "{strange}");
    }
    assert!(row("1.events", "../../../x").is_err());
    let other = store::SegmentFile::of_row(b"meta.segments\x001", b"{}").unwrap();
    assert_eq!(other, None);
}
