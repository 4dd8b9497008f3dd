//! What a backup copies of a data directory, and what a restore makes one from.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::Keyring;

use crate::bases::{self, BASES_FOLDER, BaseReader};
use crate::bodies::{BODIES_FOLDER, Bodies, create_folder};
use crate::copy::FORMAT;
use crate::error::FORMAT_VERSION;
use crate::log::{Change, Changes, Head, LogPoint};
use crate::recent::Recent;
use crate::sealed::SEGMENTS;
use crate::segment::SEGMENTS_FOLDER;
use crate::tx::{Pair, Pairs};
use crate::view::overlaid;
use crate::{BodyId, StoreError};

/// The file of a base: the rows as of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseFile {
    /// The position of the frame.
    pub position: u64,
    /// Where it is.
    pub path: PathBuf,
}

impl BaseFile {
    /// Those of a data directory, oldest first.
    pub fn all(data: &Path) -> Result<Vec<Self>, StoreError> {
        let found = bases::bases(data)?.into_iter();
        Ok(found.map(|base| Self { position: base.position, path: base.path }).collect())
    }

    /// The file of a base that is not there yet; its folder is created.
    pub fn new(data: &Path, position: u64) -> Result<Self, StoreError> {
        let folder = data.join(BASES_FOLDER);
        create_folder(&folder)?;
        Ok(Self { position, path: folder.join(bases::file_name(position)) })
    }
}

/// The rows of a base in the order of their keys, each verified.
pub struct BaseRows {
    point: LogPoint,
    rows: BaseReader,
}

impl BaseRows {
    /// The rows of the base of the frame at `position`.
    pub fn read(
        position: u64,
        bytes: Box<dyn Read + Send>,
        keyring: &Arc<Keyring>,
    ) -> Result<Self, StoreError> {
        let (point, rows) = BaseReader::of(position, bytes, Arc::clone(keyring))?;
        Ok(Self { point, rows })
    }

    /// The frame as of which they are.
    pub fn head(&self) -> Head {
        self.point.head
    }
}

impl Iterator for BaseRows {
    type Item = Result<(Vec<u8>, Vec<u8>), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

impl fmt::Debug for BaseRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseRows").field("point", &self.point).finish_non_exhaustive()
    }
}

/// What frames after a base wrote; later writes replace earlier ones.
#[derive(Debug)]
pub struct Writes(Recent);

impl Default for Writes {
    fn default() -> Self {
        Self(Recent::new_sync())
    }
}

impl Writes {
    /// Adds a change of a frame.
    pub fn add(&mut self, change: &Change<'_>) {
        match change {
            Change::Put { key, value } => self.0.insert_mut(key.to_vec(), Some(value.to_vec())),
            Change::Delete { key } => self.0.insert_mut(key.to_vec(), None),
            Change::Event(_) => {}
        }
    }

    /// Adds all changes of a frame's payload.
    pub fn redo(&mut self, payload: &[u8]) -> Result<(), StoreError> {
        Changes::of(payload)?.try_for_each(|change| change.map(|change| self.add(&change)))
    }
}

/// The rows of a base, or of a new store, with these writes on top of them.
pub fn rows_with(
    base: Option<BaseRows>,
    writes: &Writes,
) -> impl Iterator<Item = Result<Pair, StoreError>> + '_ {
    let rows: Pairs<'_> = match base {
        Some(base) => Box::new(base.rows),
        None => Box::new(std::iter::once(FORMAT.pair("", &FORMAT_VERSION))),
    };
    overlaid(&writes.0, rows, &[], None)
}

/// The file of a segment, as a row registers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFile {
    /// The name of the file.
    pub name: String,
    /// Its hash in hexadecimal digits.
    pub sha256: String,
}

impl SegmentFile {
    /// The segment that a row registers; `None` if it is another row.
    pub fn of_row(key: &[u8], value: &[u8]) -> Result<Option<Self>, StoreError> {
        let row = SEGMENTS.row(key, value)?;
        row.map(|meta| {
            let is_number =
                |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            let is_name = meta.file.strip_suffix(".events").is_some_and(is_number);
            let is_hash = types::hex_decode(&meta.sha256).is_some_and(|hash| hash.len() == 32);
            if is_name && is_hash {
                Ok(Self { name: meta.file, sha256: meta.sha256 })
            } else {
                Err(StoreError::corrupt("a row names a segment by a name that is none"))
            }
        })
        .transpose()
    }

    /// Where it is within a data directory.
    pub fn path(&self, data: &Path) -> PathBuf {
        data.join(SEGMENTS_FOLDER).join(&self.name)
    }
}

/// Where the bytes of a body are within a data directory.
pub fn body_path(data: &Path, id: &BodyId) -> PathBuf {
    Bodies::within(data.join(BODIES_FOLDER)).path(id)
}
