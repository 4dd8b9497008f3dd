//! Matching with `*` and `?`, without recursion and without backtracking over `*`.
//!
//! A pattern is split at its stars into chunks. The first chunk must match at the start of the
//! value, the last at its end, and those between are searched from left to right, each as early as
//! possible. The earliest match is never worse than a later one, so there is no backtracking.
//!
//! Cost: one pass over the value. Where a chunk has `?`, each character of the value costs one step
//! for 64 characters of the chunk.

mod search;

use self::search::Searched;
use crate::outcome::Outcome;
use crate::size;
use crate::steps::Steps;

/// One element of a pattern under construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text of which every character matches literally.
    Literal(&'a str),
    /// `?`: exactly one character.
    One,
    /// `*`: any run of characters, also none.
    Many,
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    first: Chunk,
    /// The chunks behind each star; the last of them must end the value.
    rest: Vec<Chunk>,
}

/// Text between two stars: literals with a `?` between each two of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Chunk {
    head: String,
    /// Each is preceded by one `?`.
    tail: Vec<String>,
    /// The bytes of all literals plus one byte for each `?`: a shorter value cannot match the
    /// chunk.
    pattern_bytes: usize,
}

impl Glob {
    /// Compiles a pattern in which `*` and `?` are wildcards.
    pub(crate) fn parse(pattern: &str) -> Self {
        Self::from_pieces(pieces(pattern))
    }

    /// Compiles pieces, of which only [`Piece::One`] and [`Piece::Many`] are wildcards.
    pub(crate) fn from_pieces<'a>(pieces: impl IntoIterator<Item = Piece<'a>>) -> Self {
        let mut glob = Self { first: Chunk::default(), rest: Vec::new() };
        for piece in pieces {
            match piece {
                Piece::Many => glob.rest.push(Chunk::default()),
                Piece::One => {
                    let chunk = glob.open_chunk();
                    chunk.pattern_bytes = chunk.pattern_bytes.saturating_add(1);
                    chunk.tail.push(String::new());
                }
                Piece::Literal(text) => {
                    let chunk = glob.open_chunk();
                    chunk.pattern_bytes = chunk.pattern_bytes.saturating_add(text.len());
                    chunk.tail.last_mut().unwrap_or(&mut chunk.head).push_str(text);
                }
            }
        }
        glob
    }

    /// Whether the whole value fits the pattern, where both are short by other limits.
    pub(crate) fn matches(&self, value: &str) -> bool {
        self.fits(value, &Steps::new(u64::MAX)) == Outcome::Holds
    }

    /// Whether the whole value matches the pattern; unknown if that takes too many steps.
    pub(crate) fn fits(&self, value: &str, steps: &Steps) -> Outcome {
        let fits = steps.take_bytes(0) && self.search(value, steps);
        if steps.are_exhausted() { Outcome::Unknown } else { Outcome::from(fits) }
    }

    fn search(&self, value: &str, steps: &Steps) -> bool {
        let Some(mut rest) = self.first.strip_from(value) else { return false };
        let Some((last, middle)) = self.rest.split_last() else { return rest.is_empty() };
        for chunk in middle {
            let Some(after) = chunk.find_in(rest, steps) else { return false };
            rest = after;
        }
        last.ends(rest)
    }

    /// Whether every value fits: the pattern is stars and nothing else.
    pub(crate) fn matches_all(&self) -> bool {
        !self.rest.is_empty() && self.first.is_empty() && self.rest.iter().all(Chunk::is_empty)
    }

    /// The memory of this value, approximately, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.first.bytes().saturating_add(size::of_list(&self.rest, Chunk::bytes))
    }

    fn open_chunk(&mut self) -> &mut Chunk {
        self.rest.last_mut().unwrap_or(&mut self.first)
    }
}

impl Chunk {
    fn bytes(&self) -> usize {
        let tail = size::of_list(&self.tail, String::len);
        size::of_text(&self.head).saturating_add(tail)
    }

    fn is_empty(&self) -> bool {
        self.head.is_empty() && self.tail.is_empty()
    }

    /// What follows this chunk if `value` begins with it.
    fn strip_from<'v>(&self, value: &'v str) -> Option<&'v str> {
        let mut rest = value.strip_prefix(self.head.as_str())?;
        for literal in &self.tail {
            let mut chars = rest.chars();
            chars.next()?;
            rest = chars.as_str().strip_prefix(literal.as_str())?;
        }
        Some(rest)
    }

    /// Returns the rest of `value` after the first match of this chunk. `None` also if it takes too
    /// many steps.
    fn find_in<'v>(&self, value: &'v str, steps: &Steps) -> Option<&'v str> {
        if self.tail.is_empty() {
            let found = value.find(self.head.as_str());
            let read = found.unwrap_or(value.len()).saturating_add(self.head.len());
            let in_time = steps.take_bytes(read);
            let at = found.filter(|_| in_time)?;
            return value.get(at..)?.strip_prefix(self.head.as_str());
        }
        // A `?` consumes at least one byte.
        let fewest = self.pattern_bytes;
        if fewest > value.len() || !steps.take(u64::try_from(fewest).unwrap_or(u64::MAX)) {
            return None;
        }
        let mut text = Vec::with_capacity(fewest);
        text.extend(self.head.chars().map(Some));
        for literal in &self.tail {
            text.push(None);
            text.extend(literal.chars().map(Some));
        }
        let end = Searched::new(&text, steps)?.end_in(value, steps)?;
        value.get(end..)
    }

    /// Whether `value` ends with this chunk.
    fn ends(&self, value: &str) -> bool {
        let mut rest = value;
        for literal in self.tail.iter().rev() {
            let Some(before) = rest.strip_suffix(literal.as_str()) else { return false };
            let mut chars = before.chars();
            if chars.next_back().is_none() {
                return false;
            }
            rest = chars.as_str();
        }
        rest.ends_with(self.head.as_str())
    }
}

/// Cuts a pattern into literals and wildcards.
pub(crate) fn pieces(pattern: &str) -> impl Iterator<Item = Piece<'_>> {
    pattern.split_inclusive(['*', '?']).flat_map(|part| {
        let (literal, wildcard) = match (part.strip_suffix('*'), part.strip_suffix('?')) {
            (Some(literal), _) => (literal, Some(Piece::Many)),
            (None, Some(literal)) => (literal, Some(Piece::One)),
            (None, None) => (part, None),
        };
        [Some(Piece::Literal(literal)), wildcard].into_iter().flatten()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(pattern: &str, value: &str, want: bool) {
        assert_eq!(Glob::parse(pattern).matches(value), want, "{pattern:?} on {value:?}");
    }

    /// Stars match any run, question marks exactly one character, all else itself.
    #[test]
    fn matches_wildcards() {
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("a*c", "abbc", true);
        check("a*c", "abbcd", false);
        check("*a*b", "xaxbxb", true);
        check("?", "", false);
        check("?", "é", true);
        check("a?c", "abc", true);
        check("*?", "", false);
        check("*?x?*", "axb", true);
        check("*?x?*", "xb", false);
        check("ab*ba", "aba", false);
        check("[a]", "[a]", true);
    }

    /// A pattern designed to defeat backtracking matchers is matched at once.
    #[test]
    fn hostile_patterns_stay_cheap() {
        let pattern = format!("{}b", "a*".repeat(10_000));
        let steps = Steps::default();
        assert_eq!(Glob::parse(&pattern).fits(&"a".repeat(30_000), &steps), Outcome::Fails);
        let used = Steps::DECISION_MAX - steps.left();
        assert!(used < 20_000, "{used} steps");
    }

    /// A pattern designed to defeat searches costs one pass over the value.
    #[test]
    fn question_marks_stay_cheap() {
        for (pattern, value) in [
            (format!("*{}b*", "a?".repeat(450)), "a".repeat(8_000)),
            (format!("*{}", "a?b*".repeat(4_000)), "a".repeat(8_000)),
            (format!("*{}*", "?".repeat(4_000)), "é".repeat(3_999)),
        ] {
            let steps = Steps::default();
            assert_eq!(Glob::parse(&pattern).fits(&value, &steps), Outcome::Fails);
            let used = Steps::DECISION_MAX - steps.left();
            assert!(used < 600_000, "{used} steps");
        }
    }

    /// A pattern longer than the value is not even evaluated, and evaluated text is charged.
    #[test]
    fn long_texts_are_charged_before_they_are_read() {
        let glob = Glob::parse(&format!("*{}*", "a?".repeat(5_000)));
        assert_eq!(glob.rest.first().map(|chunk| chunk.pattern_bytes), Some(10_000));
        let steps = Steps::new(2);
        assert_eq!(glob.fits("a", &steps), Outcome::Fails);
        let (value, steps) = ("a".repeat(10_000), Steps::default());
        assert_eq!(glob.fits(&value, &steps), Outcome::Holds);
        let used = Steps::DECISION_MAX - steps.left();
        // Compiling alone is charged twice the pattern: to copy it and to index it.
        assert!(used >= 20_000 + 10_000 * 157, "{used} steps");
        assert_eq!(glob.fits(&value, &Steps::new(9_999)), Outcome::Unknown);
        // Six bytes are three characters: enough for three of `?`.
        check("*?é?*", "aéa", true);
        check("*?é?*", "aé", false);
    }

    /// Where the steps run out, nothing is known.
    #[test]
    fn evaluations_of_too_many_steps_are_unknown() {
        for pattern in ["*a?a*", "*a*a*", "a"] {
            let (glob, value) = (Glob::parse(pattern), "xaxaxaxa");
            let known = glob.fits(value, &Steps::default());
            assert_ne!(known, Outcome::Unknown, "{pattern}");
            assert_eq!(glob.fits(value, &Steps::new(0)), Outcome::Unknown, "{pattern}");
        }
    }

    /// The textbook recursive matcher, too slow to ship.
    fn naive(pattern: &[char], value: &[char]) -> bool {
        match (pattern.split_first(), value.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=value.len()).any(|n| naive(rest, &value[n..])),
            (Some(('?', rest)), Some((_, more))) => naive(rest, more),
            (Some((p, rest)), Some((v, more))) if p == v => naive(rest, more),
            _ => false,
        }
    }

    proptest! {
        /// Agrees with the recursive matcher on everything.
        #[test]
        fn equals_the_naive_matcher(pattern in "[ab*?é]{0,9}", value in "[abé*]{0,9}") {
            let p: Vec<char> = pattern.chars().collect();
            let v: Vec<char> = value.chars().collect();
            prop_assert_eq!(Glob::parse(&pattern).matches(&value), naive(&p, &v));
        }

        /// So it does where the text between two stars is longer than a word has bits.
        #[test]
        fn long_texts_equal_the_naive_matcher(
            chunk in "[ab?]{60,70}",
            before in "[ab]{0,9}",
            flips in proptest::collection::vec(0_usize..70, 0..2),
        ) {
            let pattern = format!("*{chunk}*");
            let mut value: Vec<char> = before.chars().collect();
            value.extend(chunk.chars().map(|one| if one == '?' { 'é' } else { one }));
            for at in flips {
                value[before.len() + at % chunk.len()] = 'c';
            }
            let p: Vec<char> = pattern.chars().collect();
            let text: String = value.iter().collect();
            prop_assert_eq!(Glob::parse(&pattern).matches(&text), naive(&p, &value));
        }
    }
}
