//! Keys and their tags, for the tagging API.

use gateway::{Caller, Ctx, Fault, Refused, TagPort, Tags};
use store::key;
use types::Arn;

use crate::model::KEYS;
use crate::ops::tagging::{TagResource, TagResourceInput, UntagResource, UntagResourceInput};

/// The keys that have tags.
#[derive(Debug)]
pub(crate) struct Keys;

impl TagPort for Keys {
    fn tagged(&self, ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault> {
        let prefix = key([ctx.account().as_str(), ctx.region().as_str()]);
        let rows = KEYS.all(ctx.tx(), ctx.keyring(), &prefix)?;
        let keys = rows.into_iter().map(|(_, key)| key);
        let keys = keys.filter(|key| !key.is_gone(ctx.now()) && !key.tags.is_empty());
        Ok(keys.map(|key| (key.arn(), key.tags)).collect())
    }

    /// `TagResource`.
    fn tag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        key: &Arn,
        tags: &[(String, String)],
    ) -> Result<(), Refused> {
        ctx.invoke::<TagResource>(caller, &TagResourceInput::new(key, tags)).map(drop)
    }

    /// `UntagResource`.
    fn untag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        key: &Arn,
        tag_keys: &[String],
    ) -> Result<(), Refused> {
        ctx.invoke::<UntagResource>(caller, &UntagResourceInput::new(key, tag_keys)).map(drop)
    }
}
