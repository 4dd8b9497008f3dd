//! `CopyObject`.
//!
//! Source: S3 API Reference, "CopyObject".

use gateway::{Ctx, Scope, Spec};

use crate::SERVICE;
use crate::access;
use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::body::frames_aad;
use crate::copying::{self, Source};
use crate::encryption;
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::model::{Algorithm, Bucket, Kind};
use crate::object::{self, quoted};
use crate::preconditions::WriteCondition;
use crate::request::Request;
use crate::response::Response;
use crate::upload::{Proofs, UPLOAD_BYTES_MAX, Upload};
use crate::writing::{self, Attributes};
use crate::xml::{Xml, body_time};

/// Copies an object within the server.
#[derive(Debug)]
pub(crate) struct CopyObject;

impl Api for CopyObject {
    const SPEC: Spec = Spec::writes(&SERVICE, "CopyObject")
        .rest("PUT", Scope::Object, &[])
        .data()
        .header("x-amz-copy-source");
    const EVENT: Shape = Shape::BYTES;
    const CHOOSES_ENCRYPTION: bool = true;
    const ACTION: &'static str = "s3:PutObject";
    type Work = Copied;

    /// Source: S3 User Guide, "Required permissions for Amazon S3 API operations": tags that are
    /// copied are read and written.
    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        let mut needs = writing::needs(ctx, bucket, request);
        let source = copying::Asked::of(ctx, request)?;
        needs.extend(source.needs(ctx));
        let copies_tags = request.header("x-amz-tagging-directive").as_deref() != Some("REPLACE");
        if let Some(tags) = source.needs_tags(ctx).filter(|_| copies_tags) {
            needs.push(tags);
            needs.push(access::on_path(ctx, bucket, request, "s3:PutObjectTagging"));
        }
        Ok(needs.into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Copied> {
        let condition = WriteCondition::of(request)?;
        let source = Source::find(ctx, request)?;
        if source.stored.size > UPLOAD_BYTES_MAX {
            return Err(S3Error::request(
                "The specified copy source is larger than the maximum allowable size for a copy \
                 source: 5368709120",
            )
            .into());
        }
        Changes::of(request)?.check(request, &source)?;
        Attributes::of(ctx, request, bucket)?;
        let key = request.key.clone();
        condition.check(&key, object::newest(ctx.tx(), &bucket.name, &key)?.as_ref())?;
        let algorithm = match request.header("x-amz-checksum-algorithm") {
            Some(name) => Algorithm::parse(&name)?,
            None => inherited(&source),
        };
        let (envelope, root) = encryption::begin(ctx, request, bucket, &key)?;
        let aad = frames_aad(&bucket.name, &key);
        let proofs = Proofs::computing(algorithm);
        let mut upload = Upload::new(ctx, envelope, &root, &aad, proofs)?;
        upload.fill(source.read(ctx, request, &(0..source.stored.size))?)?;
        Ok(Copied { source, upload })
    }

    fn run(
        ctx: &mut Ctx<'_>,
        request: &Request,
        seen: &Seen,
        copied: &mut Copied,
    ) -> S3Result<Response> {
        let bucket = &*seen.bucket;
        let key = request.key.clone();
        let newest = object::newest(ctx.tx(), &bucket.name, &key)?;
        WriteCondition::of(request)?.check(&key, newest.as_ref())?;
        // The data that was read is copied, even if the source has changed since.
        let source = &copied.source;
        let mut attributes = Attributes::of(ctx, request, bucket)?;
        Changes::of(request)?.apply(source, &mut attributes);
        let bytes = copied.upload.stow(ctx)?;
        let owner = attributes.owner.clone();
        let stored = attributes.with_bytes(bytes);
        let version = object::push(ctx, bucket, &key, owner, Some(stored))?;
        let mut xml = Xml::result("CopyObjectResult");
        if let Some(stored) = &version.stored {
            xml.text("LastModified", body_time(version.modified));
            xml.text("ETag", quoted(&stored.etag));
            if let Some(checksum) = &stored.checksum {
                xml.text(&checksum.algorithm.element(), &checksum.value);
                xml.text("ChecksumType", checksum.kind.name());
            }
        }
        // The ETag and the checksum are in the document.
        let response_headers = writing::response_headers(&version);
        let response_headers = response_headers
            .into_iter()
            .filter(|(name, _)| name != "etag" && !name.starts_with("x-amz-checksum-"));
        Ok(Response::xml(xml)
            .with_all(response_headers)
            .with_some("x-amz-copy-source-version-id", source.shown_id()))
    }
}

/// A source and its bytes, encrypted again.
pub(crate) struct Copied {
    pub(crate) source: Source,
    pub(crate) upload: Upload,
}

/// Observed: a copy has the source's algorithm, over the whole object.
fn inherited(source: &Source) -> Algorithm {
    let checksum = source.stored.checksum.as_ref();
    checksum.map_or(Algorithm::Crc64Nvme, |checksum| match checksum.kind {
        Kind::FullObject | Kind::Composite => checksum.algorithm,
    })
}

/// What the copy takes from the request rather than from the source.
struct Changes {
    metadata: bool,
    tags: bool,
}

impl Changes {
    fn of(request: &Request) -> S3Result<Self> {
        let replaces = |header: &str| match request.header(header).as_deref() {
            None | Some("COPY") => Ok(false),
            Some("REPLACE") => Ok(true),
            Some(other) => {
                let what = if header.contains("tagging") { "tagging" } else { "metadata" };
                Err(S3Error::argument(format!("Unknown {what} directive."), header, other))
            }
        };
        Ok(Self {
            metadata: replaces("x-amz-metadata-directive")?,
            tags: replaces("x-amz-tagging-directive")?,
        })
    }

    /// Observed: a copy onto itself must change something.
    fn check(&self, request: &Request, source: &Source) -> S3Result<()> {
        let itself = source.bucket.name == request.bucket
            && source.name.key == request.key
            && source.name.version_id.is_none();
        let changing = [
            "x-amz-storage-class",
            "x-amz-website-redirect-location",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-checksum-algorithm",
        ];
        let changes = self.metadata || changing.iter().any(|name| request.header(name).is_some());
        // Observed: the default that was set for the bucket counts as a change, regardless of its value.
        let reencrypts = source.bucket.encryption.chosen;
        if itself && !changes && !reencrypts {
            return Err(S3Error::request(
                "This copy request is illegal because it is trying to copy an object to itself \
                 without changing the object's metadata, storage class, website redirect location \
                 or encryption attributes.",
            )
            .into());
        }
        Ok(())
    }

    /// Source: S3 API Reference: storage class, ACL, lock and encryption are never inherited.
    fn apply(&self, source: &Source, attributes: &mut Attributes) {
        if !self.metadata {
            let redirect = "x-amz-website-redirect-location";
            let own = attributes.headers.iter().filter(|(name, _)| name == redirect).cloned();
            let own: Vec<_> = own.collect();
            attributes.headers.clone_from(&source.stored.headers);
            attributes.headers.retain(|(name, _)| name != redirect);
            attributes.headers.extend(own);
            attributes.metadata.clone_from(&source.stored.metadata);
        }
        if !self.tags {
            attributes.tags.clone_from(&source.stored.tags);
        }
    }
}
