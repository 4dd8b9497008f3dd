//! Delivery: from committed events to files in buckets, and the digests that prove them.
//!
//! One worker calls [`deliver`] repeatedly; each call does what is due and returns the time of the
//! next. All state is in the store, so a restart loses nothing, and every step may be repeated: a
//! pending file already has its name and its events, and storing it twice stores the same bytes.
//!
//! Four modules: `driver` decides by the clock and calls the others, `progress` is the position of
//! each trail, `lanes` stores the pending files, folder by folder, and `status` is what operators
//! read. `cut` and `scan` turn events into log files, `digests` creates the digests.

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
