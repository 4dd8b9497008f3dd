//! What is stored: buckets with their settings, versions of objects, and uploads with their parts.
//!
//! The functions of these types are in the files of their nouns.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use store::{BodyId, StoreError, key, key_text};
use types::{AccountId, Region, Timestamp};

/// A bucket with all its settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bucket {
    pub(crate) name: String,
    pub(crate) owner: AccountId,
    pub(crate) region: Region,
    /// `EU` where that was asked for; else the region.
    #[serde(default)]
    pub(crate) location: Option<String>,
    pub(crate) created: Timestamp,
    #[serde(default)]
    pub(crate) ownership: Option<Ownership>,
    #[serde(default)]
    pub(crate) acl: Acl,
    #[serde(default)]
    pub(crate) versioning: Versioning,
    #[serde(default)]
    pub(crate) public_access: Option<PublicAccess>,
    /// That of the owner's account, which is not stored with the bucket.
    #[serde(skip)]
    pub(crate) account_public_access: Option<PublicAccess>,
    #[serde(default)]
    pub(crate) encryption: BucketEncryption,
    #[serde(default)]
    pub(crate) object_lock: Option<ObjectLock>,
    /// The policy with principals by unique id.
    #[serde(default)]
    pub(crate) policy: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
    /// Settings that are stored and echoed: the canonical document by sub-resource.
    #[serde(default)]
    pub(crate) documents: BTreeMap<String, String>,
    /// The rules that the CORS document holds, once they are asked for.
    #[serde(skip)]
    pub(crate) cors: CorsRules,
}

/// Who owns objects, and whether ACLs mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ownership {
    BucketOwnerEnforced,
    BucketOwnerPreferred,
    ObjectWriter,
}

/// Whether writes keep what they replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Versioning {
    #[default]
    Unset,
    Enabled,
    Suspended,
}

/// Block Public Access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "AWS's four switches")]
pub(crate) struct PublicAccess {
    pub(crate) block_acls: bool,
    pub(crate) ignore_acls: bool,
    pub(crate) block_policy: bool,
    pub(crate) restrict_buckets: bool,
}

/// Object Lock is on in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct ObjectLock {
    pub(crate) default: Option<DefaultRetention>,
}

/// The grants besides the owner's own full control, which every ACL has unless replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Acl {
    /// `None` is the default: full control for the owner.
    pub(crate) grants: Option<Vec<Grant>>,
}

/// One right of one grantee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) grantee: Grantee,
    pub(crate) permission: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Grantee {
    User(String),
    Group(String),
}

/// The rules of a bucket's document, parsed on first use and kept with the decoded row, so that all
/// readers of the row share them.
#[derive(Debug, Default)]
pub(crate) struct CorsRules(pub(crate) OnceLock<Vec<Rule>>);

/// One rule, ready to be held against requests.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) origins: Vec<String>,
    pub(crate) methods: Vec<String>,
    /// Patterns in lower case.
    pub(crate) headers: Vec<String>,
    /// As they are answered; empty if not set.
    pub(crate) exposed: String,
    pub(crate) max_age: String,
}

/// The default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketEncryption {
    pub(crate) scheme: Scheme,
    /// As it was given: an id, an ARN or an alias.
    pub(crate) key_id: Option<String>,
    pub(crate) bucket_key: bool,
    /// Whether uploads with SSE-C are refused.
    ///
    /// Source: S3 User Guide, "Blocking or unblocking SSE-C": blocked in new buckets.
    pub(crate) blocks_customer_keys: bool,
    /// Whether it was put, and is not what every bucket has.
    #[serde(default)]
    pub(crate) chosen: bool,
}

/// How an object is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Scheme {
    /// SSE-S3.
    #[default]
    S3,
    /// SSE-KMS.
    Kms,
    /// DSSE-KMS.
    Dsse,
    /// SSE-C.
    Customer,
}

/// How an object is encrypted, and its root key under another key. Fixed when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub(crate) scheme: Scheme,
    /// The sealed root key in base64; of SSE-C, a salted hash that recognises the client's key.
    pub(crate) sealed: String,
    /// The full ARN.
    #[serde(default)]
    pub(crate) key_arn: Option<String>,
    #[serde(default)]
    pub(crate) bucket_key: bool,
    /// The encryption context of the KMS call.
    #[serde(default)]
    pub(crate) context: BTreeMap<String, String>,
    /// The MD5 of the client's key in base64.
    #[serde(default)]
    pub(crate) customer_key_md5: Option<String>,
}

/// The retention that a bucket gives to new objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefaultRetention {
    pub(crate) mode: Mode,
    pub(crate) period: Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Period {
    Days(u64),
    Years(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    Governance,
    Compliance,
}

/// The lock of one version: retention and legal hold, independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Lock {
    pub(crate) retention: Option<Retention>,
    pub(crate) hold: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retention {
    pub(crate) mode: Mode,
    pub(crate) until: Timestamp,
}

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    /// `null` or 32 characters.
    pub(crate) id: String,
    /// Counts up with every version of a key.
    pub(crate) order: u64,
    pub(crate) modified: Timestamp,
    pub(crate) owner: AccountId,
    /// `None` for a delete marker.
    pub(crate) stored: Option<Stored>,
}

/// What a version that is no delete marker has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) pieces: Vec<Piece>,
    /// Whether the pieces are parts of an upload.
    #[serde(default)]
    pub(crate) multipart: bool,
    pub(crate) envelope: Envelope,
    #[serde(default)]
    pub(crate) checksum: Option<Checksum>,
    /// `content-type` and its like, as they are answered.
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) metadata: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
    #[serde(default = "standard")]
    pub(crate) storage_class: String,
    #[serde(default)]
    pub(crate) acl: Acl,
    #[serde(default)]
    pub(crate) lock: Lock,
}

impl Stored {
    /// Whether the bytes can be read only after a restore, which is not there.
    pub(crate) fn is_archived(&self) -> bool {
        matches!(self.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE")
    }
}

/// An upload that was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OpenUpload {
    pub(crate) id: String,
    pub(crate) initiated: Timestamp,
    pub(crate) initiator: AccountId,
    /// As messages name the principal. `None` for uploads that were begun before it was kept.
    #[serde(default)]
    pub(crate) initiator_arn: Option<String>,
    /// Who will own the object; the bucket's owner where it was not kept.
    #[serde(default)]
    pub(crate) owner: Option<AccountId>,
    pub(crate) envelope: Envelope,
    /// What the client chose; without a choice, CRC64NVME over the whole.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) kind: Kind,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) storage_class: String,
    pub(crate) acl: Acl,
    pub(crate) lock: Lock,
    /// How often the key had been changed when the upload was begun.
    pub(crate) changes: u64,
}

/// A part of an open upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) piece: Piece,
    pub(crate) etag: String,
    /// The checksum returned to the client, if it requested one.
    pub(crate) checksum: Option<Checksum>,
    pub(crate) modified: Timestamp,
}

/// One sealed run of an object's bytes: the whole object, or a part of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// Plaintext bytes.
    pub(crate) size: u64,
    pub(crate) place: Place,
    /// What makes the piece's key of the object's key, in hexadecimal digits.
    pub(crate) salt: String,
    /// The number of the part.
    #[serde(default)]
    pub(crate) number: u32,
    /// The part's checksum in base64.
    #[serde(default)]
    pub(crate) checksum: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Place {
    Inline(BodyId),
    File(BodyId),
}

/// A checksum as stored and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    pub(crate) kind: Kind,
    /// Base64, of a composite one with `-` and the number of parts.
    pub(crate) value: String,
}

/// Source: S3 User Guide, "Checking object integrity".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// Whether a checksum is over the object, or over its parts' checksums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    FullObject,
    Composite,
}

fn standard() -> String {
    "STANDARD".to_owned()
}

/// The place of a version in the table.
pub(crate) fn row_key(bucket: &str, object: &str, order: u64) -> Vec<u8> {
    key([bucket.as_bytes(), object.as_bytes(), &(u64::MAX - order).to_be_bytes()])
}

/// The start of all versions of a key.
pub(crate) fn rows_of(bucket: &str, object: &str) -> Vec<u8> {
    key([bucket, object])
}

/// The object key in a row's key.
pub(crate) fn key_of_row(row: &[u8]) -> Result<String, StoreError> {
    key_text(row, 1)
}
