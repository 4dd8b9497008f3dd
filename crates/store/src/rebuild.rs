//! Rebuilds the copy from a base and the log.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bodies::create_folder;
use crate::copy::{STATE_FILE, StateCopy};
use crate::leftovers::{REBUILDING_FOLDER, REPLACED_FILE};
use crate::log::{FileLog, LOG_FOLDER, Log};
use crate::proof::newest_start;
use crate::reserve::Reserve;
use crate::shared::{Ingredients, Shared};
use crate::stopwatch::Stopwatch;
use crate::{Opening, Store, StoreError};

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// The frame as of which the base was that it began with; 0 if it began with nothing.
    pub base: u64,
    /// The newest frame of the log, as of which the state is now.
    pub newest: u64,
}

impl Store {
    /// Rebuilds `state.redb` of a data directory from the newest base that is intact and the frames
    /// after it. The old file is kept as `state.redb.replaced` until the next start has written a
    /// checkpoint, and stays in place on an error.
    ///
    /// Errors with [`StoreError::is_missing`] if neither an intact base is there nor frames that have
    /// all rows, and with [`StoreError::is_corrupt`] if a frame after the base is damaged.
    pub fn rebuild(folder: &Path, with: &Opening) -> Result<Rebuilt, StoreError> {
        let log = FileLog::open(&folder.join(LOG_FOLDER), with.log, &with.keyring)?;
        let newest = log.head()?.position;
        let aside = folder.join(REBUILDING_FOLDER);
        if aside.try_exists()? {
            fs::remove_dir_all(&aside)?;
        }
        create_folder(&aside)?;
        let (start, rows) = newest_start(folder, &log, &with.keyring, log.head()?)?;
        let base = start.head.position;
        StateCopy::create(&aside, start, rows, &with.row_seal())?;
        let copy = StateCopy::open(&aside, with.page_cache_bytes, &with.row_seal())?;
        let keyring = Arc::clone(&with.keyring);
        let (reserve, stopwatch) = (Reserve::new(folder), Stopwatch::default());
        let (log, own) = (Box::new(log), folder.to_owned());
        let parts = Ingredients { log, copy, keyring, folder: own, reserve, stopwatch };
        let shared = Shared::replayed(parts)?;
        shared.checkpoint()?;
        drop(shared);
        put_in_place(folder, &aside)?;
        Ok(Rebuilt { base, newest })
    }
}

/// Exchanges the state files.
fn put_in_place(folder: &Path, aside: &Path) -> Result<(), StoreError> {
    let state = folder.join(STATE_FILE);
    if state.try_exists()? {
        fs::rename(&state, unused_name(folder)?)?;
    }
    fs::rename(aside.join(STATE_FILE), state)?;
    File::open(folder)?.sync_all()?;
    Ok(fs::remove_dir_all(aside)?)
}

/// A name for the old file that none has.
fn unused_name(folder: &Path) -> Result<PathBuf, StoreError> {
    let mut path = folder.join(REPLACED_FILE);
    let mut number = 1_u32;
    while path.try_exists()? {
        number = number.saturating_add(1);
        path = folder.join(format!("{REPLACED_FILE}.{number}"));
    }
    Ok(path)
}
