use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use cloudtrail::Backlog;
use gateway::Gateway;
use http::StatusCode;
use store::StoreError;
use types::{SECOND_MS, Timestamp};

use crate::beats::Beats;
use crate::counted::Counted;
use crate::diagnostics;

/// What the server counts about itself.
#[derive(Debug)]
pub(crate) struct Metrics {
    beats: Beats,
    served: AtomicU64,
    client_errors: AtomicU64,
    server_errors: AtomicU64,
    busy_ms: AtomicU64,
    made_room: AtomicU64,
    without_room: AtomicU64,
    /// What waited when it was counted last: the pages are for everybody, and counting reads all.
    backlog: Counted<Backlog>,
}

/// How long a count of what waits is good for, in milliseconds.
const BACKLOG_MS: u64 = SECOND_MS;

impl Metrics {
    pub(crate) fn new(beats: Beats) -> Self {
        Self {
            beats,
            served: AtomicU64::default(),
            client_errors: AtomicU64::default(),
            server_errors: AtomicU64::default(),
            busy_ms: AtomicU64::default(),
            made_room: AtomicU64::default(),
            without_room: AtomicU64::default(),
            backlog: Counted::default(),
        }
    }

    /// Counts an answered request. What is not implemented is no trouble of ours.
    pub(crate) fn count(&self, status: StatusCode, duration_ms: u64) {
        self.served.fetch_add(1, Ordering::Relaxed);
        self.busy_ms.fetch_add(duration_ms, Ordering::Relaxed);
        if status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED {
            self.client_errors.fetch_add(1, Ordering::Relaxed);
        } else if status.is_server_error() {
            self.server_errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a connection that ended so that another one had room.
    pub(crate) fn made_room(&self) {
        self.made_room.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that there was no room for.
    pub(crate) fn had_no_room(&self) {
        self.without_room.fetch_add(1, Ordering::Relaxed);
    }

    /// What waits to be delivered, as it was a second ago at most.
    pub(crate) fn backlog(&self, gateway: &Gateway) -> Result<Backlog, StoreError> {
        self.backlog.get(gateway.clock(), BACKLOG_MS, || cloudtrail::backlog(gateway))
    }

    /// The workers that have shown no sign of life for too long.
    pub(crate) fn silent_workers(&self) -> Vec<&'static str> {
        self.beats.missing()
    }

    /// In the text format of Prometheus, with what the store tells of events and deliveries.
    pub(crate) fn render(&self, gateway: &Gateway) -> Result<String, StoreError> {
        let events = gateway.store().snapshot()?.last_seq()?;
        let backlog = self.backlog(gateway)?;
        let mut page = Page::default();
        let count = |value: &AtomicU64| value.load(Ordering::Relaxed);
        page.counter("shoseki_requests_total", "Requests answered.", count(&self.served));
        let (client, server) = (count(&self.client_errors), count(&self.server_errors));
        page.counter("shoseki_client_errors_total", "Answers with a 4xx status, or 501.", client);
        page.counter("shoseki_server_errors_total", "Answers with another 5xx status.", server);
        let unproven = "Requests refused before their sender was known: no events.";
        page.counter("shoseki_unproven_requests_total", unproven, gateway.unproven());
        page.counter("shoseki_busy_milliseconds_total", "Time answering.", count(&self.busy_ms));
        let lost = "Lines of diagnostics that nobody read in time.";
        page.counter("shoseki_diagnostics_lost_lines_total", lost, diagnostics::lost_lines());
        for (name, help, value) in [
            ("made_room", "Connections ended while they were waited for.", &self.made_room),
            ("without_room", "Connections that were asked to come again.", &self.without_room),
        ] {
            page.counter(&format!("shoseki_connections_{name}_total"), help, count(value));
        }
        page.counter("shoseki_events_total", "Audit events recorded.", events);
        page.deliveries(&backlog, gateway.clock().now());
        let silent = u64::try_from(self.silent_workers().len()).unwrap_or(u64::MAX);
        page.gauge("shoseki_workers_silent", "Workers without a sign of life.", silent);
        let full = u64::from(gateway.store().is_full());
        page.gauge("shoseki_disk_full", "1 while the disk is full.", full);
        Ok(page.0)
    }
}

/// A page that is being written.
#[derive(Default)]
struct Page(String);

impl Page {
    fn deliveries(&mut self, backlog: &Backlog, now: Timestamp) {
        let seconds = |at: Option<Timestamp>| at.map_or(0, Timestamp::as_secs);
        let waiting_s = backlog.oldest.map_or(0, |oldest| now.since_ms(oldest) / 1_000);
        for (name, help, value) in [
            ("logging_trails", "Trails that log.", backlog.logging_trails),
            ("delivery_refusing", "Buckets' folders that refused a file.", backlog.refusing),
            ("delivery_waiting_files", "Files made and not delivered.", backlog.files),
            ("delivery_waiting_seconds", "Age of the oldest of them.", waiting_s),
            (
                "delivery_latest_timestamp_seconds",
                "When a log file was delivered last.",
                seconds(backlog.latest_delivery),
            ),
            (
                "digest_latest_timestamp_seconds",
                "When a digest was delivered last.",
                seconds(backlog.latest_digest),
            ),
            ("delivery_lost_files", "Files given up after 30 days.", backlog.lost),
        ] {
            self.gauge(&format!("shoseki_{name}"), help, value);
        }
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.line(name, help, "counter", value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.line(name, help, "gauge", value);
    }

    fn line(&mut self, name: &str, help: &str, kind: &str, value: u64) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
}
