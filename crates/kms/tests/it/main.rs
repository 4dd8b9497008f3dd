//! Whole calls against KMS: signed requests in, answers and events out.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod aliases;
mod crypto;
mod every_operation;
mod grants;
mod keys_life;
mod policies;
mod recorded;
mod rotation;
mod tampering;
mod world;
