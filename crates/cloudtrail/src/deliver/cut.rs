//! From committed events to files that wait.

use std::ops::ControlFlow;
use std::sync::Arc;

use gateway::{Fault, Gateway};
use store::Snapshot;
use trail::log_file;
use types::{Pulse, Timestamp, alphanumeric};

use super::progress::{delivering, update};
use super::scan::{Ranges, Scan, Scans};
use crate::model::{Content, Filter, Progress, Span, Trail, Waiting};

/// Writes the events since the last cut into files, for every trail.
///
/// A trail's files and the mark of its progress are one commit: no event is in two files, and none
/// is skipped. Errors of one trail do not affect others; the first one is returned.
///
/// Events of deliveries alone create no file for a while: delivering it would create the next ones,
/// and an idle server would continue forever. Breaks when `pulse` does; the next call does the
/// rest.
pub(super) fn cut(
    gateway: &Arc<Gateway>,
    interval_ms: u64,
    pulse: Pulse<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let view = gateway.snapshot()?;
    let end = view.last_seq()?.saturating_add(1);
    let mut result = Ok(ControlFlow::Continue(()));
    let trails = delivering(&view.tx())?;
    let scans = gateway.cached::<Scans>();
    scans.keep_only(&|id| trails.iter().any(|(trail, _)| trail.id == id));
    for (trail, progress) in trails {
        let cut = Cut { gateway, view: &view, end, interval_ms, scans: &scans, pulse };
        let done = cut.of(&trail, &progress);
        if let Ok(ControlFlow::Break(())) = done {
            return result.and(done);
        }
        result = result.and(done);
    }
    result
}

/// What the cuts of all trails share.
struct Cut<'a> {
    gateway: &'a Arc<Gateway>,
    view: &'a Snapshot,
    /// The number of the first event that is not committed yet.
    end: u64,
    interval_ms: u64,
    scans: &'a Scans,
    pulse: Pulse<'a>,
}

impl Cut<'_> {
    fn of(&self, trail: &Trail, progress: &Progress) -> Result<ControlFlow<()>, Fault> {
        let gateway = self.gateway;
        let now = gateway.clock().now();
        let slot = log_file::slot_end(now, self.interval_ms);
        let mut done = Vec::new();
        for span in &progress.spans {
            let upto = span.until.map_or(self.end, |until| until.min(self.end));
            if span.next >= upto {
                continue;
            }
            let mut scan = self.scans.take(&trail.id, span).unwrap_or_else(|| Scan::new(span));
            if scan.go_on(gateway, self.view, trail, upto, self.pulse)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if span.until.is_none() && scan.may_wait(now) {
                self.scans.put(&trail.id, scan);
                continue;
            }
            let mut files = Vec::new();
            for (region, ranges) in scan.files() {
                files.push(waiting(gateway, trail, &span.filter, region, ranges, slot, now)?);
            }
            done.push(CutSpan { span: span.clone(), upto, files });
        }
        if !done.is_empty() {
            commit(gateway, trail, done)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// A span, how far it was read, and the files of what was read.
struct CutSpan {
    span: Span,
    upto: u64,
    files: Vec<Waiting>,
}

/// Lets the files wait, and moves the spans up to where they were read, as one.
///
/// Compare and set: a span that has moved since it was read, because another server has cut it, gets
/// nothing. A call may have ended it, never before what was cut.
fn commit(gateway: &Gateway, trail: &Trail, done: Vec<CutSpan>) -> Result<(), Fault> {
    let id = trail.id.clone();
    update(gateway, &trail.id, move |tx, progress| {
        let before = progress.spans.clone();
        let is_of =
            |cut: &CutSpan, own: &Span| own.next == cut.span.next && own.filter == cut.span.filter;
        // Compared as they were before: one that has moved up to the start of the next one must not
        // be mistaken for that.
        for (own, unmoved) in progress.spans.iter_mut().zip(&before) {
            if let Some(cut) = done.iter().find(|cut| is_of(cut, unmoved)) {
                own.next = cut.upto;
            }
        }
        progress.spans.retain(|span| span.until.is_none_or(|until| span.next < until));
        for cut in done {
            if !before.iter().any(|own| is_of(&cut, own)) {
                tracing::debug!(trail = %id, "another server has cut this span");
                continue;
            }
            for file in cut.files {
                file.save(tx, &id, progress)?;
            }
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
) -> Result<Waiting, Fault> {
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
