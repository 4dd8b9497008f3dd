//! The pipeline by itself: a toy service, randomness and a disk that fail on demand.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod bodies;
mod described;
mod entrance;
mod failing;
mod nesting;
mod steps;
mod toy;
