//! `UploadPart`.
//!
//! Source: S3 API Reference, "UploadPart".

use gateway::{BodyLimit, BodySink, Ctx, Scope, Spec};

use super::{OpenUpload, Part, load, part_number, put_part};
use crate::SERVICE;
use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::body::frames_aad;
use crate::checksum::{self, Announced, Expected};
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::model::Bucket;
use crate::object::quoted;
use crate::request::Request;
use crate::response::Response;
use crate::upload::{Proofs, UPLOAD_BYTES_MAX, Upload};

/// Stores a part.
#[derive(Debug)]
pub(crate) struct UploadPart;

pub(super) const SUB: &[&str] = &["partNumber", "uploadId"];

impl Api for UploadPart {
    const SPEC: Spec = Spec::writes(&SERVICE, "UploadPart")
        .rest("PUT", Scope::Object, SUB)
        .data()
        .body(BodyLimit::Streamed(UPLOAD_BYTES_MAX));
    const EVENT: Shape = Shape::BYTES;
    const ACTION: &'static str = "s3:PutObject";
    type Work = Upload;

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(vec![super::needs_put(ctx, bucket, request)].into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Upload> {
        part_number(request)?;
        let open = load(ctx, bucket, request)?;
        open.lock.demand_proof(request, "Part")?;
        let announced = announced(&open, request)?;
        let content_md5 = request.content_md5()?;
        let kept = Some(open.working_algorithm());
        let proofs = Proofs { content_md5, checksum: announced, kept };
        let mut upload = begin(ctx, request, bucket, open, proofs)?;
        if let Some(content) = request.content.clone() {
            upload.fill(std::iter::once(Ok(content)))?;
        }
        Ok(upload)
    }

    fn sink(upload: &mut Upload) -> Option<&mut dyn BodySink> {
        Some(upload)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        seen: &Seen,
        upload: &mut Upload,
    ) -> S3Result<Response> {
        let (open, part) = store(ctx, request, &seen.bucket, upload)?;
        let checksum = part.checksum.iter().map(|own| (own.algorithm.header(), own.value.clone()));
        Ok(Response::ok()
            .with("etag", quoted(&part.etag))
            .with_all(checksum)
            .with_all(open.envelope.headers()))
    }
}

/// Observed: an upload with an algorithm accepts no other; one without accepts any.
fn announced(open: &OpenUpload, request: &Request) -> S3Result<Announced> {
    let own = checksum::announced(request)?;
    match (open.algorithm, own) {
        (Some(expected), Some(own)) if own.algorithm != expected => Err(S3Error::request(format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum \
                 Type: {}",
            expected.lower(),
            own.algorithm.lower()
        ))
        .into()),
        (_, Some(own)) => Ok(own),
        (_, None) => {
            Ok(Announced { algorithm: open.working_algorithm(), value: Expected::Nothing })
        }
    }
}

/// A sink for the bytes of a part, under the key of its upload.
pub(super) fn begin(
    ctx: &mut Ctx<'_>,
    request: &Request,
    bucket: &Bucket,
    open: OpenUpload,
    proofs: Proofs,
) -> S3Result<Upload> {
    let key = request.key.clone();
    // Source: S3 User Guide: uploads in parts need `kms:Decrypt` as well.
    let root = open.envelope.open_for_part(ctx, request, bucket)?;
    let aad = frames_aad(&bucket.name, &key);
    Upload::new(ctx, open.envelope, &root, &aad, proofs)
}

/// Adds the prepared part to its upload, if that is still open.
pub(super) fn store(
    ctx: &mut Ctx<'_>,
    request: &Request,
    bucket: &Bucket,
    upload: &mut Upload,
) -> S3Result<(OpenUpload, Part)> {
    let open = load(ctx, bucket, request)?;
    let number = part_number(request)?;
    let mut stowed = upload.stow(ctx)?;
    stowed.piece.number = number;
    let is_requested = open.algorithm.is_some() || checksum::announced(request)?.is_some();
    let part = Part {
        piece: stowed.piece,
        etag: stowed.etag,
        checksum: is_requested.then_some(stowed.checksum),
        modified: ctx.now(),
    };
    put_part(ctx, &bucket.name, &open.id, &part)?;
    Ok((open, part))
}
