use std::fmt;

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::{Anchor, Pretence, Request};
use crate::digest::Kind;

/// All that was found, in the order in which it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The trail.
    pub trail_arn: String,
    /// The requested times.
    pub requested: (Timestamp, Timestamp),
    /// Findings that the AWS CLI reports, too.
    pub lines: Vec<Line>,
    /// Findings that the AWS CLI does not report.
    pub findings: Vec<Finding>,
    /// The times for which there are valid digests.
    pub found: Option<(Timestamp, Timestamp)>,
    /// The newest valid digest: the anchor for the next time.
    pub head: Option<Anchor>,
    /// Of digests.
    pub digests: Counts,
    /// Of backfill digests.
    pub backfills: Counts,
    /// Of log files.
    pub logs: Counts,
    /// Log files of the range that a following digest may still list.
    pub pending: u64,
    /// The period of the newest valid digest.
    pub(super) newest: Option<(Timestamp, Timestamp)>,
}

/// How many are valid, how many are not, and of how many nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Sound.
    pub valid: u64,
    /// Not.
    pub invalid: u64,
    /// Not fetched.
    pub unreadable: u64,
}

/// The result for one object, or for a missing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A digest.
    Digest {
        /// The chain that it belongs to.
        kind: Kind,
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
        /// The verdict.
        verdict: Verdict,
    },
    /// A log file that a valid digest names.
    Log {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
        /// The verdict.
        verdict: Verdict,
    },
    /// A chain starts at `until`, and the chain before ended at `from`.
    Gap {
        /// Which chain.
        kind: Kind,
        /// The end of the older digest.
        from: Timestamp,
        /// The start of the newer one.
        until: Timestamp,
    },
}

/// Sound or not, as far as it can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is unmodified.
    Valid,
    /// It was modified, or was never valid.
    Invalid(Reason),
    /// It could not be fetched, for this reason: nothing is known of it.
    Unreadable(String),
}

impl From<Reason> for Verdict {
    fn from(reason: Reason) -> Self {
        Self::Invalid(reason)
    }
}

/// The overall result, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Conclusion {
    /// Everything was read, and nothing is wrong.
    Valid,
    /// What was read is right, but not everything could be read.
    Unreadable,
    /// Something is wrong.
    Invalid,
}

/// The fault, displayed in the words of the AWS CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No such object.
    NotFound,
    /// Not gzip, not JSON, or without a member it needs.
    InvalidFormat,
    /// Not signed, or not by that key, or not this content.
    Signature,
    /// The digest records another location for it.
    Moved,
    /// The home region has no key of this fingerprint.
    PublicKeyNotFound {
        /// The region.
        region: String,
        /// The fingerprint.
        fingerprint: String,
    },
    /// The key of this fingerprint is not PKCS #1.
    UnusableKey {
        /// The fingerprint.
        fingerprint: String,
    },
    /// The content is not what was delivered.
    Hash,
    /// The content is followed by something else.
    TrailingBytes,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::InvalidFormat => "invalid format",
            Self::Signature => "signature verification failed",
            Self::Moved => "has been moved from its original location",
            Self::Hash => "hash value doesn't match",
            Self::TrailingBytes => "unexpected data after end of compressed stream",
            Self::PublicKeyNotFound { region, fingerprint } => {
                return write!(
                    f,
                    "public key not found in region {region} for fingerprint {fingerprint}"
                );
            }
            Self::UnusableKey { fingerprint } => {
                return write!(f, "Unable to load PKCS #1 key with fingerprint {fingerprint}");
            }
        })
    }
}

/// Findings that the AWS CLI does not report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A digest that is known to have been delivered is missing or different: the end of its chain
    /// has been removed or replaced.
    Anchor {
        /// The digest.
        anchor: Anchor,
        /// Never [`Verdict::Valid`].
        verdict: Verdict,
    },
    /// A digest is validly signed, but is not the one the next digest was chained to.
    BrokenLink {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
    },
    /// The trail's last delivered digest, by its own record, is missing.
    Newest {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
    },
    /// A file in the trail's folders that nothing signed names.
    Extra {
        /// How its name or contents appear.
        what: Pretence,
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
    },
    /// There are log files, and no valid digest at all.
    Unproven {
        /// Their bucket.
        bucket: String,
        /// Their folder.
        folder: String,
        /// How many there are.
        files: usize,
    },
    /// There are no digests, although the trail has a record of having delivered one.
    NoDigests {
        /// The bucket.
        bucket: String,
        /// The folder in which they would be.
        folder: String,
        /// When the newest was delivered.
        delivered: Timestamp,
    },
}

impl Finding {
    fn conclusion(&self) -> Conclusion {
        match self {
            Self::Anchor { verdict: Verdict::Unreadable(_), .. } => Conclusion::Unreadable,
            Self::Anchor { .. }
            | Self::BrokenLink { .. }
            | Self::Newest { .. }
            | Self::Extra { .. }
            | Self::Unproven { .. }
            | Self::NoDigests { .. } => Conclusion::Invalid,
        }
    }
}

impl Report {
    pub(super) fn new(request: &Request<'_>) -> Self {
        Self {
            trail_arn: request.trail_arn.to_owned(),
            requested: (request.start, request.end),
            lines: Vec::new(),
            findings: Vec::new(),
            found: None,
            head: None,
            digests: Counts::default(),
            backfills: Counts::default(),
            logs: Counts::default(),
            pending: 0,
            newest: None,
        }
    }

    /// Adds what an older part of the same verification found.
    pub fn add(&mut self, older: Report) {
        self.lines.extend(older.lines);
        self.findings.extend(older.findings);
        self.found = match (self.found, older.found) {
            (Some((from, until)), Some((start, _))) => Some((from.min(start), until)),
            (found, None) | (None, found) => found,
        };
        self.head = self.head.take().or(older.head);
        self.newest = self.newest.or(older.newest);
        self.digests.add_all(older.digests);
        self.backfills.add_all(older.backfills);
        self.logs.add_all(older.logs);
        self.pending = self.pending.saturating_add(older.pending);
    }

    /// The overall result. Gaps are not faults, nor is an empty range.
    pub fn conclusion(&self) -> Conclusion {
        let all = [self.digests, self.backfills, self.logs];
        let counted = all.into_iter().map(Counts::conclusion);
        counted
            .chain(self.findings.iter().map(Finding::conclusion))
            .max()
            .unwrap_or(Conclusion::Valid)
    }

    /// How long the newest valid digest's period is.
    pub fn digest_interval_ms(&self) -> Option<u64> {
        self.newest.map(|(start, end)| end.as_ms().saturating_sub(start.as_ms()))
    }

    /// Whether everything was read and nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.conclusion() == Conclusion::Valid
    }

    pub(super) fn digest(&mut self, kind: Kind, bucket: &str, key: &str, verdict: Verdict) {
        let counts = match kind {
            Kind::Regular => &mut self.digests,
            Kind::Backfill => &mut self.backfills,
        };
        counts.add(&verdict);
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        self.lines.push(Line::Digest { kind, bucket, key, verdict });
    }

    pub(super) fn broken_link(&mut self, bucket: &str, key: &str) {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        self.findings.push(Finding::BrokenLink { bucket, key });
    }

    pub(super) fn log(&mut self, bucket: &str, key: &str, verdict: Verdict) {
        self.logs.add(&verdict);
        self.lines.push(Line::Log { bucket: bucket.to_owned(), key: key.to_owned(), verdict });
    }
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        let count = match verdict {
            Verdict::Valid => &mut self.valid,
            Verdict::Invalid(_) => &mut self.invalid,
            Verdict::Unreadable(_) => &mut self.unreadable,
        };
        *count = count.saturating_add(1);
    }

    /// Adds other counts.
    pub fn add_all(&mut self, other: Counts) {
        self.valid = self.valid.saturating_add(other.valid);
        self.invalid = self.invalid.saturating_add(other.invalid);
        self.unreadable = self.unreadable.saturating_add(other.unreadable);
    }

    /// All that were counted.
    pub fn total(self) -> u64 {
        self.valid.saturating_add(self.invalid).saturating_add(self.unreadable)
    }

    fn conclusion(self) -> Conclusion {
        match self {
            Self { invalid: 1.., .. } => Conclusion::Invalid,
            Self { unreadable: 1.., .. } => Conclusion::Unreadable,
            Self { .. } => Conclusion::Valid,
        }
    }
}
