//! What an advanced selector of a trail may contain. Source: `CloudTrail` API Reference,
//! `AdvancedFieldSelector`. Assumed: AWS accepts a `*` in a value, where it means itself.

use std::collections::BTreeSet;

use super::advanced::{AdvancedEventSelector, AdvancedFieldSelector};
use super::{InvalidSelectors, ensure};
use crate::Category;

/// The most values of all selectors of a trail together.
const VALUES_MAX: usize = 500;
const NAME_LENGTH_MAX: usize = 1_000;
const VALUE_LENGTH_MAX: usize = 2_048;

/// The valid values for a field.
#[derive(Clone, Copy)]
enum Allowed {
    /// Any operator, any value.
    Any,
    /// One value by `Equals`.
    One,
    /// One of these by `Equals`.
    OneOf(&'static [&'static str]),
    /// These by `Equals` or `NotEquals`.
    Among(&'static [&'static str]),
    /// These by `NotEquals`.
    Except(&'static [&'static str]),
    /// Services by `Equals`.
    Services,
}

type Fields = &'static [(&'static str, Allowed)];

const CATEGORY: (&str, Allowed) =
    ("eventCategory", Allowed::OneOf(&["Management", "Data", "NetworkActivity"]));
const READ_ONLY: (&str, Allowed) = ("readOnly", Allowed::OneOf(&["true", "false"]));
const MANAGEMENT: Fields = &[
    CATEGORY,
    READ_ONLY,
    ("eventSource", Allowed::Except(&["kms.amazonaws.com", "rdsdata.amazonaws.com"])),
];
const DATA: Fields = &[
    CATEGORY,
    READ_ONLY,
    ("resources.type", Allowed::One),
    ("resources.ARN", Allowed::Any),
    ("eventName", Allowed::Any),
    ("eventSource", Allowed::Any),
    ("eventType", Allowed::Any),
    ("userIdentity.arn", Allowed::Any),
    ("sessionCredentialFromConsole", Allowed::Among(&["true"])),
];
const NETWORK_ACTIVITY: Fields = &[
    CATEGORY,
    ("eventSource", Allowed::Services),
    ("eventName", Allowed::Any),
    ("vpcEndpointId", Allowed::Any),
    ("errorCode", Allowed::OneOf(&["VpceAccessDenied"])),
];

/// Checks the advanced selectors of a trail.
pub fn validate_advanced(selectors: &[AdvancedEventSelector]) -> Result<(), InvalidSelectors> {
    ensure(!selectors.is_empty(), || "Specify at least one advanced event selector.".to_owned())?;
    let fields = selectors.iter().flat_map(|selector| &selector.field_selectors);
    let values: usize = fields.flat_map(|field| field.operators().map(|(_, of)| of.len())).sum();
    ensure(values <= VALUES_MAX, || {
        format!("Specify at most {VALUES_MAX} values for all your advanced event selectors.")
    })?;
    selectors.iter().try_for_each(validate_one)
}

fn validate_one(selector: &AdvancedEventSelector) -> Result<(), InvalidSelectors> {
    let name_length = selector.name.as_deref().map_or(0, |name| name.chars().count());
    ensure(name_length <= NAME_LENGTH_MAX, || {
        format!("The name of a selector has at most {NAME_LENGTH_MAX} characters.")
    })?;
    let mut seen = BTreeSet::new();
    for field in &selector.field_selectors {
        ensure(seen.insert(field.field.as_str()), || {
            format!("Field {} is specified more than once in a selector.", field.field)
        })?;
        validate_operators(field)?;
    }
    let (fields, required) = match selector.category() {
        Some(Category::Management) => (MANAGEMENT, "eventCategory"),
        Some(Category::Data) => (DATA, "resources.type"),
        Some(Category::NetworkActivity) => (NETWORK_ACTIVITY, "eventSource"),
        Some(Category::Insight | Category::Aggregated) | None => {
            let message = "Each selector must have the field eventCategory, which Equals \
                           Management, Data or NetworkActivity.";
            return Err(InvalidSelectors(message.to_owned()));
        }
    };
    for field in &selector.field_selectors {
        let Some((_, allowed)) = fields.iter().find(|(name, _)| *name == field.field) else {
            let message = format!("Field {} is not valid for this eventCategory.", field.field);
            return Err(InvalidSelectors(message));
        };
        ensure(permits(*allowed, field), || {
            format!("The operators or values of field {} are not valid.", field.field)
        })?;
    }
    ensure(seen.contains(required), || format!("A selector lacks the field {required}."))
}

fn validate_operators(field: &AdvancedFieldSelector) -> Result<(), InvalidSelectors> {
    let name = &field.field;
    ensure(field.operators().next().is_some(), || format!("Field {name} has no operator."))?;
    for (operator, values) in field.operators() {
        let length_ok = |value: &String| {
            !value.is_empty()
                && value.chars().take(VALUE_LENGTH_MAX + 1).count() <= VALUE_LENGTH_MAX
        };
        ensure(!values.is_empty() && values.iter().all(length_ok), || {
            format!(
                "Operator {operator} of field {name} needs values of 1 to {VALUE_LENGTH_MAX} \
                 characters."
            )
        })?;
    }
    Ok(())
}

fn permits(allowed: Allowed, field: &AdvancedFieldSelector) -> bool {
    let only = |names: &[&str]| field.operators().all(|(name, _)| names.contains(&name));
    let count: usize = field.operators().map(|(_, values)| values.len()).sum();
    let among = |known: &[&str]| {
        field
            .operators()
            .flat_map(|(_, values)| values)
            .all(|value| known.contains(&value.as_str()))
    };
    match allowed {
        Allowed::Any => true,
        Allowed::One => only(&["Equals"]) && count == 1,
        Allowed::OneOf(known) => only(&["Equals"]) && count == 1 && among(known),
        Allowed::Among(known) => only(&["Equals", "NotEquals"]) && among(known),
        Allowed::Except(known) => only(&["NotEquals"]) && among(known),
        Allowed::Services => {
            let service = |value: &String| value.ends_with(".amazonaws.com");
            only(&["Equals"]) && field.operators().flat_map(|(_, of)| of).all(service)
        }
    }
}
