//! The rights that operations need, with KMS's condition keys.

use std::collections::BTreeMap;

use gateway::{Access, Ctx};
use policy::{Context, ResourceRule};
use types::{AccountId, Arn};

use crate::error::KmsFailure;
use crate::id::Scope;
use crate::model::Key;
use crate::resolve::{self, Found, Target};
use crate::{grants, key_policy};

/// Pairs that go with a ciphertext, by name.
pub type EncryptionContext = BTreeMap<String, String>;

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
    let target = resolve::target(ctx, key_id.map_or("", String::as_str), scope)?;
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

/// Source: KMS Developer Guide, "Condition keys for AWS KMS": who calls, and through whom.
///
/// Assumed: AWS gives a service no `kms:CallerAccount`.
pub(crate) fn add_caller(ctx: &Ctx<'_>, context: &mut Context) {
    if let Some(account) = ctx.caller().principal.account() {
        context.set("kms:CallerAccount", account.as_str());
    }
    if let Some(service) = ctx.caller().via {
        let name = service.split('.').next().unwrap_or(service);
        context.set("kms:ViaService", format!("{name}.{}.amazonaws.com", ctx.region()));
    }
}

/// The key's own properties, tags and aliases included.
pub(crate) fn add_key(context: &mut Context, key: &Key) {
    add_kind(context, key.multi_region);
    context.set_list("kms:ResourceAliases", key.aliases.clone());
    for (tag, value) in &key.tags {
        context.set(&format!("aws:ResourceTag/{tag}"), value.as_str());
    }
}

/// What kind of key it is, or is to be.
pub(crate) fn add_kind(context: &mut Context, multi_region: bool) {
    context.set("kms:KeySpec", crate::SYMMETRIC_DEFAULT);
    context.set("kms:CustomerMasterKeySpec", crate::SYMMETRIC_DEFAULT);
    context.set("kms:KeyUsage", crate::ENCRYPT_DECRYPT);
    context.set("kms:CustomerMasterKeyUsage", crate::ENCRYPT_DECRYPT);
    context.set("kms:KeyOrigin", crate::AWS_KMS);
    context.set("kms:MultiRegion", multi_region.to_string());
    if multi_region {
        context.set("kms:MultiRegionKeyType", "PRIMARY");
    }
}

/// The terms of work with an encryption context.
pub(crate) fn of_encryption(pairs: &EncryptionContext) -> Terms<'_> {
    let mut context = Context::new();
    add_pairs(&mut context, pairs);
    context.set("kms:EncryptionAlgorithm", crate::SYMMETRIC_DEFAULT);
    Terms { context, pairs: Some(pairs) }
}

/// `kms:EncryptionContext:…` and `kms:EncryptionContextKeys`.
pub(crate) fn add_pairs(context: &mut Context, pairs: &EncryptionContext) {
    for (name, value) in pairs {
        context.set(&format!("kms:EncryptionContext:{name}"), value.as_str());
    }
    context.set_list("kms:EncryptionContextKeys", pairs.keys().cloned().collect());
}

/// `aws:RequestTag/…` and `aws:TagKeys`.
pub(crate) fn add_request_tags(context: &mut Context, tags: &[(String, String)]) {
    for (tag, value) in tags {
        context.set(&format!("aws:RequestTag/{tag}"), value.as_str());
    }
    context.set_list("aws:TagKeys", tags.iter().map(|(tag, _)| tag.clone()).collect());
}
