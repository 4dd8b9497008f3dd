use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What a target did with an input, as a number: inputs on the same path have the same.
///
/// Coarse is good: the kind of an error, not its text; a few bits of a size, not the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Way(pub u64);

impl Way {
    /// The way with one more turn.
    #[must_use]
    pub fn then(self, turn: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.0, turn).hash(&mut hasher);
        Self(hasher.finish())
    }

    /// The way with a value's `Debug` form up to its first content: the name of a variant.
    #[must_use]
    pub fn kind(self, value: &impl Debug) -> Self {
        let text = format!("{value:?}");
        let end = text.find(|letter: char| !letter.is_alphanumeric());
        self.then(&text[..end.unwrap_or(text.len())])
    }

    /// The way with a size, of which only the number of bits counts.
    #[must_use]
    pub fn size(self, size: usize) -> Self {
        self.then(size.checked_ilog2())
    }
}
