use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keys::SecretBytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes that are not secret; base64 in JSON.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decode(deserializer).map(Self)
    }
}

/// A plaintext or a data key: wiped when dropped, never shown.
///
/// It is serialized only for the response to the caller; no type that contains one may become part
/// of an event.
pub struct Secret(pub SecretBytes);

impl Secret {
    /// Takes ownership of `bytes`.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(SecretBytes::new(bytes))
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A secret takes ownership of the text, so that it is wiped after it was written.
        let text = SecretBytes::new(STANDARD.encode(self.expose()).into_bytes());
        let shown = std::str::from_utf8(text.as_bytes()).unwrap_or_default();
        serializer.serialize_str(shown)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decode(deserializer).map(Self::new)
    }
}

fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    deserializer.deserialize_str(Base64)
}

/// Decodes in place: no copy of a plaintext stays behind.
struct Base64;

impl de::Visitor<'_> for Base64 {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        STANDARD.decode(text).map_err(|_| E::custom("not base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blobs are base64 both ways; other texts are refused.
    #[test]
    fn blobs_are_base64() {
        assert_eq!(serde_json::to_string(&Blob(vec![1, 2, 3])).unwrap(), "\"AQID\"");
        assert_eq!(serde_json::from_str::<Blob>("\"AQID\"").unwrap(), Blob(vec![1, 2, 3]));
        assert!(serde_json::from_str::<Blob>("\"?\"").is_err());
        let secret: Secret = serde_json::from_str("\"AQID\"").unwrap();
        assert_eq!(secret.expose(), [1, 2, 3]);
    }

    /// Neither kind shows its bytes to diagnostics.
    #[test]
    fn debug_shows_no_bytes() {
        assert_eq!(format!("{:?}", Secret::new(b"hunter2".to_vec())), "Secret");
        assert_eq!(format!("{:?}", Blob(b"hunter2".to_vec())), "Blob(7 bytes)");
    }
}
