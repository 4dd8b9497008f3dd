//! Queues and messages through a whole pipeline.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod batches;
mod dead_letters;
mod encryption;
mod events;
mod fifo;
mod messages;
mod move_tasks;
mod permissions;
mod protocols;
mod queues;
mod recorded;
mod refusals;
mod restarts;
mod waiting;
mod world;
