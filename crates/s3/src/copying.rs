//! The source of a copy: naming it, reading it, and carrying its bytes over.

use std::ops::Range;
use std::sync::Arc;

use gateway::{Access, Ctx};

use crate::body::{Reader, frames_aad};
use crate::bucket;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Stored, Version};
use crate::object;
use crate::preconditions::{self, Side};
use crate::request::Request;
use crate::{access, customer_key};

const HEADER: &str = "x-amz-copy-source";

/// What `x-amz-copy-source` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceName {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version_id: Option<String>,
}

impl SourceName {
    /// Source: S3 API Reference, "CopyObject": URL-encoded, with or without a leading slash.
    /// Observed: a plus is a space.
    pub(crate) fn of(request: &Request) -> S3Result<Self> {
        let text = request.header(HEADER).unwrap_or_default();
        Self::parse(&text).ok_or_else(|| {
            let message = "Invalid copy source object key";
            S3Error::argument(message, HEADER, HEADER).into()
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (path, query) = match text.rsplit_once("?versionId=") {
            Some((path, id)) => (path, Some(id)),
            None => (text, None),
        };
        let path = behind_host(path)?;
        let path = wire::uri::decode(&path.replace('+', " "))?;
        // Observed: also where the slash is encoded like the rest.
        let path = path.strip_prefix('/').unwrap_or(&path);
        let (bucket, key) = path.split_once('/')?;
        if bucket.is_empty() || key.is_empty() {
            return None;
        }
        let version_id = query.map(str::to_owned);
        Some(Self { bucket: bucket.to_owned(), key: key.to_owned(), version_id })
    }
}

/// The path of a whole URL, or the path that it is.
///
/// Assumed: S3 accepts a URL of any host, with the bucket in the path.
fn behind_host(text: &str) -> Option<&str> {
    match text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) {
        Some(rest) => rest.find('/').and_then(|start| rest.get(start..)),
        None => Some(text),
    }
}

/// A source that was found and whose conditions hold.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) bucket: Arc<Bucket>,
    pub(crate) name: SourceName,
    pub(crate) version: Version,
    pub(crate) stored: Stored,
}

/// The rights that reading the source needs.
pub(crate) fn needs(ctx: &Ctx<'_>, request: &Request) -> S3Result<Vec<Access>> {
    Ok(Asked::of(ctx, request)?.needs(ctx))
}

/// The source of a request, whether it exists or not.
pub(crate) struct Asked {
    bucket: Arc<Bucket>,
    /// A request for the source itself.
    request: Request,
    has_id: bool,
    found: Option<Version>,
}

impl Asked {
    pub(crate) fn of(ctx: &Ctx<'_>, request: &Request) -> S3Result<Self> {
        let name = SourceName::of(request)?;
        let bucket = bucket::load(ctx, &name.bucket)?;
        access::expect_owner(request, "x-amz-source-expected-bucket-owner", &bucket)?;
        let id = name.version_id.as_deref();
        let found = object::seek(ctx, &bucket, &name.key, id)?;
        let has_id = id.is_some();
        let headers = request.headers.clone();
        let SourceName { bucket: bucket_name, key, .. } = name;
        let mut request = Request::object(bucket_name, key);
        request.headers = headers;
        Ok(Self { bucket, request, has_id, found })
    }

    pub(crate) fn needs(&self, ctx: &Ctx<'_>) -> Vec<Access> {
        let mut needs = vec![self.right(ctx, "s3:GetObject", "s3:GetObjectVersion")];
        if self.found.as_ref().is_none_or(Version::is_marker) && !self.has_id {
            let arn = access::bucket_arn(&self.bucket.name);
            needs.push(access::right(ctx, &self.bucket, &self.request, "s3:ListBucket", arn));
        }
        needs
    }

    /// The right to read its tags; `None` if it has none.
    pub(crate) fn needs_tags(&self, ctx: &Ctx<'_>) -> Option<Access> {
        let stored = self.found.as_ref()?.stored.as_ref()?;
        let tagged = !stored.tags.is_empty();
        tagged.then(|| self.right(ctx, "s3:GetObjectTagging", "s3:GetObjectVersionTagging"))
    }

    fn right(&self, ctx: &Ctx<'_>, newest: &str, version: &str) -> Access {
        let action = if self.has_id { version } else { newest };
        access::right_to_version(ctx, &self.bucket, &self.request, action, self.found.as_ref())
    }
}

impl Source {
    /// Observed: a delete marker named by its ID gets another error than a missing key; an archived
    /// object gets its own error as a source, not the model's `ObjectNotInActiveTierError` (reports
    /// to s3cmd, pull request 193, and to Hadoop's S3A).
    pub(crate) fn find(ctx: &Ctx<'_>, request: &Request) -> S3Result<Self> {
        let name = SourceName::of(request)?;
        let bucket = bucket::load(ctx, &name.bucket)?;
        let id = name.version_id.as_deref();
        let version = object::expect(ctx, &bucket, &name.key, id)?;
        let Some(stored) = version.stored.clone() else {
            return Err(S3Error::request(
                "The source of a copy request may not specifically refer to a delete marker by \
                 version id.",
            )
            .into());
        };
        if stored.is_archived() {
            return Err(S3Error::ArchivedSource { class: stored.storage_class }.into());
        }
        let (etag, modified) = (stored.etag.as_str(), version.modified);
        preconditions::check_read(request, Side::CopySource, etag, modified, ctx.now())?;
        // Nothing is copied before the body is here, though it means nothing.
        request.document()?;
        Ok(Self { bucket, name, version, stored })
    }

    /// The bytes of a range, opened as the caller.
    pub(crate) fn read(
        &self,
        ctx: &mut Ctx<'_>,
        request: &Request,
        wanted: &Range<u64>,
    ) -> S3Result<Reader> {
        let (bucket, key) = (&self.bucket, &self.name.key);
        let root = self.stored.envelope.open(ctx, request, bucket, key, customer_key::SOURCE)?;
        let aad = frames_aad(&bucket.name, key);
        Reader::new(ctx, &self.stored.pieces, &root, &aad, wanted)
    }

    /// The version that was copied, if it has an id.
    pub(crate) fn shown_id(&self) -> Option<String> {
        object::written_id(&self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_bucket_and_a_key() {
        for (text, want) in [
            ("b/k", Some(("b", "k", None))),
            ("/b/a%20b/%E3%81%82", Some(("b", "a b/あ", None))),
            ("b/k?versionId=null", Some(("b", "k", Some("null")))),
            ("http://s3.amazonaws.com/b/k", Some(("b", "k", None))),
            ("https://s3.amazonaws.com", None),
            ("%2Fb%2Fk", Some(("b", "k", None))),
            ("b/a+b", Some(("b", "a b", None))),
            ("b/a%2Bb", Some(("b", "a+b", None))),
            ("b", None),
            ("b/", None),
            ("/", None),
            ("", None),
        ] {
            let got = SourceName::parse(text);
            let got = got
                .as_ref()
                .map(|name| (name.bucket.as_str(), name.key.as_str(), name.version_id.as_deref()));
            assert_eq!(got, want, "{text}");
        }
    }
}
