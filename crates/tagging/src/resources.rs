//! What has tags.

use gateway::{Ctx, Fault, Refused};
use types::Arn;

use crate::SERVICE;

/// A resource that has tags.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) arn: Arn,
    pub(crate) tags: Vec<(String, String)>,
}

/// The tagged resources of the account in the region, by ARN.
///
/// Cost: reads every bucket, key and trail; they are few.
pub(crate) fn tagged(ctx: &Ctx<'_>) -> Result<Vec<Resource>, Fault> {
    let mut found = Vec::new();
    for (_, port) in ctx.tag_ports() {
        found.extend(port.tagged(ctx)?.into_iter().map(|(arn, tags)| Resource { arn, tags }));
    }
    found.sort_by(|a, b| a.arn.as_str().cmp(b.arn.as_str()));
    Ok(found)
}

/// The change to the tags of a resource.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    /// These are added, or replace others with the same keys.
    Add(&'a [(String, String)]),
    /// Those with these keys are removed.
    Remove(&'a [String]),
}

/// Changes the tags of a resource with the caller's rights. `None` if it is of no kind that has tags
/// here, or not of this region.
pub(crate) fn change(
    ctx: &mut Ctx<'_>,
    arn: &Arn,
    change: Change<'_>,
) -> Option<Result<(), Refused>> {
    let ports = ctx.tag_ports();
    let (_, port) = ports.into_iter().find(|(service, _)| *service == arn.service())?;
    match port.is_here(ctx, arn) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(fault) => return Some(Err(fault.into())),
    }
    let caller = ctx.caller().forwarded(SERVICE.event_source);
    Some(match change {
        Change::Add(tags) => port.tag(ctx, caller, arn, tags),
        Change::Remove(keys) => port.untag(ctx, caller, arn, keys),
    })
}
