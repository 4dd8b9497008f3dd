//! Sending: from what a client sends to what is stored.

use gateway::{Ctx, Fault};
use policy::Principal;
use serde::{Deserialize, Serialize};
use store::{Table, key};
use types::{MINUTE_MS, SECOND_MS, Timestamp, hex, uuid_v4};

use crate::error::{Fail, SqsError};
use crate::index::Group;
use crate::message::{
    Entry, Message, MessageAttributes, attributes_md5, body_md5, check, trace_header,
};
use crate::model::{Fifo, Queue};
use crate::shelf::{self, Shelf};
use crate::{encryption, message};

/// Messages that were sent to FIFO queues a moment ago: the queue's contents, the group if it
/// counts, the deduplication ID.
pub(crate) const DUPLICATES: Table<Duplicate> = Table::new("sqs.duplicate");

/// For how long a deduplication ID is remembered.
///
/// Source: SQS Developer Guide, "Exactly-once processing".
const DEDUPLICATION_MS: u64 = 5 * MINUTE_MS;
/// Sequence numbers have 20 digits, and AWS's begin like this.
///
/// Observed: the length, and that they ascend in a queue.
const SEQUENCE_BASE: u128 = 18_900_000_000_000_000_000;
/// The distance between two sequence numbers. Observed: AWS's are multiples of 256.
const SEQUENCE_STEP: u128 = 256;

/// A message that was sent to a FIFO queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Duplicate {
    pub(crate) until: Timestamp,
    message_id: String,
    sequence_number: Option<String>,
}

/// What a client sends.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) body: Option<&'a String>,
    pub(crate) delay_seconds: Option<i64>,
    pub(crate) attributes: &'a MessageAttributes,
    pub(crate) system_attributes: &'a MessageAttributes,
    pub(crate) deduplication_id: Option<&'a String>,
    pub(crate) group_id: Option<&'a String>,
}

/// A message that can be stored.
#[derive(Debug)]
pub(crate) struct Prepared {
    message: Message,
    delay_seconds: Option<u32>,
    md5_of_body: String,
    md5_of_attributes: Option<String>,
    md5_of_system_attributes: Option<String>,
}

/// A message that was stored, or that is a duplicate of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) message_id: String,
    pub(crate) sequence_number: Option<String>,
    pub(crate) md5_of_body: String,
    pub(crate) md5_of_attributes: Option<String>,
    pub(crate) md5_of_system_attributes: Option<String>,
}

/// Checks a message and seals it. `invalid` is what the text calls the parameters of one that is
/// too long.
pub(crate) fn prepare(
    ctx: &mut Ctx<'_>,
    queue: &Queue,
    draft: &Draft<'_>,
    invalid: &str,
) -> Result<Prepared, Fail> {
    check(draft.body, draft.attributes, queue.maximum_message_size, invalid)?;
    let trace_header = trace_header(draft.system_attributes)?.map(str::to_owned);
    let delay_seconds = delay(queue, draft.delay_seconds)?;
    let group = group(queue, draft.group_id)?;
    let body = draft.body.map(String::as_str).unwrap_or_default();
    let deduplication_id = deduplication_id(queue, draft.deduplication_id, body)?;
    let message = Message {
        id: uuid_v4(ctx.entropy().bytes()?),
        body: encryption::seal(ctx, queue, body)?,
        attributes: draft.attributes.clone(),
        trace_header,
        sender_id: sender_id(ctx),
        group,
        deduplication_id,
        sequence_number: None,
        source: None,
    };
    Ok(Prepared {
        message,
        delay_seconds,
        md5_of_body: body_md5(body),
        md5_of_attributes: attributes_md5(draft.attributes),
        md5_of_system_attributes: attributes_md5(draft.system_attributes),
    })
}

/// Stores a message, unless it is a duplicate.
pub(crate) fn store(
    shelf: &mut Shelf<'_, '_>,
    queue: &Queue,
    prepared: &Prepared,
    now: Timestamp,
) -> Result<Sent, Fault> {
    let place = place_of_duplicate(queue, &prepared.message);
    if let Some(place) = &place
        && let Some(first) = DUPLICATES.get(shelf.tx(), place)?
        && now < first.until
    {
        return Ok(prepared.sent(first.message_id, first.sequence_number));
    }
    let mut message = prepared.message.clone();
    message.sequence_number = queue.fifo.as_ref().map(|_| sequence_number(shelf.next_number()));
    let delay_seconds = prepared.delay_seconds.unwrap_or(queue.delay_seconds);
    let due = now.plus_ms(u64::from(delay_seconds).saturating_mul(SECOND_MS));
    let group = message.group.clone().filter(|_| queue.fifo.is_some());
    let entry = Entry::new(now, due, group);
    shelf.add(&message, &entry, now)?;
    if let Some(place) = place {
        let duplicate = Duplicate {
            until: now.plus_ms(DEDUPLICATION_MS),
            message_id: message.id.clone(),
            sequence_number: message.sequence_number.clone(),
        };
        DUPLICATES.put(shelf.tx(), place, &duplicate)?;
    }
    Ok(prepared.sent(message.id, message.sequence_number))
}

impl Prepared {
    fn sent(&self, message_id: String, sequence_number: Option<String>) -> Sent {
        Sent {
            message_id,
            sequence_number,
            md5_of_body: self.md5_of_body.clone(),
            md5_of_attributes: self.md5_of_attributes.clone(),
            md5_of_system_attributes: self.md5_of_system_attributes.clone(),
        }
    }
}

/// The sequence number of a message in a FIFO queue.
pub(crate) fn sequence_number(number: u64) -> String {
    let offset = u128::from(number).saturating_mul(SEQUENCE_STEP);
    SEQUENCE_BASE.saturating_add(offset).to_string()
}

/// Observed: whether the same ID in another group is a duplicate depends on the scope.
fn place_of_duplicate(queue: &Queue, message: &Message) -> Option<Vec<u8>> {
    let fifo = queue.fifo.as_ref()?;
    let id = message.deduplication_id.as_deref()?;
    let group = message.group.as_deref().filter(|_| fifo.is_per_group());
    Some(key([queue.contents.as_str(), group.unwrap_or_default(), id]))
}

/// The ID of the sender, as receivers may ask for it.
///
/// Source: SQS API Reference, "`ReceiveMessage`", `SenderId`. Assumed: a service is named by its
/// name, and a root user by its account.
fn sender_id(ctx: &Ctx<'_>) -> String {
    match &ctx.caller().principal {
        Principal::Root { account } => account.to_string(),
        Principal::User { unique_id, .. } => unique_id.clone(),
        Principal::Role { role_id, session_name, .. } => format!("{role_id}:{session_name}"),
        Principal::Federated { account, name, .. } => format!("{account}:{name}"),
        Principal::Service { name } => name.clone(),
        Principal::Anonymous => "anonymous".to_owned(),
    }
}

/// Observed: the text of a delay of a FIFO queue, and that zero is the queue's own. Assumed: the text
/// for values out of range.
fn delay(queue: &Queue, given: Option<i64>) -> Result<Option<u32>, SqsError> {
    let Some(given) = given else { return Ok(None) };
    let seconds = u32::try_from(given).ok().filter(|seconds| *seconds <= 900).ok_or_else(|| {
        SqsError::value(given, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
    })?;
    match &queue.fifo {
        Some(_) if seconds > 0 => Err(SqsError::value(given, "DelaySeconds", FOREIGN)),
        Some(_) => Ok(None),
        None => Ok(Some(seconds)),
    }
}

/// Observed: the text.
const FOREIGN: &str = "The request include parameter that is not valid for this queue type.";

/// Observed: the text; standard queues accept groups, too.
fn group(queue: &Queue, given: Option<&String>) -> Result<Option<Group>, SqsError> {
    let Some(given) = given else {
        return match &queue.fifo {
            Some(_) => Err(SqsError::missing("MessageGroupId")),
            None => Ok(None),
        };
    };
    if !is_token(given) {
        return Err(SqsError::value(
            given,
            "MessageGroupId",
            "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in \
             length.",
        ));
    }
    Ok(Some(Group::from(given.as_str())))
}

/// Source: SQS API Reference, "`SendMessage`". Assumed: the texts.
fn deduplication_id(
    queue: &Queue,
    given: Option<&String>,
    body: &str,
) -> Result<Option<String>, SqsError> {
    let name = "MessageDeduplicationId";
    match (given, &queue.fifo) {
        (Some(given), None) => Err(SqsError::value(given, name, FOREIGN)),
        (Some(given), Some(_)) if is_token(given) => Ok(Some(given.clone())),
        (Some(given), Some(_)) => Err(SqsError::value(
            given,
            name,
            "MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 \
             to 128 in length.",
        )),
        // Observed: the hash of the body.
        (None, Some(Fifo { content_based: true, .. })) => {
            Ok(Some(hex(&keys::sha256(body.as_bytes()))))
        }
        (None, Some(_)) => Err(SqsError::InvalidParameterValue(
            "The queue should either have ContentBasedDeduplication enabled or \
             MessageDeduplicationId provided explicitly"
                .to_owned(),
        )),
        (None, None) => Ok(None),
    }
}

/// Whether an ID has 1 to 128 letters, digits and punctuation marks.
///
/// Source: SQS API Reference, "`SendMessage`".
pub(crate) fn is_token(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Stores messages in a queue.
pub(crate) fn store_all(
    ctx: &mut Ctx<'_>,
    queue: &Queue,
    messages: &[&Prepared],
) -> Result<Vec<Sent>, Fail> {
    let (memory, now) = (shelf::memory(ctx, queue), ctx.now());
    let sealing = ctx.sealing_tx();
    shelf::change(sealing.tx, sealing.entropy, &memory, queue, now, |shelf| {
        messages.iter().map(|message| Ok(store(shelf, queue, message, now)?)).collect()
    })
}

/// The bytes of a message that count towards the limit of a batch.
pub(crate) fn size(draft: &Draft<'_>) -> usize {
    message::size(draft.body.map(String::as_str).unwrap_or_default(), draft.attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_have_twenty_digits_and_ascend() {
        let numbers = [1, 2, 255, 256, 1 << 40].map(sequence_number);
        assert!(numbers.iter().all(|number| number.len() == 20));
        assert!(numbers.is_sorted());
    }

    #[test]
    fn tokens_have_letters_digits_and_punctuation() {
        for (text, is_valid) in [
            ("a", true),
            (r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##, true),
            (&"a".repeat(128), true),
            (&"a".repeat(129), false),
            ("", false),
            ("group 123", false),
            ("ä", false),
        ] {
            assert_eq!(is_token(text), is_valid, "{text}");
        }
    }
}
