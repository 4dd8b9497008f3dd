//! `GenerateRandom`: random bytes without a key.
//!
//! Source: KMS API Reference, "`GenerateRandom`". Observed: its events have neither parameters nor
//! resources.

use gateway::{Access, Ctx, Fault, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::{Recipient, refuse_recipient};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::quiet::{Quiet, Recorded};
use crate::{Secret, rights};

#[derive(Debug)]
pub(crate) struct GenerateRandom;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateRandomInput {
    number_of_bytes: Option<i64>,
    custom_key_store_id: Option<String>,
    recipient: Option<Recipient>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateRandomOutput {
    plaintext: Secret,
}

impl Plain for GenerateRandom {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "GenerateRandom").brief();
    type Input = GenerateRandomInput;
    type Output = GenerateRandomOutput;
    type Error = KmsError;
    type Codec = Quiet;

    fn access(ctx: &mut Ctx<'_>, input: &GenerateRandomInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        Ok(vec![rights::plain(ctx, "kms:GenerateRandom", "*", Context::new())])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GenerateRandomInput,
    ) -> Result<GenerateRandomOutput, KmsFailure> {
        if let Some(id) = &input.custom_key_store_id {
            return Err(KmsError::no_key_store(id).into());
        }
        let bytes = input.number_of_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = bytes.ok_or_else(|| Fault::bug("the number of bytes was not checked"))?;
        let plain = keys::random_secret(ctx.entropy(), bytes)?;
        Ok(GenerateRandomOutput { plaintext: Secret(plain) })
    }
}

impl GenerateRandomInput {
    /// Observed: the text for a missing length.
    fn check(&self) -> Result<(), KmsError> {
        Checks::new()
            .range("numberOfBytes", self.number_of_bytes, 1..=1024)
            .length("customKeyStoreId", self.custom_key_store_id.as_ref(), 1..=64)
            .finish()?;
        if self.number_of_bytes.is_none() {
            return Err(KmsError::Validation("NumberOfBytes is required.".to_owned()));
        }
        refuse_recipient(self.recipient.as_ref())
    }
}

impl Recorded for GenerateRandomInput {
    fn recorded(&self) -> Value {
        Value::Null
    }
}
