use std::iter;

use super::load::equal_hashes;
use super::{Evidence, Object, Reason, Report, Verdict};
use crate::gzip::{self, GzipError};

/// How much of a log file is inflated, and hashed without being kept.
const LOG_BYTES_MAX: u64 = 16_000_000_000;

/// The verdict on a log file's bytes, given the hash that its digest states.
///
/// Stricter than the AWS CLI in one point: a stream that lacks its last bytes is not valid, even
/// if all records are there.
pub fn log_verdict(gz: &[u8], plain_sha256_hex: &str) -> Verdict {
    let (hash, trouble) = gzip::hash(gz, LOG_BYTES_MAX);
    let equal = equal_hashes(plain_sha256_hex, &hash);
    Verdict::Invalid(match trouble {
        None if equal => return Verdict::Valid,
        Some(GzipError::TrailingBytes) if equal => Reason::TrailingBytes,
        Some(GzipError::Truncated) if !equal => Reason::Hash,
        None | Some(GzipError::TrailingBytes) => Reason::Hash,
        Some(GzipError::Truncated | GzipError::Damaged | GzipError::TooLarge) => {
            Reason::InvalidFormat
        }
    })
}

/// A log file, as a validly signed digest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLog {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub object: String,
    /// SHA-256 of its plain bytes, in hexadecimal, if the digest says so.
    pub hash: Option<String>,
}

/// The verdict on a log file, given what came of fetching it.
pub fn judge_log(log: &NamedLog, fetched: Result<Option<Object>, String>) -> Verdict {
    Verdict::Invalid(match (fetched, &log.hash) {
        (Ok(Some(object)), Some(hash)) => return log_verdict(&object.bytes, hash),
        (Ok(Some(_)), None) => Reason::InvalidFormat,
        (Ok(None), _) => Reason::NotFound,
        (Err(text), _) => return Verdict::Unreadable(text),
    })
}

pub(super) fn judge_all(evidence: &Evidence<'_>, logs: &[NamedLog], report: &mut Report) {
    let one = |log: &NamedLog| judge_log(log, (evidence.get)(&log.bucket, &log.object));
    let verdicts = match evidence.judge {
        Some(judge) => judge(logs),
        None => logs.iter().map(one).collect(),
    };
    let lacking = || Verdict::Unreadable("not judged".to_owned());
    let verdicts = verdicts.into_iter().chain(iter::repeat_with(lacking));
    for (log, verdict) in logs.iter().zip(verdicts) {
        report.log(&log.bucket, &log.object, verdict);
    }
}
