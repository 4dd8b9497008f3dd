//! The log: what both of its forms promise, and what happens to a file's.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail like the test"
)]

use std::fs::{self, OpenOptions};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::{Keyring, RootKey};
use store::{
    FileLog, Frame, Head, Log, LogFault, LogFolder, LogSettings, MemoryLog, Opener, Sealer,
    StoreError,
};
use testkit::{Disk, DiskFault, Part};
use types::Entropy;

/// Small, so that a few frames fill a file.
const SETTINGS: LogSettings = LogSettings { first_file_bytes: 48 << 10, file_bytes: 48 << 10 };

fn keyring() -> Arc<Keyring> {
    let entropy = Entropy::seeded(1);
    let root = RootKey::generate(&entropy).unwrap();
    Arc::new(Keyring::create(&root, &entropy).unwrap().0)
}

/// Seals and appends what a process appends.
struct Writer {
    sealer: Sealer,
}

impl Writer {
    fn start(seed: u64) -> Self {
        Self { sealer: Sealer::start(&keyring(), &Entropy::seeded(seed)).unwrap() }
    }

    fn append(&mut self, log: &dyn Log, payload: &[u8]) -> Result<Head, StoreError> {
        let mut turn = log.turn()?;
        let frame = self.sealer.seal(&turn.head(), payload).unwrap();
        turn.append(&frame)
    }

    fn append_all(&mut self, log: &dyn Log, payloads: &[Vec<u8>]) {
        for payload in payloads {
            self.append(log, payload).unwrap();
        }
    }
}

/// Payloads of many lengths, of which some fill a file.
fn payloads(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![u8::try_from(n % 251).unwrap(); n * 97 % 3_000]).collect()
}

fn read(log: &dyn Log, from: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let (mut found, mut opener) = (Vec::new(), Opener::new(keyring()));
    log.read(from, &mut |frame| {
        found.push((frame.position(), opener.open(&frame)?.as_bytes().to_vec()));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn numbered(payloads: &[Vec<u8>]) -> Vec<(u64, Vec<u8>)> {
    (1..).zip(payloads.iter().cloned()).collect()
}

fn open(folder: &Path) -> Result<FileLog, StoreError> {
    FileLog::open(folder, SETTINGS, &keyring())
}

/// Runs a check on both logs, the one in files also on a test's disk.
fn on_both(check: impl Fn(&dyn Log)) {
    let folder = tempfile::tempdir().unwrap();
    check(&open(folder.path()).unwrap());
    check(&on(&Disk::with_power()).unwrap());
    check(&MemoryLog::default());
}

/// Runs a check on both logs, with what makes the next append fail and its frame not be there.
fn on_failing(check: impl Fn(&dyn Log, &dyn Fn())) {
    for fault in [LogFault::Full, LogFault::AppendLost] {
        let log = MemoryLog::default();
        check(&log, &|| log.fail(fault));
    }
    for fault in [DiskFault::Write, DiskFault::Sync] {
        let disk = Disk::with_power();
        check(&on(&disk).unwrap(), &|| disk.fail(Part::Log, fault));
    }
}

#[test]
fn an_empty_log_has_no_frames() {
    on_both(|log| {
        assert_eq!(log.head().unwrap(), Head::default());
        assert!(read(log, 1).unwrap().is_empty());
    });
}

#[test]
fn frames_are_read_in_the_order_in_which_they_were_appended() {
    on_both(|log| {
        let payloads = payloads(60);
        Writer::start(2).append_all(log, &payloads);
        assert_eq!(log.head().unwrap().position, 60);
        let all = numbered(&payloads);
        for from in [1, 2, 17, 59, 60] {
            assert_eq!(
                read(log, from).unwrap(),
                all[usize::try_from(from - 1).unwrap()..],
                "{from}"
            );
        }
        assert!(read(log, 61).unwrap().is_empty());
    });
}

#[test]
fn the_head_is_the_newest_frame_of_any_writer() {
    on_both(|log| {
        let (mut one, mut other) = (Writer::start(2), Writer::start(3));
        let first = one.append(log, b"one").unwrap();
        let second = other.append(log, b"other").unwrap();
        assert_eq!((first.position, second.position), (1, 2));
        assert_eq!(log.head().unwrap(), second);
        assert_eq!(read(log, 1).unwrap(), numbered(&[b"one".to_vec(), b"other".to_vec()]));
    });
}

#[test]
fn only_the_frame_that_follows_the_head_is_appended() {
    on_both(|log| {
        let mut sealer = Sealer::start(&keyring(), &Entropy::seeded(2)).unwrap();
        let first = sealer.seal(&Head::default(), b"first").unwrap();
        let fork = sealer.seal(&Head::default(), b"fork").unwrap();
        let late = sealer.seal(&Head { position: 2, ..first.head() }, b"late").unwrap();
        let other = Head { tag: [9; 16], ..first.head() };
        let elsewhere = sealer.seal(&other, b"elsewhere").unwrap();
        log.turn().unwrap().append(&first).unwrap();
        for frame in [&first, &fork, &late, &elsewhere] {
            log.turn().unwrap().append(frame).unwrap_err();
        }
        assert_eq!(log.head().unwrap(), first.head());
        assert_eq!(read(log, 1).unwrap(), [(1, b"first".to_vec())]);
    });
}

#[test]
fn a_visitor_ends_the_reading() {
    on_both(|log| {
        Writer::start(2).append_all(log, &payloads(5));
        let mut seen = 0;
        let ended = log.read(1, &mut |frame| {
            seen = frame.position();
            if seen == 3 {
                Err(StoreError::missing("enough"))
            } else {
                Ok(ControlFlow::Continue(()))
            }
        });
        assert!(ended.unwrap_err().to_string().contains("enough"));
        assert_eq!(seen, 3);
    });
}

#[test]
fn what_was_trimmed_is_missing_and_the_rest_is_read() {
    on_both(|log| {
        let payloads = payloads(60);
        let mut writer = Writer::start(2);
        writer.append_all(log, &payloads);
        log.trim(40).unwrap();
        assert!(read(log, 1).unwrap_err().is_missing());
        assert_eq!(read(log, 40).unwrap(), numbered(&payloads)[39..]);
        log.trim(61).unwrap();
        assert_eq!(log.head().unwrap().position, 60, "the head outlives its frame");
        assert_eq!(writer.append(log, b"next").unwrap().position, 61);
        assert_eq!(read(log, 61).unwrap(), [(61, b"next".to_vec())]);
    });
}

#[test]
fn frames_that_were_changed_do_not_open() {
    let mut sealer = Sealer::start(&keyring(), &Entropy::seeded(2)).unwrap();
    let frame = sealer.seal(&Head::default(), b"payload").unwrap();
    for at in 0..frame.as_bytes().len() {
        let mut bytes = frame.as_bytes().to_vec();
        bytes[at] ^= 1;
        if let Some(changed) = Frame::read(bytes) {
            let opened = Opener::new(keyring()).open(&changed);
            assert!(opened.unwrap_err().is_corrupt(), "byte {at}");
        }
    }
}

#[test]
fn nothing_is_appended_before_a_failure_is_settled() {
    on_failing(|log, fail| {
        let mut writer = Writer::start(2);
        writer.append(log, b"first").unwrap();
        for round in 2..5 {
            fail();
            writer.append(log, b"failed").unwrap_err();
            writer.append(log, b"too early").unwrap_err();
            assert_eq!(log.head().unwrap().position, round - 1);
            assert_eq!(log.settle().unwrap().position, round - 1, "the frame is not there");
            assert_eq!(log.settle().unwrap().position, round - 1, "it is settled");
            assert_eq!(writer.append(log, b"next").unwrap().position, round);
        }
        let expected = [b"first".to_vec(), b"next".to_vec(), b"next".to_vec(), b"next".to_vec()];
        assert_eq!(read(log, 1).unwrap(), numbered(&expected));
    });
}

/// What fails while it is settled is settled later.
#[test]
fn settling_may_fail() {
    let disk = Disk::with_power();
    let (log, mut writer) = (on(&disk).unwrap(), Writer::start(2));
    writer.append(&log, b"first").unwrap();
    for _ in 0..3 {
        disk.fail(Part::Log, DiskFault::Sync);
    }
    writer.append(&log, b"second").unwrap_err();
    log.settle().unwrap_err();
    writer.append(&log, b"too early").unwrap_err();
    log.settle().unwrap_err();
    assert_eq!(log.settle().unwrap().position, 1);
    assert_eq!(writer.append(&log, b"third").unwrap().position, 2);
}

#[test]
fn a_frame_may_be_there_although_its_append_failed() {
    let (log, mut writer) = (MemoryLog::default(), Writer::start(2));
    writer.append(&log, b"first").unwrap();
    log.fail(LogFault::AppendKept);
    writer.append(&log, b"second").unwrap_err();
    writer.append(&log, b"too early").unwrap_err();
    assert_eq!(log.settle().unwrap().position, 2);
    assert_eq!(writer.append(&log, b"third").unwrap().position, 3);
}

#[test]
fn a_failed_reading_is_an_error() {
    let check = |log: &dyn Log, fail: &dyn Fn()| {
        Writer::start(2).append(log, b"first").unwrap();
        fail();
        assert!(!read(log, 1).unwrap_err().is_corrupt(), "a disk that fails proves nothing");
        assert_eq!(read(log, 1).unwrap().len(), 1);
    };
    let (log, disk) = (MemoryLog::default(), Disk::with_power());
    check(&log, &|| log.fail(LogFault::Read));
    check(&on(&disk).unwrap(), &|| disk.fail(Part::Log, DiskFault::Read));
}

/// A disk that cannot be read while the log is opened does not make it be cut.
#[test]
fn a_log_that_cannot_be_read_is_not_opened() {
    let disk = Disk::with_power();
    Writer::start(2).append_all(&on(&disk).unwrap(), &payloads(5));
    let mut opened = 0;
    for good in 0..20 {
        // So many readings succeed first.
        disk.fail_after(Part::Log, DiskFault::Read, good);
        match on(&disk) {
            Ok(log) => {
                assert_eq!(log.head().unwrap().position, 5);
                opened += 1;
            }
            Err(error) => assert!(!error.is_corrupt(), "{error}"),
        }
        disk.repair();
    }
    assert!((1..15).contains(&opened), "{opened}");
}

#[test]
fn a_log_is_opened_where_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let payloads = payloads(60);
    for (seed, part) in (2..).zip(payloads.chunks(7)) {
        let log = open(folder.path()).unwrap();
        Writer::start(seed).append_all(&log, part);
    }
    let log = open(folder.path()).unwrap();
    assert!(log.files().len() > 3, "{:?}", log.files());
    assert_eq!(read(&log, 1).unwrap(), numbered(&payloads));
}

#[test]
fn one_process_at_a_time_has_a_log_open() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    assert!(open(folder.path()).unwrap_err().is_in_use());
    drop(log);
    open(folder.path()).unwrap();
}

#[test]
fn a_frame_larger_than_a_file_gets_a_larger_one() {
    let folder = tempfile::tempdir().unwrap();
    let payloads = [b"small".to_vec(), vec![7; 100_000], b"small again".to_vec()];
    let log = open(folder.path()).unwrap();
    Writer::start(2).append_all(&log, &payloads);
    assert_eq!(read(&log, 1).unwrap(), numbered(&payloads));
    drop(log);
    assert_eq!(read(&open(folder.path()).unwrap(), 1).unwrap(), numbered(&payloads));
}

#[test]
fn the_first_frame_may_be_larger_than_the_first_file() {
    let (folder, payloads) = (tempfile::tempdir().unwrap(), [vec![7; 100_000], b"small".to_vec()]);
    let log = open(folder.path()).unwrap();
    assert!(read(&log, 1).unwrap().is_empty());
    Writer::start(2).append_all(&log, &payloads);
    assert_eq!(read(&log, 1).unwrap(), numbered(&payloads));
    drop(log);
    assert_eq!(read(&open(folder.path()).unwrap(), 1).unwrap(), numbered(&payloads));
}

/// A file whose first frame was torn is replaced when the next frame is too large for it; the files
/// before it are still those of the log.
#[test]
fn a_file_that_replaces_one_without_frames_has_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut payloads: Vec<_> = (0..3).map(|byte| vec![byte; 40_000]).collect();
    let log = open(folder.path()).unwrap();
    Writer::start(2).append_all(&log, &payloads);
    let (first, name) = log.files().pop().unwrap();
    assert_eq!((first, log.files().len()), (3, 3));
    drop(log);
    let path = folder.path().join(name);
    let mut bytes = fs::read(&path).unwrap();
    bytes[4_096..8_192].fill(0);
    fs::write(&path, bytes).unwrap();
    let log = open(folder.path()).unwrap();
    assert_eq!(log.head().unwrap().position, 2);
    payloads[2] = vec![7; 100_000];
    Writer::start(3).append_all(&log, &payloads[2..]);
    drop(log);
    assert_eq!(read(&open(folder.path()).unwrap(), 1).unwrap(), numbered(&payloads));
}

#[test]
fn a_trimmed_file_is_used_again_and_its_remains_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = open(folder.path()).unwrap();
    let mut writer = Writer::start(2);
    for round in 0..30_u64 {
        writer.append_all(&log, &payloads(9));
        let newest = log.head().unwrap().position;
        log.trim(newest).unwrap();
        assert!(fs::read_dir(folder.path()).unwrap().count() <= 4, "files, spare, lock");
        if round % 3 == 0 {
            drop(log);
            log = open(folder.path()).unwrap();
            writer = Writer::start(round + 3);
            assert_eq!(log.head().unwrap().position, newest);
        }
    }
    assert_eq!(log.head().unwrap().position, 270);
}

#[test]
fn a_reader_goes_on_while_its_file_is_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let payloads = payloads(60);
    let mut writer = Writer::start(2);
    writer.append_all(&log, &payloads);
    let (mut found, mut opener) = (Vec::new(), Opener::new(keyring()));
    let (_, first_file_ends) = (1, log.files()[1].0);
    let ended = log.read(1, &mut |frame| {
        if frame.position() == 1 {
            log.trim(60).unwrap();
            writer.append_all(&log, &payloads);
        }
        found.push((frame.position(), opener.open(&frame)?.as_bytes().to_vec()));
        Ok(ControlFlow::Continue(()))
    });
    assert!(ended.unwrap_err().is_missing(), "the files behind it are gone");
    let read = usize::try_from(first_file_ends - 1).unwrap();
    assert_eq!(found, numbered(&payloads)[..read]);
}

/// The newest file, and where each of its frames begins and ends.
fn newest(folder: &Path, payloads: &[Vec<u8>]) -> (PathBuf, Vec<(u64, u64)>) {
    let log = open(folder).unwrap();
    let (first, name) = log.files().pop().unwrap();
    let path = folder.join(name);
    let mut places = Vec::new();
    let mut offset = 4_096;
    for payload in &payloads[usize::try_from(first - 1).unwrap()..] {
        let end = offset + 64 + payload.len() as u64 + 16;
        places.push((offset, end));
        offset = end.next_multiple_of(4_096);
    }
    (path, places)
}

#[test]
fn a_torn_frame_is_cut_at_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let payloads: Vec<_> = (0..4_u8).map(|n| vec![n; 30]).collect();
    Writer::start(2).append_all(&open(folder.path()).unwrap(), &payloads);
    let (path, places) = newest(folder.path(), &payloads);
    let (start, end) = *places.last().unwrap();
    let whole = fs::read(&path).unwrap();
    for kept in start..end {
        let mut torn = whole.clone();
        torn[usize::try_from(kept).unwrap()..usize::try_from(end).unwrap()].fill(0);
        fs::write(&path, &torn).unwrap();
        let log = open(folder.path()).unwrap();
        assert_eq!(log.head().unwrap().position, 3, "{kept}");
        // A shorter frame leaves what was behind it, which no reading returns.
        Writer::start(kept).append(&log, b"again").unwrap();
        drop(log);
        let log = open(folder.path()).unwrap();
        let expected = [&numbered(&payloads)[..3], &[(4, b"again".to_vec())]].concat();
        assert_eq!(read(&log, 1).unwrap(), expected, "{kept}");
    }
}

#[test]
fn a_broken_frame_before_a_sound_one_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let payloads: Vec<_> = (0..4_u8).map(|n| vec![n; 30]).collect();
    Writer::start(2).append_all(&open(folder.path()).unwrap(), &payloads);
    let (path, places) = newest(folder.path(), &payloads);
    let whole = fs::read(&path).unwrap();
    for (start, end) in &places[..3] {
        for at in *start..*end {
            let mut broken = whole.clone();
            broken[usize::try_from(at).unwrap()] ^= 0x40;
            fs::write(&path, &broken).unwrap();
            let error = open(folder.path()).unwrap_err();
            assert!(error.is_corrupt(), "byte {at}: {error}");
            assert!(error.to_string().contains("00000000000000000001.log"), "{error}");
        }
    }
}

#[test]
fn a_file_that_does_not_begin_as_it_should_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    Writer::start(2).append_all(&open(folder.path()).unwrap(), &payloads(3));
    let (path, _) = newest(folder.path(), &payloads(3));
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(b"x", 0).unwrap();
    assert!(open(folder.path()).unwrap_err().is_corrupt());
    file.set_len(0).unwrap();
    assert!(open(folder.path()).unwrap_err().is_corrupt());
}

/// Files of two histories cannot be put together.
#[test]
fn a_file_of_another_log_is_noticed_when_it_is_read() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (seed, folder) in [(2, &one), (3, &other)] {
        Writer::start(seed).append_all(&open(folder.path()).unwrap(), &payloads(60));
    }
    let names: Vec<_> = open(one.path()).unwrap().files();
    let (_, name) = &names[1];
    fs::copy(other.path().join(name), one.path().join(name)).unwrap();
    let log = open(one.path()).unwrap();
    assert!(read(&log, 1).unwrap_err().is_corrupt());
}

/// The process may end at every step of beginning a file.
#[test]
fn unfinished_files_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let payloads = payloads(60);
    let log = open(folder.path()).unwrap();
    Writer::start(2).append_all(&log, &payloads[..30]);
    drop(log);
    fs::write(folder.path().join("unfinished"), b"half").unwrap();
    fs::write(folder.path().join("spare"), vec![0xff; 100]).unwrap();
    let log = open(folder.path()).unwrap();
    log.prepare().unwrap();
    Writer::start(3).append_all(&log, &payloads[30..]);
    assert_eq!(read(&log, 1).unwrap(), numbered(&payloads));
}

fn on(disk: &Disk) -> Result<FileLog, StoreError> {
    FileLog::within(Arc::new(disk.clone()), SETTINGS, &keyring())
}

/// A file that cannot be removed keeps no other; it is not taken for a part of the log, and goes
/// later.
#[test]
fn a_file_that_cannot_be_removed_keeps_no_other() {
    let disk = Disk::with_power();
    let (mut log, payloads) = (on(&disk).unwrap(), payloads(60));
    Writer::start(2).append_all(&log, &payloads);
    log.prepare().unwrap();
    let files = log.files();
    assert!(files.len() > 5, "{files:?}");
    let newest = files.last().unwrap().clone();
    disk.fail(Part::Log, DiskFault::Remove);
    log.trim(61).unwrap_err();
    assert_eq!(log.files(), std::slice::from_ref(&newest));
    for _ in 0..2 {
        assert_eq!(log.first().unwrap(), newest.0);
        assert!(read(&log, 1).unwrap_err().is_missing());
        let expected = &numbered(&payloads)[usize::try_from(newest.0 - 1).unwrap()..];
        assert_eq!(read(&log, newest.0).unwrap(), expected);
        drop(log);
        log = on(&disk).unwrap();
    }
    log.trim(61).unwrap();
    let names = disk.names().unwrap();
    assert_eq!(names.iter().filter(|name| name.contains("log")).count(), 1, "{names:?}");
}

/// The number of open files depends neither on the number of files nor on what is read.
#[test]
fn few_files_are_open_at_once() {
    let disk = Disk::with_power();
    let (log, payloads) = (on(&disk).unwrap(), payloads(400));
    Writer::start(2).append_all(&log, &payloads);
    assert!(log.files().len() > 30);
    for from in [1, 100, 200, 290, 1] {
        assert_eq!(
            read(&log, from).unwrap(),
            numbered(&payloads)[usize::try_from(from - 1).unwrap()..]
        );
    }
    drop(log);
    assert_eq!(read(&on(&disk).unwrap(), 1).unwrap().len(), 400);
    // With the newest one, one that is read, and `durable`.
    assert!(disk.open_max() <= 11, "{}", disk.open_max());
}

/// Small files are used where there is no room for a large one.
#[test]
fn a_nearly_full_disk_gets_small_files() {
    let disk = Disk::with_power();
    let settings = LogSettings { first_file_bytes: 16 << 10, file_bytes: 1 << 20 };
    let log = FileLog::within(Arc::new(disk.clone()), settings, &keyring()).unwrap();
    let mut writer = Writer::start(2);
    let payload = vec![7; 3_000];
    // The files grow until one of 256 KiB is next, for which there is no room.
    disk.limit(Some((16 + 32 + 64 + 128 + 100) << 10));
    let mut before = 0;
    let failed = loop {
        match writer.append(&log, &payload) {
            Ok(head) => before = head.position,
            Err(error) => break error,
        }
    };
    assert!(failed.is_full(), "{failed}");
    let files = log.files();
    let lens: Vec<_> = files.iter().map(|(_, name)| disk.len(name).unwrap().unwrap()).collect();
    let kib = lens.iter().map(|len| len >> 10).collect::<Vec<_>>();
    assert_eq!(kib[..4], [16, 32, 64, 128]);
    assert!(kib.len() >= 8 && kib[4] == 16 && kib.iter().all(|len| *len < 256), "{kib:?}");
    assert_eq!(log.settle().unwrap().position, before);
    disk.limit(None);
    assert_eq!(writer.append(&log, &payload).unwrap().position, before + 1);
    assert_eq!(read(&log, 1).unwrap().len(), usize::try_from(before + 1).unwrap());
}

/// A frame whose key is not in the keyring is not a torn one: it must not be cut.
#[test]
fn a_missing_key_is_not_taken_for_a_torn_frame() {
    let entropy = Entropy::seeded(1);
    let root = RootKey::generate(&entropy).unwrap();
    let (mut newer, _) = Keyring::create(&root, &entropy).unwrap();
    newer.new_epoch(&root, &entropy).unwrap();
    let disk = Disk::with_power();
    let log = on(&disk).unwrap();
    Writer::start(2).append(&log, b"first").unwrap();
    let mut sealer = Sealer::start(&newer, &Entropy::seeded(3)).unwrap();
    for _ in 0..2 {
        let mut turn = log.turn().unwrap();
        let frame = sealer.seal(&turn.head(), b"acknowledged").unwrap();
        turn.append(&frame).unwrap();
        let error = on(&disk).unwrap_err();
        assert!(error.kind() == store::StoreErrorKind::NoKey, "{error}");
        assert!(
            error.to_string().contains("frame 2 of the log is sealed under epoch 2"),
            "{error}"
        );
        assert!(read(&log, 1).unwrap_err().to_string().contains("key"), "reading, too");
    }
    assert_eq!(
        FileLog::within(Arc::new(disk), SETTINGS, &Arc::new(newer))
            .unwrap()
            .head()
            .unwrap()
            .position,
        3
    );
}

/// Many headers of frames, each as long as half of the file: opening does not try them all.
#[test]
fn a_crafted_file_is_refused_quickly() {
    let disk = Disk::with_power();
    let bytes = 2 << 20;
    let large = LogSettings { first_file_bytes: bytes, file_bytes: bytes };
    let open = || FileLog::within(Arc::new(disk.clone()), large, &keyring());
    let log = open().unwrap();
    Writer::start(2).append_all(&log, &payloads(3));
    let (_, name) = log.files().pop().unwrap();
    let file = disk.open(&name).unwrap();
    let mut sealer = Sealer::start(&keyring(), &Entropy::seeded(9)).unwrap();
    let frame = sealer.seal(&Head { position: 90, tag: [1; 16] }, &vec![0; 1 << 20]).unwrap();
    for at in (32 << 10..bytes / 2).step_by(4_096) {
        file.write_at(&frame.as_bytes()[..64], at).unwrap();
    }
    let before = disk.bytes_read();
    let error = open().unwrap_err();
    assert!(error.is_corrupt() && error.to_string().contains("a crash can leave"), "{error}");
    let read = disk.bytes_read() - before;
    assert!(read < 5 * bytes, "{read}");
}
