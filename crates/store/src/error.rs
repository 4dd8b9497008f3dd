use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

use redb::{CommitError, DatabaseError, StorageError, TableError, TransactionError};

/// The store could not do its work; the change did not happen.
///
/// Cheap to clone, because one failed commit is the result of every call that waited for it.
#[derive(Debug, Clone)]
pub struct StoreError {
    kind: Kind,
    what: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Engine,
    Corrupt,
    Full,
    InUse,
    Missing,
    UnknownFormat,
    ReadOnly,
    Stopped,
}

impl StoreError {
    /// The engine or the disk failed.
    pub fn engine(cause: impl fmt::Display) -> Self {
        Self::new(Kind::Engine, cause)
    }

    /// What was read is not what was written.
    pub fn corrupt(what: impl fmt::Display) -> Self {
        Self::new(Kind::Corrupt, what)
    }

    pub(crate) fn full(what: impl fmt::Display) -> Self {
        Self::new(Kind::Full, what)
    }

    /// Another process has the data directory open.
    pub fn in_use(what: impl fmt::Display) -> Self {
        Self::new(Kind::InUse, what)
    }

    /// A part of the data directory is missing.
    pub fn missing(what: impl fmt::Display) -> Self {
        Self::new(Kind::Missing, what)
    }

    pub(crate) fn unknown_format(version: u32) -> Self {
        let newest = crate::FORMAT_VERSION;
        Self::new(
            Kind::UnknownFormat,
            format_args!("it has version {version}, this program knows versions up to {newest}"),
        )
    }

    pub(crate) fn read_only() -> Self {
        Self::new(Kind::ReadOnly, "a write on a snapshot")
    }

    pub(crate) fn stopped() -> Self {
        Self::new(Kind::Stopped, "the writer has stopped")
    }

    /// Whether a write was tried on a snapshot: the same work succeeds on the writer.
    pub fn needs_writer(&self) -> bool {
        self.kind == Kind::ReadOnly
    }

    /// Whether what was read is not what was written.
    pub fn is_corrupt(&self) -> bool {
        self.kind == Kind::Corrupt
    }

    /// Whether the disk is full, or nearly so.
    pub fn is_full(&self) -> bool {
        self.kind == Kind::Full
    }

    /// Whether another process has the data directory open.
    pub fn is_in_use(&self) -> bool {
        self.kind == Kind::InUse
    }

    /// Whether a part of the data directory is missing.
    pub fn is_missing(&self) -> bool {
        self.kind == Kind::Missing
    }

    /// Whether a later release wrote the data directory.
    pub fn is_unknown_format(&self) -> bool {
        self.kind == Kind::UnknownFormat
    }

    fn new(kind: Kind, what: impl fmt::Display) -> Self {
        Self { kind, what: what.to_string().into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Engine => "storage engine failed",
            Kind::Corrupt => "stored data is damaged",
            Kind::Full => "the disk is full",
            Kind::InUse => "the data directory is in use",
            Kind::Missing => "the data directory is incomplete",
            Kind::UnknownFormat => "the data directory has an unknown format",
            Kind::ReadOnly => "read-only",
            Kind::Stopped => "store is shut down",
        };
        write!(f, "{kind}: {}", self.what)
    }
}

impl std::error::Error for StoreError {}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            return Self::full(error);
        }
        Self::engine(error)
    }
}

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> Self {
        if let StorageError::Io(cause) = error {
            return cause.into();
        }
        if let StorageError::Corrupted(what) = error {
            return Self::corrupt(what);
        }
        Self::engine(error)
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        use DatabaseError::{DatabaseAlreadyOpen, LockProtocolMismatch, Storage, UpgradeRequired};
        if let Storage(cause) = error {
            return cause.into();
        }
        if matches!(error, DatabaseAlreadyOpen | LockProtocolMismatch) {
            return Self::in_use(error);
        }
        if matches!(error, UpgradeRequired(_)) {
            return Self::new(Kind::UnknownFormat, error);
        }
        Self::engine(error)
    }
}

macro_rules! from_engine {
    ($($error:ident),*) => {$(
        impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                if let $error::Storage(cause) = error {
                    return cause.into();
                }
                Self::engine(error)
            }
        }
    )*};
}

from_engine!(TransactionError, TableError, CommitError);
