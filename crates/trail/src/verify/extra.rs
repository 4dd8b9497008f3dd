//! Files beside those that digests name.
//!
//! The folders of a trail's log files and of its digests contain only files that CloudTrail stored
//! there, and all of them are listed: log files in digests, digests in the following digest. A
//! reader who trusts every file in a folder is deceived by a forged one, and `validate-logs` does
//! not find it, because it never lists log files.
//!
//! For the requested times, a file is
//!
//! * *named*, if a validly signed digest in the same folder lists it, of any trail, even one from
//!   after the range: what a bucket rejected is delivered up to 30 days late;
//! * *pending*, if the digest that would list it may still follow: its name has a time after the
//!   newest digest, or it was written after a trail's newest digest, and that trail's next is not
//!   overdue;
//! * *extra* otherwise, including every file whose name is not in CloudTrail's format.
//!
//! A file can therefore be extra although it was not forged, if it cannot be proved: one of a trail
//! without validation, of a time in which validation was disabled, or of a digest that is not
//! valid. If a digest cannot be read, the files that it lists are unknown: then nothing is extra,
//! because the result already reports that not everything could be read.

use std::collections::{BTreeMap, BTreeSet};

use types::{DAY_MS, MINUTE_MS, Timestamp};

use super::load;
use super::{Evidence, Finding, Line, Report, Request, Verdict};
use crate::digest::{self, Kind};
use crate::retry::RETRY_WINDOW_MS;
use crate::{log_file, names};

/// How long after it was written a log file may count as delivered, and so be in the next digest. AWS
/// does not document how long it takes; a minute is generous here.
const DELIVERY_MS: u64 = MINUTE_MS;

/// The clock of a search for extra files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocked {
    /// The time at which the listings were created.
    pub now: Timestamp,
    /// How often digests are created, for trails that have none yet.
    pub digest_interval_ms: u64,
}

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was stored.
    pub written: Timestamp,
}

/// Which keys to list: those with the prefix, from behind `after` up to `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// What all keys begin with.
    pub prefix: &'a str,
    /// A text that sorts before all keys.
    pub after: &'a str,
    /// The last key; `None` is the end of the listing.
    pub until: Option<&'a str>,
}

/// All objects of a span, ascending by key.
pub type Entries<'a> = dyn Fn(&Span<'_>) -> Result<Vec<Entry>, String> + 'a;

/// The identity that a file's name claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pretence {
    /// A log file.
    Log,
    /// A digest of this trail.
    Digest,
    /// Nothing that CloudTrail delivers.
    Nothing,
}

/// The maximum number of digests that are read to find which one lists the log files of one time
/// span.
const DIGESTS_MAX: usize = 10_000;

/// Searches for extra files, after [`verify`](super::verify), and adds them and the number of
/// pending ones to the report.
pub fn find_extra(
    request: &Request<'_>,
    evidence: &Evidence<'_>,
    entries: &Entries<'_>,
    clocked: Clocked,
    report: &mut Report,
) -> Result<(), String> {
    let scope = Scope { whole_end: request.end, is_partial: false, open: &[] };
    scan(request, evidence, entries, clocked, scope, report)
}

/// The state of the whole verification that a part needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The end of the requested times.
    pub(super) whole_end: Timestamp,
    /// Whether a newer digest could not be read.
    pub(super) is_partial: bool,
    /// Digests of which only some log files are judged in this part, by bucket and key. One that
    /// an older part has begun is in no line of the report.
    pub(super) open: &'a [(String, String)],
}

/// The same for a part of the times.
pub(super) fn scan(
    request: &Request<'_>,
    evidence: &Evidence<'_>,
    entries: &Entries<'_>,
    clocked: Clocked,
    scope: Scope<'_>,
    report: &mut Report,
) -> Result<(), String> {
    let mut roots = BTreeSet::from([(request.bucket.to_owned(), root(request))]);
    // A chain may have begun in another bucket, or under another prefix.
    let valid = report.lines.iter().filter_map(|line| match line {
        Line::Digest { bucket, key, verdict: Verdict::Valid, .. } => Some((bucket, key)),
        Line::Digest { .. } | Line::Log { .. } | Line::Gap { .. } => None,
    });
    let open = scope.open.iter().map(|(bucket, key)| (bucket, key));
    roots.extend(valid.chain(open).filter_map(|(bucket, key)| {
        let (root, _) = key.split_once("CloudTrail-Digest/")?;
        Some((bucket.clone(), root.to_owned()))
    }));
    for (bucket, root) in roots {
        let place = Place { request, scope, bucket: &bucket, root: &root };
        place.scan(evidence, entries, clocked, report)?;
    }
    Ok(())
}

/// `[prefix/]AWSLogs/ACCOUNT/`
fn root(request: &Request<'_>) -> String {
    let series = request.series;
    names::account_folder(series.prefix, series.organization, series.account)
}

/// The files of one account and region in one bucket.
#[derive(Clone, Copy)]
struct Place<'a> {
    request: &'a Request<'a>,
    scope: Scope<'a>,
    bucket: &'a str,
    root: &'a str,
}

/// The newest digest of a trail.
#[derive(Debug, Clone, Copy)]
struct Newest {
    end: Timestamp,
    /// When the next is overdue: another of its periods after it should be there.
    overdue: Timestamp,
}

impl Newest {
    fn of(start: Timestamp, end: Timestamp) -> Self {
        let period_ms = end.as_ms().saturating_sub(start.as_ms());
        Self { end, overdue: end.plus_ms(period_ms.saturating_mul(2)) }
    }
}

/// The entries of all digests in one place.
#[derive(Default)]
struct Signed {
    /// Of validly signed digests.
    named: BTreeSet<(String, String)>,
    /// By trail.
    newest: BTreeMap<String, Newest>,
    /// Whether some digest could not be read.
    is_partial: bool,
}

impl Place<'_> {
    fn scan(
        self,
        evidence: &Evidence<'_>,
        entries: &Entries<'_>,
        clocked: Clocked,
        report: &mut Report,
    ) -> Result<(), String> {
        let end = self.request.end;
        let digests = self.list(entries, "CloudTrail-Digest", last_naming(end))?;
        let logs = self.list(entries, "CloudTrail", end)?;
        let logs = logs.into_iter().filter(|entry| self.is_in_range(entry, Pretence::Log));
        let judged = report.lines.iter().filter_map(place_of);
        let judged: BTreeSet<_> = judged.chain(self.scope.open.iter().cloned()).collect();
        let unknown =
            |entry: &Entry| !judged.contains(&(self.bucket.to_owned(), entry.key.clone()));
        let logs: Vec<Entry> = logs.filter(unknown).collect();
        let mut found = self.extra_digests(digests.iter().filter(|entry| unknown(entry)), report);
        if !logs.is_empty() {
            let signed = self.read(evidence, &digests, &logs, report)?;
            found.extend(self.extra_logs(logs, &signed, clocked, report));
        }
        report.findings.extend(found);
        Ok(())
    }

    fn extra_digests<'e>(
        self,
        entries: impl Iterator<Item = &'e Entry>,
        report: &Report,
    ) -> Vec<Finding> {
        let newest = report.newest.map(|(_, end)| end);
        let extra = |entry: &Entry| {
            let what = match self.digest_name(&entry.key) {
                None => Pretence::Nothing,
                Some((trail, _, end)) if trail == self.own_trail() && Some(end) <= newest => {
                    Pretence::Digest
                }
                Some(_) => return None,
            };
            self.is_in_range(entry, Pretence::Digest).then(|| self.extra(what, &entry.key))
        };
        entries.filter_map(extra).collect()
    }

    fn extra_logs(
        self,
        entries: Vec<Entry>,
        signed: &Signed,
        clocked: Clocked,
        report: &mut Report,
    ) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in entries {
            if signed.named.contains(&(self.bucket.to_owned(), entry.key.clone())) {
                continue;
            }
            match self.log_slot(&entry.key) {
                Some(slot) if signed.may_name(slot, &entry, clocked) => {
                    report.pending = report.pending.saturating_add(1);
                }
                Some(_) => found.push(self.extra(Pretence::Log, &entry.key)),
                None => found.push(self.extra(Pretence::Nothing, &entry.key)),
            }
        }
        if signed.is_partial {
            found.clear();
        } else if signed.newest.is_empty() && found.len() > 1 {
            // Not one line for each file of a trail that does not validate.
            let (bucket, folder) = (self.bucket.to_owned(), self.folder("CloudTrail"));
            return vec![Finding::Unproven { bucket, folder, files: found.len() }];
        }
        found
    }

    fn extra(self, what: Pretence, key: &str) -> Finding {
        Finding::Extra { what, bucket: self.bucket.to_owned(), key: key.to_owned() }
    }

    /// All objects in a folder that could be of the range, by their names, or that are of no time.
    fn list(self, entries: &Entries<'_>, kind: &str, end: Timestamp) -> Result<Vec<Entry>, String> {
        let folder = self.folder(kind);
        let day = format!("{folder}{}", names::date_folders(self.request.start));
        // The slash behind a day sorts before every digit.
        let last = format!("{folder}{}0", names::date_folders(end));
        let (digits, letters) = (format!("{folder}0"), format!("{folder}:"));
        let mut found = Vec::new();
        for (after, until) in [
            (folder.as_str(), Some(digits.as_str())),
            (day.as_str(), Some(last.as_str())),
            (letters.as_str(), None),
        ] {
            let span = Span { bucket: self.bucket, prefix: &folder, after, until };
            found.extend(entries(&span)?);
        }
        // Consoles create folders as empty objects.
        found.retain(|entry| entry.bytes > 0 || !entry.key.ends_with('/'));
        Ok(found)
    }

    fn folder(self, kind: &str) -> String {
        format!("{}{kind}/{}/", self.root, self.request.series.region)
    }

    /// Whether a file's name is of the range; one that has no time is of its day, or of any.
    fn is_in_range(self, entry: &Entry, what: Pretence) -> bool {
        let Request { start, end, .. } = *self.request;
        let (time, kind) = match what {
            Pretence::Digest => {
                let name = self.digest_name(&entry.key);
                (name.map(|(_, _, time)| time), "CloudTrail-Digest")
            }
            Pretence::Log | Pretence::Nothing => (self.log_slot(&entry.key), "CloudTrail"),
        };
        if let Some(time) = time {
            return start < time && time <= end;
        }
        let day = entry.key.strip_prefix(&self.folder(kind)).and_then(day_of);
        // A file without a time belongs to the newest part, one with only a day to the part that
        // contains the day's end.
        let Some(day) = day else { return end == self.scope.whole_end };
        let last = day.plus_ms(DAY_MS).min(self.scope.whole_end);
        start < last && last <= end && day <= end
    }

    /// The time in a log file's name, if it is one of this account and region, in the folder of its
    /// day.
    fn log_slot(self, key: &str) -> Option<Timestamp> {
        let series = self.request.series;
        let slot = log_file::slot_of(key)?;
        let (folder, days) = (self.folder("CloudTrail"), names::date_folders(slot));
        let stem = format!("{}_CloudTrail_{}_", series.account, series.region);
        let minute = names::minute(slot);
        let unique = key
            .strip_prefix(&format!("{folder}{days}/{stem}{minute}_"))?
            .strip_suffix(".json.gz")?;
        unique.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(slot)
    }

    /// The trail with its home region, the kind and the time of a digest of this account and region.
    fn digest_name(self, key: &str) -> Option<(String, Kind, Timestamp)> {
        let series = self.request.series;
        let rest = key.strip_prefix(&self.folder("CloudTrail-Digest"))?;
        let stem = format!("{}_CloudTrail-Digest_{}_", series.account, series.region);
        let name = rest.splitn(4, '/').nth(3)?.strip_prefix(&stem)?.strip_suffix(".json.gz")?;
        let (name, kind) = match name.strip_suffix("_backfill") {
            Some(name) => (name, Kind::Backfill),
            None => (name, Kind::Regular),
        };
        let (trail, time) = name.rsplit_once('_')?;
        let time = Timestamp::parse_basic(time)?;
        let is_at_home = rest.starts_with(&format!("{}/", names::date_folders(time)));
        (is_at_home && !trail.contains('/')).then(|| (trail.to_owned(), kind, time))
    }

    fn own_trail(self) -> String {
        let digest::Series { trail, home_region, .. } = self.request.series;
        format!("{trail}_{home_region}")
    }

    /// Reads the digests that the walk did not: of other trails, and from after the range, until
    /// one names the last of the log files. Errors if there are too many.
    fn read(
        self,
        evidence: &Evidence<'_>,
        digests: &[Entry],
        logs: &[Entry],
        report: &mut Report,
    ) -> Result<Signed, String> {
        let Request { start, end, .. } = *self.request;
        let mut signed = Signed { is_partial: self.scope.is_partial, ..Signed::default() };
        let mut unnamed: BTreeSet<&str> = logs.iter().map(|entry| entry.key.as_str()).collect();
        let judged: BTreeSet<(String, String)> = report.lines.iter().filter_map(place_of).collect();
        let own = |(start, end)| (self.own_trail(), Newest::of(start, end));
        signed.newest.extend(report.newest.map(own));
        let mut read = 0_usize;
        for Entry { key, .. } in digests {
            if unnamed.is_empty() {
                break;
            }
            let Some((trail, kind, time)) = self.digest_name(key) else { continue };
            let place = (self.bucket.to_owned(), key.clone());
            let is_judged = judged.contains(&place) && !self.scope.open.contains(&place);
            if is_judged || time < start || last_naming(end) < time {
                continue;
            }
            read = read.saturating_add(1);
            if read > DIGESTS_MAX {
                let folder = self.folder("CloudTrail-Digest");
                return Err(format!(
                    "{folder}: more than {DIGESTS_MAX} digests would have to be read"
                ));
            }
            let digest = match load::load(self.request, evidence, self.bucket, key) {
                Ok(digest) => digest,
                Err(Verdict::Unreadable(cause)) => {
                    signed.is_partial = true;
                    // The walk of a newer part has counted it.
                    if trail != self.own_trail() || time > self.scope.whole_end {
                        report.digest(kind, self.bucket, key, Verdict::Unreadable(cause));
                    }
                    continue;
                }
                Err(Verdict::Valid | Verdict::Invalid(_)) => continue,
            };
            for file in digest.log_files {
                if file.bucket == self.bucket {
                    unnamed.remove(file.object.as_str());
                }
                signed.named.insert((file.bucket, file.object));
            }
            let newest = signed.newest.get(&trail);
            if kind == Kind::Regular && newest.is_none_or(|newest| newest.end < digest.end) {
                signed.newest.insert(trail, Newest::of(digest.start, digest.end));
            }
        }
        signed.is_partial |= report.digests.unreadable > 0 || report.backfills.unreadable > 0;
        Ok(signed)
    }
}

/// The end of the last digest that may list a log file of a time up to `end`: what a bucket rejects
/// is delivered up to 30 days late.
fn last_naming(end: Timestamp) -> Timestamp {
    end.plus_ms(RETRY_WINDOW_MS).plus_ms(DAY_MS)
}

impl Signed {
    /// Whether a digest that still follows may list the file.
    fn may_name(&self, slot: Timestamp, entry: &Entry, clocked: Clocked) -> bool {
        let Clocked { now, digest_interval_ms } = clocked;
        if self.newest.is_empty() {
            return now <= entry.written.plus_ms(digest_interval_ms.saturating_mul(2));
        }
        let delivered = entry.written.plus_ms(DELIVERY_MS);
        let is_newer = self.newest.values().all(|newest| newest.end < slot);
        let is_due = |newest: &Newest| newest.end < delivered && now <= newest.overdue;
        is_newer || self.newest.values().any(is_due)
    }
}

fn place_of(line: &Line) -> Option<(String, String)> {
    match line {
        Line::Digest { bucket, key, .. } | Line::Log { bucket, key, .. } => {
            Some((bucket.clone(), key.clone()))
        }
        Line::Gap { .. } => None,
    }
}

/// The day of `YYYY/MM/DD/…`.
fn day_of(path: &str) -> Option<Timestamp> {
    let mut parts = path.splitn(4, '/');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Timestamp::parse_basic(&format!("{year}{month}{day}T000000Z"))
}
