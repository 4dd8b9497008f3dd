use std::collections::BTreeSet;
use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::StoreError;
use crate::stopwatch::{DiskStep, Stopwatch};

/// The folder of object bodies within the data directory.
pub(crate) const BODIES_FOLDER: &str = "bodies";
/// The directory of bodies that are being written; emptied at start.
const INCOMING: &str = "incoming";

/// The name of a body: 16 random bytes, written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BodyId([u8; 16]);

impl BodyId {
    /// The name built from `random` bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// Reads 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(types::hex_decode(text)?.try_into().ok()?);
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for BodyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&types::hex(&self.0))
    }
}

impl fmt::Debug for BodyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyId({self})")
    }
}

impl From<BodyId> for String {
    fn from(id: BodyId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for BodyId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not the name of a body"))
    }
}

/// What [`Bodies::sweep`] removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Bodies that went.
    pub bodies: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Object bodies: one immutable file each, in a two-level fan-out.
///
/// A body is written first and durable before anything may name it; one that nothing names is
/// garbage and swept later. A clone is the same folder.
#[derive(Clone)]
pub struct Bodies {
    folder: PathBuf,
    /// Leaf folders whose own entries are known to be durable.
    durable_leaves: Arc<Mutex<BTreeSet<[u8; 2]>>>,
    pub(crate) stopwatch: Stopwatch,
}

impl Bodies {
    /// Those in `folder`, which need not be there.
    pub(crate) fn within(folder: PathBuf) -> Self {
        Self { folder, durable_leaves: Arc::default(), stopwatch: Stopwatch::default() }
    }

    /// Creates the directory, if necessary, and removes unfinished bodies from it.
    ///
    /// Only one process may do so at a time.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        let incoming = self.folder.join(INCOMING);
        create_folder(&incoming)?;
        for entry in std::fs::read_dir(&incoming)? {
            std::fs::remove_file(entry?.path())?;
        }
        Ok(())
    }

    /// Begins a new body under a name built from `random` bytes.
    pub fn writer(&self, random: [u8; 16]) -> Result<BodyWriter, StoreError> {
        let id = BodyId::new(random);
        let path = self.folder.join(INCOMING).join(id.to_string());
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(BodyWriter { bodies: self.clone(), id, file, path: Some(path), len: 0 })
    }

    /// Opens a body for reading.
    pub fn reader(&self, id: &BodyId) -> Result<BodyReader, StoreError> {
        let file = match File::open(self.path(id)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(StoreError::corrupt(format_args!("body {id} is missing")));
            }
            Err(error) => return Err(error.into()),
        };
        let len = file.metadata()?.len();
        Ok(BodyReader { file, id: *id, len })
    }

    /// Removes a body; a missing one is not an error.
    ///
    /// To be called after the commit that drops the last mention of it. Readers that have it open
    /// can read on.
    pub fn remove(&self, id: &BodyId) -> Result<(), StoreError> {
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Shows every finished body with its length in bytes and the time it was written, by the
    /// file system's clock.
    pub fn each(
        &self,
        visitor: &mut dyn FnMut(&BodyId, u64, Timestamp) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for upper in subfolders(&self.folder)? {
            for leaf in subfolders(&upper)? {
                for entry in std::fs::read_dir(leaf)? {
                    let entry = entry?;
                    let Some(id) = entry.file_name().to_str().and_then(BodyId::parse) else {
                        continue;
                    };
                    let metadata = match entry.metadata() {
                        // A body may be removed concurrently.
                        Err(error) if error.kind() == ErrorKind::NotFound => continue,
                        metadata => metadata?,
                    };
                    let age = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
                    let written = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
                    visitor(&id, metadata.len(), Timestamp::from_ms(written))?;
                }
            }
        }
        Ok(())
    }

    /// Removes the bodies that are not live and were written before `older_than`.
    ///
    /// `older_than` protects bodies whose commit is still pending: it must be longer ago than the
    /// longest upload takes.
    pub fn sweep(
        &self,
        is_live: &mut dyn FnMut(&BodyId) -> bool,
        older_than: Timestamp,
    ) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        self.each(&mut |id, len, written| {
            if written < older_than && !is_live(id) {
                self.remove(id)?;
                swept.bodies = swept.bodies.saturating_add(1);
                swept.bytes = swept.bytes.saturating_add(len);
            }
            Ok(())
        })?;
        Ok(swept)
    }

    pub(crate) fn path(&self, id: &BodyId) -> PathBuf {
        self.leaf(id).join(id.to_string())
    }

    fn leaf(&self, id: &BodyId) -> PathBuf {
        let [upper, lower, ..] = id.0;
        self.folder.join(types::hex(&[upper])).join(types::hex(&[lower]))
    }

    /// Makes the directory of `id` and its parents durable, once per process: the process that
    /// created it may have crashed before doing so.
    fn prepare_leaf(&self, id: &BodyId) -> Result<PathBuf, StoreError> {
        let leaf = self.leaf(id);
        let [upper, lower, ..] = id.0;
        let known = || self.durable_leaves.lock().unwrap_or_else(PoisonError::into_inner);
        if !known().contains(&[upper, lower]) {
            create_folder(&leaf)?;
            for parent in leaf.ancestors().skip(1).take(2) {
                File::open(parent)?.sync_all()?;
            }
            known().insert([upper, lower]);
        }
        Ok(leaf)
    }
}

impl fmt::Debug for Bodies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bodies").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// A body being written. Dropped before [`BodyWriter::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct BodyWriter {
    bodies: Bodies,
    id: BodyId,
    file: File,
    path: Option<PathBuf>,
    len: u64,
}

impl BodyWriter {
    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes)?;
        self.len = self.len.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Bytes written so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Makes the body durable and returns its name.
    // INVARIANT: a body has its name only when its bytes are durable, and the name is durable when
    // it is returned.
    pub fn finish(mut self) -> Result<BodyId, StoreError> {
        self.bodies.stopwatch.time(DiskStep::BodySync, || self.file.sync_data())?;
        let leaf = self.bodies.prepare_leaf(&self.id)?;
        if let Some(path) = &self.path {
            std::fs::rename(path, leaf.join(self.id.to_string()))?;
        }
        self.path = None;
        File::open(leaf)?.sync_all()?;
        Ok(self.id)
    }
}

impl Drop for BodyWriter {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // What cannot be removed now is removed when the store opens next.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A finished body.
#[derive(Debug)]
pub struct BodyReader {
    file: File,
    id: BodyId,
    len: u64,
}

impl BodyReader {
    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the body has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Fills `out` with the bytes from `offset` on. Errors when the body ends before.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), StoreError> {
        self.file.read_exact_at(out, offset).map_err(|error| {
            if error.kind() == ErrorKind::UnexpectedEof {
                return StoreError::corrupt(format_args!("body {} ends at {}", self.id, self.len));
            }
            error.into()
        })
    }
}

/// The fan-out folders in `folder`, those with two hexadecimal digits for a name, sorted; none if
/// there is no such folder.
pub(crate) fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.len() == 2 && types::hex_decode(name).is_some() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Creates a directory and its parents, private to their owner.
pub(crate) fn create_folder(folder: &Path) -> Result<(), StoreError> {
    Ok(DirBuilder::new().recursive(true).mode(0o700).create(folder)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Timestamp = Timestamp::from_ms(u64::MAX);

    fn open() -> (tempfile::TempDir, Bodies) {
        let folder = tempfile::tempdir().unwrap();
        let bodies = Bodies::within(folder.path().to_owned());
        bodies.settle().unwrap();
        (folder, bodies)
    }

    fn put(bodies: &Bodies, seed: u8, content: &[u8]) -> BodyId {
        let mut writer = bodies.writer([seed; 16]).unwrap();
        content.chunks(3).for_each(|chunk| writer.write(chunk).unwrap());
        assert_eq!(writer.len(), content.len() as u64);
        writer.finish().unwrap()
    }

    fn ids(bodies: &Bodies) -> Vec<BodyId> {
        let mut ids = Vec::new();
        bodies
            .each(&mut |id, _, _| {
                ids.push(*id);
                Ok(())
            })
            .unwrap();
        ids
    }

    #[test]
    fn a_finished_body_is_read_back_at_any_place() {
        let (folder, bodies) = open();
        let id = put(&bodies, 0xab, b"twelve bytes");
        let reader = bodies.reader(&id).unwrap();
        let mut out = [0; 5];
        reader.read_at(7, &mut out).unwrap();
        assert_eq!((reader.len(), &out), (12, b"bytes"));
        assert!(reader.read_at(8, &mut out).unwrap_err().is_corrupt());
        assert!(folder.path().join("ab/ab").join("ab".repeat(16)).is_file());
    }

    #[test]
    fn an_unfinished_body_leaves_nothing() {
        let (folder, bodies) = open();
        let mut writer = bodies.writer([1; 16]).unwrap();
        writer.write(b"x").unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path().join(INCOMING)).unwrap().count(), 0);
        assert_eq!(ids(&bodies), []);
        std::fs::write(folder.path().join(INCOMING).join("left by a crash"), b"x").unwrap();
        bodies.settle().unwrap();
        assert_eq!(std::fs::read_dir(folder.path().join(INCOMING)).unwrap().count(), 0);
    }

    #[test]
    fn removing_a_body_is_idempotent() {
        let (_folder, bodies) = open();
        let id = put(&bodies, 2, b"");
        assert!(bodies.reader(&id).unwrap().is_empty());
        bodies.remove(&id).unwrap();
        bodies.remove(&id).unwrap();
        assert!(bodies.reader(&id).unwrap_err().is_corrupt());
    }

    #[test]
    fn sweeping_removes_old_unreferenced_bodies() {
        let (_folder, bodies) = open();
        let (live, dead) = (put(&bodies, 1, b"live"), put(&bodies, 2, b"dead"));
        let none = bodies.sweep(&mut |_| false, Timestamp::from_secs(1)).unwrap();
        assert_eq!(none, Swept::default());
        let swept = bodies.sweep(&mut |id| *id == live, SOON).unwrap();
        assert_eq!(swept, Swept { bodies: 1, bytes: 4 });
        assert_eq!(ids(&bodies), [live]);
        assert!(bodies.reader(&dead).is_err());
    }

    #[test]
    fn a_name_is_32_lower_case_hexadecimal_digits() {
        let id = BodyId::new([0xf0; 16]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{}\"", "f0".repeat(16)));
        assert_eq!(serde_json::from_str::<BodyId>(&json).unwrap(), id);
        for bad in ["", "f0", &"F0".repeat(16), &"g0".repeat(16), &"f0".repeat(17), "../../../x"] {
            assert_eq!(BodyId::parse(bad), None, "{bad}");
        }
    }
}
