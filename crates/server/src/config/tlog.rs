//! The settings of the transparency log.

use std::path::PathBuf;

use serde::Deserialize;
use tlog::{Purpose, VerifierKey, is_key_name};
use types::SECOND_MS;

use super::CheckpointsTo;
use crate::ConfigError;
use crate::transparency::WitnessUrl;

/// How the transparency log is called, and who cosigns it.
#[derive(Debug, Clone)]
pub struct TlogConfig {
    /// Milliseconds between two checkpoints.
    pub interval_ms: u64,
    /// The log's name; made from its key if absent.
    pub origin: Option<String>,
    /// Who is asked to cosign.
    pub witnesses: Vec<Witness>,
    /// How many must have cosigned a checkpoint before it is published; all if absent.
    pub cosignatures_min: Option<usize>,
    /// Certificates to trust in place of the system's, in PEM.
    pub ca_bundle: Option<PathBuf>,
    /// Where published checkpoints are put, too.
    pub checkpoints_to: CheckpointsTo,
}

/// A witness of the transparency log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Where it is asked.
    pub url: WitnessUrl,
    /// What verifies its cosignatures.
    pub key: VerifierKey,
}

impl Default for TlogConfig {
    fn default() -> Self {
        Self {
            interval_ms: 5 * SECOND_MS,
            origin: None,
            witnesses: Vec::new(),
            cosignatures_min: None,
            ca_bundle: None,
            checkpoints_to: CheckpointsTo::default(),
        }
    }
}

/// A table `[[tlog_witnesses]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WitnessTable {
    url: String,
    key: String,
}

impl WitnessTable {
    pub(super) fn parse(&self) -> Result<Witness, ConfigError> {
        let url = WitnessUrl::parse(&self.url).map_err(ConfigError)?;
        match VerifierKey::parse(&self.key) {
            Ok(key) if key.purpose() == Purpose::Witness => Ok(Witness { url, key }),
            _ => {
                let text = &self.key;
                let text =
                    format!("`{text}` is not a witness's key, as `shoseki witness` prints it");
                Err(ConfigError(text))
            }
        }
    }
}

impl TlogConfig {
    /// How many cosignatures a published checkpoint has.
    pub(crate) fn cosignatures_min(&self) -> usize {
        self.cosignatures_min.unwrap_or(self.witnesses.len())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if let Some(origin) = self.origin.as_deref().filter(|origin| !is_key_name(origin)) {
            let text = "must have at most 255 bytes, and neither spaces nor `+`";
            return Err(ConfigError(format!("`tlog_origin` is `{origin}`: it {text}")));
        }
        self.checkpoints_to.bucket()?;
        if self.cosignatures_min() > self.witnesses.len() {
            let text = "`tlog_cosignatures_min` exceeds the number of `tlog_witnesses`";
            return Err(ConfigError(text.to_owned()));
        }
        for (at, witness) in self.witnesses.iter().enumerate() {
            let name = witness.key.name();
            if self.witnesses.iter().take(at).any(|other| other.key.name() == name) {
                return Err(ConfigError(format!("two witnesses are called `{name}`")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "witness.example+d0ae6dfb+BEqBZLGEAn6b8CWAANnxsgSHPjk2kpzmqlY0K8HJ2ZY6";

    fn check(url: &str, key: &str) -> Result<Witness, ConfigError> {
        WitnessTable { url: url.to_owned(), key: key.to_owned() }.parse()
    }

    /// A witness has an address and a key of its own kind; names are not shared.
    #[test]
    fn witnesses_are_checked() {
        let key = tlog::Signer::new(
            "witness.example",
            Purpose::Witness,
            keys::ed25519::SigningKey::from_seed(keys::SecretBytes::new(vec![1; 32])).unwrap(),
        );
        let key = key.unwrap().verifier().to_string();
        let witness = check("https://witness.example/w", &key).unwrap();
        for (url, key) in [("witness.example", key.as_str()), ("http://w", "w"), ("http://w", KEY)]
        {
            assert!(check(url, key).is_err(), "{url} {key}");
        }
        let one = TlogConfig { witnesses: vec![witness.clone()], ..TlogConfig::default() };
        assert_eq!((one.check(), one.cosignatures_min()), (Ok(()), 1));
        let too_many = TlogConfig { cosignatures_min: Some(2), ..one.clone() };
        assert!(too_many.check().is_err());
        let twice = TlogConfig { witnesses: vec![witness.clone(), witness], ..one.clone() };
        assert!(twice.check().unwrap_err().0.contains("`witness.example`"));
        let spaced = TlogConfig { origin: Some("a b".to_owned()), ..one };
        assert!(spaced.check().is_err());
    }
}
