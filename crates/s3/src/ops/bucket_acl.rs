//! The ACL of a bucket.

use gateway::{Ctx, Spec};

use crate::acl::{self, Owners};
use crate::api::PlainApi;
use crate::bucket::canonical_id;
use crate::error::{S3Error, S3Result};
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::settings::{reads, writes};
use crate::xml;

/// Source: S3 API Reference, "GetBucketAcl": returns an ACL even where ACLs are disabled.
#[derive(Debug)]
pub struct GetBucketAcl;

impl PlainApi for GetBucketAcl {
    const SPEC: Spec = reads("GetBucketAcl", &["acl"]);
    const ACTION: &'static str = "s3:GetBucketAcl";

    fn run(_: &mut Ctx<'_>, _: &Request, bucket: &Bucket) -> S3Result<Response> {
        Ok(Response::xml(bucket.acl.document(&canonical_id(&bucket.owner))))
    }
}

/// Source: S3 API Reference, "PutBucketAcl".
#[derive(Debug)]
pub(crate) struct PutBucketAcl;

impl PlainApi for PutBucketAcl {
    const SPEC: Spec = writes("PutBucketAcl", &["acl"]);
    const ACTION: &'static str = "s3:PutBucketAcl";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let mut bucket = bucket.clone();
        let owners = Owners::of(&bucket, &bucket.owner);
        bucket.acl = put_acl(ctx, request, (&bucket, &owners), Self::ACTION)?;
        bucket.save(ctx)?;
        Ok(Response::ok())
    }
}

/// The ACL that a request sets, in headers or as a document.
///
/// Observed: one of both is required; with ACLs disabled only the owner's full control is accepted.
pub(crate) fn put_acl(
    ctx: &Ctx<'_>,
    request: &Request,
    (bucket, owners): (&Bucket, &Owners),
    action: &str,
) -> S3Result<crate::model::Acl> {
    let in_headers = acl::requested(request, owners)?;
    let acl = match (in_headers.is_some(), request.lacks_document()) {
        (true, false) => {
            return Err(S3Error::UnexpectedContent.into());
        }
        (true, true) => acl::settle(bucket, request, owners)?,
        (false, true) => return Err(S3Error::MissingSecurityHeader { name: "x-amz-acl" }.into()),
        (false, false) => {
            let root = xml::read(request.document()?, "AccessControlPolicy")
                .map_err(|_| S3Error::MalformedAcl)?;
            let acl = acl::from_document(&root, &owners.own)?;
            if !bucket.has_acls() && !acl.is_owners_only(&owners.own) {
                return Err(S3Error::AclNotSupported.into());
            }
            acl
        }
    };
    if acl.is_public() && bucket.blocks().block_acls {
        let resource = match request.key.as_str() {
            "" => bucket.name.clone(),
            key => format!("{}/{key}", bucket.name),
        };
        return Err(acl::blocked(ctx, &resource, action).into());
    }
    Ok(acl)
}
