//! Our own service through the whole pipeline, in one process.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail like the test"
)]

mod denials;
mod errors;
mod explaining;
mod health;
mod policies;
mod unlisted;
mod validate;
mod world;
