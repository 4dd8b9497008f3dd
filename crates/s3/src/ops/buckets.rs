//! Operations on a bucket as a whole.

use std::ops::ControlFlow;

use gateway::{Ctx, Scope, Spec};

use crate::api::PlainApi;
use crate::bucket::BUCKETS;
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::object::VERSIONS;
use crate::request::Request;
use crate::response::Response;
use crate::settings::{reads, removes};
use crate::xml::Xml;
use crate::{SERVICE, access};

/// Returns whether a bucket exists and may be listed.
///
/// Source: S3 API Reference, "HeadBucket". A data event.
#[derive(Debug)]
pub struct HeadBucket;

impl PlainApi for HeadBucket {
    const SPEC: Spec = Spec::reads(&SERVICE, "HeadBucket").rest("HEAD", Scope::Bucket, &[]).data();
    const ACTION: &'static str = "s3:ListBucket";

    fn run(_: &mut Ctx<'_>, _: &Request, bucket: &Bucket) -> S3Result<Response> {
        Ok(Response::ok()
            .with("content-type", "application/xml")
            .with("x-amz-bucket-region", bucket.region.as_str())
            .with("x-amz-bucket-arn", access::bucket_arn(&bucket.name))
            .with("x-amz-access-point-alias", "false"))
    }
}

/// Removes an empty bucket.
///
/// Source: S3 API Reference, "DeleteBucket".
#[derive(Debug)]
pub(crate) struct DeleteBucket;

impl PlainApi for DeleteBucket {
    const SPEC: Spec = removes("DeleteBucket", &[]).when_full();
    const ACTION: &'static str = "s3:DeleteBucket";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let name = request.bucket.clone();
        let mut left = false;
        VERSIONS.visit(ctx.tx(), store::key([&name]), [], &mut |_, _| {
            left = true;
            ControlFlow::Break(())
        })?;
        if left {
            let versions = bucket.versioning != crate::model::Versioning::Unset;
            return Err(S3Error::BucketNotEmpty { bucket: name, versions }.into());
        }
        crate::ops::multipart::abandon_all(ctx, &name)?;
        BUCKETS.delete(ctx.tx_mut(), &name)?;
        Ok(Response::no_content())
    }
}

/// Returns the region of a bucket. Any region responds.
///
/// Source: S3 API Reference, "GetBucketLocation": nothing for `us-east-1`.
#[derive(Debug)]
pub struct GetBucketLocation;

impl PlainApi for GetBucketLocation {
    const SPEC: Spec = reads("GetBucketLocation", &["location"]);
    const ACTION: &'static str = "s3:GetBucketLocation";
    const ANY_REGION: bool = true;

    fn run(_: &mut Ctx<'_>, _: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut xml = Xml::result("LocationConstraint");
        xml.content(bucket.location().unwrap_or_default());
        Ok(Response::xml(xml))
    }
}
