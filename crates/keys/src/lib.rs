//! Cryptography under plain names; the only crate that depends on the cryptographic library.
//!
//! Bytes in, bytes out: no files, no clock, and randomness only from the caller's
//! [`Entropy`](types::Entropy). Two exceptions: the library draws its own randomness to generate an
//! RSA key, and the root key requests memory from the system that is not swapped out. No
//! cryptography is designed here; constructions come from NIST and from AWS's descriptions of KMS,
//! primitives from aws-lc.
//!
//! ```text
//! sealer ─opens─> RootKey ─wraps─> Keyring: one random key per epoch
//!                                     └─derives─> a key per Domain
//!                                                   └─seals─> KMS backing keys, secrets, ...
//! KMS backing key + salt ─derives─> the key of one ciphertext    (blob)
//! bucket key + salt ─derives─> object key ─seals─> frames        (frames)
//! epoch key + salt ─derives─> the key of a stretch of the log    (stretch)
//! ```
//!
//! Reading order: [`SecretBytes`] and [`RootKey`]; [`sealer`], how the root key rests; [`Keyring`]
//! and [`Domain`], how everything else rests; [`blob`], KMS ciphertexts; [`frames`], object bodies;
//! [`stretch`], the log; [`rsa`], signed digests; [`ed25519`], checkpoints; [`password`], users'
//! secrets; [`sha256`] and its neighbours.
//!
//! ```
//! use keys::{Domain, Keyring, RootKey};
//! use types::Entropy;
//! # fn main() -> Result<(), keys::KeyError> {
//! let entropy = Entropy::system();
//! let root = RootKey::generate(&entropy)?;
//! let (keyring, wrapped) = Keyring::create(&root, &entropy)?;
//! let sealed = keyring.seal(Domain::AccessKey, &[b"AKIAEXAMPLE"], b"secret", &entropy)?;
//!
//! let reopened = Keyring::unlock(&root, &wrapped)?;
//! let secret = reopened.open(Domain::AccessKey, &[b"AKIAEXAMPLE"], &sealed)?;
//! assert_eq!(secret.as_bytes(), b"secret");
//! assert!(reopened.open(Domain::AccessKey, &[b"AKIAANOTHER"], &sealed).is_err());
//! # Ok(())
//! # }
//! ```

pub mod blob;
mod derive;
mod digest;
mod domain;
pub mod ed25519;
mod encoding;
mod error;
pub mod frames;
mod gcm;
mod keyring;
mod locked;
pub mod password;
mod root_key;
mod rows;
pub mod rsa;
pub mod sealer;
mod secret;
pub mod stretch;
mod wrapped;

pub use digest::{Md5, Sha1, Sha256, equal_in_constant_time, hmac_sha1, hmac_sha256, md5, sha256};
pub use domain::Domain;
pub use error::KeyError;
pub use keyring::Keyring;
pub use root_key::RootKey;
pub use secret::{SecretBytes, SecretText, random_secret};
pub use wrapped::WrappedKeyring;
