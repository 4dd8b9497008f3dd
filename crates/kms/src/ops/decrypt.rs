//! `Decrypt`: the plaintext of a ciphertext, which names its key.
//!
//! Source: KMS API Reference, "`Decrypt`".

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::{Recipient, refuse_recipient};
use crate::checks::Checks;
use crate::ciphertext_key::CiphertextKey;
use crate::condition_keys::EncryptionContext;
use crate::crypto::{self, Shown};
use crate::error::{KmsError, KmsFailure};
use crate::quiet::{Quiet, Recorded};
use crate::rights;
use crate::{Blob, SYMMETRIC_DEFAULT, Secret, event, grants, material};

/// The operation.
#[derive(Debug)]
pub struct Decrypt;

/// The input of [`Decrypt`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DecryptInput {
    /// The ciphertext.
    pub ciphertext_blob: Option<Blob>,
    /// The same as when encrypting.
    #[serde(default, deserialize_with = "crypto::maybe_map")]
    pub encryption_context: EncryptionContext,
    /// Tokens of grants.
    pub grant_tokens: Option<Vec<String>>,
    /// The key that must have been used; without it, the one that the ciphertext names.
    pub key_id: Option<String>,
    /// `SYMMETRIC_DEFAULT`
    pub encryption_algorithm: Option<String>,
    /// Refused.
    pub recipient: Option<Recipient>,
    /// Whether to check only.
    pub dry_run: Option<bool>,
    /// `IGNORE_CIPHERTEXT`: a dry run without ciphertext.
    pub dry_run_modifiers: Option<Vec<String>>,
}

/// The output of [`Decrypt`].
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DecryptOutput {
    /// The key's ARN.
    pub key_id: String,
    /// What had been encrypted.
    pub plaintext: Secret,
    /// `SYMMETRIC_DEFAULT`
    pub encryption_algorithm: &'static str,
    /// The material that had been used.
    pub key_material_id: String,
}

impl Plain for Decrypt {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "Decrypt").brief();
    type Input = DecryptInput;
    type Output = DecryptOutput;
    type Error = KmsError;
    type Codec = Quiet;

    fn access(ctx: &mut Ctx<'_>, input: &DecryptInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        grants::check_tokens(ctx, input.grant_tokens.as_ref())?;
        let terms = rights::of_encryption(&input.encryption_context);
        input.source().access(ctx, "kms:Decrypt", terms)
    }

    fn run(ctx: &mut Ctx<'_>, input: &DecryptInput) -> Result<DecryptOutput, KmsFailure> {
        let found = input.source().key(ctx)?;
        found.key.usable()?;
        crypto::check_algorithm(input.encryption_algorithm.as_ref())?;
        let Some(blob) = &input.ciphertext_blob else { return Err(KmsError::DryRun.into()) };
        input.source().check_match(&found.key)?;
        let opened = material::decrypt(ctx, &found.key, &input.encryption_context, &blob.0)?;
        crypto::end_dry_run(input.dry_run)?;
        Ok(DecryptOutput {
            key_id: found.arn.to_string(),
            plaintext: Secret(opened.plain),
            encryption_algorithm: SYMMETRIC_DEFAULT,
            key_material_id: opened.material_id,
        })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &DecryptInput,
        output: Option<&DecryptOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        match output {
            Some(output) => {
                event::about_arn(ctx, parts, &output.key_id);
                event::material(parts, &output.key_material_id);
            }
            None => input.source().annotate(ctx, parts)?,
        }
        Ok(())
    }
}

impl DecryptInput {
    fn source(&self) -> CiphertextKey<'_> {
        CiphertextKey { key_id: self.key_id.as_deref(), blob: self.ciphertext_blob.as_ref() }
    }

    fn check(&self) -> Result<(), KmsError> {
        Checks::new()
            .ciphertext("ciphertextBlob", self.ciphertext_blob.as_ref())
            .grant_tokens(self.grant_tokens.as_ref())
            .optional_key_id("keyId", self.key_id.as_ref())
            .one_of("encryptionAlgorithm", self.encryption_algorithm.as_ref(), &crypto::ALGORITHMS)
            .modifiers(self.dry_run_modifiers.as_ref())
            .finish()?;
        self.source().check_present(self.dry_run, self.dry_run_modifiers.as_ref())?;
        crypto::check_context(&self.encryption_context)?;
        refuse_recipient(self.recipient.as_ref())
    }
}

impl Recorded for DecryptInput {
    fn recorded(&self) -> Value {
        let algorithm = self.encryption_algorithm.as_deref().unwrap_or(SYMMETRIC_DEFAULT);
        Shown::default()
            .text("keyId", self.key_id.as_deref())
            .context("encryptionContext", &self.encryption_context)
            .text("encryptionAlgorithm", Some(algorithm))
            .switch("dryRun", self.dry_run)
            .finish()
    }
}
