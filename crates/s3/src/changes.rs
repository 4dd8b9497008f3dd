//! Open uploads, and how often their keys changed meanwhile: the conditions of an upload hold only
//! while its key is as it was.

use std::ops::ControlFlow;

use gateway::Fault;
use store::{Table, Tx};

use crate::model::{OpenUpload, rows_of};

/// Open uploads by bucket, key and id: of a key, the oldest first.
pub(crate) const UPLOADS: Table<OpenUpload> = Table::new("s3.upload");
/// How often a key with open uploads was changed, by bucket and key.
const CHANGES: Table<u64> = Table::new("s3.upload_change");

/// Records that a key with open uploads changed: the conditions of those uploads no longer hold.
pub(crate) fn touch(tx: &mut Tx<'_>, bucket: &str, object: &str) -> Result<(), Fault> {
    if !has_uploads(tx, bucket, object)? {
        return Ok(());
    }
    let changes = count(tx, bucket, object)?.saturating_add(1);
    Ok(CHANGES.put(tx, rows_of(bucket, object), &changes)?)
}

/// How often a key was changed while it had open uploads.
pub(crate) fn count(tx: &Tx<'_>, bucket: &str, object: &str) -> Result<u64, Fault> {
    Ok(CHANGES.get(tx, rows_of(bucket, object))?.unwrap_or(0))
}

/// Deletes the count of a key that has no open uploads any more.
pub(crate) fn clear(tx: &mut Tx<'_>, bucket: &str, object: &str) -> Result<(), Fault> {
    Ok(CHANGES.delete(tx, rows_of(bucket, object))?)
}

/// Whether a key has open uploads.
pub(crate) fn has_uploads(tx: &Tx<'_>, bucket: &str, object: &str) -> Result<bool, Fault> {
    let mut found = false;
    UPLOADS.visit(tx, rows_of(bucket, object), "", &mut |_, _| {
        found = true;
        ControlFlow::Break(())
    })?;
    Ok(found)
}
