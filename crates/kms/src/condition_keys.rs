//! The condition keys of KMS, as requests and keys give them.

use std::collections::BTreeMap;

use gateway::Ctx;
use policy::Context;

use crate::model::Key;

/// Pairs that go with a ciphertext, by name.
pub type EncryptionContext = BTreeMap<String, String>;

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
