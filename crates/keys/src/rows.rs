//! The keys of rows at rest: AES-256-GCM-SIV, because a row is sealed again whenever it changes, and
//! a store makes more seals than random initialization vectors are sound for with AES-GCM.
//!
//! Source: RFC 8452: sections 6 and 9 bound what random nonces risk, far beyond 2^32 messages, and an
//! accidental repetition shows only whether two rows are equal.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use types::Entropy;

use crate::KeyError;
use crate::gcm::{IV_BYTES, TAG_BYTES};

/// The label under which an epoch's key derives the key of its rows.
pub(crate) const ROWS_LABEL: &str = "shoseki rows";
/// Epoch and nonce.
const HEADER_BYTES: usize = 4 + IV_BYTES;

/// The key of the rows of one epoch. The library wipes it when it is dropped.
pub(crate) struct RowsKey(LessSafeKey);

impl RowsKey {
    /// The key of these 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Result<Self, KeyError> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key).map_err(|_| KeyError::UnusableKey)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// `epoch (4) | nonce (12) | ciphertext | tag (16)`.
    pub(crate) fn seal(
        &self,
        epoch: u32,
        aad: &[u8],
        plain: &[u8],
        entropy: &Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let nonce = entropy.bytes::<IV_BYTES>()?;
        let len = HEADER_BYTES.checked_add(plain.len()).ok_or(KeyError::TooLong)?;
        let mut sealed = Vec::with_capacity(len.checked_add(TAG_BYTES).ok_or(KeyError::TooLong)?);
        sealed.extend_from_slice(&epoch.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let place = sealed.get_mut(HEADER_BYTES..).ok_or(KeyError::TooLong)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(aad), place);
        sealed.extend_from_slice(tag.map_err(|_| KeyError::Library)?.as_ref());
        Ok(sealed)
    }

    /// The row, of what is behind the epoch.
    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (nonce, body) = sealed.split_first_chunk().ok_or(KeyError::Malformed)?;
        let mut row = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_in_place(nonce, Aad::from(aad), &mut row);
        let len = opened.map_err(|_| KeyError::NotAuthentic)?.len();
        row.truncate(len);
        Ok(row)
    }
}

/// The epoch of a sealed row, and the rest.
pub(crate) fn split_epoch(sealed: &[u8]) -> Result<(u32, &[u8]), KeyError> {
    let (epoch, rest) = sealed.split_first_chunk().ok_or(KeyError::Malformed)?;
    Ok((u32::from_be_bytes(*epoch), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Keyring, RootKey};

    fn keyring(entropy: &Entropy) -> (RootKey, Keyring) {
        let root = RootKey::generate(entropy).unwrap();
        let keyring = Keyring::create(&root, entropy).unwrap().0;
        (root, keyring)
    }

    #[test]
    fn a_row_opens_only_in_its_place_and_store() {
        let entropy = Entropy::seeded(1);
        let (_, keyring_of_store) = keyring(&entropy);
        let sealed = keyring_of_store.seal_row(b"place", b"row", &entropy).unwrap();
        assert_eq!(keyring_of_store.open_row(b"place", &sealed).unwrap(), b"row");
        let elsewhere = keyring_of_store.open_row(b"elsewhere", &sealed);
        assert_eq!(elsewhere, Err(KeyError::NotAuthentic));
        let (_, other) = keyring(&entropy);
        assert_eq!(other.open_row(b"place", &sealed), Err(KeyError::NotAuthentic));
        assert_ne!(sealed, keyring_of_store.seal_row(b"place", b"row", &entropy).unwrap());
    }

    #[test]
    fn every_bit_of_a_row_counts() {
        let entropy = Entropy::seeded(1);
        let (_, keyring) = keyring(&entropy);
        let sealed = keyring.seal_row(b"place", b"row", &entropy).unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(keyring.open_row(b"place", &changed).is_err(), "{bit}");
        }
        for len in 0..sealed.len() {
            assert!(keyring.open_row(b"place", &sealed[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn rows_of_earlier_epochs_open_until_these_are_destroyed() {
        let entropy = Entropy::seeded(1);
        let (root, mut keyring) = keyring(&entropy);
        let old = keyring.seal_row(b"place", b"old", &entropy).unwrap();
        keyring.new_epoch(&root, &entropy).unwrap();
        let new = keyring.seal_row(b"place", b"new", &entropy).unwrap();
        assert_eq!(keyring.open_row(b"place", &old).unwrap(), b"old");
        keyring.destroy_epochs_before(2);
        assert_eq!(keyring.open_row(b"place", &old), Err(KeyError::UnknownEpoch(1)));
        assert_eq!(keyring.open_row(b"place", &new).unwrap(), b"new");
    }

    /// Known answer: RFC 8452, appendix C.2, the first case with a plaintext.
    #[test]
    fn known_answer() {
        let hex = |text: &str| types::hex_decode(text).unwrap();
        let key = RowsKey::new(&hex(concat!(
            "01000000000000000000000000000000",
            "00000000000000000000000000000000"
        )));
        let sealed =
            hex("030000000000000000000000c2ef328e5c71c83b843122130f7364b761e0b97427e3df28");
        assert_eq!(key.unwrap().open(b"", &sealed).unwrap(), hex("0100000000000000"));
    }
}
