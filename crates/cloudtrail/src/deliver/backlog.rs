//! How delivery goes, for those who watch over the server.

use std::ops::ControlFlow;

use gateway::Gateway;
use store::StoreError;
use types::Timestamp;

use crate::model::{LOST, PROGRESS, TRAILS, WAITING};

/// What waits, of all trails of all accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Trails that log.
    pub logging_trails: u64,
    /// Buckets and folders that refused their last file.
    pub refusing: u64,
    /// Log files and digests that are made and not delivered.
    pub files: u64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
    /// When the last log file was delivered.
    pub latest_delivery: Option<Timestamp>,
    /// When the last digest was delivered.
    pub latest_digest: Option<Timestamp>,
    /// Files that were given up after 30 days.
    pub lost: u64,
}

/// Counts what waits.
pub fn backlog(gateway: &Gateway) -> Result<Backlog, StoreError> {
    let view = gateway.store().snapshot()?;
    let tx = view.tx();
    let mut all = Backlog::default();
    TRAILS.visit(&tx, "", "", &mut |_, trail| {
        all.logging_trails = all.logging_trails.saturating_add(u64::from(trail.is_logging));
        ControlFlow::Continue(())
    })?;
    PROGRESS.visit(&tx, "", "", &mut |_, progress| {
        let refusing = u64::try_from(progress.outages.len()).unwrap_or(u64::MAX);
        all.refusing = all.refusing.saturating_add(refusing);
        all.latest_delivery = all.latest_delivery.max(progress.status.delivered);
        all.latest_digest = all.latest_digest.max(progress.status.digest_delivered);
        ControlFlow::Continue(())
    })?;
    WAITING.visit(&tx, "", "", &mut |_, file| {
        all.files = all.files.saturating_add(1);
        all.oldest = Some(all.oldest.map_or(file.made, |oldest| oldest.min(file.made)));
        ControlFlow::Continue(())
    })?;
    LOST.visit(&tx, "", "", &mut |_, _| {
        all.lost = all.lost.saturating_add(1);
        ControlFlow::Continue(())
    })?;
    Ok(all)
}
