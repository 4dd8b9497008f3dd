//! What the writer, the readers and the checkpoints of one store share.

use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use keys::{Keyring, SecretBytes};

use crate::copy::StateCopy;
use crate::copy_rows::CopyRows;
use crate::log::{Change, Changes, EventRef, Head, Log, LogPoint, Opener};
use crate::memo::Memo;
use crate::redo::in_portions;
use crate::reserve::Reserve;
use crate::sealed::Sealed;
use crate::stopwatch::{DiskStep, Stopwatch};
use crate::tail::TailIndex;
use crate::view::View;
use crate::{Snapshot, StoreError, proof};

/// Frames after which a replay reports how far it has come.
const FRAMES_SHOWN: u64 = 10_000;

/// The state of an open store.
pub(crate) struct Shared {
    pub(crate) log: Box<dyn Log>,
    pub(crate) copy: StateCopy,
    pub(crate) keyring: Arc<Keyring>,
    /// The data directory.
    folder: PathBuf,
    /// Decoded rows.
    pub(crate) memo: Arc<Memo>,
    current: RwLock<Arc<View>>,
    /// Held while the next view is made from the current one.
    replacing_view: Mutex<()>,
    /// Held during a checkpoint.
    checkpointing: Mutex<()>,
    /// Covers what the current view shows, at least.
    pub(crate) tail: RwLock<TailIndex>,
    /// The position from which on frames may contain events that are not read from segments.
    pub(crate) kept_from: AtomicU64,
    /// Bytes of frames that were appended since a base was begun; the most there are at the start.
    pub(crate) bytes_since_base: AtomicU64,
    pub(crate) reserve: Reserve,
    pub(crate) stopwatch: Stopwatch,
}

/// What a store consists of before it is put together.
pub(crate) struct Ingredients {
    pub(crate) log: Box<dyn Log>,
    pub(crate) copy: StateCopy,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) folder: PathBuf,
    pub(crate) reserve: Reserve,
    pub(crate) stopwatch: Stopwatch,
}

impl Shared {
    /// Replays the frames that the copy lacks.
    ///
    /// Errors: [`StoreError::is_missing`] if frames are missing between the copy and the log, and
    /// [`StoreError::is_corrupt`] if they do not belong together.
    pub(crate) fn replayed(from: Ingredients) -> Result<Self, StoreError> {
        let Ingredients { log, copy, keyring, folder, reserve, stopwatch } = from;
        let mut tail = TailIndex::empty(copy.rows()?.applied.next_seq);
        let view = replay(log.as_ref(), &copy, &keyring, &mut tail)?;
        let (current, tail) = (RwLock::new(Arc::new(view)), RwLock::new(tail));
        let shared = Self {
            log,
            copy,
            keyring,
            folder,
            memo: Arc::default(),
            current,
            replacing_view: Mutex::default(),
            checkpointing: Mutex::default(),
            tail,
            kept_from: AtomicU64::new(0),
            bytes_since_base: AtomicU64::new(u64::MAX),
            reserve,
            stopwatch,
        };
        shared.kept_from.store(Sealed::of(&shared.snapshot())?.frame, Ordering::Release);
        Ok(shared)
    }

    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.view(), Arc::clone(&self.memo))
    }

    /// Replaces the current view by the one that `next` makes of it, if it makes one.
    pub(crate) fn replace_view<E>(
        &self,
        next: impl FnOnce(&View) -> Result<Option<View>, E>,
    ) -> Result<(), E> {
        let _alone = self.replacing_view.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = next(&self.view())? {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            let before = std::mem::replace(&mut *current, Arc::new(next));
            drop(current);
            drop(before);
        }
        Ok(())
    }

    /// Takes everything that is in the log now into the copy, durably.
    ///
    /// After an error the next one starts where this one did. A file that the disk has failed is not
    /// written to any more: a later sync would succeed without what the failed one has lost. It is
    /// replaced by one that is made from a base and the log.
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        // Another one would drop what this one has not taken.
        let _alone = self.checkpointing.lock().unwrap_or_else(PoisonError::into_inner);
        self.replace_view(|view| Ok::<_, StoreError>(view.aged()))?;
        let Some((ageing, until)) = self.view().ageing.clone() else { return Ok(()) };
        let apply = || {
            if self.copy.is_doubtful() {
                return self.replaced(until);
            }
            self.copy.apply(&ageing, until)
        };
        let (copy, failure) = match self.stopwatch.time(DiskStep::Checkpoint, apply) {
            Ok(copy) => (copy, None),
            // Readers go on with what is on the disk: the failure has closed what they had.
            Err(error) => (self.copy.reopened()?, Some(error)),
        };
        self.replace_view(|view| {
            // What a failed one has taken may not be on the disk.
            let is_taken = copy.applied == until && !self.copy.is_doubtful();
            if copy.applied != until && copy.applied != view.copy.applied {
                return Err(StoreError::corrupt("the state file is not the one that was open"));
            }
            let ageing = if is_taken { None } else { view.ageing.clone() };
            Ok(Some(View { copy, ageing, ..view.clone() }))
        })?;
        failure.map_or(Ok(()), Err)
    }

    /// The rows of a new state file, made from the log.
    pub(crate) fn replaced(&self, until: LogPoint) -> Result<Arc<CopyRows>, StoreError> {
        let log = self.log.as_ref();
        // What deletion frees on a full disk is not for this.
        self.reserve.expect_room_for(self.copy.bytes()?)?;
        let (from, base) = proof::newest_start(&self.folder, log, &self.keyring, until.head)?;
        let mut next = self.copy.begin_next(from, base)?;
        in_portions(log, &self.keyring, from, until.head, &mut |writes, reached| {
            next.take(writes, reached)
        })?;
        let replaced = next.replace(until)?;
        tracing::warn!("the state file was replaced: the disk had failed it");
        Ok(replaced)
    }

    /// Shows the events of the tail with these numbers, ascending, until `visitor` breaks.
    ///
    /// They must be in the log: neither sealed before the segment before last, nor in the future.
    pub(crate) fn visit_tail(
        &self,
        range: Range<u64>,
        visitor: &mut dyn FnMut(&EventRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let position = self.frame_of(range.start)?;
        let mut opener = Opener::new(Arc::clone(&self.keyring));
        self.log.read(position, &mut |frame| {
            visit_events(opener.open(&frame)?.as_bytes(), &range, visitor)
        })
    }

    /// The position of the frame that contains an event of the tail.
    pub(crate) fn frame_of(&self, seq: u64) -> Result<u64, StoreError> {
        self.complete_tail_index()?;
        let tail = self.tail.read().unwrap_or_else(PoisonError::into_inner);
        let nowhere = || StoreError::corrupt(format_args!("event {seq} is in no frame of the log"));
        tail.frame_of(seq).ok_or_else(nowhere)
    }

    /// Adds the events to the index that were in the copy's part of the log when the store was
    /// opened.
    pub(crate) fn complete_tail_index(&self) -> Result<(), StoreError> {
        let tail = self.tail.read().unwrap_or_else(PoisonError::into_inner);
        let Some(end) = tail.missing_before() else { return Ok(()) };
        drop(tail);
        let sealed = Sealed::of(&self.snapshot())?;
        let mut older = TailIndex::empty(sealed.next_seq());
        let mut opener = Opener::new(Arc::clone(&self.keyring));
        if sealed.next_seq() < end {
            self.log.read(sealed.frame.max(1), &mut |frame| {
                let payload = opener.open(&frame)?;
                older.add_frame(frame.position(), Changes::of(payload.as_bytes())?, end)?;
                Ok(if older.end() < end {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })?;
        }
        let mut tail = self.tail.write().unwrap_or_else(PoisonError::into_inner);
        if sealed.next_seq() < end {
            tail.complete_with(older);
        } else {
            drop(tail.drop_through(end.saturating_sub(1)));
        }
        Ok(())
    }

    /// The head of the frame at `position`.
    pub(crate) fn head_at(&self, position: u64) -> Result<Head, StoreError> {
        let mut found = None;
        self.log.read(position, &mut |frame| {
            found = Some(frame.head());
            Ok(ControlFlow::Break(()))
        })?;
        found.ok_or_else(|| StoreError::missing(format_args!("the log ends before {position}")))
    }
}

/// Shows the events in a payload whose numbers are in `range`; breaks behind the last one.
fn visit_events(
    payload: &[u8],
    range: &Range<u64>,
    visitor: &mut dyn FnMut(&EventRef<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, StoreError> {
    for change in Changes::of(payload)? {
        let Change::Event(event) = change? else { continue };
        let is_over =
            event.seq >= range.end || (event.seq >= range.start && visitor(&event).is_break());
        if is_over {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Reads single events of the tail; reads a frame once for events that follow each other.
pub(crate) struct EventReader<'s> {
    shared: &'s Shared,
    opener: Opener,
    last: Option<(u64, SecretBytes)>,
}

impl<'s> EventReader<'s> {
    pub(crate) fn new(shared: &'s Shared) -> Self {
        Self { shared, opener: Opener::new(Arc::clone(&shared.keyring)), last: None }
    }

    /// Shows the event with this number to `visitor` and returns its result.
    pub(crate) fn with<R>(
        &mut self,
        seq: u64,
        visitor: impl FnOnce(&EventRef<'_>) -> R,
    ) -> Result<R, StoreError> {
        let position = self.shared.frame_of(seq)?;
        let last = self.last.take().filter(|(at, _)| *at == position);
        let payload = match last {
            Some((_, payload)) => payload,
            None => self.open(position)?,
        };
        let (mut visitor, mut result) = (Some(visitor), None);
        // Whether it broke is whether there was a result.
        let _ = visit_events(payload.as_bytes(), &(seq..seq.saturating_add(1)), &mut |event| {
            result = visitor.take().map(|visitor| visitor(event));
            ControlFlow::Break(())
        })?;
        self.last = Some((position, payload));
        let missing = || StoreError::corrupt(format_args!("frame {position} lacks event {seq}"));
        result.ok_or_else(missing)
    }

    fn open(&mut self, position: u64) -> Result<SecretBytes, StoreError> {
        let (opener, mut payload) = (&mut self.opener, None);
        self.shared.log.read(position, &mut |frame| {
            payload = Some(opener.open(&frame)?);
            Ok(ControlFlow::Break(()))
        })?;
        payload.ok_or_else(|| StoreError::missing(format_args!("frame {position} of the log")))
    }
}

/// The state as of the newest frame of the log; its events are added to `tail`.
fn replay(
    log: &dyn Log,
    copy: &StateCopy,
    keyring: &Arc<Keyring>,
    tail: &mut TailIndex,
) -> Result<View, StoreError> {
    let mut view = View::of(copy.rows()?);
    let applied = view.point;
    let (first, head) = (log.first()?, log.head()?);
    if applied.head.position > head.position {
        return Err(StoreError::missing(format_args!(
            "the log ends with frame {}, but the state contains frame {}",
            head.position, applied.head.position
        )));
    }
    let next = applied.head.position.saturating_add(1);
    if first > next {
        return Err(StoreError::missing(format_args!(
            "the state ends with frame {}, but the log begins with frame {first}",
            applied.head.position
        )));
    }
    let mut opener = Opener::new(Arc::clone(keyring));
    let foreign = || StoreError::corrupt("the state file and the log are not of the same store");
    log.read(applied.head.position.max(first), &mut |frame| {
        if frame.position() < next {
            return (frame.head() == applied.head)
                .then_some(ControlFlow::Continue(()))
                .ok_or_else(foreign);
        }
        if !frame.follows(&view.point.head) {
            return Err(foreign());
        }
        let payload = opener.open(&frame)?;
        view.redo(frame.head(), Changes::of(payload.as_bytes())?)?;
        tail.add_frame(frame.position(), Changes::of(payload.as_bytes())?, u64::MAX)?;
        if view.is_large() {
            view = View::of(copy.apply(&view.recent, view.point)?);
        }
        let done = frame.position().saturating_sub(applied.head.position);
        if done.is_multiple_of(FRAMES_SHOWN) {
            tracing::info!(frame = frame.position(), of = head.position, "replaying the log");
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if view.point.head != head {
        return Err(StoreError::corrupt(format_args!(
            "the newest file of the log does not follow frame {}",
            view.point.head.position
        )));
    }
    Ok(view)
}
