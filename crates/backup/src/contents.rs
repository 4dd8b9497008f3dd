//! The bodies and segments of a backup, which are copied once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use store::{BodyId, SegmentFile, StoreError, body_path};

use crate::manifest::{BodyPart, Manifest, SegmentPart, catalog_name};
use crate::merging::due;
use crate::part::{Hash, Part};
use crate::{BackupError, Place};

/// Bodies after which their list is closed.
const CATALOG_LEN: usize = 64;
/// The longest list of bodies that is read.
const CATALOG_BYTES_MAX: u64 = 16 << 20;
/// Copies at once.
const COPIES_MAX: usize = 4;

/// The bodies that a row names.
pub(crate) type BodiesOfRow = fn(&[u8], &[u8]) -> Result<Vec<BodyId>, StoreError>;

/// What a row names beside the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    Body(BodyId),
    /// The name within the data directory, and the hash.
    Segment(String, Hash),
}

impl Item {
    /// What a row names.
    pub(crate) fn of_row(
        bodies_of: BodiesOfRow,
        key: &[u8],
        value: &[u8],
    ) -> Result<Vec<Self>, StoreError> {
        if let Some(SegmentFile { name, sha256 }) = SegmentFile::of_row(key, value)? {
            return Ok(Hash::parse(&sha256)
                .map(|hash| Self::Segment(name, hash))
                .into_iter()
                .collect());
        }
        Ok(bodies_of(key, value)?.into_iter().map(Self::Body).collect())
    }

    /// Where it is within a data directory.
    pub(crate) fn path(&self, data: &Path) -> PathBuf {
        match self {
            Self::Body(id) => body_path(data, id),
            Self::Segment(name, sha256) => {
                SegmentFile { name: name.clone(), sha256: sha256.to_string() }.path(data)
            }
        }
    }

    /// Its name within a backup.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Body(id) => BodyPart::name_of(id),
            Self::Segment(_, sha256) => SegmentPart::name_of(*sha256),
        }
    }

    /// As findings name it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Body(id) => format!("object body {id}"),
            Self::Segment(name, _) => format!("segment `{name}`"),
        }
    }
}

/// What a backup has of bodies and segments.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) bodies: BTreeMap<BodyId, Part>,
    pub(crate) segments: BTreeMap<Hash, Part>,
}

impl Contents {
    /// Those that a manifest names.
    pub(crate) fn of(place: &Place, manifest: &Manifest) -> Result<Self, BackupError> {
        let mut bodies = BTreeMap::new();
        for part in &manifest.catalogs {
            let list = read_catalog(place, part)?;
            bodies.extend(list.into_iter().map(|body| (body.id, body.part)));
        }
        bodies.extend(manifest.bodies.iter().map(|body| (body.id, body.part)));
        let segments = manifest.segments.iter().map(|own| (own.part.sha256, own.part)).collect();
        Ok(Self { bodies, segments })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        let len = self.bodies.len().saturating_add(self.segments.len());
        u64::try_from(len).unwrap_or(u64::MAX)
    }

    /// The part that an item is.
    pub(crate) fn part(&self, item: &Item) -> Option<Part> {
        match item {
            Item::Body(id) => self.bodies.get(id).copied(),
            Item::Segment(_, sha256) => self.segments.get(sha256).copied(),
        }
    }

    /// Copies the items that are not there yet, and returns those that the data directory `data`
    /// does not have.
    pub(crate) fn copy(
        &mut self,
        items: BTreeSet<Item>,
        data: &Path,
        place: &Place,
        manifest: &mut Manifest,
    ) -> Result<Vec<Item>, BackupError> {
        let mut missing = Vec::new();
        let items = items.into_iter().filter(|item| self.part(item).is_none());
        for (item, copied) in copy_all(items.collect(), data, place)? {
            let Some(part) = copied else {
                missing.push(item);
                continue;
            };
            match item {
                Item::Body(id) => {
                    self.bodies.insert(id, part);
                    manifest.bodies.push(BodyPart { id, part });
                }
                Item::Segment(_, sha256) if sha256 == part.sha256 => {
                    self.segments.insert(sha256, part);
                    manifest.segments.push(SegmentPart { part });
                }
                Item::Segment(..) => missing.push(item),
            }
        }
        if manifest.bodies.len() >= CATALOG_LEN {
            close_catalog(place, manifest)?;
        }
        Ok(missing)
    }
}

fn read_catalog(place: &Place, part: &Part) -> Result<Vec<BodyPart>, BackupError> {
    let name = catalog_name(part);
    if part.len > CATALOG_BYTES_MAX {
        return Err(BackupError::damaged(format_args!("`{name}` is longer than it can be")));
    }
    serde_json::from_slice(&place.get_part(&name, part)?)
        .map_err(|_| BackupError::damaged(format_args!("`{name}` is no list")))
}

/// Moves the bodies of the manifest into a list of their own, and merges small lists.
fn close_catalog(place: &Place, manifest: &mut Manifest) -> Result<(), BackupError> {
    let mut list = std::mem::take(&mut manifest.bodies);
    loop {
        let bytes = serde_json::to_vec(&list).map_err(std::io::Error::from)?;
        let part = Part::of(&bytes);
        place.put(&catalog_name(&part), bytes)?;
        manifest.catalogs.push(part);
        let lens: Vec<u64> = manifest.catalogs.iter().map(|part| part.len).collect();
        let at = due(&lens);
        let run = manifest.catalogs.get(at.clone()).unwrap_or(&[]);
        if run.is_empty() {
            return Ok(());
        }
        let lists = run.iter().map(|part| read_catalog(place, part));
        list = match lists.collect::<Result<Vec<_>, _>>() {
            // They are left as they are, for `--verify` to find.
            Err(BackupError::Damaged { .. }) => return Ok(()),
            lists => lists?.concat(),
        };
        manifest.replaced.extend(manifest.catalogs.drain(at).map(|part| catalog_name(&part)));
    }
}

type Copied = (Item, Option<Part>);

/// Copies several at once: a bucket answers late.
fn copy_all(items: Vec<Item>, data: &Path, place: &Place) -> Result<Vec<Copied>, BackupError> {
    let (queue, done) = (Mutex::new(items), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
            let Some(item) = next else { return Ok(()) };
            let copied = copy_one(&item, data, place)?;
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((item, copied));
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..COPIES_MAX).map(|_| scope.spawn(work)).collect();
        let ends = threads.into_iter().map(|thread| {
            let panicked = |_| Err(BackupError::damaged("a copy panicked"));
            thread.join().unwrap_or_else(panicked)
        });
        ends.collect::<Vec<Result<(), BackupError>>>().into_iter().collect::<Result<(), _>>()
    })?;
    Ok(done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// `None` if it is not there.
fn copy_one(item: &Item, data: &Path, place: &Place) -> Result<Option<Part>, BackupError> {
    match File::open(item.path(data)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // What no manifest names is the remainder of a backup that was interrupted.
        file => place.put_all(&item.name(), &mut file?).map(Some),
    }
}
