//! Reads a whole backup, and proves it without restoring it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use keys::Keyring;
use store::{BaseRows, Writes, rows_with};
use types::Timestamp;

use crate::chunk;
use crate::contents::{BodiesOfRow, Contents, Item};
use crate::manifest::{BasePart, BodyPart, Manifest, SegmentPart, Span};
use crate::part::Part;
use crate::{BackupError, Place};

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// What is missing or damaged, in sentences.
    pub findings: Vec<String>,
    /// The stretches of the log of which every position can be restored.
    pub spans: Vec<Span>,
    /// When the newest position was the newest frame.
    pub as_of: Timestamp,
    /// Frames that were authenticated.
    pub frames: u64,
    /// Bases, segments and bodies that were read.
    pub objects: u64,
    /// Bytes that were read.
    pub bytes: u64,
}

/// Reads the backup in `place`: the manifest, all bases and frames by their authentication tags and
/// their chain, all segments and bodies by their hashes, and whether everything is there that the
/// rows as of the newest frame name.
///
/// Errors when there is no backup, or its manifest is not authentic.
pub fn verify(
    place: &Arc<Place>,
    keyring: &Arc<Keyring>,
    bodies_of: BodiesOfRow,
    progress: &mut dyn FnMut(&str),
) -> Result<Verified, BackupError> {
    let manifest = read_manifest(place, keyring)?;
    let (spans, as_of) = (manifest.spans.clone(), manifest.as_of);
    let done = Verified { spans, as_of, findings: manifest.missing.clone(), ..Verified::default() };
    let mut verifier = Verifier { place, keyring, manifest: &manifest, done, progress };
    verifier.bases()?;
    let base = usable_base(&manifest, manifest.head().map_or(0, |head| head.position));
    let start = base.map_or(0, |base| base.position);
    let writes = verifier.frames(start)?;
    match Contents::of(place, &manifest) {
        Ok(contents) => {
            verifier.objects(&contents)?;
            verifier.references(base, &writes, &contents, bodies_of)?;
        }
        Err(error) => verifier.note(error)?,
    }
    Ok(verifier.done)
}

/// The manifest of a place that has to have one.
pub(crate) fn read_manifest(
    place: &Place,
    keyring: &Arc<Keyring>,
) -> Result<Manifest, BackupError> {
    let none = || BackupError::None { place: place.to_string() };
    Manifest::read(place, keyring)?.ok_or_else(none)
}

/// The newest base from which and the chunks after it the state as of `position` can be made.
pub(crate) fn usable_base(manifest: &Manifest, position: u64) -> Option<&BasePart> {
    manifest
        .bases
        .iter()
        .rev()
        .find(|base| base.position <= position && reaches(manifest, base.position, position))
}

/// Whether chunks without a gap contain all frames after `start`, up to `end`.
pub(crate) fn reaches(manifest: &Manifest, start: u64, end: u64) -> bool {
    let mut next = start.saturating_add(1);
    for chunk in &manifest.chunks {
        if next > end {
            break;
        }
        if chunk.first <= next && chunk.last >= next {
            next = chunk.last.saturating_add(1);
        }
    }
    next > end
}

struct Verifier<'v> {
    place: &'v Arc<Place>,
    keyring: &'v Arc<Keyring>,
    manifest: &'v Manifest,
    done: Verified,
    progress: &'v mut dyn FnMut(&str),
}

impl Verifier<'_> {
    /// Notes what is damaged; what cannot be reached is an error.
    fn note(&mut self, error: BackupError) -> Result<(), BackupError> {
        if matches!(error, BackupError::Place { .. }) {
            return Err(error);
        }
        self.done.findings.push(error.to_string());
        Ok(())
    }

    fn count(&mut self, part: &Part) {
        self.done.objects = self.done.objects.saturating_add(1);
        self.done.bytes = self.done.bytes.saturating_add(part.len);
    }

    fn bases(&mut self) -> Result<(), BackupError> {
        for base in &self.manifest.bases {
            (self.progress)(&format!("base of frame {}", base.position));
            self.count(&base.part);
            if let Err(error) = self.base(base) {
                self.note(error)?;
            }
        }
        Ok(())
    }

    fn base(&self, base: &BasePart) -> Result<(), BackupError> {
        let name = base.name();
        // Its bytes by their hash first: the reader of rows stops at the first that is wrong.
        self.place.read(&name, base.part).drain()?;
        let mut rows = read_rows(self.place, base, self.keyring)?;
        rows.try_for_each(|row| row.map(drop)).map_err(|error| {
            BackupError::damaged(format_args!("`{name}`: {}", types::error_chain(&error)))
        })
    }

    /// All frames; returns what those after `start` wrote.
    fn frames(&mut self, start: u64) -> Result<Writes, BackupError> {
        let mut writes = Writes::default();
        let mut last = None;
        for chunk in &self.manifest.chunks {
            (self.progress)(&format!("frames {} to {}", chunk.first, chunk.last));
            let is_next = last.is_some_and(|(position, _)| chunk.first == position);
            if let Some((position, tag)) = last.filter(|_| is_next)
                && chunk.before != tag
            {
                let what = format_args!("frame {position} does not follow the frame before it");
                self.note(BackupError::damaged(what))?;
            }
            last = Some((chunk.last.saturating_add(1), chunk.tag));
            let (place, keyring) = (self.place, self.keyring);
            let mut frames = 0_u64;
            let visited = chunk::visit(place, chunk, keyring, &mut |frame, payload| {
                frames = frames.saturating_add(1);
                if frame.position() > start {
                    writes.redo(payload.as_bytes())?;
                }
                Ok(ControlFlow::Continue(()))
            });
            self.done.frames = self.done.frames.saturating_add(frames);
            self.done.bytes = self.done.bytes.saturating_add(chunk.part.len);
            if let Err(error) = visited {
                self.note(error)?;
            }
        }
        Ok(writes)
    }

    fn objects(&mut self, contents: &Contents) -> Result<(), BackupError> {
        let segments = contents.segments.iter();
        let segments = segments.map(|(hash, part)| (SegmentPart::name_of(*hash), *part));
        let bodies = contents.bodies.iter().map(|(id, part)| (BodyPart::name_of(id), *part));
        let total = contents.len();
        for ((name, part), number) in segments.chain(bodies).zip(1_u64..) {
            (self.progress)(&format!("segments and bodies: {number} of {total}"));
            self.count(&part);
            if let Err(error) = self.place.read(&name, part).drain() {
                self.note(error)?;
            }
        }
        Ok(())
    }

    /// Whether all is there that the rows as of the newest frame name.
    fn references(
        &mut self,
        base: Option<&BasePart>,
        writes: &Writes,
        contents: &Contents,
        bodies_of: BodiesOfRow,
    ) -> Result<(), BackupError> {
        (self.progress)("rows of the newest state");
        let base = base.map(|base| read_rows(self.place, base, self.keyring)).transpose();
        let base = match base {
            Ok(base) => base,
            Err(error) => return self.note(error),
        };
        let mut absent = BTreeSet::new();
        for row in rows_with(base, writes) {
            // What cannot be read was found before.
            let Ok((key, value)) = row else { break };
            let named = Item::of_row(bodies_of, &key, &value)?.into_iter();
            absent.extend(named.filter(|item| contents.part(item).is_none()));
        }
        let absent = absent.iter().map(|item| format!("{} is missing", item.shown()));
        self.done.findings.extend(absent);
        Ok(())
    }
}

/// The rows of a base of the backup.
fn read_rows(
    place: &Arc<Place>,
    base: &BasePart,
    keyring: &Arc<Keyring>,
) -> Result<BaseRows, BackupError> {
    let name = base.name();
    let reader = Box::new(place.read(&name, base.part));
    BaseRows::read(base.position, reader, keyring).map_err(|error| {
        BackupError::damaged(format_args!("`{name}`: {}", types::error_chain(&error)))
    })
}
