//! `DescribeRegions`: the Regions of the account, by name and by filters.
//!
//! Source: EC2 API Reference, "DescribeRegions".

use std::str::Chars;

use gateway::{
    Access, Answer, ApiError, Codec, Ctx, Decoding, Failure, Fault, Plain, Reply, Service, Spec,
    WireError,
};
use serde_json::{Map, Value, json};
use wire::xml::XmlWriter;

use crate::SERVICE;
use crate::regions::REGIONS;

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// Source: EC2 User Guide, "List and filter using the CLI and API": 50 filters, 200 values in each,
/// 255 characters in a value.
const FILTERS_MAX: usize = 50;
const VALUES_MAX: usize = 200;
const VALUE_CHARS_MAX: usize = 255;

/// Why it fails.
///
/// Assumed: EC2 words these so, and answers a long value of a filter with `InvalidParameterValue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ec2Error {
    /// A region that does not exist.
    UnknownRegions(Vec<String>),
    /// Source: EC2 API Reference, "Error codes".
    UnknownFilter(String),
    /// Source: EC2 API Reference, "Error codes", `FilterLimitExceeded`.
    TooManyFilters {
        /// What there is too much of.
        what: &'static str,
        /// How many may be there.
        max: usize,
    },
    /// A value of a filter that is too long.
    LongFilterValue,
    /// With `DryRun`, the caller is allowed.
    DryRun,
}

impl ApiError for Ec2Error {
    fn wire(&self) -> WireError {
        match self {
            Self::UnknownRegions(names) => WireError::new(
                400,
                "InvalidParameterValue",
                format!("Invalid region names: [{}]", names.join(", ")),
            ),
            Self::UnknownFilter(name) => WireError::new(
                400,
                "InvalidParameterValue",
                format!("The filter '{name}' is invalid"),
            ),
            Self::TooManyFilters { what, max } => WireError::new(
                400,
                "FilterLimitExceeded",
                format!("The maximum number of {what} specified on a single call is {max}"),
            ),
            Self::LongFilterValue => WireError::new(
                400,
                "InvalidParameterValue",
                format!("A filter value may have {VALUE_CHARS_MAX} characters at most"),
            ),
            Self::DryRun => WireError::new(
                412,
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set.",
            ),
        }
    }
}

/// The operation.
#[derive(Debug)]
pub(crate) struct DescribeRegions;

/// The client's input.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DescribeRegionsInput {
    names: Vec<String>,
    filters: Vec<(String, Vec<String>)>,
    all: Option<bool>,
    dry_run: bool,
}

/// A Region in the output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DescribedRegion {
    name: String,
    endpoint: String,
    status: &'static str,
}

impl Plain for DescribeRegions {
    const SPEC: Spec = Spec::reads(&SERVICE, "DescribeRegions");
    type Input = DescribeRegionsInput;
    type Output = Vec<DescribedRegion>;
    type Error = Ec2Error;
    type Codec = Ec2;

    fn access(_: &mut Ctx<'_>, _: &DescribeRegionsInput) -> Result<Vec<Access>, Failure<Ec2Error>> {
        Ok(vec![Access::by_identity("ec2:DescribeRegions", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &DescribeRegionsInput,
    ) -> Result<Vec<DescribedRegion>, Failure<Ec2Error>> {
        if input.dry_run {
            return Err(Ec2Error::DryRun.into());
        }
        let home = ctx.settings().region.as_str().to_owned();
        Ok(found(input, &home)?)
    }
}

/// By default, the enabled Regions; the server's own is always enabled.
fn found(input: &DescribeRegionsInput, home: &str) -> Result<Vec<DescribedRegion>, Ec2Error> {
    let known = |name: &String| REGIONS.iter().any(|region| region.name == name);
    let unknown: Vec<_> = input.names.iter().filter(|name| !known(name)).cloned().collect();
    if !unknown.is_empty() {
        return Err(Ec2Error::UnknownRegions(unknown));
    }
    let described = |region: &crate::regions::Listed| DescribedRegion {
        name: region.name.to_owned(),
        endpoint: format!("ec2.{}.amazonaws.com", region.name),
        status: match (region.is_default, region.name == home) {
            (true, _) => "opt-in-not-required",
            (false, true) => "opted-in",
            (false, false) => "not-opted-in",
        },
    };
    let mut regions: Vec<DescribedRegion> = REGIONS.iter().map(described).collect();
    regions.retain(|one| input.names.is_empty() || input.names.contains(&one.name));
    regions.retain(|one| input.all == Some(true) || one.status != "not-opted-in");
    check_filters(&input.filters)?;
    for (name, values) in &input.filters {
        let value: fn(&DescribedRegion) -> &str = match name.as_str() {
            "region-name" => |one| &one.name,
            "endpoint" => |one| &one.endpoint,
            "opt-in-status" => |one| one.status,
            _ => return Err(Ec2Error::UnknownFilter(name.clone())),
        };
        regions.retain(|one| values.iter().any(|pattern| is_like(pattern, value(one))));
    }
    Ok(regions)
}

/// Whether there are too many filters, or too much in one.
///
fn check_filters(filters: &[(String, Vec<String>)]) -> Result<(), Ec2Error> {
    if filters.len() > FILTERS_MAX {
        return Err(Ec2Error::TooManyFilters { what: "filters", max: FILTERS_MAX });
    }
    for (_, values) in filters {
        if values.len() > VALUES_MAX {
            return Err(Ec2Error::TooManyFilters { what: "filter values", max: VALUES_MAX });
        }
        if values.iter().any(|value| value.chars().count() > VALUE_CHARS_MAX) {
            return Err(Ec2Error::LongFilterValue);
        }
    }
    Ok(())
}

/// Whether the whole text fits the pattern, where `*` is any text and `?` one letter.
///
/// After a mismatch only the last `*` is retried, one letter further on: everything before it
/// already matched as early as possible. So the cost is at most the product of both lengths, which
/// are limited, and no memory.
///
/// Source: EC2 User Guide, "List and filter using the CLI and API", wildcards.
fn is_like(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Behind the last `*`, and the text from where it was tried last.
    let mut again: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let here = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = here;
                again = Some((pattern.clone(), text.clone()));
            }
            (Some(_), None) => return false,
            (Some(one), Some(other)) if one == '?' || one == other => {}
            (_, Some(_)) => {
                let Some((behind, tried)) = &mut again else { return false };
                tried.next();
                (pattern, text) = (behind.clone(), tried.clone());
            }
        }
    }
}

/// EC2's variant of the Query protocol: lists are numbered without `member`, responses have no
/// result element.
#[derive(Debug)]
pub(crate) struct Ec2;

impl Codec<DescribeRegionsInput, Vec<DescribedRegion>> for Ec2 {
    fn decode(request: &Decoding<'_>) -> Result<DescribeRegionsInput, WireError> {
        let tree = request.parameters;
        let truth = |name: &str| tree.get(name).and_then(Value::as_str).map(|text| text == "true");
        let filters = items(tree.get("Filter")).into_iter().map(|filter| {
            let name = filter.get("Name").and_then(Value::as_str).unwrap_or_default();
            (name.to_owned(), texts(filter.get("Value")))
        });
        Ok(DescribeRegionsInput {
            names: texts(tree.get("RegionName")),
            filters: filters.collect(),
            all: truth("AllRegions"),
            dry_run: truth("DryRun").unwrap_or_default(),
        })
    }

    fn encode(regions: Vec<DescribedRegion>, reply: &Reply<'_>) -> Result<Answer, Fault> {
        let mut xml = XmlWriter::document();
        xml.root("DescribeRegionsResponse", NAMESPACE);
        xml.text("requestId", reply.request_id);
        xml.open("regionInfo");
        for region in &regions {
            xml.open("item");
            xml.text("regionName", &region.name);
            xml.text("regionEndpoint", &region.endpoint);
            xml.text("optInStatus", region.status);
            xml.close();
        }
        xml.close();
        Ok(Answer::empty(http::StatusCode::OK)
            .with("x-amzn-requestid", reply.request_id)
            .with_body("text/xml;charset=UTF-8", xml.finish()))
    }

    /// Observed: `regionSet`, empty or with items, and `allRegions` if it was asked for.
    /// Assumed: EC2 records filters here as in its other events.
    fn parameters(input: &DescribeRegionsInput, _: &Service) -> Result<Value, Fault> {
        let set =
            |items: Vec<Value>| if items.is_empty() { json!({}) } else { json!({"items": items}) };
        let mut members = Map::new();
        let names = input.names.iter().map(|name| json!({"regionName": name})).collect();
        members.insert("regionSet".to_owned(), set(names));
        if let Some(all) = input.all {
            members.insert("allRegions".to_owned(), Value::from(all));
        }
        let filters = input.filters.iter().map(|(name, values)| {
            let values = values.iter().map(|value| json!({"value": value})).collect();
            json!({"name": name, "valueSet": set(values)})
        });
        let filters: Vec<_> = filters.collect();
        if !filters.is_empty() {
            members.insert("filterSet".to_owned(), set(filters));
        }
        Ok(Value::Object(members))
    }

    fn elements(_: &Vec<DescribedRegion>, _: &Service) -> Result<Value, Fault> {
        Ok(Value::Null)
    }
}

/// The values of an object whose names are numbers, in their order.
fn items(list: Option<&Value>) -> Vec<&Value> {
    let members = list.and_then(Value::as_object).into_iter().flatten();
    let mut numbered: Vec<(u32, &Value)> =
        members.filter_map(|(name, item)| Some((name.parse().ok()?, item))).collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, item)| item).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    items(list).into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(input: &DescribeRegionsInput) -> Vec<String> {
        found(input, "me-south-1").unwrap().into_iter().map(|one| one.name).collect()
    }

    fn input() -> DescribeRegionsInput {
        DescribeRegionsInput::default()
    }

    /// A new account's 17 and the server's own; all of them on demand.
    #[test]
    fn opt_in_regions_are_returned_on_demand() {
        assert_eq!(names(&input()).len(), 18);
        assert!(names(&input()).contains(&"me-south-1".to_owned()));
        assert_eq!(names(&DescribeRegionsInput { all: Some(true), ..input() }).len(), 34);
    }

    #[test]
    fn names_and_filters_choose() {
        let chosen = DescribeRegionsInput { names: vec!["eu-west-1".into()], ..input() };
        assert_eq!(names(&chosen), ["eu-west-1"]);
        let filtered = |name: &str, value: &str| DescribeRegionsInput {
            filters: vec![(name.to_owned(), vec![value.to_owned()])],
            ..input()
        };
        assert_eq!(names(&filtered("endpoint", "*us-west-?.*")), ["us-west-1", "us-west-2"]);
        assert_eq!(names(&filtered("opt-in-status", "opted-in")), ["me-south-1"]);
        assert!(names(&filtered("region-name", "us-west-")).is_empty());
        let unknown = found(&filtered("x", "y"), "eu-west-1").unwrap_err();
        assert_eq!(unknown, Ec2Error::UnknownFilter("x".to_owned()));
        let nowhere = DescribeRegionsInput { names: vec!["xx-west-9".into()], ..input() };
        let refused = found(&nowhere, "eu-west-1").unwrap_err().wire();
        assert_eq!(refused.message.as_deref(), Some("Invalid region names: [xx-west-9]"));
    }

    /// The limits are those of EC2.
    #[test]
    fn filters_are_limited() {
        let of = |filters: usize, values: usize, chars: usize| {
            let filter = ("endpoint".to_owned(), vec!["*".repeat(chars); values]);
            found(&DescribeRegionsInput { filters: vec![filter; filters], ..input() }, "eu-west-1")
        };
        assert!(of(50, 200, 255).is_ok());
        for (refused, code) in [
            (of(51, 1, 1), "FilterLimitExceeded"),
            (of(1, 201, 1), "FilterLimitExceeded"),
            (of(1, 1, 256), "InvalidParameterValue"),
        ] {
            assert_eq!(refused.unwrap_err().wire().code, code);
        }
    }

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("?", "a", true),
            ("?", "", false),
            ("**a", "a", true),
            ("*ab*c?", "aabbabcd", true),
            ("*ab", "abaab", true),
            ("*ab?", "abab", false),
            ("a*?*é", "axé", true),
            ("a**", "a", true),
            ("abc", "abc", true),
            ("ab", "abc", false),
        ] {
            assert_eq!(is_like(pattern, text), want, "{pattern} {text}");
        }
    }
}
