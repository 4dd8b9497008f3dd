//! The course of a validation over many calls: one region after the other, the newest files first.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::{Failure, Fault};
use serde::{Deserialize, Serialize};
use trail::names::TrailName;
use trail::verify::{Budget, Conclusion, Counts, Progress, Report};
use types::{AccountId, HOUR_MS, Timestamp};

use super::finding::Found;
use crate::error::InquiryError;
use crate::validate::{self, Remembered, Source, Target, extra_files, verdict_word};

/// How much one call reads and decompresses before it pauses, within a digest if necessary. Log
/// files of the usual size take some tenths of a second; the last file may exceed the limit.
const BUDGET: Budget = Budget { objects: 200, bytes: 256 << 20 };
/// The maximum number of findings that one call returns.
const FINDINGS_MAX: usize = 1_000;

/// A trail, and where it delivers to.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub(super) arn: String,
    pub(super) account: AccountId,
    pub(super) name: TrailName,
    pub(super) home_region: String,
    pub(super) bucket: String,
    pub(super) prefix: Option<String>,
}

/// The progress of a validation: the contents of its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Course {
    pub(super) trail_arn: String,
    account: AccountId,
    name: TrailName,
    home_region: String,
    bucket: String,
    prefix: Option<String>,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    remembered: Remembered,
    sections: Vec<Section>,
    /// The position in the current region.
    progress: Option<Progress>,
    /// How often digests are created, once it is known.
    digest_interval_ms: Option<u64>,
    /// Whether the folders beside the regions' have been listed.
    is_begun: bool,
}

/// The results of a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Section {
    pub(super) region: String,
    pub(super) digests: Counts,
    pub(super) backfills: Counts,
    pub(super) logs: Counts,
    pub(super) extra_files: u64,
    pub(super) pending: u64,
    /// The end of the newest valid digest's period.
    pub(super) newest: Option<Timestamp>,
    conclusion: Conclusion,
    has_findings: bool,
    pub(super) is_done: bool,
}

/// What one call found.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) findings: Vec<Found>,
    /// The number of findings beyond the maximum.
    pub(super) left_out: usize,
}

type Result<T> = std::result::Result<T, Failure<InquiryError>>;

impl Course {
    /// Determines the regions.
    pub(super) fn begin<S: Source>(
        source: &S,
        trail: Trail,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Self>
    where
        Failure<InquiryError>: From<S::Error>,
    {
        let Trail { arn, account, name, home_region, bucket, prefix } = trail;
        let mut course = Self {
            trail_arn: arn,
            account,
            name,
            home_region,
            bucket,
            prefix,
            start,
            end,
            remembered: Remembered::default(),
            sections: Vec::new(),
            progress: None,
            digest_interval_ms: None,
            is_begun: false,
        };
        let target = course.target(course.home_region.clone());
        course.remembered = Remembered::fetch(source, &target);
        let regions = validate::regions(source, &target, &course.remembered, &[])?;
        course.sections = regions.into_iter().map(Section::new).collect();
        Ok(course)
    }

    /// Reads a token, which has to be of the same trail and times.
    pub(super) fn resume(
        token: &str,
        trail: &Trail,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    ) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok();
        let course: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let is_same = |course: &Self| {
            course.trail_arn == trail.arn
                && start.is_none_or(|start| start == course.start)
                && end.is_none_or(|end| end == course.end)
        };
        Ok(course.filter(is_same).ok_or(InquiryError::InvalidToken)?)
    }

    /// The token of the next call.
    pub(super) fn token(&self) -> Result<Option<String>> {
        let json = serde_json::to_vec(self)
            .map_err(|cause| Fault::bug("a page token cannot be written").because(cause))?;
        Ok(self.current().map(|_| URL_SAFE_NO_PAD.encode(json)))
    }

    fn current(&self) -> Option<usize> {
        self.sections.iter().position(|section| !section.is_done)
    }

    fn target(&self, region: String) -> Target {
        Target {
            trail_arn: self.trail_arn.clone(),
            account: self.account.clone(),
            region,
            home_region: self.home_region.clone(),
            trail: self.name.clone(),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
            start: self.start,
            end: self.end,
        }
    }

    /// Judges the next part.
    pub(super) fn go_on<S: Source>(&mut self, source: &S) -> Result<Step>
    where
        Failure<InquiryError>: From<S::Error>,
    {
        let mut step = Step::default();
        let Some(at) = self.current() else { return Ok(step) };
        let region = self.sections.get(at).map(|section| section.region.clone());
        let target = self.target(region.unwrap_or_default());
        let interval_ms = self.digest_interval_ms.unwrap_or(HOUR_MS);
        let from = self.progress.take();
        let remembered = &self.remembered;
        let part = validate::judge_part(source, &target, remembered, interval_ms, from, BUDGET)?;
        let mut report = part.report;
        if !self.is_begun {
            self.is_begun = true;
            report.findings.extend(validate::strays(source, &target)?);
        }
        self.digest_interval_ms = self.digest_interval_ms.or(report.digest_interval_ms());
        step.take(&target.region, &report);
        if let Some(section) = self.sections.get_mut(at) {
            section.add(&report);
            section.is_done = part.next.is_none();
        }
        self.progress = part.next;
        if self.current().is_none() {
            self.end(source, &mut step)?;
        }
        Ok(step)
    }

    /// Queries the trail itself if nothing was found at all, and skips the regions in which the
    /// trail has no files: another delivers there.
    fn end<S: Source>(&mut self, source: &S, step: &mut Step) -> Result<()>
    where
        Failure<InquiryError>: From<S::Error>,
    {
        if self.sections.iter().all(Section::is_empty) {
            let target = self.target(self.home_region.clone());
            let missing = validate::missing(source, &target)?;
            if let (Some(missing), Some(home)) = (missing, self.sections.first_mut()) {
                home.conclusion = home.conclusion.max(Conclusion::Invalid);
                home.has_findings = true;
                step.push(Found::of_finding(&target.region, &missing));
            }
        }
        let mut is_first = true;
        self.sections.retain(|section| {
            std::mem::take(&mut is_first)
                || !section.is_empty()
                || section.has_findings
                || section.pending > 0
        });
        Ok(())
    }

    pub(super) fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter()
    }

    /// The overall result so far.
    pub(super) fn verdict(&self) -> &'static str {
        let all = self.sections.iter().map(|section| section.conclusion);
        let conclusion = all.max().unwrap_or(Conclusion::Valid);
        verdict_word(conclusion, self.sections.iter().all(Section::is_empty))
    }

    /// From 0 to 1.
    pub(super) fn fraction(&self) -> f64 {
        let Some(at) = self.current() else { return 1.0 };
        let all = self.end.as_secs_f64() - self.start.as_secs_f64();
        let until = self.progress.as_ref().map_or(self.end, Progress::until);
        let judged = self.end.as_secs_f64() - until.as_secs_f64();
        let within = if all > 0.0 { (judged / all).clamp(0.0, 1.0) } else { 0.0 };
        let count = |number: usize| u32::try_from(number).map_or(f64::MAX, f64::from);
        (count(at) + within) / count(self.sections.len())
    }
}

impl Section {
    fn new(region: String) -> Self {
        Self {
            region,
            digests: Counts::default(),
            backfills: Counts::default(),
            logs: Counts::default(),
            extra_files: 0,
            pending: 0,
            newest: None,
            conclusion: Conclusion::Valid,
            has_findings: false,
            is_done: false,
        }
    }

    fn add(&mut self, report: &Report) {
        self.digests.add_all(report.digests);
        self.backfills.add_all(report.backfills);
        self.logs.add_all(report.logs);
        self.extra_files = self.extra_files.saturating_add(extra_files(report));
        self.pending = self.pending.saturating_add(report.pending);
        self.newest = self.newest.or(report.head.as_ref().map(|head| head.end));
        self.conclusion = self.conclusion.max(report.conclusion());
        self.has_findings |= !report.findings.is_empty();
    }

    fn is_empty(&self) -> bool {
        self.digests.total() == 0 && self.backfills.total() == 0
    }

    pub(super) fn verdict(&self) -> &'static str {
        verdict_word(self.conclusion, self.is_empty())
    }
}

impl Step {
    fn take(&mut self, region: &str, report: &Report) {
        for line in &report.lines {
            if let Some(found) = Found::of_line(region, line) {
                self.push(found);
            }
        }
        for finding in &report.findings {
            self.push(Found::of_finding(region, finding));
        }
    }

    fn push(&mut self, found: Found) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(found);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}
