//! Files that conversions and rebuilds leave beside the state file, until it is known to be good.

use std::fs;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The state file as it was before a conversion.
pub(crate) const KEPT_FILE: &str = "state.redb.1";
/// The same while it is being copied.
pub(crate) const KEPT_UNFINISHED_FILE: &str = "state.redb.1.new";
/// The state file that a rebuild replaced; a number follows if there are several.
pub(crate) const REPLACED_FILE: &str = "state.redb.replaced";
/// Where a rebuild makes the new one.
pub(crate) const REBUILDING_FOLDER: &str = "rebuilding";

/// Whether the state file as it was before a conversion is there.
pub(crate) fn is_converted(folder: &Path) -> Result<bool, StoreError> {
    Ok(folder.join(KEPT_FILE).try_exists()?)
}

/// Whether there are any.
pub(crate) fn are_there(folder: &Path) -> Result<bool, StoreError> {
    Ok(!files(folder)?.is_empty() || folder.join(REBUILDING_FOLDER).try_exists()?)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let is_leftover = |name: &str| {
        matches!(name, KEPT_FILE | KEPT_UNFINISHED_FILE) || name.starts_with(REPLACED_FILE)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_leftover) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Deletes all of them.
pub(crate) fn delete(folder: &Path) -> Result<(), StoreError> {
    for path in files(folder)? {
        fs::remove_file(path)?;
    }
    let aside = folder.join(REBUILDING_FOLDER);
    if aside.try_exists()? {
        fs::remove_dir_all(aside)?;
    }
    Ok(())
}
