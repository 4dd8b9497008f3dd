//! Multipart uploads: their stored data, and what their operations share.
//!
//! Source: S3 User Guide, "Uploading and copying objects using multipart upload".

pub(crate) mod abort;
pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod list_parts;
pub(crate) mod list_uploads;
pub(crate) mod upload_part;
pub(crate) mod upload_part_copy;

use std::ops::ControlFlow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::{Access, Ctx, Fault};
use policy::{Principal, ResourceRule};
use serde::{Deserialize, Serialize};
use store::{Table, Tx, key};
use types::Timestamp;

use crate::access::{self, Needs};
use crate::bucket::canonical_id;
use crate::changes::{self, UPLOADS, has_uploads};
use crate::error::{S3Error, S3Result};
use crate::limits::PARTS_MAX;
use crate::model::{Algorithm, Bucket, OpenUpload, Part};
use crate::request::Request;
use crate::xml::Xml;

/// Parts by bucket, upload and number.
pub(crate) const PARTS: Table<Part> = Table::new("s3.part");
/// Answers of completed uploads: completing again succeeds, for a day.
const COMPLETED: Table<Completed> = Table::new("s3.completed_upload");

/// The answer of a completed upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Completed {
    at: Timestamp,
    parts: Vec<(u32, String)>,
    document: String,
    headers: Vec<(String, String)>,
}

impl OpenUpload {
    /// The algorithm of the parts' checksums.
    pub(crate) fn working_algorithm(&self) -> Algorithm {
        self.algorithm.unwrap_or(Algorithm::Crc64Nvme)
    }

    /// Writes the initiator.
    ///
    /// Source: S3 API Reference, "Initiator": the ARN of a user, the canonical id of an account.
    /// Observed: it still has a display name. For a user this is the name, much as in the sample of
    /// "ListParts"; accounts have no display names here, so theirs is the number.
    pub(crate) fn write_initiator(&self, xml: &mut Xml) {
        let arn = self.initiator_arn.as_deref().filter(|arn| !arn.ends_with(":root"));
        let name = arn.and_then(|arn| arn.split_once('/')).map(|(_, name)| name);
        let id = arn.map_or_else(|| canonical_id(&self.initiator), str::to_owned);
        xml.open("Initiator").text("ID", id);
        xml.text("DisplayName", name.unwrap_or_else(|| self.initiator.as_str())).close();
    }

    /// The key of its row.
    pub(crate) fn row(&self, bucket: &str, object: &str) -> Vec<u8> {
        row_of(bucket, object, &self.id)
    }
}

/// An id that sorts by time: eight bytes of it and 24 of chance.
fn make_id(now: Timestamp, random: [u8; 24]) -> String {
    let bytes = [now.as_ms().to_be_bytes().as_slice(), &random].concat();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a text has the form of an id.
fn is_id(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

pub(crate) fn row_of(bucket: &str, object: &str, id: &str) -> Vec<u8> {
    let bytes = URL_SAFE_NO_PAD.decode(id).unwrap_or_default();
    key([bucket.as_bytes(), object.as_bytes(), &bytes])
}

fn part_row(bucket: &str, id: &str, number: u32) -> Vec<u8> {
    key([bucket.as_bytes(), id.as_bytes(), &number.to_be_bytes()])
}

/// The upload that a request names.
pub(crate) fn load(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request) -> S3Result<OpenUpload> {
    let id = request.param("uploadId").unwrap_or_default();
    let missing = || S3Error::NoSuchUpload { upload: id.to_owned() };
    let found = UPLOADS.get(ctx.tx(), row_of(&bucket.name, &request.key, id))?;
    Ok(found.filter(|upload| upload.id == id).ok_or_else(missing)?)
}

/// The number of the part that a request brings.
pub(crate) fn part_number(request: &Request) -> S3Result<u32> {
    let text = request.param("partNumber").unwrap_or_default();
    let number = text.parse().ok().filter(|number| (1..=PARTS_MAX).contains(number));
    number.ok_or_else(|| {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        S3Error::argument(message, "partNumber", text).into()
    })
}

/// All parts of an upload, ascending.
pub(crate) fn parts(tx: &Tx<'_>, bucket: &str, id: &str) -> Result<Vec<(u32, Part)>, Fault> {
    let rows = PARTS.all(tx, key([bucket, id]))?;
    Ok(rows.into_iter().map(|(_, part)| (part.piece.number, part)).collect())
}

/// Stores a part, replacing one with the same number.
pub(crate) fn put_part(
    ctx: &mut Ctx<'_>,
    bucket: &str,
    id: &str,
    part: &Part,
) -> Result<(), Fault> {
    let row = part_row(bucket, id, part.piece.number);
    let tx = ctx.tx_mut();
    if let Some(old) = PARTS.get(tx, &row)? {
        old.piece.discard(tx)?;
    }
    Ok(PARTS.put(tx, row, part)?)
}

/// Deletes an upload and its parts except the bytes of those that `keeps` selects.
fn delete_upload(
    tx: &mut Tx<'_>,
    bucket: &str,
    object: &str,
    id: &str,
    keeps: &dyn Fn(u32) -> bool,
) -> Result<(), Fault> {
    for (number, part) in parts(tx, bucket, id)? {
        if !keeps(number) {
            part.piece.discard(tx)?;
        }
        PARTS.delete(tx, part_row(bucket, id, number))?;
    }
    UPLOADS.delete(tx, row_of(bucket, object, id))?;
    if has_uploads(tx, bucket, object)? { Ok(()) } else { changes::clear(tx, bucket, object) }
}

/// The rows of the responses of uploads that were completed before `horizon`.
pub(crate) fn completed_before(tx: &Tx<'_>, horizon: Timestamp) -> Result<Vec<Vec<u8>>, Fault> {
    let mut old = Vec::new();
    COMPLETED.visit(tx, "", "", &mut |row, done| {
        if done.at < horizon {
            old.push(row.to_vec());
        }
        ControlFlow::Continue(())
    })?;
    Ok(old)
}

/// Deletes the responses in these rows.
pub(crate) fn delete_completed(tx: &mut Tx<'_>, rows: &[Vec<u8>]) -> Result<(), Fault> {
    Ok(rows.iter().try_for_each(|row| COMPLETED.delete(tx, row))?)
}

/// Deletes all uploads of a deleted bucket.
pub(crate) fn abandon_all(ctx: &mut Ctx<'_>, bucket: &str) -> Result<(), Fault> {
    let tx = ctx.tx_mut();
    for (row, upload) in UPLOADS.all(tx, key([bucket]))? {
        delete_upload(tx, bucket, &crate::model::key_of_row(&row)?, &upload.id, &|_| false)?;
    }
    for (row, _) in COMPLETED.all(tx, key([bucket]))? {
        COMPLETED.delete(tx, row)?;
    }
    Ok(())
}

/// The right to write the parts of an upload.
pub(crate) fn needs_put(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request) -> Access {
    access::on_path(ctx, bucket, request, "s3:PutObject")
}

/// The right to see or drop an upload: its initiator and the root user of the initiator's account
/// have it, unless a policy denies it.
///
/// Source: S3 User Guide, "Multipart upload API and permissions".
pub(crate) fn needs_own(ctx: &Ctx<'_>, bucket: &Bucket, request: &Request, action: &str) -> Needs {
    let mut access = access::on_path(ctx, bucket, request, action);
    let principal = &ctx.caller().principal;
    let began = |open: OpenUpload| {
        let root = matches!(principal, Principal::Root { account } if *account == open.initiator);
        root || open.initiator_arn.as_deref() == Some(&*principal.arn())
    };
    let known = *principal != Principal::Anonymous;
    if known && load(ctx, bucket, request).is_ok_and(began) {
        // Like a grant of KMS: it needs no identity policy, and every denial overrides it.
        access.granted = true;
        access.rule = ResourceRule::KeyPolicy;
    }
    vec![access].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_of_a_key_are_stored_oldest_first() {
        let id = |ms, byte| make_id(Timestamp::from_ms(ms), [byte; 24]);
        assert!(row_of("b", "k", &id(255, 9)) < row_of("b", "k", &id(256, 1)));
        assert!(row_of("b", "k", &id(256, 1)) < row_of("b", "k0", &id(1, 1)));
        assert_eq!(id(1, 1).len(), 43);
    }

    #[test]
    fn part_numbers_go_from_one_to_ten_thousand() {
        let of = |text| part_number(&Request::default().with_query("partNumber", text)).ok();
        assert_eq!((of("1"), of("10000")), (Some(1), Some(10_000)));
        assert_eq!((of("0"), of("10001"), of("x"), of("")), (None, None, None, None));
    }
}
