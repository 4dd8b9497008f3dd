//! `GetQueueAttributes` and `SetQueueAttributes`.
//!
//! Source: SQS API Reference.

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec};
use serde::{Deserialize, Serialize};

use crate::attributes::{self, Attributes};
use crate::dialect::{Dialect, Nothing, Recorded};
use crate::error::{Fail, SqsError};
use crate::model::Queue;
use crate::rights::{self, Reach};
use crate::{event, redrive, shelf};

#[derive(Debug)]
pub(crate) struct GetQueueAttributes;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GetAttributesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attribute_names: Vec<String>,
}

impl Recorded for GetAttributesInput {}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetAttributesOutput {
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes,
}

impl Plain for GetQueueAttributes {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "GetQueueAttributes").data();
    type Input = GetAttributesInput;
    type Output = GetAttributesOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &GetAttributesInput) -> Result<Vec<Access>, Fail> {
        let url = input.queue_url.as_ref();
        Ok(vec![rights::on_url(ctx, "getqueueattributes", url, Reach::Policy)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &GetAttributesInput) -> Result<GetAttributesOutput, Fail> {
        let queue = rights::named(ctx, input.queue_url.as_ref())?;
        let memory = shelf::memory(ctx, &queue);
        let counts = shelf::read(ctx.tx(), &memory, &queue, ctx.now())?.index.counts();
        let attributes = attributes::requested(&queue, counts, &input.attribute_names)?;
        Ok(GetAttributesOutput { attributes })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &GetAttributesInput,
        _output: Option<&GetAttributesOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct SetQueueAttributes;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SetAttributesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Attributes>,
}

impl Recorded for SetAttributesInput {}

impl Plain for SetQueueAttributes {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "SetQueueAttributes");
    type Input = SetAttributesInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &SetAttributesInput) -> Result<Vec<Access>, Fail> {
        let url = input.queue_url.as_ref();
        Ok(vec![rights::on_url(ctx, "setqueueattributes", url, Reach::Own)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &SetAttributesInput) -> Result<Nothing, Fail> {
        let mut queue = Queue::clone(&*rights::named(ctx, input.queue_url.as_ref())?);
        let given = input.attributes.as_ref();
        let given = given.ok_or_else(|| SqsError::missing("Attribute.Name"))?;
        attributes::set(&mut queue, given)?;
        if let Some(text) = given.get("RedrivePolicy") {
            redrive::check(ctx, &queue, text)?;
        }
        queue.modified = ctx.now();
        queue.save(ctx.tx_mut())?;
        Ok(Nothing)
    }
}
