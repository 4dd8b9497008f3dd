//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes
//! `${*}`, `${?}`, `${$}`.
//!
//! A substituted value is literal text: a `*` in a tag or a user name is never a wildcard. A
//! variable without value and without default makes the whole text absent, so it matches nothing,
//! and a negated operator is satisfied. A variable of several values cannot be evaluated.
//!
//! Source: IAM User Guide, "IAM policy elements: Variables and tags".

use std::borrow::Cow;

use crate::Context;
use crate::glob::{Glob, Piece, pieces};
use crate::outcome::Outcome;
use crate::size;
use crate::steps::Steps;

/// The longest value of a request that is compared, in bytes. Whether a longer one fits is unknown.
///
/// Source: S3 User Guide, "Working with object metadata": the head of a request is limited to 8 KB;
/// KMS API Reference, "Encrypt": an encryption context is, too. AWS accepts no longer value.
pub(crate) const VALUE_BYTES_MAX: usize = 8 << 10;

/// The overhead of a pattern's piece beyond its text, in bytes.
const PIECE_BYTES: usize = 128;

/// A text with places for request values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Text as written, in which `*` and `?` may be wildcards.
    Written(String),
    /// One of the escapes: a character that is never a wildcard.
    Escaped(&'static str),
    /// A value of the request; the key is in lower case.
    Variable { key: String, default: Option<String> },
}

/// Why a text cannot be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// A variable has no value and no default.
    NoValue,
    /// A variable has several values, which only a condition key may have, or one that is too
    /// long.
    NoSingleValue,
    /// A variable has no value yet.
    Open,
    /// The evaluation takes too many steps.
    Steps,
}

impl Lack {
    /// Whether a text that lacks this matches anything.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::NoValue => Outcome::Fails,
            Self::NoSingleValue | Self::Open | Self::Steps => Outcome::Unknown,
        }
    }
}

impl Template {
    /// Reads a text; without `variables` (documents of version 2008-10-17) `${…}` is literal.
    ///
    /// A `${` without its `}`, or without a name, is literal text.
    pub(crate) fn parse(text: &str, variables: bool) -> Self {
        if !variables {
            return Self { parts: vec![Part::Written(text.to_owned())] };
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, inside, after)) = split_variable(rest) {
            if !before.is_empty() {
                parts.push(Part::Written(before.to_owned()));
            }
            parts.push(part(inside));
            rest = after;
        }
        parts.push(Part::Written(rest.to_owned()));
        Self { parts }
    }

    /// The text itself, if nothing in it depends on the request.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Written(text)] => Some(text),
            _ => None,
        }
    }

    /// The heap memory of this value, approximately, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size::of_list(&self.parts, |part| match part {
            Part::Written(text) => text.len(),
            Part::Escaped(_) => 0,
            Part::Variable { key, default } => {
                key.len().saturating_add(default.as_ref().map_or(0, String::len))
            }
        })
    }

    /// The text for this request, where wildcards have no meaning.
    pub(crate) fn fill<'a>(
        &'a self,
        context: &'a Context,
        steps: &Steps,
    ) -> Result<Cow<'a, str>, Lack> {
        if let Some(text) = self.fixed() {
            return Ok(Cow::Borrowed(text));
        }
        let mut filled = String::new();
        for part in &self.parts {
            filled.push_str(part.value(context, steps)?);
        }
        Ok(Cow::Owned(filled))
    }

    /// The pattern for this request.
    pub(crate) fn glob(&self, context: &Context, steps: &Steps) -> Result<Glob, Lack> {
        self.pieces(context, steps).map(Glob::from_pieces)
    }

    /// The pieces of the pattern for this request.
    pub(crate) fn pieces<'a>(
        &'a self,
        context: &'a Context,
        steps: &Steps,
    ) -> Result<Vec<Piece<'a>>, Lack> {
        let mut found = Vec::new();
        for part in &self.parts {
            let value = part.value(context, steps)?;
            match part {
                Part::Written(text) => {
                    // Each wildcard becomes a separate chunk.
                    let wildcards = text.bytes().filter(|b| matches!(b, b'*' | b'?')).count();
                    if !steps.take_bytes(wildcards.saturating_mul(PIECE_BYTES)) {
                        return Err(Lack::Steps);
                    }
                    found.extend(pieces(text));
                }
                Part::Escaped(_) | Part::Variable { .. } => {
                    found.push(Piece::Literal(value));
                }
            }
        }
        Ok(found)
    }
}

impl Part {
    fn value<'a>(&'a self, context: &'a Context, steps: &Steps) -> Result<&'a str, Lack> {
        let value = match self {
            Self::Written(text) => text.as_str(),
            Self::Escaped(text) => text,
            Self::Variable { key, .. } if context.is_open(key) => return Err(Lack::Open),
            Self::Variable { key, default } => match context.get_lower(key) {
                Some([value]) if value.len() <= VALUE_BYTES_MAX => value,
                // Only single-valued keys can be variables.
                Some(_) => return Err(Lack::NoSingleValue),
                None => default.as_deref().ok_or(Lack::NoValue)?,
            },
        };
        if steps.take_bytes(value.len()) { Ok(value) } else { Err(Lack::Steps) }
    }
}

/// The text before the first variable, its inside, and the text behind it.
fn split_variable(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find("${")?;
        let behind = text.get(at..)?.strip_prefix("${")?;
        let (inside, after) = behind.split_once('}')?;
        if !name(inside).is_empty() {
            return Some((text.get(..at)?, inside, after));
        }
        from = text.len() - after.len();
    }
}

/// The key of a variable: the text before its default.
fn name(inside: &str) -> &str {
    inside.split_once(',').map_or(inside, |(name, _)| name).trim()
}

fn part(inside: &str) -> Part {
    match inside {
        "*" => return Part::Escaped("*"),
        "?" => return Part::Escaped("?"),
        "$" => return Part::Escaped("$"),
        _ => {}
    }
    let (key, default) = match inside.split_once(',') {
        Some((key, quoted)) => (key, unquote(quoted.trim())),
        None => (inside, None),
    };
    Part::Variable { key: key.trim().to_lowercase(), default }
}

fn unquote(text: &str) -> Option<String> {
    text.strip_prefix('\'')?.strip_suffix('\'').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, value: &str, want: bool) {
        let mut context = Context::new();
        context.set("aws:username", "al*ce");
        context.set("aws:PrincipalTag/Team", "red");
        context.set_list("aws:TagKeys", vec!["a".into(), "b".into()]);
        let glob = Template::parse(text, true).glob(&context, &Steps::default());
        assert_eq!(glob.is_ok_and(|g| g.matches(value)), want, "{text} on {value}");
    }

    /// Values are inserted literally, escapes become the character itself, missing values match
    /// nothing.
    #[test]
    fn substitutes_literally() {
        check("home/${aws:username}/*", "home/al*ce/x", true);
        check("home/${aws:username}/*", "home/alice/x", false);
        check("${AWS:principaltag/TEAM}", "red", true);
        check("${aws:PrincipalTag/none, 'def*'}", "def*", true);
        check("${aws:PrincipalTag/none, 'def*'}", "define", false);
        check("${aws:PrincipalTag/Team, 'blue'}", "red", true);
        check("${aws:PrincipalTag/none}", "", false);
        check("*${aws:PrincipalTag/none}*", "anything", false);
        check("${aws:TagKeys}", "a", false);
        check("a${*}b${?}c${$}", "a*b?c$", true);
        check("a${*}", "ab", false);
        check("${open", "${open", true);
        check("a${}b${ }c${, 'd'}", "a${}b${ }c${, 'd'}", true);
        check("${}/${aws:PrincipalTag/Team}", "${}/red", true);
    }

    /// Documents of the older version have no variables.
    #[test]
    fn version_2008_has_no_variables() {
        let template = Template::parse("${aws:username}", false);
        assert_eq!(template.fixed(), Some("${aws:username}"));
    }
}
