//! RSA keys for signed digest files: 2048 bits, PKCS #1 v1.5, SHA-256.
//!
//! Source: `CloudTrail` User Guide, "`CloudTrail` digest file structure": `SHA256withRSA`.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaParameters,
    UnparsedPublicKey,
};

use crate::{KeyError, SecretBytes};

/// 2048 to 8192 bits; less is not a signature any more.
const VERIFICATION: &RsaParameters = &RSA_PKCS1_2048_8192_SHA256;

/// A private key that signs.
pub struct RsaKey {
    pair: RsaKeyPair,
    pkcs8: SecretBytes,
}

impl RsaKey {
    /// Generates a key. Takes about 0.2 s: call it outside any transaction.
    ///
    /// The library draws the randomness itself, so not even a seeded test sees the same key twice.
    pub fn generate_2048() -> Result<Self, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Library)?;
        Self::new(pair)
    }

    /// The key of a PKCS #8 document.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        Self::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::UnusableKey)?)
    }

    /// The PKCS #8 document, to be sealed.
    pub fn to_pkcs8(&self) -> SecretBytes {
        self.pkcs8.copy()
    }

    /// The signature of `message`: the same bytes each time.
    ///
    /// Errors when the library runs out of memory.
    pub fn sign_pkcs1_sha256(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        sign(&self.pair, message)
    }

    /// The public key as PKCS #1 DER (`RSAPublicKey`), the form that `ListPublicKeys` shows.
    pub fn public_pkcs1_der(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    /// INVARIANT: a key that is here has signed once, and the signature was good.
    fn new(pair: RsaKeyPair) -> Result<Self, KeyError> {
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Library)?;
        let pkcs8 = SecretBytes::new(pkcs8.as_ref().to_vec());
        let signature = sign(&pair, b"self test")?;
        if !verify_pkcs1_sha256(pair.public_key().as_ref(), b"self test", &signature) {
            return Err(KeyError::UnusableKey);
        }
        Ok(Self { pair, pkcs8 })
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey")
    }
}

/// Whether `signature` is a valid signature of `message` by the key with the given PKCS #1 DER.
pub fn verify_pkcs1_sha256(pkcs1_der: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(VERIFICATION, pkcs1_der).verify(message, signature).is_ok()
}

fn sign(pair: &RsaKeyPair, message: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut signature = vec![0; pair.public_modulus_len()];
    // The padding has no randomness; the library ignores the generator.
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
        .map_err(|_| KeyError::Library)?;
    Ok(signature)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// Created with OpenSSL 3.0: `openssl dgst -sha256 -sign`, `openssl rsa -RSAPublicKey_out`.
    const PUBLIC: &str = concat!(
        "MIIBCgKCAQEAol6miZ69ygGeO8XZCwsucAxd5yYFs2hKL0O6FJBVEhTJ0pqwJ4qXirLlmr99Y2rNM6TumER7BCsv",
        "ULZSVAKXrJbfgcMwmdV4FbivMsdy8+Ni4gHlk9z736Sz9A8AfwV9TaUkwg60aYEQNWRnw/fzwbUl0+L7i9t6VMsK",
        "n+sXY545brp/QZSE01S3pPuMwW2dIO1ZJOb2EpJPzH1RiWa6aGvykBp5zlH0erQ6kOh371GkJsMrJcfhu91q1Q6U",
        "Q6NrKAG5vHywd984XBmU5rsHhWMYjfx3W5y9jv/poba4Yx3XpjDBZPlyi56fZGX41ZUTAUVSlNH4YCrjMuml6tWZ",
        "ZQIDAQAB",
    );
    const SIGNATURE: &str = concat!(
        "MVJDWJwS/iWO5PXZH/yLd+TC3vhqPcA6xbEWuITfz0iPLuF0HFE0eVw9ghLXBfuFZc+RL0Iq8KZp22C/3Hyy+vTE",
        "p/7KMc1KBgjKJw4M4d6wUnF+E6BcXF+u15C2YdmG1aZRC7yk8hSG8SsDPPCkRVlfAUlPB5nkeUPbD2lg3x14BbaO",
        "mLvKcDAR0AtG7yWXEfO3lgYNNq2VHqsvJpYF1rLWDvSNWS5h4B7HyX3q3Cjxu9GW5exSEbtjVlKJx/UsLp/0gK1y",
        "TqqsRqH6IwJFiVPGCvMTVHb/qSqBIXoRc+0hBvtU/lXHVJ3foaIYE0yhmogkswHpjv99dr1ESe5Esw==",
    );
    /// Likewise, with 1024 bits.
    const SHORT_PUBLIC: &str = concat!(
        "MIGJAoGBAM4FNoCr7uCDznqgxaZLbD5Fth7gZDNnnLkSsnStpw4tpwJ3iN5CURfbR25/de0fEns/hl/gLJn/F7Qq",
        "i+jj1GPf+KR8ID9o2/vHlL0d2tgjrRjhvWc0CwCvKGqjIMqqHEw0zdUFH/klUziCr1WJgkVGfCfSxi29xjEeTpXa",
        "pJJvAgMBAAE=",
    );
    const SHORT_SIGNATURE: &str = concat!(
        "GzARNbT4M/LVLueyg6g1kB9TnGIT4XB3cOwnI/DCVK9rEuOQ+v0YKvCdOe3X6utYdaWwCMUFhO6e+MVRvpXEOWH4",
        "ClpGzCgs4tslGh7TINPZeW1mSmhbgC9PkGdudYVlytanCwpevYHprfXvfIRbPrUthm1TrEk5fkUqUJmEbeM=",
    );
    const MESSAGE: &[u8] = b"a digest file";

    fn bytes(text: &str) -> Vec<u8> {
        STANDARD.decode(text).unwrap()
    }

    #[test]
    fn a_signature_by_openssl_is_good() {
        assert!(verify_pkcs1_sha256(&bytes(PUBLIC), MESSAGE, &bytes(SIGNATURE)));
    }

    #[test]
    fn a_changed_signature_message_or_key_is_not() {
        let (public, signature) = (bytes(PUBLIC), bytes(SIGNATURE));
        for at in 0..signature.len() {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert!(!verify_pkcs1_sha256(&public, MESSAGE, &changed), "{at}");
        }
        for at in 0..public.len() {
            let mut changed = public.clone();
            changed[at] ^= 1;
            assert!(!verify_pkcs1_sha256(&changed, MESSAGE, &signature), "{at}");
        }
        assert!(!verify_pkcs1_sha256(&public, b"another file", &signature));
    }

    #[test]
    fn hostile_lengths_of_signature_and_key_are_not() {
        let (public, signature) = (bytes(PUBLIC), bytes(SIGNATURE));
        for len in [0, 1, 128, 255] {
            assert!(!verify_pkcs1_sha256(&public, MESSAGE, &signature[..len]), "{len}");
            assert!(!verify_pkcs1_sha256(&public[..len], MESSAGE, &signature), "{len}");
        }
        let longer = [signature.clone(), vec![0]].concat();
        assert!(!verify_pkcs1_sha256(&public, MESSAGE, &longer));
        let longer = [public, vec![0]].concat();
        assert!(!verify_pkcs1_sha256(&longer, MESSAGE, &signature));
    }

    #[test]
    fn a_key_of_1024_bits_proves_nothing() {
        let (public, signature) = (bytes(SHORT_PUBLIC), bytes(SHORT_SIGNATURE));
        assert!(!verify_pkcs1_sha256(&public, MESSAGE, &signature));
    }

    #[test]
    fn a_key_signs_alike_after_it_was_stored() {
        let key = RsaKey::generate_2048().unwrap();
        let stored = RsaKey::from_pkcs8(key.to_pkcs8().as_bytes()).unwrap();
        let signature = key.sign_pkcs1_sha256(MESSAGE).unwrap();
        assert_eq!(signature.len(), 256);
        assert_eq!(signature, stored.sign_pkcs1_sha256(MESSAGE).unwrap());
        assert_eq!(key.public_pkcs1_der(), stored.public_pkcs1_der());
        assert!(verify_pkcs1_sha256(&key.public_pkcs1_der(), MESSAGE, &signature));
        assert!(stored.to_pkcs8().equals(&key.to_pkcs8()));
        assert_eq!(format!("{key:?}"), "RsaKey");
    }

    #[test]
    fn invalid_private_keys_are_rejected() {
        let pkcs8 = RsaKey::generate_2048().unwrap().to_pkcs8();
        let pkcs8 = pkcs8.as_bytes();
        let public = bytes(PUBLIC);
        for (name, bytes) in [
            ("empty", [].as_slice()),
            ("cut", &pkcs8[..pkcs8.len() - 1]),
            ("half", &pkcs8[..pkcs8.len() / 2]),
            ("public key", &public),
            ("zeros", &[0; 1200]),
            ("endless length", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
        ] {
            assert_eq!(RsaKey::from_pkcs8(bytes).err(), Some(KeyError::UnusableKey), "{name}");
        }
    }
}
