//! `DeleteObjects`.
//!
//! Source: S3 API Reference, "DeleteObjects".

use gateway::{Access, ApiError, BodyLimit, Ctx, Failure, Scope, Spec, WireError};

use super::delete_object::{self, DeleteObject, Target};
use crate::api::Api;
use crate::bucket::{self, Bucket};
use crate::error::{S3Error, S3Result};
use crate::request::Request;
use crate::response::Response;
use crate::settings::truth;
use crate::xml::{self, Xml};
use crate::{SERVICE, access, checksum, lock};

/// Source: S3 API Reference: 1,000 keys.
const KEYS_MAX: usize = 1_000;
/// Keys of 1,024 bytes, each of which may be escaped to six times that.
const DOCUMENT_BYTES_MAX: usize = 8 << 20;

/// Deletes many keys; each may fail on its own.
///
/// The keys leave no events of their own.
#[derive(Debug)]
pub(crate) struct DeleteObjects;

impl Api for DeleteObjects {
    const SPEC: Spec =
        Spec::rest(&SERVICE, "DeleteObjects", false, "POST", Scope::Bucket, &["delete"])
            .data()
            .body(BodyLimit::Buffered(DOCUMENT_BYTES_MAX))
            .when_full();
    const ACTION: &'static str = DeleteObject::ACTION;

    /// Source: S3 API Reference: every key is authorized on its own, and refused on its own.
    fn needs(ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
        access::checked_bucket(ctx, request)?;
        Ok(Vec::new())
    }

    fn run(ctx: &mut Ctx<'_>, request: &mut Request) -> S3Result<Response> {
        let bucket = bucket::load(ctx, &request.bucket)?;
        checksum::demand_digest(request)?;
        let wish = wish(request)?;
        let bypass = lock::bypass(request, &bucket)?;
        let mut xml = Xml::result("DeleteResult");
        for mut target in wish.targets {
            target.bypass = bypass;
            match delete_one(ctx, &bucket, request, &target) {
                Ok(deleted) if !wish.quiet => tell(&mut xml, &target, &deleted),
                Ok(_) => {}
                Err(Failure::Internal(error)) => return Err(error.into()),
                Err(Failure::Wire(error)) => tell_error(&mut xml, &target, &error),
                Err(Failure::Api(error)) => tell_error(&mut xml, &target, &error.wire()),
            }
        }
        Ok(Response::xml(xml))
    }
}

/// Deletes a key if the caller may.
fn delete_one(
    ctx: &mut Ctx<'_>,
    bucket: &Bucket,
    request: &Request,
    target: &Target,
) -> S3Result<delete_object::Deleted> {
    let one = Request {
        bucket: bucket.name.clone(),
        key: target.key.clone(),
        headers: request.headers.clone(),
        ..Request::default()
    };
    let id = target.version_id.as_deref();
    for need in delete_object::needs_of(ctx, bucket, &one, id)? {
        if !gateway::allows(ctx, need)? {
            return Err(access::denied().into());
        }
    }
    if let Some(id) = id {
        delete_object::expect_version(ctx, bucket, &target.key, id)?;
    }
    delete_object::delete(ctx, bucket, target)
}

#[derive(Debug, Default)]
struct Wish {
    targets: Vec<Target>,
    quiet: bool,
}

fn wish(request: &Request) -> S3Result<Wish> {
    let root = xml::read(&request.body, "Delete")?;
    let mut targets = Vec::new();
    for object in root.children("Object") {
        let key = object.text_of("Key").filter(|key| !key.is_empty());
        let key = key.ok_or(S3Error::MalformedXml)?.to_owned();
        let version_id = object.text_of("VersionId").filter(|id| !id.is_empty());
        let if_match = object.text_of("ETag").map(str::to_owned);
        targets.push(Target {
            key,
            version_id: version_id.map(str::to_owned),
            if_match,
            bypass: false,
        });
    }
    if targets.is_empty() || targets.len() > KEYS_MAX {
        return Err(S3Error::MalformedXml.into());
    }
    Ok(Wish { targets, quiet: truth(&root, "Quiet")?.unwrap_or(false) })
}

fn tell(xml: &mut Xml, target: &Target, deleted: &delete_object::Deleted) {
    xml.open("Deleted").text("Key", &target.key);
    xml.some("VersionId", target.version_id.as_deref());
    if deleted.is_marker {
        xml.text("DeleteMarker", "true");
        xml.some("DeleteMarkerVersionId", deleted.version_id.as_deref());
    }
    xml.close();
}

fn tell_error(xml: &mut Xml, target: &Target, error: &WireError) {
    xml.open("Error").text("Key", &target.key);
    xml.some("VersionId", target.version_id.as_deref());
    xml.text("Code", &error.code).some("Message", error.message.as_deref()).close();
}
