//! Whether a condition holds, where that may be unknown.
//!
//! A policy may compare values that cannot be compared: an address with a word, a number with
//! nothing. Such a comparison neither holds nor fails, and negating it does not change that. The
//! effect of the statement decides last: an Allow requires a condition that holds, a Deny is lifted
//! only by one that fails.
//!
//! Assumed: AWS refuses most such policies when they are written, and does not say how it
//! evaluates the rest. In this reading no caller gains anything by them.

/// The truth values of Kleene's logic, in their order: AND is the least of them, OR the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Fails,
    /// It depends on something that cannot be evaluated.
    Unknown,
    Holds,
}

impl Outcome {
    /// The OR of all; of none it is [`Outcome::Fails`].
    pub(crate) fn any(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::Fails;
        for outcome in outcomes {
            found = found.max(outcome);
            if found == Self::Holds {
                break;
            }
        }
        found
    }

    /// The AND of all outcomes; [`Outcome::Holds`] if there are none.
    pub(crate) fn all(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::Holds;
        for outcome in outcomes {
            found = found.min(outcome);
            if found == Self::Fails {
                break;
            }
        }
        found
    }

    /// The negation; an unknown outcome stays unknown.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Fails => Self::Holds,
            Self::Unknown => Self::Unknown,
            Self::Holds => Self::Fails,
        }
    }
}

impl From<bool> for Outcome {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// `None` is unknown.
impl From<Option<bool>> for Outcome {
    fn from(holds: Option<bool>) -> Self {
        holds.map_or(Self::Unknown, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{Fails, Holds, Unknown};
    use super::*;

    /// One outcome that holds decides an OR, one that fails an AND; otherwise the result is
    /// unknown.
    #[test]
    fn unknown_outcomes_stay_unknown_unless_another_decides() {
        for (outcomes, any, all) in [
            (&[][..], Fails, Holds),
            (&[Unknown], Unknown, Unknown),
            (&[Unknown, Holds], Holds, Unknown),
            (&[Unknown, Fails], Unknown, Fails),
            (&[Holds, Fails], Holds, Fails),
        ] {
            assert_eq!(Outcome::any(outcomes.iter().copied()), any, "{outcomes:?}");
            assert_eq!(Outcome::all(outcomes.iter().copied()), all, "{outcomes:?}");
        }
        assert_eq!([Fails, Unknown, Holds].map(Outcome::negated), [Holds, Unknown, Fails]);
    }
}
