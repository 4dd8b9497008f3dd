use std::collections::BTreeSet;
use std::mem;

use serde::{Deserialize, Serialize};
use types::{HOUR_MS, MINUTE_MS, Timestamp};

use super::load::{self, Loaded, Previous};
use super::{Anchor, Evidence, Line, Report, Request, Verdict, log};
use crate::digest::{Kind, Series};

/// Log files of the requested time may be in the digest after it.
const SPILL_MS: u64 = HOUR_MS;

/// The progress of the walk along one kind of digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Walked {
    /// It has not begun.
    Start,
    /// This digest is the next.
    At(Position),
    /// There is no other.
    Done,
}

/// A digest that a walk has reached but not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    bucket: String,
    key: String,
    /// The start of the oldest valid digest so far.
    reached: Timestamp,
    /// What the previous digest in the walk records about it, and where its period must end.
    expected: Option<(Previous, Timestamp)>,
    /// The end of the times for which the bucket is listed.
    listed_until: Timestamp,
    /// If the walk paused within the digest: how many of its log files are judged.
    #[serde(default)]
    judged: usize,
}

impl Position {
    /// The end of the digest's period by its name, or else of what is not yet checked.
    pub(super) fn time(&self, series: Series<'_>, kind: Kind) -> Timestamp {
        let named = series.parse_key(&self.key).filter(|(of, _)| *of == kind);
        named.map_or(self.reached, |(_, at)| at)
    }

    /// The bucket and key of the digest, if the walk paused within it.
    pub(super) fn open(&self) -> Option<(String, String)> {
        (self.judged > 0).then(|| (self.bucket.clone(), self.key.clone()))
    }

    /// Whether both are within the same digest, this one later.
    pub(super) fn is_further_within(&self, before: &Self) -> bool {
        (&self.bucket, &self.key) == (&before.bucket, &before.key) && self.judged > before.judged
    }
}

/// When a walk pauses.
#[derive(Clone, Copy)]
pub(super) struct Pause<'a> {
    /// Whether it pauses before or within the digest of this time, given what was found so far.
    pub(super) is_due: &'a dyn Fn(Timestamp, &Report) -> bool,
    /// The number of log files after which it checks again.
    pub(super) pace: usize,
}

/// Where a step leads to.
enum Step {
    /// To this digest.
    To(Position),
    /// Not to the end of the digest.
    Paused(Position),
    /// There is no other digest.
    End,
}

/// Walks one kind of digest from where it was, newest first, and judges the log files on the way.
pub(super) fn walk(
    request: &Request<'_>,
    evidence: &Evidence<'_>,
    kind: Kind,
    from: Walked,
    pause: Pause<'_>,
    report: &mut Report,
) -> Result<Walked, String> {
    let mut walk = Walk { request, evidence, kind, pause, listed: None };
    let mut at = match from {
        Walked::Done => return Ok(Walked::Done),
        Walked::At(position) => position,
        Walked::Start => match walk.newest()? {
            Some(position) => position,
            None => return Ok(Walked::Done),
        },
    };
    let mut seen = BTreeSet::new();
    while request.start <= at.reached {
        if at.judged == 0 && (pause.is_due)(at.time(request.series, kind), report) {
            return Ok(Walked::At(at));
        }
        // No digest is judged twice, so a circle of links ends.
        let fresh = seen.insert((at.bucket.clone(), at.key.clone()));
        match walk.step(at, fresh, report)? {
            Step::To(next) => at = next,
            Step::Paused(within) => return Ok(Walked::At(within)),
            Step::End => break,
        }
    }
    Ok(Walked::Done)
}

struct Walk<'a> {
    request: &'a Request<'a>,
    evidence: &'a Evidence<'a>,
    kind: Kind,
    pause: Pause<'a>,
    /// The listing of the bucket that the walk is in, once it is needed.
    listed: Option<Listed>,
}

impl Walk<'_> {
    /// The newest digest of the request.
    fn newest(&mut self) -> Result<Option<Position>, String> {
        let (bucket, end) = (self.request.bucket.to_owned(), self.request.end);
        let newest = self.listing(&bucket, end)?.0.pop();
        let position = |(reached, key)| Position {
            bucket,
            key,
            reached,
            expected: None,
            listed_until: end,
            judged: 0,
        };
        Ok(newest.map(position))
    }

    /// Checks the digest at a position, or the rest of it, and returns the next position.
    fn step(&mut self, mut at: Position, fresh: bool, report: &mut Report) -> Result<Step, String> {
        let (request, kind) = (self.request, self.kind);
        let loaded = fresh.then(|| load::load(request, self.evidence, &at.bucket, &at.key));
        let promised = at.expected.take();
        let judged = mem::take(&mut at.judged);
        let mut until = None;
        match loaded {
            None => {}
            Some(Err(verdict)) => report.digest(kind, &at.bucket, &at.key, verdict),
            Some(Ok(digest)) => {
                if judged == 0 {
                    accept(request, kind, (&at.bucket, &at.key), &digest, report);
                }
                if promised.is_some_and(|(link, start)| !link.is(&digest, start)) {
                    report.broken_link(&at.bucket, &at.key);
                }
                if let Some(judged) = self.judge_logs(&at, &digest, judged, report) {
                    at.judged = judged;
                    return Ok(Step::Paused(at));
                }
                at.reached = digest.start;
                if let Some(link) = digest.previous {
                    at.key.clone_from(&link.object);
                    if link.bucket != at.bucket {
                        at.bucket.clone_from(&link.bucket);
                        at.listed_until = digest.end;
                        self.listed = None;
                        self.listing(&at.bucket, digest.end)?;
                    }
                    at.expected = Some((link, at.reached));
                    return Ok(Step::To(at));
                }
                until = Some(at.reached);
            }
        }
        let (key, reached) = (at.key.clone(), at.reached);
        let next =
            self.listing(&at.bucket, at.listed_until)?.next(request.series, kind, &key, reached);
        let Some((from, next)) = next else { return Ok(Step::End) };
        report.lines.extend(until.map(|until| Line::Gap { kind, from, until }));
        at.key = next;
        Ok(Step::To(at))
    }

    /// Judges the log files of a digest but for the first `judged`, and returns where it paused.
    fn judge_logs(
        &self,
        at: &Position,
        digest: &Loaded,
        judged: usize,
        report: &mut Report,
    ) -> Option<usize> {
        let Pause { is_due, pace } = self.pause;
        let time = at.time(self.request.series, self.kind);
        let is_due = |report: &Report| is_due(time, report);
        log::judge_all(self.evidence, &digest.log_files, judged, pace, &is_due, report)
    }

    fn listing(&mut self, bucket: &str, end: Timestamp) -> Result<&mut Listed, String> {
        let listed = match self.listed.take() {
            Some(listed) => listed,
            None => Listed::load(self.request, self.evidence, self.kind, bucket, end)?,
        };
        Ok(self.listed.insert(listed))
    }
}

/// Adds a valid digest to the report.
fn accept(
    request: &Request<'_>,
    kind: Kind,
    (bucket, key): (&str, &str),
    digest: &Loaded,
    report: &mut Report,
) {
    report.digest(kind, bucket, key, Verdict::Valid);
    if kind == Kind::Backfill {
        return;
    }
    let start = digest.start.max(request.start);
    let end = report.found.map_or(digest.end.min(request.end), |(_, end)| end);
    report.found = Some((start, end));
    if report.head.is_none() {
        report.head = Some(Anchor {
            bucket: bucket.to_owned(),
            object: key.to_owned(),
            hash: digest.hash.clone(),
            end: digest.end,
        });
        report.newest = Some((digest.start, digest.end));
    }
}

/// The digests in the bucket by the end of their period, oldest first, as far as not yet visited.
struct Listed(Vec<(Timestamp, String)>);

impl Listed {
    fn load(
        request: &Request<'_>,
        evidence: &Evidence<'_>,
        kind: Kind,
        bucket: &str,
        end: Timestamp,
    ) -> Result<Self, String> {
        let Request { series, start, .. } = *request;
        let after = series.object_key(start.minus_ms(MINUTE_MS), Kind::Regular);
        let keys = (evidence.list)(bucket, &series.folder(), &after)?;
        let range = start..=end.plus_ms(SPILL_MS);
        let named = |key: String| match series.parse_key(&key) {
            Some((of, at)) if of == kind && range.contains(&at) => Some((at, key)),
            _ => None,
        };
        let mut found: Vec<_> = keys.into_iter().filter_map(named).collect();
        found.sort_unstable();
        Ok(Self(found))
    }

    /// The newest digest before the one at `key`, whose start is not known.
    fn next(
        &mut self,
        series: Series<'_>,
        kind: Kind,
        key: &str,
        reached: Timestamp,
    ) -> Option<(Timestamp, String)> {
        let named = series.parse_key(key).filter(|(of, _)| *of == kind);
        let before = named.map_or(reached, |(_, at)| at);
        while let Some((at, next)) = self.0.pop() {
            if at < before {
                return Some((at, next));
            }
        }
        None
    }
}
