//! The condition keys that a bucket policy can use, and the actions that carry them.
//!
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".

/// The actions that carry a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carriers {
    /// Every action, or too many to list here.
    Any,
    /// These only.
    Only(&'static [&'static str]),
}

/// The actions that support a key, in any case; `None` if S3 does not define the key.
///
/// Assumed: keys of identity providers (`cognito-identity.amazonaws.com:sub`) are taken.
pub(super) fn carriers(key: &str) -> Option<Carriers> {
    let key = key.to_ascii_lowercase();
    let (vendor, name) = key.split_once(':')?;
    match vendor {
        "s3" => {
            let name = name.split('/').next().unwrap_or(name);
            KEYS.iter().find(|(known, _)| *known == name).map(|(_, carriers)| *carriers)
        }
        "aws" | "saml" | "sts" => (!name.is_empty()).then_some(Carriers::Any),
        provider => provider.contains('.').then_some(Carriers::Any),
    }
}

const LISTS: Carriers =
    Carriers::Only(&["ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"]);
const PAGED: Carriers = Carriers::Only(&["ListBucket", "ListBucketVersions"]);
const PUTS: Carriers = Carriers::Only(&["PutObject", "ReplicateObject"]);
const ACLS: Carriers = Carriers::Only(&[
    "CreateBucket",
    "PutBucketAcl",
    "PutObject",
    "PutObjectAcl",
    "PutObjectVersionAcl",
]);
const COPIES: Carriers = Carriers::Only(&["PutObject"]);
const OF_VERSIONS: Carriers = Carriers::Only(&[
    "DeleteObjectVersion",
    "DeleteObjectVersionTagging",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectVersion",
    "GetObjectVersionAcl",
    "GetObjectVersionAttributes",
    "GetObjectVersionForReplication",
    "GetObjectVersionTagging",
    "GetObjectVersionTorrent",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectVersionAcl",
    "PutObjectVersionTagging",
    "RestoreObject",
]);
const LOCKS: Carriers = Carriers::Only(&[
    "BypassGovernanceRetention",
    "PutObject",
    "PutObjectRetention",
    "ReplicateObject",
]);

/// In lower case, without vendor.
const KEYS: &[(&str, Carriers)] = &[
    ("accessgrantsinstancearn", Carriers::Any),
    ("accesspointnetworkorigin", Carriers::Any),
    ("accesspointtag", Carriers::Any),
    ("authtype", Carriers::Any),
    ("buckettag", Carriers::Any),
    ("dataaccesspointaccount", Carriers::Any),
    ("dataaccesspointarn", Carriers::Any),
    ("delimiter", LISTS),
    ("existingobjecttag", Carriers::Any),
    ("if-match", Carriers::Any),
    ("if-none-match", Carriers::Any),
    ("inventoryaccessibleoptionalfields", Carriers::Only(&["PutInventoryConfiguration"])),
    ("isreplicationpauserequest", Carriers::Any),
    ("locationconstraint", Carriers::Only(&["CreateBucket"])),
    ("max-keys", PAGED),
    ("object-lock-legal-hold", Carriers::Any),
    ("object-lock-mode", LOCKS),
    ("object-lock-remaining-retention-days", LOCKS),
    ("object-lock-retain-until-date", LOCKS),
    ("objectcreationoperation", Carriers::Any),
    ("prefix", LISTS),
    ("requestobjecttag", Carriers::Any),
    ("requestobjecttagkeys", Carriers::Any),
    ("resourceaccount", Carriers::Any),
    ("signatureage", Carriers::Any),
    ("signatureversion", Carriers::Any),
    ("tlsversion", Carriers::Any),
    ("versionid", OF_VERSIONS),
    ("x-amz-acl", ACLS),
    ("x-amz-content-sha256", Carriers::Any),
    ("x-amz-copy-source", COPIES),
    ("x-amz-grant-full-control", ACLS),
    ("x-amz-grant-read", ACLS),
    ("x-amz-grant-read-acp", ACLS),
    ("x-amz-grant-write", ACLS),
    ("x-amz-grant-write-acp", ACLS),
    ("x-amz-metadata-directive", COPIES),
    ("x-amz-object-ownership", Carriers::Any),
    ("x-amz-server-side-encryption", PUTS),
    ("x-amz-server-side-encryption-aws-kms-key-id", PUTS),
    ("x-amz-server-side-encryption-customer-algorithm", Carriers::Any),
    ("x-amz-storage-class", Carriers::Any),
    ("x-amz-website-redirect-location", COPIES),
];
