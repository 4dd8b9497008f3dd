//! What has tags.

use gateway::{Ctx, Fault, Refused};
use types::Arn;

/// In whose name the services are called.
const PRINCIPAL: &str = "tagging.amazonaws.com";

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
    for (arn, tags) in
        s3::tagged(ctx)?.into_iter().chain(kms::tagged(ctx)?).chain(cloudtrail::tagged(ctx)?)
    {
        found.push(Resource { arn, tags });
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
    let caller = ctx.caller().forwarded(PRINCIPAL);
    let here = arn.region() == ctx.region().as_str() && arn.account() == ctx.account().as_str();
    match (arn.service(), change) {
        ("kms", Change::Add(tags)) if here => Some(kms::tag(ctx, caller, arn, tags)),
        ("kms", Change::Remove(keys)) if here => Some(kms::untag(ctx, caller, arn, keys)),
        ("cloudtrail", Change::Add(tags)) if here => Some(cloudtrail::tag(ctx, caller, arn, tags)),
        ("cloudtrail", Change::Remove(keys)) if here => {
            Some(cloudtrail::untag(ctx, caller, arn, keys))
        }
        ("s3", change) => {
            let bucket = arn.resource().to_owned();
            match s3::bucket_location(ctx.tx(), &bucket) {
                Ok(Some(region)) if region == *ctx.region() => {}
                Ok(_) => return None,
                Err(error) => return Some(Err(error.into())),
            }
            Some(match change {
                Change::Add(tags) => s3::tag(ctx, caller, &bucket, tags),
                Change::Remove(keys) => s3::untag(ctx, caller, &bucket, keys),
            })
        }
        _ => None,
    }
}
