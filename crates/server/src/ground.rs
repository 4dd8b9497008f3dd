//! The foundation of a data directory: root key, identity, state and keyring, opened or created.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use keys::{Keyring, RootKey};
use store::{Found, Opening, Rebuilt, StateFile, Store, StoreError, Table};
use types::{Clock, Entropy, error_chain};

use crate::directory::{BODIES_GONE, Plan, Survey, plan};
use crate::store_identity::{
    Identity, IdentityKeeper, IdentityKeys, Written, mismatch, store_name,
};
use crate::{Config, OpenError, keyring_file, memory, modes, restored, sealing};

/// Whether the data directory has an identity file, so that its loss is detected.
const IDENTIFIED: Table<bool> = Table::new("server.identified");

/// What everything else rests on.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) store: Arc<Store>,
    pub(crate) keyring: Arc<Keyring>,
    /// Not finished yet: the first account may be missing.
    pub(crate) identity: IdentityKeeper,
    /// A problem that the operator accepted.
    pub(crate) loss: Option<String>,
}

/// The contents of the data directory before anything is opened.
struct Before {
    root_key: RootKey,
    identity: Option<Identity>,
    plan: Plan,
}

impl Ground {
    /// Opens the foundation, or creates it in an empty directory.
    pub(crate) fn prepare(
        config: &Config,
        clock: &Clock,
        entropy: &Entropy,
    ) -> Result<Self, OpenError> {
        let folder = &config.data_dir;
        if !folder.exists() {
            // A bad root key leaves no trace, not even a folder.
            Before::inspect(config)?;
            // Private to its owner.
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        modes::close(folder)?;
        let _alone = alone(folder)?;
        let before = match Before::inspect(config)? {
            Some(before) => before,
            None => Before::create(config, clock, entropy)?,
        };
        if !before.root_key.is_locked() {
            tracing::warn!(
                "the root key may be swapped out: the limit of locked memory is too low"
            );
        }
        match before.plan {
            Plan::Create | Plan::Resume => Self::make(config, before, clock, entropy),
            Plan::Open | Plan::Adopt => Self::open(config, before, clock),
        }
    }

    /// Opens the foundation of an existing store.
    pub(crate) fn existing(config: &Config, clock: &Clock) -> Result<Self, OpenError> {
        let nothing = || OpenError::NoStore { path: config.data_dir.clone() };
        if !config.data_dir.exists() {
            return Err(nothing());
        }
        modes::close(&config.data_dir)?;
        let _alone = alone(&config.data_dir)?;
        match Before::inspect(config)? {
            Some(before) if matches!(before.plan, Plan::Open | Plan::Adopt) => {
                Self::open(config, before, clock)
            }
            _ => Err(nothing()),
        }
    }

    /// Creates the state and its keyring, or the missing parts of them.
    fn make(
        config: &Config,
        before: Before,
        clock: &Clock,
        entropy: &Entropy,
    ) -> Result<Self, OpenError> {
        let (folder, root_key) = (&config.data_dir, before.root_key);
        let is_new = before.identity.is_none();
        let identity = before.identity.unwrap_or_else(|| Identity::unfinished(clock.now()));
        let keeper = IdentityKeeper::new(folder, IdentityKeys::of(&root_key)?, identity);
        if is_new {
            keeper.write()?;
        }
        keyring_file_of_earlier(folder)?;
        // INVARIANT: the keyring is durable before the first frame that it seals.
        let keyring = keyring_file::create(folder, &root_key, entropy)?;
        let store = Arc::new(Store::open(folder, &opening(config, &keyring))?);
        if IDENTIFIED.get(&store.snapshot()?.tx(), "")?.is_none() {
            store.submit(|tx| (IDENTIFIED.put(tx, "", &true), Vec::new())).wait()??;
        }
        keyring_file::delete_former(&store)?;
        Ok(Self { store, keyring, identity: keeper, loss: None })
    }

    fn open(config: &Config, before: Before, clock: &Clock) -> Result<Self, OpenError> {
        let Before { root_key, identity, .. } = before;
        let folder = &config.data_dir;
        // Cut short, or overwritten.
        let unreadable = |error: StoreError| {
            if error.is_missing() {
                return OpenError::Lost { folder: folder.clone(), what: error_chain(&error) };
            }
            if !error.is_corrupt() {
                return OpenError::from(error);
            }
            let what = format!("cannot read the state: {}", error_chain(&error));
            OpenError::Lost { folder: folder.clone(), what }
        };
        keyring_file_of_earlier(folder).map_err(|error| {
            if let OpenError::Store(error) = error { unreadable(error) } else { error }
        })?;
        let keyring = kept_keyring(folder, &root_key)?;
        let with = opening(config, &keyring);
        let store = Arc::new(Store::open_existing(folder, &with).map_err(unreadable)?);
        let loss = match loss(&store, &keyring, identity.as_ref())? {
            Some(what) if !config.accept_older => {
                store.shut_down();
                let accept = "to serve it as it is, start once with `--accept-older`, which records \
                              an event in the history";
                let what = format!("{what}; {accept}");
                return Err(OpenError::Lost { folder: folder.clone(), what });
            }
            loss => loss,
        };
        store.settle()?;
        keyring_file::delete_former(&store)?;
        if let Some(origin) = identity.as_ref().and_then(|identity| identity.origin.as_ref()) {
            restored::record(&config.account, &store, origin, clock.now())?;
        }
        let identity = identity.unwrap_or_else(|| Identity::unfinished(clock.now()));
        let keeper = IdentityKeeper::new(folder, IdentityKeys::of(&root_key)?, identity);
        if IDENTIFIED.get(&store.snapshot()?.tx(), "")?.is_none() {
            tracing::info!(folder = %folder.display(), "created the data directory's identity file");
            // INVARIANT: the state requires its identity only after that was written.
            keeper.finish(&store, &keyring)?;
            store.submit_when_full(|tx| (IDENTIFIED.put(tx, "", &true), Vec::new())).wait()??;
        }
        Ok(Self { store, keyring, identity: keeper, loss })
    }
}

impl Before {
    /// `None` if there is nothing and no root key is given, or only an identity that was written
    /// before its root key.
    fn inspect(config: &Config) -> Result<Option<Self>, OpenError> {
        let folder = &config.data_dir;
        let (survey, written) = (Survey::of(folder)?, Written::within(folder)?);
        let Some(root_key) = sealing::kept(config)? else {
            let is_begun = written.as_ref().is_none_or(Written::is_unfinished);
            if survey.is_nothing() && is_begun {
                return Ok(None);
            }
            return Err(OpenError::NoRootKey { path: sealing::place(config) });
        };
        let keys = IdentityKeys::of(&root_key)?;
        let identity = written.map(|written| written.proved(&keys)).transpose()?;
        let plan = plan(folder, survey, identity.as_ref(), config.accept_older)?;
        Ok(Some(Self { root_key, identity, plan }))
    }
}

impl Before {
    /// A new root key, and the identity of a store that will be created.
    fn create(config: &Config, clock: &Clock, entropy: &Entropy) -> Result<Self, OpenError> {
        let root_key = RootKey::generate(entropy)?;
        let identity = Identity::unfinished(clock.now());
        // INVARIANT: a root key that we create never exists without an identity.
        let keys = IdentityKeys::of(&root_key)?;
        IdentityKeeper::new(&config.data_dir, keys, identity.clone()).write()?;
        sealing::keep(config, &root_key, entropy)?;
        Ok(Self { root_key, identity: Some(identity), plan: Plan::Resume })
    }
}

/// Replaces `state.redb` of a data directory by what the newest intact base and the frames of the
/// log after it amount to; the old file is kept as `state.redb.replaced`.
///
/// Errors when there is no log, when a server has the directory open, when no base reaches the log,
/// and when the log is damaged; nothing is replaced then.
pub fn rebuild(config: &Config) -> Result<Rebuilt, OpenError> {
    let folder = &config.data_dir;
    if !Found::within(folder)?.log {
        return Err(OpenError::NoStore { path: folder.clone() });
    }
    let _alone = alone(folder)?;
    let no_key = || OpenError::NoRootKey { path: sealing::place(config) };
    let root_key = sealing::kept(config)?.ok_or_else(no_key)?;
    let keyring = kept_keyring(folder, &root_key)?;
    Ok(Store::rebuild(folder, &opening(config, &keyring))?)
}

/// What a store of this configuration is opened with.
pub(crate) fn opening(config: &Config, keyring: &Arc<Keyring>) -> Opening {
    let page_cache_bytes = memory::Plan::new(config.memory_max).page_cache_bytes();
    Opening { page_cache_bytes, ..Opening::new(Arc::clone(keyring), Entropy::system()) }
}

/// The keyring of an existing store.
pub(crate) fn kept_keyring(folder: &Path, root_key: &RootKey) -> Result<Arc<Keyring>, OpenError> {
    keyring_file::unlock(folder, root_key)?.ok_or_else(|| {
        let what = "`keyring` is missing; without it nothing can be opened".to_owned();
        OpenError::Lost { folder: folder.to_owned(), what }
    })
}

/// Writes the keyring's file of a data directory of the first format, which has none.
fn keyring_file_of_earlier(folder: &Path) -> Result<(), OpenError> {
    let is_earlier = Found::within(folder)?.state == StateFile::There
        && !folder.join(keyring_file::FILE).exists();
    if is_earlier { keyring_file::adopt(folder) } else { Ok(()) }
}

/// Prevents other processes from creating the same data directory at the same time.
fn alone(folder: &Path) -> Result<File, OpenError> {
    let handle = File::open(folder)?;
    match handle.try_lock() {
        Ok(()) => Ok(handle),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::in_use("another process is opening it").into())
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The parts of an opened store that are missing, outdated, or of another store; `None` if there
/// are none.
pub(crate) fn loss(
    store: &Store,
    keyring: &Keyring,
    identity: Option<&Identity>,
) -> Result<Option<String>, OpenError> {
    let (view, found) = (store.snapshot()?, Found::within(store.folder())?);
    let Some(identity) = identity else {
        let was_there = IDENTIFIED.get(&view.tx(), "")?.is_some();
        if was_there {
            return Ok(Some("`identity` is missing".to_owned()));
        }
        let is_new = view.last_seq()? == 0;
        let is_foreign = is_new && (found.segments || found.bodies);
        return Ok(is_foreign.then(|| "the state is new, but events or objects exist".into()));
    };
    if identity.store.as_ref().is_some_and(|name| *name != store_name(keyring)) {
        let folder = store.folder().to_owned();
        let what = "`state.redb` belongs to another store".to_owned();
        return Err(OpenError::Lost { folder, what });
    }
    if identity.bodies && !found.bodies {
        return Ok(Some(BODIES_GONE.to_owned()));
    }
    let (all, missing) = store.missing_segments()?;
    if all > 0 && missing.len() == all {
        return Ok(Some("`segments` is missing or empty, but events had been sealed".to_owned()));
    }
    for segment in missing {
        tracing::error!(segment, "a file of old events is missing");
    }
    Ok(mismatch(identity, store)?)
}
