//! The state of deliveries, and of abandoned files, for operators.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use gateway::{Fault, Gateway};
use store::Tx;
use types::{AccountId, Region, Timestamp};

use crate::model::{Content, LOST, Lost, PROGRESS, TRAILS, WAITING};

/// Pending deliveries of all trails in all accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Trails that log.
    pub logging_trails: u64,
    /// Buckets and folders that refused their last file.
    pub refusing: u64,
    /// Log files and digests pending delivery.
    pub files: u64,
    /// When the oldest of them was created.
    pub oldest: Option<Timestamp>,
    /// Files that were abandoned after 30 days.
    pub lost: u64,
    /// The same by trail, also of those that were deleted and still deliver.
    pub trails: Vec<TrailBacklog>,
}

/// Pending deliveries of one trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailBacklog {
    /// The account that owns it.
    pub account: AccountId,
    /// Its home region.
    pub region: Region,
    /// Its name.
    pub name: String,
    /// Folders that refused their last file.
    pub refusing: u64,
    /// Files pending delivery.
    pub files: u64,
    /// When the oldest of them was created.
    pub oldest: Option<Timestamp>,
    /// When its last log file was delivered.
    pub latest_delivery: Option<Timestamp>,
    /// When its last digest was delivered.
    pub latest_digest: Option<Timestamp>,
}

/// Counts pending deliveries.
pub fn backlog(tx: &Tx<'_>) -> Result<Backlog, Fault> {
    let mut all = Backlog::default();
    TRAILS.visit(tx, "", "", &mut |_, trail| {
        all.logging_trails = all.logging_trails.saturating_add(u64::from(trail.is_logging));
        ControlFlow::Continue(())
    })?;
    let mut trails: BTreeMap<Vec<u8>, TrailBacklog> = BTreeMap::new();
    PROGRESS.visit(tx, "", "", &mut |id, progress| {
        let refusing = u64::try_from(progress.outages.len()).unwrap_or(u64::MAX);
        all.refusing = all.refusing.saturating_add(refusing);
        let trail = TrailBacklog {
            account: progress.account.clone(),
            region: progress.home_region.clone(),
            name: progress.name.as_str().to_owned(),
            refusing,
            files: 0,
            oldest: None,
            latest_delivery: progress.status.delivered,
            latest_digest: progress.status.digest_delivered,
        };
        trails.insert(id.to_vec(), trail);
        ControlFlow::Continue(())
    })?;
    WAITING.visit(tx, "", "", &mut |place, file| {
        all.files = all.files.saturating_add(1);
        all.oldest = Some(earlier(all.oldest, file.made));
        let id = store::key_parts(place).into_iter().next();
        if let Some(trail) = id.and_then(|id| trails.get_mut(&id)) {
            trail.files = trail.files.saturating_add(1);
            trail.oldest = Some(earlier(trail.oldest, file.made));
        }
        ControlFlow::Continue(())
    })?;
    LOST.visit(tx, "", "", &mut |_, _| {
        all.lost = all.lost.saturating_add(1);
        ControlFlow::Continue(())
    })?;
    all.trails = trails.into_values().collect();
    Ok(all)
}

fn earlier(known: Option<Timestamp>, found: Timestamp) -> Timestamp {
    known.map_or(found, |known| known.min(found))
}

/// A file that could not be delivered within thirty days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The bucket that refused it.
    pub bucket: String,
    /// Its key there.
    pub object: String,
    /// When it was abandoned.
    pub given_up: Timestamp,
    /// The code of the last error.
    pub error: Option<String>,
    /// The events in it; none in a digest. Event history has them for as long as it goes back.
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
