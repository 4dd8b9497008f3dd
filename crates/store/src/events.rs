//! The log of events: a tail in the tree, older events in segments.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::{Arc, PoisonError};

use flate2::Crc;
use redb::{ReadableTable, ReadableTableMetadata};
use types::Timestamp;

use crate::segment::{self, EventRow, Room, Segment, SegmentMeta, Tables};
use crate::tail::TailIndex;
use crate::{NewEvent, Snapshot, Store, StoreError, Table};

/// The folder of the segment files within the data directory.
pub const SEGMENTS_FOLDER: &str = "segments";
/// Sealed segments by their first event's number, twenty digits.
pub(crate) const SEGMENTS: Table<SegmentMeta> = Table::new("meta.segment");
/// The number of the next event when the tail was last trimmed; the tail itself is authoritative
/// unless empty.
pub(crate) const NEXT_SEQ: Table<u64> = Table::new("meta.next_seq");
/// The maximum number of events in a segment.
const SEGMENT_LEN_MAX: usize = 65_536;
/// Sealed events that one commit cuts from the tail at most: calls wait for some milliseconds.
const CUT_LEN_MAX: u64 = 2_048;
/// The maximum number of segment files whose tables are cached, about 30 KiB each. The server seals
/// from 16,384 events on: ten million are 600 files.
const TABLES_MAX: usize = 2_048;

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
        let segments = SEGMENTS.all(&view.tx(), "")?;
        let mut found = self.history_in_tail(view, query, tail_start(&segments))?;
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

    /// Uses the index where it covers what the snapshot shows, and scans elsewhere.
    fn history_in_tail(
        &self,
        view: &Snapshot,
        query: &HistoryQuery,
        start: u64,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.complete_tail_index()?;
        let tail = self.shared.tail.read().unwrap_or_else(PoisonError::into_inner);
        let (covered, hits) = tail.hits(query.term, query.before_seq);
        drop(tail);
        let mut found = Vec::new();
        query.scan(view, covered.end.max(start)..query.before_seq, &mut found)?;
        for seq in hits.into_iter().rev().take_while(|seq| *seq >= start) {
            if found.len() >= query.limit || query.is_full(&found) {
                break;
            }
            if let Some(value) = view.events.get(seq)? {
                found.extend(query.matching(seq, value.value())?);
            }
        }
        query.scan(view, start..covered.start.min(query.before_seq), &mut found)?;
        Ok(found)
    }

    /// Adds the events to the index that were in the tail when the store was opened.
    fn complete_tail_index(&self) -> Result<(), StoreError> {
        let tail = self.shared.tail.read().unwrap_or_else(PoisonError::into_inner);
        let Some(end) = tail.missing_before() else { return Ok(()) };
        drop(tail);
        let view = self.snapshot()?;
        let first = view.events.first()?.map_or(end, |(seq, _)| seq.value().min(end));
        let mut older = TailIndex::empty(first);
        for entry in view.events.range(first..end)? {
            let (seq, value) = entry?;
            let event = Encoded::read(value.value()).ok_or_else(|| damaged(seq.value()))?;
            older.add(seq.value(), event.terms());
        }
        let mut tail = self.shared.tail.write().unwrap_or_else(PoisonError::into_inner);
        tail.complete_with(older);
        Ok(())
    }

    /// Up to `limit` events from number `from` on, ascending.
    pub fn events_from(
        &self,
        view: &Snapshot,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let (mut found, mut next, mut failure) = (Vec::new(), from, None);
        // Numbers have no gaps, so the segment that contains `from` begins less than a segment
        // before it.
        let first = from.saturating_sub(u64::try_from(SEGMENT_LEN_MAX).unwrap_or(u64::MAX));
        SEGMENTS.visit(&view.tx(), "", row_key(first), &mut |_, meta| {
            let wanted = limit.saturating_sub(found.len());
            if wanted == 0 {
                return ControlFlow::Break(());
            }
            if meta.last_seq >= next {
                match self.segment_events(&meta, next, wanted) {
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
        for entry in view.events.range(next..)?.take(limit.saturating_sub(found.len())) {
            let (seq, value) = entry?;
            let event = Encoded::read(value.value()).ok_or_else(|| damaged(seq.value()))?;
            found.push(event.row(seq.value()));
        }
        Ok(found)
    }

    /// Returns `None` if the segment expired after the snapshot was taken.
    fn segment_events(
        &self,
        meta: &SegmentMeta,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let segment = self.segment(meta)?;
        segment.map_or(Ok(Vec::new()), |segment| segment.events(from, u64::MAX, limit))
    }

    /// Moves the oldest events of the tail into a segment when at least `len_min` wait there.
    ///
    /// Returns how many were moved. The segment file is durable before it is registered; after its
    /// registration, the tail begins after it, and its events are removed from the tail in batches.
    /// After a crash there is at worst a stray file, or a batch for the next seal.
    pub fn seal(&self, len_min: usize) -> Result<usize, StoreError> {
        let _alone = self.sealing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut moved = None;
        loop {
            match next_step(&self.tail()?, moved.map_or(len_min, |_| usize::MAX)) {
                SealStep::Cut { through } => self.cut(through)?,
                SealStep::Seal => moved = Some(self.register()?),
                SealStep::Wait => return Ok(moved.unwrap_or(0)),
            }
        }
    }

    fn tail(&self) -> Result<Tail, StoreError> {
        let view = self.snapshot()?;
        let first = view.events.first()?.map(|(seq, _)| seq.value());
        let start = tail_start(&SEGMENTS.all(&view.tx(), "")?);
        Ok(Tail { first, start, len: tail_len(&view)? })
    }

    /// Writes the oldest events of the tail into a segment, from which they are read from now on.
    fn register(&self) -> Result<usize, StoreError> {
        let view = self.snapshot()?;
        let Some((first, _)) = view.events.first()? else { return Ok(0) };
        let row_key = row_key(first.value());
        let rows = view.events.iter()?.take(SEGMENT_LEN_MAX).map(|entry| {
            let (seq, value) = entry?;
            let event = Encoded::read(value.value()).ok_or_else(|| damaged(seq.value()))?;
            Ok(event.row(seq.value()))
        });
        let folder = self.folder().join(SEGMENTS_FOLDER);
        let path = folder.join(format!("{row_key}.events"));
        let meta = segment::write(&folder, &path, rows)?;
        // The tail is cut on the strength of what can be read back.
        Segment::open(&path, &meta)?.check()?;
        let moved = usize::try_from(meta.count).unwrap_or(usize::MAX);
        let sealed =
            self.submit_when_full(move |tx| (SEGMENTS.put(tx, row_key, &meta), Vec::new()));
        sealed.wait()??;
        Ok(moved)
    }

    /// Cuts sealed events from the tail.
    fn cut(&self, through: u64) -> Result<(), StoreError> {
        let cut = self.submit_when_full(move |tx| {
            tx.drop_tail_through = Some(through);
            ((), Vec::new())
        });
        cut.wait()
    }

    /// Deletes the segments whose newest event is older than `horizon` and that end before
    /// `keep_from_seq`; returns the number of deleted events.
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

    fn matching(&self, seq: u64, value: &[u8]) -> Result<Option<EventRow>, StoreError> {
        let event = Encoded::read(value).ok_or_else(|| damaged(seq))?;
        let matches = event.carries(self.term) && (self.from..=self.to).contains(&event.time);
        Ok(matches.then(|| event.row(seq)))
    }

    fn scan(
        &self,
        view: &Snapshot,
        range: Range<u64>,
        found: &mut Vec<EventRow>,
    ) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        for entry in view.events.range(range)?.rev() {
            if found.len() >= self.limit || self.is_full(found) {
                break;
            }
            let (seq, value) = entry?;
            found.extend(self.matching(seq.value(), value.value())?);
        }
        Ok(())
    }
}

/// The key of the segment that begins with that event.
fn row_key(first_seq: u64) -> String {
    format!("{first_seq:020}")
}

/// The tail as the sealing finds it.
#[derive(Debug, Clone, Copy)]
struct Tail {
    /// The number of the first event that is stored in it.
    first: Option<u64>,
    /// The number from which on events are in no segment.
    start: u64,
    /// The number of events that are stored in it.
    len: u64,
}

/// What the sealing does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SealStep {
    /// Cuts the events through this number, which are in a segment.
    Cut { through: u64 },
    /// Moves the oldest events into a segment.
    Seal,
    /// Nothing: too few events wait.
    Wait,
}

/// Decides; does nothing itself. A segment is made when at least `len_min` events wait.
fn next_step(tail: &Tail, len_min: usize) -> SealStep {
    let Some(first) = tail.first else { return SealStep::Wait };
    if first < tail.start {
        let end = first.saturating_add(CUT_LEN_MAX).min(tail.start);
        return SealStep::Cut { through: end.saturating_sub(1) };
    }
    if tail.len < u64::try_from(len_min).unwrap_or(u64::MAX) {
        return SealStep::Wait;
    }
    SealStep::Seal
}

/// The number of the tail's first event; earlier ones are in the segments.
fn tail_start(segments: &[(Vec<u8>, SegmentMeta)]) -> u64 {
    segments.last().map_or(0, |(_, meta)| meta.last_seq.saturating_add(1))
}

pub(crate) fn last_seq(view: &Snapshot) -> Result<u64, StoreError> {
    if let Some((seq, _)) = view.events.last()? {
        return Ok(seq.value());
    }
    Ok(NEXT_SEQ.get(&view.tx(), "")?.unwrap_or(1).saturating_sub(1))
}

/// The number of events in the tail.
pub(crate) fn tail_len(view: &Snapshot) -> Result<u64, StoreError> {
    Ok(view.events.len()?)
}

/// Removes segment files that were never finished.
pub(crate) fn remove_unfinished(folder: &Path) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == segment::UNFINISHED) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn damaged(seq: u64) -> StoreError {
    StoreError::corrupt(format_args!("event {seq}"))
}

/// Set in the count of an event's terms: a checksum follows them. Events of earlier releases have
/// none.
const SUMMED: u16 = 0x8000;

/// An event's bytes in the tail: instant (8), count of terms (2), terms (8 each), checksum of all
/// the rest (4), body.
pub(crate) fn encode(event: &NewEvent) -> Vec<u8> {
    let terms = event.terms.iter().take(usize::from(SUMMED) - 1);
    let mut bytes = Vec::with_capacity(event.body.len().saturating_add(128));
    bytes.extend(event.time.as_ms().to_be_bytes());
    let count = u16::try_from(terms.len()).unwrap_or(SUMMED - 1);
    bytes.extend((count | SUMMED).to_be_bytes());
    terms.for_each(|term| bytes.extend(term.to_be_bytes()));
    let sum = checksum(&bytes, &event.body);
    bytes.extend(sum.to_be_bytes());
    bytes.extend_from_slice(&event.body);
    bytes
}

fn checksum(head: &[u8], body: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(head);
    sum.update(body);
    sum.sum()
}

struct Encoded<'a> {
    time: Timestamp,
    terms: &'a [u8],
    body: &'a [u8],
}

impl<'a> Encoded<'a> {
    /// `None` for bytes that are not those of an event, or not any more.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (time, rest) = bytes.split_first_chunk::<8>()?;
        let (count, rest) = rest.split_first_chunk::<2>()?;
        let count = u16::from_be_bytes(*count);
        let terms_len = usize::from(count & !SUMMED).checked_mul(8)?;
        let (terms, mut body) = rest.split_at_checked(terms_len)?;
        if count & SUMMED != 0 {
            let (sum, rest) = body.split_first_chunk::<4>()?;
            let (head, _) = bytes.split_at_checked(terms_len.checked_add(10)?)?;
            if u32::from_be_bytes(*sum) != checksum(head, rest) {
                return None;
            }
            body = rest;
        }
        Some(Self { time: Timestamp::from_ms(u64::from_be_bytes(*time)), terms, body })
    }

    fn carries(&self, term: u64) -> bool {
        self.terms.chunks_exact(8).any(|own| own == term.to_be_bytes())
    }

    fn terms(&self) -> impl Iterator<Item = u64> {
        self.terms.chunks_exact(8).filter_map(|own| own.try_into().ok().map(u64::from_be_bytes))
    }

    fn row(&self, seq: u64) -> EventRow {
        EventRow { seq, time: self.time, terms: self.terms().collect(), body: self.body.to_vec() }
    }
}

/// Whether the bytes of an event in the tail can be parsed.
pub(crate) fn decodes(value: &[u8]) -> bool {
    Encoded::read(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changed bytes are never accepted as an event, wherever they are; those of earlier releases,
    /// which have no checksum, are read unchecked.
    #[test]
    fn a_changed_event_is_no_event() {
        let time = Timestamp::from_secs(3);
        let event = NewEvent { time, terms: vec![7, 8], body: b"{\"eventName\":\"a\"}".to_vec() };
        let bytes = encode(&event);
        let read = Encoded::read(&bytes).unwrap();
        assert_eq!((read.time, read.terms().collect::<Vec<_>>()), (time, vec![7, 8]));
        assert_eq!(read.body, event.body);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Encoded::read(&changed).is_none(), "byte {at}");
        }
        let sum_at = 10 + 16;
        let mut older = [&bytes[..sum_at], &bytes[sum_at + 4..]].concat();
        older[8] &= 0x7f;
        assert_eq!(Encoded::read(&older).unwrap().body, event.body);
    }

    /// Between registration and trimming, and after a crash there, an event is in both places: it
    /// is found once, and the next seal removes it from the tail.
    #[test]
    fn a_sealed_event_is_found_once_before_and_after_trimming() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), None).unwrap();
        let event = |at| NewEvent { time: Timestamp::from_secs(at), terms: vec![7], body: vec![] };
        let add = |range: Range<u64>| {
            let events = range.map(event).collect();
            store.submit(move |_| ((), events)).wait().unwrap();
        };
        let found = || {
            let (from, to) = (Timestamp::from_secs(0), Timestamp::from_secs(99));
            let (limit, bytes_max) = (99, usize::MAX);
            let query = HistoryQuery { term: 7, before_seq: u64::MAX, from, to, limit, bytes_max };
            let rows = store.history(&store.snapshot().unwrap(), &query).unwrap();
            rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        add(0..5);
        assert_eq!(store.register().unwrap(), 5);
        add(5..8);
        let all: Vec<u64> = (1..=8).rev().collect();
        assert_eq!((found(), store.tail_len().unwrap()), (all.clone(), 8));
        assert_eq!(store.fsck(&mut |_| {}).unwrap(), Vec::<String>::new());
        assert_eq!(store.seal(9).unwrap(), 0);
        assert_eq!((found(), store.tail_len().unwrap()), (all, 3));
    }

    /// Large events are fewer at a time, in the tail, in a segment, and across both.
    #[test]
    fn large_events_fill_an_answer_sooner() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), None).unwrap();
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

    fn check_step(first: Option<u64>, start: u64, len: u64, want: SealStep) {
        assert_eq!(next_step(&Tail { first, start, len }, 10), want);
    }

    /// What a segment holds is cut first, in batches; a crash between the two leaves no more work.
    #[test]
    fn sealed_events_are_cut_before_others_are_sealed() {
        check_step(Some(1), 5, 100, SealStep::Cut { through: 4 });
        let far = 3 * CUT_LEN_MAX;
        check_step(Some(1), far, 1 << 40, SealStep::Cut { through: CUT_LEN_MAX });
        check_step(Some(far - 1), far, 1 << 40, SealStep::Cut { through: far - 1 });
    }

    #[test]
    fn a_segment_is_made_of_enough_events() {
        check_step(None, 0, 0, SealStep::Wait);
        check_step(Some(5), 5, 9, SealStep::Wait);
        check_step(Some(5), 5, 10, SealStep::Seal);
        check_step(Some(5), 0, 11, SealStep::Seal);
    }
}
