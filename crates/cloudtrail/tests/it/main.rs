//! The service through the whole pipeline, in one process.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail like the test"
)]

mod every_operation;
mod history;
mod idle;
mod naming;
mod rivals;
mod scenario;
mod scene;
mod trails;
mod trouble;
