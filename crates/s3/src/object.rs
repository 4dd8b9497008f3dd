use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::{Ctx, Fault};
use serde::{Deserialize, Serialize};
use store::{StoreError, Table, Tx, key, key_text};
use types::{AccountId, Timestamp};

use crate::acl::Acl;
use crate::body::Piece;
use crate::bucket::{Bucket, Versioning, canonical_id};
use crate::checksum::Checksum;
use crate::encryption::Envelope;
use crate::error::{S3Error, S3Result};
use crate::lock::Lock;
use crate::ops::multipart;
use crate::owning;

/// Source: S3 User Guide, "Naming Amazon S3 objects".
pub(crate) const KEY_BYTES_MAX: usize = 1_024;
/// Source: S3 User Guide, "User-defined object metadata": 2 KB.
pub(crate) const METADATA_BYTES_MAX: usize = 2_048;
/// The id of versions written while versioning is not enabled.
pub(crate) const NULL: &str = "null";

/// All versions: by bucket, key, and then newest first.
pub(crate) const VERSIONS: Table<Version> = Table::new("s3.object");
/// Where the null version of a key stands, if it was written while versioning was suspended.
const NULL_ORDER: Table<u64> = Table::new("s3.null_version");

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    /// `null` or 32 characters.
    pub(crate) id: String,
    /// Counts up with every version of a key.
    pub(crate) order: u64,
    pub(crate) modified: Timestamp,
    pub(crate) owner: AccountId,
    /// `None` for a delete marker.
    pub(crate) stored: Option<Stored>,
}

/// What a version that is no delete marker has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) pieces: Vec<Piece>,
    /// Whether the pieces are parts of an upload.
    #[serde(default)]
    pub(crate) multipart: bool,
    pub(crate) envelope: Envelope,
    #[serde(default)]
    pub(crate) checksum: Option<Checksum>,
    /// `content-type` and its like, as they are answered.
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) metadata: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
    #[serde(default = "standard")]
    pub(crate) storage_class: String,
    #[serde(default)]
    pub(crate) acl: Acl,
    #[serde(default)]
    pub(crate) lock: Lock,
}

fn standard() -> String {
    "STANDARD".to_owned()
}

impl Version {
    pub(crate) fn is_marker(&self) -> bool {
        self.stored.is_none()
    }

    /// The canonical id of its owner.
    pub(crate) fn owner_id(&self, bucket: &Bucket) -> String {
        canonical_id(owning::of_version(bucket, self))
    }

    /// What is stored; a delete marker refuses every method but DELETE.
    pub(crate) fn content(&self, method: &str) -> S3Result<&Stored> {
        let refusal = || S3Error::MethodNotAllowed {
            method: method.to_owned(),
            version: self.id.clone(),
            modified: self.modified.http_date(),
        };
        self.stored.as_ref().ok_or_else(|| refusal().into())
    }
}

/// The place of a version in the table.
pub(crate) fn row_key(bucket: &str, object: &str, order: u64) -> Vec<u8> {
    key([bucket.as_bytes(), object.as_bytes(), &(u64::MAX - order).to_be_bytes()])
}

/// The start of all versions of a key.
pub(crate) fn rows_of(bucket: &str, object: &str) -> Vec<u8> {
    key([bucket, object])
}

/// The object key in a row's key.
pub(crate) fn key_of_row(row: &[u8]) -> Result<String, StoreError> {
    key_text(row, 1)
}

/// The newest version of a key, delete markers included.
pub(crate) fn newest(tx: &Tx<'_>, bucket: &str, object: &str) -> Result<Option<Version>, Fault> {
    let found = VERSIONS.first_shared(tx, rows_of(bucket, object))?;
    Ok(found.map(Arc::unwrap_or_clone))
}

/// The version with an id; errors if no version of the key can have had it.
///
/// Observed: also where a key never had versions. Assumed: the id of another key's version is no
/// id of this one.
pub(crate) fn by_id(
    tx: &Tx<'_>,
    bucket: &str,
    object: &str,
    id: &str,
) -> S3Result<Option<Version>> {
    if id == NULL {
        return Ok(null_version(tx, bucket, object)?);
    }
    match listed(tx, bucket, object, id)? {
        Some(found) => Ok(Some(found)),
        None if was_made(bucket, object, id) => Ok(None),
        None => Err(S3Error::argument("Invalid version id specified", "versionId", id).into()),
    }
}

/// The version with an id, whatever the id is.
pub(crate) fn listed(
    tx: &Tx<'_>,
    bucket: &str,
    object: &str,
    id: &str,
) -> Result<Option<Version>, Fault> {
    if id == NULL {
        return null_version(tx, bucket, object);
    }
    let Some(order) = order_of_id(id) else { return Ok(None) };
    let found = VERSIONS.get(tx, row_key(bucket, object, order))?;
    Ok(found.filter(|version| version.id == id))
}

/// The null version of a key: written before versioning was enabled, or while it was suspended.
fn null_version(tx: &Tx<'_>, bucket: &str, object: &str) -> Result<Option<Version>, Fault> {
    let order = NULL_ORDER.get(tx, rows_of(bucket, object))?.unwrap_or(1);
    let found = VERSIONS.get(tx, row_key(bucket, object, order))?;
    Ok(found.filter(|version| version.id == NULL))
}

/// What a request names: the newest version or the one with the id. `None` if there is none.
pub(crate) fn seek(
    ctx: &Ctx<'_>,
    bucket: &Bucket,
    object: &str,
    version_id: Option<&str>,
) -> S3Result<Option<Version>> {
    match version_id {
        Some(id) => by_id(ctx.tx(), &bucket.name, object, id),
        None => Ok(newest(ctx.tx(), &bucket.name, object)?),
    }
}

/// The same; errors as S3 does if there is none or only a delete marker.
///
/// Observed: a current delete marker is a missing key and tells its id; named by its id it is a
/// thing that knows no other method.
pub(crate) fn expect(
    ctx: &Ctx<'_>,
    bucket: &Bucket,
    object: &str,
    version_id: Option<&str>,
) -> S3Result<Version> {
    let object = object.to_owned();
    match (seek(ctx, bucket, &object, version_id)?, version_id) {
        (None, None) => Err(S3Error::NoSuchKey { key: object }.into()),
        (None, Some(id)) => {
            Err(S3Error::NoSuchVersion { key: object, version: id.to_owned() }.into())
        }
        (Some(version), None) if version.is_marker() => {
            Err(S3Error::Deleted { key: object, version: version.id }.into())
        }
        (Some(version), _) => Ok(version),
    }
}

/// Puts a version of `owner` on top of a key by the bucket's versioning.
pub(crate) fn push(
    ctx: &mut Ctx<'_>,
    bucket: &Bucket,
    object: &str,
    owner: AccountId,
    stored: Option<Stored>,
) -> S3Result<Version> {
    // Twice as long as ids need, so that recorded seeds give the same run as ever.
    let random: [u8; 16] = ctx.entropy().bytes()?;
    let random = random.first_chunk().copied().unwrap_or_default();
    let modified = ctx.now();
    let tx = ctx.tx_mut();
    multipart::touch(tx, &bucket.name, object)?;
    let top = newest(tx, &bucket.name, object)?.map_or(0, |version| version.order);
    let next = top.saturating_add(1);
    let (id, order) = match bucket.versioning {
        Versioning::Unset => (NULL.to_owned(), 1),
        Versioning::Enabled => (make_id(&bucket.name, object, next, random), next),
        Versioning::Suspended => (NULL.to_owned(), next),
    };
    if bucket.versioning != Versioning::Enabled {
        if let Some(old) = null_version(tx, &bucket.name, object)? {
            erase(tx, &bucket.name, object, &old)?;
        }
        if bucket.versioning == Versioning::Suspended {
            NULL_ORDER.put(tx, rows_of(&bucket.name, object), &order)?;
        }
    }
    let version = Version { id, order, modified, owner, stored };
    VERSIONS.put(tx, row_key(&bucket.name, object, order), &version)?;
    Ok(version)
}

/// Changes a version where it stands.
pub(crate) fn replace(
    ctx: &mut Ctx<'_>,
    bucket: &str,
    object: &str,
    version: &Version,
) -> Result<(), Fault> {
    Ok(VERSIONS.put(ctx.tx_mut(), row_key(bucket, object, version.order), version)?)
}

/// Removes a version for good.
pub(crate) fn erase(
    tx: &mut Tx<'_>,
    bucket: &str,
    object: &str,
    version: &Version,
) -> Result<(), Fault> {
    multipart::touch(tx, bucket, object)?;
    for piece in version.stored.iter().flat_map(|stored| &stored.pieces) {
        piece.discard(tx)?;
    }
    if version.id == NULL {
        NULL_ORDER.delete(tx, rows_of(bucket, object))?;
    }
    Ok(VERSIONS.delete(tx, row_key(bucket, object, version.order))?)
}

/// A version id: 24 bytes in 32 URL-safe characters. The first eight tell the place, mixed with the
/// random next eight, so that ids do not look alike; the last eight recognise an id that was made
/// for the key, also when its version is gone.
fn make_id(bucket: &str, object: &str, order: u64, random: [u8; 8]) -> String {
    let place = (order ^ u64::from_be_bytes(random)).to_be_bytes();
    let print = fingerprint(bucket, object, place, random);
    URL_SAFE_NO_PAD.encode([place, random, print].concat())
}

fn fingerprint(bucket: &str, object: &str, place: [u8; 8], random: [u8; 8]) -> [u8; 8] {
    let text = key([bucket.as_bytes(), object.as_bytes(), &place, &random]);
    keys::sha256(&text).first_chunk().copied().unwrap_or_default()
}

fn parts_of_id(id: &str) -> Option<[[u8; 8]; 3]> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let (parts, rest) = bytes.as_chunks::<8>();
    rest.is_empty().then(|| parts.try_into().ok()).flatten()
}

/// The place of a version, be it there or not.
pub(crate) fn order_of_id(id: &str) -> Option<u64> {
    let [place, random, _] = parts_of_id(id)?;
    Some(u64::from_be_bytes(place) ^ u64::from_be_bytes(random))
}

/// Whether a version of the key ever had this id. The null version may have been there always.
pub(crate) fn was_made(bucket: &str, object: &str, id: &str) -> bool {
    let made =
        |[place, random, print]: [[u8; 8]; 3]| fingerprint(bucket, object, place, random) == print;
    id == NULL || parts_of_id(id).is_some_and(made)
}

/// What `x-amz-version-id` says: nothing in a bucket that never had versioning.
pub(crate) fn shown_id(bucket: &Bucket, version: &Version) -> Option<String> {
    (bucket.versioning != Versioning::Unset).then(|| version.id.clone())
}

/// The id of a version with one of its own.
///
/// Observed: writes and copies do not name the null version.
pub(crate) fn written_id(version: &Version) -> Option<String> {
    Some(version.id.clone()).filter(|id| id != NULL)
}

/// An ETag as it is written: in quotes.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_id_has_32_characters_and_leads_to_its_place() {
        let id = make_id("b", "k", 7, [0xa5; 8]);
        assert_eq!(id.len(), 32);
        assert_eq!(order_of_id(&id), Some(7));
        assert!(was_made("b", "k", &id) && was_made("b", "k", NULL));
        assert!(!was_made("b", "other", &id));
        assert!(!was_made("b", "k", "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD"));
        assert_eq!(order_of_id("null"), None);
        assert!(order_of_id("HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD").is_some());
        assert_eq!(order_of_id("too-short"), None);
    }

    #[test]
    fn versions_of_a_key_are_stored_newest_first() {
        assert!(row_key("b", "k", 2) < row_key("b", "k", 1));
        assert!(row_key("b", "k", 1) < row_key("b", "k0", 9));
        assert_eq!(key_of_row(&row_key("b", "k\0x", 1)).unwrap(), "k\0x");
    }
}
