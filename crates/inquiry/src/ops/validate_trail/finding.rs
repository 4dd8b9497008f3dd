//! A file and its fault, as the response shows it.

use serde::Serialize;
use trail::verify::{Finding, Line, Pretence, Reason, Verdict};
use types::Timestamp;

/// A fault, and its location.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Found {
    /// The region of the events.
    pub(super) region: String,
    /// `LogFile`, `Digest` or `File`; `LogFiles` and `Digests` are a whole folder's.
    kind: &'static str,
    /// `MISSING`, `MODIFIED`, `EXTRA`, `UNREADABLE`, `SIGNATURE`, `MOVED`, `NO_PUBLIC_KEY`,
    /// `BROKEN_CHAIN`; `GAP` is a note, and nothing is wrong.
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    /// The object, or the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// In the words of the AWS CLI, or the refusal.
    message: String,
}

impl Found {
    /// The finding of a line of the report; `None` if the line reports a valid file.
    pub(super) fn of_line(region: &str, line: &Line) -> Option<Self> {
        let (kind, bucket, key, verdict) = match line {
            Line::Digest { bucket, key, verdict, .. } => ("Digest", bucket, key, verdict),
            Line::Log { bucket, key, verdict } => ("LogFile", bucket, key, verdict),
            Line::Gap { from, until, .. } => return Some(Self::gap(region, *from, *until)),
        };
        let (code, message) = describe(verdict)?;
        Some(Self::new(region, kind, code, bucket, key, message))
    }

    /// Findings that the AWS CLI does not report.
    pub(super) fn of_finding(region: &str, finding: &Finding) -> Self {
        match finding {
            Finding::Anchor { anchor, verdict } => {
                let (code, message) = describe(verdict).unwrap_or(("MISSING", String::new()));
                Self::new(region, "Digest", code, &anchor.bucket, &anchor.object, message)
            }
            Finding::BrokenLink { bucket, key } => {
                let message = "not the digest that was chained".to_owned();
                Self::new(region, "Digest", "BROKEN_CHAIN", bucket, key, message)
            }
            Finding::Newest { bucket, key } => {
                let message = "not found, though the trail delivered it last".to_owned();
                Self::new(region, "Digest", "MISSING", bucket, key, message)
            }
            Finding::Extra { what, bucket, key } => {
                let (kind, message) = match what {
                    Pretence::Log => ("LogFile", "no valid digest names it"),
                    Pretence::Digest => ("Digest", "it is in no chain of digests"),
                    Pretence::Nothing => ("File", "CloudTrail gives no file such a name"),
                };
                Self::new(region, kind, "EXTRA", bucket, key, message.to_owned())
            }
            Finding::Unproven { bucket, folder, files } => {
                let message = format!("{files}, and no valid digest names any");
                Self::new(region, "LogFiles", "EXTRA", bucket, folder, message)
            }
            Finding::NoDigests { bucket, folder, delivered } => {
                let at = delivered.iso();
                let message = format!("none found, but the trail delivered its newest at {at}");
                Self::new(region, "Digests", "MISSING", bucket, folder, message)
            }
        }
    }

    fn gap(region: &str, from: Timestamp, until: Timestamp) -> Self {
        let (from, until) = (from.iso(), until.iso());
        Self {
            region: region.to_owned(),
            kind: "LogFiles",
            code: "GAP",
            bucket: None,
            key: None,
            message: format!(
                "No log files were delivered by CloudTrail between {from} and {until}"
            ),
        }
    }

    fn new(
        region: &str,
        kind: &'static str,
        code: &'static str,
        bucket: &str,
        key: &str,
        message: String,
    ) -> Self {
        let (bucket, key) = (Some(bucket.to_owned()), Some(key.to_owned()));
        Self { region: region.to_owned(), kind, code, bucket, key, message }
    }
}

/// `None` for valid files.
fn describe(verdict: &Verdict) -> Option<(&'static str, String)> {
    let reason = match verdict {
        Verdict::Valid => return None,
        Verdict::Unreadable(cause) => return Some(("UNREADABLE", cause.clone())),
        Verdict::Invalid(reason) => reason,
    };
    let code = match reason {
        Reason::NotFound => "MISSING",
        Reason::InvalidFormat | Reason::Hash | Reason::TrailingBytes => "MODIFIED",
        Reason::Signature => "SIGNATURE",
        Reason::Moved => "MOVED",
        Reason::PublicKeyNotFound { .. } | Reason::UnusableKey { .. } => "NO_PUBLIC_KEY",
    };
    Some((code, reason.to_string()))
}
