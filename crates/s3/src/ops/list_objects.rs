//! `ListObjects` in both versions.
//!
//! Source: S3 API Reference, "ListObjects", "ListObjectsV2". Both are `ListObjects` in events.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::{Ctx, Scope, Spec};
use policy::Principal;

use crate::SERVICE;
use crate::api::PlainApi;
use crate::error::{S3Error, S3Result};
use crate::event::Shape;
use crate::list::{self, Page, Query};
use crate::listing::{self, Encoding};
use crate::model::{Bucket, Version};
use crate::object::quoted;
use crate::request::Request;
use crate::response::Response;
use crate::xml::{Xml, body_time};

/// The older form.
#[derive(Debug)]
pub struct ListObjects;

impl PlainApi for ListObjects {
    const SPEC: Spec =
        Spec::reads(&SERVICE, "ListObjects").rest("GET", Scope::Bucket, &[]).data().when_full();
    const EVENT: Shape = Shape::PREFIX;
    const ACTION: &'static str = "s3:ListBucket";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let encoding = Encoding::of(request)?;
        let marker = request.param("marker").unwrap_or_default();
        let query = listing::query(request, "max-keys", marker)?;
        let page = page(ctx, bucket, &query)?;
        let mut xml = Xml::result("ListBucketResult");
        xml.text("Name", &request.bucket).text("Prefix", encoding.write(&query.prefix));
        xml.text("Marker", encoding.write(marker));
        xml.number("MaxKeys", query.max);
        xml.some("Delimiter", query.delimiter.as_deref().map(|text| encoding.write(text)));
        encoding.write_name(&mut xml);
        xml.number("IsTruncated", page.truncated);
        if page.truncated && query.delimiter.is_some() {
            xml.some("NextMarker", page.last().map(|name| encoding.write(name)));
        }
        contents(&mut xml, &page, encoding, shows_owner(ctx).then_some(bucket));
        encoding.prefixes(&mut xml, page.prefixes());
        Ok(Response::xml(xml))
    }
}

/// The newer form.
#[derive(Debug)]
pub(crate) struct ListObjectsV2;

impl PlainApi for ListObjectsV2 {
    const SPEC: Spec = Spec::reads(&SERVICE, "ListObjectsV2")
        .rest("GET", Scope::Bucket, &["list-type=2"])
        .event_name("ListObjects")
        .data()
        .when_full();
    const EVENT: Shape = Shape::PREFIX;
    const ACTION: &'static str = "s3:ListBucket";

    fn run(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Response> {
        let encoding = Encoding::of(request)?;
        let token = request.param("continuation-token");
        let start_after = request.filled("start-after");
        let after = match token {
            Some(token) => decode_token(token)?,
            None => start_after.unwrap_or_default().to_owned(),
        };
        let query = listing::query(request, "max-keys", &after)?;
        let page = page(ctx, bucket, &query)?;
        let mut xml = Xml::result("ListBucketResult");
        xml.text("Name", &request.bucket).text("Prefix", encoding.write(&query.prefix));
        xml.some("ContinuationToken", token);
        if page.truncated {
            xml.some("NextContinuationToken", page.last().map(encode_token));
        }
        // Observed: a token hides where the first page began.
        let began = start_after.filter(|_| token.is_none());
        xml.some("StartAfter", began.map(|text| encoding.write(text)));
        xml.number("KeyCount", page.entries.len()).number("MaxKeys", query.max);
        xml.some("Delimiter", query.delimiter.as_deref().map(|text| encoding.write(text)));
        encoding.write_name(&mut xml);
        xml.number("IsTruncated", page.truncated);
        let owners = request.param("fetch-owner") == Some("true") && shows_owner(ctx);
        contents(&mut xml, &page, encoding, owners.then_some(bucket));
        encoding.prefixes(&mut xml, page.prefixes());
        Ok(Response::xml(xml))
    }
}

fn page(ctx: &Ctx<'_>, bucket: &Bucket, query: &Query) -> S3Result<Page<Version>> {
    Ok(list::page(query, &mut |start, visitor| {
        listing::scan_objects(ctx.tx(), &bucket.name, query, start, visitor)
    })?)
}

/// Observed: without credentials no owner is shown.
fn shows_owner(ctx: &Ctx<'_>) -> bool {
    ctx.caller().principal != Principal::Anonymous
}

/// Owners are returned if the bucket is given.
fn contents(xml: &mut Xml, page: &Page<Version>, encoding: Encoding, owners: Option<&Bucket>) {
    for (key, version) in page.items() {
        let Some(stored) = &version.stored else { continue };
        xml.open("Contents").text("Key", encoding.write(key));
        xml.text("LastModified", body_time(version.modified)).text("ETag", quoted(&stored.etag));
        if let Some(checksum) = &stored.checksum {
            xml.text("ChecksumAlgorithm", checksum.algorithm.name());
            xml.text("ChecksumType", checksum.kind.name());
        }
        xml.number("Size", stored.size);
        if let Some(bucket) = owners {
            xml.open("Owner").text("ID", version.owner_id(bucket)).close();
        }
        xml.text("StorageClass", &stored.storage_class).close();
    }
}

/// A token is the last name of the page, obfuscated so that clients do not depend on it.
fn encode_token(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(name)
}

fn decode_token(token: &str) -> S3Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| !bytes.is_empty());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        S3Error::named(message, "continuation-token").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_name() {
        assert_eq!(decode_token(&encode_token("a/あ+ /")).unwrap(), "a/あ+ /");
        for bad in ["", "!", "="] {
            assert!(decode_token(bad).is_err(), "{bad}");
        }
    }
}
