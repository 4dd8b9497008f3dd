//! `ListMultipartUploads`.
//!
//! Source: S3 API Reference, "ListMultipartUploads".

use gateway::{Ctx, Spec};

use super::{OpenUpload, UPLOADS, row_of};
use crate::api::PlainApi;
use crate::bucket::{Bucket, canonical_id};
use crate::error::S3Result;
use crate::list::{self, Entry, Page};
use crate::listing::{self, Begin, Encoding};
use crate::request::Request;
use crate::response::Response;
use crate::settings::reads;
use crate::xml::Xml;

/// Lists the open uploads of a bucket.
#[derive(Debug)]
pub(crate) struct ListMultipartUploads;

impl PlainApi for ListMultipartUploads {
    const SPEC: Spec = reads("ListMultipartUploads", &["uploads"]).data().when_full();
    const ACTION: &'static str = "s3:ListBucketMultipartUploads";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let encoding = Encoding::of(request)?;
        let key_marker = request.param("key-marker").unwrap_or_default();
        // Source: S3 API Reference: an upload marker without a key marker is ignored.
        let id_marker = request.filled("upload-id-marker").filter(|_| !key_marker.is_empty());
        let query = listing::query(request, "max-uploads", key_marker)?;
        let begin = match id_marker {
            Some(id) => Begin::BehindRow(row_of(&bucket.name, key_marker, id)),
            None => Begin::BehindName,
        };
        let page: Page<OpenUpload> = list::page(&query, &mut |start, visitor| {
            listing::scan(ctx.tx(), &UPLOADS, &bucket.name, &query, (&begin, start), visitor)
        })?;
        let mut xml = Xml::result("ListMultipartUploadsResult");
        xml.text("Bucket", &bucket.name).text("KeyMarker", encoding.write(key_marker));
        xml.text("UploadIdMarker", id_marker.unwrap_or_default());
        // Observed: the next markers stand there always, and are empty behind a rolled-up prefix.
        let (next_key, next_id) = match page.entries.last() {
            Some(Entry::Item(key, upload)) => (encoding.write(key), upload.id.clone()),
            Some(Entry::Prefix(prefix)) if page.truncated => {
                (encoding.write(prefix), String::new())
            }
            Some(Entry::Prefix(_)) | None => (String::new(), String::new()),
        };
        xml.text("NextKeyMarker", next_key).text("NextUploadIdMarker", next_id);
        xml.some("Delimiter", query.delimiter.as_deref().map(|text| encoding.write(text)));
        xml.some("Prefix", request.param("prefix").map(|text| encoding.write(text)));
        encoding.tell(&mut xml);
        xml.number("MaxUploads", query.max).number("IsTruncated", page.truncated);
        for (key, upload) in page.items() {
            xml.open("Upload").text("Key", encoding.write(key)).text("UploadId", &upload.id);
            xml.open("Initiator").text("ID", canonical_id(&upload.initiator)).close();
            xml.open("Owner").text("ID", canonical_id(&bucket.owner)).close();
            xml.text("StorageClass", &upload.storage_class);
            xml.text("Initiated", upload.initiated.iso_ms());
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
