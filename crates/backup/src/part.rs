//! Objects of a backup: their lengths and hashes.

use std::fmt;
use std::io::Read;

use keys::{Sha256, sha256};
use serde::{Deserialize, Serialize};
use types::{hex, hex_decode};

use crate::BackupError;

/// A SHA-256, as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Hash(pub(crate) [u8; 32]);

impl Hash {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = hex_decode(text)?;
        bytes.as_array().copied().map(Self)
    }

    /// Enough of it to distinguish the names of two objects.
    pub(crate) fn short(self) -> String {
        hex(&self.0).chars().take(16).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Hash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no hash"))
    }
}

/// An object of the backup: its length and hash. Its name is made of what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) len: u64,
    pub(crate) sha256: Hash,
}

impl Part {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { len: u64::try_from(bytes.len()).unwrap_or(u64::MAX), sha256: Hash::of(bytes) }
    }
}

/// The hash of all that `from` has to read.
pub(crate) fn hash_of(from: &mut dyn Read) -> Result<Hash, BackupError> {
    let (mut hash, mut step) = (Sha256::new(), vec![0; 256 << 10]);
    loop {
        let len = from.read(&mut step)?;
        if len == 0 {
            return Ok(Hash(hash.finish()));
        }
        hash.update(step.split_at(len.min(step.len())).0);
    }
}
