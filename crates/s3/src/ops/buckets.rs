//! Operations on a bucket as a whole.

use std::ops::ControlFlow;

use gateway::{Access, Ctx, Scope, Spec};

use crate::api::Api;
use crate::bucket::{self, BUCKETS};
use crate::error::{S3Error, S3Result};
use crate::object::VERSIONS;
use crate::request::Request;
use crate::response::Response;
use crate::settings::{reads, removes};
use crate::xml::Xml;
use crate::{SERVICE, access};

/// Tells whether a bucket is there and may be listed.
///
/// Source: S3 API Reference, "HeadBucket". A data event.
#[derive(Debug)]
pub struct HeadBucket;

impl Api for HeadBucket {
    const SPEC: Spec = Spec::rest(&SERVICE, "HeadBucket", true, "HEAD", Scope::Bucket, &[]).data();
    const ACTION: &'static str = "s3:ListBucket";

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        let bucket = bucket::load(ctx, &request.bucket)?;
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

impl Api for DeleteBucket {
    const SPEC: Spec = removes("DeleteBucket", &[]).when_full();
    const ACTION: &'static str = "s3:DeleteBucket";

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        let name = request.bucket.clone();
        let bucket = bucket::load(ctx, &name)?;
        let mut left = false;
        VERSIONS.visit(ctx.tx(), store::key([&name]), [], &mut |_, _| {
            left = true;
            ControlFlow::Break(())
        })?;
        if left {
            let versions = bucket.versioning != bucket::Versioning::Unset;
            return Err(S3Error::BucketNotEmpty { bucket: name, versions }.into());
        }
        super::multipart::abandon_all(ctx, &name)?;
        BUCKETS.delete(ctx.tx_mut(), &name)?;
        request.former_owner = Some(bucket.owner);
        Ok(Response::no_content())
    }
}

/// Tells where a bucket is. Any region answers.
///
/// Source: S3 API Reference, "GetBucketLocation": nothing for `us-east-1`.
#[derive(Debug)]
pub struct GetBucketLocation;

impl Api for GetBucketLocation {
    const SPEC: Spec = reads("GetBucketLocation", &["location"]);
    const ACTION: &'static str = "s3:GetBucketLocation";

    fn needs(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        let bucket = bucket::load(ctx, &request.bucket)?;
        access::expect_owner(request, "x-amz-expected-bucket-owner", &bucket)?;
        Ok(vec![access::on_path(ctx, &bucket, request, Self::ACTION)])
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        let bucket = bucket::load(ctx, &request.bucket)?;
        let mut xml = Xml::result("LocationConstraint");
        xml.content(bucket.location().unwrap_or_default());
        Ok(Response::xml(xml))
    }
}
