//! Buckets and their tags, for the tagging API.

use std::ops::ControlFlow;

use gateway::{Caller, Ctx, Fault, Refused, TagPort, Tags};
use types::Arn;

use crate::api::Call;
use crate::bucket::{BUCKETS, bucket_location};
use crate::request::Request;
use crate::settings::tagging::BucketTagging;
use crate::settings::{Delete, Put};
use crate::tags;

/// The buckets that have tags.
#[derive(Debug)]
pub(crate) struct Buckets;

impl TagPort for Buckets {
    fn tagged(&self, ctx: &Ctx<'_>) -> Result<Vec<(Arn, Tags)>, Fault> {
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

    /// The ARN of a bucket has no region; of another account's bucket, S3 rejects the call.
    fn is_here(&self, ctx: &Ctx<'_>, bucket: &Arn) -> Result<bool, Fault> {
        let region = bucket_location(ctx.tx(), bucket.resource())?;
        Ok(region.is_some_and(|region| region == *ctx.region()))
    }

    /// `PutBucketTagging` of the existing tags and the `new` ones.
    fn tag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        bucket: &Arn,
        new: &[(String, String)],
    ) -> Result<(), Refused> {
        let bucket = bucket.resource();
        let mut tags = tags_of(ctx, bucket)?;
        for (key, value) in new {
            match tags.iter_mut().find(|(own, _)| own == key) {
                Some((_, own)) => own.clone_from(value),
                None => tags.push((key.clone(), value.clone())),
            }
        }
        put(ctx, caller, bucket, &tags)
    }

    /// `PutBucketTagging` without those tags; `DeleteBucketTagging` if none is left.
    fn untag(
        &self,
        ctx: &mut Ctx<'_>,
        caller: Caller,
        bucket: &Arn,
        tag_keys: &[String],
    ) -> Result<(), Refused> {
        let bucket = bucket.resource();
        let mut tags = tags_of(ctx, bucket)?;
        tags.retain(|(key, _)| !tag_keys.contains(key));
        if tags.is_empty() {
            return ctx
                .invoke::<Call<Delete<BucketTagging>>>(caller, &Request::bucket(bucket))
                .map(drop);
        }
        put(ctx, caller, bucket, &tags)
    }
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
