//! Further accounts, made while no server runs.

use types::{AccountId, Clock, Entropy};

use crate::establish::Establish;
use crate::ground::Ground;
use crate::roots::secret;
use crate::{Account, Config, OpenError};

/// How often a random id is drawn before we give up.
const TRIES: usize = 64;

/// Creates an account in an existing data directory; `id` is random if not given.
///
/// Errors when a server has the directory open, or when the account exists.
pub fn create_account(
    config: &Config,
    name: &str,
    id: Option<AccountId>,
    clock: &Clock,
    entropy: &Entropy,
) -> Result<Account, OpenError> {
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
    identity.note(&store)?;
    Ok(account)
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
    Err(std::io::Error::other("no account id is free").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open;

    /// An account outlives the call, is not made twice, and wants a data directory that is there.
    #[test]
    fn accounts_are_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let (clock, entropy) = (Clock::system(), Entropy::seeded(1));
        let create = |id| create_account(&config, "payments", id, &clock, &entropy);
        assert!(matches!(create(None), Err(OpenError::NoStore { .. })));
        let opened = open(&config, clock.clone(), entropy.clone()).unwrap();
        assert!(matches!(create(None), Err(OpenError::Store(error)) if error.is_in_use()));
        opened.gateway.store().shut_down();
        drop(opened);
        let made = create(None).unwrap();
        assert_eq!(made.id.as_str().len(), 12);
        let again = create(Some(made.id.clone()));
        assert!(matches!(again, Err(OpenError::AccountExists { .. })));
        let opened = open(&config, clock.clone(), entropy.clone()).unwrap();
        let view = opened.gateway.store().snapshot().unwrap();
        let names: Vec<_> =
            iam::accounts(&view.tx()).unwrap().into_iter().map(|account| account.name).collect();
        assert_eq!(names.len(), 2);
        assert!(names.contains(&"payments".to_owned()), "{names:?}");
    }
}
