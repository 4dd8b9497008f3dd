use std::fmt;

use types::{Entropy, EntropyError};

use crate::derive::derive;
use crate::locked::Locked;
use crate::{KeyError, SecretBytes};

/// The root key's length, as AES-256 and HMAC-SHA-256 require.
pub(crate) const ROOT_KEY_BYTES: usize = 32;

/// The key above all others. Lives in memory only; at rest it is in one of the [`sealer`] forms.
///
/// If the operator loses it, everything sealed is lost. Its memory is locked where the system
/// allows it, and wiped when dropped.
///
/// [`sealer`]: crate::sealer
pub struct RootKey(Locked<ROOT_KEY_BYTES>);

impl RootKey {
    /// A new random key.
    pub fn generate(entropy: &Entropy) -> Result<Self, EntropyError> {
        let mut key = Locked::zeroed();
        entropy.fill(key.as_mut_bytes())?;
        Ok(Self(key))
    }

    /// The key of these 32 bytes; `None` for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != ROOT_KEY_BYTES {
            return None;
        }
        let mut key = Locked::zeroed();
        key.as_mut_bytes().copy_from_slice(bytes);
        Some(Self(key))
    }

    /// The 32 bytes, for a sealer to seal.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether the system keeps the key out of swap space.
    pub fn is_locked(&self) -> bool {
        self.0.is_locked()
    }

    /// A name for the key that reveals nothing about it.
    pub fn id(&self) -> Result<String, KeyError> {
        let derived = derive(self.as_bytes(), "shoseki root key id", &[])?;
        Ok(types::hex(derived.as_bytes().get(..16).unwrap_or_default()))
    }

    /// The key of authentication codes over what names a data directory.
    pub fn identity_key(&self) -> Result<SecretBytes, KeyError> {
        derive(self.as_bytes(), "shoseki identity", &[])
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_32_bytes_are_a_root_key() {
        for len in [0, 16, 31, 33, 64] {
            assert!(RootKey::from_bytes(&vec![7; len]).is_none(), "{len}");
        }
        assert_eq!(RootKey::from_bytes(&[7; 32]).unwrap().as_bytes(), [7; 32]);
    }

    #[test]
    fn a_root_key_is_never_printed_and_its_id_is_its_own() {
        let (one, two) = (RootKey::from_bytes(&[7; 32]), RootKey::from_bytes(&[8; 32]));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(format!("{one:?}"), "RootKey");
        assert_eq!(one.id().unwrap().len(), 32);
        assert_eq!(one.id(), one.id());
        assert_ne!(one.id(), two.id());
    }
}
