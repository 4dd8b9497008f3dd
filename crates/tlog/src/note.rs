use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{TlogError, is_key_name};

/// The longest note that is parsed. Ours have less than 500 bytes and 120 for each witness.
pub const NOTE_BYTES_MAX: usize = 64 << 10;
/// The signatures of a note that are parsed. Source: the specification requires at least 16.
const SIGNATURES_MAX: usize = 64;
/// What begins a signature line.
const DASH: &str = "\u{2014} ";
/// Bytes of a key's ID, before the signature.
const ID_BYTES: usize = 4;

/// A text and its signatures, which are not verified yet.
///
/// Its text form is that of a signed note. Source: <https://c2sp.org/signed-note>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed: whole lines.
    pub text: String,
    /// The signatures, of keys that need not be known.
    pub signatures: Vec<SignatureLine>,
}

/// A signature of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: String,
    /// The ID of the key, which need not be unique.
    pub id: [u8; ID_BYTES],
    /// The signature itself, in the form that the key's kind determines.
    pub bytes: Vec<u8>,
}

impl Note {
    /// Parses a note.
    pub fn parse(note: &str) -> Result<Self, TlogError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(TlogError::Malformed("the note is too long"));
        }
        if note.chars().any(|one| one < ' ' && one != '\n') {
            return Err(TlogError::Malformed("the note contains a control character"));
        }
        // The text may contain empty lines; signatures do not.
        let at = note.rfind("\n\n").ok_or(TlogError::Malformed("the note is not signed"))?;
        let (text, rest) = note.split_at(at.saturating_add(1));
        let signatures = SignatureLine::parse_all(rest.strip_prefix('\n').unwrap_or(rest))?;
        Ok(Self { text: text.to_owned(), signatures })
    }
}

impl SignatureLine {
    /// Parses one or more signature lines.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, TlogError> {
        let mut found = Vec::new();
        for line in crate::line::lines(text)? {
            if found.len() == SIGNATURES_MAX {
                return Err(TlogError::Malformed("too many signatures"));
            }
            found.push(Self::parse(line)?);
        }
        Ok(found)
    }

    fn parse(line: &str) -> Result<Self, TlogError> {
        let malformed = || TlogError::Malformed("not a signature line");
        let (name, bytes) =
            line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or_else(malformed)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| malformed())?;
        let (id, bytes) = bytes.split_first_chunk().ok_or_else(malformed)?;
        if !is_key_name(name) || bytes.is_empty() {
            return Err(malformed());
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.bytes].concat();
        writeln!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    const EXAMPLE: &str = "Ognuno sta solo sul cuor della terra\n\
        trafitto da un raggio di sole:\n\
        \n\
        ed \u{e8} subito sera.\n\
        \n\
        \u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

    #[test]
    fn a_note_is_a_text_and_signatures() {
        let note = Note::parse(EXAMPLE).unwrap();
        assert!(note.text.ends_with("\n\ned \u{e8} subito sera.\n"), "{:?}", note.text);
        let [signature] = note.signatures.as_slice() else { panic!("one signature") };
        assert_eq!(signature.name, "quasimodo.example/salvatore");
        assert_eq!((signature.id, signature.bytes.len()), ([0x36, 0x7b, 0xa0, 0x4b], 64));
        assert_eq!(note.to_string(), EXAMPLE);
    }

    #[test]
    fn what_is_no_note_is_rejected() {
        let line = "\u{2014} name AAAAAAA=\n";
        let many = line.repeat(SIGNATURES_MAX + 1);
        let long = "x".repeat(NOTE_BYTES_MAX);
        assert!(Note::parse(&format!("text\n\n{line}")).is_ok());
        for bad in [
            "",
            "\n",
            "\n\n",
            "text",
            "text\n",
            "text\n\n",
            "text\n\n\n",
            "text\n\ntext\n",
            "text\n\n\u{2014} name AAAAAAA=",
            "text\n\n\u{2014} name AAAAAAA=\n\n",
            "text\n\n\u{2014} name AAAA\n",
            "text\n\n\u{2014} name AAAAAA==\n",
            "text\n\n\u{2014} name AAAAAAA\n",
            "text\n\n\u{2014} name  AAAAAAA=\n",
            "text\n\n\u{2014} a+b AAAAAAA=\n",
            "text\n\n\u{2014}  AAAAAAA=\n",
            "text\n\n- name AAAAAAA=\n",
            "te\rxt\n\n\u{2014} name AAAAAAA=\n",
            &format!("text\n\n{many}"),
            &format!("{long}\n\n{line}"),
        ] {
            assert!(Note::parse(bad).is_err(), "{:?}", bad.get(..80.min(bad.len())));
        }
    }

    proptest::proptest! {
        /// Any text is a note with one spelling, or none.
        #[test]
        fn a_note_has_one_spelling(text in "[a\n]{0,9}(\n\u{2014} n AAAA[A-Za-z0-9+/=]{0,9}\n){0,2}") {
            if let Ok(note) = Note::parse(&text) {
                proptest::prop_assert_eq!(note.to_string(), text);
            }
        }
    }
}
