//! ARNs with wildcards: the `Resource` element and the `Arn…` conditions.

use crate::Context;
use crate::glob::{Glob, Piece};
use crate::outcome::Outcome;
use crate::size;
use crate::steps::Steps;
use crate::template::{Template, VALUE_BYTES_MAX};

/// All parts of an ARN except the last, which contains the rest.
const PARTS_BEFORE_REST: usize = 5;

/// A pattern over the six colon-separated parts of an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArnPattern {
    /// Each matches one whole part.
    parts: Vec<Glob>,
    /// Matches all that follows, colons included.
    rest: Glob,
}

impl ArnPattern {
    /// A pattern of the `Resource` element.
    ///
    /// Wildcards stay inside their part, but a `*` that ends a part may run past the colon; from
    /// there on the remaining pattern is matched against all the rest. The service is never a
    /// pattern.
    ///
    /// Source: IAM User Guide, "IAM JSON policy elements: Resource".
    /// Assumed: behind such a `*` all further wildcards may run past colons, too.
    pub(crate) fn resource(pieces: Vec<Piece<'_>>) -> Self {
        Self::split(pieces, true)
    }

    /// A pattern of an `Arn…` condition: each of the six parts is checked on its own.
    ///
    /// `None` if it is no pattern of ARNs: it has fewer parts, or its first cannot be `arn`. A
    /// lone `*` is one.
    ///
    /// Source: IAM User Guide, "Amazon Resource Name (ARN) condition operators".
    /// Assumed: the lone `*`.
    pub(crate) fn condition(pieces: Vec<Piece<'_>>) -> Option<Self> {
        let pattern = Self::split(pieces, false);
        let is_whole = match pattern.parts.first() {
            None => pattern.rest.matches_all(),
            Some(first) => pattern.parts.len() == PARTS_BEFORE_REST && first.matches("arn"),
        };
        is_whole.then_some(pattern)
    }

    /// Whether `arn` matches; unknown if that takes too many steps.
    pub(crate) fn fits(&self, arn: &str, steps: &Steps) -> Outcome {
        let mut rest = arn;
        for part in &self.parts {
            let Some((value, after)) = rest.split_once(':') else { return Outcome::Fails };
            let fits = part.fits(value, steps);
            if fits != Outcome::Holds {
                return fits;
            }
            rest = after;
        }
        self.rest.fits(rest, steps)
    }

    fn bytes(&self) -> usize {
        size::of_list(&self.parts, Glob::bytes).saturating_add(self.rest.bytes())
    }

    fn split(pieces: Vec<Piece<'_>>, star_crosses: bool) -> Self {
        let mut parts = Vec::new();
        let mut current: Vec<Piece<'_>> = Vec::new();
        let mut input = pieces.into_iter();
        let mut pending = None;
        while parts.len() < PARTS_BEFORE_REST {
            let Some(piece) = pending.take().or_else(|| input.next()) else { break };
            let Piece::Literal(text) = piece else {
                current.push(piece);
                continue;
            };
            let Some((before, after)) = text.split_once(':') else {
                current.push(piece);
                continue;
            };
            if star_crosses && before.is_empty() && ends_with_star(&current) {
                pending = Some(piece);
                break;
            }
            current.push(Piece::Literal(before));
            parts.push(Glob::from_pieces(current.drain(..)));
            pending = Some(Piece::Literal(after));
        }
        let rest = Glob::from_pieces(current.into_iter().chain(pending).chain(input));
        Self { parts, rest }
    }
}

/// Whether a request's value has the parts of an ARN.
pub(crate) fn is_arn(value: &str) -> bool {
    value.starts_with("arn:") && value.split(':').count() > PARTS_BEFORE_REST
}

fn ends_with_star(pieces: &[Piece<'_>]) -> bool {
    let written = |piece: &&Piece<'_>| !matches!(piece, Piece::Literal(""));
    pieces.iter().rev().find(written) == Some(&Piece::Many)
}

/// One entry of `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ResourcePattern {
    /// `*`
    All,
    /// Nothing in it depends on the request.
    Fixed(ArnPattern),
    /// The text before the sixth part, and that part with its variables.
    Variable { head: String, tail: Template },
}

impl ResourcePattern {
    /// Compiles one entry. Variables count only behind the fifth colon.
    pub(crate) fn parse(text: &str, variables: bool) -> Self {
        if Glob::parse(text).matches_all() {
            return Self::All;
        }
        let tail_at = text.match_indices(':').nth(4).map(|(at, _)| at.saturating_add(1));
        let (head, tail) = tail_at.and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
        let tail = Template::parse(tail, variables);
        if tail.fixed().is_some() {
            return Self::Fixed(ArnPattern::resource(crate::glob::pieces(text).collect()));
        }
        Self::Variable { head: head.to_owned(), tail }
    }

    /// The heap memory of this value, approximately, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Fixed(pattern) => pattern.bytes(),
            Self::Variable { head, tail } => size::of_text(head).saturating_add(tail.bytes()),
        }
    }

    /// Whether `resource` fits. The resource `*` of operations without one fits `*` only.
    pub(crate) fn fits(&self, resource: &str, context: &Context, steps: &Steps) -> Outcome {
        match self {
            Self::All => Outcome::Holds,
            Self::Fixed(_) | Self::Variable { .. } if resource.len() > VALUE_BYTES_MAX => {
                Outcome::Unknown
            }
            Self::Fixed(_) | Self::Variable { .. } if resource == "*" => Outcome::Fails,
            Self::Fixed(pattern) => pattern.fits(resource, steps),
            Self::Variable { head, tail } => match tail.pieces(context, steps) {
                Ok(tail) => {
                    let pieces = crate::glob::pieces(head).chain(tail).collect();
                    ArnPattern::resource(pieces).fits(resource, steps)
                }
                Err(lack) => lack.outcome(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, resource: &str, want: bool) {
        let mut context = Context::new();
        context.set("aws:username", "a:b*");
        let compiled = ResourcePattern::parse(pattern, true);
        let outcome = compiled.fits(resource, &context, &Steps::default());
        assert_eq!(outcome, Outcome::from(want), "{pattern} on {resource}");
    }

    /// The `Resource` element: parts, crossing stars, keys with colons, variables.
    #[test]
    fn matches_resources() {
        check("*", "*", true);
        check("**", "arn:aws:s3:::b", true);
        check("arn:*", "*", false);
        check("arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y/z", true);
        check("arn:aws:s3:::b/*", "arn:aws:s3:::b", false);
        check("arn:aws:s3:::b", "arn:aws:s3:::b/x", false);
        check("arn:aws:S3:::b", "arn:aws:s3:::b", false);
        check("arn:aws:kms:*:111122223333:key/*", "arn:aws:kms:us-east-1:111122223333:key/k", true);
        check(
            "arn:aws:kms:us-*-1:111122223333:key/*",
            "arn:aws:kms:us-x:y-1:111122223333:key/k",
            false,
        );
        check("arn:aws:sns:*", "arn:aws:sns:us-east-1:111122223333:topic", true);
        check("arn:aws:iam::*:user/x", "arn:aws:iam::111122223333:user/x", true);
        check("arn:aws:iam::1*3:user/x", "arn:aws:iam::1:3:user/x", false);
        check(
            "arn:aws:iam::111122223333:user/${aws:username}",
            "arn:aws:iam::111122223333:user/a:b*",
            true,
        );
        check(
            "arn:aws:iam::111122223333:user/${aws:username}",
            "arn:aws:iam::111122223333:user/a:bc",
            false,
        );
        check("arn:aws:iam::${aws:username}:user/x", "arn:aws:iam::a:b*:user/x", false);
    }

    /// Conditions compare each part separately; the sixth contains the rest.
    #[test]
    fn matches_conditions() {
        let check = |pattern: &str, arn: &str, want: bool| {
            let compiled = ArnPattern::condition(crate::glob::pieces(pattern).collect());
            let matches = compiled
                .is_some_and(|pattern| pattern.fits(arn, &Steps::default()) == Outcome::Holds);
            assert_eq!(matches, want, "{pattern} on {arn}");
        };
        check("arn:aws:sns:*:1:t", "arn:aws:sns:r:1:t", true);
        check("arn:aws:sns:*:1:t", "arn:aws:sns:r:x:1:t", false);
        check("arn:aws:logs:r:1:log-group:*", "arn:aws:logs:r:1:log-group:g:*", true);
        check("arn:aws:sns:*", "arn:aws:sns:r:1:t", false);
        check("arn:*:*:*:*:*", "arn:aws:sns:r:1:t", true);
        check("*", "arn:aws:sns:r:1:t", true);
    }
}
