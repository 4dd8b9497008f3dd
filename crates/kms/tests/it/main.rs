//! Complete calls to KMS: signed requests in, responses and events out.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod alias_states;
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
