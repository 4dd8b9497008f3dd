//! `ReceiveMessage`.
//!
//! Source: SQS API Reference, "ReceiveMessage".

use std::collections::BTreeMap;
use std::sync::Arc;

use gateway::{Ctx, EventParts, Fault, Needed, Operation, Spec, object, shown};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::{SECOND_MS, Timestamp};
use wire::query::lenient;

use crate::dialect::{Dialect, Recorded};
use crate::error::{Fail, SqsError};
use crate::message::{
    Body, Entry, Message, MessageAttribute, MessageAttributes, attributes_md5, body_md5,
};
use crate::model::Queue;
use crate::name::QueueName;
use crate::receipt::Receipt;
use crate::rights::{self, Reach};
use crate::shelf::{self, Shelf};
use crate::{encryption, event, redrive, send};

/// Messages in flight. Source: SQS Developer Guide, "Message quotas".
const IN_FLIGHT_MAX: usize = 120_000;
/// Messages that one call examines at most: expired ones and dead letters are not returned. Ours.
const EXAMINED_MAX: usize = 1_000;
/// Source: SQS API Reference, "ReceiveMessage", `VisibilityTimeout`.
pub(crate) const VISIBILITY_SECONDS_MAX: u32 = 43_200;
/// The name for all attributes.
const ALL: &str = "All";

#[derive(Debug)]
pub(crate) struct ReceiveMessage;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ReceiveMessageInput {
    queue_url: Option<String>,
    attribute_names: Vec<String>,
    message_system_attribute_names: Vec<String>,
    message_attribute_names: Vec<String>,
    #[serde(deserialize_with = "lenient::opt_i64")]
    max_number_of_messages: Option<i64>,
    #[serde(deserialize_with = "lenient::opt_i64")]
    visibility_timeout: Option<i64>,
    #[serde(deserialize_with = "lenient::opt_i64")]
    wait_time_seconds: Option<i64>,
    receive_request_attempt_id: Option<String>,
}

impl Recorded for ReceiveMessageInput {
    /// Assumed: which members.
    fn recorded(&self) -> Result<Value, Fault> {
        Ok(object([
            ("QueueUrl", shown(&self.queue_url)?),
            ("MaxNumberOfMessages", shown(&self.max_number_of_messages)?),
            ("WaitTimeSeconds", shown(&self.wait_time_seconds)?),
            ("VisibilityTimeout", shown(&self.visibility_timeout)?),
        ]))
    }
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceiveMessageOutput {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<ReceivedMessage>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceivedMessage {
    message_id: String,
    receipt_handle: String,
    #[serde(rename = "MD5OfBody")]
    md5_of_body: String,
    body: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, String>,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_message_attributes: Option<String>,
    #[serde(skip_serializing_if = "MessageAttributes::is_empty")]
    message_attributes: MessageAttributes,
}

/// What a receive may take, and until when it waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    most: usize,
    hidden_ms: u64,
    deadline: Timestamp,
}

impl Terms {
    /// Assumed: the texts.
    fn read(ctx: &Ctx<'_>, queue: &Queue, input: &ReceiveMessageInput) -> Result<Self, SqsError> {
        let within = |given: Option<i64>, name: &str, least: u32, most: u32, own: u32| match given {
            None => Ok(own),
            Some(given) => u32::try_from(given)
                .ok()
                .filter(|value| (least..=most).contains(value))
                .ok_or_else(|| {
                    let reason = format!("Must be between {least} and {most}, if provided.");
                    SqsError::value(given, name, &reason)
                }),
        };
        let most = within(input.max_number_of_messages, "MaxNumberOfMessages", 1, 10, 1)?;
        let own = queue.receive_message_wait_time_seconds;
        let wait = within(input.wait_time_seconds, "WaitTimeSeconds", 0, 20, own)?;
        let (given, longest) = (input.visibility_timeout, VISIBILITY_SECONDS_MAX);
        let own = queue.visibility_timeout;
        let hidden = within(given, "VisibilityTimeout", 0, longest, own)?;
        if let Some(attempt) = &input.receive_request_attempt_id
            && !send::is_token(attempt)
        {
            return Err(SqsError::value(
                attempt,
                "ReceiveRequestAttemptId",
                "ReceiveRequestAttemptId can only include alphanumeric and punctuation \
                 characters. 1 to 128 in length.",
            ));
        }
        Ok(Self {
            most: usize::try_from(most).unwrap_or(1),
            hidden_ms: u64::from(hidden).saturating_mul(SECOND_MS),
            deadline: ctx.now().plus_ms(u64::from(wait).saturating_mul(SECOND_MS)),
        })
    }
}

impl Operation for ReceiveMessage {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ReceiveMessage").data().brief();
    type Input = ReceiveMessageInput;
    type Output = ReceiveMessageOutput;
    type Error = SqsError;
    type Codec = Dialect;
    type Seen = Option<Arc<Queue>>;
    type Work = Terms;

    fn access(ctx: &mut Ctx<'_>, input: &ReceiveMessageInput) -> Result<Needed<Self::Seen>, Fail> {
        let name = QueueName::of_url(ctx, input.queue_url.as_deref())?;
        let need = rights::on_name(ctx, "receivemessage", &name, Reach::Policy)?;
        Ok((vec![need], rights::queue(ctx, &name)?))
    }

    fn prepare(
        ctx: &mut Ctx<'_>,
        input: &ReceiveMessageInput,
        queue: Self::Seen,
    ) -> Result<Terms, Fail> {
        let queue =
            queue.ok_or_else(|| Fault::bug("a queue that does not exist admitted a call"))?;
        Ok(Terms::read(ctx, &queue, input)?)
    }

    /// On a snapshot it only finds out whether there is something to receive.
    fn run(
        ctx: &mut Ctx<'_>,
        input: &ReceiveMessageInput,
        terms: &mut Terms,
    ) -> Result<ReceiveMessageOutput, Fail> {
        let queue = rights::named(ctx, input.queue_url.as_ref())?;
        if ctx.tx().is_snapshot() {
            let memory = shelf::memory(ctx, &queue);
            let has_some =
                shelf::read(ctx.tx(), &memory, &queue, ctx.now())?.index.first().is_some();
            if has_some {
                // A write on a snapshot repeats this on the writer.
                ctx.tx_mut().delete(Vec::new())?;
            }
            return idle(ctx, &queue, *terms);
        }
        let Taken { alive, dead, is_idle } = take(ctx, &queue, *terms)?;
        if is_idle {
            return idle(ctx, &queue, *terms);
        }
        let shown = bury(ctx, &queue, dead).and_then(|()| show(ctx, &queue, input, alive));
        if shown.is_err() {
            // The rows stay as they were, so the index is not theirs.
            crate::memory::lock(&shelf::memory(ctx, &queue)).stamp = None;
        }
        shown
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ReceiveMessageInput,
        _work: Option<&Terms>,
        _output: Option<&ReceiveMessageOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_url(ctx, input.queue_url.as_ref(), parts);
        Ok(())
    }
}

/// The messages as the receiver asks for them.
fn show(
    ctx: &mut Ctx<'_>,
    queue: &Queue,
    input: &ReceiveMessageInput,
    alive: Vec<(Receipt, Message, Entry)>,
) -> Result<ReceiveMessageOutput, Fail> {
    let filter = Filter::of(ctx, input);
    let mut messages = Vec::with_capacity(alive.len());
    for (receipt, message, entry) in alive {
        let body = encryption::open(ctx, queue, &message.body)?;
        messages.push(filter.show(receipt.handle(queue), &message, &entry, body));
    }
    Ok(ReceiveMessageOutput { messages })
}

/// Nothing to receive: the end, or a wait. A service does not wait.
fn idle(ctx: &Ctx<'_>, queue: &Queue, terms: Terms) -> Result<ReceiveMessageOutput, Fail> {
    let memory = shelf::memory(ctx, queue);
    let mut memory = crate::memory::lock(&memory);
    if ctx.call().origin.is_some() && ctx.now() < terms.deadline {
        return Err(Fault::waits(memory.wait(terms.deadline)).into());
    }
    memory.renew_timer_if_none();
    Ok(ReceiveMessageOutput::default())
}

/// What a receive took from the queue.
struct Taken {
    alive: Vec<(Receipt, Message, Entry)>,
    /// What was received too often.
    dead: Vec<(Message, Entry)>,
    /// Whether nothing was found.
    is_idle: bool,
}

fn take(ctx: &mut Ctx<'_>, queue: &Queue, terms: Terms) -> Result<Taken, Fail> {
    let (memory, now) = (shelf::memory(ctx, queue), ctx.now());
    let has_target = redrive::target(ctx, queue)?.is_some();
    let most_receives = queue.redrive.as_ref().filter(|_| has_target);
    let most_receives = most_receives.map_or(u32::MAX, |redrive| redrive.max_receive_count);
    let sealing = ctx.sealing_tx();
    let entropy = sealing.entropy;
    shelf::change(sealing.tx, entropy, &memory, queue, now, |shelf| {
        let (mut alive, mut dead) = (Vec::new(), Vec::new());
        let (mut last, mut examined) = (None, 0_usize);
        while alive.len() < terms.most && examined < EXAMINED_MAX {
            let following = last.and_then(|last| shelf.index().following(last));
            let Some(number) = following.or_else(|| shelf.index().first()) else { break };
            examined = examined.saturating_add(1);
            let (message, mut entry) = shelf.get(number)?;
            if queue.kept_until(entry.kept_from) <= now {
                shelf.remove(number)?;
            } else if entry.received >= most_receives {
                shelf.remove(number)?;
                dead.push((message, entry));
            } else {
                if is_full(shelf, queue)? {
                    break;
                }
                let receipt = Receipt {
                    number,
                    proof: u64::from_be_bytes(entropy.bytes().map_err(Fault::from)?),
                };
                entry.received = entry.received.saturating_add(1);
                entry.first_received.get_or_insert(now);
                entry.last_received = Some(now);
                entry.receipt = Some(receipt.proof);
                // Until the end of this receive it is hidden in any case.
                entry.due = now.plus_ms(terms.hidden_ms.max(1));
                shelf.put(number, &entry, now)?;
                last = Some(number);
                alive.push((receipt, message, entry));
            }
        }
        if terms.hidden_ms == 0 {
            for (receipt, _, entry) in &mut alive {
                entry.due = now;
                shelf.put(receipt.number, entry, now)?;
            }
        }
        shelf.wake_one();
        Ok(Taken { is_idle: examined == 0, alive, dead })
    })
}

/// Whether as many messages are in flight as may be: an error in a standard queue.
///
/// Source: SQS API Reference, "ReceiveMessage". Assumed: the text.
fn is_full(shelf: &Shelf<'_, '_>, queue: &Queue) -> Result<bool, SqsError> {
    let is_full = shelf.index().counts().in_flight >= IN_FLIGHT_MAX;
    if is_full && queue.fifo.is_none() {
        return Err(SqsError::OverLimit("Too many messages in flight.".to_owned()));
    }
    Ok(is_full)
}

/// Moves messages that were received too often to the dead-letter queue.
///
/// Observed: they keep ID, times and attributes, and the count of receives goes on. Source: SQS
/// Developer Guide, "Using dead-letter queues": in a FIFO queue the retention begins again.
fn bury(ctx: &mut Ctx<'_>, queue: &Queue, dead: Vec<(Message, Entry)>) -> Result<(), Fail> {
    let Some(target) = redrive::target(ctx, queue)?.filter(|_| !dead.is_empty()) else {
        return Ok(());
    };
    let (memory, now, source) = (shelf::memory(ctx, &target), ctx.now(), queue.arn());
    let sealing = ctx.sealing_tx();
    shelf::change(sealing.tx, sealing.entropy, &memory, &target, now, |shelf| {
        for (mut message, mut entry) in dead {
            message.source = Some(source.to_string());
            if target.fifo.is_some() {
                message.sequence_number = Some(send::sequence_number(shelf.next_number()));
                entry.kept_from = now;
            }
            shelf.add(&message, &Entry { due: now, receipt: None, ..entry }, now)?;
        }
        Ok(())
    })
}

/// The attributes that a receiver asks for.
struct Filter<'a> {
    system: Vec<&'a str>,
    message: &'a [String],
}

impl<'a> Filter<'a> {
    /// Observed: JSON takes both lists of system attributes together, and in Query the newer one
    /// wins.
    fn of(ctx: &Ctx<'_>, input: &'a ReceiveMessageInput) -> Self {
        let (new, old) = (&input.message_system_attribute_names, &input.attribute_names);
        let is_json = ctx.call().origin.as_ref().is_none_or(|origin| origin.json);
        let old = old.iter().filter(|_| is_json || new.is_empty());
        let system = new.iter().chain(old).map(String::as_str).collect();
        Self { system, message: &input.message_attribute_names }
    }

    fn show(
        &self,
        receipt_handle: String,
        message: &Message,
        entry: &Entry,
        body: String,
    ) -> ReceivedMessage {
        let chosen: MessageAttributes = message
            .attributes
            .iter()
            .filter(|(name, _)| self.message.iter().any(|asked| is_asked_for(asked, name)))
            .map(|(name, attribute): (&String, &MessageAttribute)| {
                (name.clone(), attribute.clone())
            })
            .collect();
        let md5_of_body = match &message.body {
            Body::Plain(_) => body_md5(&body),
            Body::Sealed { md5, .. } => md5.clone(),
        };
        ReceivedMessage {
            message_id: message.id.clone(),
            receipt_handle,
            md5_of_body,
            body,
            attributes: self.system_attributes(message, entry),
            md5_of_message_attributes: attributes_md5(&chosen),
            message_attributes: chosen,
        }
    }

    fn system_attributes(&self, message: &Message, entry: &Entry) -> BTreeMap<String, String> {
        let ms = |instant: Timestamp| instant.as_ms().to_string();
        let all = [
            ("SenderId", Some(message.sender_id.clone())),
            ("SentTimestamp", Some(ms(entry.sent))),
            ("ApproximateReceiveCount", Some(entry.received.to_string())),
            ("ApproximateFirstReceiveTimestamp", entry.first_received.map(ms)),
            ("SequenceNumber", message.sequence_number.clone()),
            ("MessageDeduplicationId", message.deduplication_id.clone()),
            ("MessageGroupId", message.group.as_deref().map(str::to_owned)),
            ("AWSTraceHeader", message.trace_header.clone()),
            ("DeadLetterQueueSourceArn", message.source.clone()),
        ];
        let is_asked = |name: &str| self.system.iter().any(|own| *own == name || *own == ALL);
        let asked = all.into_iter().filter(|(name, _)| is_asked(name));
        asked.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// Whether a name that a receiver gives is that of an attribute. Observed: illegal ones are none.
fn is_asked_for(asked: &str, name: &str) -> bool {
    match asked.strip_suffix(".*") {
        Some(start) => name.starts_with(start),
        None => asked == ALL || asked == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Observed: the results.
    #[test]
    fn attributes_are_chosen_by_name_and_prefix() {
        for (asked, want) in [
            ("All", "General Hello Help.Me"),
            (".*", "General Hello Help.Me"),
            ("Hel.*", "Hello Help.Me"),
            ("Hello", "Hello"),
            ("hello", ""),
            ("Hel*", ""),
            ("*", ""),
            ("", ""),
        ] {
            let all = ["General", "Hello", "Help.Me"];
            let found: Vec<_> = all.into_iter().filter(|name| is_asked_for(asked, name)).collect();
            assert_eq!(found.join(" "), want, "{asked}");
        }
    }
}
