//! Event history: a tail in the log, older events in segments.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use types::Timestamp;

use crate::log::EventRef;
use crate::sealed::{SEGMENT_LEN_MAX, SEGMENTS, Sealed, chain, register, row_key};
use crate::segment::{self, EventRow, Room, SEGMENTS_FOLDER, Segment, SegmentMeta, Tables};
use crate::shared::EventReader;
use crate::{Snapshot, Store, StoreError};

/// Events of the tail that are in memory at once while a segment is made of them.
const SEALED_AT_ONCE: usize = 256;
/// The maximum number of segment files whose tables are cached, about 30 KiB each. The server seals
/// from 16,384 events on: ten million are 600 files.
const TABLES_MAX: usize = 2_048;

/// Called between the slices of long work; ends it if it breaks.
pub(crate) type Pause<'p> = dyn Fn() -> ControlFlow<()> + 'p;

/// A question to the event history.
#[derive(Debug, Clone)]
pub struct HistoryQuery {
    /// The hash that an event must carry.
    pub term: u64,
    /// Only events with lower numbers.
    pub before_seq: u64,
    /// Not older than this.
    pub from: Timestamp,
    /// Not newer than this.
    pub to: Timestamp,
    /// The maximum number of events requested.
    pub limit: usize,
    /// Bytes of their records after which no further event is read.
    pub bytes_max: usize,
}

impl Store {
    /// The newest events that carry a term, newest first. Fewer than there are, if
    /// [`HistoryQuery::is_full`] of them.
    pub fn history(
        &self,
        view: &Snapshot,
        query: &HistoryQuery,
    ) -> Result<Vec<EventRow>, StoreError> {
        let before_seq = query.before_seq.min(view.next_seq());
        let query = HistoryQuery { before_seq, ..query.clone() };
        self.while_sealed(|now| self.history_as_of(now, &query))
    }

    /// Does what reads events as of now, again if events were moved into segments meanwhile: they
    /// may have left the log.
    ///
    /// As of now, because the snapshot's segments may have expired; newer events than the snapshot's
    /// are to be left out.
    fn while_sealed<R>(
        &self,
        read: impl Fn(&Snapshot) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        loop {
            let now = self.snapshot()?;
            match read(&now) {
                Err(error) if error.is_corrupt() || error.is_missing() => {
                    if Sealed::of(&self.snapshot()?)? == Sealed::of(&now)? {
                        return Err(error);
                    }
                }
                result => return result,
            }
        }
    }

    fn history_as_of(
        &self,
        now: &Snapshot,
        query: &HistoryQuery,
    ) -> Result<Vec<EventRow>, StoreError> {
        let (start, segments) = (Sealed::of(now)?.next_seq(), SEGMENTS.all(&now.tx(), "")?);
        let mut found = self.history_in_tail(query, start)?;
        for (_, meta) in segments.into_iter().rev() {
            let wanted = query.limit.saturating_sub(found.len());
            if wanted == 0 || query.is_full(&found) {
                break;
            }
            let outside = meta.first_seq >= query.before_seq
                || meta.newest < query.from
                || meta.oldest > query.to;
            if !outside {
                let range = query.from..=query.to;
                let Some(segment) = self.segment(&meta)? else { continue };
                let room = Room { events: wanted, bytes: query.bytes_left(&found) };
                found.extend(segment.find(query.term, query.before_seq, &range, room)?);
            }
        }
        Ok(found)
    }

    fn history_in_tail(
        &self,
        query: &HistoryQuery,
        start: u64,
    ) -> Result<Vec<EventRow>, StoreError> {
        let (mut found, mut reader) = (Vec::new(), EventReader::new(&self.shared));
        self.shared.complete_tail_index()?;
        let tail = self.shared.tail.read().unwrap_or_else(PoisonError::into_inner);
        if tail.start() > start {
            // Two segments were made since `start` was read: the first one's events are gone here.
            return Err(StoreError::missing("events were moved into a segment meanwhile"));
        }
        let hits = tail.hits(query.term, query.before_seq);
        drop(tail);
        for seq in hits.into_iter().rev().take_while(|seq| *seq >= start) {
            if found.len() >= query.limit || query.is_full(&found) {
                break;
            }
            found.extend(reader.with(seq, |event| query.matching(event))?);
        }
        Ok(found)
    }

    /// Up to `limit` events from number `from` on, ascending.
    pub fn events_from(
        &self,
        view: &Snapshot,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.while_sealed(|now| self.events_as_of(now, view, from, limit))
    }

    fn events_as_of(
        &self,
        now: &Snapshot,
        view: &Snapshot,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let (mut found, mut next, mut failure) = (Vec::new(), from, None);
        // Numbers have no gaps, so the segment that contains `from` begins less than a segment
        // before it.
        let first = from.saturating_sub(u64::try_from(SEGMENT_LEN_MAX).unwrap_or(u64::MAX));
        SEGMENTS.visit(&now.tx(), "", row_key(first), &mut |_, meta| {
            let wanted = limit.saturating_sub(found.len());
            if wanted == 0 || meta.first_seq >= view.next_seq() {
                return ControlFlow::Break(());
            }
            if meta.last_seq >= next {
                match self.segment_events(&meta, next, view.last(), wanted) {
                    Ok(events) => found.extend(events),
                    Err(error) => {
                        failure = Some(error);
                        return ControlFlow::Break(());
                    }
                }
                next = found.last().map_or(next, |event: &EventRow| event.seq.saturating_add(1));
            }
            ControlFlow::Continue(())
        })?;
        if let Some(error) = failure {
            return Err(error);
        }
        let next = next.max(Sealed::of(now)?.next_seq());
        let wanted = limit.saturating_sub(found.len());
        found.extend(self.tail_rows(next, view.next_seq(), wanted)?);
        Ok(found)
    }

    /// Up to `limit` events of the tail from number `from` on and before `end`, ascending.
    fn tail_rows(&self, from: u64, end: u64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        let mut rows = Vec::new();
        if limit == 0 {
            return Ok(rows);
        }
        self.shared.visit_tail(from..end, &mut |event| {
            rows.push(event.row());
            if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(rows)
    }

    /// Returns no events if the segment expired after the snapshot was taken.
    fn segment_events(
        &self,
        meta: &SegmentMeta,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let segment = self.segment(meta)?;
        segment.map_or(Ok(Vec::new()), |segment| segment.events(from, to, limit))
    }

    /// Moves the oldest events of the tail into a segment when at least `len_min` are there.
    ///
    /// Returns how many were moved. The segment file is durable before it is registered; from then
    /// on its events are read from it. After a crash there is at worst a stray file.
    pub fn seal(&self, len_min: usize) -> Result<usize, StoreError> {
        self.seal_in_slices(len_min, &|| ControlFlow::Continue(()))
    }

    /// The same; `pause` is called after every slice of the work, a few milliseconds each, and may
    /// take its time: nothing that the writer needs is held then. If it breaks, nothing is moved,
    /// with [`StoreErrorKind::Stopped`](crate::StoreErrorKind::Stopped).
    pub fn seal_in_slices(&self, len_min: usize, pause: &Pause<'_>) -> Result<usize, StoreError> {
        let _alone = self.sealing.lock().unwrap_or_else(PoisonError::into_inner);
        // A registration in doubt is settled first: its file must not be written again.
        self.submit_when_full(|_| ((), Vec::new())).wait()?;
        let view = self.snapshot()?;
        let before = Sealed::of(&view)?;
        let (first, end) = (before.next_seq(), view.next_seq());
        let len = end.saturating_sub(first);
        if len == 0 || len < u64::try_from(len_min).unwrap_or(u64::MAX) {
            return Ok(0);
        }
        let end = end.min(first.saturating_add(u64::try_from(SEGMENT_LEN_MAX).unwrap_or(u64::MAX)));
        let (name, folder) = (row_key(first), self.folder().join(SEGMENTS_FOLDER));
        let path = folder.join(format!("{name}.events"));
        // What is in the log may be deleted on the strength of what can be read back. Between the
        // file's name and its registration there is no pause in which a server would be stopped.
        let check = |at: &Path, meta: &SegmentMeta| Segment::open(at, meta)?.check_in_slices(pause);
        let rows = self.tail_iter(first, end, pause);
        let meta = segment::write_checked(&folder, &path, rows, check)?;
        let position = self.shared.frame_of(meta.last_seq)?;
        let tag = self.shared.head_at(position)?.tag;
        let meta = SegmentMeta { after: before.chain.clone(), frame: position, ..meta };
        let meta = SegmentMeta { tag: types::hex(&tag), ..meta };
        let chain = chain(&self.shared.keyring, &meta);
        let sealed = Sealed { last_seq: meta.last_seq, frame: position, chain };
        let (moved, dropped, kept_from) = (meta.count, before.last_seq, before.frame);
        self.submit_when_full(move |tx| (register(tx, &before, &sealed, &meta), Vec::new()))
            .wait()??;
        // Not those of this segment: a reader may be on its way to them.
        let mut tail = self.shared.tail.write().unwrap_or_else(PoisonError::into_inner);
        let gone = tail.drop_through(dropped);
        // The writer waits for the lock, not for the memory.
        drop(tail);
        drop(gone);
        self.shared.kept_from.store(kept_from, Ordering::Release);
        Ok(usize::try_from(moved).unwrap_or(usize::MAX))
    }

    /// The events of the tail from `first` on and before `end`, read some at a time.
    fn tail_iter(
        &self,
        first: u64,
        end: u64,
        pause: &Pause<'_>,
    ) -> impl Iterator<Item = Result<EventRow, StoreError>> {
        let (mut next, mut rows) = (first, Vec::new().into_iter());
        std::iter::from_fn(move || {
            if let Some(row) = rows.next() {
                return Some(Ok(row));
            }
            if next > first && next < end && pause().is_break() {
                return Some(Err(StoreError::stopped()));
            }
            match self.tail_rows(next, end, SEALED_AT_ONCE) {
                Ok(read) => {
                    next = next.saturating_add(u64::try_from(read.len()).unwrap_or(u64::MAX));
                    rows = read.into_iter();
                    rows.next().map(Ok)
                }
                Err(error) => {
                    next = end;
                    Some(Err(error))
                }
            }
        })
    }

    /// Deletes the oldest segments, up to the first that has an event not older than `horizon` or that
    /// does not end before `keep_from_seq`; returns the number of deleted events.
    pub fn expire(&self, horizon: Timestamp, keep_from_seq: u64) -> Result<u64, StoreError> {
        let expired: Vec<_> = SEGMENTS
            .all(&self.snapshot()?.tx(), "")?
            .into_iter()
            .take_while(|(_, meta)| meta.newest < horizon && meta.last_seq < keep_from_seq)
            .collect();
        if expired.is_empty() {
            return Ok(0);
        }
        let (keys, files): (Vec<_>, Vec<_>) = expired.into_iter().unzip();
        let dropped = self.submit_when_full(move |tx| {
            let dropped = keys.into_iter().try_for_each(|key| SEGMENTS.delete(tx, key));
            (dropped, Vec::new())
        });
        dropped.wait()??;
        let mut gone = 0_u64;
        for meta in files {
            gone = gone.saturating_add(meta.count);
            self.tables.lock().unwrap_or_else(PoisonError::into_inner).remove(&meta.file);
            match std::fs::remove_file(self.folder().join(SEGMENTS_FOLDER).join(&meta.file)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(gone)
    }

    /// The open segment, or `None` if it expired after the snapshot was taken.
    fn segment(&self, meta: &SegmentMeta) -> Result<Option<Segment>, StoreError> {
        let file = match File::open(self.folder().join(SEGMENTS_FOLDER).join(&meta.file)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let registered = SEGMENTS.all(&self.snapshot()?.tx(), "")?;
                if registered.iter().all(|(_, own)| own.file != meta.file) {
                    return Ok(None);
                }
                let name = &meta.file;
                return Err(StoreError::corrupt(format_args!("segment `{name}` is missing")));
            }
            Err(error) => return Err(error.into()),
        };
        let known = || self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tables) = known().get(&meta.file) {
            return Ok(Some(Segment::reopened(file, Arc::clone(tables))));
        }
        let tables = Arc::new(Tables::read(&file, meta)?);
        let mut known = known();
        // The oldest go first: the newest are read by nearly every question.
        if known.len() >= TABLES_MAX {
            known.pop_first();
        }
        known.insert(meta.file.clone(), Arc::clone(&tables));
        Ok(Some(Segment::reopened(file, tables)))
    }
}

impl HistoryQuery {
    /// Whether these events reach the requested number of bytes.
    pub fn is_full(&self, found: &[EventRow]) -> bool {
        self.bytes_left(found) == 0
    }

    fn bytes_left(&self, found: &[EventRow]) -> usize {
        found.iter().fold(self.bytes_max, |left, row| left.saturating_sub(row.body.len()))
    }

    fn matching(&self, event: &EventRef<'_>) -> Option<EventRow> {
        let matches = event.terms().any(|term| term == self.term)
            && (self.from..=self.to).contains(&event.time);
        matches.then(|| event.row())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewEvent, Opening};

    fn open() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &Opening::for_tests()).unwrap();
        (folder, store)
    }

    /// Large events are fewer at a time, in the tail, in a segment, and across both.
    #[test]
    fn large_events_fill_an_answer_sooner() {
        let (_folder, store) = open();
        let time = Timestamp::from_secs(1);
        let event = |_| NewEvent { time, terms: vec![7], body: vec![b'x'; 1_000] };
        let add = |count: u64| {
            let events = (0..count).map(event).collect();
            store.submit(move |_| ((), events)).wait().unwrap();
        };
        let found = |bytes_max| {
            let (before_seq, limit) = (u64::MAX, 99);
            let query =
                HistoryQuery { term: 7, before_seq, from: time, to: time, limit, bytes_max };
            let rows = store.history(&store.snapshot().unwrap(), &query).unwrap();
            (rows.len(), query.is_full(&rows))
        };
        add(5);
        assert_eq!((found(2_500), found(9_000)), ((3, true), (5, false)));
        assert_eq!(store.seal(1).unwrap(), 5);
        assert_eq!((found(2_500), found(9_000)), ((3, true), (5, false)));
        add(2);
        assert_eq!((found(1_500), found(2_500), found(9_000)), ((2, true), (3, true), (7, false)));
    }

    /// Sealing is done in slices, between which the writer commits, and needs two jobs of it.
    #[test]
    fn the_writer_goes_on_between_the_slices() {
        let (_folder, store) = open();
        let add = |count: usize| {
            let time = Timestamp::from_secs(1);
            let event = |_| NewEvent { time, terms: vec![7], body: vec![b'x'; 500] };
            let events = (0..count).map(event).collect();
            store.submit(move |_| ((), events)).wait().unwrap();
        };
        (0..10).for_each(|_| add(1_000));
        let frames = || store.shared.view().point.head.position;
        let (before, slices) = (frames(), std::cell::Cell::new(0_u64));
        let pause = || {
            slices.set(slices.get() + 1);
            // It would wait for ever for what is held.
            add(1);
            ControlFlow::Continue(())
        };
        assert_eq!(store.seal_in_slices(10_000, &pause).unwrap(), 10_000);
        let (read, checked) = (10_000 / SEALED_AT_ONCE, 10_000 * 500 / (48 << 10) / 4);
        let least = u64::try_from(read + checked).unwrap();
        assert!(slices.get() >= least, "{} slices", slices.get());
        // An empty job makes no frame: only the registration does.
        assert_eq!(frames() - before, slices.get() + 1);
        assert_eq!(store.tail_len().unwrap(), slices.get());
        // What is one slice is not interrupted, more is: a server that stops does not wait.
        let stop = || ControlFlow::Break(());
        assert_eq!(u64::try_from(store.seal_in_slices(1, &stop).unwrap()), Ok(slices.get()));
        add(300);
        let error = store.seal_in_slices(1, &stop).unwrap_err();
        assert_eq!(error.kind(), crate::StoreErrorKind::Stopped);
        assert_eq!(store.seal(1).unwrap(), 300);
        // Wherever it is stopped, no file is left that belongs to no segment.
        add(3_000);
        let registered = SEGMENTS.all(&store.snapshot().unwrap().tx(), "").unwrap().len();
        let files = || std::fs::read_dir(store.folder().join(SEGMENTS_FOLDER)).unwrap().count();
        let mut stops = 0_usize;
        loop {
            let left = std::cell::Cell::new(stops);
            let pause = || match left.get().checked_sub(1) {
                Some(fewer) => {
                    left.set(fewer);
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(()),
            };
            if store.seal_in_slices(1, &pause).is_ok() {
                break;
            }
            assert_eq!(files(), registered, "after {stops} slices");
            stops += 1;
        }
        assert!(stops > 3_000 / SEALED_AT_ONCE, "stopped while it was checked, too: {stops}");
        assert_eq!(files(), registered + 1);
    }

    /// A reader that was on its way while two segments were made is told, and begins again.
    #[test]
    fn a_slow_reader_misses_nothing() {
        let (_folder, store) = open();
        let time = Timestamp::from_secs(1);
        let add = || {
            let event = NewEvent { time, terms: vec![7], body: vec![] };
            store.submit(move |_| ((), vec![event])).wait().unwrap();
        };
        add();
        let before = store.snapshot().unwrap();
        let (limit, bytes_max) = (99, 99);
        let query = HistoryQuery { term: 7, before_seq: 2, from: time, to: time, limit, bytes_max };
        assert_eq!(store.history_as_of(&before, &query).unwrap().len(), 1);
        for _ in 0..2 {
            store.seal(1).unwrap();
            add();
        }
        assert!(store.history_as_of(&before, &query).unwrap_err().is_missing());
        assert_eq!(store.history(&store.snapshot().unwrap(), &query).unwrap().len(), 1);
    }

    /// A segment that another process registered meanwhile is not replaced.
    #[test]
    fn events_are_sealed_once() {
        let (_folder, store) = open();
        let event = NewEvent { time: Timestamp::from_secs(1), terms: vec![7], body: vec![] };
        store.submit(move |_| ((), vec![event])).wait().unwrap();
        let before = Sealed::of(&store.snapshot().unwrap()).unwrap();
        assert_eq!(store.seal(1).unwrap(), 1);
        let (_, meta) = SEGMENTS.all(&store.snapshot().unwrap().tx(), "").unwrap().remove(0);
        let rival = Sealed { last_seq: 1, frame: 1, chain: "rival".to_owned() };
        let other = SegmentMeta { file: "rival".to_owned(), ..meta.clone() };
        let tried = store.submit(move |tx| (register(tx, &before, &rival, &other), Vec::new()));
        assert!(tried.wait().unwrap().is_err());
        let (_, now) = SEGMENTS.all(&store.snapshot().unwrap().tx(), "").unwrap().remove(0);
        assert_eq!(now, meta);
    }
}
