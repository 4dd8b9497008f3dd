//! Queues and their tags, for the tagging API.

use gateway::{Caller, Ctx, Fault, Refused, TagPort, Tags};
use store::key;
use types::Arn;

use crate::model::QUEUES;
use crate::ops::tagging::{TagQueue, TagQueueInput, UntagQueue, UntagQueueInput};

/// The queues that have tags.
#[derive(Debug)]
pub(crate) struct Queues;

impl TagPort for Queues {
    fn tagged(&self, ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault> {
        let prefix = key([ctx.account().as_str(), ctx.region().as_str()]);
        let queues = QUEUES.all(ctx.tx(), prefix)?.into_iter().map(|(_, queue)| queue);
        let tagged = queues.filter(|queue| !queue.tags.is_empty());
        Ok(tagged.map(|queue| (queue.arn(), queue.tags)).collect())
    }

    /// `TagQueue`.
    fn tag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        queue: &Arn,
        tags: &[(String, String)],
    ) -> Result<(), Refused> {
        ctx.invoke::<TagQueue>(caller, &TagQueueInput::new(queue, tags)).map(drop)
    }

    /// `UntagQueue`.
    fn untag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        queue: &Arn,
        tag_keys: &[String],
    ) -> Result<(), Refused> {
        ctx.invoke::<UntagQueue>(caller, &UntagQueueInput::new(queue, tag_keys)).map(drop)
    }
}
