//! The messages of one queue: their rows, and the index in memory that is made from them.
//!
//! Every change writes a new stamp, which a commit makes durable together with the rows. An index
//! with another stamp than the rows is made again: after a start, after a commit that failed, and
//! if another server changed the rows.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard};

use gateway::{Ctx, Fault};
use serde::{Deserialize, Serialize};
use store::{Table, Tx, key};
use types::{Entropy, Timestamp};

use crate::index::{Index, Slot};
use crate::memory::{Memories, Memory, lock};
use crate::message::{Entry, Message};
use crate::model::Queue;

/// Messages: the queue's contents, and a number.
const MESSAGES: Table<Message> = Table::new("sqs.message");
/// What changes of them, under the same keys.
const ENTRIES: Table<Entry> = Table::new("sqs.entry");
/// The stamp of each queue's contents.
const STAMPS: Table<Stamp> = Table::new("sqs.stamp");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    /// Random.
    stamp: u64,
    /// The number of the next message.
    next_number: u64,
}

fn place(contents: &str, number: u64) -> Vec<u8> {
    key([contents, &format!("{number:016x}")])
}

/// The memory of a queue's contents in this process.
pub(crate) fn memory(ctx: &Ctx<'_>, queue: &Queue) -> Arc<Mutex<Memory>> {
    ctx.cached::<Memories>().of(&queue.contents)
}

/// The memory of a queue, with the index as a snapshot shows it, or a newer one.
pub(crate) fn read<'m>(
    tx: &Tx<'_>,
    memory: &'m Mutex<Memory>,
    queue: &Queue,
    now: Timestamp,
) -> Result<MutexGuard<'m, Memory>, Fault> {
    let mut memory = lock(memory);
    if memory.stamp.is_none() {
        load(tx, &mut memory, queue)?;
    }
    memory.index.advance(now);
    Ok(memory)
}

/// Makes the index from the rows.
fn load(tx: &Tx<'_>, memory: &mut Memory, queue: &Queue) -> Result<(), Fault> {
    let stamp = STAMPS.get(tx, &queue.contents)?.unwrap_or(Stamp { stamp: 0, next_number: 1 });
    let mut index = Index::new(queue.fifo.is_some());
    for (row, entry) in ENTRIES.all(tx, key([&queue.contents]))? {
        index.put(number_of(&row)?, slot(&entry));
    }
    memory.index = index;
    memory.stamp = Some(stamp.stamp);
    memory.next_number = stamp.next_number;
    Ok(())
}

fn slot(entry: &Entry) -> Slot {
    let due = Some(entry.due);
    Slot { due, in_flight: entry.received > 0, group: entry.group.clone() }
}

/// A queue's messages, to change. On the writer.
pub(crate) struct Shelf<'a, 't> {
    tx: &'a mut Tx<'t>,
    memory: MutexGuard<'a, Memory>,
    contents: &'a str,
    has_changes: bool,
}

/// Changes a queue's messages. If `work` fails, nothing of it may be kept.
pub(crate) fn change<R, E: From<Fault>>(
    tx: &mut Tx<'_>,
    entropy: &Entropy,
    memory: &Mutex<Memory>,
    queue: &Queue,
    now: Timestamp,
    work: impl FnOnce(&mut Shelf<'_, '_>) -> Result<R, E>,
) -> Result<R, E> {
    let mut memory = lock(memory);
    let stored = STAMPS.get(tx, &queue.contents).map_err(Fault::from)?;
    if memory.stamp != Some(stored.map_or(0, |stored| stored.stamp)) {
        load(tx, &mut memory, queue)?;
    }
    memory.index.advance(now);
    let due = memory.index.next_due();
    let mut shelf = Shelf { tx, memory, contents: &queue.contents, has_changes: false };
    let done = work(&mut shelf);
    if !shelf.has_changes {
        return done;
    }
    // Until the stamp is written, the index is not that of the rows.
    shelf.memory.stamp = None;
    let done = done?;
    let stamp = u64::from_be_bytes(entropy.bytes().map_err(Fault::from)?);
    let next_number = shelf.memory.next_number;
    STAMPS.put(shelf.tx, &queue.contents, &Stamp { stamp, next_number }).map_err(Fault::from)?;
    shelf.memory.stamp = Some(stamp);
    let next = shelf.memory.index.next_due();
    if next.is_some_and(|next| due.is_none_or(|due| next < due)) {
        shelf.memory.renew_timer();
    }
    Ok(done)
}

impl<'t> Shelf<'_, 't> {
    /// The index.
    pub(crate) fn index(&self) -> &Index {
        &self.memory.index
    }

    /// The number of the next message.
    pub(crate) fn next_number(&self) -> u64 {
        self.memory.next_number
    }

    /// Adds a message behind all others.
    pub(crate) fn add(
        &mut self,
        message: &Message,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let number = self.memory.next_number;
        self.has_changes = true;
        self.memory.next_number = number.saturating_add(1);
        MESSAGES.put(self.tx, place(self.contents, number), message)?;
        self.put(number, entry, now)?;
        if entry.due <= now {
            self.memory.wake(1);
        }
        Ok(())
    }

    /// A message with what changes of it.
    pub(crate) fn get(&self, number: u64) -> Result<(Message, Entry), Fault> {
        let place = place(self.contents, number);
        let message = MESSAGES.get(self.tx, &place)?;
        let entry = ENTRIES.get(self.tx, &place)?;
        message.zip(entry).ok_or_else(|| Fault::damaged("a message without its row"))
    }

    /// What changes of a message; `None` if it is gone.
    pub(crate) fn entry(&self, number: u64) -> Result<Option<Entry>, Fault> {
        Ok(ENTRIES.get(self.tx, place(self.contents, number))?)
    }

    /// Stores what changed of a message. It can be received from its instant on.
    pub(crate) fn put(&mut self, number: u64, entry: &Entry, now: Timestamp) -> Result<(), Fault> {
        self.has_changes = true;
        ENTRIES.put(self.tx, place(self.contents, number), entry)?;
        self.memory.index.put(number, slot(entry));
        self.memory.index.advance(now);
        Ok(())
    }

    /// Removes a message.
    pub(crate) fn remove(&mut self, number: u64) -> Result<(), Fault> {
        self.has_changes = true;
        let place = place(self.contents, number);
        MESSAGES.delete(self.tx, &place)?;
        ENTRIES.delete(self.tx, &place)?;
        self.memory.index.remove(number);
        Ok(())
    }

    /// Wakes a caller that waits, if there is something for it.
    pub(crate) fn wake_one(&mut self) {
        if self.memory.index.first().is_some() {
            self.memory.wake(1);
        } else if self.memory.index.next_due().is_some() {
            self.memory.renew_timer_if_none();
        }
    }

    /// The transaction, for rows beside the messages.
    pub(crate) fn tx(&mut self) -> &mut Tx<'t> {
        self.tx
    }
}

/// Lets the numbers of new contents continue those of the old ones: sequence numbers ascend.
pub(crate) fn succeed(tx: &mut Tx<'_>, old: &str, new: &str) -> Result<(), Fault> {
    if let Some(stamp) = STAMPS.get(tx, old)? {
        STAMPS.put(tx, new, &stamp)?;
    }
    Ok(())
}

/// Deletes at most `limit` rows of contents that no queue has any more. Returns whether that were
/// all.
pub(crate) fn sweep(tx: &mut Tx<'_>, contents: &str, limit: usize) -> Result<bool, Fault> {
    let mut places = Vec::new();
    ENTRIES.visit(tx, key([contents]), [], &mut |place, _| {
        places.push(place.to_vec());
        if places.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    for place in &places {
        MESSAGES.delete(tx, place)?;
        ENTRIES.delete(tx, place)?;
    }
    if places.len() < limit {
        STAMPS.delete(tx, contents)?;
        return Ok(true);
    }
    Ok(false)
}

/// At most `limit` of a queue's oldest messages that are beyond its retention.
pub(crate) fn expired(
    tx: &Tx<'_>,
    queue: &Queue,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<u64>, Fault> {
    let mut numbers = Vec::new();
    let mut failure = None;
    ENTRIES.visit(tx, key([&queue.contents]), [], &mut |place, entry| {
        if queue.kept_until(entry.kept_from) > now || numbers.len() >= limit {
            return ControlFlow::Break(());
        }
        match number_of(place) {
            Ok(number) => numbers.push(number),
            Err(fault) => {
                failure = Some(fault);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    failure.map_or(Ok(numbers), Err)
}

fn number_of(place: &[u8]) -> Result<u64, Fault> {
    let number = store::key_text(place, 1)?;
    u64::from_str_radix(&number, 16)
        .map_err(|cause| Fault::damaged("the number of a message").because(cause))
}
