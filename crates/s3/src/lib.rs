//! S3: buckets, their settings, objects and their versions.
//!
//! Every object is encrypted before it is on disk, whether or not the request asks for it; bytes are streamed
//! through hashes and AES-GCM frames into the store and are referenced by metadata only once they
//! are durable. Responses are AWS's, including the elements of errors and the order of checks: the
//! bucket is looked up first, then the policies decide, then arguments are parsed.
//!
//! Non-goals: sockets, signatures, routing, policy evaluation, cryptographic primitives.
//! Unsupported are directory buckets, access points, archives, Select and the settings that only
//! stores of AWS's size need; lifecycle, notification, replication and logging documents are stored
//! and returned, and have no effect.
//!
//! Reading order: [`Request`] and [`Response`], S3's own form of input and output, raw because S3
//! parses arguments late; `api.rs`, what an operation defines; `model.rs`, the stored types;
//! `bucket.rs` and `object.rs`, the work on them; `settings.rs`, one mechanism for all settings of a bucket; `encryption.rs`,
//! `upload.rs` and `body.rs`, the path of the bytes; `list.rs`, the one mechanism of all listings;
//! then the operations in `ops.rs`.
//!
//! Other services call operations with a [`Request`]:
//!
//! ```
//! use s3::{PutObjectInput, Request};
//! let log_file = PutObjectInput {
//!     bucket: "audit".into(),
//!     key: "AWSLogs/123456789012/file.json.gz".into(),
//!     body: Some(b"{}".to_vec().into()),
//!     acl: Some("bucket-owner-full-control".into()),
//!     ..PutObjectInput::default()
//! };
//! let request = Request::from(log_file);
//! assert_eq!(request.bucket, "audit");
//! ```
//!
//! The region of a bucket comes from the operation that is to be called on it
//! ([`gateway::Ctx::region_of`]), the tags of buckets through the [`gateway::TagPort`]. `fsck` proves
//! bodies with [`prove_bodies`], while no server runs.

mod access;
mod acl;
mod api;
mod body;
mod bucket;
mod bucket_key;
mod changes;
mod checksum;
mod conditions;
mod control;
mod copying;
mod cors;
mod customer_key;
mod data_key;
mod encoded_word;
mod encryption;
mod error;
mod event;
mod form;
mod latin;
mod limits;
mod list;
mod listing;
mod lock;
mod model;
mod object;
mod ops;
mod owning;
mod preconditions;
mod principal;
mod proof;
mod range;
mod request;
mod response;
mod settings;
mod sweep;
mod tagged;
mod tags;
mod upload;
mod writing;
mod xml;

use gateway::{EventForm, Family, Name, OwnFailure, Protocol, Service};

pub use api::{Api, Call, RestXml};
pub use control::CONTROL;
pub use cors::{CorsHeaders, CorsRequest, cors_headers};
pub use encryption::OpenAtRest;
pub use error::S3Error;
pub use event::Shape;
pub use ops::ROWS;
pub use ops::put_object::PutObjectInput;
pub use proof::{ProvedBodies, prove_bodies};
pub use request::Request;
pub use response::Response;
pub use sweep::{bodies_of_row, sweep};

/// Event history finds the calls to a bucket by its name.
const EVENT_FORM: EventForm =
    EventForm { names: &[Name::Request("/bucketName", "AWS::S3::Bucket")], ..EventForm::PLAIN };

/// S3 as the pipeline sees it.
pub static SERVICE: Service = Service {
    name: "s3",
    signing_name: "s3",
    event_source: principal::PRINCIPAL,
    protocol: Protocol::RestXml,
    family: Family::S3,
    target: "",
    global: false,
    event_form: EVENT_FORM,
    failure: FAILURE,
    unavailable: UNAVAILABLE,
};

/// Source: S3 API Reference, "List of error codes".
const FAILURE: OwnFailure = OwnFailure {
    status: 500,
    code: "InternalError",
    text: "We encountered an internal error. Please try again.",
};
const UNAVAILABLE: OwnFailure = OwnFailure {
    status: 503,
    code: "ServiceUnavailable",
    text: "Service is unable to handle request.",
};

/// Stores an object: [`PutObjectInput`] becomes its [`Request`].
pub type PutObject = Call<ops::put_object::PutObject>;
/// Reads an object: [`Request::object`].
pub type GetObject = Call<ops::get_object::GetObject>;
/// Returns everything about an object except its bytes: [`Request::object`].
pub type HeadObject = Call<ops::get_object::HeadObject>;
/// Lists objects by their names: [`Request::bucket`] with the query's parameters.
pub type ListObjects = Call<ops::list_objects::ListObjects>;
/// Shows the ACL of a bucket: [`Request::bucket`].
pub type GetBucketAcl = Call<ops::bucket_acl::GetBucketAcl>;
/// Returns whether a bucket exists: [`Request::bucket`].
pub type HeadBucket = Call<ops::buckets::HeadBucket>;
/// Returns the region of a bucket: [`Request::bucket`].
pub type GetBucketLocation = Call<ops::buckets::GetBucketLocation>;
