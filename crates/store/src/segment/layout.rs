//! How a segment file is laid out, version 1. Numbers are little-endian; `v` is a LEB128 varint.
//!
//! ```text
//! header   magic 8 | version u32
//! block    deflate( row* )      row: v seq-delta | v time-delta | v terms | term u64 * | v len | body
//! page     list*                list: v term-delta | v length of postings | ( v ordinal-delta )*
//! index    block entry* | page entry*
//! footer   index offset u64 | index length u64 | blocks u32 | pages u32 | events u32
//!          | checksum of index u32 | checksum of the footer so far u32
//! ```

use flate2::{Crc, Decompress, FlushDecompress, Status};
use types::Timestamp;

use super::EventRow;
use crate::StoreError;

pub(super) const HEADER_LEN: u64 = 12;
pub(super) const FOOTER_LEN: u64 = 36;
const MAGIC: &[u8; 8] = b"SHOSEKIE";
const VERSION: u32 = 1;
const BLOCK_ENTRY_LEN: u64 = 48;
const PAGE_ENTRY_LEN: u64 = 24;
/// Bytes of both tables together that are read into memory.
pub(super) const INDEX_LEN_MAX: u64 = 64 << 20;
/// Bytes of a block's events before compression.
pub(super) const RAW_LEN_MAX: u32 = 64 << 20;
/// Deflate expands its input at most by this factor.
const EXPANSION_MAX: usize = 1_032;

/// A part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) offset: u64,
    pub(super) len: u64,
}

impl Span {
    pub(super) fn end(self) -> Option<u64> {
        self.offset.checked_add(self.len)
    }
}

/// The position of a block and its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BlockEntry {
    pub(super) span: Span,
    pub(super) raw_len: u32,
    pub(super) sum: u32,
    pub(super) first_ordinal: u32,
    pub(super) first_seq: u64,
    pub(super) oldest: Timestamp,
    pub(super) newest: Timestamp,
}

/// Where a page of the inverted index is and with which term it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageEntry {
    pub(super) span: Span,
    pub(super) sum: u32,
    pub(super) first_term: u64,
}

/// The end of the file, where reading begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) index: Span,
    pub(super) blocks: u32,
    pub(super) pages: u32,
    pub(super) count: u32,
    pub(super) index_sum: u32,
}

pub(super) fn header() -> Vec<u8> {
    [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat()
}

pub(super) fn check_header(header: &[u8]) -> Result<(), StoreError> {
    let mut bytes = Bytes::new(header);
    if bytes.array::<8>()? != *MAGIC {
        return Err(StoreError::corrupt("not a segment file"));
    }
    match bytes.u32()? {
        VERSION => Ok(()),
        later => Err(StoreError::unknown_format(later)),
    }
}

pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

pub(super) fn check_sum(bytes: &[u8], sum: u32, part: &str) -> Result<(), StoreError> {
    if checksum(bytes) == sum {
        return Ok(());
    }
    Err(StoreError::corrupt(format_args!("checksum of a segment's {part} does not match")))
}

impl Footer {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.index.offset.to_le_bytes());
        out.extend(self.index.len.to_le_bytes());
        for number in [self.blocks, self.pages, self.count, self.index_sum] {
            out.extend(number.to_le_bytes());
        }
        out.extend(checksum(&out).to_le_bytes());
        out
    }

    pub(super) fn parse(footer: &[u8]) -> Result<Self, StoreError> {
        let (content, sum) = footer.split_last_chunk::<4>().ok_or_else(cut)?;
        check_sum(content, u32::from_le_bytes(*sum), "footer")?;
        let mut bytes = Bytes::new(content);
        Ok(Self {
            index: Span { offset: bytes.u64()?, len: bytes.u64()? },
            blocks: bytes.u32()?,
            pages: bytes.u32()?,
            count: bytes.u32()?,
            index_sum: bytes.u32()?,
        })
    }
}

pub(super) fn index_bytes(blocks: &[BlockEntry], pages: &[PageEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    for block in blocks {
        out.extend(block.span.offset.to_le_bytes());
        out.extend(block.span.len.to_le_bytes());
        for number in [block.raw_len, block.sum, block.first_ordinal] {
            out.extend(number.to_le_bytes());
        }
        out.extend(block.first_seq.to_le_bytes());
        out.extend(block.oldest.as_ms().to_le_bytes());
        let spread = block.newest.since_ms(block.oldest);
        out.extend(u32::try_from(spread).unwrap_or(u32::MAX).to_le_bytes());
    }
    for page in pages {
        out.extend(page.span.offset.to_le_bytes());
        out.extend(u32::try_from(page.span.len).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(page.sum.to_le_bytes());
        out.extend(page.first_term.to_le_bytes());
    }
    out
}

/// Both tables; every entry is between header and index.
pub(super) fn parse_index(
    index: &[u8],
    footer: &Footer,
) -> Result<(Vec<BlockEntry>, Vec<PageEntry>), StoreError> {
    let blocks_len = u64::from(footer.blocks).saturating_mul(BLOCK_ENTRY_LEN);
    let pages_len = u64::from(footer.pages).saturating_mul(PAGE_ENTRY_LEN);
    if blocks_len.saturating_add(pages_len) != footer.index.len {
        return Err(cut());
    }
    let mut bytes = Bytes::new(index);
    let blocks = (0..footer.blocks).map(|_| block_entry(&mut bytes, footer.index.offset));
    let blocks = blocks.collect::<Result<Vec<_>, _>>()?;
    let pages = (0..footer.pages).map(|_| page_entry(&mut bytes, footer.index.offset));
    Ok((blocks, pages.collect::<Result<_, _>>()?))
}

fn block_entry(bytes: &mut Bytes<'_>, end_max: u64) -> Result<BlockEntry, StoreError> {
    let span = inside(Span { offset: bytes.u64()?, len: bytes.u64()? }, end_max)?;
    let (raw_len, sum, first_ordinal) = (bytes.u32()?, bytes.u32()?, bytes.u32()?);
    let (first_seq, oldest) = (bytes.u64()?, Timestamp::from_ms(bytes.u64()?));
    // A spread that does not fit was cut down to the largest number: open-ended then.
    let newest = match bytes.u32()? {
        u32::MAX => Timestamp::from_ms(u64::MAX),
        spread => oldest.plus_ms(u64::from(spread)),
    };
    Ok(BlockEntry { span, raw_len, sum, first_ordinal, first_seq, oldest, newest })
}

fn page_entry(bytes: &mut Bytes<'_>, end_max: u64) -> Result<PageEntry, StoreError> {
    let span = Span { offset: bytes.u64()?, len: u64::from(bytes.u32()?) };
    Ok(PageEntry { span: inside(span, end_max)?, sum: bytes.u32()?, first_term: bytes.u64()? })
}

fn inside(span: Span, end_max: u64) -> Result<Span, StoreError> {
    let fits = span.offset >= HEADER_LEN && span.end().is_some_and(|end| end <= end_max);
    fits.then_some(span).ok_or_else(cut)
}

/// Decompresses a block, never beyond its recorded length.
pub(super) fn unpack(packed: &[u8], raw_len: u32) -> Result<Vec<u8>, StoreError> {
    let len = usize::try_from(raw_len).map_err(|_| cut())?;
    if raw_len > RAW_LEN_MAX || len > packed.len().saturating_mul(EXPANSION_MAX) {
        return Err(cut());
    }
    let mut raw = Vec::with_capacity(len);
    let status = Decompress::new(false).decompress_vec(packed, &mut raw, FlushDecompress::Finish);
    match status {
        Ok(Status::StreamEnd) if raw.len() == len => Ok(raw),
        _ => Err(StoreError::corrupt("a segment's block cannot be inflated")),
    }
}

pub(super) fn push_row(out: &mut Vec<u8>, row: &EventRow, last_seq: u64, oldest: Timestamp) {
    push_varint(out, row.seq.saturating_sub(last_seq));
    push_varint(out, row.time.since_ms(oldest));
    push_varint(out, row.terms.len() as u64);
    row.terms.iter().for_each(|term| out.extend(term.to_le_bytes()));
    push_varint(out, row.body.len() as u64);
    out.extend_from_slice(&row.body);
}

pub(super) fn parse_rows(
    mut bytes: Bytes<'_>,
    block: &BlockEntry,
) -> Result<Vec<EventRow>, StoreError> {
    let (mut rows, mut last_seq) = (Vec::new(), block.first_seq);
    while !bytes.is_empty() {
        let seq = last_seq.checked_add(bytes.varint()?).ok_or_else(cut)?;
        let time = block.oldest.plus_ms(bytes.varint()?);
        let terms_len = bytes.varint()?.checked_mul(8).ok_or_else(cut)?;
        let terms = bytes.take(terms_len)?.chunks_exact(8);
        let terms = terms.filter_map(|own| own.try_into().ok().map(u64::from_le_bytes)).collect();
        let body_len = bytes.varint()?;
        rows.push(EventRow { seq, time, terms, body: bytes.take(body_len)?.to_vec() });
        last_seq = seq;
    }
    Ok(rows)
}

pub(super) fn push_postings(out: &mut Vec<u8>, term_delta: u64, ordinals: &[u32]) {
    let (mut postings, mut last) = (Vec::new(), 0);
    for ordinal in ordinals {
        push_varint(&mut postings, u64::from(ordinal.saturating_sub(last)));
        last = *ordinal;
    }
    push_varint(out, term_delta);
    push_varint(out, postings.len() as u64);
    out.append(&mut postings);
}

/// The ordinals under `term` in a page, ascending and below `count`; empty if the term is absent.
pub(super) fn find_postings(
    mut page: Bytes<'_>,
    first_term: u64,
    term: u64,
    count: u32,
) -> Result<Vec<u32>, StoreError> {
    let mut current = first_term;
    while !page.is_empty() {
        current = current.checked_add(page.varint()?).ok_or_else(cut)?;
        let len = page.varint()?;
        let mut postings = Bytes::new(page.take(len)?);
        if current < term {
            continue;
        }
        let (mut ordinals, mut last) = (Vec::new(), 0_u64);
        while current == term && !postings.is_empty() {
            last = last.checked_add(postings.varint()?).ok_or_else(cut)?;
            let ordinal = u32::try_from(last).ok().filter(|ordinal| *ordinal < count);
            ordinals.push(ordinal.ok_or_else(cut)?);
        }
        return Ok(ordinals);
    }
    Ok(Vec::new())
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while let [low, ..] = value.to_le_bytes()
        && value > 0x7f
    {
        out.push(low | 0x80);
        value >>= 7;
    }
    let [low, ..] = value.to_le_bytes();
    out.push(low);
}

/// Bytes that are parsed from the front.
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], StoreError> {
        let len = usize::try_from(len).map_err(|_| cut())?;
        let (taken, rest) = self.0.split_at_checked(len).ok_or_else(cut)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u32(&mut self) -> Result<u32, StoreError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, StoreError> {
        self.array().map(u64::from_le_bytes)
    }

    fn varint(&mut self) -> Result<u64, StoreError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits << shift;
            if shifted >> shift != bits {
                return Err(cut());
            }
            value |= shifted;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(cut())
    }
}

fn cut() -> StoreError {
    StoreError::corrupt("a segment's structure is damaged")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Numbers of any size survive, and take the minimum space.
        #[test]
        fn varints_are_read_back(value in any::<u64>(), bits in 0_u32..64) {
            let value = value >> bits;
            let mut out = Vec::new();
            push_varint(&mut out, value);
            prop_assert_eq!(out.len(), (64 - value.leading_zeros()).div_ceil(7).max(1) as usize);
            prop_assert_eq!(Bytes::new(&out).varint().unwrap(), value);
        }
    }

    #[test]
    fn varints_beyond_64_bits_are_refused() {
        assert!(Bytes::new(&[0xff; 11]).varint().is_err());
        assert!(
            Bytes::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2])
                .varint()
                .is_err()
        );
    }
}
