//! Event selectors: which events a trail selects.
//!
//! Source: `CloudTrail` API Reference, `EventSelector` and `AdvancedEventSelector`, and User
//! Guide, "Filtering data events by using advanced event selectors".

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Facts;

mod advanced;
mod advanced_rules;
mod basic;
mod scope;

pub use advanced::{AdvancedEventSelector, AdvancedFieldSelector};
pub use advanced_rules::validate_advanced;
pub use basic::{DataResource, EventSelector, default_selectors, is_default, validate_basic};
pub use scope::{Scope, in_scope, is_global_service_event, is_of_delivery, is_recursive};

/// The selectors of a trail; it has one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// Basic ones.
    Basic(Vec<EventSelector>),
    /// Advanced ones.
    Advanced(Vec<AdvancedEventSelector>),
}

impl Default for Selection {
    fn default() -> Self {
        Self::Basic(default_selectors())
    }
}

impl Selection {
    /// Whether any of the selectors selects the event.
    pub fn selects(&self, facts: &Facts) -> bool {
        match self {
            Self::Basic(selectors) => selectors.iter().any(|selector| selector.selects(facts)),
            Self::Advanced(selectors) => selectors.iter().any(|selector| selector.selects(facts)),
        }
    }

    /// Whether this is the default of a trail without `PutEventSelectors`.
    pub fn is_default(&self) -> bool {
        match self {
            Self::Basic(selectors) => is_default(selectors),
            Self::Advanced(_) => false,
        }
    }
}

/// The message of an `InvalidEventSelectorsException`. AWS publishes few of them: those without a tag
/// are among the assumed wordings of CloudTrail's errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSelectors(pub String);

impl fmt::Display for InvalidSelectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidSelectors {}

/// `Ok` if `holds`, otherwise the message.
fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<(), InvalidSelectors> {
    if holds { Ok(()) } else { Err(InvalidSelectors(message())) }
}

#[cfg(test)]
mod tests;
