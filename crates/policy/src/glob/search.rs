//! The search for a text with `?` in it, in one pass.
//!
//! One bit for each character of the searched text: bit *i* means that the characters up to the
//! *i*th match the text just read. Each new character shifts all bits by one and keeps those whose
//! character matches (the Shift-And method of Baeza-Yates and Gonnet). A character of the value
//! costs one step for 64 characters of the pattern.

use crate::steps::Steps;

const WORD_BITS: usize = 64;

/// Which characters a text has where.
pub(super) struct Searched {
    /// How many characters it has, at least one.
    len: usize,
    /// Words of one mask.
    words: usize,
    /// Its characters but `?`, ascending, each once.
    chars: Vec<char>,
    /// The mask of each character in turn: the positions where it may occur.
    masks: Vec<u64>,
    /// The positions where any character may occur.
    wild: Vec<u64>,
}

impl Searched {
    /// Compiles the text; `None` in it means `?`. Returns `None` if that takes too many steps, or
    /// if there is nothing to search for.
    pub(super) fn new(text: &[Option<char>], steps: &Steps) -> Option<Self> {
        let (len, words) = (text.len(), text.len().div_ceil(WORD_BITS));
        let mut chars: Vec<char> = text.iter().copied().flatten().collect();
        chars.sort_unstable();
        chars.dedup();
        let size = chars.len().saturating_mul(words);
        let cost = size.saturating_add(len).saturating_add(WORD_BITS);
        if len == 0 || !steps.take(u64::try_from(cost).unwrap_or(u64::MAX)) {
            return None;
        }
        let mut wild = vec![0; words];
        for (at, _) in text.iter().enumerate().filter(|(_, one)| one.is_none()) {
            set(&mut wild, at);
        }
        let mut masks = wild.repeat(chars.len());
        for (at, one) in text.iter().enumerate() {
            let place = one.and_then(|one| chars.binary_search(&one).ok());
            if let Some(mask) = place.and_then(|place| masks.chunks_exact_mut(words).nth(place)) {
                set(mask, at);
            }
        }
        Some(Self { len, words, chars, masks, wild })
    }

    /// The byte offset after the first match in `value`. `None` also if it takes too many steps.
    pub(super) fn end_in(&self, value: &str, steps: &Steps) -> Option<usize> {
        let cost = u64::try_from(self.words).unwrap_or(u64::MAX);
        let last = self.len.checked_sub(1)?;
        let mut fitting = vec![0_u64; self.words];
        for (at, one) in value.char_indices() {
            if !steps.take(cost) {
                return None;
            }
            let mask = self.mask(one);
            let mut carry = 1;
            for (word, mask) in fitting.iter_mut().zip(mask) {
                let moved = (*word << 1) | carry;
                carry = *word >> (WORD_BITS - 1);
                *word = moved & mask;
            }
            if is_set(&fitting, last) {
                return Some(at.saturating_add(one.len_utf8()));
            }
        }
        None
    }

    fn mask(&self, one: char) -> &[u64] {
        let place = self.chars.binary_search(&one).ok();
        let mask = place.and_then(|place| self.masks.chunks_exact(self.words).nth(place));
        mask.unwrap_or(&self.wild)
    }
}

fn set(mask: &mut [u64], at: usize) {
    if let Some(word) = mask.get_mut(at / WORD_BITS) {
        *word |= 1 << (at % WORD_BITS);
    }
}

fn is_set(mask: &[u64], at: usize) -> bool {
    mask.get(at / WORD_BITS).is_some_and(|word| word >> (at % WORD_BITS) & 1 == 1)
}
