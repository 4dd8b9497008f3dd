//! A verification in parts, the newest files first, each within a budget.
//!
//! A part is a time span that ends where the previous part began. The walk along the digests pauses
//! once it has read enough, even between two log files of one digest; extra files are searched in
//! that span only. All parts together find what [`verify`](super::verify) and
//! [`find_extra`](super::find_extra) find, with two exceptions: a chain's old bucket is
//! searched for extra files only in the times in which the chain was there, and an unreadable
//! digest excuses the extra files of older parts and of its own, not those of newer parts, which it
//! cannot list.

use serde::{Deserialize, Serialize};
use types::{DAY_MS, Timestamp};

use super::extra::{self, Scope};
use super::walk::{self, Pause, Walked};
use super::{Clocked, Entries, Evidence, Report, Request};
use crate::digest::Kind;

/// The times of one part without digests, in milliseconds.
const SPAN_MS: u64 = 7 * DAY_MS;

/// How much one part reads, at least one log file or one digest without any.
///
/// The walk pauses before or within a digest. Backfill digests of the part's times, and digests
/// that are read to find which one lists a file, come after it:
/// [`Limits::all_bytes`](super::Limits) limits them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Digests and log files after which the walk pauses.
    pub objects: u64,
    /// Bytes read and inflated after which the walk pauses.
    pub bytes: u64,
}

/// The progress of a verification in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// All times after this are judged.
    until: Timestamp,
    regular: Walked,
    backfill: Walked,
    /// The period of the newest valid digest.
    newest: Option<(Timestamp, Timestamp)>,
    /// Whether some digest could not be read.
    is_partial: bool,
}

/// What one part found, and where the next begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The findings of this part; its `requested` times are those of the whole.
    pub report: Report,
    /// `None` after the last part.
    pub next: Option<Progress>,
}

impl Progress {
    /// All times after this are judged.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// How long the newest valid digest's period is, in milliseconds.
    pub fn digest_interval_ms(&self) -> Option<u64> {
        self.newest.map(|(start, end)| end.as_ms().saturating_sub(start.as_ms()))
    }

    fn new(request: &Request<'_>) -> Self {
        Self {
            until: request.end,
            regular: Walked::Start,
            backfill: Walked::Start,
            newest: None,
            is_partial: false,
        }
    }
}

/// Verifies the next part of the request, and searches it for extra files. Ignores anchors. Fails
/// if the bucket cannot be listed.
pub fn verify_part(
    request: &Request<'_>,
    evidence: &Evidence<'_>,
    entries: &Entries<'_>,
    clocked: Clocked,
    from: Option<Progress>,
    budget: Budget,
) -> Result<Part, String> {
    let Progress { until, regular, backfill, newest, is_partial } =
        from.unwrap_or_else(|| Progress::new(request));
    let mut report = Report::new(request);
    let is_due = |_: Timestamp, report: &Report| {
        let objects = report.digests.total().saturating_add(report.logs.total());
        objects >= budget.objects.max(1) || (objects > 0 && evidence.meter.spent() >= budget.bytes)
    };
    let pause = Pause { is_due: &is_due, pace: 1 };
    let before = regular.clone();
    let walked = walk::walk(request, evidence, Kind::Regular, regular, pause, &mut report)?;
    let regular = going_back(request, &before, walked);
    let open: Vec<_> = [&before, &regular].into_iter().filter_map(open).collect();
    let start = match time_of(request, &regular, Kind::Regular) {
        Some(time) => time.clamp(request.start, until.max(request.start)),
        None => request.start.max(until.minus_ms(SPAN_MS)).min(until),
    };
    let newer = |time: Timestamp, _: &Report| time <= start && start > request.start;
    let pause = Pause { is_due: &newer, pace: 1 };
    let backfill = walk::walk(request, evidence, Kind::Backfill, backfill, pause, &mut report)?;
    if newest.is_some() {
        (report.newest, report.head) = (newest, None);
    }
    let newest = report.newest;
    let counts = [report.digests, report.backfills];
    let is_partial = is_partial || counts.iter().any(|counts| counts.unreadable > 0);
    if start < until {
        let part = Request { start, end: until, ..*request };
        let scope = Scope { whole_end: request.end, is_partial, open: &open };
        extra::scan(&part, evidence, entries, clocked, scope, &mut report)?;
    }
    let is_last = regular == Walked::Done && start <= request.start;
    let next = Progress { until: start, regular, backfill, newest, is_partial };
    Ok(Part { report, next: (!is_last).then_some(next) })
}

/// The time of the digest that is next.
fn time_of(request: &Request<'_>, walked: &Walked, kind: Kind) -> Option<Timestamp> {
    match walked {
        Walked::At(position) => Some(position.time(request.series, kind)),
        Walked::Start | Walked::Done => None,
    }
}

/// The digest within which a walk paused.
fn open(walked: &Walked) -> Option<(String, String)> {
    match walked {
        Walked::At(position) => position.open(),
        Walked::Start | Walked::Done => None,
    }
}

/// A walk that does not go back in time follows a circle of links: it ends.
fn going_back(request: &Request<'_>, before: &Walked, walked: Walked) -> Walked {
    let time = |walked: &Walked| time_of(request, walked, Kind::Regular);
    let is_further = match (before, &walked) {
        (Walked::At(before), Walked::At(now)) => now.is_further_within(before),
        _ => false,
    };
    let is_later = time(before).zip(time(&walked)).is_some_and(|(before, now)| before <= now);
    let circles = is_later && !is_further;
    if circles { Walked::Done } else { walked }
}
