//! The tables of IAM and all ways into them.

use std::ops::ControlFlow;
use std::sync::Arc;

use gateway::Fault;
use store::{Table, Tx, key, key_prefix};
use types::AccountId;

use crate::managed;
use crate::model::{AccessKey, AccountRow, Holder, Kind, ManagedPolicy, Place, Usage};

const ACCOUNTS: Table<AccountRow> = Table::new("iam.account").watched();
const ACCESS_KEYS: Table<AccessKey> = Table::new("iam.access_key");
const HOLDERS: Table<Holder> = Table::new("iam.holder").watched();
const PLACES: Table<Place> = Table::new("iam.place");
const POLICIES: Table<ManagedPolicy> = Table::new("iam.policy").watched();
/// The texts in force of customer managed policies, by ARN: every call reads them.
const DOCUMENTS: Table<String> = Table::new("iam.document").watched();
/// How many there are, by account and kind.
const COUNTS: Table<usize> = Table::new("iam.count");
/// By account, policy ARN, usage and holder id.
const USES: Table<Usage> = Table::new("iam.use").watched();
/// By group id and user id.
const MEMBERS: Table<()> = Table::new("iam.member").watched();
/// By alias: aliases are unique among all accounts.
const ALIASES: Table<AccountId> = Table::new("iam.alias");

/// An account of this installation.
pub(crate) fn account(tx: &Tx<'_>, id: &AccountId) -> Result<Option<AccountRow>, Fault> {
    Ok(ACCOUNTS.shared(tx, id.as_str())?.map(Arc::unwrap_or_clone))
}

/// All accounts, by id.
pub(crate) fn accounts(tx: &Tx<'_>) -> Result<Vec<(AccountId, AccountRow)>, Fault> {
    let rows = ACCOUNTS.all(tx, [])?;
    let named = rows.into_iter().map(|(key, row)| {
        let id = store::key_text(&key, 0).ok().and_then(|id| AccountId::parse(&id));
        Ok((id.ok_or_else(|| Fault::damaged("the ID of an account"))?, row))
    });
    named.collect()
}

/// Stores an account, its alias included.
pub(crate) fn put_account(tx: &mut Tx<'_>, id: &AccountId, row: &AccountRow) -> Result<(), Fault> {
    if let Some(old) = account(tx, id)?.and_then(|old| old.alias) {
        ALIASES.delete(tx, &old)?;
    }
    if let Some(alias) = &row.alias {
        ALIASES.put(tx, alias, id)?;
    }
    Ok(ACCOUNTS.put(tx, id.as_str(), row)?)
}

/// The account of an alias.
pub(crate) fn account_by_alias(tx: &Tx<'_>, alias: &str) -> Result<Option<AccountId>, Fault> {
    Ok(ALIASES.get(tx, alias)?)
}

/// A long-term access key.
pub(crate) fn access_key(tx: &Tx<'_>, id: &str) -> Result<Option<AccessKey>, Fault> {
    Ok(ACCESS_KEYS.shared(tx, id)?.map(Arc::unwrap_or_clone))
}

/// Stores an access key.
pub(crate) fn put_access_key(tx: &mut Tx<'_>, id: &str, row: &AccessKey) -> Result<(), Fault> {
    Ok(ACCESS_KEYS.put(tx, id, row)?)
}

/// Removes an access key.
pub(crate) fn delete_access_key(tx: &mut Tx<'_>, id: &str) -> Result<(), Fault> {
    Ok(ACCESS_KEYS.delete(tx, id)?)
}

fn holder_key(account: &AccountId, kind: Kind, lower_name: &str) -> Vec<u8> {
    key([account.as_str(), kind.word(), lower_name])
}

/// A user, role or group by its name in any case.
pub(crate) fn holder(
    tx: &Tx<'_>,
    account: &AccountId,
    kind: Kind,
    name: &str,
) -> Result<Option<Holder>, Fault> {
    Ok(HOLDERS.get(tx, holder_key(account, kind, &name.to_lowercase()))?)
}

/// A user, role or group by its unique id.
pub(crate) fn holder_by_id(tx: &Tx<'_>, id: &str) -> Result<Option<Holder>, Fault> {
    let Some(place) = PLACES.shared(tx, id)? else { return Ok(None) };
    let holder = HOLDERS.shared(tx, holder_key(&place.account, place.kind, &place.lower_name))?;
    Ok(holder.map(Arc::unwrap_or_clone))
}

/// Stores a new holder.
pub(crate) fn insert_holder(tx: &mut Tx<'_>, holder: &Holder) -> Result<(), Fault> {
    recount(tx, &holder.account, holder.kind.word(), |count| count.saturating_add(1))?;
    put_holder(tx, holder)
}

/// Stores a holder under its present name.
pub(crate) fn put_holder(tx: &mut Tx<'_>, holder: &Holder) -> Result<(), Fault> {
    let lower_name = holder.lower_name();
    HOLDERS.put(tx, holder_key(&holder.account, holder.kind, &lower_name), holder)?;
    let place = Place { account: holder.account.clone(), kind: holder.kind, lower_name };
    Ok(PLACES.put(tx, &holder.id, &place)?)
}

/// Stores a holder that was called `old_name` until now.
pub(crate) fn rename_holder(tx: &mut Tx<'_>, holder: &Holder, old_name: &str) -> Result<(), Fault> {
    let old_key = holder_key(&holder.account, holder.kind, &old_name.to_lowercase());
    HOLDERS.delete(tx, old_key)?;
    put_holder(tx, holder)
}

/// Removes a holder.
pub(crate) fn delete_holder(tx: &mut Tx<'_>, holder: &Holder) -> Result<(), Fault> {
    if let Some(boundary) = &holder.boundary {
        remove_use(tx, &holder.account, boundary, Usage::Boundary, &holder.id)?;
    }
    recount(tx, &holder.account, holder.kind.word(), |count| count.saturating_sub(1))?;
    PLACES.delete(tx, &holder.id)?;
    Ok(HOLDERS.delete(tx, holder_key(&holder.account, holder.kind, &holder.lower_name()))?)
}

/// Holders of a kind in the order of their names, from the one after `after`, until `visitor`
/// breaks.
pub(crate) fn visit_holders(
    tx: &Tx<'_>,
    account: &AccountId,
    kind: Kind,
    after: Option<&str>,
    visitor: &mut dyn FnMut(Holder) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let prefix = key([account.as_str(), kind.word()]);
    let from = after.map(|after| key([account.as_str(), kind.word(), after])).unwrap_or_default();
    Ok(HOLDERS.visit(tx, prefix, from, &mut |_, holder| {
        let beyond = after.is_none_or(|after| holder.lower_name().as_str() > after);
        if beyond { visitor(holder) } else { ControlFlow::Continue(()) }
    })?)
}

/// How many holders of a kind there are.
pub(crate) fn count_holders(tx: &Tx<'_>, account: &AccountId, kind: Kind) -> Result<usize, Fault> {
    count(tx, account, kind.word())
}

/// How many customer managed policies there are.
pub(crate) fn count_policies(tx: &Tx<'_>, account: &AccountId) -> Result<usize, Fault> {
    count(tx, account, "policy")
}

fn count(tx: &Tx<'_>, account: &AccountId, what: &str) -> Result<usize, Fault> {
    Ok(COUNTS.get(tx, key([account.as_str(), what]))?.unwrap_or_default())
}

fn recount(
    tx: &mut Tx<'_>,
    account: &AccountId,
    what: &str,
    change: impl FnOnce(usize) -> usize,
) -> Result<(), Fault> {
    let count = change(count(tx, account, what)?);
    Ok(COUNTS.put(tx, key([account.as_str(), what]), &count)?)
}

fn policy_key(account: &str, name: &str) -> Vec<u8> {
    key([account, &name.to_lowercase()])
}

/// A managed policy by its ARN, AWS's own included.
pub(crate) fn policy(tx: &Tx<'_>, arn: &str) -> Result<Option<ManagedPolicy>, Fault> {
    if arn.starts_with(managed::ARN_PREFIX) {
        return Ok(managed::find(arn).map(managed::Shipped::row));
    }
    let Some(parsed) = types::Arn::parse(arn) else { return Ok(None) };
    let name = arn.rsplit('/').next().unwrap_or_default();
    let row = POLICIES.get(tx, policy_key(parsed.account(), name))?;
    Ok(row.filter(|row| row.arn == arn))
}

/// A customer managed policy by its name in any case.
pub(crate) fn policy_by_name(
    tx: &Tx<'_>,
    account: &AccountId,
    name: &str,
) -> Result<Option<ManagedPolicy>, Fault> {
    Ok(POLICIES.get(tx, policy_key(account.as_str(), name))?)
}

/// The text in force of a managed policy.
pub(crate) fn policy_document(tx: &Tx<'_>, arn: &str) -> Result<Option<Arc<str>>, Fault> {
    if arn.starts_with(managed::ARN_PREFIX) {
        return Ok(managed::find(arn).map(|policy| policy.document().into()));
    }
    Ok(DOCUMENTS.get(tx, arn)?.map(Into::into))
}

/// Stores a new customer managed policy.
pub(crate) fn insert_policy(
    tx: &mut Tx<'_>,
    account: &AccountId,
    policy: &ManagedPolicy,
) -> Result<(), Fault> {
    recount(tx, account, "policy", |count| count.saturating_add(1))?;
    put_policy(tx, account, policy)
}

/// Stores a customer managed policy.
pub(crate) fn put_policy(
    tx: &mut Tx<'_>,
    account: &AccountId,
    policy: &ManagedPolicy,
) -> Result<(), Fault> {
    DOCUMENTS.put(tx, &policy.arn, &policy.document().to_owned())?;
    Ok(POLICIES.put(tx, policy_key(account.as_str(), &policy.name), policy)?)
}

/// Removes a customer managed policy.
pub(crate) fn delete_policy(
    tx: &mut Tx<'_>,
    account: &AccountId,
    policy: &ManagedPolicy,
) -> Result<(), Fault> {
    recount(tx, account, "policy", |count| count.saturating_sub(1))?;
    DOCUMENTS.delete(tx, &policy.arn)?;
    Ok(POLICIES.delete(tx, policy_key(account.as_str(), &policy.name))?)
}

/// The customer managed policies of an account, by name.
pub(crate) fn policies(tx: &Tx<'_>, account: &AccountId) -> Result<Vec<ManagedPolicy>, Fault> {
    let rows = POLICIES.all(tx, key([account.as_str()]))?;
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn usage_word(usage: Usage) -> &'static str {
    match usage {
        Usage::Permissions => "permissions",
        Usage::Boundary => "boundary",
    }
}

/// Notes that a holder uses a managed policy.
pub(crate) fn add_use(
    tx: &mut Tx<'_>,
    account: &AccountId,
    arn: &str,
    usage: Usage,
    holder_id: &str,
) -> Result<(), Fault> {
    Ok(USES.put(tx, key([account.as_str(), arn, usage_word(usage), holder_id]), &usage)?)
}

/// Removes the record that a holder uses a managed policy.
pub(crate) fn remove_use(
    tx: &mut Tx<'_>,
    account: &AccountId,
    arn: &str,
    usage: Usage,
    holder_id: &str,
) -> Result<(), Fault> {
    Ok(USES.delete(tx, key([account.as_str(), arn, usage_word(usage), holder_id]))?)
}

/// The ids of the holders that use a managed policy in one way.
pub(crate) fn users_of_policy(
    tx: &Tx<'_>,
    account: &AccountId,
    arn: &str,
    usage: Usage,
) -> Result<Vec<String>, Fault> {
    last_parts(&USES.all(tx, key([account.as_str(), arn, usage_word(usage)]))?)
}

/// Notes that a user is in a group.
pub(crate) fn add_member(tx: &mut Tx<'_>, group_id: &str, user_id: &str) -> Result<(), Fault> {
    Ok(MEMBERS.put(tx, key([group_id, user_id]), &())?)
}

/// Removes the record that a user is in a group.
pub(crate) fn remove_member(tx: &mut Tx<'_>, group_id: &str, user_id: &str) -> Result<(), Fault> {
    Ok(MEMBERS.delete(tx, key([group_id, user_id]))?)
}

/// The users of a group, by name.
pub(crate) fn members(tx: &Tx<'_>, group_id: &str) -> Result<Vec<Holder>, Fault> {
    let ids = last_parts(&MEMBERS.all(tx, key_prefix([group_id], b""))?)?;
    let mut users = Vec::with_capacity(ids.len());
    for id in ids {
        users.extend(holder_by_id(tx, &id)?);
    }
    users.sort_by_key(Holder::lower_name);
    Ok(users)
}

fn last_parts<T>(rows: &[(Vec<u8>, T)]) -> Result<Vec<String>, Fault> {
    let last = |key: &[u8]| store::key_parts(key).pop().and_then(|id| String::from_utf8(id).ok());
    rows.iter().map(|(key, _)| last(key).ok_or_else(|| Fault::damaged("an id"))).collect()
}
