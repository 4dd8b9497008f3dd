//! `TagResource`, `UntagResource`, `ListResourceTags`.
//!
//! Source: KMS API Reference.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};
use types::Arn;

use super::members::{Nothing, named};
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::page::{Page, Sizes};
use crate::rights::{self, Terms};
use crate::tags::{self, Tag};
use crate::{condition_keys, event, resolve};

#[derive(Debug)]
pub(crate) struct TagResource;

#[derive(Debug)]
pub(crate) struct UntagResource;

#[derive(Debug)]
pub(crate) struct ListResourceTags;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TagResourceInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Tag>>,
}

impl Plain for TagResource {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "TagResource");
    type Input = TagResourceInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &TagResourceInput) -> Result<Vec<Access>, KmsFailure> {
        let key_id = input.key_id.as_ref();
        let mut checks = Checks::new();
        checks.key_id("keyId", key_id).required("tags", input.tags.as_ref());
        tags::check_model(&mut checks, input.tags());
        checks.finish()?;
        let mut context = Context::new();
        condition_keys::add_request_tags(&mut context, &tags::pairs(input.tags())?);
        rights::on_named_key(ctx, "kms:TagResource", key_id, Scope::Own, context.into())
    }

    fn run(ctx: &mut Ctx<'_>, input: &TagResourceInput) -> Result<Nothing, KmsFailure> {
        let mut key = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?.key;
        key.changeable()?;
        tags::merge(&mut key.tags, tags::pairs(input.tags())?)?;
        resolve::save(ctx, &mut key)?;
        Ok(Nothing {})
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &TagResourceInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        event::answers_with_key(parts);
        Ok(())
    }
}

impl TagResourceInput {
    pub(crate) fn new(key: &Arn, tags: &[(String, String)]) -> Self {
        Self { key_id: Some(key.to_string()), tags: Some(tags.iter().map(Tag::from).collect()) }
    }

    fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UntagResourceInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_keys: Option<Vec<String>>,
}

impl Plain for UntagResource {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "UntagResource");
    type Input = UntagResourceInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &UntagResourceInput) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, tag_keys) = (input.key_id.as_ref(), input.tag_keys());
        let mut checks = Checks::new();
        checks.key_id("keyId", key_id).required("tagKeys", input.tag_keys.as_ref());
        for (index, tag_key) in tag_keys.iter().enumerate() {
            let path = format!("tagKeys.{}.member", index.saturating_add(1));
            checks.length(&path, Some(tag_key), 1..=128);
        }
        checks.finish()?;
        tag_keys.iter().try_for_each(|tag_key| tags::refuse_reserved(tag_key))?;
        let mut context = Context::new();
        context.set_list("aws:TagKeys", tag_keys.to_vec());
        rights::on_named_key(ctx, "kms:UntagResource", key_id, Scope::Own, context.into())
    }

    fn run(ctx: &mut Ctx<'_>, input: &UntagResourceInput) -> Result<Nothing, KmsFailure> {
        let mut key = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?.key;
        key.changeable()?;
        key.tags.retain(|(tag_key, _)| !input.tag_keys().contains(tag_key));
        resolve::save(ctx, &mut key)?;
        Ok(Nothing {})
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &UntagResourceInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        event::answers_with_key(parts);
        Ok(())
    }
}

impl UntagResourceInput {
    pub(crate) fn new(key: &Arn, tag_keys: &[String]) -> Self {
        Self { key_id: Some(key.to_string()), tag_keys: Some(tag_keys.to_vec()) }
    }

    fn tag_keys(&self) -> &[String] {
        self.tag_keys.as_deref().unwrap_or_default()
    }
}

const SIZES: Sizes = Sizes { default: 50, max: 50 };

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListResourceTagsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListResourceTagsOutput {
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

impl Plain for ListResourceTags {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListResourceTags");
    type Input = ListResourceTagsInput;
    type Output = ListResourceTagsOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &ListResourceTagsInput) -> Result<Vec<Access>, KmsFailure> {
        let key_id = input.key_id.as_ref();
        Checks::new().key_id("keyId", key_id).page(input.limit, input.marker.as_ref()).finish()?;
        rights::on_named_key(ctx, "kms:ListResourceTags", key_id, Scope::Own, Terms::default())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ListResourceTagsInput,
    ) -> Result<ListResourceTagsOutput, KmsFailure> {
        let key = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?.key;
        let page = Page::read("tags", SIZES, input.limit, input.marker.as_ref())?;
        let mut found: Vec<_> = key.tags.iter().collect();
        if let Some(after) = &page.after {
            let seen = found.iter().position(|(tag_key, _)| tag_key == after);
            found.drain(..seen.map_or(0, |index| index.saturating_add(1)));
        }
        let next_marker = page.cut(&mut found, |(tag_key, _)| tag_key);
        let tags = found.into_iter().map(Tag::from).collect();
        Ok(ListResourceTagsOutput { tags, truncated: next_marker.is_some(), next_marker })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ListResourceTagsInput,
        _output: Option<&ListResourceTagsOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}
