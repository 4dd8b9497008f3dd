//! Immutable files of old events, with the index that event history needs.
//!
//! A file is a header, blocks of compressed events, pages of the inverted index, two tables that
//! locate blocks and pages, and a footer (`segment/layout.rs`). Only the two tables are cached in
//! memory; a lookup reads the one page that may contain the term and the blocks of its hits. Files
//! are open only while they are read, because a long history has more of them than a process may
//! have open. Every part has a checksum, which is checked before the part is used.

mod layout;
mod write;

use std::fs::File;
use std::io::ErrorKind;
use std::ops::{ControlFlow, RangeInclusive};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use keys::Sha256;
use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::StoreError;
use layout::{BlockEntry, Bytes, FOOTER_LEN, Footer, HEADER_LEN, INDEX_LEN_MAX, PageEntry, Span};

pub(crate) use write::{is_unfinished, remove_unfinished, write, write_checked};

/// Blocks that are read between two pauses: about a millisecond of work each.
const BLOCKS_AT_ONCE: usize = 4;

/// The folder of the segment files within the data directory.
pub const SEGMENTS_FOLDER: &str = "segments";

/// An event as history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its place among all events, from 1, without gaps.
    pub seq: u64,
    /// When it happened.
    pub time: Timestamp,
    /// Hashes by which history finds it.
    pub terms: Vec<u64>,
    /// The record.
    pub body: Vec<u8>,
}

/// What may still be found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Events.
    pub(crate) events: usize,
    /// Bytes of their records; the last event may have more.
    pub(crate) bytes: usize,
}

impl Room {
    fn is_none(self) -> bool {
        self.events == 0 || self.bytes == 0
    }

    fn take(&mut self, record: &[u8]) {
        self.events = self.events.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(record.len());
    }
}

/// A sealed segment, as it is registered in the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentMeta {
    /// Name within the segments' folder.
    pub file: String,
    /// Number of its first event.
    pub first_seq: u64,
    /// Number of its last event.
    pub last_seq: u64,
    /// The number of events in it.
    pub count: u64,
    /// Time of its oldest event.
    pub oldest: Timestamp,
    /// Time of its newest event.
    pub newest: Timestamp,
    /// Hash of the whole file, in hexadecimal digits.
    pub sha256: String,
    /// Hash of index and footer, from which all else in the file is found and proved, in
    /// hexadecimal digits; `None` in rows of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_sha256: Option<String>,
    /// The chain of the segments before this one; empty if it is the first that has one.
    #[serde(default)]
    pub after: String,
    /// The position of the frame that contains its last event; 0 if its events came from no frame.
    #[serde(default)]
    pub frame: u64,
    /// The tag of that frame, in hexadecimal digits.
    #[serde(default)]
    pub tag: String,
}

/// An open segment file.
#[derive(Debug)]
pub(crate) struct Segment {
    file: File,
    tables: Arc<Tables>,
}

/// What is cached of a segment file while it is closed.
#[derive(Debug)]
pub(crate) struct Tables {
    count: u32,
    blocks: Vec<BlockEntry>,
    pages: Vec<PageEntry>,
}

impl Tables {
    /// Reads the two tables of an open segment file, which must be the one that was registered.
    pub(crate) fn read(file: &File, meta: &SegmentMeta) -> Result<Self, StoreError> {
        let (tables, index_sha256) = Self::parse(file)?;
        let first_seq = tables.blocks.first().map(|block| block.first_seq);
        let is_like = first_seq == Some(meta.first_seq) && u64::from(tables.count) == meta.count;
        let is_same = meta.index_sha256.as_ref().is_none_or(|own| *own == index_sha256);
        if is_like && is_same {
            return Ok(tables);
        }
        let name = &meta.file;
        Err(StoreError::corrupt(format_args!("segment `{name}` is not the file that was written")))
    }

    /// The two tables of any segment file, and the hash of index and footer.
    fn parse(file: &File) -> Result<(Self, String), StoreError> {
        let file_len = file.metadata()?.len();
        let body_len = file_len.checked_sub(HEADER_LEN + FOOTER_LEN).ok_or_else(too_short)?;
        let header = read(file, Span { offset: 0, len: HEADER_LEN })?;
        layout::check_header(&header)?;
        let at = HEADER_LEN.saturating_add(body_len);
        let end = read(file, Span { offset: at, len: FOOTER_LEN })?;
        let footer = Footer::parse(&end)?;
        if footer.index.end() != Some(at) || footer.index.len > INDEX_LEN_MAX {
            return Err(StoreError::corrupt("a segment's index is not where it should be"));
        }
        let index = read(file, footer.index)?;
        layout::check_sum(&index, footer.index_sum, "index")?;
        let (blocks, pages) = layout::parse_index(&index, &footer)?;
        Ok((Self { count: footer.count, blocks, pages }, index_hash(&index, &end)))
    }
}

impl Segment {
    /// Opens the file that was registered as `meta` and reads its two tables.
    pub(crate) fn open(path: &Path, meta: &SegmentMeta) -> Result<Self, StoreError> {
        let file = File::open(path)?;
        let tables = Arc::new(Tables::read(&file, meta)?);
        Ok(Self { file, tables })
    }

    /// An open file whose tables were read before.
    pub(crate) fn reopened(file: File, tables: Arc<Tables>) -> Self {
        Self { file, tables }
    }

    /// The newest events before `before_seq` that carry `term` and are within `range`, newest
    /// first.
    pub(crate) fn find(
        &self,
        term: u64,
        before_seq: u64,
        range: &RangeInclusive<Timestamp>,
        mut room: Room,
    ) -> Result<Vec<EventRow>, StoreError> {
        let (mut found, blocks) = (Vec::new(), &self.tables.blocks);
        let mut ordinals = self.ordinals(term)?;
        while let Some(last) = ordinals.last().copied() {
            let at = blocks.partition_point(|block| block.first_ordinal <= last);
            let block = at.checked_sub(1).and_then(|at| blocks.get(at)).ok_or_else(torn)?;
            let split = ordinals.partition_point(|ordinal| *ordinal < block.first_ordinal);
            let here = ordinals.split_off(split);
            if here.is_empty() {
                return Err(torn());
            }
            let outside = block.first_seq >= before_seq
                || block.newest < *range.start()
                || block.oldest > *range.end();
            if outside {
                continue;
            }
            let mut rows = self.rows(block)?;
            for ordinal in here.into_iter().rev() {
                let place = ordinal.saturating_sub(block.first_ordinal);
                let row = usize::try_from(place).ok().and_then(|place| rows.get_mut(place));
                let row = row.ok_or_else(torn)?;
                if !row.terms.contains(&term) {
                    return Err(torn());
                }
                if row.seq < before_seq && range.contains(&row.time) {
                    if room.is_none() {
                        return Ok(found);
                    }
                    let body = std::mem::take(&mut row.body);
                    room.take(&body);
                    let terms = row.terms.clone();
                    found.push(EventRow { seq: row.seq, time: row.time, terms, body });
                }
            }
            if room.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Up to `limit` events with `from_seq <= seq <= to_seq`, ascending.
    pub(crate) fn events(
        &self,
        from_seq: u64,
        to_seq: u64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let (mut found, blocks) = (Vec::new(), &self.tables.blocks);
        let after = blocks.partition_point(|block| block.first_seq <= from_seq);
        for block in blocks.iter().skip(after.saturating_sub(1)) {
            if found.len() >= limit || block.first_seq > to_seq {
                break;
            }
            let rows = self.rows(block)?.into_iter();
            let wanted = rows.filter(|row| (from_seq..=to_seq).contains(&row.seq));
            found.extend(wanted.take(limit.saturating_sub(found.len())));
        }
        Ok(found)
    }

    /// Places of the events that carry `term`, ascending.
    fn ordinals(&self, term: u64) -> Result<Vec<u32>, StoreError> {
        let Tables { count, pages, .. } = self.tables.as_ref();
        let after = pages.partition_point(|page| page.first_term <= term);
        let Some(page) = after.checked_sub(1).and_then(|at| pages.get(at)) else {
            return Ok(Vec::new());
        };
        let bytes = read(&self.file, page.span)?;
        layout::check_sum(&bytes, page.sum, "page")?;
        layout::find_postings(Bytes::new(&bytes), page.first_term, term, *count)
    }

    fn rows(&self, block: &BlockEntry) -> Result<Vec<EventRow>, StoreError> {
        let packed = read(&self.file, block.span)?;
        layout::check_sum(&packed, block.sum, "block")?;
        let raw = layout::unpack(&packed, block.raw_len)?;
        layout::parse_rows(Bytes::new(&raw), block)
    }

    /// Reads everything and returns the inconsistencies.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.check_in_slices(&|| ControlFlow::Continue(()))
    }

    /// The same; `pause` is called after every few blocks.
    pub(crate) fn check_in_slices(
        &self,
        pause: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut last_seq = None;
        for (block, number) in self.tables.blocks.iter().zip(1_usize..) {
            if number.is_multiple_of(BLOCKS_AT_ONCE) && pause().is_break() {
                return Err(StoreError::stopped());
            }
            for row in self.rows(block)? {
                if last_seq.is_some_and(|last| row.seq <= last) {
                    return Err(torn());
                }
                last_seq = Some(row.seq);
            }
        }
        for page in &self.tables.pages {
            layout::check_sum(&read(&self.file, page.span)?, page.sum, "page")?;
        }
        Ok(())
    }
}

fn index_hash(index: &[u8], footer: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(index);
    hash.update(footer);
    types::hex(&hash.finish())
}

/// Reads a part whose length was checked against the file's before.
fn read(file: &File, span: Span) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![0; usize::try_from(span.len).map_err(|_| too_short())?];
    file.read_exact_at(&mut bytes, span.offset).map_err(|error| {
        if error.kind() == ErrorKind::UnexpectedEof { too_short() } else { error.into() }
    })?;
    Ok(bytes)
}

fn too_short() -> StoreError {
    StoreError::corrupt("a segment file is too short")
}

fn torn() -> StoreError {
    StoreError::corrupt("a segment's index and its events do not fit together")
}

#[cfg(test)]
mod tests;
