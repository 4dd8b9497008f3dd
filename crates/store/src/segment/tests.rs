use super::*;
use proptest::prelude::*;

fn put(rows: &[EventRow]) -> Result<(tempfile::TempDir, SegmentMeta), StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.events");
    let meta = write(folder.path(), &path, rows.iter().cloned().map(Ok))?;
    Ok((folder, meta))
}

fn open(folder: &tempfile::TempDir, meta: &SegmentMeta) -> Result<Segment, StoreError> {
    Segment::open(&folder.path().join("1.events"), meta)
}

/// A file that nothing registered.
fn unregistered(path: &Path) -> Result<Segment, StoreError> {
    let file = File::open(path)?;
    let (tables, _) = Tables::parse(&file)?;
    Ok(Segment { file, tables: Arc::new(tables) })
}

/// Rows in ascending order, few terms so that lists are long, bodies so that blocks are many.
fn rows() -> impl Strategy<Value = Vec<EventRow>> {
    let row = (
        1_u64..4,
        0_u64..1_000,
        proptest::collection::vec(prop_oneof![0_u64..5, any::<u64>()], 0..5),
        prop_oneof![20 => 0_usize..200, 1 => 10_000_usize..60_000],
    );
    proptest::collection::vec(row, 1..400).prop_map(|rows| {
        let mut seq = 7;
        let row = |(step, ms, terms, len)| {
            seq += step;
            EventRow { seq, time: Timestamp::from_ms(ms), terms, body: vec![b'x'; len] }
        };
        rows.into_iter().map(row).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A segment returns the same results as a list of all rows.
    #[test]
    fn a_segment_answers_like_a_list(
        rows in rows(),
        term in prop_oneof![0_u64..6, any::<u64>()],
        (from, to) in (0_u64..1_000, 0_u64..1_200),
        (low, high) in (0_u64..1_000, prop_oneof![0_u64..1_000, Just(u64::MAX)]),
        limit in 0_usize..100,
    ) {
        let (folder, meta) = put(&rows).unwrap();
        let segment = open(&folder, &meta).unwrap();
        segment.check().unwrap();
        let range = Timestamp::from_ms(from)..=Timestamp::from_ms(to);
        let hit = |row: &&EventRow| {
            row.terms.contains(&term) && row.seq < high && range.contains(&row.time)
        };
        let wanted: Vec<_> = rows.iter().rev().filter(hit).take(limit).cloned().collect();
        prop_assert_eq!(segment.find(term, high, &range, Room { events: limit, bytes: usize::MAX }).unwrap(), wanted);
        let between = rows.iter().filter(|row| (low..=high).contains(&row.seq));
        let wanted: Vec<_> = between.take(limit).cloned().collect();
        prop_assert_eq!(segment.events(low, high, limit).unwrap(), wanted);
        let bounds = (rows[0].seq, rows[rows.len() - 1].seq, rows.len() as u64);
        prop_assert_eq!((meta.first_seq, meta.last_seq, meta.count), bounds);
        prop_assert_eq!(Some(meta.oldest), rows.iter().map(|row| row.time).min());
        prop_assert_eq!(Some(meta.newest), rows.iter().map(|row| row.time).max());
        let file = std::fs::read(folder.path().join("1.events")).unwrap();
        prop_assert_eq!(meta.sha256, types::hex(&keys::sha256(&file)));
    }

    /// Every changed byte is detected when all is read, and never causes a panic.
    #[test]
    fn a_changed_byte_is_found(rows in rows(), at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let (folder, _) = put(&rows).unwrap();
        let path = folder.path().join("1.events");
        let mut file = std::fs::read(&path).unwrap();
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        std::fs::write(&path, &file).unwrap();
        let checked = unregistered(&path).and_then(|segment| segment.check());
        let error = checked.unwrap_err();
        prop_assert!(error.is_corrupt() || error.is_unknown_format(), "{}", error);
    }

    /// A file cut short is noticed at once.
    #[test]
    fn a_cut_file_is_found(rows in rows(), at in any::<prop::sample::Index>()) {
        let (folder, _) = put(&rows).unwrap();
        let path = folder.path().join("1.events");
        let file = std::fs::read(&path).unwrap();
        std::fs::write(&path, &file[..at.index(file.len())]).unwrap();
        prop_assert!(unregistered(&path).unwrap_err().is_corrupt());
    }

    /// Nonsense under valid checksums is an error, not a panic, an endless loop, or a great
    /// allocation.
    #[test]
    fn nonsense_with_valid_checksums_is_refused(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        index in proptest::collection::vec(prop_oneof![Just(0_u8), 0_u8..60, any::<u8>()], 144),
        term in any::<u64>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.events");
        let at = HEADER_LEN + body.len() as u64;
        let footer = Footer {
            index: Span { offset: at, len: 144 },
            blocks: 2,
            pages: 2,
            count: 3,
            index_sum: layout::checksum(&index),
        };
        let file = [layout::header(), body, index, footer.bytes()].concat();
        std::fs::write(&path, file).unwrap();
        if let Ok(segment) = unregistered(&path) {
            let all = Timestamp::default()..=Timestamp::from_ms(u64::MAX);
            let _ = segment.find(term, u64::MAX, &all, Room { events: 10, bytes: usize::MAX });
            let _ = segment.events(0, u64::MAX, 10);
            let _ = segment.check();
        }
    }

    /// The parts of a file, built from arbitrary bytes, are parsed without a panic.
    #[test]
    fn arbitrary_parts_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), raw_len in any::<u32>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.events");
        std::fs::write(&path, &bytes).unwrap();
        prop_assert!(unregistered(&path).is_err());
        let span = Span { offset: 0, len: 0 };
        let time = Timestamp::from_ms(u64::MAX);
        let block = BlockEntry {
            span, raw_len, sum: 0, first_ordinal: 0, first_seq: u64::MAX - 3, oldest: time, newest: time,
        };
        let _ = layout::parse_rows(Bytes::new(&bytes), &block);
        let _ = layout::find_postings(Bytes::new(&bytes), u64::MAX - 9, u64::MAX - 2, 50);
        let _ = layout::unpack(&bytes, raw_len);
        let _ = layout::unpack(&bytes, raw_len % 4_096);
        let _ = Footer::parse(&bytes);
    }
}

#[test]
fn a_segment_needs_rows_that_ascend() {
    let row = |seq| EventRow { seq, time: Timestamp::default(), terms: vec![], body: vec![] };
    assert!(put(&[]).is_err());
    assert!(put(&[row(2), row(2)]).unwrap_err().is_corrupt());
    assert!(put(&[row(2), row(3)]).is_ok());
}

#[test]
fn a_failed_write_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.events");
    let rows = [Err(StoreError::engine("the source of rows failed"))];
    assert!(write(folder.path(), &path, rows.into_iter()).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_later_version_is_distinguished_from_damage() {
    let row = EventRow { seq: 1, time: Timestamp::default(), terms: vec![], body: vec![] };
    let (folder, _) = put(&[row]).unwrap();
    let path = folder.path().join("1.events");
    let mut file = std::fs::read(&path).unwrap();
    file[8] = 2;
    std::fs::write(&path, file).unwrap();
    assert!(unregistered(&path).unwrap_err().is_unknown_format());
}

/// The file of another segment, although intact, is not accepted as the registered one; neither is
/// one with the same numbers.
#[test]
fn another_segments_file_is_refused() {
    let row = |seq, text: &str| EventRow {
        seq,
        time: Timestamp::default(),
        terms: vec![],
        body: text.into(),
    };
    let (folder, meta) = put(&[row(5, "ours"), row(6, "ours")]).unwrap();
    open(&folder, &meta).unwrap();
    for (other, knows_hash) in [
        (vec![row(7, "ours"), row(8, "ours")], false),
        (vec![row(5, "ours")], false),
        (vec![row(5, "ours"), row(6, "fake")], true),
    ] {
        let (other, _) = put(&other).unwrap();
        std::fs::copy(other.path().join("1.events"), folder.path().join("1.events")).unwrap();
        assert!(open(&folder, &meta).unwrap_err().is_corrupt());
        let old = SegmentMeta { index_sha256: None, ..meta.clone() };
        assert_eq!(open(&folder, &old).is_err(), !knows_hash, "a row of an earlier release");
    }
}
