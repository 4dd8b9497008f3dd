//! `AbortMultipartUpload`.
//!
//! Source: S3 API Reference, "AbortMultipartUpload".

use gateway::{Access, Ctx, Spec};

use super::{forget, load};
use crate::api::Api;
use crate::bucket;
use crate::error::S3Result;
use crate::ops::object_tagging::on_object;
use crate::request::Request;
use crate::response::Response;

/// Drops an upload and its parts.
#[derive(Debug)]
pub(crate) struct AbortMultipartUpload;

impl Api for AbortMultipartUpload {
    const SPEC: Spec = on_object("AbortMultipartUpload", "DELETE", &["uploadId"]).when_full();
    const ACTION: &'static str = "s3:AbortMultipartUpload";

    fn needs(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        super::needs_own(ctx, request, Self::ACTION)
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        let bucket = bucket::load(ctx, &request.bucket)?;
        let open = load(ctx, &bucket, request)?;
        forget(ctx.tx_mut(), &bucket.name, &request.key, &open.id, &|_| false)?;
        Ok(Response::no_content())
    }
}
