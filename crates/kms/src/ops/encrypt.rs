//! `Encrypt`: up to 4096 bytes under a key.
//!
//! Source: KMS API Reference, "`Encrypt`".

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::named;
use crate::checks::Checks;
use crate::condition_keys::EncryptionContext;
use crate::crypto::{self, Shown};
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::quiet::{Quiet, Recorded};
use crate::rights;
use crate::{Blob, SYMMETRIC_DEFAULT, Secret, event, grants, material, resolve};

/// The operation.
#[derive(Debug)]
pub struct Encrypt;

/// The input of [`Encrypt`].
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EncryptInput {
    /// An id, an alias, or the ARN of either.
    pub key_id: Option<String>,
    /// 1 to 4096 bytes.
    pub plaintext: Option<Secret>,
    /// Must be the same when decrypting.
    #[serde(default, deserialize_with = "crypto::maybe_map")]
    pub encryption_context: EncryptionContext,
    /// Tokens of grants.
    pub grant_tokens: Option<Vec<String>>,
    /// `SYMMETRIC_DEFAULT`
    pub encryption_algorithm: Option<String>,
    /// Whether to check only.
    pub dry_run: Option<bool>,
}

/// The output of [`Encrypt`].
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EncryptOutput {
    /// The ciphertext; it names its key.
    pub ciphertext_blob: Blob,
    /// The key's ARN.
    pub key_id: String,
    /// `SYMMETRIC_DEFAULT`
    pub encryption_algorithm: &'static str,
    /// The material that was used; events contain it, the response does not.
    #[serde(skip)]
    pub key_material_id: String,
}

impl Plain for Encrypt {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "Encrypt").brief();
    type Input = EncryptInput;
    type Output = EncryptOutput;
    type Error = KmsError;
    type Codec = Quiet;

    fn access(ctx: &mut Ctx<'_>, input: &EncryptInput) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, tokens) = (input.key_id.as_ref(), input.grant_tokens.as_ref());
        Checks::new()
            .key_id("keyId", key_id)
            .required("plaintext", input.plaintext.as_ref())
            .plaintext("plaintext", input.plaintext.as_ref())
            .grant_tokens(tokens)
            .one_of("encryptionAlgorithm", input.encryption_algorithm.as_ref(), &crypto::ALGORITHMS)
            .finish()?;
        crypto::check_context(&input.encryption_context)?;
        grants::check_tokens(ctx, tokens)?;
        let terms = rights::of_encryption(&input.encryption_context);
        rights::on_named_key(ctx, "kms:Encrypt", key_id, Scope::Aliased, terms)
    }

    fn run(ctx: &mut Ctx<'_>, input: &EncryptInput) -> Result<EncryptOutput, KmsFailure> {
        let found = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Aliased)?;
        found.key.usable()?;
        crypto::check_algorithm(input.encryption_algorithm.as_ref())?;
        crypto::end_dry_run(input.dry_run)?;
        let plain = input.plaintext.as_ref().map_or(&[][..], Secret::expose);
        let blob = material::encrypt(ctx, &found.key, &input.encryption_context, plain)?;
        Ok(EncryptOutput {
            ciphertext_blob: blob,
            key_id: found.arn.to_string(),
            encryption_algorithm: SYMMETRIC_DEFAULT,
            key_material_id: found.key.material_id,
        })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &EncryptInput,
        output: Option<&EncryptOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        match output {
            Some(output) => {
                event::about_arn(ctx, parts, &output.key_id);
                event::material(parts, &output.key_material_id);
            }
            None => event::about_named(ctx, parts, input.key_id.as_ref())?,
        }
        Ok(())
    }
}

impl Recorded for EncryptInput {
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
