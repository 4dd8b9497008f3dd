//! Accounts are defined by configuration, not by an API.

use gateway::Fault;
use keys::{Keyring, equal_in_constant_time};
use store::Tx;
use types::{AccountId, Entropy, Timestamp};

use crate::model::{AccessKey, AccountRow};
use crate::{directory, secrets};

/// An account that lives here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its 12 digits.
    pub id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// The alias, if one was created.
    pub alias: Option<String>,
    /// 64 hexadecimal digits that identify it in S3.
    pub canonical_user_id: String,
}

/// What [`bootstrap`] changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrapped {
    /// The account did not exist before.
    pub is_new_account: bool,
    /// What became of the key.
    pub key: KeyChange,
}

/// What became of a root user's access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChange {
    /// It was there, with this secret.
    None,
    /// It did not exist.
    Created,
    /// It was there, and has another secret now.
    NewSecret,
}

/// Ensures that the account exists and that its root user has this access key.
///
/// Idempotent: an account keeps its canonical user ID and all its data; an existing key gets this
/// secret. Returns what it changed. Errors with the store's, or if the key belongs to another
/// account.
#[expect(clippy::too_many_arguments, reason = "each is of its own type but the last texts")]
pub fn bootstrap(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    entropy: &Entropy,
    account: &AccountId,
    name: &str,
    access_key_id: &str,
    secret: &str,
    now: Timestamp,
) -> Result<Bootstrapped, Fault> {
    let row = directory::account(tx, account)?;
    let is_new_account = row.is_none();
    let mut row = match row {
        Some(row) => AccountRow { name: name.to_owned(), ..row },
        None => AccountRow {
            name: name.to_owned(),
            canonical_user_id: types::hex(&entropy.bytes::<32>()?),
            alias: None,
            access_keys: Vec::new(),
            created: now,
        },
    };
    let known = directory::access_key(tx, access_key_id)?;
    if known.as_ref().is_some_and(|key| key.account != *account || key.user_id.is_some()) {
        return Err(Fault::bug(format_args!(
            "the access key `{access_key_id}` belongs to another user"
        )));
    }
    if !row.access_keys.iter().any(|key| key == access_key_id) {
        row.access_keys.push(access_key_id.to_owned());
    }
    directory::put_account(tx, account, &row)?;
    let change = match &known {
        None => KeyChange::Created,
        Some(key) if has_secret(keyring, access_key_id, key, secret) => KeyChange::None,
        Some(_) => KeyChange::NewSecret,
    };
    let bootstrapped = Bootstrapped { is_new_account, key: change };
    if change == KeyChange::None {
        return Ok(bootstrapped);
    }
    let key = AccessKey {
        account: account.clone(),
        user_id: None,
        active: known.as_ref().is_none_or(|key| key.active),
        sealed_secret: secrets::seal(keyring, entropy, access_key_id, secret)?,
        created: known.map_or(now, |key| key.created),
    };
    directory::put_access_key(tx, access_key_id, &key)?;
    Ok(bootstrapped)
}

/// Whether it is the secret of the key. Of one that cannot be opened it is not.
fn has_secret(keyring: &Keyring, access_key_id: &str, key: &AccessKey, secret: &str) -> bool {
    let opened = secrets::open(keyring, access_key_id, &key.sealed_secret);
    opened.is_ok_and(|known| equal_in_constant_time(known.as_bytes(), secret.as_bytes()))
}

/// The account of an access key, if the key exists, in any account.
pub fn account_of_key(tx: &Tx<'_>, access_key_id: &str) -> Result<Option<AccountId>, Fault> {
    Ok(directory::access_key(tx, access_key_id)?.map(|key| key.account))
}

/// All accounts that live here, by id.
pub fn accounts(tx: &Tx<'_>) -> Result<Vec<Account>, Fault> {
    let rows = directory::accounts(tx)?;
    Ok(rows
        .into_iter()
        .map(|(id, row)| Account {
            id,
            name: row.name,
            alias: row.alias,
            canonical_user_id: row.canonical_user_id,
        })
        .collect())
}

/// The canonical user ID of an account in S3: 64 hexadecimal digits.
///
/// For an account that does not exist here it is derived from its number, always the same.
pub fn canonical_user_id(tx: &Tx<'_>, account: &AccountId) -> Result<String, Fault> {
    let row = directory::account(tx, account)?;
    Ok(row.map_or_else(
        || types::hex(&keys::sha256(format!("canonical user\0{account}").as_bytes())),
        |row| row.canonical_user_id,
    ))
}
