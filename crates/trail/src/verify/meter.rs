use std::sync::atomic::{AtomicU64, Ordering};

use super::Verdict;

/// How much a verification may read, in bytes. Larger files are unreadable, and their validity is
/// unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest digest, decompressed; each log file takes about 500 bytes of it.
    pub digest_bytes: u64,
    /// The largest log file, decompressed. It is hashed without buffering.
    pub log_bytes: u64,
    /// Bytes read and inflated in all, after which nothing else is read.
    pub all_bytes: u64,
}

impl Limits {
    /// For a command that runs alone on its machine: digests of about 500 000 log files.
    pub const COMMAND: Self =
        Self { digest_bytes: 256_000_000, log_bytes: 16_000_000_000, all_bytes: u64::MAX };
}

/// Counts the bytes that a verification reads and decompresses, and enforces the limits.
#[derive(Debug)]
pub struct Meter {
    limits: Limits,
    spent: AtomicU64,
}

impl Meter {
    /// Nothing is read yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, spent: AtomicU64::new(0) }
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Bytes read and inflated so far.
    pub fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Counts bytes that were read or inflated.
    pub(super) fn add(&self, bytes: u64) {
        self.spent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The verdict on a file that is not read because too much was read before it.
    pub(super) fn refusal(&self) -> Option<Verdict> {
        let most = self.limits.all_bytes;
        let text = || format!("not read: the files before it have more than {most} bytes");
        (self.spent() > most).then(|| Verdict::Unreadable(text()))
    }
}

/// The verdict on a file that inflates beyond its limit.
pub(super) fn too_large(bytes_max: u64) -> Verdict {
    Verdict::Unreadable(format!("inflates to more than {bytes_max} bytes"))
}
