//! `DeleteQueue` and `PurgeQueue`.
//!
//! Source: SQS API Reference.

use gateway::{Access, Ctx, Plain, Spec};
use serde::{Deserialize, Serialize};
use types::MINUTE_MS;

use crate::dialect::{Dialect, Nothing, Recorded};
use crate::error::{Fail, SqsError};
use crate::memory::Memories;
use crate::model::{DELETED, GONE, QUEUES, Queue};
use crate::rights::{self, Reach};
use crate::shelf;

/// How long no other purge is allowed.
///
/// Source: SQS API Reference, "`PurgeQueue`".
const PURGE_REST_MS: u64 = MINUTE_MS;

/// An input that only names a queue.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct QueueInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue_url: Option<String>,
}

impl Recorded for QueueInput {}

#[derive(Debug)]
pub(crate) struct DeleteQueue;

impl Plain for DeleteQueue {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "DeleteQueue").when_full();
    type Input = QueueInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &QueueInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![rights::on_url(ctx, "deletequeue", input.queue_url.as_ref(), Reach::Own)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &QueueInput) -> Result<Nothing, Fail> {
        let queue = rights::named(ctx, input.queue_url.as_ref())?;
        let now = ctx.now();
        abandon(ctx, &queue)?;
        QUEUES.delete(ctx.tx_mut(), queue.key())?;
        DELETED.put(ctx.tx_mut(), queue.key(), &now)?;
        Ok(Nothing)
    }
}

#[derive(Debug)]
pub(crate) struct PurgeQueue;

impl Plain for PurgeQueue {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "PurgeQueue").when_full();
    type Input = QueueInput;
    type Output = Nothing;
    type Error = SqsError;
    type Codec = Dialect;

    fn access(ctx: &mut Ctx<'_>, input: &QueueInput) -> Result<Vec<Access>, Fail> {
        Ok(vec![rights::on_url(ctx, "purgequeue", input.queue_url.as_ref(), Reach::Policy)?])
    }

    /// Assumed: the text of the refusal.
    fn run(ctx: &mut Ctx<'_>, input: &QueueInput) -> Result<Nothing, Fail> {
        let mut queue = Queue::clone(&*rights::named(ctx, input.queue_url.as_ref())?);
        let now = ctx.now();
        if queue.purged.is_some_and(|purged| now < purged.plus_ms(PURGE_REST_MS)) {
            return Err(SqsError::PurgeQueueInProgress(format!(
                "Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                queue.name
            ))
            .into());
        }
        abandon(ctx, &queue)?;
        let next = next_contents(&queue.contents);
        shelf::succeed(ctx.tx_mut(), &queue.contents, &next)?;
        queue.contents = next;
        queue.purged = Some(now);
        queue.save(ctx.tx_mut())?;
        Ok(Nothing)
    }
}

/// Leaves a queue's messages to the worker, which deletes them.
fn abandon(ctx: &mut Ctx<'_>, queue: &Queue) -> Result<(), Fail> {
    GONE.put(ctx.tx_mut(), &queue.contents, &())?;
    ctx.cached::<Memories>().drop_contents(&queue.contents);
    Ok(())
}

/// The queue stays the same; the number behind its ID counts its purges.
fn next_contents(contents: &str) -> String {
    let (id, count) = contents.split_once('-').unwrap_or((contents, "0"));
    format!("{id}-{}", count.parse::<u64>().unwrap_or(0).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_have_a_count() {
        assert_eq!(next_contents("ab-1"), "ab-2");
        assert_eq!(next_contents("ab-99"), "ab-100");
    }
}
