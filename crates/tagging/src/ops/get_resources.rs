//! `GetResources`: the tagged resources of the account in the region.
//!
//! Source: Resource Groups Tagging API Reference, "GetResources".

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use crate::error::within;
use crate::resources::{self, Resource};
use crate::{SERVICE, TaggingError, page};

/// Source: API Reference: the most resources of a page, which is the default, too.
const PAGE_MAX: usize = 100;
/// Source: API Reference: tags of a page.
const PAGE_TAGS: (usize, usize) = (100, 500);
/// Source: the service model.
const FILTERS_MAX: usize = 50;
const VALUES_MAX: usize = 20;
const ARNS_MAX: usize = 100;

/// The operation.
#[derive(Debug)]
pub(crate) struct GetResources;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GetResourcesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_filters: Option<Vec<TagFilter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources_per_page: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags_per_page: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type_filters: Option<Vec<String>>,
    #[serde(rename = "ResourceARNList", skip_serializing_if = "Option::is_none")]
    arns: Option<Vec<String>>,
}

/// A key that a resource must have, with one of the values, if there are any.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TagFilter {
    key: String,
    values: Vec<String>,
}

/// The output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetResourcesOutput {
    pagination_token: String,
    resource_tag_mapping_list: Vec<Mapping>,
}

/// A resource and its tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mapping {
    #[serde(rename = "ResourceARN")]
    arn: String,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

impl From<Resource> for Mapping {
    fn from(resource: Resource) -> Self {
        let tags = resource.tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
        Self { arn: resource.arn.to_string(), tags }
    }
}

impl Plain for GetResources {
    const SPEC: Spec = Spec::reads(&SERVICE, "GetResources");
    type Input = GetResourcesInput;
    type Output = GetResourcesOutput;
    type Error = TaggingError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        input: &GetResourcesInput,
    ) -> Result<Vec<Access>, Failure<TaggingError>> {
        input.check()?;
        Ok(vec![Access::by_identity("tag:GetResources", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GetResourcesInput,
    ) -> Result<GetResourcesOutput, Failure<TaggingError>> {
        let after = page::after(input.pagination_token.as_deref())?.unwrap_or_default();
        let wanted = |found: &Resource| found.arn.as_str() > after.as_str() && input.wants(found);
        let found = resources::tagged(ctx)?.into_iter().filter(wanted);
        let (mut list, mut tags, mut next) = (Vec::<Mapping>::new(), 0_usize, String::new());
        for resource in found {
            let with_it = tags.saturating_add(resource.tags.len());
            let full = list.len() >= input.resources_per_page.unwrap_or(PAGE_MAX)
                || input.tags_per_page.is_some_and(|most| !list.is_empty() && with_it > most);
            if full {
                next = list.last().map(|last| page::token(&last.arn)).unwrap_or_default();
                break;
            }
            tags = with_it;
            list.push(resource.into());
        }
        Ok(GetResourcesOutput { pagination_token: next, resource_tag_mapping_list: list })
    }
}

impl GetResourcesInput {
    fn filters(&self) -> &[TagFilter] {
        self.tag_filters.as_deref().unwrap_or_default()
    }

    fn check(&self) -> Result<(), TaggingError> {
        let (least, most) = PAGE_TAGS;
        within("ResourcesPerPage", self.resources_per_page.unwrap_or(1), 1, PAGE_MAX)?;
        within("TagsPerPage", self.tags_per_page.unwrap_or(least), least, most)?;
        within("TagFilters", self.filters().len(), 0, FILTERS_MAX)?;
        for filter in self.filters() {
            within("Key", filter.key.chars().count(), 1, 128)?;
            within("Values", filter.values.len(), 0, VALUES_MAX)?;
        }
        let Some(arns) = &self.arns else { return Ok(()) };
        within("ResourceARNList", arns.len(), 1, ARNS_MAX)?;
        // Source: API Reference, `ResourceARNList`.
        let filtered = !self.filters().is_empty()
            || self.resource_type_filters.is_some()
            || self.resources_per_page.is_some()
            || self.tags_per_page.is_some()
            || self.pagination_token.as_deref().is_some_and(|token| !token.is_empty());
        if filtered {
            let text = "ResourceARNList cannot be combined with filters or pages";
            return Err(TaggingError::InvalidParameter(text.to_owned()));
        }
        Ok(())
    }

    fn wants(&self, resource: &Resource) -> bool {
        if let Some(arns) = &self.arns {
            return arns.iter().any(|arn| arn == resource.arn.as_str());
        }
        let of_type = |wanted: &String| is_of_type(resource, wanted);
        let types = self.resource_type_filters.as_deref().unwrap_or_default();
        (types.is_empty() || types.iter().any(of_type))
            && self.filters().iter().all(|filter| filter.fits(&resource.tags))
    }
}

impl TagFilter {
    fn fits(&self, tags: &[(String, String)]) -> bool {
        let fits = |value: &String| self.values.is_empty() || self.values.contains(value);
        tags.iter().any(|(key, value)| *key == self.key && fits(value))
    }
}

/// Whether a resource is of a type such as `kms` or `kms:key`. A bucket's ARN names no type.
fn is_of_type(resource: &Resource, wanted: &str) -> bool {
    let (service, kind) = match wanted.split_once(':') {
        Some((service, kind)) => (service, Some(kind)),
        None => (wanted, None),
    };
    let own = match resource.arn.service() {
        "s3" => "bucket",
        _ => resource.arn.resource().split('/').next().unwrap_or_default(),
    };
    service == resource.arn.service() && kind.is_none_or(|kind| kind == own)
}
