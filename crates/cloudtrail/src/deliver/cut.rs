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
        let (mut files, mut done) = (Vec::new(), Vec::new());
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
            for (region, ranges) in scan.files() {
                files.push(waiting(gateway, trail, &span.filter, region, ranges, slot, now)?);
            }
            done.push((span.clone(), upto));
        }
        if !done.is_empty() {
            commit(gateway, trail, files, done)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Lets the files wait, and moves the spans up to where they were read, as one.
fn commit(
    gateway: &Gateway,
    trail: &Trail,
    files: Vec<Waiting>,
    done: Vec<(Span, u64)>,
) -> Result<(), Fault> {
    let id = trail.id.clone();
    update(gateway, &trail.id, move |tx, progress| {
        // A call may have ended a span meanwhile, never before what was cut. Each is found by its
        // start: one that has moved up to the next one's start must not be mistaken for that.
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
