//! `ReEncrypt`: from one key, or context, to another without showing the plaintext.
//!
//! Source: KMS API Reference, "`ReEncrypt`": two rights, `kms:ReEncryptFrom` on the source and
//! `kms:ReEncryptTo` on the destination.

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::members::named;
use crate::checks::Checks;
use crate::ciphertext_key::CiphertextKey;
use crate::condition_keys::EncryptionContext;
use crate::crypto::{self, Shown};
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::quiet::{Quiet, Recorded};
use crate::resolve::Target;
use crate::rights;
use crate::{Blob, SYMMETRIC_DEFAULT, event, grants, managed, material, resolve};

#[derive(Debug)]
pub(crate) struct ReEncrypt;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReEncryptInput {
    ciphertext_blob: Option<Blob>,
    #[serde(default, deserialize_with = "crypto::maybe_map")]
    source_encryption_context: EncryptionContext,
    source_key_id: Option<String>,
    destination_key_id: Option<String>,
    #[serde(default, deserialize_with = "crypto::maybe_map")]
    destination_encryption_context: EncryptionContext,
    source_encryption_algorithm: Option<String>,
    destination_encryption_algorithm: Option<String>,
    grant_tokens: Option<Vec<String>>,
    dry_run: Option<bool>,
    dry_run_modifiers: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReEncryptOutput {
    ciphertext_blob: Blob,
    source_key_id: String,
    key_id: String,
    source_encryption_algorithm: &'static str,
    destination_encryption_algorithm: &'static str,
    source_key_material_id: String,
    destination_key_material_id: String,
}

impl Plain for ReEncrypt {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ReEncrypt").brief();
    type Input = ReEncryptInput;
    type Output = ReEncryptOutput;
    type Error = KmsError;
    type Codec = Quiet;

    fn access(ctx: &mut Ctx<'_>, input: &ReEncryptInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        grants::check_tokens(ctx, input.grant_tokens.as_ref())?;
        let target = managed::target(ctx, input.destination(), Scope::Aliased)?;
        let mut from = rights::of_encryption(&input.source_encryption_context);
        let mut to = rights::of_encryption(&input.destination_encryption_context);
        if let (Ok(source), Target::Found(target)) = (input.source().key_on_first_use(ctx), &target)
        {
            let same = (source.arn == target.arn).to_string();
            from.context.set("kms:ReEncryptOnSameKey", same.as_str());
            to.context.set("kms:ReEncryptOnSameKey", same.as_str());
        }
        let mut needs = input.source().access(ctx, "kms:ReEncryptFrom", from)?;
        needs.push(rights::on_target(ctx, "kms:ReEncryptTo", &target, to)?);
        Ok(needs)
    }

    fn run(ctx: &mut Ctx<'_>, input: &ReEncryptInput) -> Result<ReEncryptOutput, KmsFailure> {
        let source = input.source().key(ctx)?;
        let target = resolve::key(ctx, input.destination(), Scope::Aliased)?;
        source.key.usable()?;
        target.key.usable()?;
        crypto::check_algorithm(input.source_encryption_algorithm.as_ref())?;
        crypto::check_algorithm(input.destination_encryption_algorithm.as_ref())?;
        let Some(blob) = &input.ciphertext_blob else { return Err(KmsError::DryRun.into()) };
        input.source().check_match(&source.key)?;
        let context = &input.source_encryption_context;
        let opened = material::decrypt(ctx, &source.key, context, &blob.0)?;
        crypto::end_dry_run(input.dry_run)?;
        let context = &input.destination_encryption_context;
        let blob = material::encrypt(ctx, &target.key, context, opened.plain.as_bytes())?;
        Ok(ReEncryptOutput {
            ciphertext_blob: blob,
            source_key_id: source.arn.to_string(),
            key_id: target.arn.to_string(),
            source_encryption_algorithm: SYMMETRIC_DEFAULT,
            destination_encryption_algorithm: SYMMETRIC_DEFAULT,
            source_key_material_id: opened.material_id,
            destination_key_material_id: target.key.material_id,
        })
    }

    /// Source: KMS Developer Guide, "ReEncrypt" among the examples of log entries.
    fn annotate(
        ctx: &Ctx<'_>,
        input: &ReEncryptInput,
        output: Option<&ReEncryptOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        let Some(output) = output else {
            input.source().annotate(ctx, parts)?;
            event::about_named(ctx, parts, input.destination_key_id.as_ref())?;
            return Ok(());
        };
        event::about_arn(ctx, parts, &output.source_key_id);
        event::about_arn(ctx, parts, &output.key_id);
        parts.additional = Some(json!({
            "sourceKeyMaterialId": output.source_key_material_id,
            "destinationKeyMaterialId": output.destination_key_material_id,
        }));
        Ok(())
    }
}

impl ReEncryptInput {
    fn source(&self) -> CiphertextKey<'_> {
        CiphertextKey { key_id: self.source_key_id.as_deref(), blob: self.ciphertext_blob.as_ref() }
    }

    fn destination(&self) -> &str {
        named(self.destination_key_id.as_ref())
    }

    fn check(&self) -> Result<(), KmsError> {
        let (from, to) = (
            self.source_encryption_algorithm.as_ref(),
            self.destination_encryption_algorithm.as_ref(),
        );
        Checks::new()
            .ciphertext("ciphertextBlob", self.ciphertext_blob.as_ref())
            .optional_key_id("sourceKeyId", self.source_key_id.as_ref())
            .key_id("destinationKeyId", self.destination_key_id.as_ref())
            .one_of("sourceEncryptionAlgorithm", from, &crypto::ALGORITHMS)
            .one_of("destinationEncryptionAlgorithm", to, &crypto::ALGORITHMS)
            .grant_tokens(self.grant_tokens.as_ref())
            .modifiers(self.dry_run_modifiers.as_ref())
            .finish()?;
        self.source().check_present(self.dry_run, self.dry_run_modifiers.as_ref())?;
        crypto::check_context(&self.source_encryption_context)?;
        crypto::check_context(&self.destination_encryption_context)
    }
}

impl Recorded for ReEncryptInput {
    fn recorded(&self) -> Value {
        let algorithm =
            |given: &Option<String>| given.clone().unwrap_or_else(|| SYMMETRIC_DEFAULT.to_owned());
        Shown::default()
            .text("sourceKeyId", self.source_key_id.as_deref())
            .context("sourceEncryptionContext", &self.source_encryption_context)
            .text("sourceEncryptionAlgorithm", Some(&algorithm(&self.source_encryption_algorithm)))
            .text("destinationKeyId", self.destination_key_id.as_deref())
            .context("destinationEncryptionContext", &self.destination_encryption_context)
            .text(
                "destinationEncryptionAlgorithm",
                Some(&algorithm(&self.destination_encryption_algorithm)),
            )
            .switch("dryRun", self.dry_run)
            .finish()
    }
}
