//! Scheduled work: rows of deleted queues, messages beyond their retention, deduplication IDs that
//! are no longer needed, message move tasks, and callers that wait.

use std::ops::ControlFlow;
use std::sync::Arc;

use gateway::{Fault, Gateway};
use types::{Pulse, SECOND_MS, Timestamp};

use crate::memory::Memories;
use crate::model::{DELETED, GONE, QUEUES, Queue};
use crate::send::DUPLICATES;
use crate::{shelf, task};

/// How often there is work, in milliseconds.
const PAUSE_MS: u64 = SECOND_MS;
/// How often rows are deleted that nothing needs any more, in milliseconds.
const SWEEP_MS: u64 = 10 * SECOND_MS;
/// Rows that one commit deletes at most: the writer goes on meanwhile.
const BATCH_LEN: usize = 256;

/// Does what is due, until `pulse`, which is called before each commit, breaks. Returns when there
/// is work again.
///
/// Blocks the thread.
pub fn run_due(gateway: &Arc<Gateway>, pulse: Pulse<'_>) -> Result<Timestamp, Fault> {
    let now = gateway.clock().now();
    task::run(gateway, pulse)?;
    let memories = gateway.cached::<Memories>();
    memories.wake_due(now);
    if memories.is_sweep_due(now, SWEEP_MS) {
        sweep_gone(gateway, pulse)?;
        expire(gateway, now, pulse)?;
    }
    Ok(now.plus_ms(PAUSE_MS))
}

/// Deletes the messages of deleted and purged queues. Their end is in the events of `DeleteQueue`
/// and `PurgeQueue`, and no caller can see the rows any more.
fn sweep_gone(gateway: &Arc<Gateway>, pulse: Pulse<'_>) -> Result<(), Fault> {
    let view = gateway.snapshot()?;
    for (place, ()) in GONE.all(&view.tx(), [])? {
        let contents = String::from_utf8_lossy(&place).into_owned();
        let mut is_swept = false;
        while !is_swept && pulse().is_continue() {
            let (contents, place) = (contents.clone(), place.clone());
            is_swept = gateway.maintain(move |tx| {
                let is_swept = shelf::sweep(tx, &contents, BATCH_LEN)?;
                if is_swept {
                    GONE.delete(tx, &place)?;
                }
                Ok(is_swept)
            })?;
        }
    }
    Ok(())
}

/// Deletes what has an end: retention is an attribute of the queue, and AWS records no event.
fn expire(gateway: &Arc<Gateway>, now: Timestamp, pulse: Pulse<'_>) -> Result<(), Fault> {
    let view = gateway.snapshot()?;
    let queues = QUEUES.all(&view.tx(), [])?;
    for (_, queue) in queues {
        while pulse().is_continue() && expire_some(gateway, &queue, now)? {}
    }
    expire_duplicates(gateway, now, pulse)?;
    gateway.maintain(move |tx| {
        for (place, deleted) in DELETED.all(tx, [])? {
            if deleted.plus_ms(60 * SECOND_MS) <= now {
                DELETED.delete(tx, place)?;
            }
        }
        Ok(())
    })
}

/// Deletes a few of a queue's oldest messages, if they are beyond its retention; returns whether
/// there may be more.
fn expire_some(gateway: &Arc<Gateway>, queue: &Queue, now: Timestamp) -> Result<bool, Fault> {
    let view = gateway.snapshot()?;
    let expired = shelf::expired(&view.tx(), queue, now, BATCH_LEN)?;
    if expired.is_empty() {
        return Ok(false);
    }
    let more = expired.len() == BATCH_LEN;
    let (own, queue) = (Arc::clone(gateway), queue.clone());
    gateway.maintain(move |tx| {
        let memory = own.cached::<Memories>().of(&queue.contents);
        shelf::change(tx, own.entropy(), &memory, &queue, now, |shelf| {
            for number in &expired {
                let entry = shelf.entry(*number)?;
                if entry.is_some_and(|entry| queue.kept_until(entry.kept_from) <= now) {
                    shelf.remove(*number)?;
                }
            }
            Ok::<_, Fault>(())
        })
    })?;
    Ok(more)
}

fn expire_duplicates(
    gateway: &Arc<Gateway>,
    now: Timestamp,
    pulse: Pulse<'_>,
) -> Result<(), Fault> {
    loop {
        let view = gateway.snapshot()?;
        let mut old = Vec::new();
        DUPLICATES.visit(&view.tx(), [], [], &mut |place, duplicate| {
            if duplicate.until <= now {
                old.push(place.to_vec());
            }
            if old.len() < BATCH_LEN { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if old.is_empty() || pulse().is_break() {
            return Ok(());
        }
        gateway.maintain(move |tx| {
            for place in &old {
                // It may have been sent again meanwhile.
                if DUPLICATES.get(tx, place)?.is_some_and(|duplicate| duplicate.until <= now) {
                    DUPLICATES.delete(tx, place)?;
                }
            }
            Ok(())
        })?;
    }
}
