//! `DeleteMessage`, `ChangeMessageVisibility`, and both for batches.
//!
//! Source: SQS API Reference.

use gateway::{Access, Ctx, EventParts, Fault, Plain, Spec, object, shown};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::{SECOND_MS, Timestamp};
use wire::query::lenient;

use super::receive_message::VISIBILITY_SECONDS_MAX;
use crate::batch::{self, Failed};
use crate::dialect::{Dialect, Nothing, Recorded};
use crate::error::{Fail, SqsError};
use crate::event;
use crate::message::Entry;
use crate::model::Queue;
use crate::receipt::Receipt;
use crate::rights::{self, Reach};
use crate::shelf::{self, Shelf};

/// Assumed: the reason, which AWS gives for messages that are gone.
const GONE: &str = "Message does not exist or is not available for visibility timeout change.";

/// The message of a receipt handle, if the handle still has an effect on it.
///
/// Source: SQS Developer Guide, "Queue and message identifiers": the newest handle counts, older
/// ones do nothing. Observed: in a FIFO queue a handle ends with the visibility timeout.
fn message_of(
    shelf: &Shelf<'_, '_>,
    queue: &Queue,
    handle: Option<&String>,
    now: Timestamp,
) -> Result<Option<(u64, Entry)>, Fail> {
    let Some(receipt) = Receipt::read(handle, queue)? else { return Ok(None) };
    let Some(entry) = shelf.entry(receipt.number)? else { return Ok(None) };
    let is_newest = entry.receipt == Some(receipt.proof);
    if queue.fifo.is_some() && !(is_newest && entry.due > now) {
        let handle = handle.map(String::as_str).unwrap_or_default();
        let reason = "The receipt handle has expired.";
        return Err(SqsError::value(handle, "ReceiptHandle", reason).into());
    }
    Ok(is_newest.then_some((receipt.number, entry)))
}

fn delete(
    shelf: &mut Shelf<'_, '_>,
    queue: &Queue,
    handle: Option<&String>,
    now: Timestamp,
) -> Result<(), Fail> {
    if let Some((number, _)) = message_of(shelf, queue, handle, now)? {
        shelf.remove(number)?;
        // The next one of its group can be received now.
        if queue.fifo.is_some() {
            shelf.wake_one();
        }
    }
    Ok(())
}

/// Observed: a message that is visible again is left as it is. Assumed: the texts.
fn hide(
    shelf: &mut Shelf<'_, '_>,
    queue: &Queue,
    handle: Option<&String>,
    timeout: Option<i64>,
    now: Timestamp,
) -> Result<(), Fail> {
    let name = "VisibilityTimeout";
    let given = timeout.ok_or_else(|| SqsError::missing(name))?;
    let seconds = u32::try_from(given).ok().filter(|value| *value <= VISIBILITY_SECONDS_MAX);
    let seconds = seconds.ok_or_else(|| {
        let reason = format!("Must be between 0 and {VISIBILITY_SECONDS_MAX}, if provided.");
        SqsError::value(given, name, &reason)
    })?;
    let Some((number, mut entry)) = message_of(shelf, queue, handle, now)? else {
        let handle = handle.map(String::as_str).unwrap_or_default();
        return Err(SqsError::value(handle, "ReceiptHandle", GONE).into());
    };
    if entry.due <= now {
        return Ok(());
    }
    let due = now.plus_ms(u64::from(seconds).saturating_mul(SECOND_MS));
    let longest_ms = u64::from(VISIBILITY_SECONDS_MAX).saturating_mul(SECOND_MS);
    if entry.last_received.is_some_and(|received| due > received.plus_ms(longest_ms)) {
        let reason = format!(
            "Total VisibilityTimeout for the message is beyond the limit \
             [{VISIBILITY_SECONDS_MAX} seconds]"
        );
        return Err(SqsError::value(given, name, &reason).into());
    }
    entry.due = due;
    shelf.put(number, &entry, now)?;
    if due <= now {
        shelf.wake_one();
    }
    Ok(())
}

/// Changes the messages of the queue behind a URL.
fn on_shelf<R>(
    ctx: &mut Ctx<'_>,
    url: Option<&String>,
    work: impl FnOnce(&mut Shelf<'_, '_>, &Queue, Timestamp) -> Result<R, Fail>,
) -> Result<R, Fail> {
    let queue = rights::named(ctx, url)?;
    let (memory, now) = (shelf::memory(ctx, &queue), ctx.now());
    let sealing = ctx.sealing_tx();
    let change = |shelf: &mut Shelf<'_, '_>| work(shelf, &queue, now);
    shelf::change(sealing.tx, sealing.entropy, &memory, &queue, now, change)
}

/// The input of both, of which only one has a timeout.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ReceiptInput {
    queue_url: Option<String>,
    receipt_handle: Option<String>,
    #[serde(deserialize_with = "lenient::opt_i64")]
    visibility_timeout: Option<i64>,
}

impl Recorded for ReceiptInput {
    /// Ours: no receipt handle, which allows to delete the message.
    fn recorded(&self) -> Result<Value, Fault> {
        Ok(object([
            ("QueueUrl", shown(&self.queue_url)?),
            ("VisibilityTimeout", shown(&self.visibility_timeout)?),
        ]))
    }
}

#[derive(Debug)]
pub(crate) struct DeleteMessage;

impl Plain for DeleteMessage {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "DeleteMessage").data().brief().when_full();
    type Input = ReceiptInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &ReceiptInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![rights::on_url(ctx, "deletemessage", input.queue_url.as_ref(), Reach::Policy)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ReceiptInput) -> Result<Nothing, Fail> {
        on_shelf(ctx, input.queue_url.as_ref(), |shelf, queue, now| {
            delete(shelf, queue, input.receipt_handle.as_ref(), now)
        })?;
        Ok(Nothing)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ReceiptInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct ChangeMessageVisibility;

impl Plain for ChangeMessageVisibility {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "ChangeMessageVisibility").data().brief();
    type Input = ReceiptInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &ReceiptInput) -> Result<Vec<Access>, Fail> {
        let url = input.queue_url.as_ref();
        Ok(vec![rights::on_url(ctx, "changemessagevisibility", url, Reach::Policy)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ReceiptInput) -> Result<Nothing, Fail> {
        on_shelf(ctx, input.queue_url.as_ref(), |shelf, queue, now| {
            hide(shelf, queue, input.receipt_handle.as_ref(), input.visibility_timeout, now)
        })?;
        Ok(Nothing)
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ReceiptInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ReceiptsInput {
    queue_url: Option<String>,
    entries: Vec<ReceiptEntry>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ReceiptEntry {
    id: Option<String>,
    receipt_handle: Option<String>,
    #[serde(deserialize_with = "lenient::opt_i64")]
    visibility_timeout: Option<i64>,
}

impl Recorded for ReceiptsInput {
    /// Ours: of the entries their IDs.
    fn recorded(&self) -> Result<Value, Fault> {
        let entry = |entry: &ReceiptEntry| Ok(object([("Id", shown(&entry.id)?)]));
        let entries: Vec<_> = self.entries.iter().map(entry).collect::<Result<_, Fault>>()?;
        Ok(object([("QueueUrl", shown(&self.queue_url)?), ("Entries", Value::from(entries))]))
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceiptsOutput {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    successful: Vec<Done>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Done {
    id: String,
}

/// Does the work for each entry; those that fail by an error of the API leave the others alone.
fn for_each(
    ctx: &mut Ctx<'_>,
    input: &ReceiptsInput,
    shape: &str,
    work: impl Fn(&mut Shelf<'_, '_>, &Queue, &ReceiptEntry, Timestamp) -> Result<(), Fail>,
) -> Result<ReceiptsOutput, Fail> {
    batch::check(input.entries.iter().map(|entry| entry.id.as_ref()), shape)?;
    on_shelf(ctx, input.queue_url.as_ref(), |shelf, queue, now| {
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in &input.entries {
            let id = entry.id.clone().unwrap_or_default();
            match work(shelf, queue, entry, now) {
                Ok(()) => successful.push(Done { id }),
                Err(failure) => failed.push(Failed::of(&id, failure)?),
            }
        }
        Ok(ReceiptsOutput { successful, failed })
    })
}

#[derive(Debug)]
pub(crate) struct DeleteMessageBatch;

impl Plain for DeleteMessageBatch {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "DeleteMessageBatch").data().when_full();
    type Input = ReceiptsInput;
    type Output = ReceiptsOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &ReceiptsInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![rights::on_url(ctx, "deletemessage", input.queue_url.as_ref(), Reach::Policy)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ReceiptsInput) -> Result<ReceiptsOutput, Fail> {
        for_each(ctx, input, "DeleteMessageBatchRequestEntry", |shelf, queue, entry, now| {
            delete(shelf, queue, entry.receipt_handle.as_ref(), now)
        })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ReceiptsInput,
        _output: Option<&ReceiptsOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct ChangeMessageVisibilityBatch;

impl Plain for ChangeMessageVisibilityBatch {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "ChangeMessageVisibilityBatch").data();
    type Input = ReceiptsInput;
    type Output = ReceiptsOutput;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &ReceiptsInput) -> Result<Vec<Access>, Fail> {
        let url = input.queue_url.as_ref();
        Ok(vec![rights::on_url(ctx, "changemessagevisibility", url, Reach::Policy)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ReceiptsInput) -> Result<ReceiptsOutput, Fail> {
        let shape = "ChangeMessageVisibilityBatchRequestEntry";
        for_each(ctx, input, shape, |shelf, queue, entry, now| {
            hide(shelf, queue, entry.receipt_handle.as_ref(), entry.visibility_timeout, now)
        })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ReceiptsInput,
        _output: Option<&ReceiptsOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}
