//! The Key Management Service: symmetric keys, their policies, aliases, tags, grants and rotation,
//! and cryptography under them.
//!
//! Key material never leaves this crate in plaintext. Each key has one or more backing keys, stored
//! wrapped and bound to their row; a call unwraps one, works, and wipes it. Every stored row
//! carries an authentication code over its place and content, because a key's state and policy
//! decide who may decrypt.
//!
//! Non-goals: asymmetric and HMAC keys, imported material, replicas of multi-Region keys and custom
//! key stores. Parameters that ask for them are rejected with `UnsupportedOperationException`, operations
//! without a row with `UnknownOperationException`; the list is at `ops::ROWS`.
//!
//! Other services use a key by invoking [`GenerateDataKey`], [`Decrypt`] or [`DescribeKey`] as
//! their caller or as themselves. The ARN behind a key's name is returned by
//! [`gateway::Ctx::arn_of`], and the tags of keys are read through the [`gateway::TagPort`]. `fsck`
//! uses [`open_at_rest`] while no server runs. A worker calls [`run_due`].
//!
//! Reading order: `model.rs` (stored types), `id.rs` and `resolve.rs` (from names to keys),
//! `condition_keys.rs`, `rights.rs` and `key_policy.rs` (permissions), `state.rs` (key states), `material.rs` (the
//! cryptography), then the operations.

mod alias;
mod blob;
mod checks;
mod ciphertext_key;
mod condition_keys;
mod create;
mod crypto;
mod due;
mod error;
mod event;
mod grants;
mod id;
mod json_text;
mod key_policy;
mod managed;
mod material;
mod metadata;
mod model;
mod ops;
mod page;
mod quiet;
mod resolve;
mod rights;
mod rows;
mod state;
mod tagged;
mod tags;
mod worker;

use gateway::{EventForm, Family, Name, OwnFailure, Protocol, Service};

pub use blob::{Blob, Secret};
pub use condition_keys::EncryptionContext;
pub use due::{DestroyedKey, RotatedKey, destroy_due, next_due, rotate_due};
pub use error::KmsError;
pub use material::open_at_rest;
pub use metadata::{KeyMetadata, MultiRegionConfiguration, MultiRegionKey, Seconds};
pub use ops::{
    Decrypt, DecryptInput, DecryptOutput, DescribeKey, DescribeKeyInput, DescribeKeyOutput,
    Encrypt, EncryptInput, EncryptOutput, GenerateDataKey, GenerateDataKeyInput,
    GenerateDataKeyOutput, GenerateDataKeyWithoutPlaintext, GenerateDataKeyWithoutPlaintextOutput,
    ROWS, Recipient,
};
pub use quiet::{Quiet, Recorded};
pub use worker::run_due;

/// The service.
///
/// Source: the service model's metadata. Observed: events carry no `apiVersion`.
pub static SERVICE: Service = Service {
    name: "kms",
    signing_name: "kms",
    event_source: "kms.amazonaws.com",
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "TrentService",
    global: false,
    event_form: EventForm {
        verbatim: &[
            "EncryptionContext",
            "SourceEncryptionContext",
            "DestinationEncryptionContext",
            "EncryptionContextEquals",
            "EncryptionContextSubset",
        ],
        names: &[Name::Listed { kind: "AWS::KMS::Key", id_after: ":key/" }],
        ..EventForm::PLAIN
    },
    failure: INTERNAL,
    unavailable: INTERNAL,
};

/// Source: KMS API Reference, `KMSInternalException`.
const INTERNAL: OwnFailure = OwnFailure {
    status: 500,
    code: "KMSInternalException",
    text: "The request was rejected because an internal exception occurred. The request can be \
           retried.",
};

/// The one key spec here; also the name of its encryption algorithm.
const SYMMETRIC_DEFAULT: &str = "SYMMETRIC_DEFAULT";
/// The one key usage here.
const ENCRYPT_DECRYPT: &str = "ENCRYPT_DECRYPT";
/// The one origin of key material here.
const AWS_KMS: &str = "AWS_KMS";
