//! Scans the events of a span: which of them a trail selects, by region, in portions of a file.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use gateway::{Fault, Gateway};
use store::{EventRow, Snapshot};
use trail::selectors::{Scope, in_scope, is_of_delivery, is_recursive};
use trail::{Facts, log_file};
use types::{MINUTE_MS, Pulse, Timestamp};

use crate::model::{Filter, Span, Trail};

/// Events that are scanned in one batch.
const BATCH_LEN: usize = 4_096;
/// How long events of deliveries wait for another event to be delivered with, in milliseconds.
///
/// Source: CloudTrail User Guide: log files are delivered about every five minutes.
const DELIVERIES_WAIT_MS: u64 = 5 * MINUTE_MS;

/// Ranges of event numbers, both ends included.
pub(super) type Ranges = Vec<(u64, u64)>;

/// The events of one region that go into one file.
#[derive(Default)]
struct Draft {
    ranges: Ranges,
    records: usize,
    bytes: u64,
}

impl Draft {
    fn take(&mut self, event: &EventRow) {
        match self.ranges.last_mut() {
            Some((_, last)) if last.saturating_add(1) == event.seq => *last = event.seq,
            _ => self.ranges.push((event.seq, event.seq)),
        }
        self.records = self.records.saturating_add(1);
        self.bytes = self.bytes.saturating_add(event.body.len() as u64);
    }

    fn is_full(&self) -> bool {
        let caps = log_file::Caps::default();
        self.records >= caps.records_max || self.bytes >= caps.plain_bytes_max / 2
    }
}

/// How far a span has been read, and what was found in it.
pub(super) struct Scan {
    span: Span,
    /// The first event that has not been read.
    next: u64,
    full: Vec<(String, Ranges)>,
    drafts: BTreeMap<String, Draft>,
    /// When the first selected event of a delivery occurred.
    first_delivery: Option<Timestamp>,
    /// Whether any other event is selected.
    has_others: bool,
}

impl Scan {
    pub(super) fn new(span: &Span) -> Self {
        Self {
            span: span.clone(),
            next: span.next,
            full: Vec::new(),
            drafts: BTreeMap::new(),
            first_delivery: None,
            has_others: false,
        }
    }

    /// Reads the events before `upto` that have not been read yet. Of a scan that breaks nothing
    /// may be cut.
    pub(super) fn go_on(
        &mut self,
        gateway: &Gateway,
        view: &Snapshot,
        trail: &Trail,
        upto: u64,
        pulse: Pulse<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        while self.next < upto {
            if pulse().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let batch = gateway.events_from(view, self.next, BATCH_LEN)?;
            let Some(last) = batch.last() else { break };
            for event in batch.iter().filter(|event| event.seq < upto) {
                let facts = facts(event)?;
                if selects(trail, &self.span.filter, &facts) {
                    self.take(event, facts);
                }
            }
            self.next = last.seq.saturating_add(1).min(upto);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn take(&mut self, event: &EventRow, facts: Facts) {
        if is_of_delivery(&facts) {
            self.first_delivery.get_or_insert(facts.time);
        } else {
            self.has_others = true;
        }
        let draft = self.drafts.entry(facts.region.clone()).or_default();
        draft.take(event);
        if draft.is_full() {
            self.full.push((facts.region, std::mem::take(draft).ranges));
        }
    }

    /// Whether everything to be delivered are recent calls of deliveries.
    pub(super) fn may_wait(&self, now: Timestamp) -> bool {
        let is_fresh = |first: Timestamp| first <= now && now.since_ms(first) < DELIVERIES_WAIT_MS;
        !self.has_others && self.full.is_empty() && self.first_delivery.is_some_and(is_fresh)
    }

    /// The files to create.
    pub(super) fn files(self) -> impl Iterator<Item = (String, Ranges)> {
        let rest = self.drafts.into_iter().filter(|(_, draft)| draft.records > 0);
        self.full.into_iter().chain(rest.map(|(region, draft)| (region, draft.ranges)))
    }
}

/// The scans that wait for another event, by trail, so that no event is read twice meanwhile. A
/// new process reads them again.
#[derive(Default)]
pub(super) struct Scans(Mutex<BTreeMap<String, Scan>>);

impl Scans {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Scan>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the scan of exactly this span. A scan of former settings, or of a stretch that was cut,
    /// is dropped.
    pub(super) fn take(&self, trail_id: &str, span: &Span) -> Option<Scan> {
        let known = self.with(|scans| scans.remove(trail_id))?;
        (known.span.next == span.next && known.span.filter == span.filter).then_some(known)
    }

    pub(super) fn put(&self, trail_id: &str, scan: Scan) {
        self.with(|scans| scans.insert(trail_id.to_owned(), scan));
    }

    /// Drops the scans of deleted trails.
    pub(super) fn keep_only(&self, is_there: &dyn Fn(&str) -> bool) {
        self.with(|scans| scans.retain(|id, _| is_there(id)));
    }
}

/// An event that cannot be parsed is not skipped: the trail may select it.
fn facts(event: &EventRow) -> Result<Facts, Fault> {
    Facts::for_selectors(&event.body)
        .map_err(|cause| Fault::damaged(format_args!("event {}", event.seq)).because(cause))?
        .ok_or_else(|| Fault::damaged(format_args!("event {} lacks its facts", event.seq)))
}

fn selects(trail: &Trail, filter: &Filter, facts: &Facts) -> bool {
    let scope = Scope {
        home_region: trail.home_region.as_str(),
        is_multi_region: filter.is_multi_region,
        include_global_service_events: filter.include_global_service_events,
    };
    facts.account == trail.account
        && in_scope(&scope, facts)
        && (filter.recursive_logging || !is_recursive(facts))
        && filter.selection.selects(facts)
}
