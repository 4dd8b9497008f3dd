//! The pipeline by itself: a toy service, randomness and a disk that fail on demand.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod bodies;
mod callers;
mod clerk;
mod conditions;
mod copies;
mod denials;
mod described;
mod entrance;
mod event_errors;
mod event_fields;
mod event_sizes;
mod failing;
mod nesting;
mod own_changes;
mod parts;
mod sign_ins;
mod steps;
mod toy;
