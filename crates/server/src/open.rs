//! How the parts are wired.

use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use gateway::{Gateway, Parts, Row, Settings};
use keys::{KeyError, Keyring, RootKey, WrappedKeyring};
use store::{Store, StoreError, Table};
use types::{AccountId, Clock, Entropy};

use crate::establish::Establish;
use crate::memory::Plan;
use crate::{Account, Config, OPERATIONS, RootCredentials, sealing, signin};

/// The domain keys, wrapped under the root key.
const KEYRING: Table<WrappedKeyring> = Table::new("server.keyring");

/// An opened data directory, ready to serve.
pub struct Opened {
    /// The pipeline over it.
    pub gateway: Arc<Gateway>,
    /// The first account's root access key.
    pub root: RootCredentials,
    /// Allows to set the root user's first password; `None` if there is one.
    pub(crate) first_run_token: Option<String>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("root", &self.root).finish_non_exhaustive()
    }
}

/// Opens or creates the data directory and puts the parts together.
///
/// Errors, and changes nothing, when the root key does not open what is there.
pub fn open(config: &Config, clock: Clock, entropy: Entropy) -> Result<Opened, OpenError> {
    let fresh = !config.data_dir.join("state.redb").exists();
    let kept = sealing::kept(config)?;
    if kept.is_none() && !fresh {
        return Err(OpenError::NoRootKey { path: sealing::place(config) });
    }
    // For nobody else to look into.
    DirBuilder::new().recursive(true).mode(0o700).create(&config.data_dir)?;
    let root_key = kept.map_or_else(|| sealing::make(config, &entropy), Ok)?;
    let cache = Plan::new(config.memory_max).page_cache_bytes();
    let store = Arc::new(Store::open_with_cache(&config.data_dir, None, cache)?);
    let keyring = keyring(&store, &root_key, &entropy)?;
    let root = RootCredentials::load(config, &entropy)?;
    let gateway = Gateway::new(Parts {
        store,
        keyring,
        clock,
        entropy,
        identities: iam::PORT,
        rows: OPERATIONS.iter().flat_map(|rows| rows.iter()).collect::<Vec<&'static Row>>(),
        settings: Settings {
            account: config.account.clone(),
            region: config.region.clone(),
            domains: config.domains.clone(),
        },
    });
    bootstrap(config, &gateway, &root)?;
    let first_run_token = signin::first_run_token(&gateway, gateway.entropy())?;
    Ok(Opened { gateway, root, first_run_token })
}

pub(crate) fn keyring(
    store: &Arc<Store>,
    root_key: &RootKey,
    entropy: &Entropy,
) -> Result<Keyring, OpenError> {
    if let Some(wrapped) = KEYRING.get(&store.snapshot()?.tx(), "")? {
        return Ok(Keyring::unlock(root_key, &wrapped)?);
    }
    let (keyring, wrapped) = Keyring::create(root_key, entropy)?;
    store.submit(move |tx| (KEYRING.put(tx, "", &wrapped), Vec::new())).wait()??;
    Ok(keyring)
}

/// Makes the configured accounts and their root access keys known; of what is new there is an
/// event.
fn bootstrap(
    config: &Config,
    gateway: &Arc<Gateway>,
    root: &RootCredentials,
) -> Result<(), OpenError> {
    let own = Arc::clone(gateway);
    let first = Account {
        id: config.account.clone(),
        name: "root".to_owned(),
        root_access_key_id: root.access_key_id.clone(),
        root_secret_access_key: root.secret_access_key.clone(),
    };
    let accounts: Vec<_> = [first].into_iter().chain(config.accounts.iter().cloned()).collect();
    let made = gateway.store().submit(move |tx| {
        let (keyring, entropy, now) = (own.keyring(), own.entropy(), own.clock().now());
        Establish { keyring, entropy, now }.all(tx, &accounts)
    });
    made.wait()?.map_err(OpenError::from)
}

/// Why the data directory could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The disk or the operating system.
    Io(std::io::Error),
    /// The store.
    Store(StoreError),
    /// The keys.
    Key(KeyError),
    /// There is a store but no root key that could open it.
    NoRootKey {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The root key's file cannot be read as one.
    BadRootKey {
        /// The file.
        path: PathBuf,
    },
    /// The root key lies in a bare file, and a passphrase was given.
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
    /// The root credentials' file cannot be read as such.
    BadRootCredentials {
        /// The file.
        path: PathBuf,
    },
    /// A secret file that others may read.
    TooOpen {
        /// The file.
        path: PathBuf,
    },
    /// There is no data directory.
    NoStore {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// An account of this id is there.
    AccountExists {
        /// The id.
        id: AccountId,
    },
    /// The root key is sealed by a passphrase and none was given.
    PassphraseNeeded,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(cause) => write!(f, "{cause}"),
            Self::Store(cause) => write!(f, "{cause}"),
            Self::Key(cause) => write!(f, "the root key does not open the store: {cause}"),
            Self::NoRootKey { path } => write!(
                f,
                "the data directory holds a store, but its root key `{}` is missing",
                path.display()
            ),
            Self::NotSealed { path } => write!(
                f,
                "the root key `{}` is not sealed: leave out the passphrase",
                path.display()
            ),
            Self::File { path, cause } => write!(f, "`{}`: {cause}", path.display()),
            Self::BadRootKey { path } => write!(f, "`{}` is not a root key", path.display()),
            Self::BadRootCredentials { path } => {
                write!(f, "`{}` does not hold credentials", path.display())
            }
            Self::TooOpen { path } => {
                write!(f, "`{}` may be read by others: chmod 600 it", path.display())
            }
            Self::NoStore { path } => write!(f, "`{}` is no data directory", path.display()),
            Self::AccountExists { id } => write!(f, "the account {id} exists"),
            Self::PassphraseNeeded => f.write_str("the root key is sealed by a passphrase"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<std::io::Error> for OpenError {
    fn from(cause: std::io::Error) -> Self {
        Self::Io(cause)
    }
}

impl From<StoreError> for OpenError {
    fn from(cause: StoreError) -> Self {
        Self::Store(cause)
    }
}

impl From<KeyError> for OpenError {
    fn from(cause: KeyError) -> Self {
        Self::Key(cause)
    }
}
