//! Files before they hold frames: allocated, filled with zeros, named.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use super::super::folder::{FolderFile, LogFolder};
use super::layout::{BLOCK_BYTES, FileHeader, file_name, length};
use crate::StoreError;

/// A file that is ready to be the next one.
pub(super) const SPARE_FILE: &str = "spare";
/// A spare file that is being made.
pub(super) const UNFINISHED_FILE: &str = "unfinished";
const ZEROS: &[u8] = &[0; 1 << 20];

/// A file that was just begun.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) file: Arc<dyn FolderFile>,
    pub(super) bytes: u64,
}

/// Takes the spare file, or makes one, and gives it this header and its name.
pub(super) fn begin_file(
    folder: &dyn LogFolder,
    file_bytes: u64,
    header: FileHeader,
    room: u64,
) -> Result<Begun, StoreError> {
    let wanted = file_bytes.max(room.saturating_add(BLOCK_BYTES));
    let mut found = folder.len(SPARE_FILE)?;
    if found.is_some_and(|len| len < wanted) {
        remove_if_there(folder, SPARE_FILE)?;
        found = None;
    }
    let bytes = match found {
        Some(len) => len,
        None => make_spare(folder, wanted).map(|()| wanted)?,
    };
    // A file that was trimmed must not come back under its old name with the new header.
    folder.sync()?;
    let file = folder.open(SPARE_FILE)?;
    file.write_at(&header.block(), 0)?;
    file.sync()?;
    folder.rename(SPARE_FILE, &file_name(header.first))?;
    folder.sync()?;
    Ok(Begun { file, bytes })
}

/// Makes the spare file.
pub(super) fn make_spare(folder: &dyn LogFolder, bytes: u64) -> Result<(), StoreError> {
    remove_if_there(folder, UNFINISHED_FILE)?;
    let filled = fill(folder, bytes);
    if filled.is_err() {
        remove_if_there(folder, UNFINISHED_FILE)?;
    }
    filled?;
    folder.rename(UNFINISHED_FILE, SPARE_FILE)?;
    Ok(folder.sync()?)
}

/// Creates a file of zeros that are on the disk: space that is only allocated would be converted,
/// which is metadata, by the first write to each part of it.
fn fill(folder: &dyn LogFolder, bytes: u64) -> io::Result<()> {
    let file = folder.create(UNFINISHED_FILE)?;
    file.allocate(bytes)?;
    let mut offset = 0;
    while offset < bytes {
        let len = bytes.saturating_sub(offset).min(length(ZEROS.len()));
        let zeros = ZEROS.get(..usize::try_from(len).unwrap_or(ZEROS.len())).unwrap_or(ZEROS);
        file.write_at(zeros, offset)?;
        offset = offset.saturating_add(len);
    }
    file.sync()
}

pub(super) fn remove_if_there(folder: &dyn LogFolder, name: &str) -> io::Result<()> {
    match folder.remove(name) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
