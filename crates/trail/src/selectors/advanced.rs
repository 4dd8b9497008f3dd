use serde::{Deserialize, Serialize};

use crate::{Category, Facts};

/// An advanced event selector, in AWS's shape: all its fields must match.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AdvancedEventSelector {
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What must match.
    pub field_selectors: Vec<AdvancedFieldSelector>,
}

/// A condition on one field, in AWS's shape.
///
/// Any of the three selecting operators must match, if there are any, and none of the three
/// deselecting ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AdvancedFieldSelector {
    /// Such as `eventCategory`.
    pub field: String,
    /// Selects equal values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<Vec<String>>,
    /// Selects by the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<Vec<String>>,
    /// Selects by the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_with: Option<Vec<String>>,
    /// Deselects equal values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_equals: Option<Vec<String>>,
    /// Deselects by the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_starts_with: Option<Vec<String>>,
    /// Deselects by the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_ends_with: Option<Vec<String>>,
}

impl AdvancedEventSelector {
    /// The one category the selector is about.
    pub(super) fn category(&self) -> Option<Category> {
        let of = self.field_selectors.iter().find(|field| field.field == "eventCategory")?;
        Category::parse(of.equals.as_ref()?.first()?)
    }

    pub(super) fn selects(&self, facts: &Facts) -> bool {
        let (on_things, on_event): (Vec<_>, Vec<_>) =
            self.field_selectors.iter().partition(|field| field.field.starts_with("resources."));
        // Type and ARN must belong to the same resource: an event about an object names the bucket
        // as well.
        let thing = |(kind, arn): &(Option<String>, String)| {
            on_things.iter().all(|field| match field.field.as_str() {
                "resources.type" => field.matches(kind.as_deref()),
                "resources.ARN" => field.matches(Some(arn)),
                _ => false,
            })
        };
        self.category() == Some(facts.category)
            && on_event.iter().all(|field| field.matches_event(facts))
            && (on_things.is_empty() || facts.data_resources.iter().any(thing))
    }
}

impl AdvancedFieldSelector {
    fn matches_event(&self, facts: &Facts) -> bool {
        let flag = |is: bool| if is { "true" } else { "false" };
        self.matches(match self.field.as_str() {
            "eventCategory" => Some(facts.category.as_str()),
            "eventName" => Some(&facts.event_name),
            "eventSource" => Some(&facts.event_source),
            "eventType" => Some(&facts.event_type),
            "readOnly" => Some(flag(facts.read_only)),
            "userIdentity.arn" => facts.user_identity_arn.as_deref(),
            "sessionCredentialFromConsole" => Some(flag(facts.session_credential_from_console)),
            "errorCode" => facts.error_code.as_deref(),
            "vpcEndpointId" => facts.vpc_endpoint_id.as_deref(),
            _ => return false,
        })
    }

    /// An absent value equals nothing, begins with nothing and ends with nothing.
    fn matches(&self, value: Option<&str>) -> bool {
        let hit = |operands: Option<&Vec<String>>, test: fn(&str, &str) -> bool| {
            let any = |value| operands.into_iter().flatten().any(|operand| test(value, operand));
            value.is_some_and(any)
        };
        let equals: fn(&str, &str) -> bool = |value, operand| value == operand;
        let starts: fn(&str, &str) -> bool = |value, operand| value.starts_with(operand);
        let ends: fn(&str, &str) -> bool = |value, operand| value.ends_with(operand);
        let selecting =
            self.equals.is_some() || self.starts_with.is_some() || self.ends_with.is_some();
        let selected = hit(self.equals.as_ref(), equals)
            || hit(self.starts_with.as_ref(), starts)
            || hit(self.ends_with.as_ref(), ends);
        let deselected = hit(self.not_equals.as_ref(), equals)
            || hit(self.not_starts_with.as_ref(), starts)
            || hit(self.not_ends_with.as_ref(), ends);
        (selected || !selecting) && !deselected
    }

    /// The operators in the selector, with their names.
    pub(super) fn operators(&self) -> impl Iterator<Item = (&'static str, &Vec<String>)> {
        let all = [
            ("Equals", &self.equals),
            ("StartsWith", &self.starts_with),
            ("EndsWith", &self.ends_with),
            ("NotEquals", &self.not_equals),
            ("NotStartsWith", &self.not_starts_with),
            ("NotEndsWith", &self.not_ends_with),
        ];
        all.into_iter().filter_map(|(name, values)| Some((name, values.as_ref()?)))
    }
}
