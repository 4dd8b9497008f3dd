//! Codes of virtual devices: RFC 6238 with HMAC-SHA-1, 30 seconds and six digits, as every
//! authenticator app generates them.

use types::Timestamp;

/// Seconds that a code lasts.
const STEP_S: u64 = 30;
/// Steps that a device's clock may be off.
const DRIFT_STEPS: u64 = 1;
/// How old the first of two codes may be that prove a device, in steps.
const PROOF_STEPS: u64 = 4;

/// The step of an instant.
fn step(now: Timestamp) -> u64 {
    now.as_secs() / STEP_S
}

/// The code of a step.
///
/// Source: RFC 4226, section 5.3, dynamic truncation.
pub(crate) fn code(seed: &[u8], step: u64) -> String {
    let mac = keys::hmac_sha1(seed, &step.to_be_bytes());
    let offset = usize::from(mac.last().copied().unwrap_or_default() & 0x0f);
    let bytes = mac.get(offset..).and_then(|rest| rest.first_chunk::<4>());
    let number = u32::from_be_bytes(bytes.copied().unwrap_or_default()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The step of a code: about now, and later than the last one that was used.
///
/// All candidates are compared, in constant time.
pub(crate) fn shown(seed: &[u8], text: &str, last_step: u64, now: Timestamp) -> Option<u64> {
    let present = step(now);
    let candidates = present.saturating_sub(DRIFT_STEPS)..=present.saturating_add(DRIFT_STEPS);
    let mut found = None;
    for candidate in candidates {
        if matches(seed, candidate, text) && candidate > last_step {
            found = Some(candidate);
        }
    }
    found
}

/// The step of the second of two codes that follow each other and prove a device.
pub(crate) fn proven(seed: &[u8], first: &str, second: &str, now: Timestamp) -> Option<u64> {
    let present = step(now);
    let mut found = None;
    for candidate in present.saturating_sub(PROOF_STEPS)..=present {
        let next = candidate.saturating_add(1);
        // Both are compared always.
        if matches(seed, candidate, first) & matches(seed, next, second) {
            found = Some(next);
        }
    }
    found
}

fn matches(seed: &[u8], step: u64, text: &str) -> bool {
    keys::equal_in_constant_time(code(seed, step).as_bytes(), text.as_bytes())
}

/// A seed as users type it.
///
/// Source: RFC 4648, base32; seeds have a multiple of five bytes, so nothing is padded.
pub(crate) fn base32(seed: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(seed.len() * 8 / 5);
    for group in seed.chunks(5) {
        let number = group.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        for place in (0..8_u32).rev() {
            let digit = usize::try_from((number >> (place * 5)) & 31).unwrap_or_default();
            text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'A')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    fn at(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    /// Known answers: RFC 6238, appendix B, SHA-1, the last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (secs, want) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SEED, step(at(secs))), want);
        }
    }

    /// RFC 4648, section 10, as far as it needs no padding.
    #[test]
    fn seeds_are_shown_in_base32() {
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(base32(SEED), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    /// One step early or late, and never twice.
    #[test]
    fn a_code_counts_once_and_about_now() {
        let now = at(1_111_111_111);
        let present = step(now);
        let check = |offset: i64, last_step, want| {
            let text = code(SEED, present.checked_add_signed(offset).unwrap());
            assert_eq!(shown(SEED, &text, last_step, now).is_some(), want, "{offset} {last_step}");
        };
        for (offset, want) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            check(offset, 0, want);
        }
        check(0, present, false);
        check(-1, present, false);
        check(1, present, true);
        for text in ["", "05047", "0504711", "50471", " 50471"] {
            assert_eq!(shown(SEED, text, 0, now), None, "{text}");
        }
    }

    /// Two codes must follow each other.
    #[test]
    fn a_device_is_proven_by_two_codes_in_a_row() {
        let now = at(1_111_111_111);
        let present = step(now);
        let check = |first, second, want| {
            let (first, second) = (code(SEED, first), code(SEED, second));
            assert_eq!(proven(SEED, &first, &second, now), want);
        };
        check(present - 1, present, Some(present));
        check(present, present + 1, Some(present + 1));
        check(present - 4, present - 3, Some(present - 3));
        check(present, present, None);
        check(present, present - 1, None);
        check(present - 2, present, None);
        check(present - 5, present - 4, None);
        check(present + 1, present + 2, None);
    }
}
