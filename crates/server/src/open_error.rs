use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;

use backup::BackupError;
use gateway::Fault;
use keys::KeyError;
use store::StoreError;
use types::{AccountId, EntropyError, error_chain};

/// Why the data directory could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The disk or the operating system.
    Io(std::io::Error),
    /// The store.
    Store(StoreError),
    /// Another trouble of our own.
    Fault(Fault),
    /// The keys.
    Key(KeyError),
    /// There is a store but no root key that could open it.
    NoRootKey {
        /// The path.
        path: PathBuf,
    },
    /// The root key's file is malformed.
    BadRootKey {
        /// The file.
        path: PathBuf,
    },
    /// The root key is in an unsealed file, but a passphrase was given.
    NotSealed {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The root credentials' file is malformed.
    BadRootCredentials {
        /// The file.
        path: PathBuf,
    },
    /// The root credentials' file contains a key that was rotated out or deleted, and the
    /// configured account does not exist.
    StaleRootCredentials {
        /// The file.
        path: PathBuf,
        /// The access key's id.
        key: String,
    },
    /// A secret file that others may read.
    TooOpen {
        /// The file.
        path: PathBuf,
    },
    /// A file or directory of ours that others can write to.
    Writable {
        /// The file or folder.
        path: PathBuf,
    },
    /// A part of the data directory is missing, outdated, or from another one.
    Lost {
        /// The data directory.
        folder: PathBuf,
        /// The problem.
        what: String,
    },
    /// The identity file was modified, or was authenticated with another root key.
    BadIdentity {
        /// The file.
        path: PathBuf,
    },
    /// There is no data directory.
    NoStore {
        /// The path.
        path: PathBuf,
    },
    /// An account with this ID exists.
    AccountExists {
        /// The id.
        id: AccountId,
    },
    /// There is no account of this id.
    NoAccount {
        /// The id.
        id: AccountId,
    },
    /// A root access key belongs to another account than configured.
    OtherAccount {
        /// The access key's id.
        key: String,
        /// Whose it is.
        owner: AccountId,
        /// Whose it should be.
        wanted: AccountId,
    },
    /// The root key is sealed with a passphrase and none was given.
    PassphraseNeeded,
    /// A backup was not made, verified or restored.
    Backup(BackupError),
}

impl OpenError {
    /// Whether the disk was full.
    pub(crate) fn is_full(&self) -> bool {
        if let Self::Store(cause) = self {
            return cause.is_full();
        }
        matches!(self, Self::Io(cause) | Self::File { cause, .. }
            if cause.kind() == ErrorKind::StorageFull)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(cause) => write!(f, "{cause}"),
            Self::Store(cause) => f.write_str(&error_chain(cause)),
            Self::Fault(fault) => f.write_str(&fault.chain()),
            Self::Key(cause) => write!(f, "the root key does not open the store: {cause}"),
            Self::NoRootKey { path } => write!(
                f,
                "the data directory contains a store, but its root key `{}` is missing",
                path.display()
            ),
            Self::NotSealed { path } => {
                write!(f, "the root key `{}` is not sealed: omit the passphrase", path.display())
            }
            Self::File { path, cause } => write!(f, "`{}`: {cause}", path.display()),
            Self::BadRootKey { path } => write!(f, "`{}` is not a root key", path.display()),
            Self::BadRootCredentials { path } => {
                write!(f, "`{}` does not contain credentials", path.display())
            }
            Self::StaleRootCredentials { path, key } => write!(
                f,
                "`{}` contains the access key `{key}`, which was rotated out or deleted and is not \
                 created again; move the file away, and the next start creates a new key",
                path.display()
            ),
            Self::TooOpen { path } => {
                write!(f, "other users can read `{}`: run chmod 600 on it", path.display())
            }
            Self::Writable { path } => write!(
                f,
                "other users can write to `{0}`: check its contents, then run chmod go-w on it, or \
                 use a dedicated directory",
                path.display()
            ),
            Self::Lost { folder, what } => write!(
                f,
                "{what}. Nothing was created or removed. Restore the data directory `{}`, from a \
                 backup if necessary; to begin a new, empty history, move all of it away first",
                folder.display()
            ),
            Self::BadIdentity { path } => write!(
                f,
                "`{}` is damaged or was changed: restore it from a backup, or remove it and start \
                 once with `--accept-older`, which records an event in the history",
                path.display()
            ),
            Self::NoStore { path } => write!(f, "`{}` is not a data directory", path.display()),
            Self::AccountExists { id } => write!(f, "the account {id} exists"),
            Self::NoAccount { id } => {
                write!(
                    f,
                    "the account {id} does not exist: `shoseki account list` lists all accounts"
                )
            }
            Self::OtherAccount { key, owner, wanted } => write!(
                f,
                "it belongs to the account {owner}, whose root access key is `{key}`, and not to \
                 {wanted}: start with `--account {owner}`, or add {wanted} as a further account \
                 with `shoseki account create NAME --id {wanted}`"
            ),
            Self::Backup(error) => write!(f, "{error}"),
            Self::PassphraseNeeded => f.write_str("the root key is sealed with a passphrase"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<std::io::Error> for OpenError {
    fn from(cause: std::io::Error) -> Self {
        Self::Io(cause)
    }
}

impl From<EntropyError> for OpenError {
    fn from(error: EntropyError) -> Self {
        Self::Key(error.into())
    }
}

impl From<StoreError> for OpenError {
    fn from(cause: StoreError) -> Self {
        Self::Store(cause)
    }
}

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        match fault.store() {
            Some(cause) => Self::Store(cause.clone()),
            None => Self::Fault(fault),
        }
    }
}

impl From<KeyError> for OpenError {
    fn from(cause: KeyError) -> Self {
        Self::Key(cause)
    }
}
