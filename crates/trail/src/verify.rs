//! Validates a trail's digests and log files, with the same lines as `aws cloudtrail
//! validate-logs`, and checks what that tool does not.
//!
//! [`verify`] walks from the newest digest to the oldest as the AWS CLI does: along the links if
//! there are any, otherwise to the next older name in the listing. The CLI cannot detect that the
//! newest digests of a chain are missing: an [`Anchor`], stored apart from the bucket, can. Nor
//! does it compare a digest with the entry in the next one: here a difference is a
//! [`Finding::BrokenLink`]. Files that no digest lists are found by [`find_extra`].
//! [`verify_part`] does both for one time span after the other, each within a budget.
//!
//! Source: the `validate-logs` command of the AWS CLI.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::digest::{Kind, Series};

mod extra;
mod load;
mod log;
mod members;
mod meter;
mod part;
mod print;
mod report;
mod walk;

pub use extra::{Clocked, Entries, Entry, Pretence, Span, find_extra};
pub use log::{NamedLog, judge_log, log_verdict};
pub use meter::{Limits, Meter};
pub use part::{Budget, Part, Progress, verify_part};
pub use print::{Stream, print};
pub use report::{Conclusion, Counts, Finding, Line, Reason, Report, Verdict};
use walk::{Pause, Walked};

/// What is to be verified.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The trail's ARN, for the first line.
    pub trail_arn: &'a str,
    /// Whose digests.
    pub series: Series<'a>,
    /// The bucket the trail delivers to.
    pub bucket: &'a str,
    /// The earliest time of interest.
    pub start: Timestamp,
    /// The latest.
    pub end: Timestamp,
    /// The newest known digest of each chain; those that ended before `start` are ignored.
    pub anchors: &'a [Anchor],
}

/// A digest that is known to have been delivered, stored where writers of the bucket cannot change
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The digest's bucket.
    pub bucket: String,
    /// The digest's key.
    pub object: String,
    /// SHA-256 of its plain bytes, in hexadecimal.
    pub hash: String,
    /// The end of its period.
    pub end: Timestamp,
}

/// An object and its user metadata, by names without `x-amz-meta-`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The metadata.
    pub metadata: BTreeMap<String, String>,
}

/// The result of checking a signature with a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureCheck {
    /// The signature is valid.
    Valid,
    /// It did not.
    Forged,
    /// There is no key of this fingerprint.
    UnknownKey,
    /// The key is not PKCS #1.
    UnusableKey,
}

/// `(bucket, prefix, after)`: all keys with the prefix that sort after `after`, ascending.
pub type List<'a> = dyn Fn(&str, &str, &str) -> Result<Vec<String>, String> + 'a;
/// `(bucket, key)`: the object, or `None` if there is none.
pub type Get<'a> = dyn Fn(&str, &str) -> Result<Option<Object>, String> + 'a;
/// `(fingerprint, signing string, signature)`: RSASSA-PKCS1-v1.5 with SHA-256.
pub type Check<'a> = dyn Fn(&str, &[u8], &[u8]) -> SignatureCheck + 'a;
/// A verdict for each of the log files, in their order.
pub type Judge<'a> = dyn Fn(&[NamedLog]) -> Vec<Verdict> + 'a;

/// The verifier's sources of data. Errors are human-readable text.
#[expect(missing_debug_implementations, reason = "closures have none")]
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// Lists a bucket.
    pub list: &'a List<'a>,
    /// Fetches an object.
    pub get: &'a Get<'a>,
    /// Checks a signature.
    pub check: &'a Check<'a>,
    /// Checks the log files of one digest with [`judge_log`], possibly in parallel; with `None`
    /// they are fetched and checked one after the other.
    pub judge: Option<&'a Judge<'a>>,
    /// Counts and limits what is read.
    pub meter: &'a Meter,
}

/// Verifies all digests and log files of the request, newest first. Fails only if the bucket
/// cannot be listed.
pub fn verify(request: &Request<'_>, evidence: &Evidence<'_>) -> Result<Report, String> {
    let mut report = Report::new(request);
    let pause = Pause { is_due: &|_, _| false, pace: usize::MAX };
    for kind in [Kind::Regular, Kind::Backfill] {
        walk::walk(request, evidence, kind, Walked::Start, pause, &mut report)?;
    }
    for anchor in request.anchors.iter().filter(|anchor| anchor.end >= request.start) {
        let verdict = load::anchor_verdict(anchor, evidence);
        if verdict != Verdict::Valid {
            report.findings.push(Finding::Anchor { anchor: anchor.clone(), verdict });
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
