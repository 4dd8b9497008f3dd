//! The keys of the log: one for each stretch, whose frames are sealed under ascending counters.
//!
//! A stretch is what one process appends between its start and its end. Its random salt derives its
//! key, so that a frame that was torn by a crash and is written again, at the same position with
//! other contents, never shares a nonce with the torn one. The counter is the nonce: 2^64 frames a
//! stretch, and SP 800-38D's limit of 2^32 applies to random nonces only.

use std::fmt;

use crate::derive::derive;
use crate::gcm::{Gcm, IV_BYTES, TAG_BYTES};
use crate::{KeyError, SecretBytes};

/// The label under which an epoch's key derives the parent of all stretches.
pub(crate) const LOG_LABEL: &str = "shoseki log";
/// The bytes that sealing adds to a frame.
pub const SEAL_BYTES: usize = TAG_BYTES;

/// What a stretch is sealed for: the same salt derives different keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// Frames of the log.
    Log,
    /// Frames of a base: rows as of a frame of the log.
    Base,
    /// The manifest of a backup.
    Backup,
}

impl Stretch {
    fn label(self) -> &'static str {
        match self {
            Self::Log => "shoseki log stretch",
            Self::Base => "shoseki base stretch",
            Self::Backup => "shoseki backup stretch",
        }
    }
}

/// The key of one stretch of the log.
pub struct StretchKey(Gcm);

impl StretchKey {
    pub(crate) fn new(
        log_key: &SecretBytes,
        stretch: Stretch,
        salt: &[u8; 16],
    ) -> Result<Self, KeyError> {
        Ok(Self(Gcm::new(derive(log_key.as_bytes(), stretch.label(), salt)?.as_bytes())?))
    }

    /// Appends `plain`, encrypted and bound to `aad`, and its tag of [`SEAL_BYTES`] to `out`.
    ///
    /// A counter must never seal twice in one stretch.
    pub fn seal(
        &self,
        counter: u64,
        aad: &[u8],
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        self.0.seal(nonce(counter), aad, plain, out)
    }

    /// The plaintext of ciphertext and tag.
    ///
    /// Errors: `NotAuthentic` if the text, its tag, its counter or `aad` were changed; `Malformed`
    /// if it is shorter than a tag.
    pub fn open(&self, counter: u64, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, KeyError> {
        self.0.open(nonce(counter), aad, sealed)
    }
}

impl fmt::Debug for StretchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StretchKey").finish_non_exhaustive()
    }
}

/// Four zero bytes and the counter.
fn nonce(counter: u64) -> [u8; IV_BYTES] {
    let mut nonce = [0; IV_BYTES];
    for (to, from) in nonce.iter_mut().skip(4).zip(counter.to_be_bytes()) {
        *to = from;
    }
    nonce
}

#[cfg(test)]
mod tests {
    use types::Entropy;

    use super::*;
    use crate::{Keyring, RootKey};

    fn keyring() -> Keyring {
        let entropy = Entropy::seeded(1);
        let root = RootKey::generate(&entropy).unwrap();
        Keyring::create(&root, &entropy).unwrap().0
    }

    fn sealed(key: &StretchKey, counter: u64, aad: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        key.seal(counter, aad, b"frame", &mut out).unwrap();
        out
    }

    #[test]
    fn a_frame_opens_only_in_its_stretch_under_its_counter_and_context() {
        let keyring = keyring();
        let key = keyring.stretch_key(Stretch::Log, 1, &[7; 16]).unwrap();
        let frame = sealed(&key, 3, b"place");
        assert_eq!(frame.len(), b"frame".len() + SEAL_BYTES);
        let again = keyring.stretch_key(Stretch::Log, 1, &[7; 16]).unwrap();
        assert_eq!(again.open(3, b"place", &frame).unwrap().as_bytes(), b"frame");
        let other = keyring.stretch_key(Stretch::Log, 1, &[8; 16]).unwrap();
        let of_base = keyring.stretch_key(Stretch::Base, 1, &[7; 16]).unwrap();
        for opened in [
            other.open(3, b"place", &frame),
            of_base.open(3, b"place", &frame),
            key.open(4, b"place", &frame),
            key.open(3, b"elsewhere", &frame),
            key.open(3 + (1 << 32), b"place", &frame),
        ] {
            assert_eq!(opened.err(), Some(KeyError::NotAuthentic));
        }
    }

    #[test]
    fn every_bit_of_a_frame_is_authentic() {
        let key = keyring().stretch_key(Stretch::Log, 1, &[7; 16]).unwrap();
        let frame = sealed(&key, 0, b"");
        for bit in 0..frame.len() * 8 {
            let mut changed = frame.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(0, b"", &changed).err(), Some(KeyError::NotAuthentic), "{bit}");
        }
    }

    #[test]
    fn stretches_and_epochs_have_keys_of_their_own() {
        let entropy = Entropy::seeded(1);
        let root = RootKey::generate(&entropy).unwrap();
        let (mut keyring, _) = Keyring::create(&root, &entropy).unwrap();
        let old = keyring.stretch_key(Stretch::Log, 1, &[7; 16]).unwrap();
        keyring.new_epoch(&root, &entropy).unwrap();
        let new = keyring.stretch_key(Stretch::Log, 2, &[7; 16]).unwrap();
        let kept = keyring.stretch_key(Stretch::Log, 1, &[7; 16]).unwrap();
        assert_ne!(sealed(&old, 0, b""), sealed(&new, 0, b""));
        assert_eq!(sealed(&old, 0, b""), sealed(&kept, 0, b""));
        keyring.destroy_epochs_before(2);
        assert_eq!(
            keyring.stretch_key(Stretch::Log, 1, &[7; 16]).err(),
            Some(KeyError::UnknownEpoch(1))
        );
    }
}
