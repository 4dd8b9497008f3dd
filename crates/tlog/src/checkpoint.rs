use std::fmt;

use crate::{Head, Note, TlogError, VerifierKey, line};

/// What a log signs: its name, and size and root of its tree.
///
/// Its text form is that of <https://c2sp.org/tlog-checkpoint>, without extension lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// Size and root of the tree.
    pub head: Head,
}

impl Checkpoint {
    /// Parses the text of a note; extension lines are ignored.
    pub fn parse(text: &str) -> Result<Self, TlogError> {
        let malformed = TlogError::Malformed("not a checkpoint");
        let mut lines = line::lines(text)?;
        let mut next = || lines.next().filter(|line| !line.is_empty());
        let (origin, size, root) = (next(), next(), next());
        let (Some(origin), Some(size), Some(root)) = (origin, size, root) else {
            return Err(malformed);
        };
        let head = Head { size: line::number(size)?, root: line::hash(root)? };
        if lines.any(str::is_empty) {
            return Err(malformed);
        }
        Ok(Self { origin: origin.to_owned(), head })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.head.size, line::print_hash(&self.head.root))
    }
}

/// A checkpoint with its signatures, which are not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The same as text, with its signatures.
    pub note: Note,
}

impl SignedCheckpoint {
    /// Parses a signed note whose text is a checkpoint.
    pub fn parse(note: &str) -> Result<Self, TlogError> {
        let note = Note::parse(note)?;
        Ok(Self { checkpoint: Checkpoint::parse(&note.text)?, note })
    }

    /// Whether the log with this key and name signed it.
    pub fn is_of(&self, log: &VerifierKey) -> bool {
        self.checkpoint.origin == log.name() && log.signed(&self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    /// The example of the specification.
    #[test]
    fn a_checkpoint_is_parsed() {
        let signed = SignedCheckpoint::parse(EXAMPLE).unwrap();
        assert_eq!(signed.checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(signed.checkpoint.head.size, 20_852_163);
        assert_eq!(signed.checkpoint.to_string(), signed.note.text);
        assert_eq!(signed.note.signatures.len(), 2);
    }

    #[test]
    fn what_is_no_checkpoint_is_rejected() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        let with = |text: &str| Checkpoint::parse(text);
        assert!(with(&format!("a\n0\n{root}\nextension\n")).is_ok());
        for bad in [
            "\n".to_owned(),
            "a\n".to_owned(),
            "a\n1\n".to_owned(),
            format!("a\n1\n{root}"),
            format!("\n1\n{root}\n"),
            format!("a\n01\n{root}\n"),
            format!("a\n+1\n{root}\n"),
            format!("a\n18446744073709551616\n{root}\n"),
            format!("a\n1\nA{root}\n"),
            format!("a\n1\n{root}\n\n"),
        ] {
            assert!(with(&bad).is_err(), "{bad:?}");
        }
    }
}
