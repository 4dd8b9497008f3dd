use std::fmt;

use zeroize::Zeroize;

use super::{FRAME_BYTES, Place, frames_key};
use crate::gcm::Gcm;
use crate::{KeyError, SecretBytes};

/// Seals one body, piece by piece.
///
/// One object key and one `object_aad` seal one body: another body under the same pair would
/// repeat its nonces.
pub struct FrameSealer {
    gcm: Gcm,
    index: u64,
    // INVARIANT: at most a full frame. A full one waits for more bytes or the end of the body,
    // because the last frame is marked.
    pending: Vec<u8>,
}

impl FrameSealer {
    /// Begins a body under `key`, bound to `object_aad`.
    pub fn new(key: &SecretBytes, object_aad: &[u8]) -> Result<Self, KeyError> {
        let gcm = frames_key(key, object_aad)?;
        Ok(Self { gcm, index: 0, pending: Vec::with_capacity(FRAME_BYTES) })
    }

    /// Adds bytes to the body and appends the completed frames to `out`.
    pub fn push(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<(), KeyError> {
        while !plain.is_empty() {
            if self.pending.len() == FRAME_BYTES {
                self.seal_pending(false, out)?;
            }
            let room = FRAME_BYTES.saturating_sub(self.pending.len());
            let (now, later) = plain.split_at_checked(room).unwrap_or((plain, &[]));
            self.pending.extend_from_slice(now);
            plain = later;
        }
        Ok(())
    }

    /// Ends the body and appends its last frame to `out`.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), KeyError> {
        self.seal_pending(true, out)
    }

    fn seal_pending(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), KeyError> {
        let place = Place { index: self.index, last };
        self.gcm.seal(place.nonce(), &[], &self.pending, out)?;
        self.index = self.index.checked_add(1).ok_or(KeyError::TooLong)?;
        self.pending.clear();
        Ok(())
    }
}

impl Drop for FrameSealer {
    fn drop(&mut self) {
        self.pending.zeroize();
    }
}

impl fmt::Debug for FrameSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameSealer").field("index", &self.index).finish_non_exhaustive()
    }
}
