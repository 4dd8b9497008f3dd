//! `ListParts`.
//!
//! Source: S3 API Reference, "ListParts".

use gateway::{Ctx, Spec};

use super::{load, parts};
use crate::access::Needs;
use crate::api::PlainApi;
use crate::bucket::canonical_id;
use crate::error::S3Result;
use crate::listing::PAGE_MAX;
use crate::model::Bucket;
use crate::object::quoted;
use crate::ops::object_tagging::on_object;
use crate::request::Request;
use crate::response::Response;
use crate::xml::{Xml, body_time};

/// Lists the parts of an open upload.
#[derive(Debug)]
pub(crate) struct ListParts;

impl PlainApi for ListParts {
    const SPEC: Spec = on_object("ListParts", "GET", &["uploadId"]);
    const ACTION: &'static str = "s3:ListMultipartUploadParts";

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(super::needs_own(ctx, bucket, request, Self::ACTION))
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let open = load(ctx, bucket, request)?;
        let max = request.count("max-parts", PAGE_MAX, PAGE_MAX)?;
        let marker = request.count("part-number-marker", 0, u32::MAX)?;
        let all = parts(ctx.tx(), &bucket.name, &open.id)?;
        let behind = |number: u32| crate::request::to_usize(number) > marker;
        let left: Vec<_> = all.iter().filter(|(number, _)| behind(*number)).collect();
        let page = left.iter().take(max);
        let next = page.clone().next_back().map_or(0, |(number, _)| *number);
        let owner_id = canonical_id(&bucket.owner);
        let mut xml = Xml::result("ListPartsResult");
        xml.text("Bucket", &bucket.name).text("Key", &request.key).text("UploadId", &open.id);
        open.write_initiator(&mut xml);
        xml.open("Owner").text("ID", owner_id).close();
        xml.text("StorageClass", &open.storage_class);
        xml.number("PartNumberMarker", marker).number("NextPartNumberMarker", next);
        xml.number("MaxParts", max).number("IsTruncated", left.len() > max);
        if let Some(algorithm) = open.algorithm {
            xml.text("ChecksumAlgorithm", algorithm.name());
            xml.text("ChecksumType", open.kind.name());
        }
        for (number, part) in page {
            xml.open("Part").number("PartNumber", number);
            xml.text("LastModified", body_time(part.modified)).text("ETag", quoted(&part.etag));
            xml.number("Size", part.piece.size);
            // Observed: only where the upload has an algorithm.
            for checksum in part.checksum.iter().filter(|_| open.algorithm.is_some()) {
                xml.text(&checksum.algorithm.element(), &checksum.value);
            }
            xml.close();
        }
        Ok(Response::xml(xml))
    }
}
