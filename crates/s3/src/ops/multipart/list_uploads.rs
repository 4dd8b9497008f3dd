//! `ListMultipartUploads`.
//!
//! Source: S3 API Reference, "ListMultipartUploads".

use std::ops::ControlFlow;

use gateway::{Ctx, Spec};

use super::{is_id, row_of};
use crate::api::PlainApi;
use crate::bucket::canonical_id;
use crate::changes::UPLOADS;
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::list::{self, Entry, Page};
use crate::listing::{self, Begin, Encoding};
use crate::model::Bucket;
use crate::model::OpenUpload;
use crate::request::Request;
use crate::response::Response;
use crate::settings::reads;
use crate::xml::{Xml, body_time};

/// Lists the open uploads of a bucket.
#[derive(Debug)]
pub(crate) struct ListMultipartUploads;

impl PlainApi for ListMultipartUploads {
    const SPEC: Spec = reads("ListMultipartUploads", &["uploads"]).data().when_full();
    const EVENT: Shape = Shape::PREFIX;
    const ACTION: &'static str = "s3:ListBucketMultipartUploads";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let encoding = Encoding::of(request)?;
        let key_marker = request.param("key-marker").unwrap_or_default();
        // Source: S3 API Reference: an upload marker without a key marker is ignored.
        let id_marker = request.filled("upload-id-marker").filter(|_| !key_marker.is_empty());
        let query = listing::query(request, "max-uploads", key_marker)?;
        let begin = match id_marker {
            // Observed: it belongs to the named key.
            Some(id) if !is_of_key(ctx, bucket, key_marker, id)? => {
                let (text, name) = ("Invalid uploadId marker", "upload-id-marker");
                return Err(S3Error::argument(text, name, id).into());
            }
            Some(id) => Begin::BehindRow(row_of(&bucket.name, key_marker, id)),
            None => Begin::BehindName,
        };
        let page: Page<OpenUpload> = list::page(&query, &mut |start, visitor| {
            listing::scan(ctx.tx(), &UPLOADS, &bucket.name, &query, (&begin, start), visitor)
        })?;
        let mut xml = Xml::result("ListMultipartUploadsResult");
        xml.text("Bucket", &bucket.name).text("KeyMarker", encoding.write(key_marker));
        xml.text("UploadIdMarker", id_marker.unwrap_or_default());
        // Observed: the next markers are always present, and empty after a rolled-up prefix.
        let (next_key, next_id) = match page.entries.last() {
            Some(Entry::Item(key, upload)) => (encoding.write(key), upload.id.clone()),
            Some(Entry::Prefix(_)) | None => (String::new(), String::new()),
        };
        xml.text("NextKeyMarker", next_key).text("NextUploadIdMarker", next_id);
        xml.some("Delimiter", query.delimiter.as_deref().map(|text| encoding.write(text)));
        xml.some("Prefix", request.param("prefix").map(|text| encoding.write(text)));
        encoding.write_name(&mut xml);
        xml.number("MaxUploads", query.max).number("IsTruncated", page.truncated);
        for (key, upload) in page.items() {
            xml.open("Upload").text("Key", encoding.write(key)).text("UploadId", &upload.id);
            upload.write_initiator(&mut xml);
            xml.open("Owner").text("ID", canonical_id(&bucket.owner)).close();
            xml.text("StorageClass", &upload.storage_class);
            xml.text("Initiated", body_time(upload.initiated));
            if let Some(algorithm) = upload.algorithm {
                xml.text("ChecksumAlgorithm", algorithm.name());
                xml.text("ChecksumType", upload.kind.name());
            }
            xml.close();
        }
        encoding.prefixes(&mut xml, page.prefixes());
        Ok(Response::xml(xml))
    }
}

/// Whether a marker names an upload of the key. One that was completed or aborted since is
/// recognized by its format alone.
fn is_of_key(ctx: &Ctx<'_>, bucket: &Bucket, key: &str, id: &str) -> S3Result<bool> {
    if UPLOADS.contains(ctx.tx(), row_of(&bucket.name, key, id))? {
        return Ok(true);
    }
    let mut elsewhere = false;
    UPLOADS.visit(ctx.tx(), store::key([&bucket.name]), [], &mut |_, upload| {
        elsewhere = upload.id == id;
        if elsewhere { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(!elsewhere && is_id(id))
}
