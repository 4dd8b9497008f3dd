//! Delivery: from committed events to files in buckets, and the digests that prove them.
//!
//! One worker calls [`deliver`] again and again; each call does what is due and tells when it
//! wants to be called next. All state lives in the store, so a restart loses nothing, and every
//! step may be repeated: a file that waits has its name and its events already, and putting it
//! twice puts the same bytes.
//!
//! Four parts: `driver` decides by the clock and calls the others, `progress` is how far each trail
//! has come, `lanes` puts the files that wait, folder by folder, and `status` is what an operator
//! reads of it. `cut` and `scan` make log files out of events, `digests` the digests.

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
