//! `GetObject` and `HeadObject`.
//!
//! Source: S3 API Reference, "GetObject", "HeadObject".

use std::ops::Range;
use std::sync::Arc;

use gateway::{Auth, Ctx, Scope, Spec};

use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::body::{self, Reader, frames_aad};
use crate::customer_key;
use crate::encoded_word;
use crate::encryption::demand_version_4;
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::latin;
use crate::model::{Bucket, Checksum, Scheme, Stored, Version};
use crate::object::{self, quoted, shown_id};
use crate::preconditions::{self, Side};
use crate::range;
use crate::request::{Request, to_usize};
use crate::response::Response;
use crate::{SERVICE, access};

/// Source: S3 User Guide, "Multipart upload limits".
const PARTS_MAX: u32 = 10_000;
/// Query parameters that replace headers of the response.
const OVERRIDES: [(&str, &str); 6] = [
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

/// Reads an object.
#[derive(Debug)]
pub struct GetObject;

impl Api for GetObject {
    const SPEC: Spec =
        Spec::reads(&SERVICE, "GetObject").rest("GET", Scope::Object, &[]).data().brief();
    const EVENT: Shape = Shape::BYTES;
    const ACTION: &'static str = "s3:GetObject";
    type Work = ();

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        access::to_read(ctx, bucket, request, (Self::ACTION, "s3:GetObjectVersion"))
    }

    fn prepare(_: &mut Ctx<'_>, _: &Request, _: &Bucket) -> S3Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, seen: &Seen, (): &mut ()) -> S3Result<Response> {
        let found = Found::new(ctx, request, seen, "GET")?;
        if found.stored.is_archived() {
            let class = found.stored.storage_class.clone();
            return Err(S3Error::InvalidObjectState { class }.into());
        }
        let (envelope, key) = (found.stored.envelope.clone(), request.key.clone());
        let root = envelope.open(ctx, request, &found.bucket, &key, customer_key::TARGET)?;
        let aad = frames_aad(&found.bucket.name, &key);
        let reader = Reader::new(ctx, &found.stored.pieces, &root, &aad, &found.wanted)?;
        let body = body::answer(reader, &found.wanted)?;
        Ok(Response { body, ..found.response(ctx, request)? })
    }
}

/// Returns everything about an object except its bytes.
#[derive(Debug)]
pub struct HeadObject;

impl Api for HeadObject {
    const SPEC: Spec =
        Spec::reads(&SERVICE, "HeadObject").rest("HEAD", Scope::Object, &[]).data().brief();
    const ACTION: &'static str = "s3:GetObject";
    type Work = ();

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        access::to_read(ctx, bucket, request, (Self::ACTION, "s3:GetObjectVersion"))
    }

    fn prepare(_: &mut Ctx<'_>, _: &Request, _: &Bucket) -> S3Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, seen: &Seen, (): &mut ()) -> S3Result<Response> {
        let found = Found::new(ctx, request, seen, "HEAD")?;
        // Source: S3 API Reference: checksums of SSE-KMS objects need `kms:Decrypt`.
        let envelope = found.stored.envelope.clone();
        // Version 2 is refused as for the bytes: see `demand_version_4`.
        if envelope.scheme.uses_kms() && ctx.call().has_signature_v2() {
            demand_version_4(ctx)?;
        }
        let asks_key = envelope.scheme == Scheme::Customer || wants_checksum(request);
        if asks_key {
            let key = request.key.clone();
            envelope.open(ctx, request, &found.bucket, &key, customer_key::TARGET)?;
        } else {
            // Source: S3 API Reference, "HeadObject": the response is that of GET without a body.
            customer_key::refuse(request, customer_key::TARGET)?;
        }
        let length = found.wanted.end.saturating_sub(found.wanted.start);
        Ok(found.response(ctx, request)?.with("content-length", length.to_string()))
    }
}

fn wants_checksum(request: &Request) -> bool {
    request.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"))
}

/// An object whose conditions hold, and the requested bytes.
struct Found {
    bucket: Arc<Bucket>,
    version: Version,
    stored: Stored,
    wanted: Range<u64>,
    /// Whether the status is 206.
    partial: bool,
    /// The requested part, from zero, and the number of parts.
    part: Option<usize>,
    parts: Option<usize>,
}

impl Found {
    fn new(ctx: &Ctx<'_>, request: &Request, seen: &Seen, method: &str) -> S3Result<Self> {
        let bucket = Arc::clone(&seen.bucket);
        let version = match seen.version.clone().filter(|version| !version.is_marker()) {
            Some(version) => version,
            None => object::expect(ctx, &bucket, &request.key, request.version_id())?,
        };
        let stored = version.content(method)?.clone();
        let etag = stored.etag.clone();
        preconditions::check_read(request, Side::Read, &etag, version.modified, ctx.now())?;
        let whole = 0..stored.size;
        let mut found = Self {
            bucket,
            version,
            stored,
            wanted: whole,
            partial: false,
            part: None,
            parts: None,
        };
        match (request.header("range"), request.filled("partNumber")) {
            (None, None) => {}
            (Some(_), Some(_)) => {
                return Err(S3Error::request(
                    "Cannot specify both Range header and partNumber query parameter",
                )
                .into());
            }
            (Some(header), None) => {
                if let Some(wanted) = range::parse(&header, found.stored.size)? {
                    (found.wanted, found.partial) = (wanted, true);
                }
            }
            (None, Some(number)) => found.choose_part(number)?,
        }
        Ok(found)
    }

    fn choose_part(&mut self, text: &str) -> S3Result<()> {
        let number = text.parse::<u32>().ok().filter(|number| (1..=PARTS_MAX).contains(number));
        let Some(number) = number else {
            let message = "Part number must be an integer between 1 and 10000, inclusive";
            return Err(S3Error::argument(message, "partNumber", text).into());
        };
        let pieces = &self.stored.pieces;
        let index = to_usize(number).saturating_sub(1);
        let Some(piece) = pieces.get(index) else {
            return Err(
                S3Error::InvalidPartNumber { requested: number, actual: pieces.len() }.into()
            );
        };
        let start: u64 = pieces.iter().take(index).map(|piece| piece.size).sum();
        self.wanted = start..start.saturating_add(piece.size);
        self.partial = true;
        self.part = self.stored.multipart.then_some(index);
        self.parts = self.stored.multipart.then_some(pieces.len());
        Ok(())
    }

    /// The checksum of a part.
    ///
    /// Observed: a part has its own, of the object's type.
    fn part_checksum(&self, index: usize) -> Option<Checksum> {
        let whole = self.stored.checksum.as_ref()?;
        let value = self.stored.pieces.get(index)?.checksum.clone()?;
        Some(Checksum { value, ..whole.clone() })
    }

    fn response(&self, ctx: &mut Ctx<'_>, request: &Request) -> S3Result<Response> {
        let stored = &self.stored;
        let mut headers = stored.headers.clone();
        override_headers(ctx, request, &mut headers)?;
        let mut response =
            Response::empty(if self.partial { 206 } else { 200 })
                .with("accept-ranges", "bytes")
                .with("last-modified", self.version.modified.http_date())
                .with("etag", quoted(&stored.etag))
                .with_all(headers)
                .with_all(stored.metadata.iter().map(|(name, value)| {
                    (format!("x-amz-meta-{name}"), encoded_word::encode(value))
                }))
                .with_all(stored.envelope.headers())
                .with_some("x-amz-version-id", shown_id(&self.bucket, &self.version))
                .with_all(stored.lock.headers())
                .with_some("x-amz-mp-parts-count", self.parts.map(|parts| parts.to_string()));
        if self.partial && stored.size > 0 {
            let last = self.wanted.end.saturating_sub(1);
            let text = format!("bytes {}-{last}/{}", self.wanted.start, stored.size);
            response = response.with("content-range", text);
        }
        // Source: S3 API Reference: the count is returned to callers that may read the tags.
        if !stored.tags.is_empty() {
            let (tags, bucket) = ("s3:GetObjectTagging", &self.bucket);
            let version = Some(&self.version);
            let needed = access::right_to_version(ctx, bucket, request, tags, version);
            if gateway::allows(ctx, needed)? {
                response = response.with("x-amz-tagging-count", stored.tags.len().to_string());
            }
        }
        if stored.storage_class != "STANDARD" {
            response = response.with("x-amz-storage-class", &stored.storage_class);
        }
        // Observed: a checksum belongs to the whole object, and so to a range that covers it.
        let whole = self.wanted == (0..stored.size);
        let checksum = match self.part {
            Some(index) => self.part_checksum(index),
            None => stored.checksum.clone().filter(|_| whole),
        };
        if wants_checksum(request) {
            response = response.with_all(checksum.iter().flat_map(Checksum::headers));
        }
        Ok(response)
    }
}

/// Source: S3 API Reference: overrides need a signature.
fn override_headers(
    ctx: &Ctx<'_>,
    request: &Request,
    headers: &mut Vec<(String, String)>,
) -> S3Result<()> {
    for (param, header) in OVERRIDES {
        // Observed: an empty one is ignored.
        let Some(value) = request.filled(param) else { continue };
        if ctx.call().origin.as_ref().is_some_and(|origin| origin.auth == Auth::None) {
            return Err(S3Error::request(
                "Request specific response headers cannot be used for anonymous GET requests.",
            )
            .into());
        }
        // Observed.
        if !latin::holds(value) {
            let message = "Header value cannot be represented using ISO-8859-1.";
            return Err(S3Error::argument(message, param, value).into());
        }
        headers.retain(|(name, _)| name != header);
        headers.push((header.to_owned(), value.to_owned()));
    }
    Ok(())
}
