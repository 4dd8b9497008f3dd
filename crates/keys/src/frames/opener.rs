use std::fmt;

use super::{FrameRange, Place, SEALED_FRAME_BYTES, frame_range, frames_key};
use crate::gcm::{Gcm, TAG_BYTES};
use crate::{KeyError, SecretBytes};

/// Opens the frames of one body, in any order.
///
/// The body's length must come from an authenticated source: it determines the last frame, and so
/// whether something is missing.
pub struct FrameOpener(Gcm);

impl FrameOpener {
    /// For the body that was sealed with this `key` and `object_aad`.
    pub fn new(key: &SecretBytes, object_aad: &[u8]) -> Result<Self, KeyError> {
        frames_key(key, object_aad).map(Self)
    }

    /// The plaintext of the frame at `index`, which is or is not the body's `last`.
    pub fn open_frame(&self, index: u64, last: bool, frame: &[u8]) -> Result<Vec<u8>, KeyError> {
        if !has_frame_length(last, frame) {
            return Err(KeyError::NotAuthentic);
        }
        let mut plain = self.0.open(Place { index, last }.nonce(), &[], frame)?;
        Ok(plain.take())
    }

    /// Returns the bytes of `range`, given the bytes `range.sealed` of the sealed body.
    pub fn open_range(&self, range: &FrameRange, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let wanted = range.sealed.end.checked_sub(range.sealed.start);
        if u64::try_from(sealed.len()).ok() != wanted {
            return Err(KeyError::NotAuthentic);
        }
        let mut plain = Vec::with_capacity(sealed.len());
        let mut frames = sealed.chunks(SEALED_FRAME_BYTES);
        for index in range.frames.clone() {
            let frame = frames.next().ok_or(KeyError::NotAuthentic)?;
            plain.extend(self.open_frame(index, index == range.last_frame, frame)?);
        }
        let len = usize::try_from(range.len).map_err(|_| KeyError::TooLong)?;
        let end = range.skip.checked_add(len).ok_or(KeyError::TooLong)?;
        if frames.next().is_some() || plain.len() < end {
            return Err(KeyError::NotAuthentic);
        }
        plain.truncate(end);
        plain.drain(..range.skip);
        Ok(plain)
    }

    /// A whole body that is in memory, of `plain_len` bytes.
    pub fn open_all(&self, plain_len: u64, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let range = frame_range(0..plain_len, plain_len).ok_or(KeyError::TooLong)?;
        self.open_range(&range, sealed)
    }
}

impl fmt::Debug for FrameOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FrameOpener")
    }
}

/// All frames but the last are full, and even that one has its tag.
fn has_frame_length(last: bool, frame: &[u8]) -> bool {
    let full = frame.len() == SEALED_FRAME_BYTES;
    full || (last && (TAG_BYTES..SEALED_FRAME_BYTES).contains(&frame.len()))
}
