//! `AddTags`, `RemoveTags`, `ListTags`: labels on trails.
//!
//! Source: CloudTrail API Reference. The resource must be named by its ARN.

use gateway::{Access, Caller, Ctx, Failure, Fault, Json, Plain, Refused, Spec, TagPort, Tags};
use serde::{Deserialize, Serialize};
use trail::names::TrailRef;
use types::Arn;

use super::Empty;
use crate::model::{Trail, trails_of};
use crate::shape::{Tag, add_tags, check_tags};
use crate::{SERVICE, TrailError, reference};

/// ARNs in one `ListTags`. Source: CloudTrail API Reference, "ListTags".
const RESOURCES_MAX: usize = 20;

/// The trail of a resource id, which must be an ARN.
fn trail_of(ctx: &Ctx<'_>, id: &str) -> Result<Trail, Failure<TrailError>> {
    let invalid = || TrailError::TrailArnInvalid(format!("The ARN is not valid: {id}."));
    let arn = Arn::parse(id).ok_or_else(invalid)?;
    if arn.service() != "cloudtrail" || !arn.resource().starts_with("trail/") {
        let message = format!("The resource type of {id} does not support tags.");
        return Err(TrailError::ResourceTypeNotSupported(message).into());
    }
    let named = reference::parse(id)?;
    let found = match &named {
        TrailRef::Arn { .. } => reference::find(ctx, &named)?,
        TrailRef::Name(_) => return Err(invalid().into()),
    };
    found.ok_or_else(|| TrailError::ResourceNotFound(format!("Resource not found: {id}")).into())
}

fn needs(ctx: &Ctx<'_>, action: &str, id: &str) -> Result<Vec<Access>, Failure<TrailError>> {
    let trail = trail_of(ctx, id)?;
    reference::access(ctx, action, trail.arn().as_str())
}

/// `AddTags`
#[derive(Debug)]
pub(crate) struct AddTags;

/// `RemoveTags`
#[derive(Debug)]
pub(crate) struct RemoveTags;

/// The input of `AddTags` and `RemoveTags`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TagsInput {
    resource_id: String,
    tags_list: Vec<Tag>,
}

impl TagsInput {
    pub(crate) fn new(trail: &Arn, tags: impl Iterator<Item = (String, Option<String>)>) -> Self {
        let tags_list = tags.map(|(key, value)| Tag { key, value }).collect();
        Self { resource_id: trail.to_string(), tags_list }
    }
}

impl Plain for AddTags {
    const SPEC: Spec = Spec::writes(&SERVICE, "AddTags");
    type Input = TagsInput;
    type Output = Empty;
    type Error = TrailError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &TagsInput) -> Result<Vec<Access>, Failure<TrailError>> {
        let mut needs = needs(ctx, "AddTags", &input.resource_id)?;
        for need in &mut needs {
            for tag in &input.tags_list {
                let value = tag.value.as_deref().unwrap_or_default();
                need.context.set(&format!("aws:RequestTag/{}", tag.key), value);
            }
        }
        Ok(needs)
    }

    fn run(ctx: &mut Ctx<'_>, input: &TagsInput) -> Result<Empty, Failure<TrailError>> {
        let named = trail_of(ctx, &input.resource_id)?;
        let mut trail = reference::at_home(ctx, named.arn().as_str(), true)?;
        add_tags(&mut trail.tags, &input.tags_list)?;
        trail.save(ctx.tx_mut())?;
        Ok(Empty {})
    }
}

impl Plain for RemoveTags {
    const SPEC: Spec = Spec::writes(&SERVICE, "RemoveTags");
    type Input = TagsInput;
    type Output = Empty;
    type Error = TrailError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &TagsInput) -> Result<Vec<Access>, Failure<TrailError>> {
        needs(ctx, "RemoveTags", &input.resource_id)
    }

    /// Source: CloudTrail API Reference, "RemoveTags": `InvalidTagParameterException`.
    fn run(ctx: &mut Ctx<'_>, input: &TagsInput) -> Result<Empty, Failure<TrailError>> {
        let named = trail_of(ctx, &input.resource_id)?;
        let mut trail = reference::at_home(ctx, named.arn().as_str(), true)?;
        check_tags(&input.tags_list)?;
        trail.tags.retain(|(key, _)| !input.tags_list.iter().any(|tag| tag.key == *key));
        trail.save(ctx.tx_mut())?;
        Ok(Empty {})
    }
}

/// `ListTags`
#[derive(Debug)]
pub(crate) struct ListTags;

/// The input of `ListTags`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ListTagsInput {
    resource_id_list: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The output of `ListTags`, always one page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListTagsOutput {
    resource_tag_list: Vec<ResourceTags>,
}

/// The tags of one resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ResourceTags {
    resource_id: String,
    tags_list: Vec<Tag>,
}

impl Plain for ListTags {
    const SPEC: Spec = Spec::reads(&SERVICE, "ListTags");
    type Input = ListTagsInput;
    type Output = ListTagsOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &ListTagsInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        if input.resource_id_list.len() > RESOURCES_MAX {
            let message = format!("At most {RESOURCES_MAX} resources can be listed.");
            return Err(TrailError::TrailArnInvalid(message).into());
        }
        let mut all = Vec::new();
        for id in &input.resource_id_list {
            all.extend(needs(ctx, "ListTags", id)?);
        }
        Ok(all)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ListTagsInput,
    ) -> Result<ListTagsOutput, Failure<TrailError>> {
        let mut resource_tag_list = Vec::new();
        for id in &input.resource_id_list {
            let tags = trail_of(ctx, id)?.tags;
            let tags_list = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
            resource_tag_list.push(ResourceTags { resource_id: id.clone(), tags_list });
        }
        Ok(ListTagsOutput { resource_tag_list })
    }
}

/// The trails that have tags.
#[derive(Debug)]
pub(crate) struct Trails;

impl TagPort for Trails {
    /// Trails whose home is the region. A tag without a value has an empty one.
    fn tagged(&self, ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault> {
        let mut trails = trails_of(ctx.tx(), ctx.account())?;
        trails.retain(|trail| trail.home_region == *ctx.region() && !trail.tags.is_empty());
        let pair = |(key, value): (String, Option<String>)| (key, value.unwrap_or_default());
        let tags = |tags: Vec<_>| tags.into_iter().map(pair).collect();
        Ok(trails.into_iter().map(|trail| (trail.arn(), tags(trail.tags))).collect())
    }

    /// `AddTags`.
    fn tag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        trail: &Arn,
        tags: &[(String, String)],
    ) -> Result<(), Refused> {
        let tags = tags.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
        ctx.invoke::<AddTags>(caller, &TagsInput::new(trail, tags)).map(drop)
    }

    /// `RemoveTags`.
    fn untag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        trail: &Arn,
        tag_keys: &[String],
    ) -> Result<(), Refused> {
        let tags = tag_keys.iter().map(|key| (key.clone(), None));
        ctx.invoke::<RemoveTags>(caller, &TagsInput::new(trail, tags)).map(drop)
    }
}
