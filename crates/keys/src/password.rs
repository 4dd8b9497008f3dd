//! Passwords at rest: Argon2id, in a text that names its own parameters.
//!
//! ```
//! use keys::password;
//! use types::Entropy;
//! # fn main() -> Result<(), keys::KeyError> {
//! let kept = password::hash("correct horse", &Entropy::system())?;
//! assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
//! assert!(password::verify("correct horse", &kept)?);
//! assert!(!password::verify("wrong horse", &kept)?);
//! # Ok(())
//! # }
//! ```

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use types::Entropy;

use crate::{KeyError, SecretBytes, equal_in_constant_time};

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
const PREFIX: &str = "$argon2id$v=19$";

/// What guessing one password costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// 19 MiB, two passes, one lane: the least that is recommended for servers.
///
/// Source: OWASP, "Password Storage Cheat Sheet", Argon2id.
const COST: Cost = Cost { memory_kib: 19_456, passes: 2, lanes: 1 };

/// The maximum cost of verification: the parameters come from the store.
const COST_MAX: Cost = Cost { memory_kib: 256 * 1024, passes: 16, lanes: 16 };

/// A hash that no password matches. Verifying against it takes as long as against any other, so
/// that response times do not distinguish an unknown user from a wrong password.
pub const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                           AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The stored form of a password: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
///
/// Every byte of the password counts; nothing is trimmed or normalized. Takes about 20 ms and 19
/// MiB, intentionally.
pub fn hash(password: &str, entropy: &Entropy) -> Result<String, KeyError> {
    let salt = entropy.bytes::<SALT_BYTES>()?;
    let hash = stretch(COST, &salt, password, HASH_BYTES)?;
    let Cost { memory_kib, passes, lanes } = COST;
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash.as_bytes()));
    Ok(format!("{PREFIX}m={memory_kib},t={passes},p={lanes}${salt}${hash}"))
}

/// Whether `password` matches `kept`.
///
/// Errors: `Malformed` for a text that [`hash`] did not create.
pub fn verify(password: &str, kept: &str) -> Result<bool, KeyError> {
    let (cost, salt, hash) = parse(kept).ok_or(KeyError::Malformed)?;
    let found = stretch(cost, &salt, password, hash.len())?;
    Ok(equal_in_constant_time(found.as_bytes(), &hash))
}

fn parse(kept: &str) -> Option<(Cost, Vec<u8>, Vec<u8>)> {
    let mut parts = kept.strip_prefix(PREFIX)?.split('$');
    let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut numbers = cost.split(',');
    let mut number = |name: &str| numbers.next()?.strip_prefix(name)?.parse().ok();
    let cost = Cost { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
    let bearable = cost.memory_kib <= COST_MAX.memory_kib
        && cost.passes <= COST_MAX.passes
        && cost.lanes <= COST_MAX.lanes;
    let salt = STANDARD_NO_PAD.decode(salt).ok()?;
    let hash = STANDARD_NO_PAD.decode(hash).ok()?;
    let whole = numbers.next().is_none() && parts.next().is_none() && hash.len() == HASH_BYTES;
    (bearable && whole).then_some((cost, salt, hash))
}

fn stretch(cost: Cost, salt: &[u8], text: &str, len: usize) -> Result<SecretBytes, KeyError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(len))
        .map_err(|_| KeyError::Malformed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut key = SecretBytes::zeroed(len);
    argon2
        .hash_password_into(text.as_bytes(), salt, key.as_mut_bytes())
        .map_err(|_| KeyError::Malformed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answer: the Argon2 reference implementation's `test.c`, Argon2id, version 0x13.
    #[test]
    fn the_reference_answer_verifies() {
        let kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ\
                    $CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(verify("password", kept), Ok(true));
        assert_eq!(verify("Password", kept), Ok(false));
    }

    /// White space, case and Unicode form count.
    #[test]
    fn only_the_same_password_verifies() {
        let kept = hash("correct horse", &Entropy::seeded(1)).unwrap();
        for (password, want) in [
            ("correct horse", true),
            ("correct horse ", false),
            ("Correct horse", false),
            ("", false),
        ] {
            assert_eq!(verify(password, &kept), Ok(want), "{password}");
        }
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let entropy = Entropy::seeded(1);
        assert_ne!(hash("same", &entropy), hash("same", &entropy));
    }

    /// It costs as much as any other and no password is behind it.
    #[test]
    fn the_unmatchable_password_has_the_usual_form() {
        assert_eq!(parse(NOBODYS).unwrap().0, COST);
        assert_eq!(verify("", NOBODYS), Ok(false));
    }

    /// A writer of the row must not be able to make the server compute or allocate without limit.
    #[test]
    fn malformed_seals_are_rejected_before_they_cost_anything() {
        for (from, to) in [
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("m=19456", "m=999999999"),
            ("m=19456", "m=x"),
            ("m=19456", "m=0"),
            ("t=2", "t=17"),
            ("t=2", "t=0"),
            ("p=1", "p=17"),
            ("p=1", "p=1,q=1"),
            ("$AAAAAAAAAAAAAAAAAAAAAA$", "$A$"),
            ("$AAAAAAAAAAAAAAAAAAAAAA$", "$AAAAAAAAAAAAAAAAAAAAAA$AA$"),
            ("$argon2id", "argon2id"),
        ] {
            let strange = NOBODYS.replacen(from, to, 1);
            assert_ne!(strange, NOBODYS);
            assert_eq!(verify("x", &strange), Err(KeyError::Malformed), "{strange}");
        }
    }
}
