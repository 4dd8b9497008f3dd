//! `StringEquals`, `StringEqualsIgnoreCase`, `StringLike` and their negations.
//!
//! Source: IAM User Guide, "String condition operators".

use crate::Context;
use crate::glob::Glob;
use crate::outcome::Outcome;
use crate::steps::Steps;
use crate::template::Template;

/// Whether the value is the text exactly.
pub(super) fn equals(
    expected: &Template,
    value: &str,
    context: &Context,
    steps: &Steps,
) -> Outcome {
    match expected.fill(context, steps) {
        Ok(text) => Outcome::from(text == value),
        Err(lack) => lack.outcome(),
    }
}

/// Whether the value is the text but for case.
pub(super) fn equals_ignore_case(
    expected: &Template,
    value: &str,
    context: &Context,
    steps: &Steps,
) -> Outcome {
    match expected.fill(context, steps) {
        Ok(text) => Outcome::from(text.to_lowercase() == value.to_lowercase()),
        Err(lack) => lack.outcome(),
    }
}

/// `*` matches any run of characters, `?` exactly one; case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Like {
    /// Compiled once: nothing in it depends on the request.
    Fixed(Glob),
    /// Compiled for each request.
    Variable(Template),
}

impl Like {
    pub(super) fn new(template: Template) -> Self {
        match template.fixed() {
            Some(text) => Self::Fixed(Glob::parse(text)),
            None => Self::Variable(template),
        }
    }

    pub(super) fn matches(&self, value: &str, context: &Context, steps: &Steps) -> Outcome {
        match self {
            Self::Fixed(glob) => glob.fits(value, steps),
            Self::Variable(template) => match template.glob(context, steps) {
                Ok(glob) => glob.fits(value, steps),
                Err(lack) => lack.outcome(),
            },
        }
    }
}
