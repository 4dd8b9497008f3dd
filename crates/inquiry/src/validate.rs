//! The driver of a trail's validation: which regions, which questions, in which order.
//!
//! The rules are in [`trail::verify`]. This module reads the data that they need from a [`Source`]:
//! the command calls a server over HTTP, `ValidateTrail` calls the operations directly, as its
//! caller. Both therefore reach the same result for the same bucket.
//!
//! Reading order: [`Target`], [`Source`], [`regions`], [`judge`] and [`judge_part`], then
//! [`missing`] and [`strays`], which report what digests cannot show.

mod bucket;
mod evidence;
mod missing;
mod newest;
mod regions;
mod source;
mod summary;

use trail::digest::Series;
use trail::names::TrailName;
use trail::verify::{Anchor, Budget, Part, Progress, Report, Request};
use types::{AccountId, Timestamp};

pub use evidence::PublicKeys;
pub use missing::missing;
pub use newest::Remembered;
pub use regions::{regions, strays};
pub use source::{Question, Source};
pub use summary::{extra_files, is_empty, verdict_word};

/// Whose log files are validated, and where they are.
#[derive(Debug, Clone)]
pub struct Target {
    /// The trail's ARN, in its home region.
    pub trail_arn: String,
    /// The account of the events.
    pub account: AccountId,
    /// The region of the events.
    pub region: String,
    /// The region of the trail.
    pub home_region: String,
    /// The trail's name.
    pub trail: TrailName,
    /// The bucket that it delivers to.
    pub bucket: String,
    /// The prefix of its files in the bucket.
    pub prefix: Option<String>,
    /// The earliest time of interest.
    pub start: Timestamp,
    /// The latest.
    pub end: Timestamp,
}

impl Target {
    /// The question to the rules.
    pub fn request<'a>(&'a self, anchors: &'a [Anchor]) -> Request<'a> {
        Request {
            trail_arn: &self.trail_arn,
            series: Series {
                prefix: self.prefix.as_deref(),
                organization: None,
                account: &self.account,
                region: &self.region,
                trail: &self.trail,
                home_region: &self.home_region,
            },
            bucket: &self.bucket,
            start: self.start,
            end: self.end,
            anchors,
        }
    }

    /// The same trail's files of another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }
}

/// The inputs of a validation, in addition to its target.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The newest known digests, stored apart from the bucket.
    pub anchors: &'a [Anchor],
    /// Stored public keys: they verify digests whose keys no server has any more.
    pub keys: &'a PublicKeys,
    /// How often digests are created if there are none, in milliseconds; with `None`, extra files
    /// are not searched.
    pub digest_interval_ms: Option<u64>,
}

/// Validates the files of the target's region at once; also returns the keys that proved digests.
pub fn judge<S: Source>(
    source: &S,
    target: &Target,
    given: Given<'_>,
) -> Result<(Report, PublicKeys), S::Error> {
    evidence::verify(source, &target.request(given.anchors), given)
}

/// Validates the next part of the files of the target's region, within a budget.
///
/// The newest digest in the trail's own record is expected in the first part.
pub fn judge_part<S: Source>(
    source: &S,
    target: &Target,
    remembered: &Remembered,
    digest_interval_ms: u64,
    from: Option<Progress>,
    budget: Budget,
) -> Result<Part, S::Error> {
    let request = target.request(&[]);
    let is_first = from.is_none();
    let mut part = evidence::verify_part(source, &request, digest_interval_ms, from, budget)?;
    if is_first {
        let Report { requested, lines, .. } = &part.report;
        let gone = remembered.missing(&target.region, &target.bucket, *requested, lines);
        part.report.findings.extend(gone);
    }
    Ok(part)
}
