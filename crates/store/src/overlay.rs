//! A state file that is read and never written: the engine's writes stay in memory. It writes even
//! when it opens a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

use crate::StoreError;

/// Bytes that are copied into memory when one of them is written.
const BLOCK_BYTES: usize = 4_096;
const BLOCK_LEN: u64 = BLOCK_BYTES as u64;

type Block = Box<[u8; BLOCK_BYTES]>;

/// The file below, and what was written above it.
///
/// An engine repairs a file that was not closed when it opens it, and writes while it checks; none
/// of that may change the file under examination. Its locks are taken in shared mode: a running
/// server excludes it, and it excludes a server.
#[derive(Debug)]
pub(crate) struct Overlay {
    file: Box<dyn StorageBackend>,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    len: u64,
    /// Bytes of the file that still show; it may have been cut.
    below: u64,
    blocks: BTreeMap<u64, Block>,
}

impl Overlay {
    /// Over the file at `path`, which is opened for reading only.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Self::over(Box::new(FileBackend::new(File::open(path)?)?))
    }

    /// Over any file.
    pub(crate) fn over(file: Box<dyn StorageBackend>) -> Result<Self, StoreError> {
        let len = file.len()?;
        let written = Mutex::new(Written { len, below: len, blocks: BTreeMap::new() });
        Ok(Self { file, written })
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The block at `index` as it shows now.
    fn block(&self, written: &Written, index: u64) -> io::Result<Block> {
        if let Some(block) = written.blocks.get(&index) {
            return Ok(block.clone());
        }
        let mut block = Box::new([0; BLOCK_BYTES]);
        let start = index.saturating_mul(BLOCK_LEN);
        let there = written.below.saturating_sub(start).min(BLOCK_LEN);
        let there = usize::try_from(there).unwrap_or(BLOCK_BYTES);
        self.file.read(start, block.get_mut(..there).unwrap_or_default())?;
        Ok(block)
    }
}

/// The blocks that the `len` bytes from `offset` touch: each with its affected part, and the
/// position of that part within the bytes.
fn touched(offset: u64, len: usize) -> impl Iterator<Item = (u64, std::ops::Range<usize>, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let left = len.checked_sub(done).filter(|left| *left > 0)?;
        let at = offset.checked_add(u64::try_from(done).ok()?)?;
        let within = usize::try_from(at.checked_rem(BLOCK_LEN)?).ok()?;
        let part = left.min(BLOCK_BYTES.saturating_sub(within));
        let placed = (at.checked_div(BLOCK_LEN)?, within..within.saturating_add(part), done);
        done = done.saturating_add(part);
        Some(placed)
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.written().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.written();
        let end = offset.saturating_add(u64::try_from(out.len()).unwrap_or(u64::MAX));
        if end > written.len {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let first = offset.checked_div(BLOCK_LEN).unwrap_or_default();
        if end <= written.below && written.blocks.range(first..).next().is_none() {
            return self.file.read(offset, out);
        }
        for (index, part, at) in touched(offset, out.len()) {
            let block = self.block(&written, index)?;
            let from = block.get(part).unwrap_or_default();
            if let Some(to) = out.get_mut(at..at.saturating_add(from.len())) {
                to.copy_from_slice(from);
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut written = self.written();
        if len < written.len {
            let kept = len.div_ceil(BLOCK_LEN);
            drop(written.blocks.split_off(&kept));
            written.below = written.below.min(len);
            let within = usize::try_from(len.checked_rem(BLOCK_LEN).unwrap_or_default());
            let last = kept.saturating_sub(1);
            if let (Ok(within @ 1..), Some(block)) = (within, written.blocks.get_mut(&last)) {
                block.get_mut(within..).unwrap_or_default().fill(0);
            }
        }
        written.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        for (index, part, at) in touched(offset, data.len()) {
            let mut block = self.block(&written, index)?;
            let to = block.get_mut(part).unwrap_or_default();
            if let Some(from) = data.get(at..at.saturating_add(to.len())) {
                to.copy_from_slice(from);
            }
            written.blocks.insert(index, block);
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Write(usize, Vec<u8>),
        Resize(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        let bytes = proptest::collection::vec(any::<u8>(), 1..9_000);
        prop_oneof![
            (0_usize..20_000, bytes).prop_map(|(at, bytes)| Step::Write(at, bytes)),
            (0_usize..30_000).prop_map(Step::Resize),
        ]
    }

    proptest! {
        /// Every write is read back as from a file, and the file is unchanged.
        #[test]
        fn it_reads_like_a_file(
            base in proptest::collection::vec(any::<u8>(), 0..20_000),
            steps in proptest::collection::vec(step(), 0..12),
        ) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &base).unwrap();
            let (overlay, mut want) = (Overlay::open(file.path()).unwrap(), base.clone());
            for step in steps {
                match step {
                    Step::Write(at, bytes) => {
                        let end = at + bytes.len();
                        if end > want.len() {
                            want.resize(end, 0);
                            overlay.set_len(end as u64).unwrap();
                        }
                        overlay.write(at as u64, &bytes).unwrap();
                        want[at..end].copy_from_slice(&bytes);
                    }
                    Step::Resize(len) => {
                        want.resize(len, 0);
                        overlay.set_len(len as u64).unwrap();
                    }
                }
                prop_assert_eq!(overlay.len().unwrap(), want.len() as u64);
                let mut all = vec![0; want.len()];
                overlay.read(0, &mut all).unwrap();
                prop_assert!(all == want);
                let from = want.len() / 3;
                let mut part = vec![0; want.len() / 2 - from.min(want.len() / 2)];
                overlay.read(from as u64, &mut part).unwrap();
                prop_assert!(part[..] == want[from..from + part.len()]);
                prop_assert!(overlay.read(1, &mut all).is_err() || all.is_empty());
            }
            prop_assert!(std::fs::read(file.path()).unwrap() == base);
        }
    }
}
