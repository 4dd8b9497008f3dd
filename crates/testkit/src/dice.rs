#![expect(clippy::cast_possible_truncation, reason = "chance for tests only")]

use types::Entropy;

/// Seeded chance.
#[derive(Debug)]
pub struct Dice(Entropy);

impl Dice {
    /// The same throws for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(Entropy::seeded(seed))
    }

    /// A number below `end`, or 0.
    pub fn below(&self, end: u64) -> u64 {
        u64::from_le_bytes(self.0.bytes().expect("seeded bytes")) % end.max(1)
    }

    pub(crate) fn index(&self, end: usize) -> usize {
        self.below(end as u64) as usize
    }

    pub(crate) fn byte(&self) -> u8 {
        self.below(256) as u8
    }
}
