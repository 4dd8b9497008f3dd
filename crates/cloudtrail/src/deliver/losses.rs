//! The abandoned files.

use gateway::{Fault, Gateway};
use types::Timestamp;

use crate::model::{Content, LOST, Lost};

/// A file that could not be delivered within thirty days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The bucket that refused it.
    pub bucket: String,
    /// Its key there.
    pub object: String,
    /// When it was abandoned.
    pub given_up: Timestamp,
    /// The code of the bucket's last response.
    pub error: Option<String>,
    /// The events in it; none for a digest. Event history has them for its retention period.
    pub events: usize,
}

impl From<Lost> for Loss {
    fn from(lost: Lost) -> Self {
        let events = match &lost.file.content {
            Content::Log(ranges) => {
                ranges.iter().map(|(from, to)| to.saturating_sub(*from).saturating_add(1)).sum()
            }
            Content::Digest { .. } => 0_u64,
        };
        Self {
            bucket: lost.file.bucket,
            object: lost.file.object,
            given_up: lost.given_up,
            error: lost.error,
            events: usize::try_from(events).unwrap_or(usize::MAX),
        }
    }
}

/// All losses on record, of all trails.
pub fn losses(gateway: &Gateway) -> Result<Vec<Loss>, Fault> {
    let rows = LOST.all(&gateway.snapshot()?.tx(), "")?;
    Ok(rows.into_iter().map(|(_, lost)| Loss::from(lost)).collect())
}
