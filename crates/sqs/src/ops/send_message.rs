//! `SendMessage` and `SendMessageBatch`.
//!
//! Source: SQS API Reference.

use std::sync::Arc;

use gateway::{BodyLimit, Ctx, EventParts, Fault, Needed, Operation, Spec, object, shown};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::query::lenient;

use crate::batch::{self, Failed};
use crate::dialect::{Dialect, Recorded};
use crate::error::{Fail, SqsError};
use crate::event::{self, HIDDEN};
use crate::message::MessageAttributes;
use crate::model::Queue;
use crate::name::QueueName;
use crate::rights::{self, Reach};
use crate::send::{self, Draft, Prepared, Sent};

/// The largest request in bytes: each byte of a message may be written as six in JSON, and as three
/// in Query. The limit is our own.
const REQUEST: BodyLimit = BodyLimit::Buffered((6 << 20) + (64 << 10));
/// Source: SQS API Reference, "`SendMessageBatch`".
const BATCH_BYTES_MAX: usize = 1_048_576;

#[derive(Debug)]
pub(crate) struct SendMessage;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SendMessageInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    #[serde(flatten)]
    message: MessageInput,
}

/// The members of a message, alone or in a batch.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct MessageInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    message_body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::opt_i64")]
    delay_seconds: Option<i64>,
    #[serde(skip_serializing_if = "MessageAttributes::is_empty")]
    message_attributes: MessageAttributes,
    #[serde(skip_serializing_if = "MessageAttributes::is_empty")]
    message_system_attributes: MessageAttributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_deduplication_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_group_id: Option<String>,
}

impl MessageInput {
    fn draft(&self) -> Draft<'_> {
        Draft {
            body: self.message_body.as_ref(),
            delay_seconds: self.delay_seconds,
            attributes: &self.message_attributes,
            system_attributes: &self.message_system_attributes,
            deduplication_id: self.message_deduplication_id.as_ref(),
            group_id: self.message_group_id.as_ref(),
        }
    }
}

impl Recorded for SendMessageInput {
    /// Source: SQS Developer Guide, "Logging Amazon SQS API calls". Ours: no values of attributes.
    fn recorded(&self) -> Result<Value, Fault> {
        let message = &self.message;
        Ok(object([
            ("QueueUrl", shown(&self.queue_url)?),
            ("MessageBody", shown(&message.message_body.as_ref().map(|_| HIDDEN))?),
            ("DelaySeconds", shown(&message.delay_seconds)?),
            ("MessageDeduplicationId", shown(&message.message_deduplication_id)?),
            ("MessageGroupId", shown(&message.message_group_id)?),
        ]))
    }
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct SendMessageOutput {
    #[serde(rename = "MD5OfMessageBody")]
    md5_of_body: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_attributes: Option<String>,
    #[serde(rename = "MD5OfMessageSystemAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_system_attributes: Option<String>,
    #[serde(rename = "MessageId")]
    message_id: String,
    #[serde(rename = "SequenceNumber", skip_serializing_if = "Option::is_none")]
    sequence_number: Option<String>,
}

impl From<Sent> for SendMessageOutput {
    fn from(sent: Sent) -> Self {
        Self {
            md5_of_body: sent.md5_of_body,
            md5_of_attributes: sent.md5_of_attributes,
            md5_of_system_attributes: sent.md5_of_system_attributes,
            message_id: sent.message_id,
            sequence_number: sent.sequence_number,
        }
    }
}

fn access(ctx: &Ctx<'_>, url: Option<&String>) -> Result<Needed<Option<Arc<Queue>>>, Fail> {
    let name = QueueName::of_url(ctx, url.map(String::as_str))?;
    let need = rights::on_name(ctx, "sendmessage", &name, Reach::Policy)?;
    Ok((vec![need], rights::queue(ctx, &name)?))
}

/// The queue of a call that was admitted.
fn seen(queue: Option<Arc<Queue>>) -> Result<Arc<Queue>, Fail> {
    queue.ok_or_else(|| Fault::bug("a queue that does not exist admitted a call").into())
}

impl Operation for SendMessage {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "SendMessage").data().brief().body(REQUEST);
    type Input = SendMessageInput;
    type Output = SendMessageOutput;
    type Error = SqsError;
    type Codec = Dialect;
    type Seen = Option<Arc<Queue>>;
    type Work = Prepared;

    fn access(ctx: &mut Ctx<'_>, input: &SendMessageInput) -> Result<Needed<Self::Seen>, Fail> {
        access(ctx, input.queue_url.as_ref())
    }

    fn prepare(
        ctx: &mut Ctx<'_>,
        input: &SendMessageInput,
        queue: Self::Seen,
    ) -> Result<Prepared, Fail> {
        send::prepare(ctx, &*seen(queue)?, &input.message.draft(), "are invalid")
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &SendMessageInput,
        prepared: &mut Prepared,
    ) -> Result<SendMessageOutput, Fail> {
        let queue = rights::named(ctx, input.queue_url.as_ref())?;
        let sent = send::store_all(ctx, &queue, &[prepared])?.into_iter().next();
        let sent = sent.ok_or_else(|| Fault::bug("a message was not stored"))?;
        Ok(sent.into())
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &SendMessageInput,
        _work: Option<&Prepared>,
        _output: Option<&SendMessageOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct SendMessageBatch;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SendBatchInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    entries: Vec<SendEntry>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SendEntry {
    id: Option<String>,
    #[serde(flatten)]
    message: MessageInput,
}

impl Recorded for SendBatchInput {
    /// Ours: of the entries their IDs.
    fn recorded(&self) -> Result<Value, Fault> {
        let entries: Vec<_> = self
            .entries
            .iter()
            .map(|entry| Ok(object([("Id", shown(&entry.id)?)])))
            .collect::<Result<_, Fault>>()?;
        Ok(object([("QueueUrl", shown(&self.queue_url)?), ("Entries", Value::from(entries))]))
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SendBatchOutput {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    successful: Vec<SentEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct SentEntry {
    #[serde(rename = "Id")]
    id: String,
    #[serde(flatten)]
    sent: SendMessageOutput,
}

impl Operation for SendMessageBatch {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "SendMessageBatch").data().body(REQUEST);
    type Input = SendBatchInput;
    type Output = SendBatchOutput;
    type Error = SqsError;
    type Codec = Dialect;
    type Seen = Option<Arc<Queue>>;
    type Work = Vec<Result<Prepared, Failed>>;

    /// Source: SQS Developer Guide, "API permissions": a batch needs the permission of the single call.
    fn access(ctx: &mut Ctx<'_>, input: &SendBatchInput) -> Result<Needed<Self::Seen>, Fail> {
        access(ctx, input.queue_url.as_ref())
    }

    fn prepare(
        ctx: &mut Ctx<'_>,
        input: &SendBatchInput,
        queue: Self::Seen,
    ) -> Result<Self::Work, Fail> {
        let queue = seen(queue)?;
        check(&queue, &input.entries)?;
        let mut work = Vec::with_capacity(input.entries.len());
        for entry in &input.entries {
            let draft = entry.message.draft();
            // Observed: the text differs from that of a single message.
            work.push(match send::prepare(ctx, &queue, &draft, "cannot be validated") {
                Ok(prepared) => Ok(prepared),
                Err(failure) => Err(Failed::of(entry.id.as_deref().unwrap_or_default(), failure)?),
            });
        }
        Ok(work)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &SendBatchInput,
        work: &mut Self::Work,
    ) -> Result<SendBatchOutput, Fail> {
        let queue = rights::named(ctx, input.queue_url.as_ref())?;
        let good: Vec<_> = work.iter().filter_map(|entry| entry.as_ref().ok()).collect();
        let mut sent = send::store_all(ctx, &queue, &good)?.into_iter();
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for (entry, prepared) in input.entries.iter().zip(work) {
            match prepared {
                Ok(_) => successful.extend(sent.next().map(|sent| SentEntry {
                    id: entry.id.clone().unwrap_or_default(),
                    sent: sent.into(),
                })),
                Err(own) => failed.push(own.clone()),
            }
        }
        Ok(SendBatchOutput { successful, failed })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &SendBatchInput,
        _work: Option<&Self::Work>,
        _output: Option<&SendBatchOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}

/// Observed: a message without a group fails the whole call of a FIFO queue, with the code for
/// values. Assumed: the text for batches that are too long.
fn check(queue: &Queue, entries: &[SendEntry]) -> Result<(), SqsError> {
    batch::check(entries.iter().map(|entry| entry.id.as_ref()), "SendMessageBatchRequestEntry")?;
    let has_groups = entries.iter().all(|entry| entry.message.message_group_id.is_some());
    if queue.fifo.is_some() && !has_groups {
        return Err(SqsError::InvalidParameterValue(
            "The request must contain the parameter MessageGroupId.".to_owned(),
        ));
    }
    let sizes = entries.iter().map(|entry| send::size(&entry.message.draft()));
    let bytes = sizes.fold(0, usize::saturating_add);
    if bytes > BATCH_BYTES_MAX {
        return Err(SqsError::BatchRequestTooLong(format!(
            "Batch requests cannot be longer than {BATCH_BYTES_MAX} bytes. You have sent {bytes} \
             bytes."
        )));
    }
    Ok(())
}
