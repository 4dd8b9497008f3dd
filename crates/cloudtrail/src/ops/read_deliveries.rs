//! `ReadDeliveries`: what waits to be delivered, why, and until when.
//!
//! `GetTrailStatus` returns the last success and the last error; an operator who resolves an outage
//! needs the details. Our own service's `DescribeDeliveries` returns them. AWS has no such
//! operation, so this one has no row.

use std::collections::{BTreeMap, BTreeSet};

use gateway::{Access, Ctx, EventParts, Failure, Fault, NoWire, Plain, Spec};
use serde::Serialize;
use store::key;
use trail::Timing;
use trail::retry::{Pace, backoff_ms};
use types::Timestamp;

use crate::deliver::Loss;
use crate::model::{
    ChainState, Content, LOST, PROGRESS, Progress, StoredLink, Trail, WAITING, Waiting, trails_of,
};
use crate::{TrailError, reference};

/// Losses that are listed at most, the newest.
const LOSSES_MAX: usize = 100;

/// The operation, for our own service: it leaves no event.
#[derive(Debug)]
pub struct ReadDeliveries;

/// The input of [`ReadDeliveries`].
#[derive(Debug, Clone)]
pub struct ReadDeliveriesInput {
    /// A trail's name or ARN; all trails of the account without it.
    pub trail: Option<String>,
}

impl Plain for ReadDeliveries {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ReadDeliveries");
    type Input = ReadDeliveriesInput;
    type Output = Deliveries;
    type Error = TrailError;
    type Codec = NoWire;

    fn access(
        _: &mut Ctx<'_>,
        _: &ReadDeliveriesInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(Vec::new())
    }

    /// Errors as `GetTrailStatus` does when there is no such trail.
    fn run(
        ctx: &mut Ctx<'_>,
        input: &ReadDeliveriesInput,
    ) -> Result<Deliveries, Failure<TrailError>> {
        let trails = match &input.trail {
            Some(name) => vec![reference::existing(ctx, name, true)?],
            None => trails_of(ctx.tx(), ctx.account())?,
        };
        let timing = ctx.settings().delivery;
        let deliveries = trails.iter().map(|trail| delivery(ctx, trail, timing));
        Ok(Deliveries {
            of_trails: deliveries.collect::<Result<_, _>>()?,
            delivery_interval: timing.delivery_interval_ms / 1_000,
            digest_interval: timing.digest_interval_ms / 1_000,
        })
    }

    fn annotate(
        _: &Ctx<'_>,
        _: &ReadDeliveriesInput,
        _: Option<&Deliveries>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        event.silent = true;
        Ok(())
    }
}

/// How the deliveries of an account's trails go.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deliveries {
    /// Seconds between two cuts of log files.
    delivery_interval: u64,
    /// Seconds between two digests of a chain.
    digest_interval: u64,
    #[serde(rename = "Deliveries")]
    of_trails: Vec<Delivery>,
}

/// The delivery state of one trail. Times are seconds since 1970.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Delivery {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    name: String,
    home_region: String,
    is_logging: bool,
    /// The bucket that its files go to.
    bucket: String,
    /// The ARN of the key that encrypts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    /// Milliseconds from the oldest event of the last log file to its delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delay: Option<u64>,
    /// Files that wait, by bucket, folder and kind; none when all is delivered.
    queues: Vec<Queue>,
    /// Files that were abandoned after 30 days, the newest first.
    losses: Vec<Lost>,
    /// The newest digest of each region that was delivered; those of regions whose digests wait are
    /// left out.
    newest_digests: Vec<NewestDigest>,
}

/// A digest that is in its bucket, unless it was removed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewestDigest {
    /// The region whose log files its chain names.
    region: String,
    bucket: String,
    object: String,
    /// SHA-256 of its plain bytes, in hexadecimal.
    hash: String,
    /// The end of its period.
    end: f64,
}

/// Files that share their fate.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Queue {
    bucket: String,
    /// The prefix of its files' names.
    folder: String,
    /// `LogFile` or `Digest`
    kind: &'static str,
    files: u64,
    /// Events in its log files.
    events: u64,
    /// When its oldest file was created.
    oldest: f64,
    /// How often the oldest file was refused.
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_attempt: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<f64>,
    /// The code of the last refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The request that was refused last, which `ExplainDenial` explains.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// An abandoned file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Lost {
    bucket: String,
    object: String,
    given_up: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    events: usize,
}

impl From<Loss> for Lost {
    fn from(loss: Loss) -> Self {
        let Loss { bucket, object, given_up, error, events } = loss;
        Self { bucket, object, given_up: given_up.as_secs_f64(), error, events }
    }
}

fn delivery(ctx: &Ctx<'_>, trail: &Trail, timing: Timing) -> Result<Delivery, Failure<TrailError>> {
    let progress = PROGRESS.get(ctx.tx(), &trail.id)?.unwrap_or_else(|| Progress::new(trail));
    let mut queues = BTreeMap::<String, Queue>::new();
    let mut undelivered = BTreeSet::new();
    WAITING.visit(ctx.tx(), key([&trail.id]), "", &mut |_, file| {
        if matches!(file.content, Content::Digest { .. }) {
            undelivered.insert(file.region.clone());
        }
        let lane = file.lane();
        let queue = queues.entry(lane.clone());
        queue.or_insert_with(|| Queue::new(&file, &lane, &progress, timing)).add(&file);
        std::ops::ControlFlow::Continue(())
    })?;
    let mut losses = LOST.all(ctx.tx(), key([&trail.id]))?;
    losses.sort_by_key(|(_, lost)| std::cmp::Reverse(lost.given_up));
    let losses = losses.into_iter().take(LOSSES_MAX);
    Ok(Delivery {
        trail_arn: trail.arn().to_string(),
        name: trail.name.to_string(),
        home_region: trail.home_region.to_string(),
        is_logging: trail.is_logging,
        bucket: trail.bucket.clone(),
        kms_key_id: trail.kms_key.clone(),
        latest_delay: progress.status.delay_ms,
        queues: queues.into_values().collect(),
        losses: losses.map(|(_, lost)| Lost::from(Loss::from(lost))).collect(),
        newest_digests: newest_digests(progress, &undelivered),
    })
}

fn newest_digests(progress: Progress, undelivered: &BTreeSet<String>) -> Vec<NewestDigest> {
    // A restarted chain has no digest at first.
    let all = progress.ended.into_iter().chain(progress.chains).filter_map(newest_digest);
    let by_region: BTreeMap<_, _> = all.map(|digest| (digest.region.clone(), digest)).collect();
    by_region.into_values().filter(|digest| !undelivered.contains(&digest.region)).collect()
}

fn newest_digest(state: ChainState) -> Option<NewestDigest> {
    let (link, end) = (state.newest?, state.chain.last_end?.as_secs_f64());
    let StoredLink { bucket, object, hash, .. } = link;
    Some(NewestDigest { region: state.region, bucket, object, hash, end })
}

impl Queue {
    /// The queue whose oldest file is `first`.
    fn new(first: &Waiting, lane: &str, progress: &Progress, timing: Timing) -> Self {
        let outage = progress.outages.iter().find(|outage| outage.lane == lane);
        let next_attempt = outage.map(|outage| {
            let pause = backoff_ms(Pace::of(timing.delivery_interval_ms), outage.attempts);
            outage.last_attempt.plus_ms(pause)
        });
        let is_log = matches!(first.content, Content::Log(_));
        let status = &progress.status;
        let error = if is_log { &status.delivery_error } else { &status.digest_error };
        let seconds = |at: Option<Timestamp>| at.map(Timestamp::as_secs_f64);
        Self {
            bucket: first.bucket.clone(),
            folder: lane.split_once('/').map_or("", |(_, folder)| folder).to_owned(),
            kind: if is_log { "LogFile" } else { "Digest" },
            files: 0,
            events: 0,
            oldest: first.made.as_secs_f64(),
            attempts: outage.map_or(0, |outage| outage.attempts),
            latest_attempt: seconds(outage.map(|outage| outage.last_attempt)),
            next_attempt: seconds(next_attempt),
            error: outage.and_then(|_| error.clone()),
            request_id: outage.map(|outage| outage.request_id.clone()).filter(|id| !id.is_empty()),
        }
    }

    fn add(&mut self, file: &Waiting) {
        self.files = self.files.saturating_add(1);
        if let Content::Log(ranges) = &file.content {
            let events = ranges.iter().map(|(from, to)| to.saturating_sub(*from).saturating_add(1));
            self.events = self.events.saturating_add(events.sum());
        }
    }
}
