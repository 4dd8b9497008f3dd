//! Buckets and their tags, for the tagging API.

use std::ops::ControlFlow;

use gateway::{Caller, Ctx, Fault, Refused, Tags};
use types::Arn;

use crate::api::Call;
use crate::bucket::BUCKETS;
use crate::request::Request;
use crate::settings::tagging::BucketTagging;
use crate::settings::{Delete, Put};
use crate::tags;

/// The tagged buckets of the account in the region.
pub fn tagged(ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault> {
    let mut found = Vec::new();
    BUCKETS.visit(ctx.tx(), "", b"", &mut |_, bucket| {
        let mine = bucket.owner == *ctx.account() && bucket.region == *ctx.region();
        if mine && !bucket.tags.is_empty() {
            found.extend(
                Arn::parse(&format!("arn:aws:s3:::{}", bucket.name)).zip(Some(bucket.tags)),
            );
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// `PutBucketTagging` of the existing tags and the `new` ones, as `caller`.
pub fn tag(
    ctx: &mut Ctx<'_>,
    caller: Caller,
    bucket: &str,
    new: &[(String, String)],
) -> Result<(), Refused> {
    let mut tags = tags_of(ctx, bucket)?;
    for (key, value) in new {
        match tags.iter_mut().find(|(own, _)| own == key) {
            Some((_, own)) => own.clone_from(value),
            None => tags.push((key.clone(), value.clone())),
        }
    }
    put(ctx, caller, bucket, &tags)
}

/// `PutBucketTagging` without those tags, as `caller`; `DeleteBucketTagging` if none is left.
pub fn untag(
    ctx: &mut Ctx<'_>,
    caller: Caller,
    bucket: &str,
    tag_keys: &[String],
) -> Result<(), Refused> {
    let mut tags = tags_of(ctx, bucket)?;
    tags.retain(|(key, _)| !tag_keys.contains(key));
    if tags.is_empty() {
        return ctx
            .invoke::<Call<Delete<BucketTagging>>>(caller, &Request::bucket(bucket))
            .map(drop);
    }
    put(ctx, caller, bucket, &tags)
}

fn tags_of(ctx: &Ctx<'_>, bucket: &str) -> Result<Vec<(String, String)>, Fault> {
    Ok(BUCKETS.get(ctx.tx(), bucket)?.map(|bucket| bucket.tags).unwrap_or_default())
}

fn put(
    ctx: &mut Ctx<'_>,
    caller: Caller,
    bucket: &str,
    tags: &[(String, String)],
) -> Result<(), Refused> {
    let document = tags::document(tags).finish();
    let request = Request::bucket(bucket).with_body(document);
    ctx.invoke::<Call<Put<BucketTagging>>>(caller, &request).map(drop)
}
