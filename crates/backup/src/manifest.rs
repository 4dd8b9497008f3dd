//! The manifest: what belongs to a backup, and how all of it is proved.

use std::fmt;
use std::sync::Arc;

use keys::Keyring;
use keys::stretch::Stretch;
use serde::{Deserialize, Serialize};
use store::{BodyId, Frame, Head, Opener, Sealer, Tag};
use types::{Entropy, Timestamp, hex, hex_decode};

use crate::part::{Hash, Part};
use crate::tree::Tree;
use crate::{BackupError, Place};

/// Its name. What it names is written before it, and it replaces its predecessor at once.
pub(crate) const MANIFEST: &str = "manifest";
/// The keys of the frames, wrapped under the root key.
pub(crate) const KEYRING: &str = "keyring";
/// The root key under a passphrase, where the data directory has one.
pub(crate) const SEALED_ROOT_KEY: &str = "root-key.sealed";
const MAGIC: &[u8; 20] = b"shoseki backup v2\r\n\0";
/// Of manifests without lists of chunks, which are read, too.
const MAGIC_1: &[u8; 20] = b"shoseki backup v1\r\n\0";
/// Chunks that a manifest names itself; of more, the oldest ones are in a list.
const CHUNKS_MAX: usize = 128;
/// Chunks in a list. The newest ones are merged, and so in none.
const LIST_LEN: usize = 64;
/// The longest list that is read.
const LIST_BYTES_MAX: u64 = 1 << 20;
/// The longest manifest that is read.
const BYTES_MAX: u64 = 256 << 20;
/// The longest file of keys that is read.
pub(crate) const KEY_BYTES_MAX: u64 = 1 << 20;

/// A base: the rows as of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BasePart {
    pub(crate) position: u64,
    pub(crate) part: Part,
}

impl BasePart {
    pub(crate) fn name(&self) -> String {
        format!("bases/{:020}-{}.base", self.position, self.part.sha256.short())
    }
}

/// Frames that follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chunk {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// The tag of the frame before the first one.
    #[serde(with = "tag")]
    pub(crate) before: Tag,
    /// The tag of the last frame.
    #[serde(with = "tag")]
    pub(crate) tag: Tag,
    /// The time of the newest event in it; `None` if there is no event.
    pub(crate) newest: Option<Timestamp>,
    pub(crate) part: Part,
}

impl Chunk {
    pub(crate) fn name(&self) -> String {
        format!("log/{:020}-{:020}-{}.frames", self.first, self.last, self.part.sha256.short())
    }

    pub(crate) fn head(&self) -> Head {
        Head { position: self.last, tag: self.tag }
    }

    pub(crate) fn before(&self) -> Head {
        Head { position: self.first.saturating_sub(1), tag: self.before }
    }
}

/// A segment of old events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentPart {
    pub(crate) part: Part,
}

impl SegmentPart {
    pub(crate) fn name_of(sha256: Hash) -> String {
        format!("segments/{sha256}.events")
    }
}

/// The body of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BodyPart {
    pub(crate) id: BodyId,
    #[serde(flatten)]
    pub(crate) part: Part,
}

impl BodyPart {
    pub(crate) fn name_of(id: &BodyId) -> String {
        let id = id.to_string();
        // As many folders as there are first bytes.
        let folder: String = id.chars().take(2).collect();
        format!("bodies/{folder}/{id}")
    }
}

/// Bodies, or chunks, in a list of their own.
pub(crate) fn catalog_name(part: &Part) -> String {
    format!("catalog/{}.json", part.sha256)
}

/// A stretch of the log of which every position can be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first position.
    pub from: u64,
    /// The last position.
    pub to: u64,
    /// When the first position was the newest frame.
    pub from_at: Timestamp,
    /// When the last one was.
    pub to_at: Timestamp,
}

/// A small file of the data directory that is nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmallFile {
    /// Its name within the data directory.
    pub name: String,
    /// Its bytes, in hexadecimal digits.
    bytes: String,
}

impl SmallFile {
    /// A file of these bytes.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: hex(bytes) }
    }

    /// Its bytes; `None` if they are none.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        hex_decode(&self.bytes)
    }
}

impl fmt::Debug for SmallFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmallFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What belongs to a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Names the backup: random, in hexadecimal digits.
    pub(crate) backup: String,
    /// Names the store.
    pub(crate) store: String,
    pub(crate) begun: Timestamp,
    /// When its newest frame was the newest one there was.
    pub(crate) as_of: Timestamp,
    /// How often it was written.
    pub(crate) round: u64,
    pub(crate) spans: Vec<Span>,
    pub(crate) bases: Vec<BasePart>,
    /// All chunks; those in lists are not written with the manifest.
    pub(crate) chunks: Vec<Chunk>,
    /// Lists of the oldest chunks.
    #[serde(default)]
    pub(crate) lists: Vec<Part>,
    /// How many chunks are in lists.
    #[serde(skip)]
    pub(crate) listed: usize,
    /// Whether bodies or segments that the newest stretch needs may be missing: its first round
    /// has not ended.
    #[serde(default)]
    pub(crate) incomplete: bool,
    /// The leaves of the transparency log.
    #[serde(default)]
    pub(crate) tree: Option<Tree>,
    pub(crate) segments: Vec<SegmentPart>,
    pub(crate) catalogs: Vec<Part>,
    /// Bodies that are in no catalog yet.
    pub(crate) bodies: Vec<BodyPart>,
    pub(crate) files: Vec<SmallFile>,
    /// What rows named but was not in the data directory, in sentences.
    pub(crate) missing: Vec<String>,
    /// Objects that are deleted once a manifest is written that no longer names them.
    #[serde(skip)]
    pub(crate) replaced: Vec<String>,
}

impl Manifest {
    /// Of a backup that begins.
    pub(crate) fn new(store: &str, now: Timestamp, entropy: &Entropy) -> Result<Self, BackupError> {
        let random = entropy.bytes::<16>().map_err(std::io::Error::other)?;
        Ok(Self {
            backup: hex(&random),
            store: store.to_owned(),
            begun: now,
            as_of: now,
            round: 0,
            spans: Vec::new(),
            bases: Vec::new(),
            chunks: Vec::new(),
            lists: Vec::new(),
            listed: 0,
            incomplete: true,
            tree: None,
            segments: Vec::new(),
            catalogs: Vec::new(),
            bodies: Vec::new(),
            files: Vec::new(),
            missing: Vec::new(),
            replaced: Vec::new(),
        })
    }

    /// The newest frame.
    pub(crate) fn head(&self) -> Option<Head> {
        self.chunks.last().map(Chunk::head)
    }

    /// Reads and proves the manifest of a place; `None` if there is none.
    pub(crate) fn read(place: &Place, keyring: &Arc<Keyring>) -> Result<Option<Self>, BackupError> {
        let Some(bytes) = place.get(MANIFEST, BYTES_MAX)? else { return Ok(None) };
        let no_manifest = || BackupError::damaged("`manifest` is not that of a backup");
        let sealed = bytes.strip_prefix(MAGIC).or_else(|| bytes.strip_prefix(MAGIC_1));
        let sealed = sealed.ok_or_else(no_manifest)?;
        let frame = Frame::read(sealed.to_vec()).ok_or_else(no_manifest)?;
        if !frame.follows(&before(frame.position())) {
            return Err(no_manifest());
        }
        let opened = Opener::of(Stretch::Backup, Arc::clone(keyring)).open(&frame);
        let opened = opened.map_err(|_| {
            BackupError::damaged("`manifest` was changed, or is of another data directory")
        })?;
        let mut manifest: Self =
            serde_json::from_slice(opened.as_bytes()).map_err(|_| no_manifest())?;
        manifest.read_lists(place)?;
        Ok(Some(manifest))
    }

    /// Puts the chunks of lists before the others.
    fn read_lists(&mut self, place: &Place) -> Result<(), BackupError> {
        let mut all = Vec::new();
        for part in &self.lists {
            let name = catalog_name(part);
            if part.len > LIST_BYTES_MAX {
                let what = format_args!("`{name}` is longer than it can be");
                return Err(BackupError::damaged(what));
            }
            let list: Vec<Chunk> = serde_json::from_slice(&place.get_part(&name, part)?)
                .map_err(|_| BackupError::damaged(format_args!("`{name}` is no list")))?;
            all.extend(list);
        }
        self.listed = all.len();
        all.append(&mut self.chunks);
        self.chunks = all;
        Ok(())
    }

    /// Puts the oldest chunks into a list, if there are many.
    fn write_list(&mut self, place: &Place) -> Result<(), BackupError> {
        let own = self.chunks.get(self.listed..).unwrap_or(&[]);
        let Some(oldest) = own.get(..LIST_LEN).filter(|_| own.len() > CHUNKS_MAX) else {
            return Ok(());
        };
        let bytes = serde_json::to_vec(oldest).map_err(std::io::Error::from)?;
        let part = Part::of(&bytes);
        place.put(&catalog_name(&part), bytes)?;
        self.lists.push(part);
        self.listed = self.listed.saturating_add(LIST_LEN);
        Ok(())
    }

    /// Writes it in the place of its predecessor; then what it does not name any more can go.
    pub(crate) fn write(
        &mut self,
        place: &Place,
        sealer: &mut ManifestSealer,
    ) -> Result<(), BackupError> {
        self.write_list(place)?;
        self.round = self.round.saturating_add(1);
        let own = self.chunks.split_off(self.listed.min(self.chunks.len()));
        let listed = std::mem::replace(&mut self.chunks, own);
        let plain = serde_json::to_vec(self);
        self.chunks.splice(..0, listed);
        let plain = plain.map_err(std::io::Error::from)?;
        let frame = sealer.0.seal(&before(self.round), &plain).map_err(std::io::Error::other)?;
        place.put(MANIFEST, [MAGIC.as_slice(), frame.as_bytes()].concat())?;
        self.replaced.drain(..).try_for_each(|name| place.delete(&name))
    }
}

/// Seals manifests.
pub(crate) struct ManifestSealer(Sealer);

impl ManifestSealer {
    pub(crate) fn start(keyring: &Keyring, entropy: &Entropy) -> Result<Self, BackupError> {
        let sealer = Sealer::start_of(Stretch::Backup, keyring, entropy);
        Ok(Self(sealer.map_err(std::io::Error::other)?))
    }
}

impl fmt::Debug for ManifestSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManifestSealer")
    }
}

/// What precedes the manifest of a round.
fn before(round: u64) -> Head {
    Head { position: round.saturating_sub(1), tag: Tag::default() }
}

mod tag {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use store::Tag;

    pub(super) fn serialize<S: Serializer>(tag: &Tag, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&types::hex(tag))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Tag, D::Error> {
        let text = String::deserialize(from)?;
        let no_tag = || D::Error::custom("no tag");
        let bytes = types::hex_decode(&text).ok_or_else(no_tag)?;
        bytes.try_into().map_err(|_| no_tag())
    }
}

#[cfg(test)]
mod tests {
    use keys::RootKey;

    use super::*;
    use crate::BackupError;

    fn keyring() -> Arc<Keyring> {
        let entropy = Entropy::seeded(3);
        let root = RootKey::generate(&entropy).unwrap();
        Arc::new(Keyring::create(&root, &entropy).unwrap().0)
    }

    /// What is read of a manifest of this text, sealed as ours are, for this round.
    fn read(text: &str, round: u64) -> Result<Option<Manifest>, BackupError> {
        let (folder, keyring) = (tempfile::tempdir().unwrap(), keyring());
        let place = Place::folder(folder.path(), true).unwrap();
        let mut sealer = ManifestSealer::start(&keyring, &Entropy::system()).unwrap();
        let frame = sealer.0.seal(&before(round), text.as_bytes()).unwrap();
        place.put(MANIFEST, [MAGIC.as_slice(), frame.as_bytes()].concat()).unwrap();
        Manifest::read(&place, &keyring)
    }

    fn text() -> String {
        let mut manifest =
            Manifest::new("ab", Timestamp::from_secs(1), &Entropy::system()).unwrap();
        let part = Part { len: 5, sha256: Hash::of(b"chunk") };
        let (before, tag) = ([1; 16], [2; 16]);
        manifest.chunks.push(Chunk { first: 1, last: 2, before, tag, newest: None, part });
        serde_json::to_string(&manifest).unwrap()
    }

    /// A manifest names objects only by numbers and hashes: no name in it can leave the place.
    #[test]
    fn a_manifest_names_nothing_by_a_path() {
        let text = text();
        assert!(read(&text, 1).unwrap().is_some());
        let hash = Hash::of(b"chunk").to_string();
        let (longer, other) = (format!("{hash}00"), hash.replace(|digit| digit > '8', "/"));
        for strange in ["../../etc/passwd", "", "0", &longer, &other] {
            let changed = text.replace(&hash, strange);
            assert!(matches!(read(&changed, 1), Err(BackupError::Damaged { .. })), "{strange}");
        }
        for strange in ["{}", "[]", "null", "", "{\"format\":1}"] {
            assert!(matches!(read(strange, 1), Err(BackupError::Damaged { .. })), "{strange}");
        }
    }

    /// Lengths are limits of what is read, and never what is allocated before.
    #[test]
    fn huge_lengths_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = Arc::new(Place::folder(folder.path(), true).unwrap());
        let part = Part { len: u64::MAX, sha256: Hash::of(b"chunk") };
        let (before, tag) = ([1; 16], [2; 16]);
        let chunk = Chunk { first: 1, last: u64::MAX, before, tag, newest: None, part };
        place.put(&chunk.name(), b"chunk".to_vec()).unwrap();
        let visited = crate::chunk::visit(&place, &chunk, &keyring(), &mut |_, _| {
            Ok(std::ops::ControlFlow::Continue(()))
        });
        assert!(visited.unwrap_err().to_string().contains("longer than it can be"));
        let base = BasePart { position: 1, part };
        place.put(&base.name(), b"chunk".to_vec()).unwrap();
        let drained = place.read(&base.name(), part).drain();
        assert!(drained.unwrap_err().to_string().contains("is not what was written"));
        std::fs::write(folder.path().join("large"), [0; 100]).unwrap();
        assert!(place.get("large", 99).unwrap_err().to_string().contains("longer than"));
        assert!(place.get("large", 100).unwrap().is_some());
    }
}
