//! Damage.

use crate::random::Random;

/// Numbers at which code changes its mind.
const INTEGERS: [u64; 22] = [
    0,
    1,
    7,
    15,
    16,
    31,
    64,
    100,
    127,
    128,
    255,
    256,
    1000,
    4096,
    65_535,
    65_536,
    0x7fff_ffff,
    0xffff_ffff,
    // The largest number that certainly fits in 64 bits, and the remainder of a day.
    999_999_999_999_999_999,
    86_399,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];
/// How often one input is damaged: once, mostly, so that the rest of it still means something.
const STEPS: [usize; 8] = [1, 1, 1, 1, 2, 3, 6, 16];
/// Bytes that mean something in most formats.
const BYTES: &[u8] = b"\0\t\n\r \"%&'*+,-./0:;<=>?[\\]{|}~\x7f\x80\xc0\xed\xf4\xff";
/// Texts that mean something in most formats.
const WORDS: [&str; 16] = [
    "\r\n", "%00", "%2F", "%C0%80", "%", "../", "null", "true", "[]", "{}", "\u{feff}", "\u{3042}",
    "-1", "1e999", "0.5", "\\ud800",
];

/// Creates a new input from the old ones.
#[derive(Debug)]
pub(crate) struct Mutator {
    pub(crate) words: &'static [&'static str],
    pub(crate) bytes_max: usize,
}

impl Mutator {
    /// A damaged copy of one of the inputs, which are not none.
    pub(crate) fn next(&self, inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
        let mut input = random.pick(inputs).clone();
        for _ in 0..*random.pick(&STEPS) {
            self.damage(&mut input, inputs, random);
        }
        input.truncate(self.bytes_max);
        input
    }

    fn damage(&self, input: &mut Vec<u8>, inputs: &[Vec<u8>], random: &mut Random) {
        match random.below(16) {
            0 => flip(input, random),
            1 => replace_byte(input, random.byte(), random),
            2 => replace_byte(input, *random.pick(BYTES), random),
            3 => insert(input, &[*random.pick(BYTES)], random),
            4 => {
                let bytes: Vec<u8> = (0..=random.below(8)).map(|_| random.byte()).collect();
                insert(input, &bytes, random);
            }
            5 | 6 => {
                let (from, to) = block(input.len(), random);
                input.drain(from..to);
            }
            7 => {
                let (from, to) = block(input.len(), random);
                let copy = input[from..to].to_vec();
                insert(input, &copy, random);
            }
            8 => self.repeat(input, random),
            9 => splice(input, random.pick::<Vec<u8>>(inputs), random),
            10 | 14 => number(input, random),
            11 => insert(input, random.pick(&WORDS).as_bytes(), random),
            12 => overwrite(input, &integer(random), random),
            13 if random.one_in(4) => input.truncate(random.below(input.len().saturating_add(1))),
            _ => self.word(input, random),
        }
    }

    /// Repeats a block many times: reveals quadratic behaviour.
    fn repeat(&self, input: &mut Vec<u8>, random: &mut Random) {
        if !random.one_in(8) {
            return;
        }
        let (from, to) = block(input.len(), random);
        let copy = input[from..to.min(from.saturating_add(16))].to_vec();
        let room = self.bytes_max.saturating_sub(input.len()) / copy.len().max(1);
        insert(input, &copy.repeat(random.below(room.saturating_add(1))), random);
    }

    fn word(&self, input: &mut Vec<u8>, random: &mut Random) {
        if self.words.is_empty() {
            return flip(input, random);
        }
        let word = random.pick(self.words).as_bytes();
        if random.one_in(2) {
            return insert(input, word, random);
        }
        // In place of another word, so that grammar survives.
        let (from, to) = token(input, random);
        input.splice(from..to, word.iter().copied());
    }
}

fn flip(input: &mut [u8], random: &mut Random) {
    let at = random.below(input.len());
    if let Some(byte) = input.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn replace_byte(input: &mut [u8], by: u8, random: &mut Random) {
    let at = random.below(input.len());
    if let Some(byte) = input.get_mut(at) {
        *byte = by;
    }
}

fn insert(input: &mut Vec<u8>, bytes: &[u8], random: &mut Random) {
    let at = random.below(input.len().saturating_add(1));
    input.splice(at..at, bytes.iter().copied());
}

fn overwrite(input: &mut [u8], bytes: &[u8], random: &mut Random) {
    let at = random.below(input.len());
    for (old, new) in input[at..].iter_mut().zip(bytes) {
        *old = *new;
    }
}

/// A random part, mostly short; empty only if there is nothing.
fn block(len: usize, random: &mut Random) -> (usize, usize) {
    let from = random.below(len);
    let longest = len.saturating_sub(from);
    let longest = if random.one_in(4) { longest } else { longest.min(16) };
    (from, from.saturating_add(random.below(longest)).saturating_add(1).min(len))
}

/// The head of one input with the tail of another.
fn splice(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    if random.one_in(2) {
        let (from, to) = block(other.len(), random);
        return insert(input, &other[from..to], random);
    }
    input.truncate(random.below(input.len().saturating_add(1)));
    input.extend_from_slice(&other[random.below(other.len())..]);
}

/// A number of one, two, four or eight bytes in either order.
fn integer(random: &mut Random) -> Vec<u8> {
    let number = *random.pick(&INTEGERS);
    let mut bytes = number.to_le_bytes()[..1 << random.below(4)].to_vec();
    if random.one_in(2) {
        bytes.reverse();
    }
    bytes
}

/// Another number in place of one written in digits.
fn number(input: &mut Vec<u8>, random: &mut Random) {
    let start = random.below(input.len());
    let Some(found) = input[start..].iter().position(u8::is_ascii_digit) else { return };
    let from = start.saturating_add(found);
    let digits = input[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    // Often one that is longer than any that is meant, and yet a number.
    let number = match random.below(4) {
        0 => "9".repeat(random.below(24).saturating_add(1)),
        1 => (random.next() % 1000).to_string(),
        _ => random.pick(&INTEGERS).to_string(),
    };
    input.splice(from..from.saturating_add(digits), number.into_bytes());
}

/// A run of letters and digits around a random place.
fn token(input: &[u8], random: &mut Random) -> (usize, usize) {
    let at = random.below(input.len());
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    let before = input[..at].iter().rev().take_while(|byte| inside(byte)).count();
    let after = input[at..].iter().take_while(|byte| inside(byte)).count();
    (at.saturating_sub(before), at.saturating_add(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For any seed, mutation neither panics nor exceeds the limit, and it is deterministic.
    #[test]
    fn damage_is_bounded_and_repeatable() {
        let mutator = Mutator { words: &["word"], bytes_max: 64 };
        let inputs = [Vec::new(), b"a".to_vec(), b"Statement: 12, word".to_vec()];
        let damaged = |seed| {
            let mut random = Random::new(seed);
            (0..2_000).map(|_| mutator.next(&inputs, &mut random)).collect::<Vec<_>>()
        };
        let made = damaged(1);
        assert_eq!(made, damaged(1));
        assert_ne!(made, damaged(2));
        assert!(made.iter().all(|input| input.len() <= 64));
        assert!(made.iter().any(|input| input.len() > 40));
    }
}
