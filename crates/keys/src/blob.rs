//! KMS ciphertexts of symmetric keys: opaque to clients, and marked so that AWS's own, which begin
//! with 01, can never be mistaken for them.
//!
//! ```text
//! 0       format version, A1
//! 1       algorithm suite 01; the top bit marks a multi-Region key
//! 2..18   key id
//! 18..50  key material id
//! 50..66  salt
//! 66..78  initialization vector
//! 78..    ciphertext | tag
//! ```
//!
//! Each ciphertext has its own key, derived from the backing key and the salt; the header and the
//! encryption context are its associated data. It contains no account and no Region, because a
//! multi-Region key decrypts in every Region.
//!
//! Source: AWS KMS Cryptographic Details, "Symmetric encryption": a random nonce per call, a
//! counter-mode derivation from the backing key, AES-256-GCM with the context as associated data.

use std::collections::BTreeMap;

use types::Entropy;

use crate::derive::derive;
use crate::gcm::{Gcm, IV_BYTES, TAG_BYTES};
use crate::{KeyError, SecretBytes, encoding};

/// The overhead of a ciphertext over its plaintext.
pub const OVERHEAD_BYTES: usize = HEADER_BYTES + TAG_BYTES;

const FORMAT_VERSION: u8 = 0xA1;
/// SP 800-108 counter mode with HMAC-SHA-256, then AES-256-GCM.
const SUITE: u8 = 1;
const MULTI_REGION: u8 = 0x80;
const SALT_BYTES: usize = 16;
const HEADER_BYTES: usize = 1 + 1 + 16 + 32 + SALT_BYTES + IV_BYTES;
const LABEL: &str = "shoseki kms symmetric";

/// The key that created a ciphertext, in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobHeader {
    /// The bytes of the key id, `1234abcd-…` or `mrk-…`.
    pub key_id: [u8; 16],
    /// Whether the key id is of the form `mrk-…`.
    pub multi_region: bool,
    /// The key material: rotation gives a key new material, while old ciphertexts name the old one.
    pub material_id: [u8; 32],
}

impl BlobHeader {
    /// Parses what a ciphertext claims about itself, unauthenticated; `None` if it is not one of
    /// ours.
    pub fn parse(blob: &[u8]) -> Option<Self> {
        Parts::parse(blob).map(|parts| parts.header)
    }

    fn suite(self) -> u8 {
        if self.multi_region { SUITE | MULTI_REGION } else { SUITE }
    }
}

/// Encrypts `plain` under the backing key that `header` names.
pub fn encrypt(
    backing: &SecretBytes,
    header: BlobHeader,
    context: &BTreeMap<String, String>,
    plain: &[u8],
    entropy: &Entropy,
) -> Result<Vec<u8>, KeyError> {
    let salt = entropy.bytes::<SALT_BYTES>()?;
    let iv = entropy.bytes::<IV_BYTES>()?;
    let mut blob = vec![FORMAT_VERSION, header.suite()];
    for part in [header.key_id.as_slice(), &header.material_id, &salt, &iv] {
        blob.extend_from_slice(part);
    }
    let aad = associated_data(&blob, context)?;
    key(backing, &salt, &header)?.seal(iv, &aad, plain, &mut blob)?;
    Ok(blob)
}

/// The plaintext of `blob`.
///
/// Errors: `Malformed` if it is not one of ours; `NotAuthentic` if it, its context or the backing
/// key has changed. AWS returns `InvalidCiphertextException` for all of these.
pub fn decrypt(
    backing: &SecretBytes,
    blob: &[u8],
    context: &BTreeMap<String, String>,
) -> Result<SecretBytes, KeyError> {
    let parts = Parts::parse(blob).ok_or(KeyError::Malformed)?;
    let aad = associated_data(parts.head, context)?;
    key(backing, parts.salt, &parts.header)?.open(*parts.iv, &aad, parts.sealed)
}

/// The encryption context as bytes: `u32` count, then `u32` length and bytes of each key and value
/// in the order of the keys' bytes. Nothing is normalised.
pub fn canonical_context(context: &BTreeMap<String, String>) -> Result<Vec<u8>, KeyError> {
    let mut out = encoding::count(context.len())?.to_vec();
    for (key, value) in context {
        encoding::push(&mut out, key.as_bytes())?;
        encoding::push(&mut out, value.as_bytes())?;
    }
    Ok(out)
}

/// A ciphertext, cut into its parts.
struct Parts<'a> {
    header: BlobHeader,
    head: &'a [u8],
    salt: &'a [u8; SALT_BYTES],
    iv: &'a [u8; IV_BYTES],
    sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn parse(blob: &'a [u8]) -> Option<Self> {
        let (head, sealed) = blob.split_at_checked(HEADER_BYTES)?;
        let (&[version, suite], rest) = head.split_first_chunk()?;
        let (key_id, rest) = rest.split_first_chunk()?;
        let (material_id, rest) = rest.split_first_chunk()?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (iv, _) = rest.split_first_chunk()?;
        let ours = version == FORMAT_VERSION
            && suite & !MULTI_REGION == SUITE
            && sealed.len() >= TAG_BYTES;
        let header = BlobHeader {
            key_id: *key_id,
            multi_region: suite & MULTI_REGION != 0,
            material_id: *material_id,
        };
        ours.then_some(Self { header, head, salt, iv, sealed })
    }
}

fn key(
    backing: &SecretBytes,
    salt: &[u8; SALT_BYTES],
    header: &BlobHeader,
) -> Result<Gcm, KeyError> {
    let context = [salt.as_slice(), &header.material_id].concat();
    Gcm::new(derive(backing.as_bytes(), LABEL, &context)?.as_bytes())
}

fn associated_data(head: &[u8], context: &BTreeMap<String, String>) -> Result<Vec<u8>, KeyError> {
    Ok([head, &canonical_context(context)?].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: BlobHeader =
        BlobHeader { key_id: [0x11; 16], multi_region: false, material_id: [0x22; 32] };

    fn backing() -> SecretBytes {
        SecretBytes::new(vec![9; 32])
    }

    fn context(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn sealed(header: BlobHeader, pairs: &[(&str, &str)], plain: &[u8]) -> Vec<u8> {
        encrypt(&backing(), header, &context(pairs), plain, &Entropy::seeded(1)).unwrap()
    }

    /// The format is permanent: clients store ciphertexts that we never see. This one was also
    /// decrypted manually with Python's `cryptography`.
    #[test]
    fn the_form_never_changes() {
        let blob = sealed(HEADER, &[("aws:s3:arn", "arn:aws:s3:::b")], b"data key");
        let want = concat!(
            "a1011111111111111111111111111111111122222222222222222222222222222222222222222222222222222",
            "22222222222c15c0289ec2d0a9167ec8e65a18debbe5e5532fbeea293f80bc942eee4772d79eef4a58b066f4",
            "6bc309d07ef093c63d2aac9bbb2",
        );
        assert_eq!(types::hex(&blob), want);
    }

    #[test]
    fn the_parts_are_at_their_documented_offsets() {
        let blob = sealed(BlobHeader { multi_region: true, ..HEADER }, &[], b"data key");
        assert_eq!(blob[..2], [0xa1, 0x81]);
        assert_eq!(blob[2..18], [0x11; 16]);
        assert_eq!(blob[18..50], [0x22; 32]);
        assert_eq!(blob.len(), 8 + OVERHEAD_BYTES);
        assert_eq!(OVERHEAD_BYTES, 94);
        assert_eq!(sealed(HEADER, &[], b"")[..2], [0xa1, 0x01]);
    }

    #[test]
    fn the_context_is_sorted_and_length_prefixed() {
        let bytes = canonical_context(&context(&[("b", ""), ("a", "xy")])).unwrap();
        assert_eq!(bytes, b"\0\0\0\x02\0\0\0\x01a\0\0\0\x02xy\0\0\0\x01b\0\0\0\0");
    }

    #[test]
    fn another_context_or_backing_key_does_not_open() {
        let pairs = [("Dept", "HR"), ("Stage", "caf\u{e9}")];
        let blob = sealed(HEADER, &pairs, b"data key");
        for other in [
            context(&[]),
            context(&pairs[..1]),
            context(&[("dept", "HR"), ("Stage", "caf\u{e9}")]),
            context(&[("Dept", "hr"), ("Stage", "caf\u{e9}")]),
            context(&[("Dept", "HR"), ("Stage", "cafe\u{301}")]),
            context(&[("Dept", "HR"), ("Stage", "caf\u{e9}"), ("", "")]),
            context(&[("DeptH", "R"), ("Stage", "caf\u{e9}")]),
            context(&[("HR", "Dept"), ("Stage", "caf\u{e9}")]),
        ] {
            let error = decrypt(&backing(), &blob, &other).err();
            assert_eq!(error, Some(KeyError::NotAuthentic), "{other:?}");
        }
        let other = SecretBytes::new(vec![8; 32]);
        assert!(decrypt(&other, &blob, &context(&pairs)).is_err());
        assert!(decrypt(&SecretBytes::new(vec![]), &blob, &context(&pairs)).is_err());
        assert!(decrypt(&backing(), &blob, &context(&pairs)).is_ok());
    }

    #[test]
    fn equal_plaintexts_have_different_ciphertexts() {
        let entropy = Entropy::seeded(1);
        let [one, two] =
            [0; 2].map(|_| encrypt(&backing(), HEADER, &context(&[]), &[0; 32], &entropy).unwrap());
        assert_eq!(one[..50], two[..50]);
        for (a, b) in one[50..].chunks(16).zip(two[50..].chunks(16)) {
            assert_ne!(a, b);
        }
    }

    #[test]
    fn foreign_ciphertexts_have_no_header() {
        let blob = sealed(HEADER, &[], b"");
        assert_eq!(BlobHeader::parse(&blob), Some(HEADER));
        for len in 0..blob.len() {
            assert_eq!(BlobHeader::parse(&blob[..len]), None, "{len}");
        }
        // An AWS ciphertext begins with 01 02 and is as long as ours.
        for (version, suite) in [(0x01, 0x02), (0xa1, 0x00), (0xa1, 0x02), (0xa1, 0x41), (0xa2, 1)]
        {
            let mut other = blob.clone();
            other[..2].copy_from_slice(&[version, suite]);
            assert_eq!(BlobHeader::parse(&other), None, "{version:x} {suite:x}");
            let opened = decrypt(&backing(), &other, &context(&[]));
            assert_eq!(opened.err(), Some(KeyError::Malformed));
        }
    }

    proptest! {
        #[test]
        fn ciphertexts_decrypt(
            plain in proptest::collection::vec(any::<u8>(), 0..=4096),
            pairs in proptest::collection::btree_map(any::<String>(), any::<String>(), 0..5),
            header in header(),
            seed in any::<u64>(),
        ) {
            let entropy = Entropy::seeded(seed);
            let blob = encrypt(&backing(), header, &pairs, &plain, &entropy).unwrap();
            prop_assert_eq!(BlobHeader::parse(&blob), Some(header));
            let opened = decrypt(&backing(), &blob, &pairs).unwrap();
            prop_assert_eq!(opened.as_bytes(), plain);
        }

        #[test]
        fn a_changed_cut_or_longer_blob_does_not_open(
            plain in proptest::collection::vec(any::<u8>(), 0..100),
            at in any::<proptest::sample::Index>(),
            flip in 1..=255_u8,
            more in proptest::collection::vec(any::<u8>(), 1..40),
        ) {
            let blob = sealed(HEADER, &[("a", "b")], &plain);
            let at = at.index(blob.len());
            let mut changed = blob.clone();
            changed[at] ^= flip;
            let longer = [blob.clone(), more].concat();
            for wrong in [&changed, &blob[..at], &longer] {
                prop_assert!(decrypt(&backing(), wrong, &context(&[("a", "b")])).is_err());
            }
        }

        #[test]
        fn no_bytes_make_the_parser_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let ours = [&[0xa1, 1], bytes.as_slice()].concat();
            for blob in [&bytes, &ours] {
                prop_assert!(decrypt(&backing(), blob, &context(&[])).is_err());
            }
            prop_assert_eq!(BlobHeader::parse(&ours).is_some(), ours.len() >= OVERHEAD_BYTES);
        }
    }

    fn header() -> impl Strategy<Value = BlobHeader> {
        any::<([u8; 16], bool, [u8; 32])>().prop_map(|(key_id, multi_region, material_id)| {
            BlobHeader { key_id, multi_region, material_id }
        })
    }
}
