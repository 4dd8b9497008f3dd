//! The manifest: what belongs to a backup, and how all of it is proved.

use std::fmt;
use std::sync::Arc;

use keys::Keyring;
use keys::stretch::Stretch;
use serde::{Deserialize, Serialize};
use store::{BodyId, Frame, Head, Opener, Sealer, Tag};
use types::{Entropy, Timestamp, hex, hex_decode};

use crate::part::{Hash, Part};
use crate::{BackupError, Place};

/// Its name. Everything else is written before it, and it replaces its predecessor at once.
pub(crate) const MANIFEST: &str = "manifest";
/// The keys of the frames, wrapped under the root key.
pub(crate) const KEYRING: &str = "keyring";
/// The root key under a passphrase, where the data directory has one.
pub(crate) const SEALED_ROOT_KEY: &str = "root-key.sealed";
const MAGIC: &[u8; 20] = b"shoseki backup v1\r\n\0";
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

/// Bodies in a list of their own.
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
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) segments: Vec<SegmentPart>,
    pub(crate) catalogs: Vec<Part>,
    /// Bodies that are in no catalog yet.
    pub(crate) bodies: Vec<BodyPart>,
    pub(crate) files: Vec<SmallFile>,
    /// What rows named but was not in the data directory, in sentences.
    pub(crate) missing: Vec<String>,
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
            segments: Vec::new(),
            catalogs: Vec::new(),
            bodies: Vec::new(),
            files: Vec::new(),
            missing: Vec::new(),
        })
    }

    /// What names it, and when it was; nothing of its contents.
    pub(crate) fn named(&self) -> Self {
        Self {
            spans: Vec::new(),
            bases: Vec::new(),
            chunks: Vec::new(),
            segments: Vec::new(),
            catalogs: Vec::new(),
            bodies: Vec::new(),
            files: Vec::new(),
            missing: Vec::new(),
            backup: self.backup.clone(),
            store: self.store.clone(),
            ..*self
        }
    }

    /// The newest frame.
    pub(crate) fn head(&self) -> Option<Head> {
        self.chunks.last().map(Chunk::head)
    }

    /// Reads and proves the manifest of a place; `None` if there is none.
    pub(crate) fn read(place: &Place, keyring: &Arc<Keyring>) -> Result<Option<Self>, BackupError> {
        let Some(bytes) = place.get(MANIFEST, BYTES_MAX)? else { return Ok(None) };
        let no_manifest = || BackupError::damaged("`manifest` is not that of a backup");
        let sealed = bytes.strip_prefix(MAGIC).ok_or_else(no_manifest)?;
        let frame = Frame::read(sealed.to_vec()).ok_or_else(no_manifest)?;
        if !frame.follows(&before(frame.position())) {
            return Err(no_manifest());
        }
        let opened = Opener::of(Stretch::Backup, Arc::clone(keyring)).open(&frame);
        let opened = opened.map_err(|_| {
            BackupError::damaged("`manifest` was changed, or is of another data directory")
        })?;
        serde_json::from_slice(opened.as_bytes()).map(Some).map_err(|_| no_manifest())
    }

    /// Writes it in the place of its predecessor.
    pub(crate) fn write(
        &mut self,
        place: &Place,
        sealer: &mut ManifestSealer,
    ) -> Result<(), BackupError> {
        self.round = self.round.saturating_add(1);
        let plain = serde_json::to_vec(self).map_err(std::io::Error::from)?;
        let frame = sealer.0.seal(&before(self.round), &plain).map_err(std::io::Error::other)?;
        place.put(MANIFEST, [MAGIC.as_slice(), frame.as_bytes()].concat())
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
