//! How the pipeline resolves identities.

use std::sync::Arc;

use gateway::{
    Caller, Credential, CredentialQuery, Fault, IdentityPolicies, IdentityPort, PolicyText,
};
use keys::SecretBytes;
use policy::Principal;
use store::Tx;
use types::{AccountId, Arn};

use crate::model::{Holder, Kind};
use crate::token::{Token, Who};
use crate::{directory, secrets};

/// The functions that the server hands to the gateway.
pub const PORT: IdentityPort =
    IdentityPort { credential, policies, unique_id, arn: present_arn, accounts, tags };

fn accounts(tx: &Tx<'_>) -> Result<Vec<AccountId>, Fault> {
    Ok(directory::accounts(tx)?.into_iter().map(|(id, _)| id).collect())
}

fn credential(query: &CredentialQuery<'_>) -> Result<Credential, Fault> {
    match query.session_token {
        Some(token) => temporary(query, token),
        None => long_term(query),
    }
}

fn long_term(query: &CredentialQuery<'_>) -> Result<Credential, Fault> {
    let Some(key) = directory::access_key(query.tx, query.access_key_id)? else {
        return Ok(Credential::Unknown);
    };
    let who = match &key.user_id {
        None => Who::Root,
        Some(id) => Who::User(id.clone()),
    };
    let caller = caller(query, &key.account, &who)?;
    let Some(caller) = caller.filter(|_| key.active) else { return Ok(Credential::Unknown) };
    let secret = secrets::open(query.keyring, query.access_key_id, &key.sealed_secret)?;
    Ok(Credential::Valid { secret, caller: Box::new(caller) })
}

fn temporary(query: &CredentialQuery<'_>, token: &str) -> Result<Credential, Fault> {
    let token = Token::open(query.keyring, token);
    let Some(token) = token.filter(|token| token.access_key_id == query.access_key_id) else {
        return Ok(Credential::BadToken);
    };
    if token.expires <= query.now {
        return Ok(Credential::Expired);
    }
    if let Some(id) = &token.console
        && crate::signin::rows::live_session(query.tx, id, query.now)?.is_none()
    {
        return Ok(Credential::Expired);
    }
    let Some(mut caller) = caller(query, &token.account, &token.who)? else {
        return Ok(Credential::BadToken);
    };
    caller.session = Some(Arc::new(token.session(query.tx)?));
    let secret = secrets::derive(query.keyring, query.access_key_id, &token.nonce);
    Ok(Credential::Valid {
        secret: SecretBytes::new(secret.into_bytes()),
        caller: Box::new(caller),
    })
}

/// The current owner; `None` if it was deleted meanwhile.
fn caller(
    query: &CredentialQuery<'_>,
    account: &AccountId,
    who: &Who,
) -> Result<Option<Caller>, Fault> {
    let Some(row) = directory::account(query.tx, account)? else { return Ok(None) };
    let principal = match who {
        Who::Root => Principal::Root { account: account.clone() },
        Who::User(id) => match directory::holder_by_id(query.tx, id)? {
            Some(user) => user_principal(&user),
            None => return Ok(None),
        },
        Who::Role(id, session) => match directory::holder_by_id(query.tx, id)? {
            Some(role) => role_principal(&role, session),
            None => return Ok(None),
        },
    };
    Ok(Some(Caller {
        principal,
        account: account.clone(),
        access_key_id: Some(query.access_key_id.to_owned()),
        account_alias: row.alias,
        session: None,
        via: None,
        source_arn: None,
    }))
}

fn user_principal(user: &Holder) -> Principal {
    Principal::User {
        account: user.account.clone(),
        arn: user.arn().to_string(),
        unique_id: user.id.clone(),
    }
}

/// A session of a role, named as policies see it.
pub(crate) fn role_principal(role: &Holder, session_name: &str) -> Principal {
    let session = format!("assumed-role/{}/{session_name}", role.name);
    Principal::Role {
        account: role.account.clone(),
        role_arn: role.arn().to_string(),
        role_id: role.id.clone(),
        session_arn: Arn::global("sts", &role.account, session).to_string(),
        session_name: session_name.to_owned(),
    }
}

/// The user or role behind a principal.
fn holder_of(tx: &Tx<'_>, principal: &Principal) -> Result<Option<Holder>, Fault> {
    match principal {
        Principal::User { unique_id, .. } => directory::holder_by_id(tx, unique_id),
        Principal::Role { role_id, .. } => directory::holder_by_id(tx, role_id),
        Principal::Root { .. }
        | Principal::Federated { .. }
        | Principal::Service { .. }
        | Principal::Anonymous => Ok(None),
    }
}

fn policies(tx: &Tx<'_>, principal: &Principal) -> Result<IdentityPolicies, Fault> {
    match holder_of(tx, principal)? {
        Some(holder) => policies_of(tx, &holder),
        None => Ok(IdentityPolicies::default()),
    }
}

/// The policies of a user with its groups, of a role, or of a group.
pub(crate) fn policies_of(tx: &Tx<'_>, holder: &Holder) -> Result<IdentityPolicies, Fault> {
    let mut identity = Vec::new();
    add_policies(tx, holder, &mut identity)?;
    for group in &holder.groups {
        if let Some(group) = directory::holder_by_id(tx, group)? {
            add_policies(tx, &group, &mut identity)?;
        }
    }
    let boundary = match &holder.boundary {
        // A deleted boundary denies everything: its empty text does not compile.
        Some(arn) => Some(managed(tx, arn)?.unwrap_or_else(|| policy_text(arn, "".into()))),
        None => None,
    };
    Ok(IdentityPolicies { identity, boundary })
}

fn add_policies(tx: &Tx<'_>, holder: &Holder, into: &mut Vec<PolicyText>) -> Result<(), Fault> {
    for arn in &holder.attached {
        into.extend(managed(tx, arn)?);
    }
    into.extend(holder.inline.iter().map(|(name, text)| PolicyText {
        name: name.clone(),
        arn: None,
        text: text.as_str().into(),
    }));
    Ok(())
}

fn managed(tx: &Tx<'_>, arn: &str) -> Result<Option<PolicyText>, Fault> {
    Ok(directory::policy_document(tx, arn)?.map(|text| policy_text(arn, text)))
}

fn policy_text(arn: &str, text: Arc<str>) -> PolicyText {
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    PolicyText { name, arn: Some(arn.to_owned()), text }
}

/// Principals of accounts that do not live here cannot be checked; they stay as they are.
pub(crate) fn unique_id(tx: &Tx<'_>, text: &str) -> Result<Option<String>, Fault> {
    if text == "*" {
        return Ok(Some(text.to_owned()));
    }
    if let Some(account) = AccountId::parse(text) {
        return Ok(Some(Arn::global("iam", &account, "root").to_string()));
    }
    let Some(arn) = Arn::parse(text) else {
        return Ok(directory::holder_by_id(tx, text)?.map(|holder| holder.id));
    };
    let Some(account) = AccountId::parse(arn.account()) else { return Ok(None) };
    let here = directory::account(tx, &account)?.is_some();
    let (kind, rest) = arn.resource().split_once('/').unwrap_or((arn.resource(), ""));
    let as_it_is = Ok(Some(text.to_owned()));
    match (arn.service(), kind) {
        ("iam", "root") if rest.is_empty() => as_it_is,
        ("iam", "user" | "role") | ("sts", "assumed-role") if !here => as_it_is,
        ("sts", "federated-user") => as_it_is,
        ("iam", "user") => named(tx, &account, Kind::User, text),
        ("iam", "role") => named(tx, &account, Kind::Role, text),
        ("sts", "assumed-role") => {
            let name = rest.split('/').next().unwrap_or_default();
            let role = directory::holder(tx, &account, Kind::Role, name)?;
            Ok(role.filter(|role| role.name == name).map(|_| text.to_owned()))
        }
        _ => Ok(None),
    }
}

/// Names in ARNs count with their case and their path.
fn named(tx: &Tx<'_>, account: &AccountId, kind: Kind, arn: &str) -> Result<Option<String>, Fault> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let holder = directory::holder(tx, account, kind, name)?;
    Ok(holder.filter(|holder| holder.arn().as_str() == arn).map(|holder| holder.id))
}

pub(crate) fn present_arn(tx: &Tx<'_>, id: &str) -> Result<Option<String>, Fault> {
    Ok(directory::holder_by_id(tx, id)?.map(|holder| holder.arn().to_string()))
}

fn tags(tx: &Tx<'_>, principal: &Principal) -> Result<Vec<(String, String)>, Fault> {
    let tags = holder_of(tx, principal)?.map(|holder| holder.tags).unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}
