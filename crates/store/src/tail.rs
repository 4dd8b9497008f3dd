use std::collections::VecDeque;
use std::ops::Range;

use crate::StoreError;
use crate::log::{Change, Changes};

/// Events after which a chunk of the index is sorted and closed. Sorting late costs the writer a
/// quarter of what keeping one ordered set would.
const CHUNK_EVENTS: u64 = 1_024;

/// An in-memory index of the tail: from terms to its events, and from events to their frames.
///
/// It covers a contiguous range of event numbers, and never fewer than a snapshot shows of the tail.
/// Events that were in the tail and in the copy when the store was opened are indexed by the first
/// reader, so that opening is fast.
#[derive(Debug)]
pub(crate) struct TailIndex {
    covered: Range<u64>,
    /// Whether the tail has no events before the covered range.
    complete: bool,
    /// Older events, in ascending order.
    closed: VecDeque<Chunk>,
    /// Terms and the events that carry them, from event `open_from` on, in order of arrival.
    open: Vec<(u64, u64)>,
    open_from: u64,
    /// Frames that contain events: the number of the first one and the frame's position, ascending.
    frames: VecDeque<(u64, u64)>,
}

#[derive(Debug)]
pub(crate) struct Chunk {
    /// The number after its last event.
    end: u64,
    /// Terms and the events that carry them, sorted.
    entries: Vec<(u64, u64)>,
}

impl TailIndex {
    /// An index that covers nothing and continues with event `next_seq`.
    pub(crate) fn empty(next_seq: u64) -> Self {
        let (closed, open) = (VecDeque::new(), Vec::new());
        let (covered, frames) = (next_seq..next_seq, VecDeque::new());
        Self { covered, complete: false, closed, open, open_from: next_seq, frames }
    }

    /// The number of the first event that is covered.
    pub(crate) fn start(&self) -> u64 {
        self.covered.start
    }

    /// The number after the newest event that is covered.
    pub(crate) fn end(&self) -> u64 {
        self.covered.end
    }

    /// Indexes the events of the next frame; those before the covered range and from `before` on
    /// are left out.
    pub(crate) fn add_frame(
        &mut self,
        position: u64,
        changes: Changes<'_>,
        before: u64,
    ) -> Result<(), StoreError> {
        for change in changes {
            let Change::Event(event) = change? else { continue };
            if event.seq >= self.covered.end && event.seq < before {
                self.note(position, event.seq, event.terms());
            }
        }
        Ok(())
    }

    /// Indexes the next event, which is in the frame at `position`.
    pub(crate) fn note(&mut self, position: u64, seq: u64, terms: impl Iterator<Item = u64>) {
        self.add(seq, terms);
        if self.frames.back().is_none_or(|(_, newest)| *newest != position) {
            self.frames.push_back((seq, position));
        }
    }

    /// The position of the frame that contains an event.
    pub(crate) fn frame_of(&self, seq: u64) -> Option<u64> {
        let after = self.frames.partition_point(|(first, _)| *first <= seq);
        let (_, position) = self.frames.get(after.checked_sub(1)?)?;
        (seq < self.covered.end).then_some(*position)
    }

    /// Indexes the next event. A gap makes the index start over.
    fn add(&mut self, seq: u64, terms: impl Iterator<Item = u64>) {
        if seq != self.covered.end {
            *self = Self::empty(seq);
        }
        self.open.extend(terms.map(|term| (term, seq)));
        let end = seq.saturating_add(1);
        self.covered.end = end;
        if end.saturating_sub(self.open_from) >= CHUNK_EVENTS {
            self.close_chunk();
        }
    }

    fn close_chunk(&mut self) {
        let mut entries = std::mem::take(&mut self.open);
        entries.sort_unstable();
        entries.dedup();
        self.open_from = self.covered.end;
        self.closed.push_back(Chunk { end: self.open_from, entries });
    }

    /// The first event covered, while earlier events still have to be scanned.
    pub(crate) fn missing_before(&self) -> Option<u64> {
        (!self.complete).then_some(self.covered.start)
    }

    /// Adds all the older events of the tail before these, unless it is too late.
    pub(crate) fn complete_with(&mut self, mut older: Self) {
        if self.complete || older.covered.end != self.covered.start {
            return;
        }
        older.close_chunk();
        older.closed.append(&mut self.closed);
        self.closed = older.closed;
        // The first frame here may have begun there.
        let begun = older.frames.back().map(|(_, position)| *position);
        self.frames.pop_front_if(|(_, position)| Some(*position) == begun);
        older.frames.append(&mut self.frames);
        self.frames = older.frames;
        self.covered.start = older.covered.start;
        self.complete = true;
    }

    /// Drops the events up to and including `last`; returns what occupied the memory, to be freed
    /// when no lock is held.
    pub(crate) fn drop_through(&mut self, last: u64) -> Vec<Chunk> {
        let first = last.saturating_add(1);
        if first < self.covered.start {
            return Vec::new();
        }
        if first >= self.covered.end {
            *self = Self::empty(first);
        }
        (self.covered.start, self.complete) = (first, true);
        let passed = self.frames.partition_point(|(seq, _)| *seq <= first);
        self.frames.drain(..passed.saturating_sub(1));
        // Entries for dropped events in a half-covered chunk are never queried.
        let chunks = self.closed.partition_point(|chunk| chunk.end <= first);
        self.closed.drain(..chunks).collect()
    }

    /// The numbers below `before` of the events that carry `term`, ascending.
    pub(crate) fn hits(&self, term: u64, before: u64) -> Vec<u64> {
        let wanted = (term, self.covered.start)..(term, before.max(self.covered.start));
        let mut hits = Vec::new();
        for chunk in &self.closed {
            let start = chunk.entries.partition_point(|entry| *entry < wanted.start);
            let rest = chunk.entries.iter().skip(start);
            hits.extend(rest.take_while(|entry| **entry < wanted.end).map(|(_, seq)| *seq));
        }
        hits.extend(self.open.iter().filter(|entry| wanted.contains(entry)).map(|(_, seq)| *seq));
        hits.dedup();
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_found_until_their_events_are_dropped() {
        let mut tail = TailIndex::empty(5);
        tail.add(5, [1, 2].into_iter());
        tail.add(6, [2].into_iter());
        tail.add(7, [1, 2, 2].into_iter());
        assert_eq!(tail.hits(2, u64::MAX), [5, 6, 7]);
        assert_eq!(tail.hits(1, 7), [5]);
        drop(tail.drop_through(6));
        assert_eq!(tail.hits(2, u64::MAX), [7]);
        drop(tail.drop_through(3));
        assert_eq!(tail.hits(2, u64::MAX), [7]);
        drop(tail.drop_through(9));
        assert_eq!(tail.hits(2, u64::MAX), Vec::<u64>::new());
    }

    /// Chunks only affect speed: results do not depend on their boundaries.
    #[test]
    fn hits_are_found_across_chunks() {
        let mut tail = TailIndex::empty(1);
        let all = 1..=5 * CHUNK_EVENTS / 2;
        all.clone().for_each(|seq| tail.add(seq, [seq % 3, 9].into_iter()));
        let wanted = |first| all.clone().filter(|seq| *seq >= first).collect::<Vec<_>>();
        assert_eq!(tail.hits(9, u64::MAX), wanted(1));
        for last in [3, CHUNK_EVENTS - 1, CHUNK_EVENTS, CHUNK_EVENTS + 7, 9 * CHUNK_EVENTS / 4] {
            drop(tail.drop_through(last));
            assert_eq!(tail.hits(9, u64::MAX), wanted(last + 1));
            let before = last + 500;
            let thirds = wanted(last + 1).into_iter().filter(|seq| seq % 3 == 1 && *seq < before);
            assert_eq!(tail.hits(1, before), thirds.collect::<Vec<_>>());
        }
    }

    /// The events that were in the tail when the store opened can be added later, once.
    #[test]
    fn older_events_are_added_in_order() {
        let older = |seqs: Range<u64>| {
            let mut older = TailIndex::empty(seqs.start);
            seqs.for_each(|seq| older.add(seq, [1].into_iter()));
            older
        };
        let mut tail = TailIndex::empty(3);
        tail.add(3, [1].into_iter());
        assert_eq!(tail.missing_before(), Some(3));
        tail.complete_with(older(1..2));
        assert_eq!(tail.hits(1, u64::MAX), [3]);
        tail.complete_with(older(1..3));
        assert_eq!((tail.missing_before(), tail.hits(1, u64::MAX)), (None, vec![1, 2, 3]));
        tail.complete_with(older(0..1));
        assert_eq!(tail.hits(1, u64::MAX), [1, 2, 3]);
        let mut cut = TailIndex::empty(3);
        drop(cut.drop_through(2));
        assert_eq!(cut.missing_before(), None, "nothing lies before the cut");
    }

    #[test]
    fn a_gap_is_never_covered() {
        let mut tail = TailIndex::empty(1);
        tail.add(1, [1].into_iter());
        tail.add(3, [1].into_iter());
        assert_eq!(tail.hits(1, u64::MAX), [3]);
    }
}
