use serde::{Deserialize, Serialize};

use super::{InvalidSelectors, ensure};
use crate::{Category, Facts};

/// The most selectors of a trail. Source: `CloudTrail` User Guide, "Quotas in CloudTrail".
const SELECTORS_MAX: usize = 5;
/// The most values of all data resources of a trail together.
const VALUES_MAX: usize = 250;
/// What can be excluded from management events.
const EXCLUDABLE: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
const OBJECT: &str = "AWS::S3::Object";
const FUNCTION: &str = "AWS::Lambda::Function";
const TABLE: &str = "AWS::DynamoDB::Table";

/// A basic event selector, in AWS's shape.
///
/// Observed: members that were not set are present in responses, with their defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventSelector {
    /// `ReadOnly`, `WriteOnly` or `All`.
    pub read_write_type: String,
    /// Whether management events are selected.
    pub include_management_events: bool,
    /// The resources whose data events are selected.
    pub data_resources: Vec<DataResource>,
    /// Services whose management events are excluded.
    pub exclude_management_event_sources: Vec<String>,
}

/// Resources of one type, in AWS's shape.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DataResource {
    /// Such as `AWS::S3::Object`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// ARNs, beginnings of object ARNs, or `arn:aws:s3` and its like for all. None selects
    /// nothing.
    pub values: Vec<String>,
}

impl Default for EventSelector {
    fn default() -> Self {
        Self {
            read_write_type: "All".to_owned(),
            include_management_events: true,
            data_resources: Vec::new(),
            exclude_management_event_sources: Vec::new(),
        }
    }
}

/// The default of a trail without `PutEventSelectors`: all management events.
pub fn default_selectors() -> Vec<EventSelector> {
    vec![EventSelector::default()]
}

/// Whether these are the [`default_selectors`].
pub fn is_default(selectors: &[EventSelector]) -> bool {
    matches!(selectors, [only] if *only == EventSelector::default())
}

impl EventSelector {
    pub(super) fn selects(&self, facts: &Facts) -> bool {
        let wanted = match self.read_write_type.as_str() {
            "ReadOnly" => facts.read_only,
            "WriteOnly" => !facts.read_only,
            _ => true,
        };
        wanted
            && match facts.category {
                Category::Management => {
                    self.include_management_events
                        && !self.exclude_management_event_sources.contains(&facts.event_source)
                }
                Category::Data => self.data_resources.iter().any(|of| of.selects(facts)),
                Category::NetworkActivity | Category::Insight | Category::Aggregated => false,
            }
    }
}

impl DataResource {
    fn selects(&self, facts: &Facts) -> bool {
        let touched = facts.data_resources.iter();
        touched
            .filter(|(kind, _)| kind.as_deref() == Some(self.kind.as_str()))
            .any(|(_, arn)| self.values.iter().any(|value| covers(&self.kind, value, arn)))
    }
}

/// `arn:aws:s3` and the like cover the service; S3 values cover all ARNs that begin with them,
/// others the named resource and its contents.
fn covers(kind: &str, value: &str, arn: &str) -> bool {
    let Some(rest) = arn.strip_prefix(value) else { return false };
    kind == OBJECT || value.matches(':').count() == 2 || rest.is_empty() || is_part(rest)
}

fn is_part(rest: &str) -> bool {
    rest.starts_with(['/', ':'])
}

/// Checks the basic selectors of a trail.
///
/// Observed: the texts about values, their number, and selectors that select nothing.
/// Assumed: the other texts.
pub fn validate_basic(selectors: &[EventSelector]) -> Result<(), InvalidSelectors> {
    ensure((1..=SELECTORS_MAX).contains(&selectors.len()), || {
        format!("Specify a valid number of selectors (1 to {SELECTORS_MAX}) for your trail.")
    })?;
    let resources = selectors.iter().flat_map(|selector| &selector.data_resources);
    let values: usize = resources.map(|resource| resource.values.len()).sum();
    ensure(values <= VALUES_MAX, || {
        format!(
            "Specify a valid number of DataResources.Values (0 to {VALUES_MAX}) \
             for all your selectors."
        )
    })?;
    selectors.iter().try_for_each(validate_one)
}

fn validate_one(selector: &EventSelector) -> Result<(), InvalidSelectors> {
    let EventSelector { read_write_type: kind, exclude_management_event_sources, .. } = selector;
    ensure(["ReadOnly", "WriteOnly", "All"].contains(&kind.as_str()), || {
        format!("Value {kind} for ReadWriteType is invalid.")
    })?;
    ensure(selector.include_management_events || !selector.data_resources.is_empty(), || {
        "Invalid combination of parameters in EventSelectors. When includeManagementEvents is \
         false, DataResources must not be empty."
            .to_owned()
    })?;
    for source in exclude_management_event_sources {
        ensure(EXCLUDABLE.contains(&source.as_str()), || {
            format!("Value {source} for ExcludeManagementEventSources is invalid.")
        })?;
    }
    let excludes = !exclude_management_event_sources.is_empty();
    ensure(selector.include_management_events || !excludes, || {
        "Invalid combination of parameters in EventSelectors. When includeManagementEvents is \
         false, ExcludeManagementEventSources must be empty."
            .to_owned()
    })?;
    for resource in &selector.data_resources {
        let kind = resource.kind.as_str();
        ensure([OBJECT, FUNCTION, TABLE].contains(&kind), || {
            format!("Value {kind} for DataResources.Type is invalid.")
        })?;
        for value in &resource.values {
            ensure(is_valid_value(kind, value), || {
                format!("Value {value} for DataResources.Values is invalid.")
            })?;
        }
    }
    Ok(())
}

/// Observed: a bucket needs its final slash, and `*` is refused.
fn is_valid_value(kind: &str, value: &str) -> bool {
    if value.contains('*') || value.contains(char::is_control) {
        return false;
    }
    match kind {
        OBJECT => {
            let path = value.strip_prefix("arn:aws:s3:::");
            let named = path.and_then(|path| path.split_once('/'));
            value == "arn:aws:s3" || path == Some("") || named.is_some_and(|(b, _)| !b.is_empty())
        }
        FUNCTION => is_valid_arn(value, "arn:aws:lambda", "function:"),
        _ => is_valid_arn(value, "arn:aws:dynamodb", "table/"),
    }
}

/// The service as a whole, or `<service>:<region>:<account>:<noun><name>`.
fn is_valid_arn(value: &str, service: &str, noun: &str) -> bool {
    let Some(rest) = value.strip_prefix(service) else { return false };
    let mut parts = rest.splitn(4, ':').skip(1);
    let (region, account) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let name = parts.next().and_then(|resource| resource.strip_prefix(noun)).unwrap_or("");
    let named = !region.is_empty() && !account.is_empty() && !name.is_empty();
    rest.is_empty() || (rest.starts_with(':') && named)
}
