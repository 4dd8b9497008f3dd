//! The decoding and verification of a body's bytes before an operation receives them.

use bytes::Bytes;
use wire::sigv4::{ChunkDecoder, ChunkError, Payload, SignatureError};
use wire::{FormReader, Head};

use crate::authenticate::Authenticated;
use crate::{Family, WireError};

/// Checks and unwraps a body of S3 as it arrives: the declared hash, or chunks with their
/// signatures.
pub struct BodyGate(Kind);

enum Kind {
    /// Compared with its declared hash at the end.
    Hashed {
        claimed: String,
        hasher: keys::Sha256,
    },
    Chunked(Box<ChunkDecoder>),
    /// The file of a form.
    Form(Box<FormReader>),
}

impl std::fmt::Debug for BodyGate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Kind::Hashed { .. } => "Hashed",
            Kind::Chunked(_) => "Chunked",
            Kind::Form(_) => "Form",
        })
    }
}

impl BodyGate {
    /// The gate to the file of a form whose fields have been read.
    pub(crate) fn form(reader: FormReader) -> Self {
        Self(Kind::Form(Box::new(reader)))
    }

    /// The gate that a request's head calls for; `None` if its bytes pass as they are.
    pub(crate) fn new(head: &Head, found: &Authenticated) -> Result<Option<Self>, WireError> {
        let payload = match &found.signed {
            Some(signed) => signed.payload(head),
            None => head.header("x-amz-content-sha256").map_or(Payload::Absent, Payload::parse),
        };
        Ok(match payload {
            Payload::Sha256Hex(claimed) if found.signed.is_some() => {
                Some(Self(Kind::Hashed { claimed, hasher: keys::Sha256::new() }))
            }
            Payload::Streaming { .. } => {
                let decoder = ChunkDecoder::new(head, &payload, found.verified.as_ref())
                    .map_err(ChunkError::wire)?;
                Some(Self(Kind::Chunked(Box::new(decoder))))
            }
            Payload::Sha256Hex(_) | Payload::Unsigned | Payload::Absent | Payload::Other(_) => None,
        })
    }

    /// Accepts received bytes and passes on the payload in them.
    pub fn push(
        &mut self,
        received: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        match &mut self.0 {
            Kind::Hashed { hasher, .. } => {
                hasher.update(received);
                out(received)
            }
            Kind::Chunked(decoder) => decoder.push(received, out),
            Kind::Form(reader) => reader.push(received, out),
        }
    }

    /// All bytes have arrived; returns the trailing headers.
    pub fn finish(self) -> Result<Vec<(String, String)>, WireError> {
        match self.0 {
            Kind::Hashed { claimed, hasher } => {
                let computed = types::hex(&hasher.finish());
                if computed == claimed {
                    return Ok(Vec::new());
                }
                Err(SignatureError::ContentMismatch { claimed, computed }.wire(Family::S3))
            }
            Kind::Chunked(decoder) => decoder.finish(),
            Kind::Form(reader) => {
                reader.finish()?;
                Ok(Vec::new())
            }
        }
    }

    /// The payload of a body that is here as a whole.
    pub(crate) fn whole(mut self, body: &[u8]) -> Result<Bytes, WireError> {
        let mut payload = Vec::with_capacity(body.len());
        self.push(body, &mut |bytes| {
            payload.extend_from_slice(bytes);
            Ok(())
        })?;
        self.finish()?;
        Ok(Bytes::from(payload))
    }
}
