/// How often log files are cut and digests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Milliseconds between two cuts of log files.
    pub delivery_interval_ms: u64,
    /// Milliseconds between two digests of a chain.
    pub digest_interval_ms: u64,
}
