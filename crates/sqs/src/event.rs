//! What the events of SQS contain.

use gateway::{Ctx, EventParts, Resource};
use types::AccountId;

use crate::name::QueueName;

/// Replaces what an event must not contain.
///
/// Source: SQS Developer Guide, "Logging Amazon SQS API calls", the event of `SendMessage`.
pub(crate) const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
/// The type of a queue among the resources of events.
const QUEUE: &str = "AWS::SQS::Queue";

/// Adds the queue behind a URL as the resource of a data event.
pub(crate) fn about_url(ctx: &Ctx<'_>, url: Option<&String>, event: &mut EventParts) {
    // A URL that names no queue is in the parameters.
    if let Ok(name) = QueueName::of_url(ctx, url.map(String::as_str)) {
        about(ctx, &name, event);
    }
}

/// Adds a queue as the resource of a data event. Its owner gets a copy.
///
/// Source: SQS Developer Guide, "Logging Amazon SQS API calls".
pub(crate) fn about(ctx: &Ctx<'_>, name: &QueueName, event: &mut EventParts) {
    event.resources.push(Resource::owned(&name.account, QUEUE, name.arn(ctx).to_string()));
    event.owner = Some(name.account.clone());
}

/// Adds all queues of an account as the resource of a data event.
///
/// Source: as for [`about`], the event of `ListQueues`.
pub(crate) fn about_all(ctx: &Ctx<'_>, account: &AccountId, event: &mut EventParts) {
    let all = QueueName { account: account.clone(), name: "*".to_owned() };
    event.resources.push(Resource::owned(account, QUEUE, all.arn(ctx).to_string()));
}
