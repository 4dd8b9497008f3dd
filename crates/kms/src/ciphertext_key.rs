//! The key behind a ciphertext, named by the request, by the ciphertext, or by both.

use gateway::{Access, Ctx, EventParts, Fault};

use crate::crypto::DRY_RUN_MODIFIERS;
use crate::error::{KmsError, KmsFailure, unless_refused};
use crate::id::{KeyName, LocalName, Scope};
use crate::model::{Key, OWNERS, owner_place};
use crate::resolve::{self, Found};
use crate::rights::{self, Terms};
use crate::{Blob, event, managed, material};

/// A ciphertext in a request, and the key that the request names for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CiphertextKey<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) blob: Option<&'a Blob>,
}

impl CiphertextKey<'_> {
    /// The ciphertext may be absent in a dry run that is declared as such and names the key.
    ///
    /// Source: KMS API Reference, "`Decrypt`", `DryRunModifiers`.
    pub(crate) fn check_present(
        &self,
        dry_run: Option<bool>,
        modifiers: Option<&Vec<String>>,
    ) -> Result<(), KmsError> {
        let ignores = modifiers.is_some_and(|list| {
            list.iter().any(|modifier| DRY_RUN_MODIFIERS.contains(&modifier.as_str()))
        });
        let text = match (self.blob, self.key_id) {
            (Some(_), _) => return Ok(()),
            (None, Some(_)) if ignores && dry_run == Some(true) => return Ok(()),
            (None, None) if ignores => "KeyId is required when the ciphertext is ignored.",
            (None, _) => {
                "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy \
                 constraint: Member must not be null"
            }
        };
        Err(KmsError::Validation(text.to_owned()))
    }

    /// The permission to decrypt the plaintext.
    ///
    /// Observed: a ciphertext whose key does not exist here, or belongs to another account and is
    /// not usable by the caller, gets one error for all causes.
    pub(crate) fn access(
        &self,
        ctx: &mut Ctx<'_>,
        action: &str,
        terms: Terms<'_>,
    ) -> Result<Vec<Access>, KmsFailure> {
        if let Some(key_id) = self.key_id {
            let target = managed::target(ctx, key_id, Scope::Aliased)?;
            return Ok(vec![rights::on_target(ctx, action, &target, terms)?]);
        }
        let found = self.named_by_blob(ctx)?;
        let need = rights::on_key(ctx, action, &found, terms)?;
        let foreign = found.key.account != *ctx.account();
        if foreign && !gateway::allows(ctx, need.clone())? {
            return Err(KmsError::HiddenKey.into());
        }
        Ok(vec![need])
    }

    /// The key, made if it is one of AWS's that is used for the first time.
    pub(crate) fn key_on_first_use(&self, ctx: &mut Ctx<'_>) -> Result<Found, KmsFailure> {
        match self.key_id {
            Some(key_id) => managed::target(ctx, key_id, Scope::Aliased)?.found(ctx),
            None => self.named_by_blob(ctx),
        }
    }

    /// The key, after authorization.
    pub(crate) fn key(&self, ctx: &Ctx<'_>) -> Result<Found, KmsFailure> {
        match self.key_id {
            Some(key_id) => resolve::key(ctx, key_id, Scope::Aliased),
            None => self.named_by_blob(ctx),
        }
    }

    /// The ciphertext must have been created under `key`.
    pub(crate) fn check_match(&self, key: &Key) -> Result<(), KmsError> {
        let Some(blob) = self.blob else { return Ok(()) };
        let named = material::key_id_of(&blob.0).ok_or(KmsError::InvalidCiphertext)?;
        if named == key.id { Ok(()) } else { Err(KmsError::IncorrectKey) }
    }

    /// What an event contains about the key when the call failed.
    pub(crate) fn annotate(&self, ctx: &Ctx<'_>, parts: &mut EventParts) -> Result<(), Fault> {
        if let Some(key_id) = self.key_id {
            return event::about_named(ctx, parts, Some(&key_id.to_owned()));
        }
        let found = unless_refused(self.named_by_blob(ctx))?;
        // A foreign key is not named until the caller may use it.
        if let Some(found) = found.filter(|found| found.key.account == *ctx.account()) {
            event::about(ctx, parts, &found.arn);
        }
        Ok(())
    }

    fn named_by_blob(&self, ctx: &Ctx<'_>) -> Result<Found, KmsFailure> {
        let blob = self.blob.map_or(&[][..], |blob| &blob.0);
        let id = material::key_id_of(blob).ok_or(KmsError::InvalidCiphertext)?;
        let place = owner_place(ctx.region(), &id);
        let Some(owner) = OWNERS.get(ctx.tx(), ctx.keyring(), &place)? else {
            return Err(KmsError::HiddenKey.into());
        };
        let name = KeyName { account: owner.account, local: LocalName::Id(id) };
        Ok(resolve::lookup(ctx, &name)?.ok_or(KmsError::HiddenKey)?)
    }
}
