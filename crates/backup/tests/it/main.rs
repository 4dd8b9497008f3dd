//! Backups of a store that is written to, restored and damaged.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod damage;
mod history;
mod interrupted;
mod lease;
mod load;
mod ranges;
mod resumed;
mod trickle;
mod world;
