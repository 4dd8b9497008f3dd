//! `CloudTrail`: trails, their delivery into buckets, digests, and the event history.
//!
//! The events themselves are not made here: the pipeline commits one with every call. This crate
//! decides which trails want them, puts them into log files, proves the files by a chain of signed
//! digests, and answers questions about the last 90 days. It reaches buckets and keys as every
//! client does, through S3's and KMS's operations, as `cloudtrail.amazonaws.com`: a policy that
//! would stop AWS stops it too.
//!
//! Reading order: `model.rs` (what is stored), `ops.rs` and one file per operation, `probe.rs`
//! (what `CreateTrail` proves), then [`deliver`]: `deliver/cut.rs` turns committed events into
//! waiting files, `deliver/attempt.rs` puts them, `deliver/digests.rs` makes the digests.

mod deliver;
mod deliveries;
mod error;
mod forecast;
mod model;
mod ops;
mod probe;
mod public_keys;
mod reference;
mod shape;
mod tagged;

use gateway::{EventForm, Family, INTERNAL_FAILURE, Name, Protocol, SERVICE_UNAVAILABLE, Service};

pub use deliver::{Backlog, Loss, TrailBacklog, backlog, deliver, losses, oldest_needed};
pub use deliveries::{Deliveries, deliveries};
pub use error::TrailError;
pub use forecast::{Change, Stop, forecast};
pub use ops::{
    GetTrail, GetTrailInput, GetTrailOutput, GetTrailStatus, GetTrailStatusInput,
    GetTrailStatusOutput, ListPublicKeys, ListPublicKeysInput, ListPublicKeysOutput, ROWS,
};
pub use public_keys::adopt_key_pair;
pub use tagged::{tag, tagged, untag};

/// How `CloudTrail` is addressed and named.
pub static SERVICE: Service = Service {
    name: "cloudtrail",
    signing_name: "cloudtrail",
    event_source: "cloudtrail.amazonaws.com",
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

/// The service principal under which trails write and ask for data keys.
pub const PRINCIPAL: &str = "cloudtrail.amazonaws.com";
