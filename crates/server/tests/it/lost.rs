//! A data directory with missing, outdated or foreign parts: rejected with what is missing and what
//! to do, and never replaced by a new, empty history.

use std::fs;
use std::path::Path;

use server::{Config, OpenError, open};
use store::{NewEvent, Store, Table};
use tempfile::TempDir;
use types::{Clock, Entropy, Timestamp};

use crate::live::{Live, config};

fn try_open(config: &Config, seed: u64) -> Result<u64, OpenError> {
    let opened = open(config, Clock::system(), Entropy::seeded(seed))?;
    let last = opened.store.snapshot().unwrap().last_seq().unwrap();
    opened.store.shut_down();
    Ok(last)
}

/// A directory with events, a segment and a body, whose server was shut down.
fn used() -> TempDir {
    let mut live = Live::start();
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/key", &vec![7; 1 << 20]).status, 200);
    live.store.seal(1).unwrap();
    live.create_bucket("another");
    live.end_and_keep()
}

/// Another store, with events, a segment and a body, under its own root key or the given one.
fn another(root_key: Option<&Path>) -> TempDir {
    let folder = TempDir::new().unwrap();
    let config = Config { root_key_file: root_key.map(Path::to_owned), ..config(folder.path()) };
    let opened = open(&config, Clock::system(), Entropy::seeded(8)).unwrap();
    let store = &opened.store;
    let event = NewEvent { time: Timestamp::from_secs(1), terms: vec![], body: b"{}".to_vec() };
    store.submit(move |_| ((), vec![event; 100])).wait().unwrap();
    store.seal(1).unwrap();
    let mut body = store.bodies().writer([9; 16]).unwrap();
    body.write(b"body").unwrap();
    body.finish().unwrap();
    store.shut_down();
    drop(opened);
    try_open(&config, 8).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// The state of a data directory, with the log that it is made from.
fn kept_state(data: &Path) -> TempDir {
    let kept = TempDir::new().unwrap();
    fs::copy(data.join("state.redb"), kept.path().join("state.redb")).unwrap();
    copy(&data.join("log"), &kept.path().join("log"));
    kept
}

fn put_state(kept: &TempDir, data: &Path) {
    fs::remove_dir_all(data.join("log")).unwrap();
    copy(kept.path(), data);
}

/// What befalls a file or folder of a data directory.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Remove(&'static str),
    Empty(&'static str),
    /// Its second half is missing.
    Cut(&'static str),
    /// It is replaced with that of another store.
    Foreign(&'static str),
    /// Another number of the newest event.
    Position,
}

use Harm::{Cut, Empty, Foreign, Position, Remove};

impl Harm {
    fn befall(self, own: &Path, other: &Path) {
        match self {
            Remove(name) if own.join(name).is_dir() => fs::remove_dir_all(own.join(name)).unwrap(),
            Remove(name) => fs::remove_file(own.join(name)).unwrap(),
            Empty(name) if own.join(name).is_dir() => {
                fs::remove_dir_all(own.join(name)).unwrap();
                fs::create_dir(own.join(name)).unwrap();
            }
            Empty(name) => fs::write(own.join(name), b"").unwrap(),
            Cut(name) => {
                let bytes = fs::read(own.join(name)).unwrap();
                fs::write(own.join(name), &bytes[..bytes.len() / 2]).unwrap();
            }
            Foreign(name) if other.join(name).is_dir() => {
                fs::remove_dir_all(own.join(name)).unwrap();
                copy(&other.join(name), &own.join(name));
            }
            Foreign(name) => {
                let bytes = fs::read(other.join(name)).unwrap();
                fs::write(own.join(name), bytes).unwrap();
            }
            Position => {
                let text = fs::read_to_string(own.join("identity")).unwrap();
                let line = text.lines().find(|line| line.starts_with("position")).unwrap();
                fs::write(own.join("identity"), text.replace(line, "position = 1")).unwrap();
            }
        }
    }
}

/// Every way to lose, empty or swap a part, and the expected error.
const HARMS: &[(&[Harm], &str)] = &[
    (&[Remove("state.redb")], "`state.redb` is missing"),
    (&[Empty("state.redb")], "`state.redb` is empty"),
    (&[Cut("state.redb")], "cannot read the state"),
    (&[Remove("log")], "the log is missing"),
    (&[Empty("log")], "the log is missing"),
    (&[Empty("log/00000000000000000001.log")], "cannot read the state"),
    (&[Remove("keyring")], "`keyring` is missing"),
    (&[Empty("keyring")], "is no keyring"),
    (&[Foreign("keyring")], "the root key does not open the store"),
    (&[Foreign("log")], "cannot read the state"),
    (&[Remove("state.redb"), Remove("identity")], "`state.redb` is missing"),
    (
        &[Remove("state.redb"), Remove("identity"), Remove("segments"), Remove("bodies")],
        "`state.redb` is missing",
    ),
    (&[Remove("segments")], "`segments` is missing or empty"),
    (&[Empty("segments")], "`segments` is missing or empty"),
    (&[Remove("bodies")], "`bodies` is missing or empty"),
    (&[Empty("bodies")], "`bodies` is missing or empty"),
    (&[Remove("identity")], "`identity` is missing"),
    (&[Empty("identity")], "identity` is damaged or was changed"),
    (&[Position], "identity` is damaged or was changed"),
    (&[Foreign("identity")], "the root key does not open the store"),
    (&[Remove("root-key")], "root-key` is missing"),
    (&[Foreign("root-key")], "the root key does not open the store"),
    (&[Foreign("state.redb")], "of another store, or it was changed"),
    (
        &[
            Foreign("state.redb"),
            Foreign("log"),
            Foreign("keyring"),
            Foreign("identity"),
            Foreign("root-key"),
        ],
        "is not the file that was written",
    ),
];

#[test]
fn lost_or_foreign_parts_are_rejected_and_unchanged() {
    let (used, other) = (used(), another(None));
    for (harms, message) in HARMS {
        let folder = TempDir::new().unwrap();
        copy(used.path(), folder.path());
        harms.iter().for_each(|harm| harm.befall(folder.path(), other.path()));
        let before = listing(folder.path());
        let error = match try_open(&config(folder.path()), 3) {
            Ok(last) => panic!("{harms:?}: opened, {last} events"),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(message), "{harms:?}: {error}");
        assert_eq!(listing(folder.path()), before, "{harms:?}: nothing is made");
    }
    let sound = TempDir::new().unwrap();
    copy(used.path(), sound.path());
    assert_eq!(try_open(&config(sound.path()), 3).unwrap(), 3);
}

/// A state of another store under the same root key is recognized by its keyring.
#[test]
fn a_foreign_state_under_the_same_root_key_is_refused() {
    let used = used();
    let other = another(Some(&used.path().join("root-key")));
    put_state(&kept_state(other.path()), used.path());
    fs::copy(other.path().join("keyring"), used.path().join("keyring")).unwrap();
    let config = Config { accept_older: true, ..config(used.path()) };
    let refused = try_open(&config, 3).unwrap_err();
    assert!(refused.to_string().contains("another store"), "{refused}");
}

/// An outdated state is rejected; accepted by the operator, it is recorded once.
#[test]
fn an_older_state_is_served_on_the_operators_word_and_leaves_an_event() {
    let folder = used();
    let config = config(folder.path());
    let older = kept_state(folder.path());
    let before = try_open(&config, 3).unwrap();
    let opened = open(&config, Clock::system(), Entropy::seeded(4)).unwrap();
    let event = NewEvent { time: Timestamp::from_secs(1), terms: vec![], body: b"{}".to_vec() };
    opened.store.submit(|_| ((), vec![event])).wait().unwrap();
    opened.store.shut_down();
    drop(opened);
    assert_eq!(try_open(&config, 3).unwrap(), before + 1, "noted when it was opened");
    put_state(&older, folder.path());
    let refused = try_open(&config, 3).unwrap_err().to_string();
    let positions =
        format!("ends with event {before}, but `identity` records event {}", before + 1);
    assert!(refused.contains(&positions) && refused.contains("--accept-older"), "{refused}");
    let accepting = Config { accept_older: true, ..config.clone() };
    for _ in 0..2 {
        assert_eq!(try_open(&accepting, 5).unwrap(), before + 1, "one event of it");
    }
    let opened = open(&config, Clock::system(), Entropy::seeded(6)).unwrap();
    let store = &opened.store;
    let events = store.events_from(&store.snapshot().unwrap(), before + 1, 9).unwrap();
    let event: serde_json::Value = serde_json::from_slice(&events[0].body).unwrap();
    assert_eq!((&event["eventName"], events.len()), (&"AcceptOlderState".into(), 1));
    let loss = event["serviceEventDetails"]["loss"].as_str().unwrap();
    assert!(loss.contains("ends with event"), "{loss}");
}

/// A state that went on from an older one is refused too, however many events it has.
#[test]
fn a_state_with_another_history_is_rejected() {
    let folder = used();
    let config = config(folder.path());
    let older = kept_state(folder.path());
    let identity = fs::read(folder.path().join("identity")).unwrap();
    let add = |text: &'static str| {
        let opened = open(&config, Clock::system(), Entropy::seeded(4)).unwrap();
        let time = Timestamp::from_secs(1);
        let event = NewEvent { time, terms: vec![], body: text.as_bytes().to_vec() };
        opened.store.submit(|_| ((), vec![event])).wait().unwrap();
        opened.store.shut_down();
        drop(opened);
        try_open(&config, 5).unwrap();
    };
    add("{\"true\":1}");
    let true_identity = fs::read(folder.path().join("identity")).unwrap();
    put_state(&older, folder.path());
    fs::write(folder.path().join("identity"), identity).unwrap();
    add("{\"fake\":1}");
    add("{\"fake\":2}");
    fs::write(folder.path().join("identity"), true_identity).unwrap();
    let refused = try_open(&config, 3).unwrap_err().to_string();
    assert!(refused.contains("is not the one that `identity` records"), "{refused}");
}

/// Rows that a state must have are not recreated in one that lost them.
#[test]
fn a_state_without_its_keyring_is_refused() {
    let folder = used();
    fs::remove_file(folder.path().join("keyring")).unwrap();
    let refused = try_open(&config(folder.path()), 3).unwrap_err().to_string();
    assert!(refused.contains("`keyring` is missing"), "{refused}");
}

/// A data directory of an earlier release gets its identity, once; from then on it is missed.
#[test]
fn a_data_directory_of_an_earlier_release_gets_an_identity() {
    let folder = used();
    let (identity, config) = (folder.path().join("identity"), config(folder.path()));
    let remove_identity = || {
        let with = testkit::opening_of(folder.path());
        let store = Store::open_existing(folder.path(), &with).unwrap();
        let identified = Table::<bool>::new("server.identified");
        store.submit(move |tx| (identified.delete(tx, ""), vec![])).wait().unwrap().unwrap();
        drop(store);
        fs::remove_file(&identity).unwrap();
    };
    remove_identity();
    let last = try_open(&config, 3).unwrap();
    assert!(fs::read_to_string(&identity).unwrap().contains(&format!("position = {last}\n")));
    fs::remove_file(&identity).unwrap();
    let refused = try_open(&config, 3).unwrap_err().to_string();
    assert!(refused.contains("`identity` is missing"), "{refused}");
    let accepting = Config { accept_older: true, ..config.clone() };
    assert_eq!(try_open(&accepting, 3).unwrap(), last + 1, "with an event");
    assert_eq!(try_open(&config, 3).unwrap(), last + 1);
}

/// A new state beside another store's events and objects is none of an earlier release.
#[test]
fn a_new_state_beside_old_events_is_refused() {
    let (used, new) = (used(), TempDir::new().unwrap());
    fs::copy(used.path().join("root-key"), new.path().join("key")).unwrap();
    let data = new.path().join("data");
    let own = Config { root_key_file: Some(new.path().join("key")), ..config(&data) };
    try_open(&own, 9).unwrap();
    fs::copy(new.path().join("key"), data.join("root-key")).unwrap();
    let store = Store::open_existing(&data, &testkit::opening_of(&data)).unwrap();
    let identified = Table::<bool>::new("server.identified");
    store.submit(move |tx| (identified.delete(tx, ""), vec![])).wait().unwrap().unwrap();
    drop(store);
    put_state(&kept_state(&data), used.path());
    fs::copy(data.join("keyring"), used.path().join("keyring")).unwrap();
    fs::remove_file(used.path().join("identity")).unwrap();
    let refused = try_open(&config(used.path()), 3).unwrap_err().to_string();
    assert!(refused.contains("the state is new"), "{refused}");
}

/// Wherever the creation of a data directory stops, it can be resumed.
#[test]
fn a_first_start_that_was_interrupted_is_finished() {
    let whole = TempDir::new().unwrap();
    let mut config = config(whole.path());
    config.root_credentials = None;
    try_open(&config, 1).unwrap();
    let finished = fs::read_to_string(whole.path().join("identity")).unwrap();
    // As first written: the only file, or with those that are written after it.
    let first = TempDir::new().unwrap();
    let blocked = first.path().join("data");
    fs::create_dir_all(blocked.join("root-key.new")).unwrap();
    let own = Config { data_dir: blocked.clone(), ..config.clone() };
    try_open(&own, 1).unwrap_err();
    let unfinished = fs::read(blocked.join("identity")).unwrap();
    assert!(String::from_utf8_lossy(&unfinished).contains("store = unfinished"));
    fs::remove_dir(blocked.join("root-key.new")).unwrap();
    try_open(&own, 2).unwrap();

    let steps: &[&[&str]] = &[
        &["identity.new"],
        &["identity", "root-key.new"],
        &["identity", "root-key", "keyring.new"],
        &["identity", "root-key", "keyring", "state.redb.new"],
        &["identity", "root-key", "keyring", "state.redb"],
        &["identity", "root-key", "keyring", "state.redb", "root-credentials"],
    ];
    for (number, files) in steps.iter().enumerate() {
        let folder = TempDir::new().unwrap();
        let own = Config { data_dir: folder.path().to_owned(), ..config.clone() };
        // What has the root key of this very seed.
        let seed = 20 + number as u64;
        let made = TempDir::new().unwrap();
        let blocked = made.path().join("data");
        fs::create_dir_all(blocked.join("state.redb.new")).unwrap();
        try_open(&Config { data_dir: blocked.clone(), ..config.clone() }, seed).unwrap_err();
        for file in *files {
            let to = folder.path().join(file);
            let copied = match *file {
                "identity" | "root-key" | "keyring" => fs::read(blocked.join(file)).unwrap(),
                "root-credentials" => fs::read(whole.path().join(file)).unwrap(),
                _ => b"half of it".to_vec(),
            };
            if *file == "state.redb" {
                let with = testkit::opening_of(folder.path());
                drop(Store::open(folder.path(), &with).unwrap());
                continue;
            }
            sealed_from_others(&to, &copied);
        }
        try_open(&own, 30).unwrap_or_else(|error| panic!("{files:?}: {error}"));
        let identity = fs::read_to_string(folder.path().join("identity")).unwrap();
        assert!(!identity.contains("unfinished"), "{files:?}");
        try_open(&own, 31).unwrap();
    }
    assert!(finished.contains("position = 0\n"), "{finished}");
}

/// Two concurrent first starts create one store.
#[test]
fn two_first_starts_make_one_store() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    std::thread::scope(|scope| {
        let start = |seed| {
            let config = config(&data);
            move || drop(open(&config, Clock::system(), Entropy::seeded(seed)))
        };
        for seed in 0..4 {
            scope.spawn(start(seed));
        }
    });
    try_open(&config(&data), 9).unwrap();
}

fn sealed_from_others(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Names and lengths of all files.
fn listing(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let below = listing(&entry.path());
            found.push((name.clone(), 0));
            found.extend(below.into_iter().map(|(own, len)| (format!("{name}/{own}"), len)));
        } else {
            // An engine that opens and closes a file may shrink it.
            let len = entry.metadata().unwrap().len();
            found.push((name.clone(), if name == "state.redb" && len > 0 { 1 } else { len }));
        }
    }
    found.sort();
    found
}
