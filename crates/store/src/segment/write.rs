use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use keys::Sha256;

use super::layout::{self, BlockEntry, Footer, PageEntry, RAW_LEN_MAX, Span};
use super::{EventRow, SegmentMeta, index_hash};
use crate::StoreError;

/// Ending of a file that is not finished.
const UNFINISHED: &str = "unfinished";
/// The number of event bytes after which a block is closed. Small, because a lookup may decompress
/// one block for each of its hits; deflate's window is 32 KiB anyway.
const BLOCK_LEN: usize = 48 << 10;
/// Events after which a block is closed.
const BLOCK_EVENTS_MAX: usize = 256;
/// Bytes of postings after which a page is closed, and above which a list gets its own.
const PAGE_LEN: usize = 4 << 10;
/// Bytes that are written between two syncs: a long one at the end would delay the log's.
const STEP_BYTES: u64 = 2 << 20;
/// Source: the effort at which log files are compressed, too.
const DEFLATE_LEVEL: u32 = 6;

/// Writes the rows, in ascending order, into a new file at `path` and makes it durable.
///
/// Errors when there are no rows, when they do not ascend, or when the disk fails; nothing is left
/// at `path` then. An existing file is replaced.
pub(crate) fn write(
    folder: &Path,
    path: &Path,
    rows: impl Iterator<Item = Result<EventRow, StoreError>>,
) -> Result<SegmentMeta, StoreError> {
    write_checked(folder, path, rows, |_, _| Ok(()))
}

/// The same; `check` sees the file, under another name, before it is at `path`.
pub(crate) fn write_checked(
    folder: &Path,
    path: &Path,
    rows: impl Iterator<Item = Result<EventRow, StoreError>>,
    check: impl FnOnce(&Path, &SegmentMeta) -> Result<(), StoreError>,
) -> Result<SegmentMeta, StoreError> {
    let unfinished = path.with_extension(UNFINISHED);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let written = SegmentWriter::create(&unfinished).and_then(|writer| writer.fill(name, rows));
    let finished = written.and_then(|meta| {
        check(&unfinished, &meta)?;
        std::fs::rename(&unfinished, path)?;
        File::open(folder)?.sync_all()?;
        Ok(meta)
    });
    if finished.is_err() {
        // What cannot be removed now is removed when the store opens next.
        let _ = std::fs::remove_file(&unfinished);
    }
    finished
}

/// Whether a file was never finished: the next start removes it.
pub(crate) fn is_unfinished(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == UNFINISHED)
}

/// Removes segment files that were never finished.
pub(crate) fn remove_unfinished(folder: &Path) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == UNFINISHED) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

struct SegmentWriter {
    file: BufWriter<File>,
    hash: Sha256,
    offset: u64,
    /// Bytes up to here are durable.
    synced: u64,
    blocks: Vec<BlockEntry>,
    postings: Vec<(u64, u32)>,
    pending: Vec<EventRow>,
    pending_len: usize,
    count: u32,
}

impl SegmentWriter {
    fn create(path: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        let file = BufWriter::new(options.open(path)?);
        let (hash, blocks, postings, pending) = (Sha256::new(), vec![], vec![], vec![]);
        Ok(Self {
            file,
            hash,
            offset: 0,
            synced: 0,
            blocks,
            postings,
            pending,
            pending_len: 0,
            count: 0,
        })
    }

    fn fill(
        mut self,
        file: &str,
        rows: impl Iterator<Item = Result<EventRow, StoreError>>,
    ) -> Result<SegmentMeta, StoreError> {
        let mut meta: Option<SegmentMeta> = None;
        self.put(&layout::header())?;
        for row in rows {
            let row = row?;
            let meta = meta.get_or_insert_with(|| SegmentMeta {
                file: file.to_owned(),
                first_seq: row.seq,
                last_seq: row.seq,
                count: 0,
                oldest: row.time,
                newest: row.time,
                sha256: String::new(),
                index_sha256: None,
                after: String::new(),
                frame: 0,
                tag: String::new(),
            });
            if meta.count > 0 && row.seq <= meta.last_seq {
                return Err(StoreError::corrupt(format_args!("event {} is out of order", row.seq)));
            }
            meta.last_seq = row.seq;
            meta.count = meta.count.saturating_add(1);
            meta.oldest = meta.oldest.min(row.time);
            meta.newest = meta.newest.max(row.time);
            self.add(row)?;
        }
        self.close_block()?;
        let mut meta = meta.ok_or_else(|| StoreError::engine("a segment without events"))?;
        let (file_hash, index_hash) = self.finish()?;
        (meta.sha256, meta.index_sha256) = (types::hex(&file_hash), Some(index_hash));
        Ok(meta)
    }

    fn add(&mut self, row: EventRow) -> Result<(), StoreError> {
        let mut terms = row.terms.clone();
        terms.sort_unstable();
        terms.dedup();
        self.postings.extend(terms.into_iter().map(|term| (term, self.count)));
        self.count = self.count.checked_add(1).ok_or_else(|| StoreError::engine("too many"))?;
        let row_len = row.body.len().saturating_add(row.terms.len().saturating_mul(8));
        self.pending_len = self.pending_len.saturating_add(row_len);
        self.pending.push(row);
        if self.pending_len >= BLOCK_LEN || self.pending.len() >= BLOCK_EVENTS_MAX {
            self.close_block()?;
        }
        Ok(())
    }

    fn close_block(&mut self) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.pending);
        let Some(first) = rows.first() else { return Ok(()) };
        let (first_seq, mut last_seq) = (first.seq, first.seq);
        let times = || rows.iter().map(|row| row.time);
        let oldest = times().min().unwrap_or_default();
        let newest = times().max().unwrap_or_default();
        let mut raw = Vec::with_capacity(self.pending_len.saturating_add(rows.len() * 16));
        for row in &rows {
            layout::push_row(&mut raw, row, last_seq, oldest);
            last_seq = row.seq;
        }
        let raw_len = u32::try_from(raw.len()).ok().filter(|len| *len <= RAW_LEN_MAX);
        let raw_len = raw_len.ok_or_else(|| StoreError::engine("an event is too large to seal"))?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(DEFLATE_LEVEL));
        encoder.write_all(&raw)?;
        let packed = encoder.finish()?;
        let sum = layout::checksum(&packed);
        let span = self.put(&packed)?;
        let first_ordinal =
            self.count.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let entry = BlockEntry { span, raw_len, sum, first_ordinal, first_seq, oldest, newest };
        self.blocks.push(entry);
        self.pending_len = 0;
        Ok(())
    }

    /// Writes the inverted index: lists in the order of their terms, gathered in pages.
    fn write_pages(&mut self) -> Result<Vec<PageEntry>, StoreError> {
        let mut postings = std::mem::take(&mut self.postings);
        postings.sort_unstable();
        let (mut pages, mut page, mut first, mut last) = (Vec::new(), Vec::new(), 0, 0);
        for list in postings.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((term, _)) = list.first() else { continue };
            let ordinals: Vec<u32> = list.iter().map(|(_, ordinal)| *ordinal).collect();
            let full = page.len() >= PAGE_LEN || ordinals.len() >= PAGE_LEN;
            if full && !page.is_empty() {
                pages.push(self.close_page(&mut page, first)?);
            }
            if page.is_empty() {
                (first, last) = (*term, *term);
            }
            layout::push_postings(&mut page, term.saturating_sub(last), &ordinals);
            last = *term;
        }
        if !page.is_empty() {
            pages.push(self.close_page(&mut page, first)?);
        }
        Ok(pages)
    }

    fn close_page(&mut self, page: &mut Vec<u8>, first_term: u64) -> Result<PageEntry, StoreError> {
        let bytes = std::mem::take(page);
        Ok(PageEntry { span: self.put(&bytes)?, sum: layout::checksum(&bytes), first_term })
    }

    /// The hash of the file, and that of its index and footer.
    fn finish(mut self) -> Result<([u8; 32], String), StoreError> {
        let pages = self.write_pages()?;
        let bytes = layout::index_bytes(&self.blocks, &pages);
        let index_sum = layout::checksum(&bytes);
        let index = self.put(&bytes)?;
        let too_many = |_| StoreError::engine("too many events for a segment");
        let footer = Footer {
            index,
            blocks: u32::try_from(self.blocks.len()).map_err(too_many)?,
            pages: u32::try_from(pages.len()).map_err(too_many)?,
            count: self.count,
            index_sum,
        };
        let footer = footer.bytes();
        self.put(&footer)?;
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok((self.hash.finish(), index_hash(&bytes, &footer)))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<Span, StoreError> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let span = Span { offset: self.offset, len };
        self.offset = self.offset.saturating_add(len);
        if self.offset.saturating_sub(self.synced) >= STEP_BYTES {
            self.file.flush()?;
            self.file.get_ref().sync_data()?;
            self.synced = self.offset;
        }
        Ok(span)
    }
}
