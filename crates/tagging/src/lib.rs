//! The Resource Groups Tagging API: tags of buckets, keys and trails, queried and changed in one
//! place. Tools call it first to discover resources.
//!
//! It stores nothing and depends on no service. It reads the resources through the [`gateway::TagPort`]
//! of each service that has tags; to change tags the port calls the service's operations with the caller's forwarded permissions, so that the caller needs the service's
//! permission in addition to `tag:TagResources`, and the service records its own event.
//!
//! It is deliberately not an index: on AWS a new tag may take a while to be found, here it is found
//! at once. Tag policies, compliance reports and the tags of users, roles and policies are not
//! supported.
//!
//! Reading order: `resources.rs` (what has tags), `ops.rs`, `ops/get_resources.rs`,
//! `ops/keys_and_values.rs`, `ops/tag_resources.rs`.
//!
//! Source: Resource Groups Tagging API Reference.

mod error;
mod ops;
mod page;
mod resources;

use gateway::{EventForm, Family, OwnFailure, Protocol, SERVICE_UNAVAILABLE, Service};

pub use error::TaggingError;
pub use ops::ROWS;

/// How the service is addressed and named.
///
/// Source: the service model's metadata; Resource Groups User Guide, "Logging Resource Groups Tagging
/// API calls with CloudTrail".
pub static SERVICE: Service = Service {
    name: "tagging",
    signing_name: "tagging",
    event_source: "tagging.amazonaws.com",
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "ResourceGroupsTaggingAPI_20170126",
    global: false,
    event_form: EventForm::PLAIN,
    failure: OwnFailure {
        status: 500,
        code: "InternalServiceException",
        text: "The request processing failed because of an unknown error, exception, or failure. \
               You can retry the request.",
    },
    unavailable: SERVICE_UNAVAILABLE,
};
