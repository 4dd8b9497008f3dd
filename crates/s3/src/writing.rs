//! What every operation that writes an object reads from its request.

use gateway::{Access, Ctx, Failure};
use policy::Principal;
use types::AccountId;

use crate::acl::{self, Owners};
use crate::error::{S3Error, S3Result};
use crate::limits::METADATA_BYTES_MAX;
use crate::model::{Bucket, Lock, Stored, Version};
use crate::object::{quoted, written_id};
use crate::request::Request;
use crate::tags;
use crate::upload::Stowed;
use crate::{access, owning};

/// Source: S3 API Reference, "PutObject".
const STORAGE_CLASSES: [&str; 9] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
    "EXPRESS_ONEZONE",
];
const DEFAULT_TYPE: &str = "binary/octet-stream";
/// Headers that are stored with an object and returned when it is read.
const KEPT_HEADERS: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-website-redirect-location",
];
const CHUNKED: &str = "aws-chunked";

/// The properties of the written object besides its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Attributes {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) storage_class: String,
    pub(crate) acl: crate::model::Acl,
    pub(crate) lock: Lock,
    pub(crate) owner: AccountId,
}

impl Attributes {
    /// Reads them all; errors as S3 does for the first that is wrong.
    pub(crate) fn of(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Self> {
        let owner = owning::of_write(ctx, request, bucket);
        let acl = acl::settle(bucket, request, &Owners::of(bucket, &owner))?;
        if acl.is_public() && bucket.blocks().block_acls {
            let resource = format!("{}/{}", bucket.name, request.key);
            return Err(acl::blocked(ctx, &resource, "s3:PutObject").into());
        }
        let tags = match request.header("x-amz-tagging") {
            Some(text) => tags::from_header(&text)?,
            None => Vec::new(),
        };
        Ok(Self {
            headers: headers(request),
            metadata: metadata(request)?,
            tags,
            storage_class: storage_class(request)?,
            acl,
            lock: Lock::of_write(request, bucket, ctx.now())?,
            owner,
        })
    }

    /// The object of these attributes and one run of bytes.
    pub(crate) fn with_bytes(self, stowed: Stowed) -> Stored {
        Stored {
            size: stowed.piece.size,
            etag: stowed.etag,
            pieces: vec![stowed.piece],
            multipart: false,
            envelope: stowed.envelope,
            checksum: Some(stowed.checksum),
            headers: self.headers,
            metadata: self.metadata,
            tags: self.tags,
            storage_class: self.storage_class,
            acl: self.acl,
            lock: self.lock,
        }
    }
}

/// The headers that are returned with the object.
///
/// Observed: `aws-chunked` is how it was sent, not what it is.
pub(crate) fn headers(request: &Request) -> Vec<(String, String)> {
    let sent = |name| request.latin(name).or_else(|| request.header(name));
    let kind = sent("content-type").filter(|kind| !kind.is_empty());
    let kind = kind.unwrap_or_else(|| DEFAULT_TYPE.to_owned());
    let mut headers = vec![("content-type".to_owned(), kind)];
    for name in KEPT_HEADERS {
        let Some(mut value) = sent(name) else { continue };
        if name == "content-encoding" {
            let codings = value.split(',').map(str::trim).filter(|coding| *coding != CHUNKED);
            value = codings.collect::<Vec<_>>().join(",");
        }
        if !value.is_empty() {
            headers.push((name.to_owned(), value));
        }
    }
    headers
}

/// User metadata within their limit.
pub(crate) fn metadata(request: &Request) -> S3Result<Vec<(String, String)>> {
    let metadata = request.metadata();
    let size = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > METADATA_BYTES_MAX {
        return Err(S3Error::MetadataTooLarge { size }.into());
    }
    Ok(metadata)
}

fn storage_class(request: &Request) -> S3Result<String> {
    let header = "x-amz-storage-class";
    let class = request.header(header).unwrap_or_else(|| "STANDARD".to_owned());
    if STORAGE_CLASSES.contains(&class.as_str()) && class != "EXPRESS_ONEZONE" {
        Ok(class)
    } else {
        Err(S3Error::InvalidStorageClass { value: class }.into())
    }
}

/// The rights that writing an object needs.
pub(crate) fn needs(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request) -> Vec<Access> {
    let mut needs = vec![access::on_path(ctx, bucket, request, "s3:PutObject")];
    let also = [
        ("x-amz-tagging", "s3:PutObjectTagging"),
        ("x-amz-object-lock-mode", "s3:PutObjectRetention"),
        ("x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold"),
    ];
    for (header, action) in also {
        if request.header(header).is_some() {
            needs.push(access::on_path(ctx, bucket, request, action));
        }
    }
    needs.extend(needs_acl(ctx, bucket, request));
    needs
}

/// The permission to set the ACL of a write. With ACLs disabled, the bucket owner's full control
/// needs none.
///
/// Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", and S3 User Guide,
/// "Bucket policy examples": a writer that must hand over its objects is allowed only
/// `s3:PutObject`. S3 API Reference, "PutObject": an ACL requires `s3:PutObjectAcl`. So a service
/// needs nothing more, and an account allows its own principals what they hand over.
fn needs_acl(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request) -> Option<Access> {
    let owners = Owners::of(bucket, &bucket.owner);
    let acl = acl::requested(request, &owners).ok().flatten();
    let is_service = matches!(ctx.caller().principal, Principal::Service { .. });
    if !bucket.has_acls() || acl.is_none() || is_service {
        return None;
    }
    let mut access = access::on_path(ctx, bucket, request, "s3:PutObjectAcl");
    access.granted = access::may(ctx, bucket, "s3:PutObject");
    if let Some(writer) = ctx.caller().principal.account() {
        owning::hand_to(ctx, bucket, writer, &mut access);
    }
    Some(access)
}

/// The headers that describe what was written.
pub(crate) fn response_headers(version: &Version) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let Some(stored) = &version.stored else { return headers };
    headers.push(("etag".to_owned(), quoted(&stored.etag)));
    headers.extend(stored.checksum.iter().flat_map(crate::model::Checksum::headers));
    headers.extend(stored.envelope.headers());
    // Observed: a write of the null version names no id.
    if let Some(id) = written_id(version) {
        headers.push(("x-amz-version-id".to_owned(), id));
    }
    headers
}

/// Rejects conditions that S3 supports only for directory buckets.
pub(crate) fn refuse_unserved(request: &Request) -> Result<(), Failure<S3Error>> {
    for header in
        ["x-amz-if-match-size", "x-amz-if-match-last-modified-time", "x-amz-write-offset-bytes"]
    {
        if request.header(header).is_some() {
            return Err(S3Error::NotImplemented {
                header: header.to_owned(),
                additional: String::new(),
            }
            .into());
        }
    }
    Ok(())
}
