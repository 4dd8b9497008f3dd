//! Key derivation: SP 800-108 in counter mode with HMAC-SHA-256.

use aws_lc_rs::kdf::{KbkdfCtrHmacAlgorithmId, get_kbkdf_ctr_hmac_algorithm, kbkdf_ctr_hmac};

use crate::{KeyError, SecretBytes};

/// The length of every derived key.
pub(crate) const KEY_BYTES: usize = 32;
const KEY_BITS: u32 = 256;

/// A 32-byte key for one purpose, `label`, and one occasion, `context`.
///
/// Source: SP 800-108r1, section 4.1: the fixed input is `label || 00 || context || [L]`, with
/// the length `L` in bits as 32 bits. No label contains a zero byte, so labels cannot overlap.
pub(crate) fn derive(key: &[u8], label: &str, context: &[u8]) -> Result<SecretBytes, KeyError> {
    let fixed_input = [label.as_bytes(), &[0], context, &KEY_BITS.to_be_bytes()].concat();
    let mut derived = SecretBytes::zeroed(KEY_BYTES);
    counter_mode(key, &fixed_input, derived.as_mut_bytes())?;
    Ok(derived)
}

fn counter_mode(key: &[u8], fixed_input: &[u8], out: &mut [u8]) -> Result<(), KeyError> {
    // The library treats an empty key as a mistake, and so do we.
    if key.is_empty() {
        return Err(KeyError::UnusableKey);
    }
    let algorithm =
        get_kbkdf_ctr_hmac_algorithm(KbkdfCtrHmacAlgorithmId::Sha256).ok_or(KeyError::Library)?;
    kbkdf_ctr_hmac(algorithm, key, fixed_input, out).map_err(|_| KeyError::Library)
}

#[cfg(test)]
mod tests {
    use types::{hex, hex_decode};

    use super::*;
    use crate::hmac_sha256;

    /// Known answer: NIST CAVP, KBKDF, `KDFCTR_gen`, HMAC-SHA-256, counter of 32 bits before the
    /// fixed input, count 0.
    #[test]
    fn counter_mode_matches_nists_vector() {
        let key = hex_decode("dd1d91b7d90b2bd3138533ce92b272fbf8a369316aefe242e659cc0ae238afe0");
        let fixed_input = hex_decode(concat!(
            "01322b96b30acd197979444e468e1c5c6859bf1b1cf951b7e725303e237e46b8",
            "64a145fab25e517b08f8683d0315bb2911d80a0e8aba17f3b413faac",
        ));
        let mut out = [0; 16];
        counter_mode(&key.unwrap(), &fixed_input.unwrap(), &mut out).unwrap();
        assert_eq!(hex(&out), "10621342bfb0fd40046c0e29f2cfdbf0");
    }

    /// One block of counter mode is one HMAC, which pins the fixed input's layout for ever.
    #[test]
    fn the_fixed_input_is_label_zero_context_length() {
        let derived = derive(&[9; 32], "label", b"context").unwrap();
        let want = hmac_sha256(&[9; 32], b"\0\0\0\x01label\0context\0\0\x01\0");
        assert_eq!(derived.as_bytes(), want);
    }

    #[test]
    fn key_label_and_context_each_change_the_derived_key() {
        let derived = derive(&[9; 32], "label", b"context").unwrap();
        for (key, label, context) in [
            (&[8; 32], "label", b"context".as_slice()),
            (&[9; 32], "labe", b"context"),
            (&[9; 32], "label", b"contex"),
            (&[9; 32], "label", b""),
        ] {
            assert!(!derived.equals(&derive(key, label, context).unwrap()), "{label}");
        }
    }

    #[test]
    fn an_empty_key_is_refused() {
        assert_eq!(derive(&[], "label", &[]).err(), Some(KeyError::UnusableKey));
    }
}
