//! Reads a whole backup, and proves it without restoring it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use keys::Keyring;
use store::{BaseRows, Head, StoreError, needed_from};
use types::Timestamp;

use crate::chunk;
use crate::contents::{BodiesOfRow, Contents, Item};
use crate::manifest::{BasePart, BodyPart, Chunk, Manifest, SegmentPart, Span};
use crate::part::Part;
use crate::ranges::Ranges;
use crate::{BackupError, Place};

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// What is missing or damaged, in sentences.
    pub findings: Vec<String>,
    /// The stretches of the log of which every position can be restored: nothing that a position
    /// needs is missing or damaged.
    pub spans: Vec<Span>,
    /// When the newest position was the newest frame.
    pub as_of: Timestamp,
    /// Frames that were authenticated.
    pub frames: u64,
    /// Bases, segments, bodies and lists of leaves that were read.
    pub objects: u64,
    /// Bytes that were read.
    pub bytes: u64,
}

/// Reads the backup in `place`: the manifest, all bases and frames by their authentication tags and
/// their chain, all segments and bodies by their hashes, and which positions can be restored with
/// what is intact.
///
/// Errors when there is no backup, or its manifest is not authentic.
pub fn verify(
    place: &Arc<Place>,
    keyring: &Arc<Keyring>,
    bodies_of: BodiesOfRow,
    progress: &mut dyn FnMut(&str),
) -> Result<Verified, BackupError> {
    let manifest = read_manifest(place, keyring)?;
    let findings = manifest.missing.clone();
    let done = Verified { as_of: manifest.as_of, findings, ..Verified::default() };
    let (bases, damaged) = (BTreeMap::new(), BTreeSet::new());
    let mut verifier =
        Verifier { place, keyring, manifest: &manifest, done, bases, damaged, progress };
    if manifest.spans.is_empty() {
        verifier.note(BackupError::damaged(first_round(&manifest)))?;
    }
    verifier.bases()?;
    let contents = match Contents::of(place, &manifest) {
        Ok(contents) => contents,
        Err(error) => {
            verifier.note(error)?;
            Contents::default()
        }
    };
    verifier.objects(&contents)?;
    verifier.tree()?;
    verifier.frames(&contents, bodies_of)?;
    Ok(verifier.done)
}

/// That the first round of a backup has not ended, and what can be done with it.
pub(crate) fn first_round(manifest: &Manifest) -> String {
    let newest = manifest.head().map_or(0, |head| head.position);
    format!(
        "the first round is not complete: bodies of objects are missing. Rows and events up to \
         frame {newest}, and the bodies that are there, are restored with `--incomplete`"
    )
}

/// The manifest of a place that has to have one.
pub(crate) fn read_manifest(
    place: &Place,
    keyring: &Arc<Keyring>,
) -> Result<Manifest, BackupError> {
    let none = || BackupError::None { place: place.to_string() };
    Manifest::read(place, keyring)?.ok_or_else(none)
}

/// The bases from which and the chunks after them the state as of `position` can be made, the newest
/// first.
pub(crate) fn usable_bases(manifest: &Manifest, position: u64) -> impl Iterator<Item = &BasePart> {
    let bases = manifest.bases.iter().rev();
    bases
        .filter(move |base| base.position <= position && reaches(manifest, base.position, position))
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

/// The first frame that is needed beside a base: those after it, and those with events that are in
/// no segment yet.
pub(crate) fn first_frame(mut rows: BaseRows) -> Result<u64, StoreError> {
    let mut first = rows.head().position.saturating_add(1);
    let mut is_named = false;
    rows.try_for_each(|row| {
        let (key, value) = row?;
        if let Some(needed) = needed_from(&key, &value)? {
            (first, is_named) = (first.min(needed), true);
        }
        Ok::<_, StoreError>(())
    })?;
    // Before the first segment all events are in frames.
    Ok(if is_named { first } else { 1 })
}

struct Verifier<'v> {
    place: &'v Arc<Place>,
    keyring: &'v Arc<Keyring>,
    manifest: &'v Manifest,
    done: Verified,
    /// By their positions, the intact bases, and the first frame that each needs.
    bases: BTreeMap<u64, (&'v BasePart, u64)>,
    /// The names of damaged segments and bodies.
    damaged: BTreeSet<String>,
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
        let manifest = self.manifest;
        for base in &manifest.bases {
            (self.progress)(&format!("base of frame {}", base.position));
            self.count(&base.part);
            match self.base(base) {
                Ok(first) => drop(self.bases.insert(base.position, (base, first))),
                Err(error) => self.note(error)?,
            }
        }
        Ok(())
    }

    /// The first frame that a base needs, if base and frames are there.
    fn base(&self, base: &BasePart) -> Result<u64, BackupError> {
        let name = base.name();
        self.place.read(&name, base.part).drain()?;
        let first = first_frame(read_rows(self.place, base, self.keyring)?).map_err(|error| {
            BackupError::damaged(format_args!("`{name}`: {}", types::error_chain(&error)))
        })?;
        if reaches(self.manifest, first.saturating_sub(1), base.position) {
            return Ok(first);
        }
        Err(BackupError::damaged(format_args!("`{name}` needs frame {first}, which is missing")))
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
                self.damaged.insert(name);
            }
        }
        Ok(())
    }

    /// The leaves of the transparency log.
    fn tree(&mut self) -> Result<(), BackupError> {
        let Some(tree) = &self.manifest.tree else { return Ok(()) };
        (self.progress)("leaves of the transparency log");
        tree.parts.iter().for_each(|leaves| self.count(&leaves.part));
        match tree.read(self.place, &mut |_| Ok(())) {
            Ok(()) => Ok(()),
            Err(error) => self.note(error),
        }
    }

    /// All frames; finds out which positions can be restored.
    fn frames(&mut self, contents: &Contents, bodies_of: BodiesOfRow) -> Result<(), BackupError> {
        let damaged = std::mem::take(&mut self.damaged);
        let is_lost = |item: &Item| contents.part(item).is_none() || damaged.contains(&item.name());
        let manifest = self.manifest;
        let mut ranges = Ranges::new(&manifest.spans, bodies_of, &is_lost);
        // The first frame of those that follow each other, and the last one.
        let (mut first, mut last) = (1, None);
        for chunk in &manifest.chunks {
            (self.progress)(&format!("frames {} to {}", chunk.first, chunk.last));
            if last != Some(chunk.before()) {
                if last.is_some_and(|last: Head| last.position == chunk.before().position) {
                    let first = chunk.first;
                    let what = format_args!("frame {first} does not follow the frame before it");
                    self.note(BackupError::damaged(what))?;
                }
                ranges.lose();
                first = chunk.first;
            }
            match self.chunk(chunk, first, &mut ranges) {
                Ok(()) => last = Some(chunk.head()),
                Err(error) => {
                    self.note(error)?;
                    ranges.lose();
                    last = None;
                }
            }
        }
        let absent = ranges.named.iter().filter(|item| contents.part(item).is_none());
        self.done.findings.extend(absent.map(|item| format!("{} is missing", item.shown())));
        self.done.spans = ranges.found;
        Ok(())
    }

    fn chunk(
        &mut self,
        chunk: &Chunk,
        first: u64,
        ranges: &mut Ranges<'_>,
    ) -> Result<(), BackupError> {
        let (place, keyring, bases) = (self.place, self.keyring, &self.bases);
        let start = |position: u64, ranges: &mut Ranges<'_>| {
            if ranges.is_known() {
                return Ok(());
            }
            match bases.get(&position) {
                Some((base, needed)) if *needed >= first => {
                    let rows = read_rows(place, base, keyring)?;
                    Ok(ranges.begin(position, Some(rows))?)
                }
                None if position == 0 => Ok(ranges.begin(position, None)?),
                Some(_) | None => Ok::<_, BackupError>(()),
            }
        };
        let mut frames = 0_u64;
        let visited = chunk::visit(place, chunk, keyring, &mut |frame, payload| {
            frames = frames.saturating_add(1);
            start(frame.position().saturating_sub(1), ranges)?;
            ranges.add(frame.position(), payload.as_bytes())?;
            Ok(ControlFlow::Continue(()))
        });
        let ended = visited.and_then(|_| start(chunk.last, ranges));
        self.done.frames = self.done.frames.saturating_add(frames);
        self.done.bytes = self.done.bytes.saturating_add(chunk.part.len);
        ended
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
