//! What the cryptographic operations share.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::SYMMETRIC_DEFAULT;
use crate::condition_keys::EncryptionContext;
use crate::error::KmsError;

/// The encryption algorithms of KMS.
pub(crate) const ALGORITHMS: [&str; 4] =
    [SYMMETRIC_DEFAULT, "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"];
/// What lets the dry run of a decryption do without ciphertext.
pub(crate) const DRY_RUN_MODIFIERS: [&str; 1] = ["IGNORE_CIPHERTEXT"];

/// Bytes of an encryption context, names and values together. The limit is our own: neither the model
/// nor the quotas of KMS have one.
const CONTEXT_BYTES_MAX: usize = 8_192;

/// Refuses contexts that are too large or have a pair without a name, which no policy could name.
pub(crate) fn check_context(context: &EncryptionContext) -> Result<(), KmsError> {
    let bytes: usize = context.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > CONTEXT_BYTES_MAX {
        let text = format!("EncryptionContext exceeds {CONTEXT_BYTES_MAX} bytes.");
        return Err(KmsError::Validation(text));
    }
    if context.contains_key("") {
        let text = "EncryptionContext must not have empty keys.".to_owned();
        return Err(KmsError::Validation(text));
    }
    Ok(())
}

/// Refuses algorithms of asymmetric keys.
///
/// Observed: the text, of another algorithm and spec.
pub(crate) fn check_algorithm(algorithm: Option<&String>) -> Result<(), KmsError> {
    match algorithm.filter(|name| *name != SYMMETRIC_DEFAULT) {
        None => Ok(()),
        Some(name) => Err(KmsError::InvalidKeyUsage(format!(
            "Algorithm {name} is incompatible with key spec {SYMMETRIC_DEFAULT}."
        ))),
    }
}

/// Ends a dry run whose checks have all passed.
pub(crate) fn end_dry_run(dry_run: Option<bool>) -> Result<(), KmsError> {
    if dry_run == Some(true) { Err(KmsError::DryRun) } else { Ok(()) }
}

/// A map that may be absent or null.
pub(crate) fn maybe_map<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<EncryptionContext, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Builds what events show of a request: members that are absent stay absent.
#[derive(Debug, Default)]
pub(crate) struct Shown(Map<String, Value>);

impl Shown {
    /// A text.
    pub(crate) fn text(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), json!(value));
        }
        self
    }

    /// A number.
    pub(crate) fn number(mut self, name: &str, value: Option<i64>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), json!(value));
        }
        self
    }

    /// A switch.
    pub(crate) fn switch(mut self, name: &str, value: Option<bool>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), json!(value));
        }
        self
    }

    /// An encryption context: no secret, and logged in clear.
    pub(crate) fn context(mut self, name: &str, pairs: &EncryptionContext) -> Self {
        if !pairs.is_empty() {
            self.0.insert(name.to_owned(), json!(pairs));
        }
        self
    }

    /// The whole; null if there is nothing to show.
    pub(crate) fn finish(self) -> Value {
        if self.0.is_empty() { Value::Null } else { Value::Object(self.0) }
    }
}
