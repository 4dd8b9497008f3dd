//! From committed events to files that wait.

use std::collections::BTreeMap;
use std::sync::Arc;

use gateway::Gateway;
use store::{EventRow, Snapshot, StoreError};
use trail::selectors::{Scope, in_scope, is_recursive};
use trail::{Facts, log_file};
use types::{Timestamp, alphanumeric};

use super::{delivering, update};
use crate::model::{Content, Filter, Progress, Span, Trail, Waiting};

/// Events that are looked at in one go.
const BATCH_LEN: usize = 4_096;

/// Puts the events since the last cut into files, for every trail.
///
/// A trail's files and the mark of how far it has come are one commit: no event is in two files,
/// and none is skipped. Trouble with one trail stops no other; the first of it is the error.
pub(super) fn cut(gateway: &Arc<Gateway>, interval_ms: u64) -> Result<(), StoreError> {
    let view = gateway.store().snapshot()?;
    let end = view.last_seq()?.saturating_add(1);
    let mut result = Ok(());
    for (trail, progress) in delivering(&view.tx())? {
        result = result.and(cut_trail(gateway, &view, end, interval_ms, &trail, &progress));
    }
    result
}

fn cut_trail(
    gateway: &Arc<Gateway>,
    view: &Snapshot,
    end: u64,
    interval_ms: u64,
    trail: &Trail,
    progress: &Progress,
) -> Result<(), StoreError> {
    let now = gateway.clock().now();
    let (mut files, mut done) = (Vec::new(), Vec::new());
    for span in &progress.spans {
        let upto = span.until.map_or(end, |until| until.min(end));
        if span.next >= upto {
            continue;
        }
        let slot = log_file::slot_end(now, interval_ms);
        for (region, ranges) in wanted(gateway, view, trail, span, upto)? {
            files.push(waiting(gateway, trail, &span.filter, region, ranges, slot, now)?);
        }
        done.push((span.clone(), upto));
    }
    if done.is_empty() {
        return Ok(());
    }
    let id = trail.id.clone();
    update(gateway, &trail.id, move |tx, progress| {
        // A call may have ended a span meanwhile, never before what was cut. Each is found by where
        // it stood: one that has moved up to the next one's start must not be taken for that.
        for own in &mut progress.spans {
            let same =
                |(span, _): &&(Span, u64)| own.next == span.next && own.filter == span.filter;
            if let Some((_, upto)) = done.iter().find(same) {
                own.next = *upto;
            }
        }
        progress.spans.retain(|span| span.until.is_none_or(|until| span.next < until));
        for file in files {
            file.save(tx, &id, progress)?;
        }
        Ok(())
    })
}

fn waiting(
    gateway: &Gateway,
    trail: &Trail,
    filter: &Filter,
    region: String,
    ranges: Ranges,
    slot: Timestamp,
    now: Timestamp,
) -> Result<Waiting, StoreError> {
    let unique = alphanumeric(&gateway.entropy().bytes::<16>()?);
    let prefix = filter.prefix.as_deref();
    Ok(Waiting {
        object: log_file::object_key(prefix, &trail.account, &region, slot, &unique),
        region,
        bucket: filter.bucket.clone(),
        made: now,
        content: Content::Log(ranges),
    })
}

/// Ranges of event numbers, both ends included.
type Ranges = Vec<(u64, u64)>;

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

/// The events of a span that the trail wants, as files' worths by region.
fn wanted(
    gateway: &Gateway,
    view: &Snapshot,
    trail: &Trail,
    span: &Span,
    upto: u64,
) -> Result<Vec<(String, Ranges)>, StoreError> {
    let (mut full, mut drafts) = (Vec::new(), BTreeMap::<String, Draft>::new());
    let mut next = span.next;
    while next < upto {
        let batch = gateway.store().events_from(view, next, BATCH_LEN)?;
        let Some(last) = batch.last() else { break };
        next = last.seq.saturating_add(1);
        for event in batch.iter().filter(|event| event.seq < upto) {
            let facts = facts(event)?;
            if !selects(trail, &span.filter, &facts) {
                continue;
            }
            let draft = drafts.entry(facts.region.clone()).or_default();
            draft.take(event);
            if draft.is_full() {
                full.push((facts.region, std::mem::take(draft).ranges));
            }
        }
    }
    let rest = drafts.into_iter().filter(|(_, draft)| draft.records > 0);
    full.extend(rest.map(|(region, draft)| (region, draft.ranges)));
    Ok(full)
}

/// An event that cannot be understood is not passed over: it may be one that the trail wants.
fn facts(event: &EventRow) -> Result<Facts, StoreError> {
    let json = serde_json::from_slice(&event.body)
        .map_err(|cause| StoreError::corrupt(format_args!("event {}: {cause}", event.seq)))?;
    Facts::from_json(&json)
        .ok_or_else(|| StoreError::corrupt(format_args!("event {} lacks its facts", event.seq)))
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
