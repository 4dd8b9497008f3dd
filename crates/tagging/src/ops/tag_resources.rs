//! `TagResources`, `UntagResources`: change tags of several resources at once. If a service rejects
//! one of them, the error is returned for that one and does not affect the others.
//!
//! Source: Resource Groups Tagging API Reference.

use std::collections::BTreeMap;

use gateway::{Access, Ctx, Failure, Json, Plain, Refused, Spec};
use serde::{Deserialize, Serialize};
use types::Arn;

use crate::error::within;
use crate::resources::{self, Change};
use crate::{SERVICE, TaggingError};

/// Source: the service model.
const ARNS_MAX: usize = 20;
const TAGS_MAX: usize = 50;

/// The output of both operations: the resources that were not changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct FailedResources {
    failed_resources_map: BTreeMap<String, Failed>,
}

/// Why a resource was not changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    status_code: u16,
    error_code: String,
    error_message: String,
}

/// `TagResources`
#[derive(Debug)]
pub(crate) struct TagResources;

/// The input of `TagResources`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TagResourcesInput {
    #[serde(rename = "ResourceARNList")]
    arns: Vec<String>,
    tags: BTreeMap<String, String>,
}

impl Plain for TagResources {
    const SPEC: Spec = Spec::writes(&SERVICE, "TagResources");
    type Input = TagResourcesInput;
    type Output = FailedResources;
    type Error = TaggingError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        input: &TagResourcesInput,
    ) -> Result<Vec<Access>, Failure<TaggingError>> {
        within("ResourceARNList", input.arns.len(), 1, ARNS_MAX)?;
        within("Tags", input.tags.len(), 1, TAGS_MAX)?;
        check_keys(input.tags.keys())?;
        for value in input.tags.values() {
            within("Value", value.chars().count(), 0, 256)?;
        }
        Ok(vec![Access::by_identity("tag:TagResources", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &TagResourcesInput,
    ) -> Result<FailedResources, Failure<TaggingError>> {
        let tags: Vec<_> = input.tags.clone().into_iter().collect();
        change_all(ctx, &input.arns, Change::Add(&tags))
    }
}

/// `UntagResources`
#[derive(Debug)]
pub(crate) struct UntagResources;

/// The input of `UntagResources`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct UntagResourcesInput {
    #[serde(rename = "ResourceARNList")]
    arns: Vec<String>,
    tag_keys: Vec<String>,
}

impl Plain for UntagResources {
    const SPEC: Spec = Spec::writes(&SERVICE, "UntagResources");
    type Input = UntagResourcesInput;
    type Output = FailedResources;
    type Error = TaggingError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        input: &UntagResourcesInput,
    ) -> Result<Vec<Access>, Failure<TaggingError>> {
        within("ResourceARNList", input.arns.len(), 1, ARNS_MAX)?;
        within("TagKeys", input.tag_keys.len(), 1, TAGS_MAX)?;
        check_keys(input.tag_keys.iter())?;
        Ok(vec![Access::by_identity("tag:UntagResources", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &UntagResourcesInput,
    ) -> Result<FailedResources, Failure<TaggingError>> {
        change_all(ctx, &input.arns, Change::Remove(&input.tag_keys))
    }
}

/// Source: AWS General Reference, "Tag naming limits and requirements": `aws:` is reserved.
fn check_keys<'a>(keys: impl Iterator<Item = &'a String>) -> Result<(), TaggingError> {
    for key in keys {
        within("Key", key.chars().count(), 1, 128)?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            let text = format!("Tag keys beginning with aws: are reserved: {key}");
            return Err(TaggingError::InvalidParameter(text));
        }
    }
    Ok(())
}

fn change_all(
    ctx: &mut Ctx<'_>,
    arns: &[String],
    change: Change<'_>,
) -> Result<FailedResources, Failure<TaggingError>> {
    let mut failed_resources_map = BTreeMap::new();
    for text in arns {
        let done = Arn::parse(text).and_then(|arn| resources::change(ctx, &arn, change));
        let failed = match done {
            Some(Ok(())) => continue,
            Some(Err(Refused::Internal(error))) => return Err(error.into()),
            Some(Err(Refused::Wire(error) | Refused::Denied(error))) => Failed {
                status_code: error.status,
                error_code: error.code,
                error_message: error.message.unwrap_or_default(),
            },
            None => Failed {
                status_code: 400,
                error_code: "InvalidParameterException".to_owned(),
                error_message: format!("Could not recognize resource {text} in this region"),
            },
        };
        failed_resources_map.insert(text.clone(), failed);
    }
    Ok(FailedResources { failed_resources_map })
}
