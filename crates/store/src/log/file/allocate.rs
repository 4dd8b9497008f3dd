//! Files before they hold frames: allocated, filled with zeros, named.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::layout::{BLOCK_BYTES, FileHeader, file_name, length};
use super::log_file::LogFile;
use crate::StoreError;

/// A file that is ready to be the next one.
pub(super) const SPARE_FILE: &str = "spare";
/// A spare file that is being made.
pub(super) const UNFINISHED_FILE: &str = "unfinished";
const ZEROS: &[u8] = &[0; 1 << 20];

/// Takes the spare file, or makes one, and gives it this header and its name.
pub(super) fn begin_file(
    folder: &Path,
    file_bytes: u64,
    header: FileHeader,
    room: u64,
) -> Result<Arc<LogFile>, StoreError> {
    let (spare, path) = (folder.join(SPARE_FILE), folder.join(file_name(header.first)));
    let wanted = file_bytes.max(room.saturating_add(BLOCK_BYTES));
    if fs::metadata(&spare).is_ok_and(|found| found.len() < wanted) {
        remove_if_there(&spare)?;
    }
    if !spare.try_exists()? {
        make_spare(folder, wanted)?;
    }
    // A file that was trimmed must not come back under its old name with the new header.
    sync_folder(folder)?;
    let file = OpenOptions::new().read(true).write(true).open(&spare)?;
    file.write_all_at(&header.block(), 0)?;
    file.sync_data()?;
    fs::rename(spare, path)?;
    sync_folder(folder)?;
    let bytes = file.metadata()?.len();
    Ok(Arc::new(LogFile::new(file, header, bytes)))
}

/// Makes the spare file.
pub(super) fn make_spare(folder: &Path, bytes: u64) -> Result<(), StoreError> {
    let unfinished = folder.join(UNFINISHED_FILE);
    remove_if_there(&unfinished)?;
    let filled = fill(&unfinished, bytes);
    if filled.is_err() {
        remove_if_there(&unfinished)?;
    }
    filled?;
    fs::rename(unfinished, folder.join(SPARE_FILE))?;
    sync_folder(folder)
}

/// Creates a file of zeros that are on the disk: space that is only allocated would be converted,
/// which is metadata, by the first write to each part of it.
fn fill(path: &Path, bytes: u64) -> Result<(), StoreError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {}
        Err(error) => return Err(std::io::Error::from(error).into()),
    }
    let mut offset = 0;
    while offset < bytes {
        let len = bytes.saturating_sub(offset).min(length(ZEROS.len()));
        let zeros = ZEROS.get(..usize::try_from(len).unwrap_or(ZEROS.len())).unwrap_or(ZEROS);
        file.write_all_at(zeros, offset)?;
        offset = offset.saturating_add(len);
    }
    Ok(file.sync_all()?)
}

pub(super) fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    Ok(File::open(folder)?.sync_all()?)
}
