//! `CloudTrail`: trails, their delivery into buckets, digests, and the event history.
//!
//! The events themselves are not created here: the pipeline commits one with every call. This crate
//! decides which trails select them, writes them into log files, signs the files with a chain of
//! digests, and answers queries about the last 90 days. It reaches buckets and keys like every
//! client, through the operations of S3 and KMS, as `cloudtrail.amazonaws.com`: a policy that would
//! stop AWS stops it too.
//!
//! Delivery is a worker: pure functions decide what is due (`trail::retry`, `trail::digest`), one
//! driver performs it. Its state is in the store, so a restart repeats at most the last step, and
//! delivering twice is harmless.
//!
//! Non-goals: Insights, organization trails, `CloudTrail` Lake, delivery to SNS and CloudWatch Logs.
//! Formats are in `trail`; validation of delivered files is in `inquiry`, by operations.
//!
//! Reading order: `model.rs` (stored types), `ops.rs` and one file per operation, `probe.rs` (the
//! checks of `CreateTrail`), then [`deliver`]: `deliver/cut.rs` turns committed events into pending
//! files, `deliver/lanes.rs` delivers them, `deliver/digests.rs` creates the digests.

mod deliver;
mod error;
mod model;
mod ops;
mod probe;
mod public_keys;
mod reference;
mod shape;

use gateway::{EventForm, Family, INTERNAL_FAILURE, Name, Protocol, SERVICE_UNAVAILABLE, Service};

pub use deliver::{Backlog, Loss, TrailBacklog, backlog, deliver, losses, oldest_needed};
pub use error::TrailError;
pub use ops::{
    Change, Deliveries, ForecastStops, GetTrail, GetTrailInput, GetTrailOutput, GetTrailStatus,
    GetTrailStatusInput, GetTrailStatusOutput, ListPublicKeys, ListPublicKeysInput,
    ListPublicKeysOutput, ROWS, ReadBacklog, ReadDeliveries, ReadDeliveriesInput, Stop,
};
pub use public_keys::adopt_key_pair;

/// How `CloudTrail` is addressed and named.
pub static SERVICE: Service = Service {
    name: "cloudtrail",
    signing_name: "cloudtrail",
    event_source: PRINCIPAL,
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "CloudTrail_20131101",
    global: false,
    event_form: EventForm {
        names: &[
            Name::Request("/name", "AWS::CloudTrail::Trail"),
            Name::Request("/trailName", "AWS::CloudTrail::Trail"),
            Name::Response("/trailARN", "AWS::CloudTrail::Trail"),
            Name::Response("/name", "AWS::CloudTrail::Trail"),
            Name::Response("/s3BucketName", "AWS::S3::Bucket"),
        ],
        ..EventForm::PLAIN
    },
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};

/// The service principal that trails use to write and to request data keys.
pub const PRINCIPAL: &str = "cloudtrail.amazonaws.com";
