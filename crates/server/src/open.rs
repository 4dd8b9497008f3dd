//! How the parts are wired.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gateway::{Alarm, Gateway, Parts, Row, ServiceEvent, Settings, operator_events};
use serde_json::json;
use store::{Store, StoreError};
use trail::Timing;
use types::{Clock, Entropy, Region};

use crate::establish::Establish;
use crate::ground::Ground;
use crate::store_identity::IdentityKeeper;
use crate::transparency::Transparency;
use crate::{Account, Config, OPERATIONS, OpenError, RootCredentials, first_run, roots};

/// An opened data directory, ready to serve.
pub struct Opened {
    /// The pipeline over it.
    pub gateway: Arc<Gateway>,
    /// What the pipeline keeps state, events and bodies in.
    pub store: Arc<Store>,
    /// The first account's root access key.
    pub root: RootCredentials,
    /// Allows to set the root user's first password; `None` if there is one.
    pub(crate) first_run_token: Option<String>,
    /// Updates the identity file.
    pub(crate) identity: Arc<IdentityKeeper>,
    /// The transparency log.
    pub(crate) log: Arc<Transparency>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("root", &self.root).finish_non_exhaustive()
    }
}

/// Opens the data directory, or initializes an empty one, and assembles the parts.
///
/// Errors, and changes nothing, when the root key does not open the store, and when parts of the
/// store are missing, outdated, or from another one.
pub fn open(config: &Config, clock: Clock, entropy: Entropy) -> Result<Opened, OpenError> {
    let ground = Ground::prepare(config, &clock, &entropy)?;
    let Ground { store, keyring, identity, loss } = ground;
    roots::settle(&config.data_dir, &store)?;
    let root = RootCredentials::load(config, &entropy)?;
    let gateway = Gateway::new(Parts {
        store: Arc::clone(&store),
        keyring,
        alarm: alarm(clock.clone()),
        clock,
        entropy,
        identities: iam::PORT,
        rows: OPERATIONS.iter().flat_map(|rows| rows.iter()).collect::<Vec<&'static Row>>(),
        settings: Settings {
            account: config.account.clone(),
            region: config.region.clone(),
            domains: config.domains.clone(),
            refuse_signature_v2: config.refuse_signature_v2,
            delivery: Timing {
                delivery_interval_ms: config.delivery_interval_ms,
                digest_interval_ms: config.digest_interval_ms,
            },
        },
    });
    bootstrap(config, &store, &gateway, &root)?;
    if let Some(loss) = loss {
        record(config, &store, &gateway, &loss)?;
    }
    finish(&identity, &store, &gateway)?;
    let first_run_token = first_run::token(&gateway)?;
    let log = Arc::new(Transparency::new(&config.data_dir, &config.tlog, config.accept_older));
    Ok(Opened { gateway, store, root, first_run_token, identity: Arc::new(identity), log })
}

/// Wakes waiting calls by the runtime's timers.
fn alarm(clock: Clock) -> Alarm {
    Alarm::new(move |instant| {
        let wait = Duration::from_millis(instant.since_ms(clock.now()));
        Box::pin(async move {
            // What never ends is over by the time limit.
            let _ = tokio::time::timeout(wait, std::future::pending::<()>()).await;
        })
    })
}

/// Records the identity and the progress of the store.
fn finish(
    identity: &IdentityKeeper,
    store: &Arc<Store>,
    gateway: &Gateway,
) -> Result<(), OpenError> {
    let note = || identity.finish(store, gateway.keyring());
    note_if_there_is_room(note, identity.is_finished(), || store.release_reserve())
}

/// A full disk prevents an existing store from updating its identity file, but not from being
/// served: otherwise nothing that fills the disk could be deleted.
fn note_if_there_is_room(
    note: impl Fn() -> Result<(), OpenError>,
    was_served: bool,
    make_room: impl FnOnce() -> Result<(), StoreError>,
) -> Result<(), OpenError> {
    match note() {
        Err(error) if error.is_full() && was_served => {
            make_room()?;
            if let Err(error) = note() {
                tracing::warn!(%error, "cannot write the `identity` file");
            }
            Ok(())
        }
        done => done,
    }
}

/// Registers the configured accounts and their root access keys; new ones are recorded as events.
fn bootstrap(
    config: &Config,
    store: &Store,
    gateway: &Arc<Gateway>,
    root: &RootCredentials,
) -> Result<(), OpenError> {
    same_accounts(config, store, root)?;
    let all = iam::accounts(&store.snapshot()?.tx())?;
    let is_new = all.is_empty();
    let known = all.into_iter().find(|account| account.id == config.account);
    let is_stale = !is_new && is_stale(config, store, root)?;
    if is_stale && known.is_none() {
        store.shut_down();
        let path = config.data_dir.join(roots::FILE);
        return Err(OpenError::StaleRootCredentials { path, key: root.access_key_id.clone() });
    }
    let own = Arc::clone(gateway);
    let first = Account {
        id: config.account.clone(),
        name: known.map_or_else(|| "root".to_owned(), |account| account.name),
        root_access_key_id: root.access_key_id.clone(),
        root_secret_access_key: root.secret_access_key.clone(),
    };
    let first = (!is_stale).then_some(first);
    let accounts: Vec<_> = first.into_iter().chain(config.accounts.iter().cloned()).collect();
    let made = store.submit(move |tx| {
        let (keyring, entropy, now) = (own.keyring(), own.entropy(), own.clock().now());
        Establish { keyring, entropy, now }.all(tx, &accounts)
    });
    made.wait()?.map_err(OpenError::from)
}

/// Whether the data directory contains a root access key that the store does not have: it was
/// rotated out or deleted, and a start must not restore it.
fn is_stale(config: &Config, store: &Store, root: &RootCredentials) -> Result<bool, OpenError> {
    if config.root_credentials.is_some() || root.generated {
        return Ok(false);
    }
    let view = store.snapshot()?;
    let is_stale = iam::account_of_key(&view.tx(), &root.access_key_id)?.is_none();
    if is_stale {
        let (file, key) = (config.data_dir.join(roots::FILE), &root.access_key_id);
        tracing::warn!(
            file = %file.display(), key,
            "the file contains an access key that was rotated out or deleted and is not created \
             again; `shoseki account rotate-root-access-key` creates a new one and stores it there"
        );
    }
    Ok(is_stale)
}

/// Errors if a root access key belongs to another account than configured: the store was created
/// with another `account`.
fn same_accounts(config: &Config, store: &Store, root: &RootCredentials) -> Result<(), OpenError> {
    let view = store.snapshot()?;
    let others = config.accounts.iter().map(|account| (&account.root_access_key_id, &account.id));
    for (key, wanted) in [(&root.access_key_id, &config.account)].into_iter().chain(others) {
        if let Some(owner) = iam::account_of_key(&view.tx(), key)?.filter(|owner| owner != wanted) {
            store.shut_down();
            let (key, wanted) = (key.clone(), wanted.clone());
            return Err(OpenError::OtherAccount { key, owner, wanted });
        }
    }
    Ok(())
}

/// Leaves an event of a loss that the operator accepts.
///
/// AWS has nothing like it; here it is a service event `AcceptOlderState` of our own service, in the
/// first account.
fn record(config: &Config, store: &Store, gateway: &Gateway, loss: &str) -> Result<(), OpenError> {
    tracing::warn!(loss, "accepted by `--accept-older` and recorded as an event");
    let event = ServiceEvent {
        source: inquiry::SERVICE.event_source,
        name: "AcceptOlderState",
        region: Region::us_east_1(),
        account: config.account.clone(),
        resources: vec![],
        details: json!({ "loss": loss }),
    };
    let events = operator_events(vec![event], gateway.clock().now(), gateway.entropy())?;
    Ok(store.submit_when_full(move |_| ((), events)).wait()?)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{self, ErrorKind};

    use super::*;

    fn full() -> OpenError {
        io::Error::from(ErrorKind::StorageFull).into()
    }

    /// Whether it is opened when this many attempts to record the progress find a full disk, and
    /// how often space was freed.
    fn opened(full_times: u32, was_served: bool) -> (bool, u32) {
        let (noted, times) = (Cell::new(0), Cell::new(0));
        let note = || {
            noted.set(noted.get() + 1);
            if noted.get() <= full_times { Err(full()) } else { Ok(()) }
        };
        let make_room = || {
            times.set(times.get() + 1);
            Ok(())
        };
        (note_if_there_is_room(note, was_served, make_room).is_ok(), times.get())
    }

    /// A store on a full disk is still opened, unless it was never served: then its identity would
    /// be unknown.
    #[test]
    fn a_full_disk_does_not_prevent_opening_a_store() {
        assert_eq!(opened(0, true), (true, 0));
        assert_eq!(opened(1, true), (true, 1));
        assert_eq!(opened(2, true), (true, 1), "noting it has to wait");
        assert_eq!(opened(1, false), (false, 0));
    }

    /// Only a full disk is tolerated.
    #[test]
    fn other_failures_are_refused() {
        let note = || Err(io::Error::from(ErrorKind::PermissionDenied).into());
        let refused = note_if_there_is_room(note, true, || Ok(()));
        assert!(matches!(refused, Err(OpenError::Io(_))));
    }
}
