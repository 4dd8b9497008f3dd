use std::fmt;

use keys::KeyError;

use crate::Tile;

/// Why something of a transparency log is unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlogError {
    /// A text is not of the expected form.
    Malformed(&'static str),
    /// A tile is missing, or has another length than its name states.
    Tile(Tile),
    /// An index or a size lies beyond the tree.
    Beyond {
        /// What was requested.
        wanted: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A key cannot sign.
    Key(KeyError),
}

impl fmt::Display for TlogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "malformed: {what}"),
            Self::Tile(tile) => write!(f, "the tile `{tile}` is missing or has a wrong length"),
            Self::Beyond { wanted, size } => {
                write!(f, "`{wanted}` lies beyond the tree, whose size is {size}")
            }
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TlogError {}

impl From<KeyError> for TlogError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}
