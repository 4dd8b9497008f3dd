use std::fmt;

use types::EntropyError;

/// Why a key or a ciphertext could not be created or opened. Contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// The keyring was wrapped under another root key.
    WrongRootKey,
    /// The passphrase is wrong, or the sealed root key was damaged: the two cannot be
    /// distinguished.
    WrongPassphrase,
    /// An empty passphrase protects nothing.
    EmptyPassphrase,
    /// The bytes are not of the expected form, or of a version unknown here.
    Malformed,
    /// Something was changed: the ciphertext, its context, its place, or the key.
    NotAuthentic,
    /// The epoch's key is not in the keyring, for example because it was destroyed.
    UnknownEpoch(u32),
    /// Key material of the wrong length or kind, or inconsistent in itself.
    UnusableKey,
    /// More plaintext, context or epochs than the format can express.
    TooLong,
    /// The operating system gave no random bytes.
    Entropy(EntropyError),
    /// The cryptographic library failed where it fails only for lack of memory.
    Library,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongRootKey => f.write_str("the keyring was wrapped under another root key"),
            Self::WrongPassphrase => {
                f.write_str("wrong passphrase, or the sealed root key is damaged")
            }
            Self::EmptyPassphrase => f.write_str("the passphrase is empty"),
            Self::Malformed => f.write_str("not a form of key or ciphertext known here"),
            Self::NotAuthentic => f.write_str("the ciphertext does not match its key and context"),
            Self::UnknownEpoch(epoch) => write!(f, "the keyring has no epoch `{epoch}`"),
            Self::UnusableKey => f.write_str("the key material is not usable"),
            Self::TooLong => f.write_str("too long for the format"),
            Self::Entropy(error) => error.fmt(f),
            Self::Library => f.write_str("the cryptographic library failed"),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<EntropyError> for KeyError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}
