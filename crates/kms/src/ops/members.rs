//! Members, inputs and outputs that several operations share.

use serde::{Deserialize, Serialize};

use crate::checks::Checks;
use crate::{Blob, KmsError};

/// The input of operations that need a key and no more.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_id: Option<String>,
}

impl KeyInput {
    pub(super) fn check(&self) -> Result<(), KmsError> {
        Checks::new().key_id("keyId", self.key_id.as_ref()).finish()
    }

    pub(super) fn key_id(&self) -> &str {
        named(self.key_id.as_ref())
    }
}

/// The output of operations that only name the key again, by its ARN.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyOutput {
    pub(crate) key_id: String,
}

/// The output of operations that return nothing.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Nothing {}

/// The parameter that requests a response for a Nitro enclave. Attestation documents cannot be
/// verified here, so every request that has one is rejected.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Recipient {
    /// `RSAES_OAEP_SHA_256`
    pub key_encryption_algorithm: Option<String>,
    /// The statement that the enclave makes about itself.
    pub attestation_document: Option<Blob>,
}

/// A name that the model requires; it was checked to be there.
pub(super) fn named(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// Refuses to encrypt for enclaves.
pub(super) fn refuse_recipient(recipient: Option<&Recipient>) -> Result<(), KmsError> {
    match recipient {
        Some(_) => Err(KmsError::absent("Recipient")),
        None => Ok(()),
    }
}
