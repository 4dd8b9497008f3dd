//! Makes a data directory from a backup.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{BufReader, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::syncfs;
use store::{
    BaseFile, BaseRows, Change, Changes, Frame, Head, LogImport, Opening, Store, StoreError,
};
use types::Timestamp;

use crate::chunk;
use crate::contents::{BodiesOfRow, Contents, Item};
use crate::manifest::{
    BasePart, Chunk, KEY_BYTES_MAX, KEYRING, Manifest, SEALED_ROOT_KEY, SmallFile,
};
use crate::part::Part;
use crate::tree::Tree;
use crate::verify::{first_frame, first_round, reaches, read_manifest, usable_bases};
use crate::{BackupError, Place};

/// Objects that are fetched at once.
const FETCHES_MAX: usize = 4;

/// Up to where a data directory is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Everything.
    Newest,
    /// This frame, included.
    Position(u64),
    /// Everything that was recorded up to this instant.
    Time(Timestamp),
}

/// What is to be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Up to where.
    pub until: Until,
    /// Whether segments and bodies may be missing or damaged: of a first round that has not ended,
    /// or of a damaged backup.
    pub incomplete: bool,
}

impl From<Until> for Wanted {
    fn from(until: Until) -> Self {
        Self { until, incomplete: false }
    }
}

/// What opens a backup: files that are no secret without the root key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFiles {
    /// The keyring, wrapped under the root key.
    pub keyring: Vec<u8>,
    /// The root key under its passphrase, if it has one.
    pub sealed_root_key: Option<Vec<u8>>,
}

impl KeyFiles {
    /// Those of the backup in `place`.
    pub fn of(place: &Place) -> Result<Self, BackupError> {
        let none = || BackupError::None { place: place.to_string() };
        let keyring = place.get(KEYRING, KEY_BYTES_MAX)?.ok_or_else(none)?.to_vec();
        let sealed_root_key = place.get(SEALED_ROOT_KEY, KEY_BYTES_MAX)?.map(|key| key.to_vec());
        Ok(Self { keyring, sealed_root_key })
    }
}

/// A restored data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Names the backup.
    pub backup: String,
    /// The newest frame that was restored.
    pub position: u64,
    /// The newest frame that the backup has.
    pub newest: u64,
    /// When that was the newest there was.
    pub as_of: Timestamp,
    /// Segments and bodies that were restored.
    pub objects: u64,
    /// Segments and bodies that are named and could not be restored, in sentences.
    pub absent: Vec<String>,
    /// What is damaged and was replaced by something else, in sentences.
    pub notes: Vec<String>,
    /// The small files, which are not written yet.
    pub files: Vec<SmallFile>,
    /// The leaves of the transparency log, which are not written yet.
    pub tree: Option<Tree>,
}

/// Restores the backup in `place` to the directory `data`, which must be empty or missing. All of
/// it is authenticated before it is used; on an error the directory is incomplete and no server
/// accepts it.
pub fn restore(
    place: &Arc<Place>,
    data: &Path,
    wanted: Wanted,
    with: &Opening,
    bodies_of: BodiesOfRow,
    progress: &mut dyn FnMut(&str),
) -> Result<Restored, BackupError> {
    let manifest = read_manifest(place, &with.keyring)?;
    let position = target(place, &manifest, wanted, with)?;
    let contents = Contents::of(place, &manifest)?;
    if data.exists() && fs::read_dir(data)?.next().is_some() {
        return Err(BackupError::NotEmpty { path: data.to_owned() });
    }
    DirBuilder::new().recursive(true).mode(0o700).create(data)?;
    let keys = KeyFiles::of(place)?;
    write_new(&data.join(KEYRING), &keys.keyring)?;
    if let Some(sealed) = &keys.sealed_root_key {
        write_new(&data.join(SEALED_ROOT_KEY), sealed)?;
    }
    let mut notes = Vec::new();
    restore_log(place, data, &manifest, position, with, &mut notes, progress)?;
    progress("the state, from its base and the log");
    Store::rebuild(data, with)?;
    let items = named(data, with, bodies_of)?;
    let (objects, absent) = fetch_all(items, place, data, &contents, wanted.incomplete, progress)?;
    syncfs(File::open(data)?).map_err(std::io::Error::from)?;
    let newest = manifest.head().map_or(position, |head| head.position);
    let Manifest { backup, as_of, files, tree, .. } = manifest;
    Ok(Restored { backup, position, newest, as_of, objects, absent, notes, files, tree })
}

/// The position that is meant.
fn target(
    place: &Place,
    manifest: &Manifest,
    wanted: Wanted,
    with: &Opening,
) -> Result<u64, BackupError> {
    if manifest.spans.is_empty() && !wanted.incomplete {
        return Err(BackupError::no_such_point(first_round(manifest)));
    }
    let newest = match manifest.spans.last().filter(|_| !wanted.incomplete) {
        Some(span) => span.to,
        None => manifest.head().map_or(0, |head| head.position),
    };
    let position = match wanted.until {
        Until::Newest => newest,
        Until::Position(position) => position,
        Until::Time(time) => match manifest.chunks.iter().find(|own| own.newest > Some(time)) {
            Some(chunk) => last_before(place, chunk, time, with)?,
            None => newest,
        },
    };
    let is_within = wanted.incomplete
        || manifest.spans.iter().any(|own| (own.from..=own.to).contains(&position));
    let starts =
        usable_bases(manifest, position).next().is_some() || reaches(manifest, 0, position);
    if is_within && starts {
        return Ok(position);
    }
    let spans = manifest.spans.iter().map(|own| {
        let (from, to) = (own.from_at.iso(), own.to_at.iso());
        format!("{} to {} ({from} to {to})", own.from, own.to)
    });
    let spans = spans.collect::<Vec<_>>().join(", ");
    Err(BackupError::no_such_point(format_args!(
        "frame {position} cannot be restored; these can: {spans}"
    )))
}

/// The last frame before the first event that is newer than `time`.
fn last_before(
    place: &Place,
    chunk: &Chunk,
    time: Timestamp,
    with: &Opening,
) -> Result<u64, BackupError> {
    let mut last = chunk.first.saturating_sub(1);
    // Whether it broke is where `last` is.
    let _ = chunk::visit(place, chunk, &with.keyring, &mut |frame, payload| {
        for change in Changes::of(payload.as_bytes())? {
            if let Change::Event(event) = change?
                && event.time > time
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        last = frame.position();
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(last)
}

/// The base and the frames after it.
fn restore_log(
    place: &Arc<Place>,
    data: &Path,
    manifest: &Manifest,
    position: u64,
    with: &Opening,
    notes: &mut Vec<String>,
    progress: &mut dyn FnMut(&str),
) -> Result<(), BackupError> {
    let (start, first) = restore_base(place, data, manifest, position, with, notes, progress)?;
    restore_frames(place, data, manifest, (start, first), position, with, progress)
}

/// The newest base that is intact: the frame as of which it is, and the first one that it needs.
fn restore_base(
    place: &Arc<Place>,
    data: &Path,
    manifest: &Manifest,
    position: u64,
    with: &Opening,
    notes: &mut Vec<String>,
    progress: &mut dyn FnMut(&str),
) -> Result<(Head, u64), BackupError> {
    let mut failure = None;
    for base in usable_bases(manifest, position) {
        progress(&format!("base of frame {}", base.position));
        match fetch_base(place, data, manifest, base, position, with) {
            Err(BackupError::Damaged { what }) => {
                notes.push(format!("{what}; the base before it is used"));
                failure = failure.or(Some(BackupError::Damaged { what }));
            }
            fetched => return fetched,
        }
    }
    if reaches(manifest, 0, position) {
        return Ok((Head::default(), 1));
    }
    Err(failure.unwrap_or_else(|| BackupError::damaged("there is no base that can be used")))
}

fn fetch_base(
    place: &Arc<Place>,
    data: &Path,
    manifest: &Manifest,
    base: &BasePart,
    position: u64,
    with: &Opening,
) -> Result<(Head, u64), BackupError> {
    let file = BaseFile::new(data, base.position)?;
    let fetched = fetch(place, &base.name(), base.part, &file.path).and_then(|()| {
        let bytes = BufReader::new(File::open(&file.path)?);
        let read = BaseRows::read(base.position, Box::new(bytes), &with.keyring).and_then(|rows| {
            let head = rows.head();
            Ok((head, first_frame(rows)?))
        });
        let (head, first) = read.map_err(|error| {
            let error = types::error_chain(&error);
            BackupError::damaged(format_args!("`{}`: {error}", base.name()))
        })?;
        if reaches(manifest, first.saturating_sub(1), position) {
            return Ok((head, first));
        }
        Err(BackupError::damaged(format_args!("frame {first} is not in the backup")))
    });
    if fetched.is_err() {
        fs::remove_file(&file.path)?;
    }
    fetched
}

fn restore_frames(
    place: &Arc<Place>,
    data: &Path,
    manifest: &Manifest,
    (start, first): (Head, u64),
    position: u64,
    with: &Opening,
    progress: &mut dyn FnMut(&str),
) -> Result<(), BackupError> {
    let mut log = None;
    for chunk in &manifest.chunks {
        if chunk.last < first || chunk.first > position {
            continue;
        }
        progress(&format!("frames {} to {}", chunk.first, chunk.last));
        // It breaks at the position that is meant.
        let _ = chunk::visit(place, chunk, &with.keyring, &mut |frame, _| {
            if frame.position() > position {
                return Ok(ControlFlow::Break(()));
            }
            if frame.position() >= first {
                let log = match &mut log {
                    Some(log) => log,
                    None => log.insert(LogImport::begin(data, with.log, before(&frame))?),
                };
                log.append(&frame).map_err(|_| {
                    let position = frame.position();
                    BackupError::damaged(format_args!(
                        "frame {position} does not follow the one before it"
                    ))
                })?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let log = match log {
        Some(log) => log,
        None => LogImport::begin(data, with.log, start)?,
    };
    let end = log.finish()?.position;
    if end == position {
        return Ok(());
    }
    Err(BackupError::damaged(format_args!("the frames end with {end}, not with {position}")))
}

/// What precedes a frame.
fn before(frame: &Frame) -> Head {
    Head { position: frame.position().saturating_sub(1), tag: *frame.previous() }
}

/// What the restored rows name.
fn named(
    data: &Path,
    with: &Opening,
    bodies_of: BodiesOfRow,
) -> Result<BTreeSet<Item>, BackupError> {
    let (mut items, mut failure, mut findings) = (BTreeSet::new(), None, Vec::new());
    let store = Store::examine(data, Some(with), &mut findings)?;
    let store = store.ok_or_else(|| BackupError::damaged(findings.join("; ")))?;
    let view = store.snapshot()?;
    view.tx().visit(&[], None, &mut |key, value| match Item::of_row(bodies_of, key, value) {
        Ok(named) => {
            items.extend(named);
            ControlFlow::Continue(())
        }
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    })?;
    store.shut_down();
    failure.map_or(Ok(items), |error: StoreError| Err(error.into()))
}

/// Fetches what rows name, several at once.
fn fetch_all(
    items: BTreeSet<Item>,
    place: &Arc<Place>,
    data: &Path,
    contents: &Contents,
    incomplete: bool,
    progress: &mut dyn FnMut(&str),
) -> Result<(u64, Vec<String>), BackupError> {
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    for item in items {
        match contents.part(&item) {
            Some(part) => found.push((part, item)),
            None if incomplete => absent.push(format!("{} is not in the backup", item.shown())),
            None => {
                let what = format_args!("{} is not in the backup", item.shown());
                return Err(BackupError::damaged(what));
            }
        }
    }
    let total = found.len();
    progress(&format!("segments and bodies: {total}"));
    let (queue, damaged) = (Mutex::new(found), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((part, item)) = next else { return Ok(()) };
            let path = item.path(data);
            match fetch(place, &item.name(), part, &path) {
                Err(BackupError::Damaged { what }) if incomplete => {
                    fs::remove_file(&path)?;
                    damaged.lock().unwrap_or_else(PoisonError::into_inner).push(what);
                }
                fetched => fetched?,
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..FETCHES_MAX).map(|_| scope.spawn(work)).collect();
        let ends = threads.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(BackupError::damaged("a fetch panicked")))
        });
        ends.collect::<Vec<Result<(), BackupError>>>().into_iter().collect::<Result<(), _>>()
    })?;
    let damaged = damaged.into_inner().unwrap_or_else(PoisonError::into_inner);
    let restored = total.saturating_sub(damaged.len());
    absent.extend(damaged);
    Ok((u64::try_from(restored).unwrap_or(u64::MAX), absent))
}

/// Writes a part of the backup to a new file.
fn fetch(place: &Arc<Place>, name: &str, part: Part, path: &Path) -> Result<(), BackupError> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let mut reader = place.read(name, part);
    reader.copy_to(&mut file)
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(bytes)?)
}
