//! Delivery: from committed events to files in buckets, and the digests that prove them.
//!
//! One worker calls [`deliver`] repeatedly; each call does what is due and returns the time of the
//! next. All state is in the store, so a restart loses nothing, and every step may be repeated: a
//! pending file already has its name and its events, and storing it twice stores the same bytes.
//!
//! `driver` decides by the clock and calls the others. `cut` and `scan` choose which events are in
//! which log file, `digests` creates the digests, `lanes` writes the files' bytes and stores them,
//! folder by folder, by the call in `put`. `progress` is the position of each trail, and `status` is
//! what operators read.

mod cut;
mod digests;
mod driver;
mod lanes;
mod progress;
mod put;
mod scan;
mod status;

pub use driver::deliver;
pub use progress::oldest_needed;
pub(crate) use put::FileToPut;
pub use status::{Backlog, Loss, TrailBacklog, backlog, losses};
