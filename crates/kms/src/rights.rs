//! The rights that operations need, with KMS's condition keys.

use gateway::{Access, Ctx};
use policy::{Context, ResourceRule};
use types::{AccountId, Arn};

use crate::condition_keys::{EncryptionContext, add_caller, add_key, add_pairs};
use crate::error::KmsFailure;
use crate::id::Scope;
use crate::resolve::{Found, Target};
use crate::{grants, key_policy, managed};

/// The circumstances of a right: the operation's own condition keys, and for cryptography the
/// encryption context, which grants compare.
#[derive(Debug, Default)]
pub(crate) struct Terms<'a> {
    pub(crate) context: Context,
    pub(crate) pairs: Option<&'a EncryptionContext>,
}

impl From<Context> for Terms<'_> {
    fn from(context: Context) -> Self {
        Self { context, pairs: None }
    }
}

/// The one right of an operation on one key.
pub(crate) fn on_named_key(
    ctx: &mut Ctx<'_>,
    action: &str,
    key_id: Option<&String>,
    scope: Scope,
    terms: Terms<'_>,
) -> Result<Vec<Access>, KmsFailure> {
    let target = managed::target(ctx, key_id.map_or("", String::as_str), scope)?;
    Ok(vec![on_target(ctx, action, &target, terms)?])
}

/// A permission on a key: the key policy takes part as KMS requires. A hidden key has none.
pub(crate) fn on_target(
    ctx: &Ctx<'_>,
    action: &str,
    target: &Target,
    terms: Terms<'_>,
) -> Result<Access, KmsFailure> {
    match target {
        Target::Found(found) => on_key(ctx, action, found, terms),
        Target::Unmade(name) => Err(name.not_found(ctx.region()).into()),
        Target::Hidden(arn) => {
            let mut context = terms.context;
            add_caller(ctx, &mut context);
            Ok(Access {
                owner: AccountId::parse(arn.account()),
                rule: ResourceRule::KeyPolicy,
                context,
                ..Access::by_identity(action, arn.as_str())
            })
        }
    }
}

/// A right on a key that is here.
pub(crate) fn on_key(
    ctx: &Ctx<'_>,
    action: &str,
    found: &Found,
    terms: Terms<'_>,
) -> Result<Access, KmsFailure> {
    let granted = grants::cover(ctx, &found.key, action, terms.pairs)?;
    let mut context = terms.context;
    if let Some(alias) = &found.alias {
        context.set("kms:RequestAlias", alias.as_str());
    }
    add_key(&mut context, &found.key);
    add_caller(ctx, &mut context);
    Ok(Access {
        owner: Some(found.key.account.clone()),
        policy: Some(ctx.resource_policy(&found.key.policy, &key_policy::GRAMMAR)),
        rule: ResourceRule::KeyPolicy,
        granted,
        context,
        ..Access::by_identity(action, found.arn.as_str())
    })
}

/// A permission on an alias, which has no policy of its own.
pub(crate) fn on_alias(ctx: &Ctx<'_>, action: &str, alias: &Arn) -> Access {
    plain(ctx, action, alias.as_str(), Context::new())
}

/// A permission that identity policies alone decide.
pub(crate) fn plain(ctx: &Ctx<'_>, action: &str, resource: &str, mut context: Context) -> Access {
    add_caller(ctx, &mut context);
    Access { context, ..Access::by_identity(action, resource) }
}

/// The terms of work with an encryption context.
pub(crate) fn of_encryption(pairs: &EncryptionContext) -> Terms<'_> {
    let mut context = Context::new();
    add_pairs(&mut context, pairs);
    context.set("kms:EncryptionAlgorithm", crate::SYMMETRIC_DEFAULT);
    Terms { context, pairs: Some(pairs) }
}
