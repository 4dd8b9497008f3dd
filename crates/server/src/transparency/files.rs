//! The files of the transparency log: tiles and checkpoints under the names of their pages.
//!
//! Every file is written beside its name, synced, and renamed. A folder's names are durable after
//! [`Files::settle`], which precedes every signature.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tlog::{Hash, NOTE_BYTES_MAX, SignedCheckpoint, Tile};

use crate::sealing::{beside, put_in_place, write_beside};

/// The newest checkpoint that the log signed.
const SIGNED: &str = "checkpoint.signed";
/// The newest one that enough witnesses cosigned: the published one.
const PUBLISHED: &str = "checkpoint";

/// The folder of the transparency log.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    /// Folders with new names that are not durable yet.
    unsettled: Mutex<BTreeSet<PathBuf>>,
}

/// Why a tile was not written.
#[derive(Debug)]
pub(super) enum NotWritten {
    Disk(io::Error),
    /// There is a tile of this name with other hashes.
    Differs(Tile),
}

impl Files {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, unsettled: Mutex::default() }
    }

    fn tile(&self, tile: Tile) -> PathBuf {
        self.folder.join("tile").join(tile.to_string())
    }

    /// A tile's bytes; the first ones of the full tile where that has replaced a partial one. `None`
    /// if there are none.
    pub(super) fn read_tile(&self, tile: Tile) -> io::Result<Option<Vec<Hash>>> {
        for found in [tile, tile.full()] {
            match fs::read(self.tile(found)) {
                Ok(bytes) => {
                    let hashes = found.decode(&bytes);
                    let first = |all: Vec<Hash>| {
                        all.into_iter().take(usize::from(tile.width())).collect::<Vec<_>>()
                    };
                    return Ok(hashes.map(first));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Writes a tile, unless it is there already.
    pub(super) fn write_tile(&self, tile: Tile, hashes: &[Hash]) -> Result<(), NotWritten> {
        let (path, bytes) = (self.tile(tile), Tile::encode(hashes));
        match fs::read(&path) {
            Ok(there) if there == bytes => {
                // It may be there since a moment ago, before a crash.
                self.changed(&path);
                return Ok(());
            }
            Ok(_) => return Err(NotWritten::Differs(tile)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(NotWritten::Disk(error)),
        }
        self.create_folders(&path)
            .and_then(|()| self.write(&path, &bytes))
            .map_err(NotWritten::Disk)
    }

    /// Creates the folders above a file.
    fn create_folders(&self, path: &Path) -> io::Result<()> {
        let Some(parent) = path.parent() else { return Ok(()) };
        let missing: Vec<&Path> = parent
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.folder) && !folder.exists())
            .collect();
        for folder in missing.into_iter().rev() {
            match DirBuilder::new().mode(0o700).create(folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                _ => self.changed(folder),
            }
        }
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        write_beside(path, bytes)?;
        fs::rename(beside(path), path)?;
        self.changed(path);
        Ok(())
    }

    fn changed(&self, path: &Path) {
        let mut unsettled = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
        unsettled.extend(path.parent().map(Path::to_owned));
    }

    /// Makes all new names durable.
    pub(super) fn settle(&self) -> io::Result<()> {
        let mut unsettled = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(folder) = unsettled.first() {
            match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => unsettled.pop_first(),
            };
        }
        Ok(())
    }

    /// Removes the partial tiles that a full one replaced.
    pub(super) fn drop_partials(&self, full: Tile) -> io::Result<()> {
        let mut name = self.tile(full).into_os_string();
        name.push(".p");
        match fs::remove_dir_all(PathBuf::from(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Stores a checkpoint that the log signed; it is durable afterwards.
    pub(super) fn write_signed(&self, signed: &SignedCheckpoint) -> io::Result<()> {
        self.write_checkpoint(SIGNED, signed)
    }

    /// Stores the checkpoint that is published.
    pub(super) fn write_published(&self, signed: &SignedCheckpoint) -> io::Result<()> {
        self.write_checkpoint(PUBLISHED, signed)
    }

    fn write_checkpoint(&self, name: &str, signed: &SignedCheckpoint) -> io::Result<()> {
        let path = self.folder.join(name);
        self.create_folders(&path)?;
        self.settle()?;
        write_beside(&path, signed.note.to_string().as_bytes())?;
        put_in_place(&path)
    }

    /// The newest checkpoint that the log signed; `None` if there is none.
    pub(super) fn signed(&self) -> io::Result<Option<SignedCheckpoint>> {
        self.checkpoint(SIGNED)
    }

    /// The published checkpoint; `None` if there is none.
    pub(super) fn published(&self) -> io::Result<Option<SignedCheckpoint>> {
        self.checkpoint(PUBLISHED)
    }

    fn checkpoint(&self, name: &str) -> io::Result<Option<SignedCheckpoint>> {
        let file = match fs::File::open(self.folder.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut text = String::new();
        file.take(NOTE_BYTES_MAX as u64).read_to_string(&mut text)?;
        let damaged = |error| io::Error::other(format!("the file `{name}` is damaged: {error}"));
        SignedCheckpoint::parse(&text).map(Some).map_err(damaged)
    }

    /// Moves the whole log aside.
    pub(super) fn abandon(&self, generation: u32) -> io::Result<()> {
        let mut name = self.folder.clone().into_os_string();
        name.push(format!(".{generation}"));
        match fs::rename(&self.folder, PathBuf::from(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => crate::sealing::sync_folder_of(&self.folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(width: u16) -> Tile {
        Tile::new(0, 1_000, width).unwrap()
    }

    /// A tile is written once, under the name of its page; partial ones go when it is full.
    #[test]
    fn tiles_are_written_under_the_names_of_their_pages() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path().join(FOLDER));
        let hashes: Vec<Hash> = (0..=255).map(|n| [n; 32]).collect();
        files.write_tile(tile(2), &hashes[..2]).unwrap();
        files.settle().unwrap();
        let partial = folder.path().join("tlog/tile/0/x001/000.p/2");
        assert_eq!(fs::read(&partial).unwrap(), hashes[..2].concat());
        assert_eq!(files.read_tile(tile(2)).unwrap().unwrap(), hashes[..2]);
        assert_eq!(files.read_tile(tile(3)).unwrap(), None);
        files.write_tile(tile(2), &hashes[..2]).unwrap();
        let differs = files.write_tile(tile(2), &hashes[1..3]);
        assert!(matches!(differs, Err(NotWritten::Differs(_))), "{differs:?}");
        files.write_tile(tile(256), &hashes).unwrap();
        files.drop_partials(tile(256)).unwrap();
        assert!(!partial.exists());
        assert_eq!(
            files.read_tile(tile(2)).unwrap().unwrap(),
            hashes[..2],
            "cut from the full one"
        );
        fs::write(folder.path().join("tlog/tile/0/x001/000"), b"short").unwrap();
        assert_eq!(files.read_tile(tile(256)).unwrap(), None);
    }

    const FOLDER: &str = "tlog";
}
