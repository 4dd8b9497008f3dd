//! The lanes: a trail's pending files for one folder, stored one after the other, and the pauses
//! of a folder that rejects them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gateway::{Caller, Fault, Gateway, Operation, Refused};
use store::{Tx, key};
use trail::log_file::{self, LogFile};
use trail::retry::{self, Pace, Step};
use types::{MINUTE_MS, Pulse, Region, Timestamp};

use super::FileToPut;
use super::progress::update;
use crate::PRINCIPAL;
use crate::model::{
    Content, LOST, Lost, Outage, PROGRESS, Trail, UNDIGESTED, Undigested, WAITING, Waiting,
};

/// Files that are read in one go.
const BATCH_LEN: usize = 32;

/// Attempts the due deliveries of a trail's pending files, and returns the time of the next
/// attempt.
///
/// The files of a lane are delivered one after the other. Once one is rejected, the lane waits; its
/// oldest file is retried, and when that succeeds all the others follow at once. Errors in one lane
/// do not affect others; the first one is returned.
pub(super) fn attempt(
    gateway: &Arc<Gateway>,
    trail: &Trail,
    pace: Pace,
    pulse: Pulse<'_>,
) -> Result<Timestamp, Fault> {
    let due = gateway.clock().now().plus_ms(MINUTE_MS);
    let mut round = Round { gateway, trail, pace, pulse, checked: BTreeSet::new(), due };
    let lanes = lanes(&gateway.snapshot()?.tx(), trail)?;
    let mut result = Ok(());
    for (lane, is_digest) in lanes {
        result = result.and(round.work_off(&lane, is_digest));
    }
    result.map(|()| round.due)
}

/// The pending files of a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    None,
    Digests,
    Logs,
}

/// The pending files of a trail, log files before digests.
pub(super) fn waits(tx: &Tx<'_>, trail: &Trail) -> Result<Waits, Fault> {
    let lanes = lanes(tx, trail)?;
    let logs = lanes.iter().any(|(_, is_digest)| !is_digest);
    Ok(match (lanes.is_empty(), logs) {
        (true, _) => Waits::None,
        (false, false) => Waits::Digests,
        (false, true) => Waits::Logs,
    })
}

type Row = (Vec<u8>, Waiting);

/// Up to `limit` files whose place begins with `prefix` and is not before `from`.
fn first_waiting(tx: &Tx<'_>, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    WAITING.visit(tx, prefix, from, &mut |place, file| {
        rows.push((place.to_vec(), file));
        if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(rows)
}

/// The lanes in which files wait, and whether these are digests.
fn lanes(tx: &Tx<'_>, trail: &Trail) -> Result<Vec<(String, bool)>, Fault> {
    let (mut lanes, mut from) = (Vec::new(), Vec::new());
    while let Some((_, file)) = first_waiting(tx, &key([&trail.id]), &from, 1)?.into_iter().next() {
        let lane = file.lane();
        // Beyond every number.
        from = key([trail.id.as_str(), &lane, "~"]);
        lanes.push((lane, matches!(file.content, Content::Digest { .. })));
    }
    Ok(lanes)
}

struct Round<'a> {
    gateway: &'a Arc<Gateway>,
    trail: &'a Trail,
    pace: Pace,
    /// Called before every file.
    pulse: Pulse<'a>,
    /// Buckets whose ACL was read in this round.
    checked: BTreeSet<String>,
    due: Timestamp,
}

/// A file that arrived.
struct Arrived {
    /// For a log file, its entry in the digest.
    log: Option<LogFile>,
}

/// Why a file did not arrive.
struct NotPut {
    /// Empty if no request was made.
    request_id: String,
    refused: Box<Refused>,
}

impl<F: Into<Fault>> From<F> for NotPut {
    fn from(fault: F) -> Self {
        Self { request_id: String::new(), refused: Box::new(Refused::Internal(fault.into())) }
    }
}

/// The state of the attempts in a lane.
struct Attempts {
    lane: String,
    pace: Pace,
    /// Whether its files are never abandoned.
    patient: bool,
    outage: Option<Outage>,
}

impl Attempts {
    fn next_step(&self, file: &Waiting, now: Timestamp) -> Step {
        let (last_attempt, attempts) =
            self.outage.as_ref().map_or((file.made, 0), |own| (own.last_attempt, own.attempts));
        let first_attempt = if self.patient { last_attempt } else { file.made };
        let pending = retry::Pending { first_attempt, last_attempt, attempts };
        retry::next_step(&pending, self.pace, now)
    }

    fn fail(&mut self, now: Timestamp, request_id: String) -> Outage {
        let before = self.outage.as_ref().map_or(0, |outage| outage.attempts);
        let attempts = before.saturating_add(1);
        let outage = Outage { lane: self.lane.clone(), last_attempt: now, attempts, request_id };
        self.outage = Some(outage.clone());
        outage
    }
}

impl Round<'_> {
    /// A digest that is lost breaks its chain for ever, so the digests of a trail wait for as long
    /// as the trail is there. AWS states its 30 days for log files and nothing for digests.
    fn work_off(&mut self, lane: &str, is_digest: bool) -> Result<(), Fault> {
        let progress = PROGRESS.get(&self.gateway.snapshot()?.tx(), &self.trail.id)?;
        let Some(progress) = progress else { return Ok(()) };
        let patient = is_digest && progress.deleted.is_none();
        let known = progress.outages.into_iter().find(|outage| outage.lane == lane);
        let mut attempts =
            Attempts { lane: lane.to_owned(), pace: self.pace, patient, outage: known };
        loop {
            let view = self.gateway.snapshot()?;
            let prefix = key([self.trail.id.as_str(), lane]);
            let batch = first_waiting(&view.tx(), &prefix, &[], BATCH_LEN)?;
            if batch.is_empty() {
                return Ok(());
            }
            for (place, file) in batch {
                if (self.pulse)().is_break() {
                    return Ok(());
                }
                if self.step(&mut attempts, place, file)?.is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// Advances a lane's oldest file by one step; breaks if the lane waits after it.
    fn step(
        &mut self,
        attempts: &mut Attempts,
        place: Vec<u8>,
        file: Waiting,
    ) -> Result<ControlFlow<()>, Fault> {
        let now = self.gateway.clock().now();
        match attempts.next_step(&file, now) {
            Step::GiveUp => {
                self.give_up(place, file, now)?;
                return Ok(ControlFlow::Continue(()));
            }
            Step::WaitUntil(due) => {
                self.due = self.due.min(due);
                return Ok(ControlFlow::Break(()));
            }
            Step::Attempt => {}
        }
        match self.put(&file) {
            Ok(arrived) => {
                attempts.outage = None;
                self.arrived(&attempts.lane, place, file, arrived, now)?;
                Ok(ControlFlow::Continue(()))
            }
            Err(NotPut { request_id, refused }) => match *refused {
                Refused::Wire(error) | Refused::Denied(error) => {
                    let outage = attempts.fail(now, request_id);
                    if let Step::WaitUntil(due) = attempts.next_step(&file, now) {
                        self.due = self.due.min(due);
                    }
                    self.failed(&file, error.code, outage)?;
                    Ok(ControlFlow::Break(()))
                }
                Refused::Internal(error) => Err(error),
            },
        }
    }

    fn put(&mut self, file: &Waiting) -> Result<Arrived, NotPut> {
        let service = Caller::service(PRINCIPAL, &self.trail.account, self.trail.arn().as_str());
        let region = self.gateway.region_of::<s3::PutObject>(&file.bucket)?;
        let region = region.unwrap_or_else(|| self.trail.home_region.clone());
        if !self.checked.contains(&file.bucket) {
            // Observed: CloudTrail reads the bucket's ACL before it delivers.
            let input = s3::Request::bucket(&file.bucket);
            self.invoke::<s3::GetBucketAcl>(service.clone(), region.clone(), input)?;
            self.checked.insert(file.bucket.clone());
        }
        let (body, metadata, log) = match &file.content {
            Content::Log(ranges) => {
                let log = self.log(ranges)?;
                (Bytes::copy_from_slice(&log.gz), Vec::new(), Some(log))
            }
            Content::Digest { gz, metadata } => {
                let body = STANDARD
                    .decode(gz)
                    .map_err(|cause| Fault::damaged("a waiting digest file").because(cause))?;
                (Bytes::from(body), metadata.clone(), None)
            }
        };
        let object = file.object.clone();
        let put = FileToPut { bucket: &file.bucket, object, body, metadata, is_gzip: true };
        self.invoke::<s3::PutObject>(service, region, put.input(self.trail))?;
        Ok(Arrived { log })
    }

    fn invoke<O: Operation>(
        &self,
        caller: Caller,
        region: Region,
        input: O::Input,
    ) -> Result<O::Output, NotPut> {
        let (request_id, result) = self.gateway.invoke_with_id::<O>(caller, region, input);
        result.map_err(|refused| NotPut { request_id, refused: Box::new(refused) })
    }

    fn log(&self, ranges: &[(u64, u64)]) -> Result<LogFile, Fault> {
        let view = self.gateway.snapshot()?;
        let mut records = Vec::new();
        for (from, to) in ranges {
            let wanted = usize::try_from(to.saturating_sub(*from)).unwrap_or(usize::MAX);
            let rows = self.gateway.events_from(&view, *from, wanted.saturating_add(1))?;
            let rows = rows.into_iter().take_while(|row| row.seq <= *to);
            records.extend(rows.map(|row| (row.seq, row.body)));
        }
        let mut texts = Vec::with_capacity(records.len());
        for (seq, body) in &records {
            let text = std::str::from_utf8(body);
            texts.push(text.map_err(|cause| {
                Fault::damaged(format_args!("event {seq} is not text")).because(cause)
            })?);
        }
        log_file::write(texts.into_iter())
            .map_err(|cause| Fault::damaged("the records of a log file").because(cause))
    }

    fn arrived(
        &self,
        lane: &str,
        place: Vec<u8>,
        file: Waiting,
        arrived: Arrived,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let (id, validates) = (self.trail.id.clone(), self.trail.validates_log_files);
        let lane = lane.to_owned();
        let trail = &self.trail.name;
        tracing::debug!(%trail, bucket = file.bucket, object = file.object, "delivered");
        update(self.gateway, &self.trail.id, move |tx, progress| {
            if WAITING.get(tx, &place)?.is_none() {
                // Another server has delivered it, too: the same bytes under the same name.
                return Ok(());
            }
            WAITING.delete(tx, &place)?;
            progress.outages.retain(|outage| outage.lane != lane);
            let Some(log) = arrived.log else {
                progress.status.digest_delivered = Some(now);
                progress.status.digest_error = None;
                return Ok(());
            };
            progress.status.delivered = Some(now);
            progress.status.delivery_attempted = Some(now);
            progress.status.delivery_error = None;
            progress.status.delay_ms =
                log.oldest.map(|oldest| now.as_ms().saturating_sub(oldest.as_ms()));
            if !validates {
                return Ok(());
            }
            // A chain that was about to close stays open for it.
            progress.ensure_chain(&file.region, now);
            let delivered = Undigested {
                delivered: now,
                bucket: file.bucket,
                object: file.object.clone(),
                hash: log.plain_sha256_hex,
                newest: log.newest,
                oldest: log.oldest,
            };
            Ok(UNDIGESTED.put(tx, key([&id, &file.region, &file.object]), &delivered)?)
        })
    }

    /// Lets the lane rest.
    fn failed(&self, file: &Waiting, code: String, outage: Outage) -> Result<(), Fault> {
        let (trail, now) = (&self.trail.name, outage.last_attempt);
        tracing::warn!(%trail, bucket = file.bucket, object = file.object, code, "not delivered");
        let is_log = matches!(file.content, Content::Log(_));
        update(self.gateway, &self.trail.id, move |_, progress| {
            if is_log {
                progress.status.delivery_attempted = Some(now);
                progress.status.delivery_error = Some(code);
            } else {
                progress.status.digest_error = Some(code);
            }
            progress.outages.retain(|known| known.lane != outage.lane);
            progress.outages.push(outage);
            Ok(())
        })
    }

    /// Records the loss.
    fn give_up(&self, place: Vec<u8>, file: Waiting, now: Timestamp) -> Result<(), Fault> {
        let trail = &self.trail.name;
        tracing::error!(%trail, bucket = file.bucket, object = file.object, "abandoned after 30 days");
        update(self.gateway, &self.trail.id, move |tx, progress| {
            if WAITING.get(tx, &place)?.is_none() {
                return Ok(());
            }
            let error = match file.content {
                Content::Log(_) => progress.status.delivery_error.clone(),
                Content::Digest { .. } => progress.status.digest_error.clone(),
            };
            WAITING.delete(tx, &place)?;
            Ok(LOST.put(tx, &place, &Lost { given_up: now, error, file })?)
        })
    }
}
