//! A segment file that was changed on disk. Its checksums are corrected, because they would hide
//! all damage from the code behind them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc, Decompress, FlushDecompress};
use serde_json::Value;
use store::{HistoryQuery, NewEvent, SEGMENTS_FOLDER, Store, Table};
use tempfile::TempDir;
use testkit::Disk;
use types::Timestamp;

use super::assert_bounded;
use crate::{Target, Way};

const HEADER_LEN: usize = 12;
const FOOTER_LEN: usize = 36;
const BLOCK_ENTRY_LEN: usize = 48;
const PAGE_ENTRY_LEN: usize = 24;
const EVENTS: u64 = 12;

pub(super) const TARGET: Target = Target { cost: 100, run, ..Target::new("segment", seeds) };

/// A data directory with one segment.
struct World {
    folder: TempDir,
    disk: Disk,
    path: PathBuf,
    original: Vec<u8>,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::new());
}

fn open(folder: &TempDir, disk: &Disk) -> Store {
    disk.store(folder.path(), &testkit::opening(1)).expect("a sound state")
}

impl World {
    fn new() -> Self {
        let (folder, disk) = (TempDir::new().expect("a folder"), Disk::with_power());
        let store = open(&folder, &disk);
        let events = (0..EVENTS).map(|n| NewEvent {
            time: Timestamp::from_secs(1_000 + n),
            terms: vec![1, n % 3, 1_000 + n],
            body: format!("{{\"n\":{n}}}").into_bytes(),
        });
        let events = events.collect();
        store.submit(move |_| ((), events)).wait().expect("committed");
        store.seal(1).expect("sealed");
        remove_hash(&store);
        store.shut_down();
        drop(store);
        let segments = folder.path().join(SEGMENTS_FOLDER);
        let entry = segments.read_dir().expect("segments").next().expect("one").expect("readable");
        let original = std::fs::read(entry.path()).expect("a segment");
        Self { path: entry.path(), folder, disk, original }
    }
}

/// Rows of earlier releases have no hash of a file's index; with it, damage would not be parsed.
fn remove_hash(store: &Store) {
    const SEGMENTS: Table<BTreeMap<String, Value>> = Table::new("meta.segment");
    let removed = store.submit(|tx| {
        for (key, mut row) in SEGMENTS.all(tx, "").expect("rows") {
            row.remove("index_sha256").expect("a hash");
            SEGMENTS.put(tx, key, &row).expect("a row");
        }
        ((), Vec::new())
    });
    removed.wait().expect("committed");
}

fn seeds() -> Vec<Vec<u8>> {
    WORLD.with_borrow(|world| vec![world.original.clone(), unpacked(&world.original)])
}

fn number(file: &[u8], at: usize, len: usize) -> Option<usize> {
    let bytes = file.get(at..at.checked_add(len)?)?;
    let number = bytes
        .iter()
        .rev()
        .try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    usize::try_from(number?).ok()
}

fn put(file: &mut [u8], at: usize, number: u32) {
    file[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

fn sum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The segment with its one block stored as it is, so that damage hits rows instead of deflate.
fn unpacked(file: &[u8]) -> Vec<u8> {
    let index = number(file, file.len() - FOOTER_LEN, 8).expect("an index");
    let entry = |at: usize, len| number(file, index + at, len).expect("a number");
    let (offset, len, raw_len) = (entry(0, 8), entry(8, 8), entry(16, 4));
    assert_eq!(offset, HEADER_LEN, "the block comes first");
    let mut raw = Vec::with_capacity(raw_len);
    let packed = &file[offset..offset + len];
    let done = Decompress::new(false).decompress_vec(packed, &mut raw, FlushDecompress::Finish);
    done.expect("a block");
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&raw).expect("memory");
    let stored = encoder.finish().expect("memory");
    let grown = stored.len() - len;
    let mut out = [&file[..offset], &stored, &file[offset + len..]].concat();
    let index = index + grown;
    let page = index + BLOCK_ENTRY_LEN;
    let footer = out.len() - FOOTER_LEN;
    for (at, number) in [
        (index + 8, stored.len()),
        (page, number(&out, page, 8).expect("a page") + grown),
        (footer, index),
    ] {
        put(&mut out, at, u32::try_from(number).expect("small"));
    }
    correct_checksums(&mut out);
    out
}

/// Corrects all checksums that can be located.
fn correct_checksums(file: &mut [u8]) -> Option<()> {
    let footer = file.len().checked_sub(FOOTER_LEN)?;
    let (index, len) = (number(file, footer, 8)?, number(file, footer + 8, 8)?);
    let (blocks, pages) = (number(file, footer + 16, 4)?, number(file, footer + 20, 4)?);
    let end = index.checked_add(len).filter(|end| *end <= footer)?;
    let pages_at = index.checked_add(blocks.checked_mul(BLOCK_ENTRY_LEN)?)?;
    let entries = (0..blocks)
        .map(|n| (index + n * BLOCK_ENTRY_LEN, 8, 20))
        .chain((0..pages.min(1_000)).map(|n| (pages_at + n * PAGE_ENTRY_LEN, 4, 12)));
    for (at, len_bytes, sum_at) in entries.take_while(|(at, _, _)| *at < end) {
        let (Some(offset), Some(len)) = (number(file, at, 8), number(file, at + 8, len_bytes))
        else {
            continue;
        };
        let part = offset.checked_add(len).and_then(|end| file.get(offset..end));
        if let (Some(sum), true) = (part.map(sum), at + sum_at + 4 <= end) {
            put(file, at + sum_at, sum);
        }
    }
    let index_sum = sum(&file[index..end]);
    put(file, footer + 28, index_sum);
    let footer_sum = sum(&file[footer..footer + 32]);
    put(file, footer + 32, footer_sum);
    Some(())
}

fn run(input: &[u8]) -> Way {
    let mut file = input.to_vec();
    let has_checksums = correct_checksums(&mut file).is_some();
    WORLD.with_borrow(|world| {
        std::fs::write(&world.path, &file).expect("a writable file");
        let store = open(&world.folder, &world.disk);
        let view = store.snapshot().expect("a snapshot");
        let mut way = Way(0).then(has_checksums);
        for from in [0, 7, u64::MAX] {
            way = match store.events_from(&view, from, 1_000) {
                Ok(rows) => {
                    let bytes = rows.iter().map(|row| row.body.len() + row.terms.len() * 8).sum();
                    assert_bounded("rows", bytes, file.len(), 1_032);
                    way.size(rows.len())
                }
                Err(error) => way.then(error.to_string().chars().take(40).collect::<String>()),
            };
        }
        for (term, limit) in [(1, 100), (2, 1), (1_003, 100), (77, 5)] {
            let (from, to) = (Timestamp::from_ms(0), Timestamp::from_ms(u64::MAX));
            let query =
                HistoryQuery { term, before_seq: u64::MAX, from, to, limit, bytes_max: usize::MAX };
            way = match store.history(&view, &query) {
                Ok(rows) => {
                    assert!(rows.len() <= limit, "{} rows", rows.len());
                    way.size(rows.len())
                }
                Err(error) => way.then(error.to_string().chars().take(40).collect::<String>()),
            };
        }
        let findings = store.fsck(&mut |_| {}).expect("the state is sound");
        let sound = file == world.original;
        assert_eq!(findings.is_empty(), sound, "{findings:?}");
        store.shut_down();
        way
    })
}
