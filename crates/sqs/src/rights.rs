//! The queue that a call is about, and the permissions that it needs.

use std::sync::Arc;

use gateway::{Access, Ctx};
use policy::{Context, Grammar, ResourceRule};

use crate::error::{Fail, SqsError};
use crate::model::{QUEUES, Queue, queue_key};
use crate::name::QueueName;

/// Whether a queue's policy can admit other accounts to an operation.
///
/// Source: SQS Developer Guide, "Limitations of Amazon SQS custom policies".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Its policy takes part.
    Policy,
    /// Only callers of the queue's account.
    Own,
}

/// The queue with this name, if there is one.
pub(crate) fn queue(ctx: &Ctx<'_>, name: &QueueName) -> Result<Option<Arc<Queue>>, Fail> {
    let key = queue_key(&name.account, ctx.region(), &name.name);
    Ok(QUEUES.shared(ctx.tx(), key)?)
}

/// The queue with this name, which must exist.
///
/// Observed: the text, which is another one in Query.
pub(crate) fn existing(ctx: &Ctx<'_>, name: &QueueName) -> Result<Arc<Queue>, Fail> {
    queue(ctx, name)?.ok_or_else(|| {
        let is_query = ctx.call().origin.as_ref().is_some_and(|origin| !origin.json);
        let end = if is_query { " for this wsdl version." } else { "." };
        SqsError::QueueDoesNotExist(format!("The specified queue does not exist{end}")).into()
    })
}

/// The queue behind a URL, which must exist.
pub(crate) fn named(ctx: &Ctx<'_>, url: Option<&String>) -> Result<Arc<Queue>, Fail> {
    let name = QueueName::of_url(ctx, url.map(String::as_str))?;
    existing(ctx, &name)
}

/// The permission for an operation on the queue behind a URL.
pub(crate) fn on_url(
    ctx: &Ctx<'_>,
    action: &str,
    url: Option<&String>,
    reach: Reach,
) -> Result<Access, Fail> {
    let name = QueueName::of_url(ctx, url.map(String::as_str))?;
    on_name(ctx, action, &name, reach)
}

/// The permission for an operation on a queue. A queue of another account that does not exist
/// is answered like one whose policy does not admit the caller.
///
/// Observed: actions are in lower case in denials. Assumed: callers of other accounts are denied a
/// queue that does not exist.
pub(crate) fn on_name(
    ctx: &Ctx<'_>,
    action: &str,
    name: &QueueName,
    reach: Reach,
) -> Result<Access, Fail> {
    let own = ctx.caller().principal.account() == Some(&name.account);
    let found = match queue(ctx, name)? {
        Some(found) => Some(found),
        None if own => Some(existing(ctx, name)?),
        None => None,
    };
    let policy = found.as_ref().and_then(|queue| queue.policy.as_ref());
    let mut context = Context::new();
    for (key, value) in found.iter().flat_map(|queue| &queue.tags) {
        context.set(&format!("aws:ResourceTag/{key}"), value.as_str());
    }
    Ok(Access {
        owner: Some(name.account.clone()),
        policy: policy.map(|text| ctx.resource_policy(text, &Grammar::Queue)),
        rule: match reach {
            Reach::Policy => ResourceRule::Standard,
            Reach::Own => ResourceRule::None,
        },
        context,
        ..Access::by_identity(format!("sqs:{action}"), name.arn(ctx).to_string())
    })
}
