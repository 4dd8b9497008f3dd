//! `CreateMultipartUpload`.
//!
//! Source: S3 API Reference, "CreateMultipartUpload".

use gateway::{Ctx, Scope, Spec};

use super::make_id;
use crate::SERVICE;
use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::changes::{self, UPLOADS};
use crate::encryption;
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::model::OpenUpload;
use crate::model::{Algorithm, Bucket, Envelope, Kind};
use crate::request::Request;
use crate::response::Response;
use crate::writing::{self, Attributes};
use crate::xml::Xml;

/// Begins an upload in parts.
#[derive(Debug)]
pub(crate) struct CreateMultipartUpload;

impl Api for CreateMultipartUpload {
    const SPEC: Spec = Spec::writes(&SERVICE, "CreateMultipartUpload")
        .rest("POST", Scope::Object, &["uploads"])
        .data();
    const EVENT: Shape = Shape::BYTES;
    const CHOOSES_ENCRYPTION: bool = true;
    const ACTION: &'static str = "s3:PutObject";
    type Work = Envelope;

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(writing::needs(ctx, bucket, request).into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Envelope> {
        checksums(request)?;
        Attributes::of(ctx, request, bucket)?;
        let key = request.key.clone();
        let (envelope, _) = encryption::begin(ctx, request, bucket, &key)?;
        Ok(envelope)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        seen: &Seen,
        envelope: &mut Envelope,
    ) -> S3Result<Response> {
        let bucket = &*seen.bucket;
        let (algorithm, kind) = checksums(request)?;
        let attributes = Attributes::of(ctx, request, bucket)?;
        let upload = OpenUpload {
            id: make_id(ctx.now(), ctx.entropy().bytes()?),
            initiated: ctx.now(),
            initiator: ctx.account().clone(),
            initiator_arn: Some(ctx.caller().principal.arn().into_owned()),
            owner: Some(attributes.owner),
            envelope: envelope.clone(),
            algorithm,
            kind,
            headers: attributes.headers,
            metadata: attributes.metadata,
            tags: attributes.tags,
            storage_class: attributes.storage_class,
            acl: attributes.acl,
            lock: attributes.lock,
            changes: changes::count(ctx.tx(), &bucket.name, &request.key)?,
        };
        UPLOADS.put(ctx.tx_mut(), upload.row(&bucket.name, &request.key), &upload)?;
        let mut xml = Xml::result("InitiateMultipartUploadResult");
        xml.text("Bucket", &bucket.name).text("Key", &request.key).text("UploadId", &upload.id);
        let mut response = Response::xml(xml).with_all(upload.envelope.headers());
        if let Some(algorithm) = algorithm {
            response = response
                .with("x-amz-checksum-algorithm", algorithm.name())
                .with("x-amz-checksum-type", kind.name());
        }
        Ok(response)
    }
}

/// Observed: a type needs an algorithm; CRC64NVME is over the whole, others are composite.
fn checksums(request: &Request) -> S3Result<(Option<Algorithm>, Kind)> {
    let kind = request.header("x-amz-checksum-type");
    let Some(name) = request.header("x-amz-checksum-algorithm") else {
        if kind.is_some() {
            return Err(S3Error::request(
                "The x-amz-checksum-type header can only be used with the \
                 x-amz-checksum-algorithm header.",
            )
            .into());
        }
        return Ok((None, Kind::FullObject));
    };
    let algorithm = Algorithm::parse(&name)?;
    let kind = match kind {
        Some(text) => Kind::parse(&text)?,
        None => algorithm.default_kind(),
    };
    algorithm.check_kind(kind)?;
    Ok((Some(algorithm), kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Observed: every pair of algorithm and type, and the defaults.
    #[test]
    fn checksum_headers_are_settled_at_creation() {
        let of = |algorithm: Option<&str>, kind: Option<&str>| {
            let mut request = Request::default();
            if let Some(name) = algorithm {
                request = request.with_header("x-amz-checksum-algorithm", name);
            }
            if let Some(kind) = kind {
                request = request.with_header("x-amz-checksum-type", kind);
            }
            checksums(&request).ok()
        };
        assert_eq!(of(None, None), Some((None, Kind::FullObject)));
        assert_eq!(of(None, Some("COMPOSITE")), None);
        assert_eq!(of(Some("CRC32"), None), Some((Some(Algorithm::Crc32), Kind::Composite)));
        assert_eq!(
            of(Some("CRC64NVME"), None),
            Some((Some(Algorithm::Crc64Nvme), Kind::FullObject))
        );
        assert_eq!(of(Some("SHA1"), Some("FULL_OBJECT")), None);
        assert_eq!(of(Some("CRC64NVME"), Some("COMPOSITE")), None);
        assert_eq!(of(Some("TEST"), None), None);
    }
}
