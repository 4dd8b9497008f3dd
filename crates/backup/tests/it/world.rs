//! A store whose rows name bodies, its backup, and what is compared.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backup::{BackupError, Copier, Place, Restored, Round, Source, Verified, Wanted};
use keys::{Keyring, RootKey, Sha256};
use store::{
    BodyId, Head, LiveLog, LogSettings, NewEvent, Opening, Store, StoreError, Table, Writes,
    rows_with,
};
use types::{Clock, Entropy, Timestamp};

/// Rows that name a body.
pub(crate) const OBJECTS: Table<BodyId> = Table::new("test.object");
pub(crate) const COUNTS: Table<u64> = Table::new("test.count");

pub(crate) fn bodies_of(key: &[u8], value: &[u8]) -> Result<Vec<BodyId>, StoreError> {
    Ok(OBJECTS.row(key, value)?.into_iter().collect())
}

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) opening: Opening,
    pub(crate) clock: Clock,
}

impl World {
    pub(crate) fn new() -> Self {
        let entropy = Entropy::seeded(7);
        let root = RootKey::generate(&entropy).unwrap();
        let keyring = Arc::new(Keyring::create(&root, &entropy).unwrap().0);
        let log = LogSettings { first_file_bytes: 64 << 10, file_bytes: 256 << 10 };
        let opening =
            Opening { log, base_bytes: 2 << 20, ..Opening::new(keyring, Entropy::system()) };
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        // The backup copies it as it is.
        fs::write(folder.path().join("data/keyring"), "{}").unwrap();
        Self { folder, opening, clock: Clock::manual(Timestamp::from_secs(1_800_000_000)) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(&self.path("data"), &self.opening).unwrap()
    }

    pub(crate) fn source(&self, data: &str) -> Source {
        Source {
            data: self.path(data),
            keyring: Arc::clone(&self.opening.keyring),
            store: "ab".repeat(16),
            bodies_of,
            files: |_| Vec::new(),
            tree: None,
            clock: self.clock.clone(),
            entropy: Entropy::system(),
        }
    }

    pub(crate) fn begin_of(&self, data: &str, place: &str) -> Result<Copier, BackupError> {
        let place = Place::folder(&self.path(place), true)?;
        Copier::begin(self.source(data), Arc::new(place), false)
    }

    /// One backup of the data directory, as the command makes it.
    pub(crate) fn back_up(&self, place: &str) -> Result<Round, BackupError> {
        let mut copier = self.begin_of("data", place)?;
        let done = copier.round()?;
        copier.end()?;
        Ok(done)
    }

    pub(crate) fn verify(&self, place: &str) -> Result<Verified, BackupError> {
        let place = Arc::new(Place::folder(&self.path(place), false)?);
        backup::verify(&place, &self.opening.keyring, bodies_of, &mut |_| {})
    }

    /// Restores to a new directory, and opens it.
    pub(crate) fn restore(
        &self,
        place: &str,
        to: &str,
        wanted: impl Into<Wanted>,
    ) -> Result<(Restored, Store), BackupError> {
        let from = Arc::new(Place::folder(&self.path(place), false)?);
        let to = self.path(to);
        let (wanted, with) = (wanted.into(), &self.opening);
        let restored = backup::restore(&from, &to, wanted, with, bodies_of, &mut |_| {})?;
        Ok((restored, Store::open_existing(&to, &self.opening).unwrap()))
    }

    /// The rows as of a frame, by the log of the data directory itself.
    pub(crate) fn rows_as_of(&self, position: u64) -> Vec<(Vec<u8>, Vec<u8>)> {
        let (data, mut writes) = (self.path("data"), Writes::default());
        let mut log = LiveLog::after(&data, &self.opening.keyring, Head::default()).unwrap();
        log.read(&mut |frame, payload| {
            writes.redo(payload.as_bytes())?;
            let is_last = frame.position() == position;
            Ok(if is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
        .unwrap();
        assert_eq!(log.head().position, position);
        rows_with(None, &writes).map(Result::unwrap).collect()
    }

    pub(crate) fn put(&self, store: &Store, key: &str, body: &[u8]) -> BodyId {
        let random: [u8; 16] = Entropy::system().bytes().unwrap();
        let mut writer = store.bodies().writer(random).unwrap();
        writer.write(body).unwrap();
        let (id, key, time) = (writer.finish().unwrap(), key.to_owned(), self.clock.now());
        let event = NewEvent { time, terms: vec![1], body: key.clone().into_bytes() };
        let put = store.submit(move |tx| (OBJECTS.put(tx, key, &id), vec![event]));
        put.wait().unwrap().unwrap();
        id
    }

    pub(crate) fn count(&self, store: &Store, key: &str, value: u64) {
        let (key, time) = (key.to_owned(), self.clock.now());
        let event = NewEvent { time, terms: vec![2], body: value.to_string().into_bytes() };
        let put = store.submit(move |tx| (COUNTS.put(tx, key, &value), vec![event]));
        put.wait().unwrap().unwrap();
    }
}

/// Everything that a store shows: its rows, its events, and the bodies that rows name.
pub(crate) fn hash(store: &Store) -> String {
    let view = store.snapshot().unwrap();
    let mut hash = Sha256::new();
    view.tx()
        .visit(&[], None, &mut |key, value| {
            hash.update(&(key.len() as u64).to_be_bytes());
            hash.update(key);
            hash.update(value);
            ControlFlow::Continue(())
        })
        .unwrap();
    for event in store.events_from(&view, 1, usize::MAX).unwrap() {
        hash.update(&event.seq.to_be_bytes());
        hash.update(&event.body);
    }
    for (_, id) in OBJECTS.all(&view.tx(), "").unwrap() {
        let reader = store.bodies().reader(&id).unwrap();
        let mut bytes = vec![0; usize::try_from(reader.len()).unwrap()];
        reader.read_at(0, &mut bytes).unwrap();
        hash.update(&bytes);
    }
    types::hex(&hash.finish())
}

/// The rows of a store.
pub(crate) fn rows(store: &Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (view, mut rows) = (store.snapshot().unwrap(), Vec::new());
    let visit = &mut |key: &[u8], value: &[u8]| {
        rows.push((key.to_vec(), value.to_vec()));
        ControlFlow::Continue(())
    };
    view.tx().visit(&[], None, visit).unwrap();
    rows
}

/// All files below a folder, by their path in it.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Makes a folder that has exactly these files.
pub(crate) fn lay_out(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir(folder).unwrap();
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
