//! The leaves of the transparency log: hashes of events, of which its tree can be made again even
//! where the events have expired.

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use types::hex;

use crate::merging::due;
use crate::part::Part;
use crate::{BackupError, Place};

/// Bytes of a leaf.
const LEAF_BYTES: u64 = 32;
/// Leaves that are copied at once: 8 MiB.
const STEP_LEAVES: u64 = 1 << 18;

/// How the leaves of a data directory are read.
#[derive(Debug, Clone, Copy)]
pub struct TreeFiles {
    /// The number of leaves of the newest checkpoint; `None` if there is no log.
    pub size: fn(&Path) -> io::Result<Option<u64>>,
    /// The leaves from the one of this index on, at most so many, one behind the other.
    pub leaves: fn(&Path, u64, u64) -> io::Result<Vec<u8>>,
}

/// The leaves that a backup has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// How many there are.
    size: u64,
    /// The last one, which shows whether the log is still the same.
    last: String,
    pub(crate) parts: Vec<Leaves>,
}

/// Leaves that follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Leaves {
    first: u64,
    pub(crate) part: Part,
}

impl Leaves {
    pub(crate) fn name(&self) -> String {
        format!("tree/{:020}-{}.leaves", self.first, self.part.sha256.short())
    }

    fn write(first: u64, bytes: Vec<u8>, place: &Place) -> Result<Self, BackupError> {
        let leaves = Self { first, part: Part::of(&bytes) };
        place.put(&leaves.name(), bytes)?;
        Ok(leaves)
    }
}

impl Tree {
    /// Copies the leaves that are not there yet, up to those of the newest checkpoint. Returns the
    /// tree, and the names of objects that it does not need any more.
    ///
    /// To be called before the log of events is copied: then all leaves are of events before its end.
    pub(crate) fn copy(
        own: Option<Self>,
        files: TreeFiles,
        data: &Path,
        place: &Place,
    ) -> Result<(Option<Self>, Vec<String>), BackupError> {
        let Some(size) = (files.size)(data)? else { return Ok((own, Vec::new())) };
        let mut replaced = Vec::new();
        let mut tree = match own {
            Some(own) if own.is_of(files, data, size)? => own,
            other => {
                // Another log has begun.
                let parts = other.into_iter().flat_map(|own| own.parts);
                replaced.extend(parts.map(|leaves| leaves.name()));
                Self { size: 0, last: String::new(), parts: Vec::new() }
            }
        };
        while tree.size < size {
            let count = size.saturating_sub(tree.size).min(STEP_LEAVES);
            let bytes = (files.leaves)(data, tree.size, count)?;
            let (whole, rest) = bytes.as_chunks::<32>();
            if whole.is_empty() || !rest.is_empty() {
                return Err(BackupError::damaged("the transparency log lacks leaves"));
            }
            let first = tree.size;
            tree.size = first.saturating_add(u64::try_from(whole.len()).unwrap_or(u64::MAX));
            tree.last = whole.last().map_or_else(String::new, |leaf| hex(leaf));
            tree.parts.push(Leaves::write(first, bytes, place)?);
            tree.merge(place, &mut replaced)?;
        }
        Ok((Some(tree), replaced))
    }

    /// Whether the log in the data directory continues these leaves.
    fn is_of(&self, files: TreeFiles, data: &Path, size: u64) -> Result<bool, BackupError> {
        let Some(index) = self.size.checked_sub(1) else { return Ok(true) };
        Ok(self.size <= size && hex(&(files.leaves)(data, index, 1)?) == self.last)
    }

    fn merge(&mut self, place: &Place, replaced: &mut Vec<String>) -> Result<(), BackupError> {
        loop {
            let lens: Vec<u64> = self.parts.iter().map(|leaves| leaves.part.len).collect();
            let at = due(&lens);
            let run = self.parts.get(at.clone()).unwrap_or(&[]);
            let Some(first) = run.first().map(|leaves| leaves.first) else { return Ok(()) };
            let mut bytes = Vec::new();
            for leaves in run {
                match place.get_part(&leaves.name(), &leaves.part) {
                    // It is left as it is, for `--verify` to find.
                    Err(BackupError::Damaged { .. }) => return Ok(()),
                    part => bytes.extend_from_slice(&part?),
                }
            }
            let merged = Leaves::write(first, bytes, place)?;
            let old = self.parts.splice(at, [merged]);
            replaced.extend(old.map(|leaves| leaves.name()));
        }
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Shows all leaves in their order, each of 32 bytes and proved to be what was copied.
    pub fn read(
        &self,
        place: &Arc<Place>,
        visitor: &mut dyn FnMut(&[u8; 32]) -> io::Result<()>,
    ) -> Result<(), BackupError> {
        let mut next = 0;
        for leaves in &self.parts {
            let bytes = place.get_part(&leaves.name(), &leaves.part)?;
            let (whole, _) = bytes.as_chunks::<32>();
            if leaves.first != next {
                let what = format_args!("leaf {next} of the transparency log is missing");
                return Err(BackupError::damaged(what));
            }
            whole.iter().try_for_each(&mut *visitor)?;
            next = next.saturating_add(leaves.part.len / LEAF_BYTES);
        }
        if next == self.size {
            return Ok(());
        }
        Err(BackupError::damaged("the transparency log does not have all of its leaves"))
    }
}
