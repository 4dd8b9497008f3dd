//! `UploadPartCopy`.
//!
//! Source: S3 API Reference, "UploadPartCopy".

use gateway::{Ctx, Scope, Spec};

use super::{load, part_number, upload_part};
use crate::SERVICE;
use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::copying::{self, Source};
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::object::quoted;
use crate::ops::copy_object::Copied;
use crate::range;
use crate::request::Request;
use crate::response::Response;
use crate::upload::{Proofs, UPLOAD_BYTES_MAX};
use crate::xml::{Xml, body_time};

/// Copies a range of an object into a part.
#[derive(Debug)]
pub(crate) struct UploadPartCopy;

impl Api for UploadPartCopy {
    const SPEC: Spec = Spec::writes(&SERVICE, "UploadPartCopy")
        .rest("PUT", Scope::Object, upload_part::SUB)
        .data()
        .header("x-amz-copy-source");
    const ACTION: &'static str = "s3:PutObject";
    type Work = Copied;

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        let mut needs = vec![super::needs_put(ctx, bucket, request)];
        needs.extend(copying::needs(ctx, request)?);
        Ok(needs.into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Copied> {
        part_number(request)?;
        let open = load(ctx, bucket, request)?;
        let source = Source::find(ctx, request)?;
        let size = source.stored.size;
        let wanted = match request.header("x-amz-copy-source-range") {
            Some(header) => range::parse_copy(&header, size)?,
            None => 0..size,
        };
        let proposed = wanted.end.saturating_sub(wanted.start);
        if proposed > UPLOAD_BYTES_MAX {
            return Err(S3Error::EntityTooLarge { proposed, max: UPLOAD_BYTES_MAX }.into());
        }
        let proofs = Proofs::computing(open.working_algorithm());
        let mut upload = upload_part::begin(ctx, request, bucket, open, proofs)?;
        upload.fill(source.read(ctx, request, &wanted)?)?;
        Ok(Copied { source, upload })
    }

    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        seen: &Seen,
        copied: &mut Copied,
    ) -> S3Result<Response> {
        let shown_id = copied.source.shown_id();
        let (open, part) = upload_part::store(ctx, request, &seen.bucket, &mut copied.upload)?;
        let mut xml = Xml::result("CopyPartResult");
        xml.text("LastModified", body_time(part.modified)).text("ETag", quoted(&part.etag));
        if let Some(checksum) = &part.checksum {
            xml.text(&checksum.algorithm.element(), &checksum.value);
        }
        Ok(Response::xml(xml)
            .with_all(open.envelope.headers())
            .with_some("x-amz-copy-source-version-id", shown_id))
    }
}
