//! AES-256-GCM.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::{KeyError, SecretBytes};

/// The length of an initialization vector.
pub(crate) const IV_BYTES: usize = 12;
/// The length of the authentication tag that follows the ciphertext.
pub(crate) const TAG_BYTES: usize = 16;

/// A key ready for use. The library wipes it when it is dropped.
pub(crate) struct Gcm(LessSafeKey);

impl Gcm {
    /// The key of these 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Result<Self, KeyError> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| KeyError::UnusableKey)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Appends ciphertext and tag to `out`. An `iv` must never seal twice under one key.
    pub(crate) fn seal(
        &self,
        iv: [u8; IV_BYTES],
        aad: &[u8],
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        let start = out.len();
        let tag_start = start.checked_add(plain.len()).ok_or(KeyError::TooLong)?;
        out.resize(tag_start.checked_add(TAG_BYTES).ok_or(KeyError::TooLong)?, 0);
        let place = out.get_mut(start..).unwrap_or_default();
        let (ciphertext, tag) = place.split_at_mut_checked(plain.len()).ok_or(KeyError::TooLong)?;
        let nonce = Nonce::assume_unique_for_key(iv);
        self.0
            .seal_out_of_place_scatter(nonce, Aad::from(aad), plain, ciphertext, &[], tag)
            .map_err(|_| KeyError::Library)
    }

    /// The plaintext of `sealed`, which is ciphertext and tag.
    pub(crate) fn open(
        &self,
        iv: [u8; IV_BYTES],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<SecretBytes, KeyError> {
        let (ciphertext, tag) =
            sealed.split_last_chunk::<TAG_BYTES>().ok_or(KeyError::Malformed)?;
        let mut plain = SecretBytes::zeroed(ciphertext.len());
        let nonce = Nonce::assume_unique_for_key(iv);
        self.0
            .open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, plain.as_mut_bytes())
            .map_err(|_| KeyError::NotAuthentic)?;
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use types::{hex, hex_decode};

    use super::*;

    /// Known answers: "The Galois/Counter Mode of Operation (GCM)", the submission to NIST, test
    /// cases 13, 14 and 16.
    #[test]
    fn known_answers() {
        let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
        let plain = concat!(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let sealed = concat!(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b",
        );
        let aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
        check(&"0".repeat(64), &"0".repeat(24), "", "", "530f8afbc74536b9a963b4f1c4cb738b");
        check(
            &"0".repeat(64),
            &"0".repeat(24),
            "",
            &"0".repeat(32),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
        );
        check(key, "cafebabefacedbaddecaf888", aad, plain, sealed);
    }

    fn check(key: &str, iv: &str, aad: &str, plain: &str, want: &str) {
        let [key, iv, aad, plain] = [key, iv, aad, plain].map(|text| hex_decode(text).unwrap());
        let (gcm, iv) = (Gcm::new(&key).unwrap(), iv.try_into().unwrap());
        let mut sealed = b"kept".to_vec();
        gcm.seal(iv, &aad, &plain, &mut sealed).unwrap();
        assert_eq!(sealed[..4], *b"kept");
        assert_eq!(hex(&sealed[4..]), want);
        assert_eq!(gcm.open(iv, &aad, &sealed[4..]).unwrap().as_bytes(), plain);
    }

    #[test]
    fn only_32_bytes_are_a_key() {
        for len in [0, 16, 31, 33] {
            assert_eq!(Gcm::new(&vec![0; len]).err(), Some(KeyError::UnusableKey), "{len}");
        }
    }

    #[test]
    fn texts_shorter_than_a_tag_are_malformed() {
        let gcm = Gcm::new(&[0; 32]).unwrap();
        for len in 0..TAG_BYTES {
            let opened = gcm.open([0; IV_BYTES], &[], &vec![0; len]);
            assert_eq!(opened.err(), Some(KeyError::Malformed), "{len}");
        }
    }
}
