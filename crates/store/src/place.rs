//! The contents of a data directory, read without changing it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::StoreError;
use crate::bodies::BODIES_FOLDER;
use crate::bodies::subfolders;
use crate::copy::STATE_FILE;
use crate::log::LOG_FOLDER;
use crate::log::is_log_file;
use crate::reserve::RESERVE_FILE;
use crate::segment::SEGMENTS_FOLDER;

/// A data directory's parts, as they are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "parts are there independently of each other")]
pub struct Found {
    /// The state file.
    pub state: StateFile,
    /// Whether there is any file of the log.
    pub log: bool,
    /// Whether there is any segment file.
    pub segments: bool,
    /// Whether any object body has ever been written: folders of bodies stay when bodies go.
    pub bodies: bool,
    /// Whether the reserve of disk space exists.
    pub reserve: bool,
}

/// The state file, as it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateFile {
    /// There is none.
    Missing,
    /// It has no bytes.
    Empty,
    /// It has bytes.
    There,
}

impl Found {
    /// Inspects the data directory `folder`, which need not exist.
    pub fn within(folder: &Path) -> Result<Self, StoreError> {
        let state = match fs::metadata(folder.join(STATE_FILE)) {
            Ok(about) if about.len() == 0 => StateFile::Empty,
            Ok(_) => StateFile::There,
            Err(error) if error.kind() == ErrorKind::NotFound => StateFile::Missing,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            state,
            log: holds_anything(&folder.join(LOG_FOLDER), is_log_file)?,
            segments: holds_anything(&folder.join(SEGMENTS_FOLDER), |_| true)?,
            bodies: !subfolders(&folder.join(BODIES_FOLDER))?.is_empty(),
            reserve: folder.join(RESERVE_FILE).exists(),
        })
    }

    /// Whether there is nothing that a store ever wrote.
    pub fn is_nothing(self) -> bool {
        let is_any = self.log || self.segments || self.bodies || self.reserve;
        self.state == StateFile::Missing && !is_any
    }
}

fn holds_anything(folder: &Path, counts: impl Fn(&str) -> bool) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                if entry?.file_name().to_str().is_none_or(&counts) {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
