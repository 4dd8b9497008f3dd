use std::fmt;
use std::path::PathBuf;

use store::StoreError;

/// Why a backup was not made, verified or restored.
#[derive(Debug)]
pub enum BackupError {
    /// There is no backup at this place.
    None {
        /// The place.
        place: String,
    },
    /// The backup at this place is of another data directory, or of another history of it.
    Foreign {
        /// What differs, in a sentence.
        what: String,
    },
    /// Another run writes to the place.
    InUse {
        /// Which, and what to do, in a sentence.
        what: String,
    },
    /// A part of the backup is missing, or is not what was written.
    Damaged {
        /// Which, in a sentence.
        what: String,
    },
    /// The requested point is in no part of the backup.
    NoSuchPoint {
        /// What there is instead, in a sentence.
        what: String,
    },
    /// The directory to restore to is not empty.
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// The place cannot be reached, read or written.
    Place {
        /// What of it.
        name: String,
        /// Why not.
        cause: object_store::Error,
    },
    /// The description of the place is none.
    BadPlace {
        /// Why not, in a sentence.
        what: String,
    },
    /// The data directory cannot be read or written.
    Store(StoreError),
}

impl BackupError {
    pub(crate) fn damaged(what: impl fmt::Display) -> Self {
        Self::Damaged { what: what.to_string() }
    }

    pub(crate) fn no_such_point(what: impl fmt::Display) -> Self {
        Self::NoSuchPoint { what: what.to_string() }
    }
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None { place } => write!(f, "there is no backup in `{place}`"),
            Self::Foreign { what }
            | Self::InUse { what }
            | Self::Damaged { what }
            | Self::NoSuchPoint { what }
            | Self::BadPlace { what } => f.write_str(what),
            Self::NotEmpty { path } => {
                write!(f, "`{}` is not empty: restore to a new directory", path.display())
            }
            Self::Place { name, cause } => write!(f, "`{name}`: {cause}"),
            Self::Store(error) => f.write_str(&types::error_chain(error)),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(error.into())
    }
}
