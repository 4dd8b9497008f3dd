//! What is found in the folder when it is opened.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::folder::LogFolder;
use super::super::frame::Header;
use super::super::{Head, Opener};
use super::layout::{
    ALIGNMENT, BLOCK_BYTES, FileHeader, file_name, first_position, length, next_offset,
};
use super::log_file::{LogFile, OpenLogFile};
use crate::StoreError;

/// A block as it is before anything is written to it.
const ZEROS: &[u8] = &[0; 4_096];
/// How much is read at once in search of frames.
const STEP_BYTES: u64 = 1 << 20;
/// See [`sound_behind`].
const TRIED_FILES_MAX: u64 = 2;

/// The log files of a folder, by their first positions.
pub(super) fn files(folder: &dyn LogFolder) -> Result<BTreeMap<u64, Arc<LogFile>>, StoreError> {
    let mut files = BTreeMap::new();
    for name in folder.names()? {
        let Some(first) = first_position(&name) else { continue };
        let gone = || StoreError::missing(format_args!("`{name}` is gone"));
        let bytes = folder.len(&name)?.ok_or_else(gone)?;
        let mut block = vec![0; usize::try_from(BLOCK_BYTES.min(bytes)).unwrap_or(0)];
        folder.open(&name)?.read_at(&mut block, 0)?;
        let header = FileHeader::read(&block).filter(|header| header.first == first);
        let header = header.ok_or_else(|| {
            StoreError::corrupt(format_args!("`{name}` does not begin as it should"))
        })?;
        files.insert(first, Arc::new(LogFile::new(header, bytes)));
    }
    Ok(joined(files))
}

/// The newest files, as long as each names the one before it. What lies before a gap could not be
/// removed when it was trimmed.
fn joined(mut files: BTreeMap<u64, Arc<LogFile>>) -> BTreeMap<u64, Arc<LogFile>> {
    let mut joined = BTreeMap::new();
    let mut next = files.last_key_value().map(|(first, _)| *first);
    while let Some((first, file)) = next.and_then(|first| files.remove_entry(&first)) {
        next = Some(file.header.after);
        joined.insert(first, file);
    }
    if let Some((first, _)) = files.last_key_value() {
        tracing::warn!(file = file_name(*first), "a file is no part of the log, and is not read");
    }
    joined
}

/// Verifies the frames of the newest file. The newest frame, and where the next one goes: over what
/// a crash tore, if there is that.
///
/// Nothing is erased: with the keys of another store no frame is authentic.
pub(super) fn newest(file: &OpenLogFile, opener: &mut Opener) -> Result<(Head, u64), StoreError> {
    let about = &file.about;
    let (mut head, mut offset) = (about.header.head_before(), BLOCK_BYTES);
    while let Some(next) = sound(file, offset, opener, |header| header.follows(&head))? {
        about.mark(next.position, offset);
        offset = next_offset(offset, next.len);
        head = next.head;
    }
    let position = head.position.saturating_add(1);
    if let Some(behind) = sound_behind(file, offset, head.position, opener)? {
        return Err(about.damaged(position, &format!("it is broken, and frame {behind} is not")));
    }
    if followed(file, offset, &head)? {
        let what = "it is not authentic, and another one was written after it";
        return Err(about.damaged(position, what));
    }
    if file.frame_header_at(offset)?.is_some_and(|header| header.position > head.position) {
        tracing::warn!(position = head.position, "the log ends with a frame that was not finished");
    }
    Ok((head, offset))
}

/// Whether a frame at `offset` that follows `head` has one behind it that follows it: then it was
/// durable once, authentic or not.
fn followed(file: &OpenLogFile, offset: u64, head: &Head) -> Result<bool, StoreError> {
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
    file: &OpenLogFile,
    offset: u64,
    opener: &mut Opener,
    meant: impl Fn(&Header) -> bool,
) -> Result<Option<Sound>, StoreError> {
    let Some(header) = file.header_at(offset)?.filter(|header| meant(header)) else {
        return Ok(None);
    };
    let Some(frame) = file.frame_at(offset, &header)? else { return Ok(None) };
    match opener.open(&frame) {
        Ok(_) => {}
        // INVARIANT: only what is not authentic may be cut; a key that is missing proves nothing.
        Err(error) if error.is_corrupt() => return Ok(None),
        Err(error) => return Err(error),
    }
    let len = length(header.frame_len());
    Ok(Some(Sound { position: header.position, head: frame.head(), len }))
}

/// The position of a sound frame behind `offset` that is newer than `newest`. Older ones are what a
/// recycled file still holds.
///
/// Cost: possible frames are opened until they amount to [`TRIED_FILES_MAX`] files; a crash leaves one
/// such frame.
pub(super) fn sound_behind(
    file: &OpenLogFile,
    offset: u64,
    newest: u64,
    opener: &mut Opener,
) -> Result<Option<u64>, StoreError> {
    let mut start = offset;
    let bytes_in_file = file.about.bytes;
    let mut left = bytes_in_file.saturating_mul(TRIED_FILES_MAX);
    while start < bytes_in_file {
        // One header longer, so that none is missed between two steps.
        let len = bytes_in_file.saturating_sub(start).min(STEP_BYTES.saturating_add(BLOCK_BYTES));
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        file.file.read_at(&mut bytes, start)?;
        for at in places_of_headers(&bytes) {
            let place = start.saturating_add(length(at));
            let is_newer = |header: &Header| header.position > newest;
            let header = bytes.get(at..).and_then(Header::read).filter(is_newer);
            let Some(header) = header else { continue };
            let Some(rest) = left.checked_sub(length(header.frame_len())) else {
                let what = "more possible frames follow it than a crash can leave";
                return Err(file.about.damaged(newest.saturating_add(1), what));
            };
            left = rest;
            if let Some(found) = sound(file, place, opener, is_newer)? {
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
