//! `GetTagKeys`, `GetTagValues`: which tags are in use in the region.
//!
//! Source: Resource Groups Tagging API Reference.

use std::collections::BTreeSet;

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use crate::error::within;
use crate::{SERVICE, TaggingError, page, resources};

/// The length of a page, which callers cannot choose. The limit is our own; the API reference has
/// none.
const PAGE_MAX: usize = 1_000;

/// `GetTagKeys`
#[derive(Debug)]
pub(crate) struct GetTagKeys;

/// The input of `GetTagKeys`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GetTagKeysInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
}

/// The output of `GetTagKeys`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetTagKeysOutput {
    pagination_token: String,
    tag_keys: Vec<String>,
}

impl Plain for GetTagKeys {
    const SPEC: Spec = Spec::reads(&SERVICE, "GetTagKeys");
    type Input = GetTagKeysInput;
    type Output = GetTagKeysOutput;
    type Error = TaggingError;
    type Codec = Json;

    fn access(_: &mut Ctx<'_>, _: &GetTagKeysInput) -> Result<Vec<Access>, Failure<TaggingError>> {
        Ok(vec![Access::by_identity("tag:GetTagKeys", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GetTagKeysInput,
    ) -> Result<GetTagKeysOutput, Failure<TaggingError>> {
        let after = page::after(input.pagination_token.as_deref())?;
        let tags = resources::tagged(ctx)?.into_iter().flat_map(|resource| resource.tags);
        let keys: BTreeSet<_> = tags.map(|(key, _)| key).collect();
        let rest = keys.into_iter().filter(|key| Some(key) > after.as_ref());
        let (tag_keys, pagination_token) = page::cut(rest, PAGE_MAX);
        Ok(GetTagKeysOutput { pagination_token, tag_keys })
    }
}

/// `GetTagValues`
#[derive(Debug)]
pub(crate) struct GetTagValues;

/// The input of `GetTagValues`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GetTagValuesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
    key: String,
}

/// The output of `GetTagValues`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetTagValuesOutput {
    pagination_token: String,
    tag_values: Vec<String>,
}

impl Plain for GetTagValues {
    const SPEC: Spec = Spec::reads(&SERVICE, "GetTagValues");
    type Input = GetTagValuesInput;
    type Output = GetTagValuesOutput;
    type Error = TaggingError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        input: &GetTagValuesInput,
    ) -> Result<Vec<Access>, Failure<TaggingError>> {
        within("Key", input.key.chars().count(), 1, 128)?;
        Ok(vec![Access::by_identity("tag:GetTagValues", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GetTagValuesInput,
    ) -> Result<GetTagValuesOutput, Failure<TaggingError>> {
        let after = page::after(input.pagination_token.as_deref())?;
        let tags = resources::tagged(ctx)?.into_iter().flat_map(|resource| resource.tags);
        let of_key = tags.filter(|(key, _)| *key == input.key);
        let values: BTreeSet<_> = of_key.map(|(_, value)| value).collect();
        let rest = values.into_iter().filter(|value| Some(value) > after.as_ref());
        let (tag_values, pagination_token) = page::cut(rest, PAGE_MAX);
        Ok(GetTagValuesOutput { pagination_token, tag_values })
    }
}
