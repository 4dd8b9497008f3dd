use super::super::{Head, Tag};

/// The header block at the beginning of a file; frames begin behind it.
pub(super) const BLOCK_BYTES: u64 = 4_096;
const MAGIC: &[u8; 16] = b"shoseki log v2\r\n";
/// Frames begin at multiples of this: a disk that damages the rest of a sector when it writes a
/// part of it damages no frame that was acknowledged. No disk has larger sectors.
pub(super) const ALIGNMENT: u64 = 4_096;
const SUFFIX: &str = ".log";

/// The contents of the header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileHeader {
    /// The position of the file's first frame.
    pub(super) first: u64,
    /// The tag of the frame before it.
    pub(super) previous: Tag,
    /// The position of the first frame of the file before it; 0 if it was the first file.
    pub(super) after: u64,
}

impl FileHeader {
    pub(super) fn block(&self) -> Vec<u8> {
        let (first, after) = (self.first.to_be_bytes(), self.after.to_be_bytes());
        let mut block = [MAGIC.as_slice(), &first, &self.previous, &after].concat();
        block.resize(usize::try_from(BLOCK_BYTES).unwrap_or(block.len()), 0);
        block
    }

    /// `None` if it is not the header block of a log file of this version.
    pub(super) fn read(block: &[u8]) -> Option<Self> {
        let (first, rest) = block.strip_prefix(MAGIC)?.split_first_chunk()?;
        let (previous, rest) = rest.split_first_chunk()?;
        let (after, _) = rest.split_first_chunk()?;
        let (first, after) = (u64::from_be_bytes(*first), u64::from_be_bytes(*after));
        (after < first).then_some(Self { first, previous: *previous, after })
    }

    pub(super) fn head_before(&self) -> Head {
        Head { position: self.first.saturating_sub(1), tag: self.previous }
    }
}

/// Twenty digits, so that names sort like numbers.
pub(super) fn file_name(first: u64) -> String {
    format!("{first:020}{SUFFIX}")
}

/// The first position of the file of this name; `None` if it is no log file's.
pub(super) fn first_position(name: &str) -> Option<u64> {
    let Ok(first) = name.strip_suffix(SUFFIX)?.parse() else { return None };
    (file_name(first) == name).then_some(first)
}

/// A length in memory as one in a file.
pub(super) fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Where the frame after one of this length begins.
pub(super) fn next_offset(offset: u64, len: u64) -> u64 {
    offset.saturating_add(len).next_multiple_of(ALIGNMENT)
}
