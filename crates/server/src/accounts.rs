//! Manages accounts while the server is stopped. Every change is recorded as an event.

use gateway::{Fault, ServiceEvent, operator_events};
use iam::AccountSummary;
use keys::{Keyring, password};
use store::{Store, Tx};
use types::{AccountId, Clock, Entropy, EntropyError, Timestamp};

use crate::establish::{Done, Establish, operator_event};
use crate::ground::Ground;
use crate::roots::{Staged, secret};
use crate::store_identity::IdentityKeeper;
use crate::{Account, Config, OpenError};

/// How many random IDs are tried before giving up.
const TRIES: usize = 64;

/// A change that was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed<T> {
    /// What was made.
    pub made: T,
    /// What failed after the commit; the next start repairs it.
    pub trouble: Option<String>,
}

/// Creates an account in an existing data directory; `id` is random if not given.
///
/// Errors, and creates nothing, when a server has the directory open, or when the account exists.
pub fn create_account(
    config: &Config,
    name: &str,
    id: Option<AccountId>,
    clock: &Clock,
    entropy: &Entropy,
) -> Result<Committed<Account>, OpenError> {
    let Ground { store, keyring, identity, .. } = Ground::existing(config, clock)?;
    let taken = iam::accounts(&store.snapshot()?.tx())?;
    let is_free = |id: &AccountId| taken.iter().all(|account| account.id != *id);
    let id = match id {
        Some(id) if is_free(&id) => id,
        Some(id) => return Err(OpenError::AccountExists { id }),
        None => random_id(entropy, is_free)?,
    };
    let account = Account {
        id,
        name: name.to_owned(),
        root_access_key_id: format!("AKIA{}", types::base32_upper(&entropy.bytes::<16>()?)),
        root_secret_access_key: secret(entropy)?,
    };
    let (made, now, entropy) = (account.clone(), clock.now(), entropy.clone());
    let stored = store
        .submit(move |tx| Establish { keyring: &keyring, entropy: &entropy, now }.all(tx, &[made]));
    stored.wait()??;
    store.shut_down();
    Ok(noted(account, &identity, &store))
}

/// Notes how far the store has come.
///
/// INVARIANT: what was committed is returned even if this fails: a new secret exists nowhere else.
fn noted<T>(made: T, identity: &IdentityKeeper, store: &Store) -> Committed<T> {
    let trouble = identity.note(store).err().map(|error| error.to_string());
    Committed { made, trouble }
}

/// All accounts of a data directory that no server has open, by id.
pub fn list_accounts(config: &Config, clock: &Clock) -> Result<Vec<AccountSummary>, OpenError> {
    let Ground { store, .. } = Ground::existing(config, clock)?;
    let listed = iam::account_summaries(&store.snapshot()?.tx())?;
    store.shut_down();
    Ok(listed)
}

/// Renames an account. Errors if it does not exist.
pub fn rename_account(
    config: &Config,
    id: &AccountId,
    name: &str,
    clock: &Clock,
    entropy: &Entropy,
) -> Result<Committed<()>, OpenError> {
    let (account, name) = (id.clone(), name.to_owned());
    change(config, id, clock, entropy, move |work| {
        let is_there = iam::rename_account(work.tx, &account, &name)?;
        Ok(is_there.then(|| ((), vec![operator_event(&account, &Done::Renamed)])))
    })
}

/// Sets a new random password of an account's root user and returns it. Sessions end; second
/// factors stay.
pub fn reset_root_password(
    config: &Config,
    id: &AccountId,
    clock: &Clock,
    entropy: &Entropy,
) -> Result<Committed<String>, OpenError> {
    let word = new_password(entropy)?;
    let hash = password::hash(&word, entropy)?;
    let account = id.clone();
    change(config, id, clock, entropy, move |work| {
        let Work { tx, entropy, now, .. } = work;
        let is_there = iam::reset_root_password(tx, entropy, &account, hash, now)?;
        Ok(is_there.then(|| (word, vec![operator_event(&account, &Done::PasswordReset)])))
    })
}

/// An account's root user has a new access key, and none of these any more.
#[derive(Debug, Clone)]
pub struct Rotated {
    /// The account with its new key.
    pub account: Account,
    /// The ids of the keys that were deleted.
    pub deleted: Vec<String>,
    /// Whether the data directory's file that contained the old key now contains the new one.
    pub is_kept: bool,
    /// What failed after the change was committed; the next start repairs it.
    pub trouble: Option<String>,
}

/// Creates a new access key for an account's root user and deletes its previous ones.
///
/// A key that is set by flag, variable or configuration file is set again at the next start, unless
/// it is changed there, too.
pub fn rotate_root_access_key(
    config: &Config,
    id: &AccountId,
    clock: &Clock,
    entropy: &Entropy,
) -> Result<Rotated, OpenError> {
    let made = Account {
        id: id.clone(),
        name: String::new(),
        root_access_key_id: format!("AKIA{}", types::base32_upper(&entropy.bytes::<16>()?)),
        root_secret_access_key: secret(entropy)?,
    };
    let Ground { store, keyring, identity, .. } = Ground::existing(config, clock)?;
    let staged = Staged::write(config, &store, &made)?;
    let account = made.clone();
    let changed = change_on((&store, keyring), id, clock, entropy, move |work| {
        let Work { tx, keyring, entropy, now } = work;
        let key = (account.root_access_key_id.as_str(), account.root_secret_access_key.as_str());
        let deleted = iam::replace_root_keys(tx, keyring, entropy, &account.id, key, now)?;
        Ok(deleted.map(|deleted| {
            let gone = deleted.iter().cloned().map(Done::KeyDeleted);
            let done = [Done::KeyCreated(account.root_access_key_id)].into_iter().chain(gone);
            let events = done.map(|done| operator_event(&account.id, &done)).collect();
            (deleted, events)
        }))
    });
    let deleted = match (changed, &staged) {
        (Ok(deleted), _) => deleted,
        (Err(error @ OpenError::NoAccount { .. }), Some(staged)) => {
            staged.discard()?;
            return Err(error);
        }
        // Whether it was committed is unknown: the next start checks the store.
        (Err(error), _) => return Err(error),
    };
    // INVARIANT: the old key is deleted now, so the new one is returned even if a later step
    // fails.
    let finished = staged.as_ref().map(Staged::finish).transpose();
    let noted = identity.note(&store);
    let is_kept = matches!(finished, Ok(Some(())));
    let trouble = finished.map(|_| ()).and(noted).err().map(|error| error.to_string());
    Ok(Rotated { account: made, deleted, is_kept, trouble })
}

/// What a change works with.
struct Work<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    keyring: &'a Keyring,
    entropy: &'a Entropy,
    now: Timestamp,
}

/// Changes an account and records the events in one transaction. `work` returns `None` if the
/// account does not exist.
fn change<T: Send + 'static>(
    config: &Config,
    id: &AccountId,
    clock: &Clock,
    entropy: &Entropy,
    work: impl FnOnce(Work<'_, '_>) -> Result<Option<(T, Vec<ServiceEvent>)>, Fault> + Send + 'static,
) -> Result<Committed<T>, OpenError> {
    let Ground { store, keyring, identity, .. } = Ground::existing(config, clock)?;
    let made = change_on((&store, keyring), id, clock, entropy, work)?;
    Ok(noted(made, &identity, &store))
}

/// Like [`change`], on an open store, which it closes; the caller updates the identity file.
fn change_on<T: Send + 'static>(
    (store, keyring): (&Store, Keyring),
    id: &AccountId,
    clock: &Clock,
    entropy: &Entropy,
    work: impl FnOnce(Work<'_, '_>) -> Result<Option<(T, Vec<ServiceEvent>)>, Fault> + Send + 'static,
) -> Result<T, OpenError> {
    let (now, entropy) = (clock.now(), entropy.clone());
    let stored = store.submit(move |tx| {
        tx.begin();
        let done = work(Work { tx, keyring: &keyring, entropy: &entropy, now });
        let recorded = done.and_then(|done| {
            let Some((made, events)) = done else { return Ok(None) };
            Ok(Some((made, operator_events(events, now, &entropy)?)))
        });
        match recorded {
            Ok(Some((made, events))) => {
                tx.keep();
                (Ok(Some(made)), events)
            }
            Ok(None) => {
                tx.discard();
                (Ok(None), Vec::new())
            }
            Err(error) => {
                tx.discard();
                (Err(error), Vec::new())
            }
        }
    });
    let made = stored.wait()??;
    store.shut_down();
    made.ok_or_else(|| OpenError::NoAccount { id: id.clone() })
}

/// Four groups of six letters and digits, of all kinds that passwords need.
fn new_password(entropy: &Entropy) -> Result<String, OpenError> {
    for _ in 0..TRIES {
        let groups = (0..4).map(|_| Ok(types::alphanumeric(&entropy.bytes::<6>()?)));
        let word = groups.collect::<Result<Vec<_>, EntropyError>>()?.join("-");
        if iam::root_password_violation(&word).is_none() {
            return Ok(word);
        }
    }
    Err(std::io::Error::other("no password came of it").into())
}

/// Twelve digits of which the first is not zero.
fn random_id(
    entropy: &Entropy,
    is_free: impl Fn(&AccountId) -> bool,
) -> Result<AccountId, OpenError> {
    const LOWEST: u64 = 100_000_000_000;
    for _ in 0..TRIES {
        let offset = u64::from_le_bytes(entropy.bytes()?) % (9 * LOWEST);
        let id = AccountId::parse(&LOWEST.saturating_add(offset).to_string());
        if let Some(id) = id.filter(&is_free) {
            return Ok(id);
        }
    }
    Err(std::io::Error::other("no account ID is free").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open;

    /// Opens a data directory and returns the names and the sources of its events.
    fn events(config: &Config) -> Vec<String> {
        let opened = open(config, Clock::system(), Entropy::seeded(3)).unwrap();
        let store = &opened.store;
        let rows = store.events_from(&store.snapshot().unwrap(), 0, usize::MAX).unwrap();
        let line = |body: &[u8]| {
            let event: serde_json::Value = serde_json::from_slice(body).unwrap();
            let text = |path: &str| {
                event.pointer(path).and_then(serde_json::Value::as_str).unwrap_or("-").to_owned()
            };
            let account = text("/recipientAccountId");
            format!("{account} {} {}", text("/eventName"), text("/serviceEventDetails/change"))
        };
        let lines = rows.iter().map(|row| line(&row.body)).collect();
        store.shut_down();
        lines
    }

    /// Each change persists after the next start, is recorded once, and affects no other account.
    #[test]
    fn changes_of_accounts_persist_and_are_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let (clock, entropy) = (Clock::system(), Entropy::seeded(1));
        assert_eq!(events(&config), [""; 0]);
        let before = crate::RootCredentials::kept(folder.path()).unwrap().unwrap();
        let first = config.account.clone();
        let unknown = AccountId::parse("999999999999").unwrap();
        for refused in [
            rename_account(&config, &unknown, "x", &clock, &entropy).unwrap_err(),
            reset_root_password(&config, &unknown, &clock, &entropy).unwrap_err(),
            rotate_root_access_key(&config, &unknown, &clock, &entropy).unwrap_err(),
        ] {
            assert!(matches!(refused, OpenError::NoAccount { .. }), "{refused}");
        }
        rename_account(&config, &first, "audit", &clock, &entropy).unwrap();
        let word = reset_root_password(&config, &first, &clock, &entropy).unwrap().made;
        assert_eq!(word.len(), 27);
        let rotated = rotate_root_access_key(&config, &first, &clock, &entropy).unwrap();
        assert_eq!(rotated.deleted, [before.access_key_id]);
        assert!(rotated.is_kept);
        let kept = crate::RootCredentials::kept(folder.path()).unwrap().unwrap();
        assert_eq!(kept.access_key_id, rotated.account.root_access_key_id);
        assert_eq!(kept.secret_access_key, rotated.account.root_secret_access_key);
        let want = [
            "123456789012 PutAccountName -",
            "123456789012 PasswordUpdated reset",
            "123456789012 CreateAccessKey created",
            "123456789012 DeleteAccessKey deleted",
        ];
        assert_eq!(events(&config), want, "and a start adds nothing");
        let [listed] = &list_accounts(&config, &clock).unwrap()[..] else { panic!("one account") };
        assert_eq!((listed.name.as_str(), listed.has_root_password), ("audit", true));
        assert_eq!(listed.root_access_key_ids, [rotated.account.root_access_key_id]);
    }

    /// An account persists, is not created twice, and requires an existing data directory.
    #[test]
    fn accounts_are_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let (clock, entropy) = (Clock::system(), Entropy::seeded(1));
        let create = |id| create_account(&config, "payments", id, &clock, &entropy);
        assert!(matches!(create(None), Err(OpenError::NoStore { .. })));
        let opened = open(&config, clock.clone(), entropy.clone()).unwrap();
        assert!(matches!(create(None), Err(OpenError::Store(error)) if error.is_in_use()));
        opened.store.shut_down();
        drop(opened);
        let made = create(None).unwrap().made;
        assert_eq!(made.id.as_str().len(), 12);
        let again = create(Some(made.id.clone()));
        assert!(matches!(again, Err(OpenError::AccountExists { .. })));
        let opened = open(&config, clock.clone(), entropy.clone()).unwrap();
        let view = opened.store.snapshot().unwrap();
        let names: Vec<_> =
            iam::accounts(&view.tx()).unwrap().into_iter().map(|account| account.name).collect();
        assert_eq!(names.len(), 2);
        assert!(names.contains(&"payments".to_owned()), "{names:?}");
    }
}
