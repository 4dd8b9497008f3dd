//! `GenerateDataKey` and `GenerateDataKeyWithoutPlaintext`: a fresh key, encrypted under a KMS key.
//!
//! Source: KMS API Reference.

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::{Recipient, named, refuse_recipient};
use crate::checks::Checks;
use crate::condition_keys::EncryptionContext;
use crate::crypto::{self, Shown};
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::quiet::{Quiet, Recorded};
use crate::rights;
use crate::{Blob, Secret, event, grants, material, resolve};

/// The operation.
#[derive(Debug)]
pub struct GenerateDataKey;

/// The same without the plaintext in the response.
#[derive(Debug)]
pub struct GenerateDataKeyWithoutPlaintext;

/// The input of both operations.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GenerateDataKeyInput {
    /// An id, an alias, or the ARN of either.
    pub key_id: Option<String>,
    /// Must be the same when decrypting.
    #[serde(default, deserialize_with = "crypto::maybe_map")]
    pub encryption_context: EncryptionContext,
    /// 1 to 1024; either this or `key_spec`.
    pub number_of_bytes: Option<i64>,
    /// `AES_256` or `AES_128`.
    pub key_spec: Option<String>,
    /// Tokens of grants.
    pub grant_tokens: Option<Vec<String>>,
    /// Refused.
    pub recipient: Option<Recipient>,
    /// Whether only to check permissions and parameters.
    pub dry_run: Option<bool>,
}

/// The output of [`GenerateDataKey`].
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GenerateDataKeyOutput {
    /// The data key, encrypted.
    pub ciphertext_blob: Blob,
    /// The data key.
    pub plaintext: Secret,
    /// The KMS key's ARN.
    pub key_id: String,
    /// The material that was used.
    pub key_material_id: String,
}

/// The output of [`GenerateDataKeyWithoutPlaintext`].
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GenerateDataKeyWithoutPlaintextOutput {
    /// The data key, encrypted.
    pub ciphertext_blob: Blob,
    /// The KMS key's ARN.
    pub key_id: String,
    /// The material that was used.
    pub key_material_id: String,
}

impl Plain for GenerateDataKey {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "GenerateDataKey").brief();
    type Input = GenerateDataKeyInput;
    type Output = GenerateDataKeyOutput;
    type Error = KmsError;
    type Codec = Quiet;

    fn access(ctx: &mut Ctx<'_>, input: &GenerateDataKeyInput) -> Result<Vec<Access>, KmsFailure> {
        access(ctx, "kms:GenerateDataKey", input)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GenerateDataKeyInput,
    ) -> Result<GenerateDataKeyOutput, KmsFailure> {
        generate(ctx, input)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &GenerateDataKeyInput,
        output: Option<&GenerateDataKeyOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        let used = output.map(|output| (output.key_id.as_str(), output.key_material_id.as_str()));
        annotate(ctx, input, used, parts)
    }
}

impl Plain for GenerateDataKeyWithoutPlaintext {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "GenerateDataKeyWithoutPlaintext").brief();
    type Input = GenerateDataKeyInput;
    type Output = GenerateDataKeyWithoutPlaintextOutput;
    type Error = KmsError;
    type Codec = Quiet;

    fn access(ctx: &mut Ctx<'_>, input: &GenerateDataKeyInput) -> Result<Vec<Access>, KmsFailure> {
        access(ctx, "kms:GenerateDataKeyWithoutPlaintext", input)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GenerateDataKeyInput,
    ) -> Result<GenerateDataKeyWithoutPlaintextOutput, KmsFailure> {
        let GenerateDataKeyOutput { ciphertext_blob, key_id, key_material_id, .. } =
            generate(ctx, input)?;
        Ok(GenerateDataKeyWithoutPlaintextOutput { ciphertext_blob, key_id, key_material_id })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &GenerateDataKeyInput,
        output: Option<&GenerateDataKeyWithoutPlaintextOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        let used = output.map(|output| (output.key_id.as_str(), output.key_material_id.as_str()));
        annotate(ctx, input, used, parts)
    }
}

fn access(
    ctx: &mut Ctx<'_>,
    action: &str,
    input: &GenerateDataKeyInput,
) -> Result<Vec<Access>, KmsFailure> {
    input.check()?;
    grants::check_tokens(ctx, input.grant_tokens.as_ref())?;
    let terms = rights::of_encryption(&input.encryption_context);
    rights::on_named_key(ctx, action, input.key_id.as_ref(), Scope::Aliased, terms)
}

fn generate(
    ctx: &mut Ctx<'_>,
    input: &GenerateDataKeyInput,
) -> Result<GenerateDataKeyOutput, KmsFailure> {
    let found = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Aliased)?;
    found.key.usable()?;
    crypto::end_dry_run(input.dry_run)?;
    let plain = keys::random_secret(ctx.entropy(), input.bytes()?)?;
    let context = &input.encryption_context;
    Ok(GenerateDataKeyOutput {
        ciphertext_blob: material::encrypt(ctx, &found.key, context, plain.as_bytes())?,
        plaintext: Secret(plain),
        key_id: found.arn.to_string(),
        key_material_id: found.key.material_id,
    })
}

fn annotate(
    ctx: &Ctx<'_>,
    input: &GenerateDataKeyInput,
    used: Option<(&str, &str)>,
    parts: &mut EventParts,
) -> Result<(), Fault> {
    match used {
        Some((key_id, material_id)) => {
            event::about_arn(ctx, parts, key_id);
            event::material(parts, material_id);
        }
        None => event::about_named(ctx, parts, input.key_id.as_ref())?,
    }
    Ok(())
}

impl GenerateDataKeyInput {
    /// Assumed, after moto: the text when neither or both sizes are given.
    fn check(&self) -> Result<(), KmsError> {
        Checks::new()
            .key_id("keyId", self.key_id.as_ref())
            .range("numberOfBytes", self.number_of_bytes, 1..=1024)
            .one_of("keySpec", self.key_spec.as_ref(), &["AES_256", "AES_128"])
            .grant_tokens(self.grant_tokens.as_ref())
            .finish()?;
        if self.number_of_bytes.is_some() == self.key_spec.is_some() {
            let text = "Please specify either number of bytes or key spec.".to_owned();
            return Err(KmsError::Validation(text));
        }
        crypto::check_context(&self.encryption_context)?;
        refuse_recipient(self.recipient.as_ref())
    }

    fn bytes(&self) -> Result<usize, Fault> {
        // A key without bytes would encrypt nothing.
        let unchecked = |cause| Fault::bug("the number of bytes was not checked").because(cause);
        match (self.number_of_bytes, self.key_spec.as_deref()) {
            (Some(bytes), _) => usize::try_from(bytes).map_err(unchecked),
            (None, Some("AES_128")) => Ok(16),
            (None, _) => Ok(32),
        }
    }
}

impl Recorded for GenerateDataKeyInput {
    fn recorded(&self) -> Value {
        Shown::default()
            .text("keyId", self.key_id.as_deref())
            .text("keySpec", self.key_spec.as_deref())
            .number("numberOfBytes", self.number_of_bytes)
            .context("encryptionContext", &self.encryption_context)
            .switch("dryRun", self.dry_run)
            .finish()
    }
}
