//! Keys and their tags, for the tagging API.

use gateway::{Caller, Ctx, Fault, Refused, Tags};
use store::key;
use types::Arn;

use crate::model::KEYS;
use crate::ops::{TagResource, TagResourceInput, UntagResource, UntagResourceInput};

/// The tagged keys of the account in the region.
pub fn tagged(ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault> {
    let prefix = key([ctx.account().as_str(), ctx.region().as_str()]);
    let rows = KEYS.all(ctx.tx(), ctx.keyring(), &prefix)?;
    let keys = rows.into_iter().map(|(_, key)| key);
    let keys = keys.filter(|key| !key.is_gone(ctx.now()) && !key.tags.is_empty());
    Ok(keys.map(|key| (key.arn(), key.tags)).collect())
}

/// `TagResource`, as `caller`.
pub fn tag(
    ctx: &mut Ctx<'_>,
    caller: Caller,
    key: &Arn,
    tags: &[(String, String)],
) -> Result<(), Refused> {
    ctx.invoke::<TagResource>(caller, &TagResourceInput::new(key, tags)).map(drop)
}

/// `UntagResource`, as `caller`.
pub fn untag(
    ctx: &mut Ctx<'_>,
    caller: Caller,
    key: &Arn,
    tag_keys: &[String],
) -> Result<(), Refused> {
    ctx.invoke::<UntagResource>(caller, &UntagResourceInput::new(key, tag_keys)).map(drop)
}
