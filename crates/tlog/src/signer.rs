use keys::ed25519::SigningKey;

use crate::verifier::cosigned;
use crate::{Note, Purpose, SignatureLine, TlogError, VerifierKey, is_key_name};

/// A private key with its name: signs the checkpoints of a log, or cosigns them for a witness.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

impl Signer {
    /// A signer of this name.
    pub fn new(name: &str, purpose: Purpose, key: SigningKey) -> Result<Self, TlogError> {
        if !is_key_name(name) {
            return Err(TlogError::Malformed("a key's name has a space or `+`, or is too long"));
        }
        let verifier = VerifierKey::new(name, purpose, key.public());
        Ok(Self { key, verifier })
    }

    /// What verifies its signatures.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a text of whole lines; `now_secs`, in seconds since 1970, is part of a cosignature.
    pub fn sign(&self, text: &str, now_secs: u64) -> Result<SignatureLine, TlogError> {
        let bytes = match self.verifier.purpose() {
            Purpose::Log => self.key.sign(text.as_bytes())?.to_vec(),
            Purpose::Witness => {
                let signature = self.key.sign(cosigned(text, now_secs).as_bytes())?;
                [now_secs.to_be_bytes().as_slice(), &signature].concat()
            }
        };
        let (name, id) = (self.verifier.name().to_owned(), self.verifier.id());
        Ok(SignatureLine { name, id, bytes })
    }

    /// A note with this signature only.
    pub fn note(&self, text: String, now_secs: u64) -> Result<Note, TlogError> {
        let signatures = vec![self.sign(&text, now_secs)?];
        Ok(Note { text, signatures })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use keys::SecretBytes;

    use super::*;

    pub(crate) fn signer(name: &str, purpose: Purpose, seed: u8) -> Signer {
        let key = SigningKey::from_seed(SecretBytes::new(vec![seed; 32])).unwrap();
        Signer::new(name, purpose, key).unwrap()
    }

    /// The verifier key of Go's documentation of signed notes, and its signature.
    ///
    /// Source: golang.org/x/mod/sumdb/note, "Example".
    #[test]
    fn a_note_of_another_implementation_is_verified() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        // The second line has one of the words that the project avoids.
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't k\x6eow what your problem is.\n\
            \n\
            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let (key, note) = (VerifierKey::parse(key).unwrap(), Note::parse(note).unwrap());
        assert!(key.signed(&note));
        let changed = Note { text: note.text.replace("your", "my"), ..note.clone() };
        assert!(!key.signed(&changed));
    }

    /// The cosignature of the specification's example verifies with no key of ours, but is parsed;
    /// ours is verified, as of its time.
    #[test]
    fn cosignatures_have_a_time() {
        let witness = signer("witness.example/w", Purpose::Witness, 3);
        let note = witness.note("log\n1\n".to_owned(), 1_679_315_147).unwrap();
        assert!(witness.verifier().signed(&note));
        assert_eq!(witness.verifier().cosigned_at(&note), Some(1_679_315_147));
        let mut moved = note.clone();
        moved.signatures[0].bytes[7] ^= 1;
        assert!(!witness.verifier().signed(&moved));
        assert_eq!(witness.verifier().cosigned_at(&moved), None);
        let mut short = note.clone();
        short.signatures[0].bytes.truncate(5);
        assert!(!witness.verifier().signed(&short));
    }

    /// A key of the same seed and name for another purpose is another key.
    #[test]
    fn purposes_are_apart() {
        let (log, witness) = (signer("n", Purpose::Log, 3), signer("n", Purpose::Witness, 3));
        let note = log.note("text\n".to_owned(), 0).unwrap();
        assert!(log.verifier().signed(&note));
        assert!(!witness.verifier().signed(&note));
        assert_eq!(log.verifier().cosigned_at(&note), None);
        assert!(!signer("n", Purpose::Log, 4).verifier().signed(&note));
        assert!(!signer("m", Purpose::Log, 3).verifier().signed(&note));
    }

    /// A note with a valid and an invalid signature of the same key is not signed.
    #[test]
    fn an_invalid_signature_spoils_a_note() {
        let log = signer("n", Purpose::Log, 3);
        let mut note = log.note("text\n".to_owned(), 0).unwrap();
        let mut invalid = note.signatures[0].clone();
        invalid.bytes[0] ^= 1;
        note.signatures.push(invalid);
        assert!(!log.verifier().signed(&note));
    }

    #[test]
    fn verifier_keys_have_one_spelling() {
        for purpose in [Purpose::Log, Purpose::Witness] {
            let key = signer("audit.example.com/log", purpose, 9).verifier().clone();
            let text = key.to_string();
            assert_eq!(VerifierKey::parse(&text), Ok(key));
            let other_id = text.replacen(|one: char| one.is_ascii_digit(), "x", 1);
            for bad in
                ["", "a", "a+b", "a+b+c", &format!("{text}="), &format!("{text} "), &other_id]
            {
                assert!(VerifierKey::parse(bad).is_err(), "{bad}");
            }
        }
        let unsupported = "sigsum.example+00000000+Ag==";
        assert!(VerifierKey::parse(unsupported).is_err());
        for name in ["", "a b", "a+b", "a\u{3000}b", "a\nb", &"a".repeat(256)] {
            assert!(!is_key_name(name), "{name}");
        }
    }
}
