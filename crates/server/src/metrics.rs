//! The server's metrics, with Prometheus's names and units.
//!
//! Events are counted as they occur; states (sizes, ages, pending files) are read when the page is
//! requested. A library formats the page.

mod certificate;
mod page;
mod process;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cloudtrail::Backlog;
use gateway::{Fault, Gateway};
use http::StatusCode;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use store::{DiskStep, Store, Upkeep};
use types::{SECOND_MS, Timestamp};

use crate::beats::Beats;
use crate::counted::Counted;
use crate::transparency::{Status, Tiles, VaultStatus};
use crate::{Config, Opened, diagnostics};
pub(crate) use certificate::expiry;
use page::Page;

/// The type of the page.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How long a count of what waits is good for, in milliseconds.
const BACKLOG_MS: u64 = SECOND_MS;

/// Upper bounds in seconds of request durations: from a read in memory to an upload.
const REQUEST_SECONDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// Upper bounds in seconds of disk operations: from a cache to a failing disk.
const DISK_SECONDS: [f64; 11] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];

/// The operation of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestedOperation {
    /// The service as credential scopes name it.
    pub(crate) service: &'static str,
    /// The operation.
    pub(crate) operation: &'static str,
}

impl RequestedOperation {
    /// A request that was rejected before its operation was known.
    pub(crate) const NOTHING: Self = Self { service: "none", operation: "none" };
}

/// A label and its value.
type Label = (&'static str, &'static str);
type MakeHistogram = fn() -> Histogram;

/// The server's metrics.
#[derive(Debug)]
pub(crate) struct Metrics {
    store: Arc<Store>,
    beats: Beats,
    tiles: Tiles,
    registry: Registry,
    requests: Family<[Label; 3], Counter>,
    request_seconds: Family<[Label; 2], Histogram, MakeHistogram>,
    made_room: Counter,
    without_room: Counter,
    /// When the certificate ends, if there is one.
    certificate_expiry: Option<Timestamp>,
    /// The pending deliveries at the last count: the pages are public, and counting reads all of
    /// them.
    backlog: Counted<Backlog>,
    /// Requests in progress.
    running: AtomicU64,
}

impl Metrics {
    /// Starts measuring the store's disk operations.
    pub(crate) fn new(config: &Config, opened: &Opened, beats: Beats) -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        let request_seconds: Family<_, _, MakeHistogram> =
            Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS));
        let (made_room, without_room) = (Counter::default(), Counter::default());
        let (commits, syncs) = (Histogram::new(DISK_SECONDS), Histogram::new(DISK_SECONDS));
        let checkpoints = Histogram::new(DISK_SECONDS);
        registry.register("shoseki_requests", "Requests completed", requests.clone());
        registry.register(
            "shoseki_request_seconds",
            "Time until a request's response begins",
            request_seconds.clone(),
        );
        registry.register(
            "shoseki_connections_made_room",
            "Connections closed because the limit was reached",
            made_room.clone(),
        );
        registry.register(
            "shoseki_connections_without_room",
            "Connections rejected because the limit was reached",
            without_room.clone(),
        );
        registry.register(
            "shoseki_commit_seconds",
            "Time of a commit of state and events to the log, including its fsync",
            commits.clone(),
        );
        registry.register(
            "shoseki_checkpoint_seconds",
            "Time of a checkpoint, which takes the newest commits into the state file",
            checkpoints.clone(),
        );
        registry.register(
            "shoseki_fsync_seconds",
            "Time of the fsync of an object's body",
            syncs.clone(),
        );
        opened.store.observe(opened.gateway.clock().clone(), move |step, us| match step {
            DiskStep::Commit => commits.observe(seconds(us)),
            DiskStep::Checkpoint => checkpoints.observe(seconds(us)),
            DiskStep::BodySync => syncs.observe(seconds(us)),
        });
        let certificate_expiry = config.tls.as_ref().and_then(|(cert, _)| expiry(cert));
        Self {
            store: Arc::clone(&opened.store),
            beats,
            tiles: Tiles::new(Arc::clone(&opened.log)),
            registry,
            requests,
            request_seconds,
            made_room,
            without_room,
            certificate_expiry,
            backlog: Counted::default(),
            running: AtomicU64::default(),
        }
    }

    /// Counts the start of a request.
    pub(crate) fn begin(&self) -> Running<'_> {
        self.running.fetch_add(1, Ordering::Relaxed);
        Running(self)
    }

    fn count(&self, requested: RequestedOperation, status: StatusCode, took_us: u64) {
        let RequestedOperation { service, operation } = requested;
        let labels = [("service", service), ("operation", operation), ("code", class(status))];
        self.requests.get_or_create(&labels).inc();
        let labels = [("service", service), ("operation", operation)];
        self.request_seconds.get_or_create(&labels).observe(seconds(took_us));
    }

    /// Counts a connection that was closed to admit another.
    pub(crate) fn made_room(&self) {
        self.made_room.inc();
    }

    /// Counts a connection that was rejected because the limit was reached.
    pub(crate) fn had_no_room(&self) {
        self.without_room.inc();
    }

    /// What waits to be delivered, as it was a second ago at most.
    pub(crate) fn backlog(&self, gateway: &Gateway) -> Result<Backlog, Fault> {
        self.backlog
            .get(gateway.clock(), BACKLOG_MS, || cloudtrail::backlog(&self.store.snapshot()?.tx()))
    }

    /// The workers that have shown no sign of life for too long.
    pub(crate) fn silent_workers(&self) -> Vec<&'static str> {
        self.beats.missing()
    }

    /// What the store does for itself and fails at.
    pub(crate) fn upkeep(&self) -> Upkeep {
        self.store.upkeep()
    }

    /// The pages of the transparency log.
    pub(crate) fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    /// In the text format of Prometheus.
    pub(crate) fn render(&self, gateway: &Gateway) -> Result<String, Fault> {
        let (store, now) = (&self.store, gateway.clock().now());
        let mut page = Page::default();
        page.build();
        page.counter("shoseki_events", "Audit events recorded", store.snapshot()?.last_seq()?);
        let unproven = "Requests rejected before authentication; they have no events";
        page.counter("shoseki_unproven_requests", unproven, gateway.unproven());
        page.faults(gateway);
        page.phases(gateway);
        let lost = "Lines of diagnostics dropped because they were not read in time";
        page.counter("shoseki_diagnostics_lost_lines", lost, diagnostics::lost_lines());
        let running = self.running.load(Ordering::Relaxed);
        page.gauge("shoseki_requests_running", "Requests in progress", running);
        page.deliveries(&self.backlog(gateway)?, now);
        let silent = u64::try_from(self.silent_workers().len()).unwrap_or(u64::MAX);
        page.gauge("shoseki_workers_silent", "Workers that make no progress", silent);
        page.disk(store)?;
        page.backups(store, now)?;
        page.log(&self.tiles.log().status(now));
        if let Some(expiry) = self.certificate_expiry {
            let help = "Expiry of the TLS certificate";
            page.seconds("shoseki_certificate_expiry_timestamp_seconds", help, instant(expiry));
        }
        page.process(now);
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        let _ = prometheus_text::encode(&mut text, page.registry());
        Ok(text)
    }
}

/// A request that is in progress, or was abandoned by its client.
#[derive(Debug)]
pub(crate) struct Running<'a>(&'a Metrics);

impl Running<'_> {
    /// Counts the response.
    pub(crate) fn end(self, requested: RequestedOperation, status: StatusCode, took_us: u64) {
        self.0.count(requested, status, took_us);
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Microseconds as seconds.
fn seconds(us: u64) -> f64 {
    Duration::from_micros(us).as_secs_f64()
}

/// An instant as seconds since 1970.
fn instant(at: Timestamp) -> f64 {
    Duration::from_millis(at.as_ms()).as_secs_f64()
}

/// The class of a status. An unsupported operation is not a server error, so it counts as the
/// client's.
fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 | 501 => "4xx",
        _ => "5xx",
    }
}
