//! The service through the whole pipeline, in one process.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail like the test"
)]

mod chain;
mod every_operation;
mod files;
mod history;
mod idle;
mod lookups;
mod naming;
mod outages;
mod rivals;
mod scenario;
mod scene;
mod selectors;
mod switching;
mod trails;
mod trouble;
mod updates;
