//! `TagQueue`, `UntagQueue` and `ListQueueTags`.
//!
//! Source: SQS API Reference.

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};
use types::Arn;

use super::delete_queue::QueueInput;
use crate::dialect::{Dialect, Nothing, Recorded};
use crate::error::{Fail, SqsError};
use crate::event;
use crate::model::Queue;
use crate::rights::{self, Reach};
use crate::tags::{self, TagMap};

#[derive(Debug)]
pub(crate) struct TagQueue;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TagQueueInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<TagMap>,
}

impl Recorded for TagQueueInput {}

impl TagQueueInput {
    pub(crate) fn new(queue: &Arn, tags: &[(String, String)]) -> Self {
        Self { queue_url: Some(url_of(queue)), tags: Some(tags.iter().cloned().collect()) }
    }
}

/// What leads to a queue as its URL does.
fn url_of(queue: &Arn) -> String {
    format!("/{}/{}", queue.account(), queue.resource())
}

impl Plain for TagQueue {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "TagQueue");
    type Input = TagQueueInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &TagQueueInput) -> Result<Vec<Access>, Fail> {
        let mut need = rights::on_url(ctx, "tagqueue", input.queue_url.as_ref(), Reach::Own)?;
        tags::add_request_tags(&mut need.context, input.tags.as_ref().unwrap_or(&TagMap::new()));
        Ok(vec![need])
    }

    fn run(ctx: &mut Ctx<'_>, input: &TagQueueInput) -> Result<Nothing, Fail> {
        let mut queue = Queue::clone(&*rights::named(ctx, input.queue_url.as_ref())?);
        let given = input.tags.as_ref().filter(|tags| !tags.is_empty());
        tags::add(&mut queue.tags, given.ok_or_else(|| SqsError::missing("Tags"))?)?;
        queue.save(ctx.tx_mut())?;
        Ok(Nothing)
    }
}

#[derive(Debug)]
pub(crate) struct UntagQueue;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct UntagQueueInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag_keys: Vec<String>,
}

impl Recorded for UntagQueueInput {}

impl UntagQueueInput {
    pub(crate) fn new(queue: &Arn, tag_keys: &[String]) -> Self {
        Self { queue_url: Some(url_of(queue)), tag_keys: tag_keys.to_vec() }
    }
}

impl Plain for UntagQueue {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "UntagQueue");
    type Input = UntagQueueInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &UntagQueueInput) -> Result<Vec<Access>, Fail> {
        let mut need = rights::on_url(ctx, "untagqueue", input.queue_url.as_ref(), Reach::Own)?;
        need.context.set_list("aws:TagKeys", input.tag_keys.clone());
        Ok(vec![need])
    }

    fn run(ctx: &mut Ctx<'_>, input: &UntagQueueInput) -> Result<Nothing, Fail> {
        let mut queue = Queue::clone(&*rights::named(ctx, input.queue_url.as_ref())?);
        if input.tag_keys.is_empty() {
            return Err(SqsError::missing("TagKeys").into());
        }
        input.tag_keys.iter().try_for_each(|key| tags::check_key(key))?;
        queue.tags.retain(|(key, _)| !input.tag_keys.contains(key));
        queue.save(ctx.tx_mut())?;
        Ok(Nothing)
    }
}

#[derive(Debug)]
pub(crate) struct ListQueueTags;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListQueueTagsOutput {
    #[serde(skip_serializing_if = "TagMap::is_empty")]
    tags: TagMap,
}

impl Plain for ListQueueTags {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListQueueTags").data();
    type Input = QueueInput;
    type Output = ListQueueTagsOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &QueueInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![rights::on_url(ctx, "listqueuetags", input.queue_url.as_ref(), Reach::Own)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &QueueInput) -> Result<ListQueueTagsOutput, Fail> {
        let queue = rights::named(ctx, input.queue_url.as_ref())?;
        Ok(ListQueueTagsOutput { tags: queue.tags.iter().cloned().collect() })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &QueueInput,
        _output: Option<&ListQueueTagsOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}
