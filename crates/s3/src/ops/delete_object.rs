//! `DeleteObject`.
//!
//! Source: S3 API Reference, "DeleteObject".

use gateway::{Access, Ctx, Scope, Spec};

use crate::access::Needs;
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Versioning};
use crate::object;
use crate::preconditions;
use crate::request::Request;
use crate::response::Response;
use crate::{SERVICE, access, lock, writing};

/// Whether a marker was created or removed.
pub(crate) const MARKER: &str = "x-amz-delete-marker";
/// The marker's id, or that of the version that was removed.
pub(crate) const VERSION_ID: &str = "x-amz-version-id";

/// Deletes a version, or adds a delete marker.
#[derive(Debug)]
pub(crate) struct DeleteObject;

impl PlainApi for DeleteObject {
    const SPEC: Spec = Spec::writes(&SERVICE, "DeleteObject")
        .rest("DELETE", Scope::Object, &[])
        .data()
        .when_full();
    const ACTION: &'static str = "s3:DeleteObject";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(needs_of(ctx, bucket, request, request.version_id())?.into())
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        writing::refuse_unserved(request)?;
        preconditions::check_delete(request, || {
            object::newest(ctx.tx(), &bucket.name, &request.key)
        })?;
        if let Some(id) = request.version_id().filter(|_| request.listed) {
            expect_version(ctx, bucket, &request.key, id)?;
        }
        let target = Target {
            key: request.key.clone(),
            version_id: request.version_id().map(str::to_owned),
            bypass: lock::bypass(request, bucket)?,
        };
        let deleted = delete(ctx, bucket, &target)?;
        let marker = deleted.is_marker.then_some("true");
        Ok(Response::no_content()
            .with_some(MARKER, marker)
            .with_some(VERSION_ID, deleted.version_id))
    }
}

/// The rights that deleting a version, or the newest one, needs.
fn needs_of(
    ctx: &Ctx<'_>,
    bucket: &Bucket,
    request: &Request,
    version_id: Option<&str>,
) -> S3Result<Vec<Access>> {
    let action = if version_id.is_some() { "s3:DeleteObjectVersion" } else { DeleteObject::ACTION };
    let found = match version_id {
        // Observed: what cannot be an id is refused at once, but in a list of keys on its own.
        Some(id) if request.listed => object::listed(ctx.tx(), &bucket.name, &request.key, id)?,
        Some(id) => object::by_id(ctx.tx(), &bucket.name, &request.key, id)?,
        None => object::newest(ctx.tx(), &bucket.name, &request.key)?,
    };
    let right = |action| access::right_to_version(ctx, bucket, request, action, found.as_ref());
    let mut needs = vec![right(action)];
    // Source: S3 User Guide, "Enforce conditional deletes": an ETag needs the right to read.
    if preconditions::asks_etag(request) {
        needs.push(right("s3:GetObject"));
    }
    if lock::wants_bypass(request) && bucket.object_lock.is_some() {
        needs.push(right("s3:BypassGovernanceRetention"));
    }
    Ok(needs)
}

/// What shall go.
#[derive(Debug)]
struct Target {
    key: String,
    version_id: Option<String>,
    bypass: bool,
}

/// What went.
#[derive(Debug)]
struct Deleted {
    is_marker: bool,
    version_id: Option<String>,
}

/// Deletes. A missing key or version is not an error.
fn delete(ctx: &mut Ctx<'_>, bucket: &Bucket, target: &Target) -> S3Result<Deleted> {
    let (name, key) = (bucket.name.as_str(), target.key.as_str());
    let Some(id) = &target.version_id else {
        let newest = object::newest(ctx.tx(), name, key)?;
        return match (bucket.versioning, newest) {
            (Versioning::Unset, None) => Ok(Deleted { is_marker: false, version_id: None }),
            (Versioning::Unset, Some(version)) => {
                object::erase(ctx.tx_mut(), name, key, &version)?;
                Ok(Deleted { is_marker: false, version_id: None })
            }
            (Versioning::Enabled | Versioning::Suspended, _) => {
                let marker = object::push(ctx, bucket, key, bucket.owner.clone(), None)?;
                Ok(Deleted { is_marker: true, version_id: Some(marker.id) })
            }
        };
    };
    let found = object::by_id(ctx.tx(), name, key, id)?;
    let is_marker = match &found {
        None => false,
        Some(version) => {
            if let Some(stored) = &version.stored {
                stored.lock.check_delete(ctx.now(), target.bypass)?;
            }
            object::erase(ctx.tx_mut(), name, key, version)?;
            version.is_marker()
        }
    };
    Ok(Deleted { is_marker, version_id: Some(id.clone()) })
}

/// Observed: in a list of keys, a version that never was is an error; one that was deleted is not.
fn expect_version(ctx: &Ctx<'_>, bucket: &Bucket, key: &str, id: &str) -> S3Result<()> {
    match object::listed(ctx.tx(), &bucket.name, key, id)? {
        Some(_) => Ok(()),
        None if object::was_made(&bucket.name, key, id) => Ok(()),
        None => Err(S3Error::NoSuchVersion { key: key.to_owned(), version: id.to_owned() }.into()),
    }
}
