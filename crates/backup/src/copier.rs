//! Makes a backup, and keeps it up to date.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::Keyring;
use store::{
    BackupCursor, BaseFile, BaseRows, Change, Changes, Frame, Head, LiveLog, StoreError, Writes,
    rows_with,
};
use types::{Clock, Entropy, HOUR_MS};

use crate::chunk::{CHUNK_BYTES, OpenChunk};
use crate::contents::{BodiesOfRow, Contents, Item};
use crate::manifest::{
    BasePart, Chunk, KEY_BYTES_MAX, KEYRING, Manifest, ManifestSealer, SEALED_ROOT_KEY, SmallFile,
    Span,
};
use crate::part::{Part, hash_of};
use crate::{BackupError, Place};

/// Items that are copied together.
const BATCH_LEN: usize = 256;
/// A body that nothing names any more is there for a day: a backup that was away for longer
/// compares all rows with what it has.
const AWAY_MS_MAX: u64 = 20 * HOUR_MS;
/// How often the state is compared with what was copied until nothing is missing.
const ATTEMPTS: usize = 8;

/// The data directory that is backed up, whether its server runs or not.
#[derive(Debug, Clone)]
pub struct Source {
    /// The data directory.
    pub data: PathBuf,
    /// Opens its log.
    pub keyring: Arc<Keyring>,
    /// Names the store.
    pub store: String,
    /// The bodies that a row names.
    pub bodies_of: BodiesOfRow,
    /// The small files to include, by name.
    pub files: fn(&Path) -> Vec<SmallFile>,
    /// The time of each round.
    pub clock: Clock,
    /// Names the backup.
    pub entropy: Entropy,
}

/// What a round copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// The newest frame that is in the backup.
    pub position: u64,
    /// Frames that were copied.
    pub frames: u64,
    /// Bodies and segments that were copied.
    pub items: u64,
    /// Bodies and segments that rows name and that are not there.
    pub missing: u64,
}

/// A backup that is being made.
#[derive(Debug)]
pub struct Copier {
    source: Source,
    log: LiveLog,
    copy: Copy,
    /// Whether all rows are to be compared with what was copied, because a span begins.
    begins: bool,
}

impl Copier {
    /// Begins a backup in an empty place, or continues the one that is there.
    ///
    /// Errors with [`BackupError::Foreign`] if that is of another store, or of another history.
    pub fn begin(source: Source, place: Arc<Place>) -> Result<Self, BackupError> {
        let now = source.clock.now();
        let manifest = match Manifest::read(&place, &source.keyring)? {
            Some(manifest) => manifest,
            None => Manifest::new(&source.store, now, &source.entropy)?,
        };
        if manifest.store != source.store {
            let what = format!("`{place}` has the backup of another data directory");
            return Err(BackupError::Foreign { what });
        }
        // Before the first frame, if the place has none.
        let head = manifest.head().map_or(Head::default(), |head| head);
        // From here on the log waits.
        hold(&source, &place, &manifest, head.position, true)?;
        copy_keys(&source, &place)?;
        let was_away = now.since_ms(manifest.as_of) > AWAY_MS_MAX;
        let continued = LiveLog::after(&source.data, &source.keyring, head);
        let (log, base) = match continued {
            // What a store began with may be in a base only.
            Ok(_) if head == Head::default() => after_base(&source)?,
            Ok(log) => (log, None),
            Err(error) if error.is_missing() => after_base(&source)?,
            Err(error) if error.is_corrupt() => return Err(forked(&place, &error)),
            Err(error) => return Err(error.into()),
        };
        let begins = was_away || manifest.spans.is_empty() || base.is_some();
        let mut copy = Copy::of(&source, place, manifest, &log)?;
        if let Some(base) = base {
            copy.add_base(&base)?;
        }
        Ok(Self { source, log, copy, begins })
    }

    /// Copies what has become of the data directory since the last round.
    ///
    /// After an error the backup is to be begun again: the place has all of the rounds before.
    pub fn round(&mut self) -> Result<Round, BackupError> {
        let as_of = self.source.clock.now();
        let before = self.log.head();
        self.copy.round = Round::default();
        self.copy_log()?;
        let begins = self.begins;
        if begins {
            self.copy_state()?;
        }
        let files = (self.source.files)(&self.source.data);
        let head = self.log.head();
        if head != before || begins || files != self.copy.manifest.files {
            self.copy_newer_base()?;
            (self.copy.manifest.as_of, self.copy.manifest.files) = (as_of, files);
            self.copy.finish(head.position)?;
        }
        let manifest = Manifest { as_of, ..self.copy.manifest.named() };
        hold(&self.source, &self.copy.place, &manifest, head.position, true)?;
        Ok(Round { position: head.position, ..self.copy.round })
    }

    /// Ends a backup that is not to follow the log: the log does not wait for it any more.
    pub fn end(self) -> Result<(), BackupError> {
        let (position, place) = (self.log.head().position, &self.copy.place);
        hold(&self.source, place, &self.copy.manifest, position, false)
    }

    /// Whether the log still waits for this backup: if not, it has to be begun again.
    pub fn is_waited_for(&self) -> Result<bool, BackupError> {
        Ok(BackupCursor::of(&self.source.data, &self.copy.manifest.backup)?.is_some())
    }

    /// The frames after those that were copied, and what they name.
    fn copy_log(&mut self) -> Result<(), BackupError> {
        let (mut failure, mut items) = (None, BTreeSet::new());
        let Self { source, log, copy, begins } = self;
        log.read(&mut |frame, payload| match copy.add(
            source,
            &frame,
            payload.as_bytes(),
            &mut items,
            *begins,
        ) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) => {
                failure = Some(error);
                Ok(ControlFlow::Break(()))
            }
        })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let missing = copy.items(source, items)?;
        if !*begins {
            copy.note_missing(missing, log.head().position);
        }
        Ok(())
    }

    /// Copies what any row as of the newest frame names. What is missing may have been dropped
    /// meanwhile: then newer frames have its deletion.
    fn copy_state(&mut self) -> Result<(), BackupError> {
        let mut lost = BTreeSet::new();
        for _ in 0..ATTEMPTS {
            lost = self.copy_rows()?;
            let head = self.log.head();
            if lost.is_empty() {
                break;
            }
            self.copy_log()?;
            if self.log.head() == head {
                break;
            }
        }
        self.begins = false;
        let position = self.log.head().position;
        self.copy.note_missing(lost, position);
        let now = self.source.clock.now();
        let span = Span { from: position, to: position, from_at: now, to_at: now };
        self.copy.manifest.spans.push(span);
        Ok(())
    }

    /// Copies what the rows as of the newest frame name, and returns what of it is missing.
    fn copy_rows(&mut self) -> Result<BTreeSet<Item>, BackupError> {
        let Self { source, log, copy, .. } = self;
        let head = log.head();
        let found = newest_base(source, |base| base.position <= head.position)?;
        let (base, start) = match found {
            Some((base, start)) => (Some(read_base(source, &base)?), start),
            None => (None, Head::default()),
        };
        let mut writes = Writes::default();
        if start != head {
            LiveLog::after(&source.data, &source.keyring, start)?.read(&mut |frame, payload| {
                writes.redo(payload.as_bytes())?;
                let is_last = frame.position() >= head.position;
                Ok(if is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
        }
        let (mut items, mut lost) = (BTreeSet::new(), BTreeSet::new());
        for row in rows_with(base, &writes) {
            let (key, value) = row?;
            let named = Item::of_row(source.bodies_of, &key, &value)?.into_iter();
            items.extend(named.filter(|item| copy.contents.part(item).is_none()));
            if items.len() >= BATCH_LEN {
                lost.extend(copy.items(source, std::mem::take(&mut items))?);
            }
        }
        lost.extend(copy.items(source, items)?);
        Ok(lost)
    }

    /// The server writes bases: a restore from the newest one has less to do.
    fn copy_newer_base(&mut self) -> Result<(), BackupError> {
        let newest = self.copy.manifest.bases.last().map_or(0, |base| base.position);
        let head = self.log.head().position;
        let is_newer = |base: &BaseFile| base.position > newest && base.position <= head;
        match newest_base(&self.source, is_newer)? {
            Some((base, _)) => self.copy.add_base(&base),
            None => Ok(()),
        }
    }
}

/// What the place has, and what a round adds to it.
#[derive(Debug)]
struct Copy {
    place: Arc<Place>,
    sealer: ManifestSealer,
    manifest: Manifest,
    contents: Contents,
    chunk: OpenChunk,
    /// The chunk of the manifest that the open one continues.
    continues: Option<Chunk>,
    /// Chunks that longer ones have replaced, by name.
    replaced: Vec<String>,
    round: Round,
}

impl Copy {
    fn of(
        source: &Source,
        place: Arc<Place>,
        manifest: Manifest,
        log: &LiveLog,
    ) -> Result<Self, BackupError> {
        let sealer = ManifestSealer::start(&source.keyring, &source.entropy)?;
        let contents = Contents::of(&place, &manifest)?;
        let (mut chunk, mut continues) = (OpenChunk::after(log.head()), None);
        // A damaged one is left as it is, for `--verify` to find.
        if let Some(last) = manifest.chunks.last().filter(|last| last.head() == log.head())
            && last.part.len < CHUNK_BYTES
            && let Ok(bytes) = place.get_part(&last.name(), &last.part)
        {
            (chunk, continues) = (OpenChunk::resumed(last, bytes.to_vec()), Some(last.clone()));
        }
        let (replaced, round) = (Vec::new(), Round::default());
        Ok(Self { place, sealer, manifest, contents, chunk, continues, replaced, round })
    }

    /// Adds a frame, and what its rows name.
    fn add(
        &mut self,
        source: &Source,
        frame: &Frame,
        payload: &[u8],
        items: &mut BTreeSet<Item>,
        begins: bool,
    ) -> Result<(), BackupError> {
        for change in Changes::of(payload)? {
            match change? {
                Change::Put { key, value } => {
                    items.extend(Item::of_row(source.bodies_of, key, value)?);
                }
                Change::Event(event) => self.chunk.note_event(event.time),
                Change::Delete { .. } => {}
            }
        }
        if items.len() >= BATCH_LEN {
            let missing = self.items(source, std::mem::take(items))?;
            if !begins {
                self.note_missing(missing, frame.position());
            }
        }
        self.chunk.add(frame);
        self.round.frames = self.round.frames.saturating_add(1);
        if self.chunk.is_full() {
            self.write_chunk()?;
            (self.chunk, self.continues) = (OpenChunk::after(frame.head()), None);
        }
        Ok(())
    }

    /// Copies items, and returns those that are missing.
    fn items(&mut self, source: &Source, items: BTreeSet<Item>) -> Result<Vec<Item>, BackupError> {
        let before = self.contents.len();
        let missing = self.contents.copy(items, &source.data, &self.place, &mut self.manifest)?;
        let copied = self.contents.len().saturating_sub(before);
        self.round.items = self.round.items.saturating_add(copied);
        Ok(missing)
    }

    fn note_missing(&mut self, missing: impl IntoIterator<Item = Item>, frame: u64) {
        for item in missing {
            let what =
                format!("{} was not in the data directory as of frame {frame}", item.shown());
            tracing::error!("{what}");
            self.round.missing = self.round.missing.saturating_add(1);
            self.manifest.missing.push(what);
        }
    }

    fn add_base(&mut self, base: &BaseFile) -> Result<(), BackupError> {
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

    fn write_chunk(&mut self) -> Result<(), BackupError> {
        let is_written = self.continues.as_ref().map(Chunk::head) == Some(self.chunk.head());
        if self.chunk.is_empty() || is_written {
            return Ok(());
        }
        let chunk = self.chunk.write(&self.place)?;
        if let Some(shorter) = self.continues.replace(chunk.clone()) {
            self.manifest.chunks.pop();
            self.replaced.push(shorter.name());
        }
        self.manifest.chunks.push(chunk);
        Ok(())
    }

    /// Writes the manifest, last; then what it does not name any more can go.
    fn finish(&mut self, position: u64) -> Result<(), BackupError> {
        self.write_chunk()?;
        if let Some(span) = self.manifest.spans.last_mut() {
            (span.to, span.to_at) = (position, self.manifest.as_of);
        }
        self.manifest.write(&self.place, &mut self.sealer)?;
        for name in self.replaced.drain(..) {
            self.place.delete(&name)?;
        }
        Ok(())
    }
}

/// Records how far the backup has come, and whether the log waits for it.
fn hold(
    source: &Source,
    place: &Place,
    manifest: &Manifest,
    position: u64,
    follows: bool,
) -> Result<(), BackupError> {
    let (backup, as_of) = (manifest.backup.clone(), manifest.as_of);
    let destination = place.to_string();
    let cursor = BackupCursor { backup, destination, position, as_of, follows };
    Ok(cursor.write(&source.data)?)
}

/// The keyring, and the root key if it is sealed by a passphrase: what opens all else.
fn copy_keys(source: &Source, place: &Place) -> Result<(), BackupError> {
    for name in [KEYRING, SEALED_ROOT_KEY] {
        match fs::read(source.data.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound && name != KEYRING => {}
            bytes => {
                let bytes = bytes?;
                if place.get(name, KEY_BYTES_MAX)?.as_deref() != Some(&bytes) {
                    place.put(name, bytes)?;
                }
            }
        }
    }
    Ok(())
}

/// The log after the newest intact base, or from its beginning if that is the store's.
fn after_base(source: &Source) -> Result<(LiveLog, Option<BaseFile>), BackupError> {
    let start = LiveLog::beginning(&source.data)?;
    let (base, from) = match newest_base(source, |base| base.position >= start.position)? {
        Some((base, head)) => (Some(base), head),
        None if start.position == 0 => (None, start),
        None => return Err(StoreError::missing("no intact base reaches the log").into()),
    };
    Ok((LiveLog::after(&source.data, &source.keyring, from)?, base))
}

/// The newest base that is intact and as wanted, and the frame as of which it is.
fn newest_base(
    source: &Source,
    is_wanted: impl Fn(&BaseFile) -> bool,
) -> Result<Option<(BaseFile, Head)>, BackupError> {
    for base in BaseFile::all(&source.data)?.into_iter().rev().filter(is_wanted) {
        let whole = read_base(source, &base).and_then(|mut rows| {
            let head = rows.head();
            rows.try_for_each(|row| row.map(drop)).map(|()| head)
        });
        match whole {
            Ok(head) => return Ok(Some((base, head))),
            Err(error) if error.is_corrupt() => {
                let error = types::error_chain(&error);
                tracing::error!(error, "a base is damaged; the one before it is used");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn read_base(source: &Source, base: &BaseFile) -> Result<BaseRows, StoreError> {
    let file = BufReader::new(File::open(&base.path)?);
    BaseRows::read(base.position, Box::new(file), &source.keyring)
}

fn forked(place: &Place, error: &StoreError) -> BackupError {
    BackupError::Foreign {
        what: format!(
            "{}; `{place}` keeps the other one: back up to a new place",
            types::error_chain(error)
        ),
    }
}
