//! Accounts come from configuration, not from an API.

use keys::Keyring;
use store::{StoreError, Tx};
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
    /// 64 hexadecimal digits by which S3 knows it.
    pub canonical_user_id: String,
}

/// Makes sure that the account exists and that its root user has this access key.
///
/// Safe to repeat: an account keeps its canonical user id and all else it has; a key that is
/// known gets this secret. Errors with the engine's, or if the key belongs to somebody else.
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
) -> Result<(), StoreError> {
    let mut row = match directory::account(tx, account)? {
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
        return Err(StoreError::engine(format_args!(
            "the access key `{access_key_id}` belongs to another user"
        )));
    }
    if !row.access_keys.iter().any(|key| key == access_key_id) {
        row.access_keys.push(access_key_id.to_owned());
    }
    directory::put_account(tx, account, &row)?;
    let key = AccessKey {
        account: account.clone(),
        user_id: None,
        active: known.as_ref().is_none_or(|key| key.active),
        sealed_secret: secrets::seal(keyring, entropy, access_key_id, secret)?,
        created: known.map_or(now, |key| key.created),
    };
    directory::put_access_key(tx, access_key_id, &key)
}

/// All accounts that live here, by id.
pub fn accounts(tx: &Tx<'_>) -> Result<Vec<Account>, StoreError> {
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

/// The id by which S3 knows an account: 64 hexadecimal digits.
///
/// Of an account that does not live here it is made of its number, always the same.
pub fn canonical_user_id(tx: &Tx<'_>, account: &AccountId) -> Result<String, StoreError> {
    let row = directory::account(tx, account)?;
    Ok(row.map_or_else(
        || types::hex(&keys::sha256(format!("canonical user\0{account}").as_bytes())),
        |row| row.canonical_user_id,
    ))
}
