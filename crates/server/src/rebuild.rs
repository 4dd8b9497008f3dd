//! Replaces the state file of a data directory.

use store::Rebuilt;

use crate::ground::Ground;
use crate::{Config, OpenError};

/// Replaces `state.redb` by what the newest intact base and the frames of the log after it amount
/// to; the old file is kept as `state.redb.replaced`.
///
/// Errors when there is no log, when a server has the directory open, when no base reaches the log,
/// and when the log is damaged.
pub fn rebuild(config: &Config) -> Result<Rebuilt, OpenError> {
    Ground::rebuild(config)
}
