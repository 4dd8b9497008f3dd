//! Bases: the whole state as of a frame, sealed, from which and the frames after it the copy can
//! be made again.
//!
//! ```text
//! bases/00000000000000004711.base   magic, point of the log, sealed frames of rows, an empty one
//! bases/unfinished                  one that is being written
//! ```
//!
//! Two are kept: the newest, and the one before it in case the newest is damaged. The frames of a
//! base form a chain of their own, which begins with its point: nothing of it can be exchanged.
//! A base is deleted only once two newer ones are durable and were read back.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::stretch::Stretch;
use keys::{Keyring, SecretBytes, Sha256};
use types::Entropy;

use crate::StoreError;
use crate::copy_rows::CopyRows;
use crate::log::{Change, Changes, Frame, Head, LogPoint, Opener, Payload, Sealer, Tag};
use crate::tx::{Pair, Rows};

/// The folder of bases within the data directory.
pub(crate) const BASES_FOLDER: &str = "bases";
/// How many are kept.
pub(crate) const KEPT: usize = 2;
const MAGIC: &[u8; 16] = b"shoseki base v1\n";
const POINT_BYTES: usize = 32;
const UNFINISHED_FILE: &str = "unfinished";
/// Bytes of rows in one frame.
const FRAME_BYTES: usize = 1 << 20;
/// Bytes that are written between two syncs: a long one at the end would delay the log's.
const STEP_BYTES: u64 = 8 << 20;

/// Asked before a number of bytes is written; its error ends the writing.
pub(crate) type Permission<'p> = dyn Fn(u64) -> Result<(), StoreError> + 'p;

/// A finished base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// The position of the frame as of which it is.
    pub(crate) position: u64,
    pub(crate) bytes: u64,
    pub(crate) path: PathBuf,
}

/// The bases within a data directory, oldest first.
pub(crate) fn bases(data: &Path) -> Result<Vec<Base>, StoreError> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(data.join(BASES_FOLDER)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let digits = name.to_str().and_then(|name| name.strip_suffix(".base"));
        if let Some(Ok(position)) = digits.map(str::parse) {
            found.push(Base { position, bytes: entry.metadata()?.len(), path: entry.path() });
        }
    }
    found.sort_by_key(|base| base.position);
    Ok(found)
}

/// Twenty digits, so that names sort like numbers.
pub(crate) fn file_name(position: u64) -> String {
    format!("{position:020}.base")
}

/// Writes the base of `rows`, reads it back, and gives it its name.
///
/// `permission` is asked for as many bytes as the newest base has, and then again before each step.
pub(crate) fn write(
    data: &Path,
    rows: &CopyRows,
    keyring: &Arc<Keyring>,
    entropy: &Entropy,
    permission: &Permission<'_>,
) -> Result<Base, StoreError> {
    permission(bases(data)?.last().map_or(0, |newest| newest.bytes))?;
    let folder = data.join(BASES_FOLDER);
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    File::open(data)?.sync_all()?;
    let unfinished = folder.join(UNFINISHED_FILE);
    let position = rows.applied.head.position;
    let keyring = Arc::clone(keyring);
    let written = fill(&unfinished, rows, &keyring, entropy, permission)
        .and_then(|()| open(&unfinished, position, keyring))
        .and_then(|(_, written)| written.verify());
    if written.is_err() {
        // The next one is written over it.
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    let path = folder.join(file_name(position));
    fs::rename(unfinished, &path)?;
    File::open(&folder)?.sync_all()?;
    Ok(Base { position, bytes: fs::metadata(&path)?.len(), path })
}

/// Whether there is a base of this frame, and it is intact.
pub(crate) fn is_intact(
    data: &Path,
    position: u64,
    keyring: &Arc<Keyring>,
) -> Result<bool, StoreError> {
    let found = bases(data)?.into_iter().find(|base| base.position == position);
    let Some(base) = found else { return Ok(false) };
    let read = BaseReader::open(&base, Arc::clone(keyring)).and_then(|(_, rows)| rows.verify());
    match read {
        Err(error) if error.is_corrupt() => Ok(false),
        read => read.map(|()| true),
    }
}

/// Deletes all bases but these, which must be durable and intact.
pub(crate) fn keep_only(data: &Path, kept: &[Base]) -> Result<(), StoreError> {
    let is_kept = |base: &Base| kept.iter().any(|kept| kept.position == base.position);
    for base in bases(data)?.into_iter().filter(|base| !is_kept(base)) {
        fs::remove_file(&base.path)?;
    }
    Ok(())
}

fn fill(
    path: &Path,
    rows: &CopyRows,
    keyring: &Keyring,
    entropy: &Entropy,
    permission: &Permission<'_>,
) -> Result<(), StoreError> {
    permission(STEP_BYTES)?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut file = BufWriter::new(file);
    let point = rows.applied.bytes();
    file.write_all(MAGIC)?;
    file.write_all(&point)?;
    let cannot = |cause| StoreError::engine("cannot seal a base").because(cause);
    let sealer = Sealer::start_of(Stretch::Base, keyring, entropy);
    let mut sealer = sealer.map_err(cannot)?;
    let (mut head, mut payload, mut unsynced) = (start_of(&point), Payload::new(0), 0_u64);
    let mut seal = |payload: &Payload| {
        let frame = sealer.seal(&head, payload.as_bytes()).map_err(cannot)?;
        head = frame.head();
        file.write_all(frame.as_bytes())?;
        unsynced = unsynced.saturating_add(length(frame.as_bytes().len()));
        if unsynced >= STEP_BYTES {
            file.flush()?;
            file.get_ref().sync_data()?;
            unsynced = 0;
            permission(STEP_BYTES)?;
        }
        Ok::<_, StoreError>(())
    };
    for row in rows.range(&[], None)? {
        let (key, value) = row?;
        payload.write(&key, Some(&value))?;
        if payload.as_bytes().len() >= FRAME_BYTES {
            seal(&std::mem::replace(&mut payload, Payload::new(0)))?;
        }
    }
    if !payload.is_empty() {
        seal(&payload)?;
    }
    seal(&Payload::new(0))?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(file.sync_all()?)
}

fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Where the chain of a base begins.
fn start_of(point: &[u8]) -> Head {
    let mut hash = Sha256::new();
    hash.update(MAGIC);
    hash.update(point);
    let mut tag = Tag::default();
    for (to, from) in tag.iter_mut().zip(hash.finish()) {
        *to = from;
    }
    Head { position: 0, tag }
}

/// The rows of a base, one after the other, each verified.
pub(crate) struct BaseReader {
    name: String,
    file: Box<dyn Read + Send>,
    opener: Opener,
    head: Head,
    /// The rows of the frame at hand, last first.
    rows: Vec<Pair>,
    is_over: bool,
}

impl BaseReader {
    /// Opens a base; its point comes with it.
    pub(crate) fn open(base: &Base, keyring: Arc<Keyring>) -> Result<(LogPoint, Self), StoreError> {
        open(&base.path, base.position, keyring)
    }

    /// Reads the rest of it.
    pub(crate) fn verify(mut self) -> Result<(), StoreError> {
        self.try_for_each(|row| row.map(drop))
    }

    /// The same from the bytes of the base of this frame.
    pub(crate) fn of(
        position: u64,
        mut file: Box<dyn Read + Send>,
        keyring: Arc<Keyring>,
    ) -> Result<(LogPoint, Self), StoreError> {
        let name = file_name(position);
        let mut head = [0; MAGIC.len() + POINT_BYTES];
        file.read_exact(&mut head).map_err(|error| {
            // A disk that fails proves nothing.
            let is_short = error.kind() == ErrorKind::UnexpectedEof;
            if is_short { damaged(&name, "it is too short") } else { error.into() }
        })?;
        let point = head.strip_prefix(MAGIC).ok_or_else(|| damaged(&name, "it is no base"))?;
        let start = start_of(point);
        let point = LogPoint::read(point).filter(|point| point.head.position == position);
        let point = point.ok_or_else(|| damaged(&name, "it is the base of another frame"))?;
        let opener = Opener::of(Stretch::Base, keyring);
        Ok((point, Self { name, file, opener, head: start, rows: Vec::new(), is_over: false }))
    }

    fn next_frame(&mut self) -> Result<SecretBytes, StoreError> {
        let frame = Frame::read_from(&mut self.file)?;
        let frame = frame.filter(|frame| frame.follows(&self.head));
        let frame = frame.ok_or_else(|| damaged(&self.name, "a part is missing or changed"))?;
        self.head = frame.head();
        self.opener.open(&frame).map_err(|error| {
            let is_changed = error.is_corrupt();
            if is_changed { damaged(&self.name, "a part is not authentic") } else { error }
        })
    }

    fn fill(&mut self) -> Result<(), StoreError> {
        let payload = self.next_frame()?;
        for change in Changes::of(payload.as_bytes())? {
            match change? {
                Change::Put { key, value } => self.rows.push((key.to_vec(), value.to_vec())),
                Change::Delete { .. } | Change::Event(_) => {
                    return Err(damaged(&self.name, "it contains more than rows"));
                }
            }
        }
        self.is_over = self.rows.is_empty();
        self.rows.reverse();
        Ok(())
    }
}

impl Iterator for BaseReader {
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rows.is_empty()
            && !self.is_over
            && let Err(error) = self.fill()
        {
            self.is_over = true;
            return Some(Err(error));
        }
        self.rows.pop().map(Ok)
    }
}

fn open(
    path: &Path,
    position: u64,
    keyring: Arc<Keyring>,
) -> Result<(LogPoint, BaseReader), StoreError> {
    BaseReader::of(position, Box::new(BufReader::new(File::open(path)?)), keyring)
}

fn damaged(name: &str, what: &str) -> StoreError {
    StoreError::corrupt(format_args!("base `{name}`: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Opening;
    use crate::copy::{PAGE_CACHE_BYTES, StateCopy};
    use crate::copy_rows::RowSeal;
    use crate::recent::Recent;

    fn base_of(data: &Path, rows: u32, position: u64) -> Base {
        let opening = Opening::for_tests();
        if !data.join("state.redb").exists() {
            StateCopy::create(data, LogPoint::START, [], &RowSeal::for_tests()).unwrap();
        }
        let copy = StateCopy::open(data, PAGE_CACHE_BYTES, &RowSeal::for_tests()).unwrap();
        let mut writes = Recent::new_sync();
        for row in 0..rows {
            writes.insert_mut(row.to_be_bytes().to_vec(), Some(vec![b'v'; 100_000]));
        }
        let head = Head { position, tag: [7; 16] };
        let rows = copy.apply(&writes, LogPoint { head, next_seq: 5 }).unwrap();
        write(data, &rows, &opening.keyring, &opening.entropy, &|_| Ok(())).unwrap();
        bases(data).unwrap().pop().unwrap()
    }

    fn read(base: &Base) -> Result<Vec<Pair>, StoreError> {
        let (_, reader) = BaseReader::open(base, Opening::for_tests().keyring)?;
        reader.collect()
    }

    /// A file of which so many bytes can be read.
    struct Failing(std::io::Cursor<Vec<u8>>, usize);

    impl Read for Failing {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let len = to.len().min(self.1);
            if len == 0 {
                return Err(std::io::Error::other("a sector"));
            }
            self.1 -= len;
            self.0.read(&mut to[..len])
        }
    }

    /// A disk that fails proves nothing about a base.
    #[test]
    fn a_base_that_cannot_be_read_is_not_damaged() {
        let (data, with) = (tempfile::tempdir().unwrap(), Opening::for_tests());
        let bytes = fs::read(&base_of(data.path(), 3, 9).path).unwrap();
        for good in [0, 1, 20, 47, 48, 60, 120, 1_000, bytes.len() - 1] {
            let file = Failing(std::io::Cursor::new(bytes.clone()), good);
            let read = BaseReader::of(9, Box::new(file), Arc::clone(&with.keyring));
            let error = read.and_then(|(_, rows)| rows.verify()).unwrap_err();
            assert!(!error.is_corrupt(), "{good}: {error}");
        }
    }

    /// Rows come back as they were, over many frames; those that are not to be kept go.
    #[test]
    fn a_base_is_the_state_as_of_a_frame() {
        let data = tempfile::tempdir().unwrap();
        for position in 3..6 {
            let base = base_of(data.path(), 25, position);
            let (point, reader) = BaseReader::open(&base, Opening::for_tests().keyring).unwrap();
            assert_eq!((point.head.position, point.next_seq), (position, 5));
            let rows: Vec<Pair> = reader.map(Result::unwrap).collect();
            assert!(rows.is_sorted() && rows.len() >= 25, "{}", rows.len());
            assert!(rows.iter().filter(|(_, value)| value.len() == 100_000).count() == 25);
        }
        let positions = || -> Vec<u64> {
            bases(data.path()).unwrap().iter().map(|base| base.position).collect()
        };
        assert_eq!(positions(), [3, 4, 5]);
        keep_only(data.path(), &bases(data.path()).unwrap()[1..]).unwrap();
        assert_eq!(positions(), [4, 5]);
    }

    /// Permission is asked for before the first byte, and before each step; without it nothing is
    /// left.
    #[test]
    fn a_base_is_written_in_steps() {
        let (data, with) = (tempfile::tempdir().unwrap(), Opening::for_tests());
        let base = base_of(data.path(), 250, 9);
        let copy = StateCopy::open(data.path(), PAGE_CACHE_BYTES, &RowSeal::for_tests()).unwrap();
        let rows = copy.rows().unwrap();
        let asked = std::cell::RefCell::new(Vec::new());
        for allowed in [usize::MAX, 0, 1, 2, 3] {
            asked.borrow_mut().clear();
            let permission = |bytes: u64| {
                asked.borrow_mut().push(bytes);
                let is_allowed = asked.borrow().len() <= allowed;
                if is_allowed { Ok(()) } else { Err(StoreError::full("a test's disk")) }
            };
            let written = write(data.path(), &rows, &with.keyring, &with.entropy, &permission);
            let asked = asked.borrow();
            if allowed == usize::MAX {
                written.unwrap();
                assert_eq!(*asked, [base.bytes, STEP_BYTES, STEP_BYTES, STEP_BYTES]);
                continue;
            }
            assert!(written.unwrap_err().is_full());
            assert_eq!(asked.len(), allowed + 1);
            assert!(!data.path().join(BASES_FOLDER).join(UNFINISHED_FILE).exists());
        }
        assert_eq!(read(&base).unwrap().len(), 251);
    }

    /// A frame of the log is no frame of a base, even at its position.
    #[test]
    fn frames_of_the_log_are_no_frames_of_a_base() {
        let (data, with) = (tempfile::tempdir().unwrap(), Opening::for_tests());
        let base = base_of(data.path(), 1, 9);
        let point = fs::read(&base.path).unwrap()[MAGIC.len()..][..POINT_BYTES].to_vec();
        let mut sealer = Sealer::start(&with.keyring, &with.entropy).unwrap();
        let frame = sealer.seal(&start_of(&point), Payload::new(0).as_bytes()).unwrap();
        fs::write(&base.path, [MAGIC.as_slice(), &point, frame.as_bytes()].concat()).unwrap();
        assert!(read(&base).unwrap_err().is_corrupt());
    }

    /// Neither a changed byte nor a missing end nor another name is accepted.
    #[test]
    fn a_damaged_base_is_noticed() {
        let data = tempfile::tempdir().unwrap();
        let base = base_of(data.path(), 12, 9);
        let whole = fs::read(&base.path).unwrap();
        for at in [3, 20, 50, 130, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&base.path, changed).unwrap();
            assert!(read(&base).unwrap_err().is_corrupt(), "byte {at}");
        }
        for len in [10, 60, whole.len() / 2, whole.len() - 1, whole.len() - 90] {
            fs::write(&base.path, &whole[..len]).unwrap();
            assert!(read(&base).unwrap_err().is_corrupt(), "{len} bytes");
        }
        fs::write(&base.path, &whole).unwrap();
        assert!(read(&Base { position: 8, ..base.clone() }).unwrap_err().is_corrupt());
        assert_eq!(read(&base).unwrap().len(), 13);
    }
}
