//! Dead-letter queues: which queues may have which.

use std::sync::Arc;

use gateway::Ctx;

use crate::error::{Fail, SqsError};
use crate::model::{QUEUES, Queue};
use crate::name::QueueName;
use crate::rights;

/// Checks the dead-letter queue of a queue whose redrive policy was set. `text` is that policy.
///
/// Source: SQS Developer Guide, "Using dead-letter queues": it is in the same account and Region,
/// and of the same kind. Assumed: the texts.
pub(crate) fn check(ctx: &Ctx<'_>, queue: &Queue, text: &str) -> Result<(), Fail> {
    let Some(redrive) = &queue.redrive else { return Ok(()) };
    let wrong = |reason: &str| SqsError::value(text, "RedrivePolicy", reason);
    let name = QueueName::of_arn(ctx, &redrive.dead_letter_target_arn)
        .filter(|name| name.account == queue.account);
    let target = name.map(|name| rights::queue(ctx, &name)).transpose()?.flatten();
    let target = target.ok_or_else(|| wrong("Dead letter target does not exist."))?;
    if target.fifo.is_some() != queue.fifo.is_some() {
        return Err(wrong("Dead-letter queue must be same type of queue as the source.").into());
    }
    let source = queue.arn();
    if target.redrive_allow.as_ref().is_some_and(|allow| !allow.admits(&source)) {
        return Err(wrong(
            "The source queue is not permitted by the RedriveAllowPolicy of the dead-letter queue.",
        )
        .into());
    }
    Ok(())
}

/// The dead-letter queue of a queue; `None` if it has none, or that is gone: then messages stay.
///
/// Assumed: AWS leaves messages in a queue whose dead-letter queue was deleted.
pub(crate) fn target(ctx: &Ctx<'_>, queue: &Queue) -> Result<Option<Arc<Queue>>, Fail> {
    let Some(redrive) = &queue.redrive else { return Ok(None) };
    let Some(name) = QueueName::of_arn(ctx, &redrive.dead_letter_target_arn) else {
        return Ok(None);
    };
    let found = rights::queue(ctx, &name)?;
    Ok(found.filter(|target| target.fifo.is_some() == queue.fifo.is_some()))
}

/// The queues of the account that use a queue as their dead-letter queue, by name.
pub(crate) fn sources(ctx: &Ctx<'_>, queue: &Queue) -> Result<Vec<Queue>, Fail> {
    let arn = queue.arn();
    let prefix = store::key([queue.account.as_str(), queue.region.as_str()]);
    let all = QUEUES.all(ctx.tx(), prefix)?.into_iter().map(|(_, queue)| queue);
    let is_source = |source: &Queue| {
        source.redrive.as_ref().is_some_and(|own| own.dead_letter_target_arn == arn.as_str())
    };
    Ok(all.filter(is_source).collect())
}
