//! `CloudTrail`'s formats and rules: the format of a record, which records a trail selects, how
//! they become log files, and how a chain of signed digests proves that they are unmodified.
//!
//! Everything is a plain function from values to values. There is no clock (the time is an
//! argument), no randomness (the unique part of a file name is an argument), no storage (the
//! verifier calls two closures for listings and objects) and no RSA (a closure verifies signatures,
//! the caller creates them). Untrusted bytes from a bucket never cause a panic and are never
//! decompressed without a limit.
//! It depends on no service: what differs between services is an argument, such as the [`Name`]s
//! by which event history finds resources. The only service names here are those that `CloudTrail`
//! itself states: selectors exclude two event sources and match S3 objects, and events of global
//! services are recorded in one region.
//!
//! Reading order:
//!
//! 1. [`Record`] and [`user_identity`]: one event, in AWS's member order and within AWS's size caps.
//! 2. [`Facts`]: what the other modules need from an event; [`lookup`] and [`selectors`] evaluate
//!    it.
//! 3. [`log_file`], [`digest`]: names, bytes, hashes and the text that is signed.
//! 4. [`verify`]: validates a chain, with the same lines as `aws cloudtrail validate-logs`.
//! 5. [`names`] and [`retry`]: valid names of trails, and when to retry a failing bucket.
//!
//! ```
//! use trail::log_file;
//! let record = r#"{"eventTime":"2026-01-02T03:04:05Z"}"#;
//! let file = log_file::write([record].into_iter()).unwrap();
//! let records = log_file::read(&file.gz, 1_000).unwrap();
//! assert_eq!(records.len(), 1);
//! ```

pub mod digest;
mod facts;
pub mod gzip;
pub mod log_file;
pub mod lookup;
pub mod names;
mod record;
pub mod retry;
pub mod selectors;
mod timing;
pub mod user_identity;
pub mod verify;

pub use facts::{Facts, Name};
pub use record::{Category, EventType, Record, Resource, TlsDetails, elements};
pub use timing::Timing;
