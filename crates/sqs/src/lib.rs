//! The Simple Queue Service: standard and FIFO queues, their policies, tags and messages.
//!
//! A message that was acknowledged is a committed row. What changes of it when it is received (the
//! count, the instant until which it is hidden, what its receipt handle proves) is a small row
//! beside it. An index in memory has the order in which messages can be received; it is made from
//! the rows whenever it is not known to match them. Receivers that wait are futures without a
//! thread, which a sender wakes.
//!
//! Clients speak JSON 1.0 or Query, with one set of codes. Queue URLs begin with the address that
//! the caller used, so that they lead back here.
//!
//! Non-goals: throttling of FIFO queues. `ReceiveRequestAttemptId` is checked and has no effect.
//!
//! Reading order: `model.rs` and `message.rs` (stored types), `name.rs`, `attributes.rs`,
//! `rights.rs` (permissions), `index.rs` (the order of messages), `memory.rs` and `shelf.rs` (index
//! and rows together), `send.rs`, then the operations; `dialect.rs` (the protocols).

mod attributes;
mod batch;
mod dialect;
mod encryption;
mod error;
mod event;
mod index;
mod memory;
mod message;
mod model;
mod name;
mod ops;
mod receipt;
mod redrive;
mod rights;
mod send;
mod shelf;
mod tagged;
mod tags;
mod task;
mod worker;

use gateway::{
    EventForm, Family, INTERNAL_FAILURE, Protocol, SERVICE_UNAVAILABLE, Service, Shapes,
};

pub use ops::ROWS;
pub use worker::run_due;

/// The namespace of responses in Query.
const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";

/// The service.
///
/// Source: the service model's metadata. Assumed: events carry no `apiVersion`.
pub static SERVICE: Service = Service {
    name: "sqs",
    signing_name: "sqs",
    event_source: "sqs.amazonaws.com",
    protocol: Protocol::QueryCompatible {
        namespace: NAMESPACE,
        shapes: Shapes { namespace: "com.amazonaws.sqs", of_codes: error::SHAPES },
    },
    family: Family::Query,
    target: "AmazonSQS",
    global: false,
    event_form: EventForm { verbatim: &["Attributes", "Tags", "tags"], ..EventForm::PLAIN },
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};
