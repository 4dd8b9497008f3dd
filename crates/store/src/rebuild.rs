//! Rebuilds the copy from a base and the log.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::bases::{self, BaseReader};
use crate::copy::{STATE_FILE, StateCopy};
use crate::log::{FileLog, LOG_FOLDER, Log, LogPoint};
use crate::{Opening, Store, StoreError};

/// The state file that a rebuild replaced.
const REPLACED_FILE: &str = "state.redb.replaced";

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// The frame as of which the base was that it began with; 0 if it began with nothing.
    pub base: u64,
    /// The newest frame of the log, as of which the state is now.
    pub newest: u64,
}

impl Store {
    /// Rebuilds `state.redb` of a data directory from the newest base that is whole and the
    /// frames after it. The old file is kept as `state.redb.replaced`.
    ///
    /// Errors with [`StoreError::is_missing`] if neither a base nor the first frames are there, and
    /// with [`StoreError::is_corrupt`] if a frame after the base is damaged.
    pub fn rebuild(folder: &Path, with: &Opening) -> Result<Rebuilt, StoreError> {
        let log = FileLog::open(&folder.join(LOG_FOLDER), with.log, &with.keyring)?;
        let (first, newest) = (log.first()?, log.head()?.position);
        drop(log);
        let aside = folder.join(REPLACED_FILE);
        if folder.join(STATE_FILE).try_exists()? {
            fs::rename(folder.join(STATE_FILE), &aside)?;
        }
        let base = base_into(folder, first, with)?;
        // Opening it replays the frames.
        let store = Self::open_existing(folder, with)?;
        store.settle()?;
        store.shut_down();
        Ok(Rebuilt { base, newest })
    }
}

/// Creates the state file from a base that the log continues; the newest that is whole.
fn base_into(folder: &Path, first: u64, with: &Opening) -> Result<u64, StoreError> {
    for base in bases::bases(folder)?.into_iter().rev() {
        if base.position.saturating_add(1) < first {
            break;
        }
        let made = BaseReader::open(&base, Arc::clone(&with.keyring))
            .and_then(|(point, rows)| StateCopy::create(folder, point, rows));
        match made {
            Ok(()) => return Ok(base.position),
            Err(error) if error.is_corrupt() => {
                let error = types::error_chain(&error);
                tracing::error!(error, "a base is of no use; the one before it is tried");
            }
            Err(error) => return Err(error),
        }
    }
    if first > 1 {
        return Err(StoreError::missing(format_args!(
            "the log begins with frame {first}, and no base reaches it"
        )));
    }
    StateCopy::create(folder, LogPoint::START, [])?;
    Ok(0)
}
