use std::ops::Range;

use crate::gcm::TAG_BYTES;

use super::{FRAME_BYTES, SEALED_FRAME_BYTES};

// The three sizes as the numbers of a file; `as` is exact here.
const FRAME: u64 = FRAME_BYTES as u64;
const SEALED_FRAME: u64 = SEALED_FRAME_BYTES as u64;
const TAG: u64 = TAG_BYTES as u64;

/// The frames that contain a range of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameRange {
    /// The indices of the frames to open; never empty.
    pub frames: Range<u64>,
    /// The position of these frames in the sealed body, in bytes.
    pub sealed: Range<u64>,
    /// The number of bytes of the opened frames before the range.
    pub skip: usize,
    /// The range's length in bytes.
    pub len: u64,
    /// The index of the body's last frame.
    pub last_frame: u64,
}

/// The sealed length of a body of `plain_len` bytes.
pub fn sealed_len(plain_len: u64) -> u64 {
    let tags = last_frame(plain_len).saturating_add(1).saturating_mul(TAG);
    plain_len.saturating_add(tags)
}

/// The frames that contain the bytes `plain` of a body of `plain_len` bytes.
///
/// An empty range also has a frame, so that even an empty read proves that the body exists. `None`
/// if the range is not within the body.
pub fn frame_range(plain: Range<u64>, plain_len: u64) -> Option<FrameRange> {
    if plain.start > plain.end || plain.end > plain_len {
        return None;
    }
    let last_frame = last_frame(plain_len);
    let first = plain.start.checked_div(FRAME)?.min(last_frame);
    let after = plain.end.div_ceil(FRAME).max(first.checked_add(1)?);
    let skip = plain.start.checked_sub(first.checked_mul(FRAME)?)?;
    let sealed_end = after.checked_mul(SEALED_FRAME)?.min(sealed_len(plain_len));
    Some(FrameRange {
        frames: first..after,
        sealed: first.checked_mul(SEALED_FRAME)?..sealed_end,
        skip: usize::try_from(skip).ok()?,
        len: plain.end.checked_sub(plain.start)?,
        last_frame,
    })
}

/// The index of the last frame of a body.
fn last_frame(plain_len: u64) -> u64 {
    plain_len.div_ceil(FRAME).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_costs_one_tag_and_an_empty_body_has_one() {
        for (plain_len, want) in [
            (0, 16),
            (1, 17),
            (FRAME - 1, FRAME + 15),
            (FRAME, FRAME + 16),
            (FRAME + 1, FRAME + 33),
            (2 * FRAME, 2 * FRAME + 32),
            (10 * FRAME + 5, 10 * FRAME + 5 + 11 * 16),
        ] {
            assert_eq!(sealed_len(plain_len), want, "{plain_len}");
        }
    }

    #[test]
    fn a_range_touches_only_the_frames_it_needs() {
        let len = 3 * FRAME + 100;
        for (plain, frames, skip) in [
            (0..1, 0..1, 0),
            (0..FRAME, 0..1, 0),
            (0..FRAME + 1, 0..2, 0),
            (FRAME - 1..FRAME + 1, 0..2, 65_535),
            (FRAME..FRAME + 1, 1..2, 0),
            (3 * FRAME..len, 3..4, 0),
            (3 * FRAME + 99..len, 3..4, 99),
            (0..len, 0..4, 0),
            (7..7, 0..1, 7),
            (len..len, 3..4, 100),
        ] {
            let range = frame_range(plain.clone(), len).unwrap();
            let end = (frames.end * SEALED_FRAME).min(sealed_len(len));
            assert_eq!(range.frames, frames, "{plain:?}");
            assert_eq!(range.sealed, frames.start * SEALED_FRAME..end, "{plain:?}");
            assert_eq!((range.skip, range.last_frame), (skip, 3), "{plain:?}");
            assert_eq!(range.len, plain.end - plain.start);
        }
    }

    #[test]
    fn a_range_at_the_end_of_full_frames_stays_within_the_body() {
        let range = frame_range(FRAME..FRAME, FRAME).unwrap();
        assert_eq!((range.frames, range.skip, range.last_frame), (0..1, FRAME_BYTES, 0));
        let range = frame_range(0..0, 0).unwrap();
        assert_eq!((range.frames, range.sealed, range.skip), (0..1, 0..16, 0));
    }

    #[test]
    fn a_range_outside_the_body_has_no_frames() {
        #[expect(clippy::reversed_empty_ranges, reason = "what a hostile header may ask for")]
        let reversed = 5..4;
        for (plain, len) in [(0..1, 0), (9..11, 10), (11..11, 10), (reversed, 10)] {
            assert_eq!(frame_range(plain.clone(), len), None, "{plain:?} of {len}");
        }
    }

    /// No body is that long; the arithmetic must not wrap all the same.
    #[test]
    fn absurd_lengths_do_not_overflow() {
        assert_eq!(sealed_len(u64::MAX), u64::MAX);
        assert_eq!(frame_range(u64::MAX - 1..u64::MAX, u64::MAX), None);
    }
}
