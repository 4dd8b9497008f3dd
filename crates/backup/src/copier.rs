//! Makes a backup, and keeps it up to date.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind};
use std::ops::ControlFlow;
use std::sync::Arc;

use store::{BaseFile, BaseRows, Head, LiveLog, StoreError, Writes, rows_with};
use types::{HOUR_MS, Timestamp};

use crate::contents::Item;
use crate::copying::{BATCH_LEN, Copy, Missing, hold, is_waited_for, kept_since};
use crate::lease::Held;
use crate::manifest::{KEY_BYTES_MAX, KEYRING, Manifest, SEALED_ROOT_KEY, Span};
use crate::source::{Round, Source};
use crate::{BackupError, Place};

/// A body that nothing names any more is there for a day after it was written: a backup for which
/// nothing was kept, and that was away for longer, compares all rows with what it has.
const AWAY_MS_MAX: u64 = 20 * HOUR_MS;
/// How often the state is compared with what was copied until nothing is missing.
const ATTEMPTS: usize = 8;

/// A backup that is being made.
#[derive(Debug)]
pub struct Copier {
    source: Source,
    log: LiveLog,
    copy: Copy,
}

impl Copier {
    /// Begins a backup in an empty place, or continues the one that is there.
    ///
    /// Errors with [`BackupError::Foreign`] if that is of another store, or of another history, and
    /// with [`BackupError::InUse`] if another run writes there, unless this one `takes_over`.
    pub fn begin(source: Source, place: Arc<Place>, takes_over: bool) -> Result<Self, BackupError> {
        // A place of another store is left as it is.
        own_manifest(&source, &place)?;
        let lease = Held::take(&place, &source, takes_over)?;
        let begun =
            own_manifest(&source, &place).and_then(|manifest| start(&source, &place, manifest));
        let (manifest, log, base) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                // The next run waits until this one is seen to be dead.
                let _ = lease.end();
                return Err(error);
            }
        };
        let mut copy = Copy::of(&source, place, lease, manifest, log.head())?;
        if let Some(base) = base {
            copy.add_base(&base)?;
        }
        Ok(Self { source, log, copy })
    }

    /// Copies what has become of the data directory since the last round.
    ///
    /// After an error the backup is to be begun again: it goes on from what was written down last.
    pub fn round(&mut self) -> Result<Round, BackupError> {
        let (as_of, sent) = (self.source.clock.now(), self.copy.place.sent());
        let before = self.log.head();
        self.copy.round = Round::default();
        // Checkpoints, then leaves, then events: each has what the ones before it are about.
        let files = (self.source.files)(&self.source.data);
        self.copy.copy_tree(&self.source)?;
        let missing = self.copy_log()?;
        if !self.copy.manifest.incomplete {
            if self.is_waited_for()? {
                self.copy.note_missing(missing);
            } else {
                // What was not kept for it is named by no row, or by rows of the new stretch.
                self.copy.manifest.incomplete = true;
            }
        }
        let begins = self.copy.manifest.incomplete;
        if begins {
            self.copy_state(as_of)?;
        }
        let head = self.log.head();
        if head != before || begins || files != self.copy.manifest.files {
            self.copy_newer_base()?;
            self.copy.manifest.files = files;
            self.copy.finish(head, as_of)?;
        }
        self.copy.manifest.as_of = as_of;
        self.copy.hold(&self.source, head.position, true)?;
        let bytes = self.copy.place.sent().saturating_sub(sent);
        Ok(Round { position: head.position, bytes, ..self.copy.round })
    }

    /// Ends a backup that is not to follow the log: nothing is kept for it any more.
    pub fn end(self) -> Result<(), BackupError> {
        self.copy.hold(&self.source, self.log.head().position, false)?;
        self.copy.lease.end()
    }

    /// Ends a run of a backup that follows the log, which is kept for the next run.
    pub fn pause(self) -> Result<(), BackupError> {
        self.copy.lease.end()
    }

    /// Whether the log still waits for this backup: if not, it has to be begun again.
    pub fn is_waited_for(&self) -> Result<bool, BackupError> {
        is_waited_for(&self.source, &self.copy.manifest)
    }

    /// The frames after those that were copied, and what they name unless a stretch begins. Returns
    /// what is missing.
    fn copy_log(&mut self) -> Result<Vec<Missing>, BackupError> {
        let (mut failure, mut items, mut missing) = (None, BTreeSet::new(), Vec::new());
        let Self { source, log, copy } = self;
        log.read(&mut |frame, payload| {
            let added = copy.add(source, &frame, payload.as_bytes(), &mut items, &mut missing);
            Ok(match added {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            })
        })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let (lost, position) = (copy.items(source, items)?, log.head().position);
        missing.extend(lost.into_iter().map(|item| (item, position)));
        Ok(missing)
    }

    /// Copies what any row as of the newest frame names, after base and frames are written down.
    /// What is missing may have been dropped before it was kept for this backup: then newer frames
    /// have its deletion.
    fn copy_state(&mut self, as_of: Timestamp) -> Result<(), BackupError> {
        let mut lost = BTreeSet::new();
        for _ in 0..ATTEMPTS {
            let head = self.log.head();
            self.copy.write_chunk(head)?;
            self.copy.save(&self.source)?;
            lost = self.copy_rows()?;
            if lost.is_empty() {
                break;
            }
            self.copy_log()?;
            if self.log.head() == head {
                break;
            }
        }
        self.copy.manifest.incomplete = false;
        let position = self.log.head().position;
        self.copy.note_missing(lost.into_iter().map(|item| (item, position)));
        let span = Span { from: position, to: position, from_at: as_of, to_at: as_of };
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
                copy.save_if_due(source)?;
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

/// The manifest of the place, or a new one; errors if it is of another store.
fn own_manifest(source: &Source, place: &Place) -> Result<Manifest, BackupError> {
    let manifest = match Manifest::read(place, &source.keyring)? {
        Some(manifest) => manifest,
        None => Manifest::new(&source.store, source.clock.now(), &source.entropy)?,
    };
    if manifest.store == source.store {
        return Ok(manifest);
    }
    let what = format!("`{place}` has the backup of another data directory");
    Err(BackupError::Foreign { what })
}

type Begun = (Manifest, LiveLog, Option<BaseFile>);

/// Where the log is to be read from, and the base to copy if it is another stretch.
fn start(source: &Source, place: &Place, mut manifest: Manifest) -> Result<Begun, BackupError> {
    // Before the first frame, if the place has none.
    let head = manifest.head().map_or(Head::default(), |head| head);
    let was_away = kept_since(source, &manifest)?.since_ms(manifest.as_of) > AWAY_MS_MAX;
    manifest.incomplete |= was_away || manifest.spans.is_empty();
    // From here on the log waits.
    hold(source, place, &manifest, head.position, true)?;
    copy_keys(source, place)?;
    let (log, base) = match LiveLog::after(&source.data, &source.keyring, head) {
        // What a store began with may be in a base only.
        Ok(_) if head == Head::default() => after_base(source)?,
        Ok(log) => (log, None),
        Err(error) if error.is_missing() => after_base(source)?,
        Err(error) if error.is_corrupt() => return Err(forked(place, &error)),
        Err(error) => return Err(error.into()),
    };
    manifest.incomplete |= base.is_some();
    hold(source, place, &manifest, head.position, true)?;
    Ok((manifest, log, base))
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

/// The log from its beginning, and the newest intact base: events that are in no segment yet may be
/// in frames before the base.
fn after_base(source: &Source) -> Result<(LiveLog, Option<BaseFile>), BackupError> {
    let start = LiveLog::beginning(&source.data)?;
    let base = newest_base(source, |base| base.position >= start.position)?;
    if base.is_none() && start.position > 0 {
        return Err(StoreError::missing("no intact base reaches the log").into());
    }
    let log = LiveLog::after(&source.data, &source.keyring, start)?;
    Ok((log, base.map(|(base, _)| base)))
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
