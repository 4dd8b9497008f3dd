//! What is found in the folder when it is opened.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::super::frame::Header;
use super::super::{Head, Opener};
use super::layout::{
    ALIGNMENT, BLOCK_BYTES, FileHeader, file_name, first_position, length, next_offset,
};
use super::log_file::LogFile;
use crate::StoreError;

/// A block as it is before anything is written to it.
const ZEROS: &[u8] = &[0; 4_096];
/// How much is read at once in search of frames.
const STEP_BYTES: u64 = 1 << 20;

/// The log files of a folder, by their first positions.
pub(super) fn files(
    folder: &Path,
    is_writable: bool,
) -> Result<BTreeMap<u64, Arc<LogFile>>, StoreError> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let Some(first) = name.to_str().and_then(first_position) else { continue };
        let file = OpenOptions::new().read(true).write(is_writable).open(folder.join(&name))?;
        let bytes = file.metadata()?.len();
        let mut block = vec![0; usize::try_from(BLOCK_BYTES.min(bytes)).unwrap_or(0)];
        file.read_exact_at(&mut block, 0)?;
        let header = FileHeader::read(&block).filter(|header| header.first == first);
        let header = header.ok_or_else(|| {
            StoreError::corrupt(format_args!("`{}` does not begin as it should", file_name(first)))
        })?;
        files.insert(first, Arc::new(LogFile::new(file, header, bytes)));
    }
    Ok(files)
}

/// Verifies the frames of the newest file. The newest frame, and where the next one goes: over what
/// a crash tore, if there is that.
///
/// Nothing is erased: with the keys of another store no frame is authentic.
pub(super) fn newest(file: &LogFile, opener: &mut Opener) -> Result<(Head, u64), StoreError> {
    let (mut head, mut offset) = (file.header.head_before(), BLOCK_BYTES);
    while let Some(next) = sound(file, offset, opener, |header| header.follows(&head))? {
        file.mark(next.position, offset);
        offset = next_offset(offset, next.len);
        head = next.head;
    }
    let position = head.position.saturating_add(1);
    if let Some(behind) = sound_behind(file, offset, head.position, opener)? {
        return Err(file.damaged(position, &format!("it is broken, and frame {behind} is not")));
    }
    if followed(file, offset, &head)? {
        let what = "it is not authentic, and another one was written after it";
        return Err(file.damaged(position, what));
    }
    if file.frame_header_at(offset)?.is_some_and(|header| header.position > head.position) {
        tracing::warn!(position = head.position, "the log ends with a frame that was not finished");
    }
    Ok((head, offset))
}

/// Whether a frame at `offset` that follows `head` has one behind it that follows it: then it was
/// durable once, authentic or not.
fn followed(file: &LogFile, offset: u64, head: &Head) -> Result<bool, StoreError> {
    let Some(header) = file.header_at(offset)?.filter(|header| header.follows(head)) else {
        return Ok(false);
    };
    let own = Head { position: header.position, tag: file.tag_at(offset, &header)? };
    let next = file.header_at(next_offset(offset, length(header.frame_len())))?;
    Ok(next.is_some_and(|next| next.follows(&own)))
}

struct Sound {
    position: u64,
    head: Head,
    len: u64,
}

/// The authentic frame at `offset` whose header is `meant`.
fn sound(
    file: &LogFile,
    offset: u64,
    opener: &mut Opener,
    meant: impl Fn(&Header) -> bool,
) -> Result<Option<Sound>, StoreError> {
    let Some(header) = file.header_at(offset)?.filter(|header| meant(header)) else {
        return Ok(None);
    };
    let Some(frame) = file.frame_at(offset, &header)? else { return Ok(None) };
    if opener.open(&frame).is_err() {
        return Ok(None);
    }
    let len = length(header.frame_len());
    Ok(Some(Sound { position: header.position, head: frame.head(), len }))
}

/// The position of a sound frame behind `offset` that is newer than `newest`. Older ones are what a
/// recycled file still holds.
fn sound_behind(
    file: &LogFile,
    offset: u64,
    newest: u64,
    opener: &mut Opener,
) -> Result<Option<u64>, StoreError> {
    let mut start = offset;
    while start < file.bytes {
        // One header longer, so that none is missed between two steps.
        let len = file.bytes.saturating_sub(start).min(STEP_BYTES.saturating_add(BLOCK_BYTES));
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        file.file.read_exact_at(&mut bytes, start)?;
        for at in places_of_headers(&bytes) {
            let place = start.saturating_add(length(at));
            let is_newer = |header: &Header| header.position > newest;
            let may_be = bytes.get(at..).and_then(Header::read).is_some_and(|h| is_newer(&h));
            if may_be && let Some(found) = sound(file, place, opener, is_newer)? {
                return Ok(Some(found.position));
            }
        }
        start = start.saturating_add(STEP_BYTES);
    }
    Ok(None)
}

/// Where a header may begin. Most of a file is zeros, which are passed over quickly.
fn places_of_headers(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let step = usize::try_from(ALIGNMENT).unwrap_or(8);
    let blocks = bytes.chunks(ZEROS.len()).enumerate();
    let blocks = blocks.filter(|(_, block)| ZEROS.get(..block.len()) != Some(*block));
    blocks.flat_map(move |(number, block)| {
        let start = number.saturating_mul(ZEROS.len());
        (start..start.saturating_add(block.len())).step_by(step)
    })
}
