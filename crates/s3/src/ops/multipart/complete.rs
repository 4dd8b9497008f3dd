//! `CompleteMultipartUpload`.
//!
//! Source: S3 API Reference, "CompleteMultipartUpload".

use gateway::{BodyLimit, Ctx, Failure, Fault, Scope, Spec};
use keys::Md5;

use super::{COMPLETED, Completed, OpenUpload, Part, delete_upload, load, parts, row_of};
use crate::SERVICE;
use crate::access::Needs;
use crate::api::{Api, Seen};
use crate::changes;
use crate::checksum;
use crate::customer_key;
use crate::error::{S3Error, S3Result};
use crate::limits::{PART_BYTES_MIN, PARTS_MAX};
use crate::model::{Algorithm, Bucket, Checksum, Kind, Stored};
use crate::object::{self, quoted, written_id};
use crate::preconditions::WriteCondition;
use crate::request::{Request, to_u64, to_usize};
use crate::response::Response;
use crate::xml::{self, Element, Xml};

/// 10,000 parts with two checksums each.
const DOCUMENT_BYTES_MAX: usize = 8 << 20;

/// Creates an object from the parts.
#[derive(Debug)]
pub(crate) struct CompleteMultipartUpload;

impl Api for CompleteMultipartUpload {
    const SPEC: Spec = Spec::writes(&SERVICE, "CompleteMultipartUpload")
        .rest("POST", Scope::Object, &["uploadId"])
        .data()
        .body(BodyLimit::Buffered(DOCUMENT_BYTES_MAX));
    const ACTION: &'static str = "s3:PutObject";
    type Work = ();

    fn needs(ctx: &Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<Needs> {
        Ok(vec![super::needs_put(ctx, bucket, request)].into())
    }

    fn prepare(ctx: &mut Ctx<'_>, request: &Request, bucket: &Bucket) -> S3Result<()> {
        let open = match load(ctx, bucket, request) {
            Ok(open) => open,
            Err(Failure::Internal(fault)) => return Err(fault.into()),
            // A repeated call has no upload.
            Err(Failure::Api(..) | Failure::Wire(_) | Failure::Denied(_)) => return Ok(()),
        };
        // Source: S3 User Guide: completing needs `kms:Decrypt`.
        if open.envelope.scheme != crate::model::Scheme::Customer {
            let key = request.key.clone();
            open.envelope.open(ctx, request, bucket, &key, customer_key::TARGET)?;
        }
        Ok(())
    }

    fn run(ctx: &mut Ctx<'_>, request: &Request, seen: &Seen, (): &mut ()) -> S3Result<Response> {
        let bucket = &*seen.bucket;
        let condition = WriteCondition::of(request)?;
        let id = request.param("uploadId").unwrap_or_default().to_owned();
        let row = row_of(&bucket.name, &request.key, &id);
        if let Some(done) = COMPLETED.get(ctx.tx(), &row)? {
            return repeated(request, &id, done);
        }
        let open = load(ctx, bucket, request)?;
        let listed = listed(request)?;
        let key = request.key.clone();
        let chosen = chosen(&parts(ctx.tx(), &bucket.name, &id)?, &listed, &open)?;
        let stored = assemble(request, &open, &chosen)?;
        let newest = object::newest(ctx.tx(), &bucket.name, &key)?;
        condition.check(&key, newest.as_ref())?;
        let changed = changes::count(ctx.tx(), &bucket.name, &key)? != open.changes;
        check_race(&condition, changed, &key)?;
        delete_upload(ctx.tx_mut(), &bucket.name, &key, &id, &|number| {
            listed.binary_search_by_key(&number, |part| part.number).is_ok()
        })?;
        let owner = open.owner.unwrap_or_else(|| bucket.owner.clone());
        let version = object::push(ctx, bucket, &key, owner, Some(stored))?;
        let (document, headers) = answer(ctx, request, &version);
        let parts = listed.into_iter().map(|part| (part.number, part.etag)).collect();
        let at = ctx.now();
        let done = Completed { at, parts, document: document.clone(), headers: headers.clone() };
        COMPLETED.put(ctx.tx_mut(), &row, &done)?;
        Ok(Response::text("application/xml", document).with_all(headers))
    }
}

/// Observed: the location is a URL of the protocol and in the style with which the client called,
/// with `%2F` for `/` in keys (aws/aws-sdk-js, issues 811 and 1158).
fn answer(
    ctx: &Ctx<'_>,
    request: &Request,
    version: &crate::model::Version,
) -> (String, Vec<(String, String)>) {
    let mut xml = Xml::result("CompleteMultipartUploadResult");
    xml.text("Location", request.location(ctx, &wire::uri::encode(&request.key)));
    xml.text("Bucket", &request.bucket).text("Key", &request.key);
    let mut headers = Vec::new();
    if let Some(stored) = &version.stored {
        xml.text("ETag", quoted(&stored.etag));
        if let Some(checksum) = &stored.checksum {
            xml.text(&checksum.algorithm.element(), &checksum.value);
            xml.text("ChecksumType", checksum.kind.name());
        }
        headers = stored.envelope.headers();
    }
    headers.extend(written_id(version).map(|id| ("x-amz-version-id".to_owned(), id)));
    (xml.finish(), headers)
}

/// Observed: completing again with the same parts succeeds.
fn repeated(request: &Request, id: &str, done: Completed) -> S3Result<Response> {
    let listed = listed(request)?.into_iter().map(|part| (part.number, part.etag));
    if listed.eq(done.parts) {
        return Ok(Response::text("application/xml", done.document).with_all(done.headers));
    }
    Err(S3Error::NoSuchUpload { upload: id.to_owned() }.into())
}

/// A part as the client lists it.
#[derive(Debug)]
struct ListedPart {
    number: u32,
    etag: String,
    checksum: Option<(Algorithm, String)>,
}

fn listed(request: &Request) -> S3Result<Vec<ListedPart>> {
    let root = xml::read(request.document()?, "CompleteMultipartUpload")?;
    let listed: Vec<_> = root.children("Part").map(listed_part).collect::<Result<_, _>>()?;
    if listed.is_empty() {
        return Err(S3Error::request("You must specify at least one part").into());
    }
    if listed.len() > to_usize(PARTS_MAX) {
        return Err(S3Error::MalformedXml.into());
    }
    Ok(listed)
}

fn listed_part(part: &Element) -> Result<ListedPart, S3Error> {
    let number = part.text_of("PartNumber").and_then(|text| text.trim().parse().ok());
    let number = number.ok_or(S3Error::MalformedXml)?;
    let etag = part.text_of("ETag").ok_or(S3Error::MalformedXml)?.trim().trim_matches('"');
    let checksum = Algorithm::ALL
        .into_iter()
        .find_map(|algorithm| Some((algorithm, part.text_of(&algorithm.element())?.to_owned())));
    Ok(ListedPart { number, etag: etag.to_owned(), checksum })
}

/// The stored parts that the client lists; errors for one that does not exist as listed.
fn chosen(stored: &[(u32, Part)], listed: &[ListedPart], open: &OpenUpload) -> S3Result<Vec<Part>> {
    let upload = || open.id.clone();
    let ascending = listed.windows(2).all(|pair| match pair {
        [a, b] => a.number < b.number,
        _ => true,
    });
    if !ascending {
        return Err(S3Error::InvalidPartOrder { upload: upload() }.into());
    }
    let composite = open.algorithm.filter(|_| open.kind == Kind::Composite);
    let mut chosen = Vec::new();
    for part in listed {
        let missing = || S3Error::InvalidPart {
            upload: upload(),
            number: part.number,
            etag: part.etag.clone(),
        };
        // Both lists ascend: ten thousand parts must not be ten thousand searches of the list.
        let place = stored.binary_search_by_key(&part.number, |(number, _)| *number).ok();
        let found = place.and_then(|place| stored.get(place)).map(|(_, found)| found);
        let found = found.filter(|found| found.etag == part.etag);
        let found = found.ok_or_else(missing)?;
        match (&part.checksum, composite) {
            (None, Some(algorithm)) => {
                return Err(S3Error::request(format!(
                    "The upload was created using a {} checksum. The complete request must \
                     include the checksum for each part. It was missing for part {} in the \
                     request.",
                    algorithm.lower(),
                    part.number
                ))
                .into());
            }
            (Some((algorithm, _)), _) if *algorithm != open.working_algorithm() => {
                return Err(S3Error::BadDigest(format!(
                    "The {} you specified for part {} did not match what we received.",
                    algorithm.lower(),
                    part.number
                ))
                .into());
            }
            (Some((_, value)), _) => {
                let returned = found.checksum.as_ref().map(|checksum| &checksum.value);
                let kept = found.piece.checksum.as_ref();
                if returned != Some(value) && kept != Some(value) {
                    return Err(missing().into());
                }
            }
            (None, None) => {}
        }
        chosen.push(found.clone());
    }
    check_sizes(&chosen)?;
    Ok(chosen)
}

fn check_sizes(chosen: &[Part]) -> S3Result<()> {
    let all_but_last = chosen.iter().take(chosen.len().saturating_sub(1));
    for part in all_but_last {
        if part.piece.size < PART_BYTES_MIN {
            return Err(S3Error::EntityTooSmall {
                etag: part.etag.clone(),
                number: part.piece.number,
                proposed: part.piece.size,
            }
            .into());
        }
    }
    Ok(())
}

fn assemble(request: &Request, open: &OpenUpload, chosen: &[Part]) -> S3Result<Stored> {
    let size: u64 = chosen.iter().map(|part| part.piece.size).sum();
    if let Some(text) = request.header("x-amz-mp-object-size")
        && text.parse() != Ok(size)
    {
        return Err(S3Error::request(format!(
            "The provided 'x-amz-mp-object-size' header value {text} does not match what was \
             computed: {size}"
        ))
        .into());
    }
    let checksum = whole_checksum(request, open, chosen)?;
    let pieces: Vec<crate::model::Piece> = chosen.iter().map(|part| part.piece.clone()).collect();
    Ok(Stored {
        size,
        etag: etag(chosen)?,
        pieces,
        multipart: true,
        envelope: open.envelope.clone(),
        checksum,
        headers: open.headers.clone(),
        metadata: open.metadata.clone(),
        tags: open.tags.clone(),
        storage_class: open.storage_class.clone(),
        acl: open.acl.clone(),
        lock: open.lock,
    })
}

/// The MD5 of the parts' ETags, and their number.
fn etag(chosen: &[Part]) -> Result<String, Fault> {
    let mut md5 = Md5::new();
    for part in chosen {
        let etag = types::hex_decode(&part.etag);
        md5.update(&etag.ok_or_else(|| Fault::damaged("the ETag of a part"))?);
    }
    Ok(format!("{}-{}", types::hex(&md5.finish()), to_u64(chosen.len())))
}

/// Observed: the type must be that of the upload, and a given checksum that of the whole.
fn whole_checksum(
    request: &Request,
    open: &OpenUpload,
    chosen: &[Part],
) -> S3Result<Option<Checksum>> {
    if let Some(text) = request.header("x-amz-checksum-type")
        && Kind::parse(&text)? != open.kind
    {
        return Err(S3Error::request(format!(
            "The upload was created using the {} checksum mode. The complete request must use the \
             same checksum mode.",
            open.kind.name()
        ))
        .into());
    }
    // Observed: under SSE-C no checksum is added to what the client asked for. Assumed: S3 adds none
    // under SSE-KMS, either.
    if open.algorithm.is_none() && !open.envelope.has_md5_etag() {
        return Ok(None);
    }
    let algorithm = open.working_algorithm();
    let values =
        chosen.iter().map(|part| part.piece.checksum.as_deref().zip(Some(part.piece.size)));
    let values = values.collect::<Option<Vec<_>>>();
    let values = values.ok_or_else(|| Fault::damaged("a part without a checksum"))?;
    let computed = checksum::combine(algorithm, open.kind, &values)?;
    let given = Algorithm::ALL
        .into_iter()
        .find_map(|algorithm| Some((algorithm, request.header(&algorithm.header())?)));
    if let (Some((given_algorithm, value)), Some(computed)) = (given, &computed)
        && (given_algorithm != algorithm || !same(&value, computed))
    {
        return Err(S3Error::BadDigest(format!(
            "The {} you specified did not match the calculated checksum.",
            algorithm.lower()
        ))
        .into());
    }
    Ok(computed)
}

/// A composite checksum may be sent with or without its number of parts.
fn same(given: &str, computed: &Checksum) -> bool {
    given == computed.value
        || (computed.kind == Kind::Composite && computed.value.split('-').next() == Some(given))
}

/// Observed: a condition that holds, for a key that changed since the upload began, is a conflict.
fn check_race(condition: &WriteCondition, changed: bool, key: &str) -> S3Result<()> {
    let condition = match condition {
        WriteCondition::None => return Ok(()),
        WriteCondition::Absent => "If-None-Match",
        WriteCondition::Etag(_) => "If-Match",
    };
    if changed {
        return Err(S3Error::ConditionalConflict { condition, key: key.to_owned() }.into());
    }
    Ok(())
}
