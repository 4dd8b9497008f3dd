use std::collections::BTreeSet;

use types::{HOUR_MS, MINUTE_MS, Timestamp};

use super::load::{self, Loaded, Previous};
use super::{Anchor, Evidence, Line, Report, Request, Verdict, log};
use crate::digest::{Kind, Series};

/// Log files of the requested time may be in the digest after it.
const SPILL_MS: u64 = HOUR_MS;

/// Walks one kind of digest, newest first, and judges the log files on the way.
pub(super) fn walk(
    request: &Request<'_>,
    evidence: &Evidence<'_>,
    kind: Kind,
    report: &mut Report,
) -> Result<(), String> {
    let mut bucket = request.bucket.to_owned();
    let mut listed = Listed::load(request, evidence, kind, &bucket, request.end)?;
    let Some((mut reached, mut key)) = listed.0.pop() else { return Ok(()) };
    let mut seen = BTreeSet::new();
    // What the digest before `key` in the walk says of `key`.
    let mut expected: Option<(Previous, Timestamp)> = None;
    while request.start <= reached {
        // No digest is judged twice, so a circle of links ends.
        let fresh = seen.insert((bucket.clone(), key.clone()));
        let loaded = fresh.then(|| load::load(request, evidence, &bucket, &key));
        let promised = expected.take();
        let mut until = None;
        match loaded {
            None => {}
            Some(Err(verdict)) => report.digest(kind, &bucket, &key, verdict),
            Some(Ok(digest)) => {
                reached = digest.start;
                accept(request, kind, (&bucket, &key), &digest, report);
                if promised.is_some_and(|(link, start)| !link.is(&digest, start)) {
                    report.broken_link(&bucket, &key);
                }
                log::judge_all(evidence, &digest.log_files, report);
                if let Some(link) = digest.previous {
                    key.clone_from(&link.object);
                    if link.bucket != bucket {
                        bucket.clone_from(&link.bucket);
                        listed = Listed::load(request, evidence, kind, &bucket, digest.end)?;
                    }
                    expected = Some((link, reached));
                    continue;
                }
                until = Some(reached);
            }
        }
        let Some((from, next)) = listed.next(request.series, kind, &key, reached) else { break };
        report.lines.extend(until.map(|until| Line::Gap { kind, from, until }));
        key = next;
    }
    Ok(())
}

/// Takes a valid digest into the report.
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

/// The digests in the bucket by the end of their period, oldest first, as far as not yet taken.
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
