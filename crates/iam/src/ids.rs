//! Identifiers in AWS's format: a prefix for the kind, then base32 that begins with the account.
//!
//! Source: Tal Be'ery, "A short note on AWS KEY ID" (2023): the 40 bits of the account follow one
//! set bit. Observed: all kinds of identifiers of one account begin alike.

use types::{AccountId, Entropy, EntropyError};

const ALPHABET: [char; 32] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S',
    'T', 'U', 'V', 'W', 'X', 'Y', 'Z', '2', '3', '4', '5', '6', '7',
];
/// Base32 digits behind the prefix of an access key id.
const KEY_DIGITS: u32 = 16;
/// Base32 digits behind the prefix of a unique id.
const UNIQUE_DIGITS: u32 = 17;
/// Bits below the account in the 16 digits of an access key id.
const RANDOM_BITS: u32 = 39;

/// `AKIA…` or `ASIA…`, 20 characters.
pub(crate) fn access_key_id(
    entropy: &Entropy,
    prefix: &str,
    account: &AccountId,
) -> Result<String, EntropyError> {
    Ok(format!("{prefix}{}", tail(account, KEY_DIGITS, entropy.bytes()?)))
}

/// `AIDA…`, `AROA…` and so on, 21 characters.
pub(crate) fn unique_id(
    entropy: &Entropy,
    prefix: &str,
    account: &AccountId,
) -> Result<String, EntropyError> {
    Ok(format!("{prefix}{}", tail(account, UNIQUE_DIGITS, entropy.bytes()?)))
}

/// 40 characters of `A-Z a-z 0-9 / +`.
pub(crate) fn secret(bytes: &[u8; 30]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The account in an access key ID, decoded from the ID itself.
pub(crate) fn account_of(access_key_id: &str) -> Option<AccountId> {
    let digits = access_key_id.get(4..).filter(|digits| digits.len() == 16)?;
    let mut value = 0_u128;
    for letter in digits.chars() {
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        value = (value << 5) | u128::try_from(digit).ok()?;
    }
    let account = (value >> RANDOM_BITS) & ((1 << 40) - 1);
    AccountId::parse(&format!("{account:012}"))
}

fn tail(account: &AccountId, digits: u32, random: [u8; 8]) -> String {
    let number: u128 = account.as_str().parse().unwrap_or_default();
    let spare_bits = (digits - KEY_DIGITS) * 5;
    let random = u128::from(u64::from_be_bytes(random)) & ((1 << (RANDOM_BITS + spare_bits)) - 1);
    let value = (((1 << 40) | number) << (RANDOM_BITS + spare_bits)) | random;
    let digit = |place: u32| {
        let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or_default();
        ALPHABET.get(digit).copied().unwrap_or('A')
    };
    (0..digits).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: the example of the same note.
    #[test]
    fn identifiers_begin_with_their_account() {
        let account = AccountId::parse("609629065308").unwrap();
        let entropy = Entropy::seeded(7);
        assert_eq!(account_of("ASIAY34FZKBOKMUTVV7A"), Some(account.clone()));
        let key = access_key_id(&entropy, "ASIA", &account).unwrap();
        assert!(key.starts_with("ASIAY34FZKB") && key.len() == 20, "{key}");
        let role = unique_id(&entropy, "AROA", &account).unwrap();
        assert!(role.starts_with("AROAY34FZKB") && role.len() == 21, "{role}");
        assert_eq!(account_of(&key), Some(account));
        assert_eq!(account_of("AKIA"), None);
        assert_eq!(account_of("AKIA1000000000000000"), None);
    }

    /// Two in a row differ: the rest is random.
    #[test]
    fn identifiers_differ() {
        let account = AccountId::parse("111122223333").unwrap();
        let entropy = Entropy::seeded(7);
        let make = || unique_id(&entropy, "AIDA", &account).unwrap();
        assert_ne!(make(), make());
        assert_eq!(secret(&[7; 30]).len(), 40);
    }
}
