//! The tags of an object.
//!
//! Source: S3 API Reference, "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging".

use gateway::{Ctx, Failure, Scope, Spec};

use crate::access::Needs;
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Stored, Version};
use crate::object::{self, shown_id};
use crate::request::Request;
use crate::response::Response;
use crate::tags::{self, Tagged};
use crate::{SERVICE, access, xml};

const SUB: &[&str] = &["tagging"];

/// The row of an operation on a sub-resource of an object.
pub(crate) const fn on_object(
    name: &'static str,
    method: &'static str,
    query: &'static [&'static str],
) -> Spec {
    let spec = match method.as_bytes() {
        b"GET" => Spec::reads(&SERVICE, name),
        _ => Spec::writes(&SERVICE, name),
    };
    spec.rest(method, Scope::Object, query).data()
}

/// Shows the tags.
#[derive(Debug)]
pub(crate) struct GetObjectTagging;

impl PlainApi for GetObjectTagging {
    const SPEC: Spec = on_object("GetObjectTagging", "GET", SUB);
    const ACTION: &'static str = "s3:GetObjectTagging";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        access::to_read(ctx, bucket, request, (Self::ACTION, "s3:GetObjectVersionTagging"))
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let version = match tagged(ctx, bucket, request) {
            // Observed: here the missing key has its bucket before it.
            Err(Failure::Api(S3Error::NoSuchKey { key }, _)) => {
                let key = format!("{}/{key}", bucket.name);
                return Err(S3Error::NoSuchKey { key }.into());
            }
            found => found?,
        };
        let stored = version.content("GET")?;
        Ok(Response::xml(tags::document(&stored.tags))
            .with_some("x-amz-version-id", shown_id(bucket, &version)))
    }
}

/// Replaces the tags.
#[derive(Debug)]
pub(crate) struct PutObjectTagging;

impl PlainApi for PutObjectTagging {
    const SPEC: Spec = on_object("PutObjectTagging", "PUT", SUB);
    const ACTION: &'static str = "s3:PutObjectTagging";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        access::to_read(ctx, bucket, request, (Self::ACTION, "s3:PutObjectVersionTagging"))
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let version = tagged(ctx, bucket, request)?;
        let document = xml::read(request.document()?, "Tagging")?;
        let pairs = tags::from_document(&document, Tagged::Object)?;
        change(ctx, request, (bucket, version), 200, |stored| stored.tags = pairs)
    }
}

/// Removes the tags.
#[derive(Debug)]
pub(crate) struct DeleteObjectTagging;

impl PlainApi for DeleteObjectTagging {
    const SPEC: Spec = on_object("DeleteObjectTagging", "DELETE", SUB);
    const ACTION: &'static str = "s3:DeleteObjectTagging";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        access::to_read(ctx, bucket, request, (Self::ACTION, "s3:DeleteObjectVersionTagging"))
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let version = tagged(ctx, bucket, request)?;
        change(ctx, request, (bucket, version), 204, |stored| stored.tags.clear())
    }
}

/// The version whose tags a request names.
///
/// Observed: a delete marker refuses the method, also where it is not named by its id.
fn tagged(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request) -> S3Result<Version> {
    match object::seek(ctx, bucket, &request.key, request.version_id())? {
        Some(version) => {
            version.content(&request.method)?;
            Ok(version)
        }
        None => found(ctx, bucket, request),
    }
}

/// The version that a request names.
pub(crate) fn found(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request) -> S3Result<Version> {
    object::expect(ctx, bucket, &request.key, request.version_id())
}

/// Changes the stored data of a version; a delete marker cannot be changed.
pub(crate) fn change(
    ctx: &mut Ctx<'_>,
    request: &Request,
    (bucket, mut version): (&Bucket, Version),
    status: u16,
    edit: impl FnOnce(&mut Stored),
) -> S3Result<Response> {
    let mut stored = version.content(&request.method)?.clone();
    edit(&mut stored);
    version.stored = Some(stored);
    object::replace(ctx, &bucket.name, &request.key, &version)?;
    Ok(Response::empty(status).with_some("x-amz-version-id", shown_id(bucket, &version)))
}
