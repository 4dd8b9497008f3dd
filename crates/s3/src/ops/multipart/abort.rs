//! `AbortMultipartUpload`.
//!
//! Source: S3 API Reference, "AbortMultipartUpload".

use gateway::{Ctx, Spec};

use super::{delete_upload, load};
use crate::access::Needs;
use crate::api::PlainApi;
use crate::error::S3Result;
use crate::model::Bucket;
use crate::ops::object_tagging::on_object;
use crate::request::Request;
use crate::response::Response;

/// Drops an upload and its parts.
#[derive(Debug)]
pub(crate) struct AbortMultipartUpload;

impl PlainApi for AbortMultipartUpload {
    const SPEC: Spec = on_object("AbortMultipartUpload", "DELETE", &["uploadId"]).when_full();
    const ACTION: &'static str = "s3:AbortMultipartUpload";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(super::needs_own(ctx, bucket, request, Self::ACTION))
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let open = load(ctx, bucket, request)?;
        delete_upload(ctx.tx_mut(), &bucket.name, &request.key, &open.id, &|_| false)?;
        Ok(Response::no_content())
    }
}
