//! `CreateQueue`.
//!
//! Source: SQS API Reference, "CreateQueue".

use gateway::{Access, Ctx, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};
use types::{MINUTE_MS, hex};

use crate::attributes::{self, Attributes};
use crate::dialect::{Dialect, Recorded};
use crate::error::{Fail, SqsError};
use crate::model::{DELETED, Fifo, QUEUES, Queue, queue_key};
use crate::name::{self, QueueName};
use crate::redrive;
use crate::tags::{self, TagMap};

/// How long the name of a deleted queue is not available.
///
/// Source: SQS API Reference, "CreateQueue", `QueueDeletedRecently`.
const NAME_REST_MS: u64 = MINUTE_MS;

#[derive(Debug)]
pub(crate) struct CreateQueue;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct CreateQueueInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name: Option<String>,
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes,
    #[serde(rename = "tags", skip_serializing_if = "TagMap::is_empty")]
    tags: TagMap,
}

impl Recorded for CreateQueueInput {}

impl CreateQueueInput {
    fn name(&self, ctx: &Ctx<'_>) -> Result<QueueName, SqsError> {
        let name = self.queue_name.clone().ok_or_else(|| SqsError::missing("QueueName"))?;
        Ok(QueueName { account: ctx.account().clone(), name })
    }

    /// The queue as it is asked for.
    fn draft(&self, ctx: &Ctx<'_>, name: &QueueName) -> Result<Queue, Fail> {
        let is_fifo = attributes::asks_for_fifo(&self.attributes)?;
        name::check_new(&name.name, is_fifo)?;
        let id: [u8; 8] = ctx.entropy().bytes()?;
        let contents = format!("{}-1", hex(&id));
        let mut queue = Queue::new(&name.account, ctx.region(), &name.name, contents, ctx.now());
        queue.fifo = is_fifo.then(Fifo::default);
        attributes::set(&mut queue, &self.attributes)?;
        tags::add(&mut queue.tags, &self.tags)?;
        Ok(queue)
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateQueueOutput {
    queue_url: String,
}

impl Plain for CreateQueue {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "CreateQueue");
    type Input = CreateQueueInput;
    type Output = CreateQueueOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &CreateQueueInput) -> Result<Vec<Access>, Fail> {
        let arn = input.name(ctx)?.arn(ctx);
        let mut context = Context::new();
        tags::add_request_tags(&mut context, &input.tags);
        let need = |action: &str| Access {
            context: context.clone(),
            ..Access::by_identity(action, arn.as_str())
        };
        let mut needs = vec![need("sqs:createqueue")];
        // Source: SQS API Reference, "CreateQueue", `tags`.
        if !input.tags.is_empty() {
            needs.push(need("sqs:tagqueue"));
        }
        Ok(needs)
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreateQueueInput) -> Result<CreateQueueOutput, Fail> {
        let name = input.name(ctx)?;
        let draft = input.draft(ctx, &name)?;
        let queue_url = name.url(ctx);
        let place = queue_key(&name.account, ctx.region(), &name.name);
        if let Some(existing) = QUEUES.get(ctx.tx(), &place)? {
            compare(&existing, &draft, &input.attributes)?;
            return Ok(CreateQueueOutput { queue_url });
        }
        let deleted = DELETED.get(ctx.tx(), &place)?;
        if deleted.is_some_and(|deleted| ctx.now() < deleted.plus_ms(NAME_REST_MS)) {
            return Err(SqsError::QueueDeletedRecently(
                "You must wait 60 seconds after deleting a queue before you can create another \
                 with the same name."
                    .to_owned(),
            )
            .into());
        }
        let redrive = input.attributes.get("RedrivePolicy");
        redrive::check(ctx, &draft, redrive.map(String::as_str).unwrap_or_default())?;
        draft.save(ctx.tx_mut())?;
        Ok(CreateQueueOutput { queue_url })
    }
}

/// Refuses attributes that an existing queue has other values of.
///
/// Observed: the text. Assumed: tags are not compared.
fn compare(existing: &Queue, draft: &Queue, given: &Attributes) -> Result<(), Fail> {
    let (own, asked) = (attributes::shown(existing)?, attributes::shown(draft)?);
    let is_fifo_changed = existing.fifo.is_some() != draft.fifo.is_some();
    let other = given.keys().find(|name| own.get(*name) != asked.get(*name));
    let other = other.map(String::as_str).or_else(|| is_fifo_changed.then_some("FifoQueue"));
    match other {
        None => Ok(()),
        Some(name) => Err(SqsError::QueueNameExists(format!(
            "A queue already exists with the same name and a different value for attribute {name}"
        ))
        .into()),
    }
}
