//! Inquiry: Shoseki's own service, for which AWS has no API.
//!
//! Every operation here is a query about the other services, and none changes anything: why a
//! request was denied, which deliveries are pending and why, the server's health, whether a trail's
//! delivered files are unmodified, whether a policy would stop a trail. Signatures, permissions and
//! events are those of every other call; the actions are called `shoseki:…`.
//!
//! It is deliberately not a second way into the other services. It calls their operations as the
//! caller, along the service graph, so that a validation reads only what the caller may read, and
//! every read records its event. Data that no operation of AWS returns is read with operations that
//! have no row and leave no event, such as [`cloudtrail::ReadDeliveries`].
//!
//! Reading order: `ops.rs` and one file per operation; [`validate`], the driver of a trail's
//! validation, which the command uses, too; [`health`].

mod as_caller;
mod error;
pub mod health;
mod ops;
pub mod validate;

use gateway::{EventForm, Family, INTERNAL_FAILURE, Protocol, SERVICE_UNAVAILABLE, Service};

pub use ops::ROWS;

/// How our own service is addressed and named.
pub static SERVICE: Service = Service {
    name: "shoseki",
    signing_name: "shoseki",
    event_source: "shoseki.local",
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "Shoseki_20261101",
    global: false,
    event_form: EventForm::PLAIN,
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};
