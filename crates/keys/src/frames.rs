//! Object bodies at rest: 64 KiB frames, so that a body streams and a range read opens only the
//! frames it needs, while no frame can be changed, moved, dropped or added unnoticed.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-
//! Encryption and its Nonce-Reuse Misuse-Resistance", 2015): AES-256-GCM whose nonce is the
//! frame's index and whether it is the last one. The frames' key is derived from the object's key
//! and its associated data, so that two bodies under one object key, such as the parts of an
//! upload, never share a nonce.
//!
//! Every body has at least one frame; all but the last are full. An empty body is one tag.

mod layout;
mod opener;
mod sealer;

pub use layout::{FrameRange, frame_range, sealed_len};
pub use opener::FrameOpener;
pub use sealer::FrameSealer;

use crate::derive::derive;
use crate::gcm::{Gcm, IV_BYTES, TAG_BYTES};
use crate::{KeyError, SecretBytes};

/// The plaintext of a full frame.
pub const FRAME_BYTES: usize = 64 * 1024;
/// A full frame as it is stored.
pub const SEALED_FRAME_BYTES: usize = FRAME_BYTES + TAG_BYTES;

/// The key of one object, from its bucket key and a salt that is stored beside the object.
///
/// Source: Amazon S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys": a
/// bucket-level key makes the data keys of new objects.
pub fn derive_object_key(
    bucket_key: &SecretBytes,
    salt: &[u8; 16],
) -> Result<SecretBytes, KeyError> {
    derive(bucket_key.as_bytes(), "shoseki s3 object key", salt)
}

/// Seals a whole body that is in memory.
pub fn seal_all(key: &SecretBytes, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut sealer = FrameSealer::new(key, aad)?;
    let mut out = Vec::new();
    sealer.push(plain, &mut out)?;
    sealer.finish(&mut out)?;
    Ok(out)
}

/// The position of a frame in its body.
#[derive(Debug, Clone, Copy)]
struct Place {
    index: u64,
    last: bool,
}

impl Place {
    /// Three zero bytes, the index, and 1 for the last frame.
    fn nonce(self) -> [u8; IV_BYTES] {
        let mut nonce = [0; IV_BYTES];
        let tail = self.index.to_be_bytes().into_iter().chain([u8::from(self.last)]);
        for (to, from) in nonce.iter_mut().skip(3).zip(tail) {
            *to = from;
        }
        nonce
    }
}

fn frames_key(object_key: &SecretBytes, aad: &[u8]) -> Result<Gcm, KeyError> {
    Gcm::new(derive(object_key.as_bytes(), "shoseki s3 frames", aad)?.as_bytes())
}

#[cfg(test)]
mod tests;
