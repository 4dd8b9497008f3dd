//! What is backed up, and what a round copied of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::Keyring;
use types::{Clock, Entropy};

use crate::contents::BodiesOfRow;
use crate::manifest::SmallFile;
use crate::tree::TreeFiles;

/// The data directory that is backed up, whether its server runs or not.
#[derive(Debug, Clone)]
pub struct Source {
    /// The data directory.
    pub data: PathBuf,
    /// Opens its log.
    pub keyring: Arc<Keyring>,
    /// Names the store.
    pub store: String,
    /// The bodies that a row names.
    pub bodies_of: BodiesOfRow,
    /// The small files to include, by name.
    pub files: fn(&Path) -> Vec<SmallFile>,
    /// The leaves of the transparency log, if there is one.
    pub tree: Option<TreeFiles>,
    /// The time of each round.
    pub clock: Clock,
    /// Names the backup.
    pub entropy: Entropy,
}

/// What a round copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// The newest frame that is in the backup.
    pub position: u64,
    /// Frames that were copied.
    pub frames: u64,
    /// Bodies and segments that were copied.
    pub items: u64,
    /// Bodies and segments that rows name and that are not there.
    pub missing: u64,
    /// Bytes that were written to the place.
    pub bytes: u64,
}
