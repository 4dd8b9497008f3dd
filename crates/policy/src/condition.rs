//! The `Condition` element.
//!
//! Operators are combined by AND, keys within an operator by AND, values of a key by OR; for
//! negated operators no value may fit. An absent key fails a positive operator and satisfies a
//! negated one, for all values. `ForAllValues` is true of an absent key, and `ForAnyValue` false.
//!
//! A value that is not what its operator compares (no number, date, address, ARN, boolean or
//! base64), of the policy or of the request, leaves the outcome unknown unless another value
//! decides it.
//!
//! Source: IAM User Guide, "Conditions with multiple context keys or values".

mod date;
mod ip;
mod numeric;
mod operator;
mod string;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use types::Timestamp;

use crate::Context;
use crate::arn_pattern::{ArnPattern, is_arn};
use crate::decision::FailedCondition;
use crate::outcome::Outcome;
use crate::size;
use crate::steps::Steps;
use crate::template::{Template, VALUE_BYTES_MAX};

pub(crate) use date::parse as parse_date;
pub(crate) use ip::Network;
use numeric::Decimal;
use operator::Order;
pub(crate) use operator::{Comparison, Operator, Quantifier};
use string::Like;

/// Values of a condition that an explanation shows at most, of the policy and of the request each.
const SHOWN_VALUES_MAX: usize = 16;
/// Characters of a value that an explanation shows at most.
const SHOWN_CHARS_MAX: usize = 512;

/// One key under one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    /// In lower case.
    pub(crate) key: String,
    expected: Vec<Expected>,
    /// The values as written.
    pub(crate) written: Vec<String>,
}

/// A value of the policy, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expected {
    Equals(Template),
    EqualsIgnoreCase(Template),
    Like(Like),
    Arn(Template),
    Bool(Template),
    Numeric(Order, Decimal),
    Date(Order, Timestamp),
    Binary(Vec<u8>),
    Ip(Network),
    /// `Null`: whether the key must be absent.
    Absent(bool),
    /// A value that does not fit its operator, so its intended meaning is unknown.
    Unreadable,
}

impl Condition {
    /// Compiles one key with its values. `variables` is whether `${…}` is substituted.
    pub(crate) fn new(operator: Operator, key: &str, values: &[&str], variables: bool) -> Self {
        let expected = values.iter().map(|value| expect(operator, value, variables)).collect();
        let written = values.iter().map(|&value| value.to_owned()).collect();
        Self { operator, key: key.to_lowercase(), expected, written }
    }

    /// The heap memory of this value, approximately, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size::of_all(&[
            size::of_text(&self.key),
            size::of_list(&self.expected, Expected::bytes),
            size::of_list(&self.written, String::len),
        ])
    }

    /// Whether it is fulfilled only if the key has a value, and one of the listed values.
    pub(crate) fn demands_a_value(&self) -> bool {
        let Operator { comparison, negated, if_exists, quantifier } = self.operator;
        let compares = comparison != Comparison::Null;
        compares && !negated && !if_exists && quantifier != Quantifier::All
    }

    /// What the condition requires and what the request has, for the explanation.
    pub(crate) fn failed(&self, context: &Context) -> FailedCondition {
        FailedCondition {
            operator: self.operator.to_string(),
            key: self.key.clone(),
            expected: shown(&self.written),
            found: shown(context.get_lower(&self.key).unwrap_or_default()),
        }
    }

    /// Whether the request fulfils it.
    pub(crate) fn outcome(&self, context: &Context, steps: &Steps) -> Outcome {
        if context.is_open(&self.key) {
            return Outcome::Unknown;
        }
        let present = context.get_lower(&self.key);
        let Operator { comparison, negated, if_exists, quantifier } = self.operator;
        if comparison == Comparison::Null {
            return Outcome::any(
                self.expected.iter().map(|one| one.null_outcome(present.is_none())),
            );
        }
        let Some(values) = present else {
            return Outcome::from(
                if_exists
                    || match quantifier {
                        Quantifier::Single => negated,
                        Quantifier::Any => false,
                        Quantifier::All => true,
                    },
            );
        };
        let fits = |value: &String| {
            if value.len() > VALUE_BYTES_MAX {
                return Outcome::Unknown;
            }
            let each = self.expected.iter();
            Outcome::any(each.map(|expected| expected.matches(value, context, steps)))
        };
        let each = values.iter().map(fits);
        match (quantifier, negated) {
            (Quantifier::Single | Quantifier::Any, false) => Outcome::any(each),
            (Quantifier::Single | Quantifier::All, true) => Outcome::any(each).negated(),
            (Quantifier::Any, true) => Outcome::all(each).negated(),
            (Quantifier::All, false) => Outcome::all(each),
        }
    }
}

impl Expected {
    fn bytes(&self) -> usize {
        match self {
            Self::Equals(text)
            | Self::EqualsIgnoreCase(text)
            | Self::Arn(text)
            | Self::Bool(text)
            | Self::Like(Like::Variable(text)) => text.bytes(),
            Self::Like(Like::Fixed(glob)) => glob.bytes(),
            Self::Numeric(_, number) => number.bytes(),
            Self::Binary(bytes) => bytes.len(),
            Self::Date(..) | Self::Ip(_) | Self::Absent(_) | Self::Unreadable => 0,
        }
    }

    fn matches(&self, value: &str, context: &Context, steps: &Steps) -> Outcome {
        if !steps.take_bytes(value.len()) {
            return Outcome::Unknown;
        }
        match self {
            Self::Equals(template) => string::equals(template, value, context, steps),
            Self::EqualsIgnoreCase(template) => {
                string::equals_ignore_case(template, value, context, steps)
            }
            Self::Like(like) => like.matches(value, context, steps),
            Self::Arn(template) => match template.pieces(context, steps) {
                Ok(pieces) => matches_arn(ArnPattern::condition(pieces).as_ref(), value, steps),
                Err(lack) => lack.outcome(),
            },
            Self::Bool(template) => match template.fill(context, steps) {
                Ok(text) => same_bool(&text, value),
                Err(lack) => lack.outcome(),
            },
            Self::Numeric(order, expected) => {
                Decimal::parse(value).map(|number| order.admits(number.compare(expected))).into()
            }
            Self::Date(order, expected) => {
                parse_date(value).map(|date| order.admits(date.cmp(expected))).into()
            }
            Self::Binary(expected) => {
                STANDARD.decode(value).ok().map(|bytes| bytes == *expected).into()
            }
            Self::Ip(network) => network.contains(value).into(),
            Self::Absent(_) | Self::Unreadable => Outcome::Unknown,
        }
    }

    /// For `Null`: whether the key's presence is as required.
    fn null_outcome(&self, is_absent: bool) -> Outcome {
        if let Self::Absent(wanted) = self {
            Outcome::from(*wanted == is_absent)
        } else {
            Outcome::Unknown
        }
    }
}

/// Values as an explanation shows them: explanations are stored, and a request may be refused for
/// many conditions on the same long value.
fn shown(values: &[String]) -> Vec<String> {
    let shown = |value: &String| match value.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => value.get(..end).unwrap_or_default().to_owned() + "…",
        None => value.clone(),
    };
    values.iter().take(SHOWN_VALUES_MAX).map(shown).collect()
}

/// A pattern that is no ARN may have been meant as anything, and a value that is none fits none.
fn matches_arn(pattern: Option<&ArnPattern>, value: &str, steps: &Steps) -> Outcome {
    let pattern = pattern.filter(|_| is_arn(value));
    pattern.map_or(Outcome::Unknown, |pattern| pattern.fits(value, steps))
}

fn expect(operator: Operator, value: &str, variables: bool) -> Expected {
    let template = || Template::parse(value, variables);
    let readable = match operator.comparison {
        Comparison::StringEquals => Some(Expected::Equals(template())),
        Comparison::StringEqualsIgnoreCase => Some(Expected::EqualsIgnoreCase(template())),
        Comparison::StringLike => Some(Expected::Like(Like::new(template()))),
        Comparison::Arn => Some(Expected::Arn(template())),
        Comparison::Bool => Some(Expected::Bool(template())),
        Comparison::Numeric(order) => {
            Decimal::parse(value).map(|number| Expected::Numeric(order, number))
        }
        Comparison::Date(order) => parse_date(value).map(|date| Expected::Date(order, date)),
        Comparison::Binary => STANDARD.decode(value).ok().map(Expected::Binary),
        Comparison::Ip => Network::parse(value).map(Expected::Ip),
        Comparison::Null => boolean(value).map(Expected::Absent),
    };
    readable.unwrap_or(Expected::Unreadable)
}

/// `true` and `false` in any case; nothing else is a boolean.
fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

fn same_bool(expected: &str, value: &str) -> Outcome {
    boolean(expected).zip(boolean(value)).map(|(expected, value)| expected == value).into()
}

#[cfg(test)]
mod tests;
