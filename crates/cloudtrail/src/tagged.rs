//! Trails and their tags, for the tagging API.

use gateway::{Caller, Ctx, Fault, Refused, Tags};
use types::Arn;

use crate::model::trails_of;
use crate::ops::{AddTags, RemoveTags, TagsInput};

/// The tagged trails of the account whose home is the region. A tag without a value has an empty
/// one.
pub fn tagged(ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault> {
    let mut trails = trails_of(ctx.tx(), ctx.account())?;
    trails.retain(|trail| trail.home_region == *ctx.region() && !trail.tags.is_empty());
    let pair = |(key, value): (String, Option<String>)| (key, value.unwrap_or_default());
    let tags = |tags: Vec<_>| tags.into_iter().map(pair).collect();
    Ok(trails.into_iter().map(|trail| (trail.arn(), tags(trail.tags))).collect())
}

/// `AddTags`, as `caller`.
pub fn tag(
    ctx: &mut Ctx<'_>,
    caller: Caller,
    trail: &Arn,
    tags: &[(String, String)],
) -> Result<(), Refused> {
    let tags = tags.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
    ctx.invoke::<AddTags>(caller, &TagsInput::new(trail, tags)).map(drop)
}

/// `RemoveTags`, as `caller`.
pub fn untag(
    ctx: &mut Ctx<'_>,
    caller: Caller,
    trail: &Arn,
    tag_keys: &[String],
) -> Result<(), Refused> {
    let tags = tag_keys.iter().map(|key| (key.clone(), None));
    ctx.invoke::<RemoveTags>(caller, &TagsInput::new(trail, tags)).map(drop)
}
