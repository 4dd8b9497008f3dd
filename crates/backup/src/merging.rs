//! Which small objects are merged into a longer one.
//!
//! A round writes only what is new: an object of its own, however small. Eight of about one size
//! become one of the next size, up to the size at which an object is left as it is. So a byte is
//! written again a few times, and not in every round, and few small objects wait to be merged.

use std::ops::Range;

/// Bytes from which on an object is left as it is.
pub(crate) const FULL_BYTES: u64 = 8 << 20;
/// Objects of one size that are merged.
const FAN: usize = 8;
/// The smallest size.
const SMALLEST_BYTES: u64 = 4 << 10;

/// The class of a length, each eight times as long as the one before; `None` of a full one.
fn class(len: u64) -> Option<u32> {
    if len >= FULL_BYTES {
        return None;
    }
    let eighths = (len / SMALLEST_BYTES).checked_ilog(8);
    Some(eighths.map_or(0, |power| power.saturating_add(1)))
}

/// Which of the objects of these lengths are to be merged; an empty range if none.
///
/// The lengths are those of objects that follow each other without a gap, oldest first.
pub(crate) fn due(lens: &[u64]) -> Range<usize> {
    let small_end = |end: usize| {
        let small = lens.iter().take(end).rev().take_while(|len| class(**len).is_some());
        end.saturating_sub(small.count())..end
    };
    let newest = small_end(lens.len());
    // What lies before a full one does not grow any more.
    if newest.is_empty() {
        let before = small_end(lens.len().saturating_sub(1));
        return if before.len() > 1 { before } else { newest };
    }
    let small = lens.get(newest.clone()).unwrap_or(&[]);
    if small.iter().fold(0_u64, |sum, len| sum.saturating_add(*len)) >= FULL_BYTES {
        return newest;
    }
    let classes: Vec<u32> = small.iter().rev().map_while(|len| class(*len)).collect();
    for wanted in 0..=classes.iter().copied().max().unwrap_or(0) {
        let run = classes.iter().take_while(|own| **own <= wanted);
        let (mut all, mut same) = (0_usize, 0_usize);
        for own in run {
            all = all.saturating_add(1);
            same = same.saturating_add(usize::from(*own == wanted));
        }
        if same >= FAN {
            return newest.end.saturating_sub(all)..newest.end;
        }
    }
    newest.end..newest.end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written for rounds of these lengths, in all, and the most objects at a time.
    fn written(rounds: impl Iterator<Item = u64>) -> (u64, usize) {
        let (mut lens, mut bytes, mut most) = (Vec::new(), 0, 0);
        for len in rounds {
            lens.push(len);
            bytes += len;
            loop {
                let run = due(&lens);
                if run.is_empty() {
                    break;
                }
                let merged: u64 = lens[run.clone()].iter().sum();
                lens.splice(run, [merged]);
                bytes += merged;
            }
            most = most.max(lens.iter().filter(|len| **len < FULL_BYTES).count());
        }
        (bytes, most)
    }

    /// Rounds of any kind: a byte is written again a few times only, and few small objects
    /// are left.
    #[test]
    fn bytes_are_written_again_a_few_times() {
        let mut state = 1_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for (name, rounds, most_times) in [
            ("trickle", vec![1_500; 20_000], 6),
            ("tiny", vec![90; 20_000], 30),
            ("steady", vec![100_000; 2_000], 5),
            ("bursts", (0..5_000).map(|n| if n % 50 == 0 { 3 << 20 } else { 700 }).collect(), 4),
            ("any", (0..5_000).map(|_| random(1 << 20)).collect(), 4),
            ("large", vec![9 << 20; 100], 1),
        ] {
            let total: u64 = rounds.iter().sum();
            let (bytes, most) = written(rounds.into_iter());
            assert!(bytes <= total * most_times, "{name}: {} times", bytes / total);
            assert!(most <= 64, "{name}: {most} objects");
        }
    }

    /// Only whole runs of small ones at the end are merged.
    #[test]
    fn full_ones_are_left_as_they_are() {
        for (lens, want) in [
            (vec![], 0..0),
            (vec![FULL_BYTES; 20], 20..20),
            (vec![100; 7], 7..7),
            (vec![100; 8], 0..8),
            ([[FULL_BYTES; 1].as_slice(), &[100; 8]].concat(), 1..9),
            (vec![3 << 20; 3], 0..3),
            // A long one is not written again for seven short ones.
            ([[1 << 20; 1].as_slice(), &[100; 7]].concat(), 8..8),
            // Behind a full one nothing comes to these.
            ([[100; 7].as_slice(), &[FULL_BYTES; 1]].concat(), 0..7),
            (vec![100, FULL_BYTES], 2..2),
        ] {
            assert_eq!(due(&lens), want, "{lens:?}");
        }
    }
}
