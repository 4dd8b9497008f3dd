//! Complete requests to a real server on loopback, whose clock is fixed between them. Requests and
//! responses are in `golden/`; `UPDATE_GOLDEN=1` rewrites them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod backups;
mod before_bodies;
mod bodies;
mod browsers;
mod checkpoints;
mod cors;
mod crowd;
mod damage;
mod four_steps;
mod framing;
mod fsck;
mod golden;
mod heads;
mod history;
mod invitations;
mod live;
mod lost;
mod opening;
mod own_pages;
mod presigned;
mod proxies;
mod rotation;
mod shutdown;
mod signatures;
mod signin;
mod slow;
mod starting;
mod transparency;
