//! Inquiry: our own service, which answers what AWS has no API for.
//!
//! Every operation here is a question about the other services, and none changes anything: why was
//! this request refused, what waits to be delivered and why, how is the server, is what a trail
//! delivered still what it was, would this policy stop a trail. Signatures, rights and events are
//! those of every other call; the actions are called `shoseki:…`.
//!
//! It is deliberately no second way into the other services. It asks them as the caller, through
//! their operations and along the service graph, so that a validation reads what the caller may
//! read and no more, and every read leaves its event. Where a service alone knows the answer, it
//! exports a function that reads it, such as [`cloudtrail::deliveries`].
//!
//! Reading order: `ops.rs` and one file per operation; [`validate`], the driver of a trail's
//! validation, which the command uses, too; [`health`].

mod as_caller;
mod error;
pub mod health;
mod ops;
pub mod validate;

use gateway::{Family, INTERNAL_FAILURE, Protocol, SERVICE_UNAVAILABLE, Service};

pub use ops::ROWS;

/// How our own service is addressed and named.
pub static SERVICE: Service = Service {
    name: "shoseki",
    event_source: "shoseki.local",
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "Shoseki_20261101",
    global: false,
    event_api_version: None,
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};
