//! The formats of identifiers, built from random bytes that the caller supplies.

/// A version 4 UUID in lower case, `1234abcd-12ab-4cd5-8678-90abcdef1234`.
pub fn uuid_v4(mut random: [u8; 16]) -> String {
    let [.., _, _, _, _, _, _, version, _, variant, _, _, _, _, _, _, _] = &mut random;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (i, byte) in random.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        push_hex(&mut text, *byte);
    }
    text
}

/// Lower-case hexadecimal, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        push_hex(&mut text, *byte);
    }
    text
}

/// The bytes of an even-length hexadecimal text in either case; `None` for anything else.
pub fn hex_decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| {
            let [high, low] = pair else { return None };
            let value = char::from(*high).to_digit(16)?.checked_mul(16)?;
            u8::try_from(value.checked_add(char::from(*low).to_digit(16)?)?).ok()
        })
        .collect()
}

/// As many characters of `A-Z 2-7` as there are bytes: the tails of `AIDA…`, `AKIA…` and so on.
pub fn base32_upper(random: &[u8]) -> String {
    pick(random, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
}

/// As many characters of `A-Z a-z 0-9` as there are bytes: the tails of log file names.
///
/// 62 does not divide 256, so the first eight letters are a little likelier; these are names, not
/// secrets.
pub fn alphanumeric(random: &[u8]) -> String {
    pick(random, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
}

fn pick(random: &[u8], alphabet: &[u8]) -> String {
    random
        .iter()
        .filter_map(|byte| alphabet.get(usize::from(*byte).checked_rem(alphabet.len())?))
        .map(|letter| char::from(*letter))
        .collect()
}

fn push_hex(text: &mut String, byte: u8) {
    for half in [byte >> 4, byte & 0x0f] {
        text.extend(char::from_digit(u32::from(half), 16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version and variant bits are as RFC 9562 requires, for any random bytes.
    #[test]
    fn a_uuid_is_version_4() {
        assert_eq!(uuid_v4([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid_v4([0; 16]), "00000000-0000-4000-8000-000000000000");
    }

    /// Hex survives a round trip, and text that is not hex is rejected.
    #[test]
    fn hex_round_trips() {
        assert_eq!(hex_decode(&hex(&[0, 127, 255])), Some(vec![0, 127, 255]));
        assert_eq!(hex_decode("0"), None);
        assert_eq!(hex_decode("zz"), None);
    }
}
