//! Ed25519 signatures (RFC 8032): of the transparency log's checkpoints and of its witnesses.

use std::fmt;

use aws_lc_rs::signature::{self, KeyPair, UnparsedPublicKey};
use types::Entropy;

use crate::{KeyError, SecretBytes, random_secret};

/// The length of a seed, which is the private key.
const SEED_BYTES: usize = 32;
/// The length of a public key.
pub const PUBLIC_BYTES: usize = 32;
/// The length of a signature.
const SIGNATURE_BYTES: usize = 64;

/// A private key that signs.
pub struct SigningKey {
    seed: SecretBytes,
    pair: signature::Ed25519KeyPair,
    public: [u8; PUBLIC_BYTES],
}

impl SigningKey {
    /// A new random key.
    pub fn generate(entropy: &Entropy) -> Result<Self, KeyError> {
        Self::from_seed(random_secret(entropy, SEED_BYTES)?)
    }

    /// The key of a seed of 32 bytes.
    pub fn from_seed(seed: SecretBytes) -> Result<Self, KeyError> {
        let pair = signature::Ed25519KeyPair::from_seed_unchecked(seed.as_bytes());
        let pair = pair.map_err(|_| KeyError::UnusableKey)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| KeyError::Library)?;
        Ok(Self { seed, pair, public })
    }

    /// The seed, to be sealed.
    pub fn seed(&self) -> &SecretBytes {
        &self.seed
    }

    /// The public key.
    pub fn public(&self) -> [u8; PUBLIC_BYTES] {
        self.public
    }

    /// The signature of a message.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], KeyError> {
        self.pair.sign(message).as_ref().try_into().map_err(|_| KeyError::Library)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// Whether this key signed this message.
pub fn verifies(public: &[u8; PUBLIC_BYTES], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&signature::ED25519, public).verify(message, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::{hex, hex_decode};

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn known_answer() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let key = SigningKey::from_seed(SecretBytes::new(hex_decode(seed).unwrap())).unwrap();
        let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(hex(&key.public()), public);
        let signature = key.sign(&[0x72]).unwrap();
        assert_eq!(
            hex(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(verifies(&key.public(), &[0x72], &signature));
        assert!(!verifies(&key.public(), &[0x73], &signature));
        assert!(!verifies(&key.public(), &[0x72], &signature[1..]));
        assert!(!verifies(&[0; 32], &[0x72], &signature));
    }

    #[test]
    fn a_seed_has_32_bytes_and_is_not_printed() {
        for len in [0, 31, 33] {
            assert!(SigningKey::from_seed(SecretBytes::new(vec![7; len])).is_err(), "{len}");
        }
        let key = SigningKey::from_seed(SecretBytes::new(vec![7; 32])).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey");
    }
}
