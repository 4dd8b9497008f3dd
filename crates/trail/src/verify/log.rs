use std::iter;

use super::load::equal_hashes;
use super::meter::{self, Limits, Meter};
use super::{Evidence, Object, Reason, Report, Verdict};
use crate::gzip::{self, GzipError, Hashed};

/// Checks a log file's bytes against the hash in its digest, with the limits of
/// [`Limits::COMMAND`].
///
/// Stricter than the AWS CLI in one respect: a truncated stream is not valid, even if all records
/// are complete.
pub fn log_verdict(gz: &[u8], plain_sha256_hex: &str) -> Verdict {
    verdict(gz, plain_sha256_hex, &Meter::new(Limits::COMMAND))
}

fn verdict(gz: &[u8], plain_sha256_hex: &str, meter: &Meter) -> Verdict {
    let bytes_max = meter.limits().log_bytes;
    let Hashed { hash, bytes, trouble } = gzip::hash(gz, bytes_max);
    meter.add(bytes);
    let equal = equal_hashes(plain_sha256_hex, &hash);
    Verdict::Invalid(match trouble {
        None if equal => return Verdict::Valid,
        Some(GzipError::TrailingBytes) if equal => Reason::TrailingBytes,
        Some(GzipError::Truncated) if !equal => Reason::Hash,
        None | Some(GzipError::TrailingBytes) => Reason::Hash,
        Some(GzipError::Truncated | GzipError::Damaged) => Reason::InvalidFormat,
        Some(GzipError::TooLarge) => return meter::too_large(bytes_max),
    })
}

/// A log file, as a validly signed digest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLog {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub object: String,
    /// SHA-256 of its decompressed bytes, in hexadecimal, if the digest contains it.
    pub hash: Option<String>,
}

/// Checks a log file, given the result of fetching it. The meter counts its bytes.
pub fn judge_log(
    log: &NamedLog,
    fetched: Result<Option<Object>, String>,
    meter: &Meter,
) -> Verdict {
    Verdict::Invalid(match (fetched, &log.hash) {
        (Ok(Some(object)), Some(hash)) => {
            meter.add(object.bytes.len() as u64);
            return verdict(&object.bytes, hash, meter);
        }
        (Ok(Some(_)), None) => Reason::InvalidFormat,
        (Ok(None), _) => Reason::NotFound,
        (Err(text), _) => return Verdict::Unreadable(text),
    })
}

/// Judges the log files of a digest but for the first `judged`, `pace` at a time, and returns where
/// it paused before the end.
pub(super) fn judge_all(
    evidence: &Evidence<'_>,
    logs: &[NamedLog],
    judged: usize,
    pace: usize,
    pause: &dyn Fn(&Report) -> bool,
    report: &mut Report,
) -> Option<usize> {
    let mut judged = judged;
    for some in logs.get(judged..).unwrap_or_default().chunks(pace.max(1)) {
        judge_some(evidence, some, report);
        judged = judged.saturating_add(some.len());
        if judged < logs.len() && pause(report) {
            return Some(judged);
        }
    }
    None
}

fn judge_some(evidence: &Evidence<'_>, logs: &[NamedLog], report: &mut Report) {
    let meter = evidence.meter;
    let one = |log: &NamedLog| judge_log(log, (evidence.get)(&log.bucket, &log.object), meter);
    let verdicts = match (meter.refusal(), evidence.judge) {
        (Some(refusal), _) => vec![refusal; logs.len()],
        (None, Some(judge)) => judge(logs),
        (None, None) => logs.iter().map(one).collect(),
    };
    let lacking = || Verdict::Unreadable("not judged".to_owned());
    let verdicts = verdicts.into_iter().chain(iter::repeat_with(lacking));
    for (log, verdict) in logs.iter().zip(verdicts) {
        report.log(&log.bucket, &log.object, verdict);
    }
}
