//! From the names in requests to keys.

use gateway::{Ctx, Fault, SealingTx};
use types::Arn;

use crate::error::{KmsError, KmsFailure, unless_refused};
use crate::id::{KeyName, LocalName, Scope};
use crate::model::{ALIASES, KEYS, Key, alias_place, key_place};

/// The resource that a request names.
#[derive(Debug)]
pub(crate) enum Target {
    /// A key that is here.
    Found(Box<Found>),
    /// An alias of AWS's in the caller's account, whose key is made on first use; see
    /// [`managed`](crate::managed).
    Unmade(KeyName),
    /// A key or alias of another account that does not exist or that this operation cannot
    /// reach: the response is the same.
    Hidden(Arn),
}

impl Target {
    /// Returns the key; a hidden or unmade one counts as missing.
    pub(crate) fn found(self, ctx: &Ctx<'_>) -> Result<Found, KmsFailure> {
        match self {
            Self::Found(found) => Ok(*found),
            Self::Unmade(name) => Err(name.not_found(ctx.region()).into()),
            Self::Hidden(arn) => {
                Err(KmsError::NotFound(format!("Key '{arn}' does not exist")).into())
            }
        }
    }
}

/// A key, and how it was named.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) key: Key,
    pub(crate) arn: Arn,
    /// The alias's name, if that was used.
    pub(crate) alias: Option<String>,
}

/// Looks up what `text` names.
///
/// Source: KMS API Reference, "Key identifiers"; the existence of another account's keys is not revealed.
pub(crate) fn target(ctx: &Ctx<'_>, text: &str, scope: Scope) -> Result<Target, KmsFailure> {
    let name = KeyName::parse(text, scope, ctx.account(), ctx.region())?;
    let foreign = name.account != *ctx.account();
    if foreign && scope == Scope::Own {
        return Ok(Target::Hidden(name.arn(ctx.region())));
    }
    match lookup(ctx, &name)? {
        Some(found) => Ok(Target::Found(Box::new(found))),
        None if foreign => Ok(Target::Hidden(name.arn(ctx.region()))),
        None if name.is_alias_of_aws() => Ok(Target::Unmade(name)),
        None => Err(name.not_found(ctx.region()).into()),
    }
}

/// The key that `text` names; for the steps after authorization.
pub(crate) fn key(ctx: &Ctx<'_>, text: &str, scope: Scope) -> Result<Found, KmsFailure> {
    target(ctx, text, scope)?.found(ctx)
}

/// The ARN of the key that `text` names, if there is one; for events.
pub(crate) fn known_arn(ctx: &Ctx<'_>, text: &str) -> Result<Option<Arn>, Fault> {
    let Ok(name) = KeyName::parse(text, Scope::Aliased, ctx.account(), ctx.region()) else {
        return Ok(None);
    };
    Ok(unless_refused(lookup(ctx, &name))?.flatten().map(|found| found.arn))
}

/// Returns the key or alias, if it exists and its deletion date has not passed.
pub(crate) fn lookup(ctx: &Ctx<'_>, name: &KeyName) -> Result<Option<Found>, KmsFailure> {
    let (id, alias) = match &name.local {
        LocalName::Id(id) => (id.clone(), None),
        LocalName::Alias(alias) => {
            let place = alias_place(&name.account, ctx.region(), alias);
            let Some(row) = ALIASES.get(ctx.tx(), ctx.keyring(), &place)? else { return Ok(None) };
            (row.key_id, Some(alias.clone()))
        }
    };
    let place = key_place(&name.account, ctx.region(), &id);
    let key = KEYS.get(ctx.tx(), ctx.keyring(), &place)?;
    let key = key.filter(|key| !key.is_gone(ctx.now()));
    Ok(key.map(|key| Found { arn: key.arn(), key, alias }))
}

/// Stores a changed key.
pub(crate) fn save(ctx: &mut Ctx<'_>, key: &mut Key) -> Result<(), KmsFailure> {
    key.version = key.version.saturating_add(1);
    let SealingTx { tx, keyring, .. } = ctx.sealing_tx();
    Ok(KEYS.put(tx, keyring, &key.place(), key)?)
}
