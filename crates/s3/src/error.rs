use gateway::{ApiError, Failure, WireError};

/// What an S3 operation or a step of one gives.
pub(crate) type S3Result<T> = Result<T, Failure<S3Error>>;

/// Failures of the S3 operations.
///
/// Texts are AWS's. Observed, unless a variant says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are named like the elements that they become")]
pub enum S3Error {
    /// A refusal that is not the policies': Object Lock, the expected owner, foreign callers.
    AccessDenied(String),
    /// ACLs are off in the bucket.
    AclNotSupported,
    /// A digest or checksum does not fit the body.
    BadDigest(String),
    /// The `Content-MD5` does not fit the body; both in base64.
    BadMd5 { expected: String, calculated: String },
    /// Somebody else has the bucket.
    BucketAlreadyExists { bucket: String },
    /// The caller has the bucket.
    BucketAlreadyOwned { bucket: String },
    /// Objects or versions are left.
    BucketNotEmpty { bucket: String, versions: bool },
    /// A racing write to the same key.
    ConditionalConflict { condition: &'static str, key: String },
    /// The body is larger than an upload may be.
    EntityTooLarge { proposed: u64, max: u64 },
    /// A part other than the last is too small.
    EntityTooSmall { etag: String, number: u32, proposed: u64 },
    /// The region is not that of the endpoint.
    IllegalLocation { location: String },
    /// `Versioning` without a status.
    IllegalVersioning,
    /// The ACL contradicts `BucketOwnerEnforced`; the text depends on the call.
    InvalidAclWithOwnership(&'static str),
    /// An argument with its name and value.
    InvalidArgument { message: String, name: String, value: String },
    /// The bucket is not in the state for it.
    InvalidBucketState(&'static str),
    /// Not a bucket name.
    InvalidBucketName { bucket: String },
    /// The `Content-MD5` is no MD5.
    InvalidDigest { value: String },
    /// No such algorithm.
    InvalidEncryption { value: String },
    /// Not an account id.
    InvalidExpectedOwner { value: String },
    /// Not a region.
    InvalidLocation { location: String },
    /// A part of the list was never uploaded so.
    InvalidPart { upload: String, number: u32, etag: String },
    /// A read of a part that the object does not have.
    InvalidPartNumber { requested: u32, actual: usize },
    /// The list of parts is not ascending.
    InvalidPartOrder { upload: String },
    /// An archived object, which cannot be read.
    InvalidObjectState { class: String },
    /// The range lies outside of the object.
    InvalidRange { requested: String, size: u64 },
    /// A request that contradicts itself or the state.
    InvalidRequest(String),
    /// No such class.
    InvalidStorageClass { value: String },
    /// A bad tag.
    InvalidTag { message: &'static str, key: Option<String> },
    /// The logging target does not exist.
    InvalidLoggingTarget { bucket: String },
    /// A key beyond 1,024 bytes.
    KeyTooLong { size: usize },
    /// An ACL that is none.
    MalformedAcl,
    /// A bucket policy that is none.
    MalformedPolicy(String),
    /// A trailer that is not what was announced.
    MalformedTrailer,
    /// A body that is not what the operation takes.
    MalformedXml,
    /// More user metadata than 2 KB.
    MetadataTooLarge { size: usize },
    /// The method does not fit the resource.
    MethodNotAllowed { method: String, resource: &'static str },
    /// No length was declared.
    MissingContentLength,
    /// A header is needed.
    MissingSecurityHeader { name: &'static str },
    /// No such bucket.
    NoSuchBucket { bucket: String },
    /// No such object.
    NoSuchKey { key: String },
    /// The newest version is a delete marker, whose id this is.
    Deleted { key: String, version: String },
    /// No such upload.
    NoSuchUpload { upload: String },
    /// No such version.
    NoSuchVersion { key: String, version: String },
    /// A setting that is not set.
    NotSet { code: &'static str, message: &'static str, bucket: Option<String> },
    /// A header with a meaning that is not served.
    NotImplemented { header: String, additional: String },
    /// The lock of an object that has none.
    NoObjectLock,
    /// The bucket is in another region than the one that was asked.
    PermanentRedirect { bucket: String, region: String, endpoint: String },
    /// A condition of the request does not hold.
    PreconditionFailed { condition: String },
    /// Nothing newer than what the client has.
    NotModified { etag: String, modified: String },
    /// A document where headers say it all.
    UnexpectedContent,
    /// A policy beyond 20 KB.
    PolicyTooLarge { size: usize },
    /// An error of the key service, under S3's code.
    Kms { code: String, message: String },
}

impl S3Error {
    pub(crate) fn argument(
        message: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self::InvalidArgument { message: message.into(), name: name.into(), value: value.into() }
    }

    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::InvalidRequest(message.into())
    }
}

const SCHEMA: &str =
    "The XML you provided was not well-formed or did not validate against our published schema";
const DENIED: u16 = 403;

impl ApiError for S3Error {
    /// Source: S3 API Reference, "List of error codes".
    fn wire(&self) -> WireError {
        TABLES.iter().find_map(|table| table(self)).unwrap_or_else(|| request_error(self))
    }
}

/// The errors by subject.
const TABLES: [fn(&S3Error) -> Option<WireError>; 5] =
    [bucket_error, setting_error, object_error, upload_error, condition_error];

#[expect(clippy::wildcard_enum_match_arm, reason = "one of the tables that share the variants")]
fn bucket_error(error: &S3Error) -> Option<WireError> {
    use S3Error as E;
    Some(match error {
        E::AclNotSupported => {
            WireError::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
        }
        E::BucketAlreadyExists { bucket } => WireError::new(
            409,
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all \
             users of the system. Please select a different name and try again.",
        )
        .with("BucketName", bucket),
        E::BucketAlreadyOwned { bucket } => WireError::new(
            409,
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
        .with("BucketName", bucket),
        E::BucketNotEmpty { bucket, versions } => {
            let text = if *versions {
                "The bucket you tried to delete is not empty. You must delete all versions in the \
                 bucket."
            } else {
                "The bucket you tried to delete is not empty"
            };
            WireError::new(409, "BucketNotEmpty", text).with("BucketName", bucket)
        }
        E::InvalidBucketName { bucket } => {
            WireError::new(400, "InvalidBucketName", "The specified bucket is not valid.")
                .with("BucketName", bucket)
        }
        E::NoSuchBucket { bucket } => {
            WireError::new(404, "NoSuchBucket", "The specified bucket does not exist")
                .with("BucketName", bucket)
        }
        E::InvalidAclWithOwnership(text) => {
            WireError::new(400, "InvalidBucketAclWithObjectOwnership", *text)
        }
        E::IllegalLocation { location } => WireError::new(
            400,
            "IllegalLocationConstraintException",
            format!(
                "The {location} location constraint is incompatible for the region specific \
                 endpoint this request was sent to."
            ),
        ),
        E::InvalidLocation { location } => WireError::new(
            400,
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
        )
        .with("LocationConstraint", location),
        E::PermanentRedirect { bucket, region, endpoint } => WireError::new(
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified \
             endpoint. Please send all future requests to this endpoint.",
        )
        .with("Endpoint", endpoint)
        .with("Bucket", bucket)
        .with_header("x-amz-bucket-region", region),
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one of the tables that share the variants")]
fn setting_error(error: &S3Error) -> Option<WireError> {
    use S3Error as E;
    Some(match error {
        E::IllegalVersioning => WireError::new(
            400,
            "IllegalVersioningConfigurationException",
            "The Versioning element must be specified",
        ),
        E::InvalidBucketState(text) => WireError::new(409, "InvalidBucketState", *text),
        E::InvalidLoggingTarget { bucket } => WireError::new(
            400,
            "InvalidTargetBucketForLogging",
            "The target bucket for logging does not exist",
        )
        .with("TargetBucket", bucket),
        E::MalformedPolicy(text) => WireError::new(400, "MalformedPolicy", text),
        E::PolicyTooLarge { size } => WireError::new(
            400,
            "PolicyTooLarge",
            "Your policy exceeds the maximum allowed document size.",
        )
        .with("Size", size.to_string())
        .with("MaxSizeAllowed", crate::ops::policies::POLICY_BYTES_MAX.to_string()),
        E::NotSet { code, message, bucket } => {
            let error = WireError::new(404, *code, *message);
            match bucket {
                Some(bucket) => error.with("BucketName", bucket),
                None => error,
            }
        }
        E::NoObjectLock => WireError::new(
            404,
            "NoSuchObjectLockConfiguration",
            "The specified object does not have a ObjectLock configuration",
        ),
        E::MalformedAcl => WireError::new(400, "MalformedACLError", SCHEMA),
        E::InvalidTag { message, key } => {
            let error = WireError::new(400, "InvalidTag", *message);
            match key {
                Some(key) => error.with("TagKey", key),
                None => error,
            }
        }
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one of the tables that share the variants")]
fn object_error(error: &S3Error) -> Option<WireError> {
    use S3Error as E;
    Some(match error {
        E::KeyTooLong { size } => WireError::new(400, "KeyTooLongError", "Your key is too long")
            .with("Size", size.to_string())
            .with("MaxSizeAllowed", crate::object::KEY_BYTES_MAX.to_string()),
        E::MetadataTooLarge { size } => WireError::new(
            400,
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
        )
        .with("Size", size.to_string())
        .with("MaxSizeAllowed", crate::object::METADATA_BYTES_MAX.to_string()),
        E::NoSuchKey { key } => no_such_key(key),
        E::Deleted { key, version } => no_such_key(key)
            .with_header("x-amz-delete-marker", "true")
            .with_header("x-amz-version-id", version),
        E::NoSuchVersion { key, version } => {
            WireError::new(404, "NoSuchVersion", "The specified version does not exist.")
                .with("Key", key)
                .with("VersionId", version)
        }
        E::InvalidRange { requested, size } => {
            WireError::new(416, "InvalidRange", "The requested range is not satisfiable")
                .with("RangeRequested", requested)
                .with("ActualObjectSize", size.to_string())
                .with_header("content-range", format!("bytes */{size}"))
        }
        E::InvalidObjectState { class } => WireError::new(
            403,
            "InvalidObjectState",
            "The operation is not valid for the object's storage class",
        )
        .with("StorageClass", class),
        E::InvalidStorageClass { value } => WireError::new(
            400,
            "InvalidStorageClass",
            "The storage class you specified is not valid",
        )
        .with("StorageClassRequested", value),
        E::MethodNotAllowed { method, resource } => WireError::new(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        )
        .with("Method", method)
        .with("ResourceType", *resource)
        .with_header("allow", "DELETE"),
        E::InvalidPartNumber { requested, actual } => {
            WireError::new(416, "InvalidPartNumber", "The requested partnumber is not satisfiable")
                .with("PartNumberRequested", requested.to_string())
                .with("ActualPartCount", actual.to_string())
        }
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one of the tables that share the variants")]
fn upload_error(error: &S3Error) -> Option<WireError> {
    use S3Error as E;
    Some(match error {
        E::EntityTooLarge { proposed, max } => WireError::new(
            400,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
        )
        .with("ProposedSize", proposed.to_string())
        .with("MaxSizeAllowed", max.to_string()),
        E::EntityTooSmall { etag, number, proposed } => WireError::new(
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
        )
        .with("ETag", etag)
        .with("MinSizeAllowed", crate::ops::multipart::PART_BYTES_MIN.to_string())
        .with("PartNumber", number.to_string())
        .with("ProposedSize", proposed.to_string()),
        E::InvalidPart { upload, number, etag } => WireError::new(
            400,
            "InvalidPart",
            "One or more of the specified parts could not be found.  The part may not have been \
             uploaded, or the specified entity tag may not match the part's entity tag.",
        )
        .with("UploadId", upload)
        .with("PartNumber", number.to_string())
        .with("ETag", etag),
        E::InvalidPartOrder { upload } => WireError::new(
            400,
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        )
        .with("UploadId", upload),
        E::NoSuchUpload { upload } => WireError::new(
            404,
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may \
             have been aborted or completed.",
        )
        .with("UploadId", upload),
        E::BadDigest(text) => WireError::new(400, "BadDigest", text),
        E::BadMd5 { expected, calculated } => WireError::new(
            400,
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
        )
        .with("ExpectedDigest", expected)
        .with("CalculatedDigest", calculated),
        E::InvalidDigest { value } => {
            WireError::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
                .with("Content-MD5", value)
        }
        E::MalformedTrailer => WireError::new(
            400,
            "MalformedTrailerError",
            "The request contained trailing data that was not well-formed or did not conform to \
             our published schema.",
        ),
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one of the tables that share the variants")]
fn condition_error(error: &S3Error) -> Option<WireError> {
    use S3Error as E;
    Some(match error {
        E::ConditionalConflict { condition, key } => WireError::new(
            409,
            "ConditionalRequestConflict",
            "The conditional request cannot succeed due to a conflicting operation against this \
             resource.",
        )
        .with("Condition", *condition)
        .with("Key", key),
        E::PreconditionFailed { condition } => WireError::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        )
        .with("Condition", condition),
        E::NotModified { etag, modified } => WireError::without_message(304, "NotModified")
            .with_header("etag", etag)
            .with_header("last-modified", modified),
        E::NotImplemented { header, additional } => {
            let error = WireError::new(
                501,
                "NotImplemented",
                "A header you provided implies functionality that is not implemented",
            )
            .with("Header", header);
            if additional.is_empty() { error } else { error.with("additionalMessage", additional) }
        }
        _ => return None,
    })
}

fn no_such_key(key: &str) -> WireError {
    WireError::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one of the tables that share the variants")]
fn request_error(error: &S3Error) -> WireError {
    use S3Error as E;
    match error {
        E::AccessDenied(text) => WireError::new(DENIED, "AccessDenied", text),
        E::InvalidArgument { message, name, value } => {
            let error = WireError::new(400, "InvalidArgument", message).with("ArgumentName", name);
            if value.is_empty() { error } else { error.with("ArgumentValue", value) }
        }
        E::InvalidEncryption { value } => WireError::new(
            400,
            "InvalidEncryptionAlgorithmError",
            "The Encryption request you specified is not valid. Supported value: AES256.",
        )
        .with("ArgumentName", "x-amz-server-side-encryption")
        .with("ArgumentValue", value),
        E::InvalidExpectedOwner { value } => WireError::new(
            400,
            "InvalidBucketOwnerAWSAccountID",
            format!(
                "The value of the expected bucket owner parameter must be an AWS Account ID... \
                 [{value}]"
            ),
        ),
        E::InvalidRequest(text) => WireError::new(400, "InvalidRequest", text),
        E::MissingContentLength => WireError::new(
            411,
            "MissingContentLength",
            "You must provide the Content-Length HTTP header.",
        ),
        E::MissingSecurityHeader { name } => WireError::new(
            400,
            "MissingSecurityHeader",
            "Your request was missing a required header",
        )
        .with("MissingHeaderName", *name),
        E::UnexpectedContent => {
            WireError::new(400, "UnexpectedContent", "This request does not support content")
        }
        E::Kms { code, message } => WireError::new(400, code, message),
        _ => WireError::new(400, "MalformedXML", SCHEMA),
    }
}
