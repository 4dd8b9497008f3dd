//! What an operator changes of accounts while no server runs.
//!
//! The caller records it: every change has a separate event.

use gateway::Fault;
use keys::Keyring;
use store::Tx;
use types::{AccountId, Entropy, Timestamp};

use crate::model::AccessKey;
use crate::signin::{rows, rules};
use crate::token::Who;
use crate::{directory, secrets};

/// An account as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSummary {
    /// Its 12 digits.
    pub id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// The alias, if one was created.
    pub alias: Option<String>,
    /// The ids of the root user's access keys.
    pub root_access_key_ids: Vec<String>,
    /// Whether the root user has a password.
    pub has_root_password: bool,
    /// When it was created.
    pub created: Timestamp,
}

/// All accounts that live here, by id.
pub fn account_summaries(tx: &Tx<'_>) -> Result<Vec<AccountSummary>, Fault> {
    let mut summaries = Vec::new();
    for (id, row) in directory::accounts(tx)? {
        summaries.push(AccountSummary {
            has_root_password: rows::profile(tx, &id, &Who::Root)?.is_some(),
            id,
            name: row.name,
            alias: row.alias,
            root_access_key_ids: row.access_keys,
            created: row.created,
        });
    }
    Ok(summaries)
}

/// Renames an account; `false` if it does not exist.
pub fn rename_account(tx: &mut Tx<'_>, account: &AccountId, name: &str) -> Result<bool, Fault> {
    let Some(mut row) = directory::account(tx, account)? else { return Ok(false) };
    name.clone_into(&mut row.name);
    directory::put_account(tx, account, &row)?;
    Ok(true)
}

/// Why a password is not one of the root user's; `None` if it may be.
pub fn root_password_violation(password: &str) -> Option<String> {
    rules::violation(None, password)
}

/// Sets the root user's password, of which `hash` is the stored form. Its sessions end, because
/// they belong to the previous password; its second factors stay. `false` if the account does not
/// exist.
pub fn reset_root_password(
    tx: &mut Tx<'_>,
    entropy: &Entropy,
    account: &AccountId,
    hash: String,
    now: Timestamp,
) -> Result<bool, Fault> {
    if directory::account(tx, account)?.is_none() {
        return Ok(false);
    }
    let profile = rows::LoginProfile {
        id: types::hex(&entropy.bytes::<8>()?),
        hash,
        created: now,
        changed: now,
        reset_required: false,
        earlier: Vec::new(),
        used: None,
    };
    rows::put_profile(tx, account, &Who::Root, &profile)?;
    Ok(true)
}

/// Replaces all access keys of the root user with this one. Returns the IDs of the old ones, or
/// `None` if the account does not exist. Errors if the key is in use.
pub fn replace_root_keys(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    entropy: &Entropy,
    account: &AccountId,
    (access_key_id, secret): (&str, &str),
    now: Timestamp,
) -> Result<Option<Vec<String>>, Fault> {
    let Some(mut row) = directory::account(tx, account)? else { return Ok(None) };
    if directory::access_key(tx, access_key_id)?.is_some() {
        return Err(Fault::bug(format_args!("the access key `{access_key_id}` exists")));
    }
    let old = std::mem::replace(&mut row.access_keys, vec![access_key_id.to_owned()]);
    for id in &old {
        directory::delete_access_key(tx, id)?;
    }
    let key = AccessKey {
        account: account.clone(),
        user_id: None,
        active: true,
        sealed_secret: secrets::seal(keyring, entropy, access_key_id, secret)?,
        created: now,
    };
    directory::put_access_key(tx, access_key_id, &key)?;
    directory::put_account(tx, account, &row)?;
    Ok(Some(old))
}
