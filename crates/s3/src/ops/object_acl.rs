//! The ACL of an object.
//!
//! Source: S3 API Reference, "GetObjectAcl", "PutObjectAcl".

use gateway::{Access, Ctx, Spec};

use super::bucket_acl::put_acl;
use super::object_tagging::{change, found, on_object};
use crate::acl::Owners;
use crate::api::Api;
use crate::bucket;
use crate::error::{S3Error, S3Result};
use crate::object::{self, shown_id};
use crate::request::Request;
use crate::response::Response;
use crate::{access, owning};

const SUB: &[&str] = &["acl"];

/// Shows the ACL; the owner's full control where ACLs are off.
#[derive(Debug)]
pub(crate) struct GetObjectAcl;

impl Api for GetObjectAcl {
    const SPEC: Spec = on_object("GetObjectAcl", "GET", SUB);
    const ACTION: &'static str = "s3:GetObjectAcl";

    fn needs(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        access::to_read(ctx, request, Self::ACTION, "s3:GetObjectVersionAcl")
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        let (bucket, version) = found(ctx, request)?;
        let stored = version.content("GET")?;
        Ok(Response::xml(stored.acl.document(&version.owner_id(&bucket)))
            .with_some("x-amz-version-id", shown_id(&bucket, &version)))
    }
}

/// Replaces the ACL.
#[derive(Debug)]
pub(crate) struct PutObjectAcl;

impl Api for PutObjectAcl {
    const SPEC: Spec = on_object("PutObjectAcl", "PUT", SUB);
    const ACTION: &'static str = "s3:PutObjectAcl";

    fn needs(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        access::to_read(ctx, request, Self::ACTION, "s3:PutObjectVersionAcl")
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        let bucket = bucket::load(ctx, &request.bucket)?;
        // Observed: a delete marker refuses the method, also when it is not named by its id.
        let version = object::seek(ctx, &bucket, &request.key, request.version_id())?;
        let Some(version) = version else {
            return Err(S3Error::NoSuchKey { key: request.key.clone() }.into());
        };
        version.content("PUT")?;
        let owners = Owners::of(&bucket, owning::of_version(&bucket, &version));
        let acl = put_acl(ctx, request, (&bucket, &owners), Self::ACTION)?;
        change(ctx, request, (&bucket, version), 200, |stored| stored.acl = acl)
    }
}
