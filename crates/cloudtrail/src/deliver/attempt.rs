//! The attempts to put waiting files.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gateway::{Caller, Gateway, Refused};
use store::{StoreError, key};
use trail::log_file::{self, LogFile};
use trail::retry::{self, Step};
use types::{MINUTE_MS, Timestamp};

use super::{FileToPut, update};
use crate::PRINCIPAL;
use crate::model::{Content, LOST, Lost, Trail, UNDIGESTED, Undigested, WAITING, Waiting};

/// Tries what is due of a trail's waiting files, and gives the instant of the next attempt.
///
/// Once a bucket has refused a file, its others wait for the next round; once it has taken one,
/// all that wait are tried at once: after a repair nothing waits for its hour.
pub(super) fn attempt(gateway: &Arc<Gateway>, trail: &Trail) -> Result<Timestamp, StoreError> {
    let mut round = Round {
        gateway,
        trail,
        checked: BTreeSet::new(),
        broken: BTreeSet::new(),
        open: BTreeSet::new(),
        due: gateway.clock().now().plus_ms(MINUTE_MS),
    };
    loop {
        let before = round.open.len();
        for (place, file) in waiting(gateway, trail)? {
            round.step(place, file)?;
        }
        if round.open.len() == before {
            return Ok(round.due);
        }
    }
}

fn waiting(gateway: &Gateway, trail: &Trail) -> Result<Vec<(Vec<u8>, Waiting)>, StoreError> {
    WAITING.all(&gateway.store().snapshot()?.tx(), key([trail.id.as_str()]))
}

struct Round<'a> {
    gateway: &'a Arc<Gateway>,
    trail: &'a Trail,
    /// Buckets whose ACL was read in this round.
    checked: BTreeSet<String>,
    /// Buckets that refused a file in this round.
    broken: BTreeSet<String>,
    /// Buckets that took a file in this round.
    open: BTreeSet<String>,
    due: Timestamp,
}

/// A file that arrived.
struct Arrived {
    /// Of a log file, what its digest will say.
    log: Option<LogFile>,
}

impl Round<'_> {
    fn step(&mut self, place: Vec<u8>, file: Waiting) -> Result<(), StoreError> {
        let now = self.gateway.clock().now();
        match retry::next_step(&file.retry, now) {
            Step::GiveUp => return self.give_up(place, file, now),
            _ if self.broken.contains(&file.bucket) => return Ok(()),
            Step::WaitUntil(due) if !self.open.contains(&file.bucket) => {
                self.due = self.due.min(due);
                return Ok(());
            }
            Step::WaitUntil(_) | Step::Attempt => {}
        }
        match self.put(&file) {
            Ok(arrived) => {
                self.open.insert(file.bucket.clone());
                self.arrived(place, file, arrived, now)
            }
            Err(Refused::Wire(error)) => {
                self.broken.insert(file.bucket.clone());
                self.failed(place, file, error.code, now)
            }
            Err(Refused::Internal(error)) => Err(error),
        }
    }

    fn put(&mut self, file: &Waiting) -> Result<Arrived, Refused> {
        let service = Caller::service(PRINCIPAL, &self.trail.account, self.trail.arn().as_str());
        let region = s3::bucket_location(&self.gateway.store().snapshot()?.tx(), &file.bucket)?;
        let region = region.unwrap_or_else(|| self.trail.home_region.clone());
        if !self.checked.contains(&file.bucket) {
            // Observed: CloudTrail reads the bucket's ACL before it delivers.
            let input = s3::Request::bucket(&file.bucket);
            self.gateway.invoke::<s3::GetBucketAcl>(service.clone(), region.clone(), input)?;
            self.checked.insert(file.bucket.clone());
        }
        let (body, metadata, log) = match &file.content {
            Content::Log(ranges) => {
                let log = self.log(ranges)?;
                (Bytes::copy_from_slice(&log.gz), Vec::new(), Some(log))
            }
            Content::Digest { gz, metadata } => {
                let body = STANDARD.decode(gz).map_err(StoreError::corrupt)?;
                (Bytes::from(body), metadata.clone(), None)
            }
        };
        let object = file.object.clone();
        let put = FileToPut { bucket: &file.bucket, object, body, metadata, is_gzip: true };
        self.gateway.invoke::<s3::PutObject>(service, region, put.input(self.trail))?;
        Ok(Arrived { log })
    }

    fn log(&self, ranges: &[(u64, u64)]) -> Result<LogFile, StoreError> {
        let view = self.gateway.store().snapshot()?;
        let mut records = Vec::new();
        for (from, to) in ranges {
            let wanted = usize::try_from(to.saturating_sub(*from)).unwrap_or(usize::MAX);
            let rows = self.gateway.store().events_from(&view, *from, wanted.saturating_add(1))?;
            let rows = rows.into_iter().take_while(|row| row.seq <= *to);
            records.extend(rows.map(|row| row.body));
        }
        let texts = records.iter().map(|body| std::str::from_utf8(body).unwrap_or_default());
        log_file::write(texts).map_err(StoreError::corrupt)
    }

    fn arrived(
        &self,
        place: Vec<u8>,
        file: Waiting,
        arrived: Arrived,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, validates) = (self.trail.id.clone(), self.trail.validates_log_files);
        tracing::info!(bucket = file.bucket, object = file.object, "delivered");
        update(self.gateway, &self.trail.id, move |tx, progress| {
            WAITING.delete(tx, &place)?;
            let Some(log) = arrived.log else {
                progress.status.digest_delivered = Some(now);
                progress.status.digest_error = None;
                return Ok(());
            };
            progress.status.delivered = Some(now);
            progress.status.delivery_attempted = Some(now);
            progress.status.delivery_error = None;
            if !validates {
                return Ok(());
            }
            let is_new = !progress.chains.iter().any(|state| state.region == file.region);
            if is_new {
                progress.ensure_chain(&file.region, now);
            }
            let delivered = Undigested {
                delivered: now,
                bucket: file.bucket,
                object: file.object.clone(),
                hash: log.plain_sha256_hex,
                newest: log.newest,
                oldest: log.oldest,
            };
            UNDIGESTED.put(tx, key([&id, &file.region, &file.object]), &delivered)
        })
    }

    fn failed(
        &mut self,
        place: Vec<u8>,
        mut file: Waiting,
        code: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let trail = &self.trail.name;
        tracing::warn!(%trail, bucket = file.bucket, object = file.object, code, "not delivered");
        file.retry = file.retry.failed_at(now);
        if let Step::WaitUntil(due) = retry::next_step(&file.retry, now) {
            self.due = self.due.min(due);
        }
        update(self.gateway, &self.trail.id, move |tx, progress| {
            match file.content {
                Content::Log(_) => {
                    progress.status.delivery_attempted = Some(now);
                    progress.status.delivery_error = Some(code);
                }
                Content::Digest { .. } => progress.status.digest_error = Some(code),
            }
            WAITING.put(tx, &place, &file)
        })
    }

    /// Puts the loss on record.
    fn give_up(&self, place: Vec<u8>, file: Waiting, now: Timestamp) -> Result<(), StoreError> {
        let trail = &self.trail.name;
        tracing::error!(%trail, bucket = file.bucket, object = file.object, "given up after 30 days");
        update(self.gateway, &self.trail.id, move |tx, progress| {
            let error = match file.content {
                Content::Log(_) => progress.status.delivery_error.clone(),
                Content::Digest { .. } => progress.status.digest_error.clone(),
            };
            WAITING.delete(tx, &place)?;
            LOST.put(tx, &place, &Lost { given_up: now, error, file })
        })
    }
}
