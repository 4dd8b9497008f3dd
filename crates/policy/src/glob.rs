//! Matching with `*` and `?`, without recursion and without backtracking over `*`.
//!
//! A pattern is cut at its stars into chunks. The first chunk must begin the value, the last must
//! end it, and those between are looked for from left to right, each as early as possible. The
//! earliest place is never worse than a later one, so nothing is ever tried twice.
//!
//! Cost: one pass over the value for patterns without `?`; a chunk that has `?` costs its length
//! times the value's in the worst case.

/// One element of a pattern under construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text that stands for itself, whatever characters it has.
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
                Piece::One => glob.open_chunk().tail.push(String::new()),
                Piece::Literal(text) => {
                    let chunk = glob.open_chunk();
                    chunk.tail.last_mut().unwrap_or(&mut chunk.head).push_str(text);
                }
            }
        }
        glob
    }

    /// Whether the whole value fits the pattern.
    pub(crate) fn matches(&self, value: &str) -> bool {
        let Some(mut rest) = self.first.strip_from(value) else { return false };
        let Some((last, middle)) = self.rest.split_last() else { return rest.is_empty() };
        for chunk in middle {
            let Some(after) = chunk.find_in(rest) else { return false };
            rest = after;
        }
        last.ends(rest)
    }

    /// Whether every value fits: the pattern is stars and nothing else.
    pub(crate) fn matches_all(&self) -> bool {
        !self.rest.is_empty() && self.first.is_empty() && self.rest.iter().all(Chunk::is_empty)
    }

    fn open_chunk(&mut self) -> &mut Chunk {
        self.rest.last_mut().unwrap_or(&mut self.first)
    }
}

impl Chunk {
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

    /// What follows the first occurrence of this chunk in `value`.
    fn find_in<'v>(&self, value: &'v str) -> Option<&'v str> {
        if self.tail.is_empty() {
            let at = value.find(self.head.as_str())?;
            return value.get(at..)?.strip_prefix(self.head.as_str());
        }
        let mut rest = value;
        loop {
            if let Some(after) = self.strip_from(rest) {
                return Some(after);
            }
            let mut chars = rest.chars();
            chars.next()?;
            rest = chars.as_str();
        }
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

    /// A pattern made to defeat backtracking matchers is answered at once.
    #[test]
    fn hostile_patterns_stay_cheap() {
        let pattern = format!("{}b", "a*".repeat(10_000));
        check(&pattern, &"a".repeat(30_000), false);
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
    }
}
