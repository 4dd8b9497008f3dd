use std::fmt;
use std::ops::Deref;

use serde::Deserialize;
use types::Entropy;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::KeyError;
use crate::digest::equal_in_constant_time;

/// Key material or plaintext: wiped when dropped, copied only on purpose, never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes ownership of the bytes. The vector is not moved in memory, so no copy stays behind.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for as long as they are needed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An explicit second copy: there is no `Clone`.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether both contain the same bytes, compared in constant time.
    pub fn equals(&self, other: &Self) -> bool {
        equal_in_constant_time(&self.0, &other.0)
    }

    pub(crate) fn zeroed(len: usize) -> Self {
        Self(vec![0; len])
    }

    /// Hands the bytes out where they are no secret any more, such as a body on its way out.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    pub(crate) fn as_mut_bytes(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes")
    }
}

/// A password, a code or a secret key as text: read from a request, wiped when dropped, never
/// printed, and without a serializer, so that nothing that holds one is stored or recorded by
/// mistake.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(text)
    }
}

impl Deref for SecretText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

/// `len` random bytes.
pub fn random_secret(entropy: &Entropy, len: usize) -> Result<SecretBytes, KeyError> {
    let mut secret = SecretBytes::zeroed(len);
    entropy.fill(secret.as_mut_bytes())?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = SecretBytes::new(b"hunter2".to_vec());
        assert_eq!(format!("{secret:?}"), "SecretBytes");
        assert_eq!(format!("{secret:#?}"), "SecretBytes");
        assert_eq!(format!("{:?}", SecretText::new("hunter2".to_owned())), "SecretText");
    }

    #[test]
    fn wiping_leaves_nothing() {
        let mut secret = SecretBytes::new(b"hunter2".to_vec());
        secret.zeroize();
        assert!(secret.is_empty());
    }

    #[test]
    fn equal_means_every_byte_and_the_length() {
        let secret = SecretBytes::new(vec![1, 2, 3]);
        assert!(secret.equals(&secret.copy()));
        assert!(!secret.equals(&SecretBytes::new(vec![1, 2, 4])));
        assert!(!secret.equals(&SecretBytes::new(vec![1, 2])));
        assert!(!secret.equals(&SecretBytes::new(vec![])));
    }

    #[test]
    fn random_secrets_have_the_requested_length_and_differ() {
        let entropy = Entropy::seeded(7);
        for len in [0, 1, 31, 32, 4096] {
            assert_eq!(random_secret(&entropy, len).unwrap().len(), len);
        }
        let first = random_secret(&entropy, 32).unwrap();
        assert!(!first.equals(&random_secret(&entropy, 32).unwrap()));
    }
}
