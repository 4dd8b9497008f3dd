use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::{Ctx, Fault};
use store::{Table, Tx, key};
use types::AccountId;

use crate::bucket::canonical_id;
use crate::changes;
use crate::error::{S3Error, S3Result};
use crate::model::{Bucket, Stored, Version, Versioning, row_key, rows_of};
use crate::owning;

/// The id of versions written while versioning is not enabled.
pub(crate) const NULL: &str = "null";

/// All versions: by bucket, key, and then newest first.
pub(crate) const VERSIONS: Table<Version> = Table::new("s3.object");
/// The position of the null version of a key, if it was written while versioning was suspended.
const NULL_ORDER: Table<u64> = Table::new("s3.null_version");

impl Version {
    pub(crate) fn is_marker(&self) -> bool {
        self.stored.is_none()
    }

    /// The canonical id of its owner.
    pub(crate) fn owner_id(&self, bucket: &Bucket) -> String {
        canonical_id(owning::of_version(bucket, self))
    }

    /// The stored data; a delete marker supports only DELETE.
    pub(crate) fn content(&self, method: &str) -> S3Result<&Stored> {
        let refusal = || S3Error::MethodNotAllowed {
            method: method.to_owned(),
            version: self.id.clone(),
            modified: self.modified.http_date(),
        };
        self.stored.as_ref().ok_or_else(|| refusal().into())
    }
}

/// The newest version of a key, delete markers included.
pub(crate) fn newest(tx: &Tx<'_>, bucket: &str, object: &str) -> Result<Option<Version>, Fault> {
    let found = VERSIONS.first_shared(tx, rows_of(bucket, object))?;
    Ok(found.map(Arc::unwrap_or_clone))
}

/// The version with an id; errors if no version of the key can have had it.
///
/// Observed: also where a key never had versions. Assumed: S3 takes the id of another key's version
/// for no id of this one.
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

/// The version with an ID, in any format.
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

/// The version that a request names: the newest or the one with the ID. `None` if it does not
/// exist.
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
/// Observed: a current delete marker is a missing key and returns its ID; named by its ID it is a
/// resource that supports no other method.
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

/// Adds a version of `owner` to a key according to the bucket's versioning.
pub(crate) fn push(
    ctx: &mut Ctx<'_>,
    bucket: &Bucket,
    object: &str,
    owner: AccountId,
    stored: Option<Stored>,
) -> S3Result<Version> {
    // Twice as long as IDs need, so that recorded seeds give the same run as before.
    let random: [u8; 16] = ctx.entropy().bytes()?;
    let random = random.first_chunk().copied().unwrap_or_default();
    let modified = ctx.now();
    let tx = ctx.tx_mut();
    changes::touch(tx, &bucket.name, object)?;
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

/// Changes a version in place.
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
    changes::touch(tx, bucket, object)?;
    for piece in version.stored.iter().flat_map(|stored| &stored.pieces) {
        piece.discard(tx)?;
    }
    if version.id == NULL {
        NULL_ORDER.delete(tx, rows_of(bucket, object))?;
    }
    Ok(VERSIONS.delete(tx, row_key(bucket, object, version.order))?)
}

/// A version ID: 24 bytes in 32 URL-safe characters. The first eight encode the position, mixed
/// with the random next eight, so that IDs are not similar; the last eight authenticate an ID
/// that was created for the key, even if its version no longer exists.
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

/// The value of `x-amz-version-id`: none in a bucket that never had versioning.
pub(crate) fn shown_id(bucket: &Bucket, version: &Version) -> Option<String> {
    (bucket.versioning != Versioning::Unset).then(|| version.id.clone())
}

/// The ID of a version that has one.
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
    use crate::model::key_of_row;

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
