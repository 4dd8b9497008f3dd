//! `ListObjectVersions`.
//!
//! Source: S3 API Reference, "ListObjectVersions".

use gateway::{Ctx, Spec};

use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::list::{self, Entry, Page, Query};
use crate::listing::{self, Begin, Encoding};
use crate::model::{Bucket, Version, row_key};
use crate::object::{self, NULL, VERSIONS, quoted};
use crate::request::Request;
use crate::response::Response;
use crate::settings::reads;
use crate::xml::{Xml, body_time};

/// Lists all versions and delete markers.
#[derive(Debug)]
pub(crate) struct ListObjectVersions;

/// A version and whether it is the newest of its key.
type Line = (Version, bool);

impl PlainApi for ListObjectVersions {
    const SPEC: Spec = reads("ListObjectVersions", &["versions"]).data().when_full();
    const EVENT: Shape = Shape::PREFIX;
    const ACTION: &'static str = "s3:ListBucketVersions";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let encoding = Encoding::of(request)?;
        let key_marker = request.param("key-marker").unwrap_or_default();
        let id_marker = request.param("version-id-marker");
        // Observed: versions have a separate error.
        if request.filled("max-keys").is_some_and(|text| text.starts_with('-')) {
            return Err(S3Error::named("max-keys cannot be negative", "max-keys").into());
        }
        let query = listing::query(request, "max-keys", key_marker)?;
        let begin = begin(ctx, &bucket.name, key_marker, id_marker)?;
        let page = page(ctx, &bucket.name, &query, &begin)?;
        let mut xml = Xml::result("ListVersionsResult");
        xml.text("Name", &bucket.name).text("Prefix", encoding.write(&query.prefix));
        xml.text("KeyMarker", encoding.write(key_marker));
        xml.text("VersionIdMarker", id_marker.unwrap_or_default());
        if page.truncated {
            match page.entries.last() {
                Some(Entry::Item(key, (version, _))) => {
                    xml.text("NextKeyMarker", encoding.write(key));
                    xml.text("NextVersionIdMarker", &version.id);
                }
                Some(Entry::Prefix(prefix)) => {
                    xml.text("NextKeyMarker", encoding.write(prefix));
                }
                None => {}
            }
        }
        xml.number("MaxKeys", query.max);
        xml.some("Delimiter", query.delimiter.as_deref().map(|text| encoding.write(text)));
        encoding.write_name(&mut xml);
        xml.number("IsTruncated", page.truncated);
        for (key, item) in page.items() {
            line(&mut xml, bucket, &encoding.write(key), item);
        }
        encoding.prefixes(&mut xml, page.prefixes());
        Ok(Response::xml(xml))
    }
}

/// Observed: a version marker without a key marker is rejected; an empty one counts as none with a
/// key marker.
fn begin(ctx: &Ctx<'_>, bucket: &str, key: &str, id: Option<&str>) -> S3Result<Begin> {
    let Some(id) = id else { return Ok(Begin::BehindName) };
    if key.is_empty() {
        if id.is_empty() {
            return Ok(Begin::BehindName);
        }
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(S3Error::argument(message, "version-id-marker", id).into());
    }
    if id.is_empty() {
        let message = "A version-id marker cannot be empty.";
        return Err(S3Error::argument(message, "version-id-marker", "").into());
    }
    if id == NULL {
        // Its position is known as long as it exists; without it the key is listed from its start.
        let version = object::by_id(ctx.tx(), bucket, key, id)?;
        let row = |version: Version| Begin::BehindRow(row_key(bucket, key, version.order));
        return Ok(version.map_or(Begin::AtName, row));
    }
    // Whether the version exists or was deleted since, its ID contains the position.
    let order = object::order_of_id(id).ok_or_else(|| {
        S3Error::argument("Invalid version id specified", "version-id-marker", id)
    })?;
    Ok(Begin::BehindRow(row_key(bucket, key, order)))
}

fn page(ctx: &Ctx<'_>, bucket: &str, query: &Query, begin: &Begin) -> S3Result<Page<Line>> {
    let newest = object::newest(ctx.tx(), bucket, &query.after)?;
    let newest = newest.map(|version| row_key(bucket, &query.after, version.order));
    let mut last = match begin {
        Begin::BehindRow(row) if newest.is_some_and(|newest| newest <= *row) => {
            Some(query.after.clone())
        }
        Begin::BehindRow(_) | Begin::BehindName | Begin::AtName => None,
    };
    Ok(list::page(query, &mut |start, visitor| {
        let place = (begin, start);
        listing::scan(ctx.tx(), &VERSIONS, bucket, query, place, &mut |key, version| {
            let latest = last.as_ref() != Some(&key);
            last = Some(key.clone());
            visitor(key, (version, latest))
        })
    })?)
}

fn line(xml: &mut Xml, bucket: &Bucket, key: &str, (version, latest): &Line) {
    xml.open(if version.is_marker() { "DeleteMarker" } else { "Version" });
    xml.text("Key", key).text("VersionId", &version.id).number("IsLatest", latest);
    xml.text("LastModified", body_time(version.modified));
    if let Some(stored) = &version.stored {
        xml.text("ETag", quoted(&stored.etag));
        if let Some(checksum) = &stored.checksum {
            xml.text("ChecksumAlgorithm", checksum.algorithm.name());
            xml.text("ChecksumType", checksum.kind.name());
        }
        xml.number("Size", stored.size).text("StorageClass", &stored.storage_class);
    }
    xml.open("Owner").text("ID", version.owner_id(bucket)).close();
    xml.close();
}
