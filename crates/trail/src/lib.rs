//! `CloudTrail`'s formats and rules: what a record looks like, which records a trail wants, how
//! they become log files, and how a chain of signed digests proves that nobody touched them.
//!
//! Everything is a plain function from values to values. There is no clock here (the time is
//! given), no randomness (the unique part of a file name is given), no storage (the verifier asks
//! two closures for lists and objects) and no RSA (a closure checks signatures, the caller makes
//! them). It knows no service whose events it holds: what differs between services is given to it,
//! such as the [`Name`]s by which event history finds things. Names of services stand only in what
//! `CloudTrail` itself says of them: selectors exclude two sources and judge objects of S3, and
//! events of global services lie in one region. Bytes from a stranger's bucket never panic and never inflate without a limit.
//!
//! Reading order:
//!
//! 1. [`Record`] and [`user_identity`]: one event, in AWS's member order and within AWS's size caps.
//! 2. [`Facts`]: what the rest needs to know of an event; [`lookup`] and [`selectors`] judge it.
//! 3. [`log_file`], [`digest`]: names, bytes, hashes and the text that is signed.
//! 4. [`verify`]: the verdict on a chain, line for line what `aws cloudtrail validate-logs` says.
//! 5. [`names`] and [`retry`]: what a trail may be called, and when to try a broken bucket again.
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
pub mod user_identity;
pub mod verify;

pub use facts::{Facts, Name};
pub use record::{Category, EventType, Record, Resource, TlsDetails, elements};
