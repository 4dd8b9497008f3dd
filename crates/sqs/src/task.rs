//! Message move tasks: what is stored of them, and their steps.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Fault, Gateway};
use serde::{Deserialize, Serialize};
use store::{Table, Tx, key};
use types::{AccountId, Arn, Pulse, Region, SECOND_MS, Timestamp, uuid_v4};

use crate::memory::Memories;
use crate::message::{Entry, Message};
use crate::model::{QUEUES, Queue, queue_key};
use crate::send;
use crate::shelf;

/// The tasks: account, region, source queue, start, ID.
pub(crate) const TASKS: Table<Task> = Table::new("sqs.task");

/// Messages that one commit moves at most: the writer goes on meanwhile.
const BATCH_LEN: u64 = 64;

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) source: String,
    /// `None`: where each message came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) per_second: Option<u32>,
    pub(crate) started: Timestamp,
    pub(crate) moved: u64,
    pub(crate) to_move: u64,
    pub(crate) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
}

/// The state of a task. Source: SQS API Reference, "`ListMessageMoveTasksResultEntry`".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Running,
    Completed,
    Cancelled,
    Failed,
}

impl Task {
    /// The handle by which clients cancel it.
    pub(crate) fn handle(&self) -> String {
        STANDARD.encode(format!("{} {}", self.id, self.source))
    }

    /// Where it is stored; the newest are last.
    pub(crate) fn key(&self, account: &AccountId, region: &Region, queue: &str) -> Vec<u8> {
        let started = format!("{:016x}", self.started.as_ms());
        key([account.as_str(), region.as_str(), queue, &started, &self.id])
    }

    /// How many messages may have been moved by now: at the given rate, or as fast as possible.
    fn allowance(&self, now: Timestamp) -> u64 {
        let Some(per_second) = self.per_second else { return self.to_move };
        let seconds = (now.since_ms(self.started) / SECOND_MS).saturating_add(1);
        seconds.saturating_mul(per_second.into()).min(self.to_move)
    }
}

/// The ID of a task and the ARN of its source in a handle; `None` if it is no handle.
pub(crate) fn parse_handle(handle: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(handle).ok()?).ok()?;
    let (id, source) = text.split_once(' ')?;
    Some((id.to_owned(), source.to_owned()))
}

/// Moves the messages of all running tasks that may be moved by now, until `pulse` breaks. The call
/// that started a task is in its event; AWS records no event for each message.
pub(crate) fn run(gateway: &Arc<Gateway>, pulse: Pulse<'_>) -> Result<(), Fault> {
    let view = gateway.snapshot()?;
    for (place, task) in TASKS.all(&view.tx(), [])? {
        if task.status != Status::Running {
            continue;
        }
        let mut more = true;
        while more && pulse().is_continue() {
            let (own, place, now) = (Arc::clone(gateway), place.clone(), gateway.clock().now());
            more = gateway.maintain(move |tx| step(&own, tx, &place, now))?;
        }
    }
    Ok(())
}

/// Moves a few messages; returns whether more may be moved now.
fn step(gateway: &Gateway, tx: &mut Tx<'_>, place: &[u8], now: Timestamp) -> Result<bool, Fault> {
    // It may have been cancelled meanwhile.
    let Some(mut task) = TASKS.get(tx, place)? else { return Ok(false) };
    if task.status != Status::Running {
        return Ok(false);
    }
    let allowed = task.allowance(now).saturating_sub(task.moved).min(BATCH_LEN);
    let mut end = match queue(tx, &task.source)? {
        None => Some(Status::Failed),
        Some(source) => {
            let (moved, end) = move_some(gateway, tx, &task, &source, allowed, now)?;
            task.moved = task.moved.saturating_add(moved);
            end
        }
    };
    if end.is_none() && task.moved >= task.to_move {
        end = Some(Status::Completed);
    }
    if end == Some(Status::Failed) {
        // Assumed: the reason.
        task.failure = Some("CouldNotDetermineMessageSource".to_owned());
    }
    task.status = end.unwrap_or(Status::Running);
    TASKS.put(tx, place, &task)?;
    Ok(end.is_none() && task.allowance(now) > task.moved)
}

/// Moves at most `limit` messages. Returns how many, and the task's end if there is nothing more to
/// move, or if it is unknown where a message belongs.
///
/// Source: SQS Developer Guide, "Configuring a dead-letter queue redrive": they are new messages,
/// with a new ID and time. Assumed: their receives are counted from zero.
fn move_some(
    gateway: &Gateway,
    tx: &mut Tx<'_>,
    task: &Task,
    source: &Queue,
    limit: u64,
    now: Timestamp,
) -> Result<(u64, Option<Status>), Fault> {
    let (memories, entropy) = (gateway.cached::<Memories>(), gateway.entropy());
    let mut moved = 0_u64;
    while moved < limit {
        let memory = memories.of(&source.contents);
        let first = shelf::change(tx, entropy, &memory, source, now, |shelf| {
            let Some(number) = shelf.index().first() else { return Ok::<_, Fault>(None) };
            Ok(Some((number, shelf.get(number)?)))
        })?;
        let Some((number, (message, entry))) = first else {
            return Ok((moved, Some(Status::Completed)));
        };
        let arn = task.destination.as_ref().or(message.source.as_ref());
        let target = arn.map(|arn| queue(tx, arn)).transpose()?.flatten();
        let target = target.filter(|target| target.fifo.is_some() == source.fifo.is_some());
        let Some(target) = target else { return Ok((moved, Some(Status::Failed))) };
        shelf::change(tx, entropy, &memory, source, now, |shelf| shelf.remove(number))?;
        let memory = memories.of(&target.contents);
        let id = uuid_v4(entropy.bytes()?);
        shelf::change(tx, entropy, &memory, &target, now, |shelf| {
            let sequence = target.fifo.as_ref().map(|_| send::sequence_number(shelf.next_number()));
            let message = Message { id, source: None, sequence_number: sequence, ..message };
            shelf.add(&message, &Entry::new(now, now, entry.group), now)
        })?;
        moved = moved.saturating_add(1);
    }
    Ok((moved, None))
}

/// The queue with an ARN.
fn queue(tx: &Tx<'_>, arn: &str) -> Result<Option<Queue>, Fault> {
    let Some(arn) = Arn::parse(arn) else { return Ok(None) };
    let place = AccountId::parse(arn.account()).zip(Region::parse(arn.region()));
    let Some((account, region)) = place else { return Ok(None) };
    Ok(QUEUES.get(tx, queue_key(&account, &region, arn.resource()))?)
}
