//! Rebuilds the copy from a base and the log.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bases::{self, BaseReader};
use crate::bodies::create_folder;
use crate::copy::{STATE_FILE, StateCopy};
use crate::copy_rows::RowSeal;
use crate::leftovers::{REBUILDING_FOLDER, REPLACED_FILE};
use crate::log::{FileLog, LOG_FOLDER, Log, LogPoint};
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
    /// after it. The old file is kept as `state.redb.replaced` until the first checkpoint of the next
    /// start, and stays in place on an error.
    ///
    /// Errors with [`StoreError::is_missing`] if neither a base nor the first frames are there, and
    /// with [`StoreError::is_corrupt`] if a frame after the base is damaged.
    pub fn rebuild(folder: &Path, with: &Opening) -> Result<Rebuilt, StoreError> {
        let log = FileLog::open(&folder.join(LOG_FOLDER), with.log, &with.keyring)?;
        let newest = log.head()?.position;
        let aside = folder.join(REBUILDING_FOLDER);
        if aside.try_exists()? {
            fs::remove_dir_all(&aside)?;
        }
        create_folder(&aside)?;
        let base = base_into(&aside, folder, &log, with)?;
        let copy = StateCopy::open(&aside, with.page_cache_bytes, &RowSeal::of(with))?;
        let keyring = Arc::clone(&with.keyring);
        let (reserve, stopwatch) = (Reserve::new(folder), Stopwatch::default());
        let parts = Ingredients { log: Box::new(log), copy, keyring, reserve, stopwatch };
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

/// Creates a state file in `aside` from a base of `data` that the log continues; the newest that is
/// intact.
fn base_into(aside: &Path, data: &Path, log: &FileLog, with: &Opening) -> Result<u64, StoreError> {
    let (first, newest, seal) = (log.first()?, log.head()?.position, RowSeal::of(with));
    let bases = bases::bases(data)?.into_iter().rev();
    for base in bases.filter(|base| base.position <= newest) {
        if base.position.saturating_add(1) < first {
            break;
        }
        let made = BaseReader::open(&base, Arc::clone(&with.keyring))
            .and_then(|(point, rows)| StateCopy::create(aside, point, rows, &seal));
        match made {
            Ok(()) => return Ok(base.position),
            Err(error) if error.is_corrupt() => {
                let error = types::error_chain(&error);
                tracing::error!(error, "a base is damaged; the one before it is tried");
            }
            Err(error) => return Err(error),
        }
    }
    if first > 1 {
        return Err(StoreError::missing(format_args!(
            "the log begins with frame {first}, and no base reaches it"
        )));
    }
    StateCopy::create(aside, LogPoint::START, [], &seal)?;
    Ok(0)
}
