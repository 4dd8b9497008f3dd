use zeroize::{Zeroize, Zeroizing};

use crate::RootKey;
use crate::root_key::ROOT_KEY_BYTES;

/// Identifies the file and its version. The key follows in hexadecimal.
const PREFIX: &str = "shoseki-root-key-v1 ";
const LINE_BYTES: usize = PREFIX.len() + 2 * ROOT_KEY_BYTES + 1;

/// The root key as one line of text, `shoseki-root-key-v1 ` and 64 hexadecimal digits.
///
/// The text is wiped when dropped. It is the key itself: store it in a file that only its owner can
/// read (mode 0600), and not beside the data that the key protects.
pub fn print_root_key(root: &RootKey) -> Zeroizing<String> {
    let mut line = Zeroizing::new(String::with_capacity(LINE_BYTES));
    let mut digits = types::hex(root.as_bytes());
    line.push_str(PREFIX);
    line.push_str(&digits);
    line.push('\n');
    digits.zeroize();
    line
}

/// The root key of such a line; `None` for anything else. White space around it does not matter.
pub fn parse_root_key(text: &str) -> Option<RootKey> {
    let digits = text.trim_ascii().strip_prefix(PREFIX)?.as_bytes();
    let mut key = Zeroizing::new([0; ROOT_KEY_BYTES]);
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != key.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in key.iter_mut().zip(pairs) {
        *byte = digit(*high)?.checked_mul(16)?.checked_add(digit(*low)?)?;
    }
    RootKey::from_bytes(key.as_slice())
}

fn digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINE: &str = "shoseki-root-key-v1 \
        000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff\n";

    fn key() -> Vec<u8> {
        (0..31).chain([0xff]).collect()
    }

    /// The form is for ever: operators have it in files and in sealed credentials.
    #[test]
    fn the_line_never_changes() {
        let root = RootKey::from_bytes(&key()).unwrap();
        assert_eq!(*print_root_key(&root), LINE);
        assert_eq!(parse_root_key(LINE).unwrap().as_bytes(), key());
    }

    #[test]
    fn white_space_around_the_line_does_not_matter() {
        let line = LINE.trim();
        for text in [line.to_owned(), format!("{line}\r\n"), format!("\n {line}\n\n")] {
            assert!(parse_root_key(&text).is_some(), "{text:?}");
        }
        let (prefix, digits) = line.split_at(PREFIX.len());
        let upper = format!("{prefix}{}", digits.to_uppercase());
        assert_eq!(parse_root_key(&upper).unwrap().as_bytes(), key());
    }

    #[test]
    fn anything_else_is_no_root_key() {
        let line = LINE.trim();
        let digits = line.strip_prefix(PREFIX).unwrap();
        for text in [
            String::new(),
            "\n".to_owned(),
            PREFIX.to_owned(),
            digits.to_owned(),
            line.strip_suffix('f').unwrap().to_owned(),
            line.strip_suffix("ff").unwrap().to_owned(),
            format!("{line}0"),
            format!("{line}00"),
            format!("{line}\n{line}"),
            line.replace("v1", "v2"),
            line.replace("v1 ", "v1  "),
            line.replace("ff", "fg"),
            line.replace("ff", "+f"),
            line.replace("ff", "\u{ff46}"),
            line.replace("00", "0 "),
            line.replace("shoseki", "SHOSEKI"),
        ] {
            assert!(parse_root_key(&text).is_none(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_key_survives_its_line(bytes in any::<[u8; 32]>()) {
            let line = print_root_key(&RootKey::from_bytes(&bytes).unwrap());
            let parsed = parse_root_key(&line).unwrap();
            prop_assert_eq!(parsed.as_bytes(), bytes);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            prop_assert!(parse_root_key(&text).is_none());
            let prefixed = [PREFIX, &text].concat();
            prop_assert!(parse_root_key(&prefixed).is_none());
        }
    }
}
