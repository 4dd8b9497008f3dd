use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keys::{ed25519, sha256};

use crate::{Note, SignatureLine, TlogError, is_key_name};

/// Bytes of the time in a cosignature.
const TIME_BYTES: usize = 8;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Checkpoints of a log. Source: <https://c2sp.org/signed-note>, type 0x01.
    Log,
    /// Cosignatures of a witness. Source: <https://c2sp.org/tlog-cosignature>, type 0x04.
    Witness,
}

impl Purpose {
    fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// A public key with its name: verifies signatures of notes.
///
/// Its text form is a verifier key, `NAME+ID+KEY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    purpose: Purpose,
    public: [u8; ed25519::PUBLIC_BYTES],
    id: [u8; 4],
}

impl VerifierKey {
    pub(crate) fn new(name: &str, purpose: Purpose, public: [u8; ed25519::PUBLIC_BYTES]) -> Self {
        let kind = [purpose.byte()];
        let hash = sha256(&[name.as_bytes(), b"\n", &kind, &public].concat());
        let [a, b, c, d, ..] = hash;
        Self { name: name.to_owned(), purpose, public, id: [a, b, c, d] }
    }

    /// Parses a verifier key, whose ID must be that of name and key.
    pub fn parse(text: &str) -> Result<Self, TlogError> {
        let malformed = || TlogError::Malformed("not a verifier key such as `NAME+ID+KEY`");
        let (name, rest) = text.split_once('+').ok_or_else(malformed)?;
        // The base64 of the key may contain a plus.
        let (_, key) = rest.split_once('+').ok_or_else(malformed)?;
        let key = STANDARD.decode(key).map_err(|_| malformed())?;
        let (kind, public) = key.split_first().ok_or_else(malformed)?;
        let purpose = [Purpose::Log, Purpose::Witness].into_iter();
        let purpose = purpose.into_iter().find(|purpose| purpose.byte() == *kind);
        let purpose = purpose.ok_or(TlogError::Malformed("a key of another kind than Ed25519"))?;
        let public = public.try_into().map_err(|_| malformed())?;
        let parsed = Self::new(name, purpose, public);
        if is_key_name(name) && parsed.to_string() == text { Ok(parsed) } else { Err(malformed()) }
    }

    /// Its name: of a log, the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    pub(crate) fn id(&self) -> [u8; 4] {
        self.id
    }

    /// Whether the signature names this key.
    pub fn owns(&self, signature: &SignatureLine) -> bool {
        self.name == signature.name && self.id == signature.id
    }

    /// Whether this key signed the note.
    ///
    /// One signature that names the key and is not valid spoils the note.
    pub fn signed(&self, note: &Note) -> bool {
        let mut own = note.signatures.iter().filter(|signature| self.owns(signature)).peekable();
        own.peek().is_some() && own.all(|signature| self.verifies(&note.text, signature))
    }

    /// Whether this is the key's valid signature of a note's text.
    pub fn verifies(&self, text: &str, signature: &SignatureLine) -> bool {
        if !self.owns(signature) {
            return false;
        }
        match self.purpose {
            Purpose::Log => ed25519::verifies(&self.public, text.as_bytes(), &signature.bytes),
            Purpose::Witness => {
                let Some((time, bytes)) = signature.bytes.split_first_chunk::<TIME_BYTES>() else {
                    return false;
                };
                let message = cosigned(text, u64::from_be_bytes(*time));
                ed25519::verifies(&self.public, message.as_bytes(), bytes)
            }
        }
    }

    /// When a witness made its newest cosignature of the note, in seconds since 1970; `None` if it
    /// made none.
    pub fn cosigned_at(&self, note: &Note) -> Option<u64> {
        let own = note.signatures.iter().filter(|signature| {
            self.purpose == Purpose::Witness && self.verifies(&note.text, signature)
        });
        let times = own.filter_map(|signature| signature.bytes.first_chunk::<TIME_BYTES>());
        times.map(|time| u64::from_be_bytes(*time)).max()
    }
}

/// What a witness signs. Source: <https://c2sp.org/tlog-cosignature>.
pub(crate) fn cosigned(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [[self.purpose.byte()].as_slice(), &self.public].concat();
        write!(f, "{}+{}+{}", self.name, types::hex(&self.id), STANDARD.encode(key))
    }
}
