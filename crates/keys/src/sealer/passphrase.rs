use argon2::{Algorithm, Argon2, Params, Version};
use types::Entropy;

use crate::gcm::{Gcm, IV_BYTES, TAG_BYTES};
use crate::root_key::ROOT_KEY_BYTES;
use crate::{KeyError, RootKey, SecretBytes};

/// The prefix of the sealed form; the last byte is its version.
const MAGIC: &[u8; 8] = b"SHSKRK\0\x01";
const SALT_BYTES: usize = 16;
const COST_BYTES: usize = 3 * 4;
const HEADER_BYTES: usize = MAGIC.len() + COST_BYTES + SALT_BYTES + IV_BYTES;
const SEALED_BYTES: usize = HEADER_BYTES + ROOT_KEY_BYTES + TAG_BYTES;

/// What guessing one passphrase costs. Stored, so that it can rise later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

/// 64 MiB, three passes, one lane.
///
/// Source: RFC 9106, section 4, the second recommended option, with one lane.
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

/// The maximum cost of opening: the parameters come from a file that may have been modified.
const COST_MAX: Cost = Cost { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

/// The root key under a passphrase: Argon2id, then AES-256-GCM.
///
/// Every byte of the passphrase counts; nothing is trimmed or normalized. Takes about 0.1 s and 64
/// MiB, intentionally. The form is `magic (8) | memory (4) | passes (4) | lanes (4) | salt (16) |
/// iv (12) | ciphertext | tag`.
pub fn seal_with_passphrase(
    root: &RootKey,
    passphrase: &str,
    entropy: &Entropy,
) -> Result<Vec<u8>, KeyError> {
    seal_at_cost(COST, root, passphrase, entropy)
}

/// The root key of such a form.
///
/// Errors: `WrongPassphrase`, also for a form that was changed; `Malformed` for a text that is not
/// such a form or requires more memory or time than any legitimate seal.
pub fn open_with_passphrase(sealed: &[u8], passphrase: &str) -> Result<RootKey, KeyError> {
    let parts = Parts::parse(sealed).ok_or(KeyError::Malformed)?;
    let gcm = Gcm::new(stretch(parts.cost, &parts.salt, passphrase)?.as_bytes())?;
    let root = gcm.open(parts.iv, parts.header, parts.ciphertext).map_err(|error| {
        if error == KeyError::NotAuthentic { KeyError::WrongPassphrase } else { error }
    })?;
    RootKey::from_bytes(root.as_bytes()).ok_or(KeyError::Malformed)
}

pub(crate) fn seal_at_cost(
    cost: Cost,
    root: &RootKey,
    passphrase: &str,
    entropy: &Entropy,
) -> Result<Vec<u8>, KeyError> {
    if passphrase.is_empty() {
        return Err(KeyError::EmptyPassphrase);
    }
    let salt = entropy.bytes::<SALT_BYTES>()?;
    let iv = entropy.bytes::<IV_BYTES>()?;
    let mut sealed = MAGIC.to_vec();
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        sealed.extend_from_slice(&number.to_be_bytes());
    }
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&iv);
    let header = sealed.clone();
    let gcm = Gcm::new(stretch(cost, &salt, passphrase)?.as_bytes())?;
    gcm.seal(iv, &header, root.as_bytes(), &mut sealed)?;
    Ok(sealed)
}

struct Parts<'a> {
    cost: Cost,
    salt: [u8; SALT_BYTES],
    iv: [u8; IV_BYTES],
    header: &'a [u8],
    ciphertext: &'a [u8],
}

impl<'a> Parts<'a> {
    fn parse(sealed: &'a [u8]) -> Option<Self> {
        if sealed.len() != SEALED_BYTES {
            return None;
        }
        let (header, ciphertext) = sealed.split_at_checked(HEADER_BYTES)?;
        let rest = header.strip_prefix(MAGIC)?;
        let (memory_kib, rest) = number(rest)?;
        let (passes, rest) = number(rest)?;
        let (lanes, rest) = number(rest)?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (iv, _) = rest.split_first_chunk()?;
        let cost = Cost { memory_kib, passes, lanes };
        cost.is_bearable().then_some(Self { cost, salt: *salt, iv: *iv, header, ciphertext })
    }
}

impl Cost {
    fn is_bearable(self) -> bool {
        self.memory_kib <= COST_MAX.memory_kib
            && self.passes <= COST_MAX.passes
            && self.lanes <= COST_MAX.lanes
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}

/// Argon2id of the passphrase, 32 bytes.
fn stretch(cost: Cost, salt: &[u8], passphrase: &str) -> Result<SecretBytes, KeyError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(ROOT_KEY_BYTES))
        .map_err(|_| KeyError::Malformed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut key = SecretBytes::zeroed(ROOT_KEY_BYTES);
    argon2
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_bytes())
        .map_err(|_| KeyError::Malformed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 32, passes: 1, lanes: 1 };

    fn root() -> RootKey {
        RootKey::from_bytes(&[7; 32]).unwrap()
    }

    fn sealed() -> Vec<u8> {
        seal_at_cost(CHEAP, &root(), "correct horse", &Entropy::seeded(1)).unwrap()
    }

    /// Known answer: the Argon2 reference implementation's `test.c`, Argon2id, version 0x13.
    #[test]
    fn stretching_matches_the_reference() {
        let cost = Cost { memory_kib: 65_536, passes: 2, lanes: 1 };
        let key = stretch(cost, b"somesalt", "password").unwrap();
        assert_eq!(
            types::hex(key.as_bytes()),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
        );
    }

    #[test]
    fn the_passphrase_opens_the_root_key_at_full_cost() {
        let sealed = seal_with_passphrase(&root(), "correct horse", &Entropy::seeded(1)).unwrap();
        assert_eq!(Parts::parse(&sealed).unwrap().cost, COST);
        let opened = open_with_passphrase(&sealed, "correct horse").unwrap();
        assert_eq!(opened.as_bytes(), root().as_bytes());
    }

    /// White space, case and Unicode form count: nothing is normalised.
    #[test]
    fn any_other_passphrase_is_wrong() {
        for passphrase in ["", "correct horse ", "Correct horse", "correct hors\u{e9}", "correct"] {
            let opened = open_with_passphrase(&sealed(), passphrase);
            assert_eq!(opened.err(), Some(KeyError::WrongPassphrase), "{passphrase}");
        }
    }

    #[test]
    fn an_empty_passphrase_seals_nothing() {
        let sealed = seal_with_passphrase(&root(), "", &Entropy::seeded(1));
        assert_eq!(sealed, Err(KeyError::EmptyPassphrase));
    }

    #[test]
    fn two_seals_share_neither_salt_nor_ciphertext() {
        let entropy = Entropy::seeded(1);
        let [one, two] = [0; 2].map(|_| seal_at_cost(CHEAP, &root(), "same", &entropy).unwrap());
        let start = MAGIC.len() + COST_BYTES;
        for (a, b) in one[start..].chunks(16).zip(two[start..].chunks(16)) {
            assert_ne!(a, b);
        }
    }

    /// Each single bit: of the magic, the cost, the salt, the vector, the ciphertext, the tag.
    #[test]
    fn every_changed_bit_is_noticed() {
        let sealed = sealed();
        for at in 0..sealed.len() * 8 {
            // A form with a higher cost is equally inauthentic, only slower to detect.
            let high_cost = (MAGIC.len() * 8..(MAGIC.len() + COST_BYTES) * 8).contains(&at);
            let mut changed = sealed.clone();
            changed[at / 8] ^= 0x80 >> (at % 8);
            let too_slow = Parts::parse(&changed).is_some_and(|parts| parts.cost.memory_kib > 4096);
            if high_cost && too_slow {
                continue;
            }
            let error = open_with_passphrase(&changed, "correct horse").err();
            let expected = [Some(KeyError::WrongPassphrase), Some(KeyError::Malformed)];
            assert!(expected.contains(&error), "bit {at}: {error:?}");
        }
    }

    #[test]
    fn only_the_exact_length_is_the_form() {
        let sealed = sealed();
        for len in 0..sealed.len() {
            let opened = open_with_passphrase(&sealed[..len], "correct horse");
            assert_eq!(opened.err(), Some(KeyError::Malformed), "{len}");
        }
        let longer = [sealed, vec![0]].concat();
        assert_eq!(open_with_passphrase(&longer, "x").err(), Some(KeyError::Malformed));
    }

    /// A writer of the file must not be able to make the server compute or allocate without limit.
    #[test]
    fn an_excessive_cost_is_rejected_before_it_is_paid() {
        let max = COST_MAX;
        for cost in [
            Cost { memory_kib: max.memory_kib + 1, passes: 1, lanes: 1 },
            Cost { memory_kib: 32, passes: max.passes + 1, lanes: 1 },
            Cost { memory_kib: 1024, passes: 1, lanes: max.lanes + 1 },
            Cost { memory_kib: u32::MAX, passes: u32::MAX, lanes: u32::MAX },
            Cost { memory_kib: 0, passes: 1, lanes: 1 },
            Cost { memory_kib: 32, passes: 0, lanes: 1 },
            Cost { memory_kib: 32, passes: 1, lanes: 0 },
            Cost { memory_kib: 16, passes: 1, lanes: 16 },
        ] {
            let mut sealed = sealed();
            let numbers = [cost.memory_kib, cost.passes, cost.lanes].map(u32::to_be_bytes);
            sealed[MAGIC.len()..MAGIC.len() + COST_BYTES].copy_from_slice(numbers.as_flattened());
            let opened = open_with_passphrase(&sealed, "correct horse");
            assert_eq!(opened.err(), Some(KeyError::Malformed), "{cost:?}");
        }
    }
}
