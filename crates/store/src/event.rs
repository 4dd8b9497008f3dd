//! An event on its way into the log.

use types::Timestamp;

/// An event to be committed with the writes of its job.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// When it happened.
    pub time: Timestamp,
    /// Hashes by which event history finds it; empty for events outside the history.
    pub terms: Vec<u64>,
    /// The record.
    pub body: Vec<u8>,
}
