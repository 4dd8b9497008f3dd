//! `DeleteObjects`.
//!
//! Source: S3 API Reference, "DeleteObjects".

use gateway::{BodyLimit, Ctx, Part, Refused, Scope, Spec, WireError};

use super::delete_object::{self, DeleteObject};
use crate::access::Needs;
use crate::api::{Api, Call, Seen};
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::model::Bucket;
use crate::request::Request;
use crate::response::Response;
use crate::settings::truth;
use crate::xml::{self, Xml};
use crate::{SERVICE, checksum, lock};

/// Source: S3 API Reference: 1,000 keys.
const KEYS_MAX: usize = 1_000;
/// Keys of 1,024 bytes, each of which may be escaped to six times that.
const DOCUMENT_BYTES_MAX: usize = 8 << 20;

/// Conditions on a key, and the headers of `DeleteObject` that they correspond to.
const CONDITIONS: [(&str, &str); 3] = [
    ("ETag", "if-match"),
    ("LastModifiedTime", "x-amz-if-match-last-modified-time"),
    ("Size", "x-amz-if-match-size"),
];
/// Headers of the request that matter for each of its keys.
const SHARED_HEADERS: [&str; 4] =
    ["host", "x-amz-bypass-governance-retention", "x-amz-content-sha256", "x-amz-mfa"];

/// Deletes many keys; each is authorized, may fail, and is recorded on its own.
///
/// Source: "AWS CloudTrail enhances logging for Amazon S3 DeleteObjects API", June 2025: the event
/// of the whole call names no key, and every key has a `DeleteObject` event.
/// Assumed: CloudTrail records it as that of a `DeleteObject` call, under the id of the whole request,
/// with the error of a key that fails.
#[derive(Debug)]
pub(crate) struct DeleteObjects;

impl Api for DeleteObjects {
    const SPEC: Spec = Spec::writes(&SERVICE, "DeleteObjects")
        .rest("POST", Scope::Bucket, &["delete"])
        .data()
        .body(BodyLimit::Buffered(DOCUMENT_BYTES_MAX))
        .when_full();
    const EVENT: Shape = Shape::PREFIX;
    const ACTION: &'static str = DeleteObject::ACTION;
    type Work = Parts;

    /// Source: S3 API Reference: every key is authorized on its own, and refused on its own.
    fn needs(_: &Ctx<'_>, _: &Request, _: &Bucket) -> S3Result<Needs> {
        Ok(Vec::new().into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Parts> {
        checksum::demand_digest(request)?;
        let Wanted { targets, quiet } = wanted(request)?;
        lock::bypass(request, bucket)?;
        let mut parts = Vec::with_capacity(targets.len());
        for target in targets {
            let part = ctx.admit_part(target.request(request))?;
            parts.push((target, part));
        }
        Ok(Parts { parts, quiet })
    }

    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        seen: &Seen,
        Parts { parts, quiet }: &mut Parts,
    ) -> S3Result<Response> {
        lock::bypass(request, &seen.bucket)?;
        let mut xml = Xml::result("DeleteResult");
        for (target, part) in parts {
            match ctx.run_part(part) {
                Ok(deleted) if !*quiet => push_deleted(&mut xml, target, &deleted),
                Ok(_) => {}
                Err(Refused::Internal(error)) => return Err(error.into()),
                Err(Refused::Wire(error) | Refused::Denied(error)) => {
                    push_error(&mut xml, target, &error);
                }
            }
        }
        Ok(Response::xml(xml))
    }
}

/// The keys, each authorized.
#[derive(Debug)]
pub(crate) struct Parts {
    parts: Vec<(Target, Part<Call<DeleteObject>>)>,
    quiet: bool,
}

/// One of the keys.
#[derive(Debug)]
struct Target {
    key: String,
    version_id: Option<String>,
    conditions: Vec<(&'static str, String)>,
}

impl Target {
    /// The call that deletes it.
    fn request(&self, whole: &Request) -> Request {
        let mut one = Request::object(&whole.bucket, &self.key);
        one.listed = true;
        for name in SHARED_HEADERS {
            if let Some(value) = whole.header(name) {
                one = one.with_header(name, &value);
            }
        }
        for (header, value) in &self.conditions {
            one = one.with_header(header, value);
        }
        match &self.version_id {
            Some(id) => one.with_query("versionId", id),
            None => one,
        }
    }
}

#[derive(Debug, Default)]
struct Wanted {
    targets: Vec<Target>,
    quiet: bool,
}

fn wanted(request: &Request) -> S3Result<Wanted> {
    let root = xml::read(request.document()?, "Delete")?;
    let mut targets = Vec::new();
    for object in root.children("Object") {
        let key = object.text_of("Key").filter(|key| !key.is_empty());
        let key = key.ok_or(S3Error::MalformedXml)?.to_owned();
        let version_id = object.text_of("VersionId").filter(|id| !id.is_empty());
        let version_id = version_id.map(str::to_owned);
        let condition = |(element, header): &(&str, &'static str)| {
            Some((*header, object.text_of(element)?.to_owned()))
        };
        let conditions = CONDITIONS.iter().filter_map(condition).collect();
        targets.push(Target { key, version_id, conditions });
    }
    if targets.is_empty() || targets.len() > KEYS_MAX {
        return Err(S3Error::MalformedXml.into());
    }
    Ok(Wanted { targets, quiet: truth(&root, "Quiet")?.unwrap_or(false) })
}

fn push_deleted(xml: &mut Xml, target: &Target, deleted: &Response) {
    xml.open("Deleted").text("Key", &target.key);
    xml.some("VersionId", target.version_id.as_deref());
    if deleted.header(delete_object::MARKER).is_some() {
        xml.text("DeleteMarker", "true");
        xml.some("DeleteMarkerVersionId", deleted.header(delete_object::VERSION_ID));
    }
    xml.close();
}

fn push_error(xml: &mut Xml, target: &Target, error: &WireError) {
    xml.open("Error").text("Key", &target.key);
    xml.some("VersionId", target.version_id.as_deref());
    xml.text("Code", &error.code).some("Message", error.message.as_deref()).close();
}
