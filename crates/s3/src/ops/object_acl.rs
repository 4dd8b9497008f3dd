//! The ACL of an object.
//!
//! Source: S3 API Reference, "GetObjectAcl", "PutObjectAcl".

use gateway::{Ctx, Spec};

use super::bucket_acl::put_acl;
use super::object_tagging::{change, found, on_object};
use crate::access::Needs;
use crate::acl::Owners;
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::object::{self, shown_id};
use crate::request::Request;
use crate::response::Response;
use crate::{access, owning};

const SUB: &[&str] = &["acl"];

/// Shows the ACL; the owner's full control where ACLs are off.
#[derive(Debug)]
pub(crate) struct GetObjectAcl;

impl PlainApi for GetObjectAcl {
    const SPEC: Spec = on_object("GetObjectAcl", "GET", SUB);
    const ACTION: &'static str = "s3:GetObjectAcl";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        access::to_read(ctx, bucket, request, (Self::ACTION, "s3:GetObjectVersionAcl"))
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let version = found(ctx, bucket, request)?;
        let stored = version.content("GET")?;
        Ok(Response::xml(stored.acl.document(&version.owner_id(bucket)))
            .with_some("x-amz-version-id", shown_id(bucket, &version)))
    }
}

/// Replaces the ACL.
#[derive(Debug)]
pub(crate) struct PutObjectAcl;

impl PlainApi for PutObjectAcl {
    const SPEC: Spec = on_object("PutObjectAcl", "PUT", SUB);
    const ACTION: &'static str = "s3:PutObjectAcl";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        access::to_read(ctx, bucket, request, (Self::ACTION, "s3:PutObjectVersionAcl"))
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        // Observed: a delete marker refuses the method, also when it is not named by its id.
        let version = object::seek(ctx, bucket, &request.key, request.version_id())?;
        let Some(version) = version else {
            return Err(S3Error::NoSuchKey { key: request.key.clone() }.into());
        };
        version.content("PUT")?;
        let owners = Owners::of(bucket, owning::of_version(bucket, &version));
        let acl = put_acl(ctx, request, (bucket, &owners), Self::ACTION)?;
        change(ctx, request, (bucket, version), 200, |stored| stored.acl = acl)
    }
}
