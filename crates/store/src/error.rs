use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

use redb::{CommitError, DatabaseError, StorageError, TableError, TransactionError};

/// The version of all that is on disk; raised with a migration.
pub(crate) const FORMAT_VERSION: u32 = 2;

/// The store could not do its work; the change did not happen.
///
/// Cheap to clone, because one failed commit is the result of every call that waited for it. The
/// error of the engine or the disk that caused it is its [`source`](Error::source).
#[derive(Debug, Clone)]
pub struct StoreError {
    kind: StoreErrorKind,
    /// The object, if the cause does not name it.
    what: Option<Arc<str>>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// The kind of a [`StoreError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The engine or the disk failed.
    Engine,
    /// What was read is not what was written.
    Corrupt,
    /// The disk is full, or nearly so.
    Full,
    /// Another process has the data directory open.
    InUse,
    /// A part of the data directory is missing.
    Missing,
    /// A later release wrote the data directory.
    UnknownFormat,
    /// The keyring lacks the key of what was read.
    NoKey,
    /// A write was tried on a snapshot: the same work succeeds on the writer.
    ReadOnly,
    /// The writer has stopped.
    Stopped,
}

impl StoreError {
    /// The engine or the disk failed.
    pub(crate) fn engine(what: impl fmt::Display) -> Self {
        Self::new(StoreErrorKind::Engine, what)
    }

    /// What was read is not what was written.
    pub fn corrupt(what: impl fmt::Display) -> Self {
        Self::new(StoreErrorKind::Corrupt, what)
    }

    pub(crate) fn full(what: impl fmt::Display) -> Self {
        Self::new(StoreErrorKind::Full, what)
    }

    /// Another process has the data directory open.
    pub fn in_use(what: impl fmt::Display) -> Self {
        Self::new(StoreErrorKind::InUse, what)
    }

    /// A part of the data directory is missing.
    pub fn missing(what: impl fmt::Display) -> Self {
        Self::new(StoreErrorKind::Missing, what)
    }

    pub(crate) fn unknown_format(version: u32) -> Self {
        let newest = FORMAT_VERSION;
        Self::new(
            StoreErrorKind::UnknownFormat,
            format_args!("it has version {version}, this program knows versions up to {newest}"),
        )
    }

    pub(crate) fn no_key(what: impl fmt::Display) -> Self {
        Self::new(StoreErrorKind::NoKey, what)
    }

    pub(crate) fn read_only() -> Self {
        Self::new(StoreErrorKind::ReadOnly, "a write on a snapshot")
    }

    pub(crate) fn stopped() -> Self {
        Self::new(StoreErrorKind::Stopped, "the writer has stopped")
    }

    /// The kind.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether a write was tried on a snapshot: the same work succeeds on the writer.
    pub fn needs_writer(&self) -> bool {
        self.kind == StoreErrorKind::ReadOnly
    }

    /// Whether what was read is not what was written.
    pub fn is_corrupt(&self) -> bool {
        self.kind == StoreErrorKind::Corrupt
    }

    /// Whether the disk is full, or nearly so.
    pub fn is_full(&self) -> bool {
        self.kind == StoreErrorKind::Full
    }

    /// Whether another process has the data directory open.
    pub fn is_in_use(&self) -> bool {
        self.kind == StoreErrorKind::InUse
    }

    /// Whether a part of the data directory is missing.
    pub fn is_missing(&self) -> bool {
        self.kind == StoreErrorKind::Missing
    }

    /// Whether a later release wrote the data directory.
    pub fn is_unknown_format(&self) -> bool {
        self.kind == StoreErrorKind::UnknownFormat
    }

    /// The same, with the error that caused it.
    #[must_use]
    pub(crate) fn because(self, cause: impl Error + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(cause)), ..self }
    }

    fn new(kind: StoreErrorKind, what: impl fmt::Display) -> Self {
        Self { kind, what: Some(what.to_string().into()), source: None }
    }

    fn caused(kind: StoreErrorKind, cause: impl Error + Send + Sync + 'static) -> Self {
        Self { kind, what: None, source: Some(Arc::new(cause)) }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Some(what) => write!(f, "{}: {what}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Engine => "storage engine failed",
            Self::Corrupt => "stored data is damaged",
            Self::Full => "the disk is full",
            Self::InUse => "the data directory is in use",
            Self::Missing => "the data directory is incomplete",
            Self::UnknownFormat => "the data directory has an unknown format",
            Self::NoKey => "the keyring lacks a key",
            Self::ReadOnly => "read-only",
            Self::Stopped => "store is shut down",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
        Self::caused(if full { StoreErrorKind::Full } else { StoreErrorKind::Engine }, error)
    }
}

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> Self {
        if let StorageError::Io(cause) = error {
            return cause.into();
        }
        let corrupt = matches!(error, StorageError::Corrupted(_));
        Self::caused(if corrupt { StoreErrorKind::Corrupt } else { StoreErrorKind::Engine }, error)
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        use DatabaseError::{DatabaseAlreadyOpen, LockProtocolMismatch, Storage, UpgradeRequired};
        if let Storage(cause) = error {
            return cause.into();
        }
        let kind = if matches!(error, DatabaseAlreadyOpen | LockProtocolMismatch) {
            StoreErrorKind::InUse
        } else if matches!(error, UpgradeRequired(_)) {
            StoreErrorKind::UnknownFormat
        } else {
            StoreErrorKind::Engine
        };
        Self::caused(kind, error)
    }
}

macro_rules! from_engine {
    ($($error:ident),*) => {$(
        impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                match error {
                    $error::Storage(cause) => cause.into(),
                    other => Self::caused(StoreErrorKind::Engine, other),
                }
            }
        }
    )*};
}

from_engine!(TransactionError, TableError, CommitError);

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Each error keeps the error that caused it, and its text is not repeated.
    #[test]
    fn an_error_keeps_its_cause() {
        let check = |error: StoreError, kind, text: &str, cause: &str| {
            assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
            assert_eq!(error.source().unwrap().to_string(), cause);
        };
        let disk = |kind| io::Error::new(kind, "sector 7");
        let (engine, full) = (StoreErrorKind::Engine, StoreErrorKind::Full);
        check(disk(ErrorKind::Other).into(), engine, "storage engine failed", "sector 7");
        check(disk(ErrorKind::StorageFull).into(), full, "the disk is full", "sector 7");
        let nested = TransactionError::Storage(StorageError::Io(disk(ErrorKind::QuotaExceeded)));
        check(nested.into(), full, "the disk is full", "sector 7");
        let torn = StorageError::Corrupted("page 3".to_owned());
        let text = torn.to_string();
        check(torn.into(), StoreErrorKind::Corrupt, "stored data is damaged", &text);
        let held = DatabaseError::DatabaseAlreadyOpen;
        let text = held.to_string();
        check(held.into(), StoreErrorKind::InUse, "the data directory is in use", &text);
        assert!(StoreError::from(disk(ErrorKind::Other)).source().unwrap().is::<io::Error>());
    }
}
