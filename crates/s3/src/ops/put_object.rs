//! `PutObject`.
//!
//! Source: S3 API Reference, "PutObject".

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gateway::{BodyLimit, BodySink, Ctx, Scope, Spec};

use crate::SERVICE;
use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::body::frames_aad;
use crate::checksum;
use crate::encryption;
use crate::error::S3Result;
use crate::event::Shape;
use crate::model::Bucket;
use crate::object;
use crate::preconditions::WriteCondition;
use crate::request::Request;
use crate::response::Response;
use crate::upload::{Proofs, UPLOAD_BYTES_MAX, Upload};
use crate::writing::{self, Attributes};

/// Stores an object.
#[derive(Debug)]
pub struct PutObject;

impl Api for PutObject {
    const SPEC: Spec = Spec::writes(&SERVICE, "PutObject")
        .rest("PUT", Scope::Object, &[])
        .data()
        .body(BodyLimit::Streamed(UPLOAD_BYTES_MAX))
        .brief();
    const EVENT: Shape = Shape::BYTES;
    const CHOOSES_ENCRYPTION: bool = true;
    const ACTION: &'static str = "s3:PutObject";
    type Work = Upload;

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(writing::needs(ctx, bucket, request).into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Upload> {
        let key = request.key.clone();
        writing::refuse_unserved(request)?;
        let condition = WriteCondition::of(request)?;
        // An invalid request need not be uploaded.
        let attributes = Attributes::of(ctx, request, bucket)?;
        attributes.lock.demand_proof(request, "Object")?;
        condition.check(&key, object::newest(ctx.tx(), &bucket.name, &key)?.as_ref())?;
        let proofs = Proofs::of(request)?;
        let (envelope, root) = encryption::begin(ctx, request, bucket, &key)?;
        let aad = frames_aad(&bucket.name, &key);
        let mut upload = Upload::new(ctx, envelope, &root, &aad, proofs)?;
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
        let bucket = &*seen.bucket;
        let key = request.key.clone();
        let newest = object::newest(ctx.tx(), &bucket.name, &key)?;
        WriteCondition::of(request)?.check(&key, newest.as_ref())?;
        let attributes = Attributes::of(ctx, request, bucket)?;
        let bytes = upload.stow(ctx)?;
        let owner = attributes.owner.clone();
        let stored = attributes.with_bytes(bytes);
        let version = object::push(ctx, bucket, &key, owner, Some(stored))?;
        let response_headers = writing::response_headers(&version);
        Ok(Response::ok().with_all(response_headers))
    }
}

/// An object that another service stores.
#[derive(Debug, Clone, Default)]
pub struct PutObjectInput {
    /// The bucket.
    pub bucket: String,
    /// The object key.
    pub key: String,
    /// The bytes.
    pub body: Option<Bytes>,
    /// A canned ACL, such as `bucket-owner-full-control`.
    pub acl: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `AES256`, `aws:kms` or `aws:kms:dsse`; the bucket's default without it.
    pub sse: Option<String>,
    /// An id, an alias, or the ARN of either.
    pub sse_kms_key_id: Option<String>,
    /// Pairs besides the object's ARN.
    pub sse_context: BTreeMap<String, String>,
    /// User metadata.
    pub metadata: BTreeMap<String, String>,
}

impl From<PutObjectInput> for Request {
    fn from(input: PutObjectInput) -> Self {
        let bytes = input.body.unwrap_or_default();
        // A bucket with retention accepts no bytes without a checksum, not even from services.
        let (name, value) = checksum::header_of(&bytes);
        let mut request =
            Self::object(input.bucket, input.key).with_content(bytes).with_header(&name, &value);
        let context = (!input.sse_context.is_empty())
            .then(|| STANDARD.encode(serde_json::to_vec(&input.sse_context).unwrap_or_default()));
        let headers = [
            ("x-amz-acl", input.acl),
            ("content-type", input.content_type),
            ("content-encoding", input.content_encoding),
            ("x-amz-server-side-encryption", input.sse),
            ("x-amz-server-side-encryption-aws-kms-key-id", input.sse_kms_key_id),
            ("x-amz-server-side-encryption-context", context),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.with_header(name, &value);
            }
        }
        for (name, value) in &input.metadata {
            request = request.with_header(&format!("x-amz-meta-{name}"), value);
        }
        request
    }
}
