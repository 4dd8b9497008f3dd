//! What the place of a backup has, and what a round adds to it.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::Arc;

use store::{BackupCursor, BaseFile, Change, Changes, Frame, Head};
use types::Timestamp;

use crate::chunk::OpenChunk;
use crate::contents::{Contents, Item};
use crate::lease::Held;
use crate::manifest::{BasePart, Manifest, ManifestSealer};
use crate::part::{Part, hash_of};
use crate::source::{Round, Source};
use crate::tail::Tail;
use crate::tree::Tree;
use crate::{BackupError, Place};

/// Items that are copied together.
pub(crate) const BATCH_LEN: usize = 256;
/// Bytes after which a long round writes down what it has copied.
const SAVE_BYTES: u64 = 64 << 20;
/// Items after which it does.
const SAVE_ITEMS: u64 = 512;

/// An item that is not in the data directory, and the frame that names it.
pub(crate) type Missing = (Item, u64);

/// What the place has, and what a round adds to it.
#[derive(Debug)]
pub(crate) struct Copy {
    pub(crate) place: Arc<Place>,
    pub(crate) lease: Held,
    sealer: ManifestSealer,
    pub(crate) manifest: Manifest,
    pub(crate) contents: Contents,
    chunk: OpenChunk,
    tail: Tail,
    pub(crate) round: Round,
    /// Bytes sent, and items copied, when the manifest was written last.
    saved: (u64, u64),
}

impl Copy {
    pub(crate) fn of(
        source: &Source,
        place: Arc<Place>,
        lease: Held,
        manifest: Manifest,
        head: Head,
    ) -> Result<Self, BackupError> {
        let sealer = ManifestSealer::start(&source.keyring, &source.entropy)?;
        let contents = Contents::of(&place, &manifest)?;
        let saved = (place.sent(), contents.len());
        let (chunk, tail, round) = (OpenChunk::after(head), Tail::default(), Round::default());
        Ok(Self { place, lease, sealer, manifest, contents, chunk, tail, round, saved })
    }

    /// Adds a frame, and what its rows name unless a stretch begins: then all rows are compared
    /// later.
    // INVARIANT: what frames in chunks name is copied before the chunk is named.
    pub(crate) fn add(
        &mut self,
        source: &Source,
        frame: &Frame,
        payload: &[u8],
        items: &mut BTreeSet<Item>,
        missing: &mut Vec<Missing>,
    ) -> Result<(), BackupError> {
        for change in Changes::of(payload)? {
            match change? {
                Change::Put { key, value } if !self.manifest.incomplete => {
                    items.extend(Item::of_row(source.bodies_of, key, value)?);
                }
                Change::Event(event) => self.chunk.note_event(event.time),
                Change::Put { .. } | Change::Delete { .. } => {}
            }
        }
        self.chunk.add(frame);
        self.round.frames = self.round.frames.saturating_add(1);
        if items.len() >= BATCH_LEN || self.chunk.is_full() {
            let lost = self.items(source, std::mem::take(items))?;
            missing.extend(lost.into_iter().map(|item| (item, frame.position())));
        }
        if self.chunk.is_full() {
            self.write_chunk(frame.head())?;
            self.save_if_due(source)?;
        }
        Ok(())
    }

    /// Copies items, and returns those that are missing.
    pub(crate) fn items(
        &mut self,
        source: &Source,
        items: BTreeSet<Item>,
    ) -> Result<Vec<Item>, BackupError> {
        let before = self.contents.len();
        let missing = self.contents.copy(items, &source.data, &self.place, &mut self.manifest)?;
        let copied = self.contents.len().saturating_sub(before);
        self.round.items = self.round.items.saturating_add(copied);
        Ok(missing)
    }

    pub(crate) fn note_missing(&mut self, missing: impl IntoIterator<Item = Missing>) {
        for (item, frame) in missing {
            let what =
                format!("{} was not in the data directory as of frame {frame}", item.shown());
            tracing::error!("{what}");
            self.round.missing = self.round.missing.saturating_add(1);
            self.manifest.missing.push(what);
        }
    }

    pub(crate) fn add_base(&mut self, base: &BaseFile) -> Result<(), BackupError> {
        if self.manifest.bases.iter().any(|own| own.position == base.position) {
            return Ok(());
        }
        // Its name has its hash, which is to be known before.
        let sha256 = hash_of(&mut File::open(&base.path)?)?;
        let named = BasePart { position: base.position, part: Part { len: 0, sha256 } };
        let part = self.place.put_all(&named.name(), &mut File::open(&base.path)?)?;
        if part.sha256 != sha256 {
            return Err(BackupError::damaged("a base changed while it was copied"));
        }
        self.manifest.bases.push(BasePart { part, ..named });
        Ok(())
    }

    /// Copies the leaves of the transparency log. To be called before the log of events is read.
    pub(crate) fn copy_tree(&mut self, source: &Source) -> Result<(), BackupError> {
        let Some(files) = source.tree else { return Ok(()) };
        let own = self.manifest.tree.clone();
        let (tree, replaced) = Tree::copy(own, files, &source.data, &self.place)?;
        self.manifest.tree = tree;
        self.manifest.replaced.extend(replaced);
        Ok(())
    }

    /// Writes the frames that were added since the last chunk, up to this one.
    pub(crate) fn write_chunk(&mut self, head: Head) -> Result<(), BackupError> {
        let open = std::mem::replace(&mut self.chunk, OpenChunk::after(head));
        if open.is_empty() {
            return Ok(());
        }
        let replaced = self.tail.push(open, &self.place, &mut self.manifest.chunks)?;
        self.manifest.replaced.extend(replaced.iter().map(super::manifest::Chunk::name));
        Ok(())
    }

    /// Writes down what was copied so far, if that is much: an attempt after this one goes on from
    /// there.
    pub(crate) fn save_if_due(&mut self, source: &Source) -> Result<(), BackupError> {
        let (bytes, items) = self.saved;
        if self.place.sent().saturating_sub(bytes) < SAVE_BYTES
            && self.contents.len().saturating_sub(items) < SAVE_ITEMS
        {
            return Ok(());
        }
        self.save(source)
    }

    /// Writes down what was copied so far. Up to the newest chunk it can be restored, unless a
    /// stretch begins.
    pub(crate) fn save(&mut self, source: &Source) -> Result<(), BackupError> {
        // What was not kept for it is named by no row, or by rows of a new stretch.
        self.manifest.incomplete |= !is_waited_for(source, &self.manifest)?;
        let newest = self.manifest.chunks.last().and_then(|chunk| chunk.newest);
        if let Some(head) = self.manifest.head()
            && let Some(span) = self.manifest.spans.last_mut().filter(|_| !self.manifest.incomplete)
        {
            span.to = span.to.max(head.position);
            span.to_at = newest.map_or(span.to_at, |newest| newest.max(span.to_at));
        }
        self.write()?;
        let position = self.manifest.head().map_or(0, |head| head.position);
        self.hold(source, position, true)
    }

    /// Writes the manifest of a round that is complete.
    pub(crate) fn finish(&mut self, head: Head, as_of: Timestamp) -> Result<(), BackupError> {
        self.write_chunk(head)?;
        self.manifest.as_of = as_of;
        if let Some(span) = self.manifest.spans.last_mut() {
            (span.to, span.to_at) = (head.position, as_of);
        }
        self.write()
    }

    // INVARIANT: only the run that holds the lease writes the manifest.
    fn write(&mut self) -> Result<(), BackupError> {
        self.lease.confirm()?;
        self.manifest.write(&self.place, &mut self.sealer)?;
        self.saved = (self.place.sent(), self.contents.len());
        Ok(())
    }

    /// Records how far the backup has come, and what is kept for it.
    pub(crate) fn hold(
        &self,
        source: &Source,
        position: u64,
        follows: bool,
    ) -> Result<(), BackupError> {
        hold(source, &self.place, &self.manifest, position, follows)
    }
}

/// Records how far a backup has come, and what is kept for it: while a stretch begins, all bodies.
pub(crate) fn hold(
    source: &Source,
    place: &Place,
    manifest: &Manifest,
    position: u64,
    follows: bool,
) -> Result<(), BackupError> {
    let (backup, as_of) = (manifest.backup.clone(), manifest.as_of);
    let all = Timestamp::from_ms(0);
    let kept_since = kept_since(source, manifest)?;
    let cursor = BackupCursor {
        backup,
        destination: place.to_string(),
        position,
        as_of,
        follows,
        bodies_since: Some(if manifest.incomplete { all } else { as_of }),
        kept_since: Some(kept_since),
        alive: Some(source.clock.now()),
        given_up: None,
    };
    Ok(cursor.write(&source.data)?)
}

/// Since when frames and bodies have been kept for a backup without a pause: as of now, if they are
/// not.
pub(crate) fn kept_since(source: &Source, manifest: &Manifest) -> Result<Timestamp, BackupError> {
    let cursor = BackupCursor::of(&source.data, &manifest.backup)?;
    let kept = cursor.filter(BackupCursor::is_waited_for).and_then(|cursor| cursor.kept_since);
    Ok(kept.unwrap_or(source.clock.now()))
}

/// Whether anything is kept for it.
pub(crate) fn is_waited_for(source: &Source, manifest: &Manifest) -> Result<bool, BackupError> {
    let cursor = BackupCursor::of(&source.data, &manifest.backup)?;
    Ok(cursor.is_some_and(|cursor| cursor.is_waited_for()))
}
