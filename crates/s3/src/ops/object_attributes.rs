//! `GetObjectAttributes`.
//!
//! Source: S3 API Reference, "GetObjectAttributes".

use gateway::{Ctx, Spec};

use super::object_tagging::{found, on_object};
use crate::access::Needs;
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Kind, Stored};
use crate::object::shown_id;
use crate::preconditions::{self, Side};
use crate::request::{Request, to_usize};
use crate::response::Response;
use crate::xml::Xml;
use crate::{access, customer_key};

const HEADER: &str = "x-amz-object-attributes";
/// Source: S3 API Reference: 1,000 parts a page.
const PARTS_MAX: u32 = 1_000;
const KNOWN: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/// Returns selected attributes of an object.
#[derive(Debug)]
pub(crate) struct GetObjectAttributes;

impl PlainApi for GetObjectAttributes {
    const SPEC: Spec = on_object("GetObjectAttributes", "GET", &["attributes"]);
    const ACTION: &'static str = "s3:GetObjectAttributes";

    /// Source: S3 API Reference: the right to read the object is needed as well.
    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        let mut needs =
            access::to_read(ctx, bucket, request, ("s3:GetObject", "s3:GetObjectVersion"))?;
        let versioned = "s3:GetObjectVersionAttributes";
        let attributes = access::to_read(ctx, bucket, request, (Self::ACTION, versioned))?;
        needs.rights.extend(attributes.rights);
        Ok(needs)
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let chosen = chosen(request)?;
        let version = found(ctx, bucket, request)?;
        let stored = version.content("GET")?.clone();
        let now = ctx.now();
        preconditions::check_read(request, Side::Read, &stored.etag, version.modified, now)?;
        let has = |name: &str| chosen.iter().any(|own| own == name);
        if has("Checksum") || stored.envelope.scheme == crate::model::Scheme::Customer {
            // Source: S3 API Reference: checksums of SSE-KMS objects need `kms:Decrypt`.
            let (envelope, key) = (stored.envelope.clone(), request.key.clone());
            envelope.open(ctx, request, bucket, &key, customer_key::TARGET)?;
        } else {
            customer_key::refuse(request, customer_key::TARGET)?;
        }
        let mut xml = Xml::result("GetObjectAttributesResponse");
        if has("ETag") {
            xml.text("ETag", &stored.etag);
        }
        if has("Checksum") {
            checksum(&mut xml, &stored);
        }
        if has("ObjectParts") && stored.multipart {
            parts(&mut xml, request, &stored)?;
        }
        if has("StorageClass") {
            xml.text("StorageClass", &stored.storage_class);
        }
        if has("ObjectSize") {
            xml.number("ObjectSize", stored.size);
        }
        Ok(Response::xml(xml)
            .with("last-modified", version.modified.http_date())
            .with_some("x-amz-version-id", shown_id(bucket, &version)))
    }
}

/// Observed: names may be apart by commas, white space, or several headers.
fn chosen(request: &Request) -> S3Result<Vec<String>> {
    let text = request.sent(HEADER).unwrap_or_default();
    let names: Vec<String> = text
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() || !names.iter().all(|name| KNOWN.contains(&name.as_str())) {
        let message = "Invalid attribute name specified.";
        return Err(S3Error::argument(message, HEADER, text).into());
    }
    Ok(names)
}

/// Observed: a composite checksum has no number of parts here.
fn checksum(xml: &mut Xml, stored: &Stored) {
    let Some(checksum) = &stored.checksum else { return };
    let value = checksum.value.split('-').next().unwrap_or_default();
    xml.open("Checksum").text(&checksum.algorithm.element(), value);
    xml.text("ChecksumType", checksum.kind.name()).close();
}

/// Observed: parts are returned only if they have checksums, otherwise only their number.
fn parts(xml: &mut Xml, request: &Request, stored: &Stored) -> S3Result<()> {
    xml.open("ObjectParts").number("PartsCount", stored.pieces.len());
    let composite = stored.checksum.as_ref().filter(|checksum| checksum.kind == Kind::Composite);
    if let Some(checksum) = composite {
        let max = count(request, "max-parts")?.map_or(PARTS_MAX, |max| max.min(PARTS_MAX));
        let marker = count(request, "part-number-marker")?.unwrap_or(0);
        let left: Vec<_> = stored.pieces.iter().filter(|piece| piece.number > marker).collect();
        let page = left.iter().take(to_usize(max));
        let next = page.clone().next_back().map_or(0, |piece| piece.number);
        xml.number("PartNumberMarker", marker).number("NextPartNumberMarker", next);
        xml.number("MaxParts", max).number("IsTruncated", left.len() > to_usize(max));
        for piece in page {
            xml.open("Part").number("PartNumber", piece.number).number("Size", piece.size);
            xml.some(&checksum.algorithm.element(), piece.checksum.as_deref()).close();
        }
    }
    xml.close();
    Ok(())
}

/// A header of the pages of parts.
fn count(request: &Request, name: &'static str) -> S3Result<Option<u32>> {
    let Some(text) = request.header(&format!("x-amz-{name}")) else { return Ok(None) };
    let count = text.parse().map_err(|_| {
        let message = format!("Provided {name} not an integer or within integer range");
        S3Error::argument(message, name, text)
    })?;
    Ok(Some(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is no number is rejected, and not taken for the first page.
    #[test]
    fn pages_of_parts_begin_at_a_number() {
        for name in ["max-parts", "part-number-marker"] {
            let of =
                |text| count(&Request::default().with_header(&format!("x-amz-{name}"), text), name);
            assert_eq!(of("7").ok(), Some(Some(7)), "{name}");
            for text in ["", "seven", "-1", "4294967296"] {
                assert!(of(text).is_err(), "{name}: {text}");
            }
        }
        assert_eq!(count(&Request::default(), "max-parts").ok(), Some(None));
    }
}
