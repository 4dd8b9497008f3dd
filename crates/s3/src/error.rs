//! The errors of S3: one table of what each is, and how a client sees it.

use gateway::{ApiError, Failure, WireError};

/// The result of an S3 operation or of one of its steps.
pub(crate) type S3Result<T> = Result<T, Failure<S3Error>>;

const SCHEMA: &str =
    "The XML you provided was not well-formed or did not validate against our published schema";
const NO_KEY: &str = "The specified key does not exist.";

/// Builds the enum and its one `match`. A row: documentation, the variant with its fields, then
/// status, code, text, and optionally the elements after the text and the headers. `None` as a
/// text, as an element or as a header omits it.
macro_rules! errors {
    ($(
        $(#[$doc:meta])*
        $variant:ident $(($($inner:ident: $inner_type:ty),+))? $({$($field:ident: $type:ty),+})?
        => $status:literal, $code:expr, $text:expr
        $(, elements {$($element:literal: $value:expr),+})?
        $(, headers {$($header:literal: $header_value:expr),+})?;
    )*) => {
        /// Failures of the S3 operations.
        ///
        /// Texts are AWS's. Observed, unless a variant is tagged otherwise: tag a new one without a
        /// recorded response.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "fields are named like the elements that they become")]
        pub enum S3Error {
            $($(#[$doc])* $variant $(($($inner_type),+))? $({$($field: $type),+})?,)*
        }

        impl ApiError for S3Error {
            /// Source: S3 API Reference, "List of error codes".
            fn wire(&self) -> WireError {
                match self {
                    $(Self::$variant $(($($inner),+))? $({$($field),+})? => {
                        let elements = [$($(($element, $value.shown())),+)?];
                        let headers = [$($(($header, $header_value.shown())),+)?];
                        render($status, $code, $text.shown(), &elements, &headers)
                    })*
                }
            }
        }
    };
}

errors! {
    /// A denial for reasons other than policies: Object Lock, the expected owner, other accounts.
    AccessDenied(text: String) => 403, "AccessDenied", text;
    /// ACLs are off in the bucket.
    AclNotSupported => 400, "AccessControlListNotSupported", "The bucket does not allow ACLs";
    /// Too many tags, and other requests without a specific rule.
    BadRequest(text: String) => 400, "BadRequest", text;
    /// A digest or checksum does not fit the body.
    BadDigest(text: String) => 400, "BadDigest", text;
    /// The `Content-MD5` does not fit the body; the calculated one is in base64.
    BadMd5 { expected: String, calculated: String } => 400, "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
        elements { "ExpectedDigest": expected, "CalculatedDigest": calculated };
    /// Another account has the bucket.
    BucketAlreadyExists { bucket: String } => 409, "BucketAlreadyExists",
        "The requested bucket name is not available. The bucket namespace is shared by all users \
         of the system. Please select a different name and try again.",
        elements { "BucketName": bucket };
    /// The caller has the bucket.
    BucketAlreadyOwned { bucket: String } => 409, "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
        elements { "BucketName": bucket };
    /// Objects or versions are left.
    BucketNotEmpty { bucket: String, versions: bool } => 409, "BucketNotEmpty",
        if *versions {
            "The bucket you tried to delete is not empty. You must delete all versions in the \
             bucket."
        } else {
            "The bucket you tried to delete is not empty"
        },
        elements { "BucketName": bucket };
    /// The log of a bucket goes to another region. `None` is `us-east-1`.
    CrossLocationLogging { source: Option<String>, target: Option<String> } => 403,
        "CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed. ",
        elements { "SourceBucketLocation": source, "TargetBucketLocation": target };
    /// A racing write to the same key.
    ConditionalConflict { condition: &'static str, key: String } => 409,
        "ConditionalRequestConflict",
        "The conditional request cannot succeed due to a conflicting operation against this \
         resource.",
        elements { "Condition": condition, "Key": key };
    /// The body is larger than an upload may be.
    EntityTooLarge { proposed: u64, max: u64 } => 400, "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
        elements { "ProposedSize": proposed, "MaxSizeAllowed": max };
    /// A part other than the last is too small.
    EntityTooSmall { etag: String, number: u32, proposed: u64 } => 400, "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
        elements {
            "ETag": etag, "MinSizeAllowed": crate::limits::PART_BYTES_MIN,
            "PartNumber": number, "ProposedSize": proposed
        };
    /// The region is not that of the endpoint.
    IllegalLocation { location: String } => 400, "IllegalLocationConstraintException",
        format!(
            "The {location} location constraint is incompatible for the region specific endpoint \
             this request was sent to."
        );
    /// The id in a document is not that of the query.
    IdMismatch => 400, "IdMismatch", "Document ID does not match the specified configuration ID.";
    /// `Versioning` without a status.
    IllegalVersioning => 400, "IllegalVersioningConfigurationException",
        "The Versioning element must be specified";
    /// The ACL contradicts `BucketOwnerEnforced`; the text depends on the call.
    InvalidAclWithOwnership(text: &'static str) => 400, "InvalidBucketAclWithObjectOwnership", text;
    /// An argument with its name and its value, which some refusals do not repeat.
    InvalidArgument { message: String, name: String, value: Option<String> } => 400,
        "InvalidArgument", message,
        elements { "ArgumentName": name, "ArgumentValue": value };
    /// The bucket is not in the state for it.
    InvalidBucketState(text: &'static str) => 409, "InvalidBucketState", text;
    /// Not a bucket name.
    InvalidBucketName { bucket: String } => 400, "InvalidBucketName",
        "The specified bucket is not valid.",
        elements { "BucketName": bucket };
    /// The `Content-MD5` is not an MD5 digest.
    InvalidDigest { value: String } => 400, "InvalidDigest",
        "The Content-MD5 you specified was invalid.",
        elements { "Content-MD5": value };
    /// No such algorithm.
    InvalidEncryption { value: String } => 400, "InvalidEncryptionAlgorithmError",
        "The Encryption request you specified is not valid. Supported value: AES256.",
        elements { "ArgumentName": "x-amz-server-side-encryption", "ArgumentValue": value };
    /// Not an account id.
    InvalidExpectedOwner { value: String } => 400, "InvalidBucketOwnerAWSAccountID",
        format!(
            "The value of the expected bucket owner parameter must be an AWS Account ID... \
             [{value}]"
        );
    /// Not a region.
    InvalidLocation { location: String } => 400, "InvalidLocationConstraint",
        "The specified location-constraint is not valid",
        elements { "LocationConstraint": location };
    /// A listed part was not uploaded, or not with this ETag.
    InvalidPart { upload: String, number: u32, etag: String } => 400, "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been \
         uploaded, or the specified entity tag may not match the part's entity tag.",
        elements { "UploadId": upload, "PartNumber": number, "ETag": etag };
    /// A read of a part that the object does not have.
    InvalidPartNumber { requested: u32, actual: usize } => 416, "InvalidPartNumber",
        "The requested partnumber is not satisfiable",
        elements { "PartNumberRequested": requested, "ActualPartCount": actual };
    /// The list of parts is not ascending.
    InvalidPartOrder { upload: String } => 400, "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
        elements { "UploadId": upload };
    /// An archived object, which cannot be read.
    InvalidObjectState { class: String } => 403, "InvalidObjectState",
        "The operation is not valid for the object's storage class",
        elements { "StorageClass": class };
    /// An archived object, which cannot be copied either.
    ArchivedSource { class: String } => 403, "InvalidObjectState",
        "Operation is not valid for the source object's storage class",
        elements { "StorageClass": class };
    /// The range is outside the object.
    InvalidRange { requested: String, size: u64 } => 416, "InvalidRange",
        "The requested range is not satisfiable",
        elements { "RangeRequested": requested, "ActualObjectSize": size },
        headers { "content-range": format!("bytes */{size}") };
    /// The destination of an inventory is not a bucket's ARN.
    InvalidDestination => 400, "InvalidS3DestinationBucket", "Invalid bucket ARN.";
    /// A request that contradicts itself or the state.
    InvalidRequest(text: String) => 400, "InvalidRequest", text;
    /// No such class.
    InvalidStorageClass { value: String } => 400, "InvalidStorageClass",
        "The storage class you specified is not valid",
        elements { "StorageClassRequested": value };
    /// A bad tag.
    InvalidTag { message: &'static str, key: Option<String>, value: Option<String> } => 400,
        "InvalidTag", message,
        elements { "TagKey": key, "TagValue": value };
    /// The logging target does not exist.
    InvalidLoggingTarget { bucket: String } => 400, "InvalidTargetBucketForLogging",
        "The target bucket for logging does not exist",
        elements { "TargetBucket": bucket };
    /// A key beyond 1,024 bytes.
    KeyTooLong { size: usize } => 400, "KeyTooLongError", "Your key is too long",
        elements { "Size": size, "MaxSizeAllowed": crate::limits::KEY_BYTES_MAX };
    /// A malformed ACL.
    MalformedAcl => 400, "MalformedACLError", SCHEMA;
    /// A malformed bucket policy.
    MalformedPolicy(text: String) => 400, "MalformedPolicy", text;
    /// A trailer that is not what was announced.
    MalformedTrailer => 400, "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our \
         published schema.";
    /// A body that the operation does not accept.
    MalformedXml => 400, "MalformedXML", SCHEMA;
    /// More user metadata than 2 KB.
    MetadataTooLarge { size: usize } => 400, "MetadataTooLarge",
        "Your metadata headers exceed the maximum allowed metadata size",
        elements { "Size": size, "MaxSizeAllowed": crate::limits::METADATA_BYTES_MAX };
    /// The version is a delete marker, which supports only DELETE.
    MethodNotAllowed { method: String, version: String, modified: String } => 405,
        "MethodNotAllowed", "The specified method is not allowed against this resource.",
        elements { "Method": method, "ResourceType": "DeleteMarker" },
        headers {
            "allow": "DELETE", "last-modified": modified, "x-amz-delete-marker": "true",
            "x-amz-version-id": version
        };
    /// No length was declared.
    MissingContentLength => 411, "MissingContentLength",
        "You must provide the Content-Length HTTP header.";
    /// A document is needed.
    ///
    /// Source: S3 API Reference, "List of error codes".
    MissingBody => 400, "MissingRequestBodyError", "Request Body is empty";
    /// A header is needed.
    MissingSecurityHeader { name: &'static str } => 400, "MissingSecurityHeader",
        "Your request was missing a required header",
        elements { "MissingHeaderName": name };
    /// No such bucket.
    NoSuchBucket { bucket: String } => 404, "NoSuchBucket", "The specified bucket does not exist",
        elements { "BucketName": bucket };
    /// No such object.
    NoSuchKey { key: String } => 404, "NoSuchKey", NO_KEY, elements { "Key": key };
    /// The newest version is a delete marker, whose id this is.
    Deleted { key: String, version: String } => 404, "NoSuchKey", NO_KEY,
        elements { "Key": key },
        headers { "x-amz-delete-marker": "true", "x-amz-version-id": version };
    /// No such upload.
    NoSuchUpload { upload: String } => 404, "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may \
         have been aborted or completed.",
        elements { "UploadId": upload };
    /// No such version.
    NoSuchVersion { key: String, version: String } => 404, "NoSuchVersion",
        "The specified version does not exist.",
        elements { "Key": key, "VersionId": version };
    /// A setting that is not set.
    NotSet { code: &'static str, message: &'static str, bucket: Option<String> } => 404, *code,
        message,
        elements { "BucketName": bucket };
    /// A header for a feature that is not implemented.
    NotImplemented { header: String, additional: String } => 501, "NotImplemented",
        "A header you provided implies functionality that is not implemented",
        elements { "Header": header, "additionalMessage": filled(additional) };
    /// The lock of an object that has none.
    NoObjectLock => 404, "NoSuchObjectLockConfiguration",
        "The specified object does not have a ObjectLock configuration";
    /// The bucket is in another region than the requested one.
    PermanentRedirect { bucket: String, region: String, endpoint: String } => 301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. \
         Please send all future requests to this endpoint.",
        elements { "Endpoint": endpoint, "Bucket": bucket },
        headers { "x-amz-bucket-region": region };
    /// A condition of the request does not hold.
    PreconditionFailed { condition: String } => 412, "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        elements { "Condition": condition };
    /// The client has the newest version.
    NotModified { etag: String, modified: String } => 304, "NotModified", NO_TEXT,
        headers { "etag": etag, "last-modified": modified };
    /// A document in a request that uses headers only.
    UnexpectedContent => 400, "UnexpectedContent", "This request does not support content";
    /// A policy beyond 20 KB.
    PolicyTooLarge { size: usize } => 400, "PolicyTooLarge",
        "Your policy exceeds the maximum allowed document size.",
        elements { "Size": size, "MaxSizeAllowed": crate::limits::POLICY_BYTES_MAX };
    /// An error of the key service, under S3's code.
    Kms { code: String, message: String } => 400, code, message;
}

const NO_TEXT: Option<String> = None;

impl S3Error {
    pub(crate) fn argument(
        message: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let (message, name, value) = (message.into(), name.into(), Some(value.into()));
        Self::InvalidArgument { message, name, value }
    }

    /// A refusal of an argument that does not repeat its value.
    pub(crate) fn named(message: impl Into<String>, name: impl Into<String>) -> Self {
        Self::InvalidArgument { message: message.into(), name: name.into(), value: None }
    }

    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::InvalidRequest(message.into())
    }
}

/// A value of the table as clients see it; `None` is not shown.
trait Shown {
    fn shown(&self) -> Option<String>;
}

impl Shown for Option<String> {
    fn shown(&self) -> Option<String> {
        self.clone()
    }
}

/// Implements [`Shown`] for types that print themselves.
macro_rules! printed {
    ($($type:ty)*) => {$(
        impl Shown for $type {
            fn shown(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}

printed! { str &'static str String u32 u64 usize }

/// A text that is shown unless it is empty.
fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

type Pair = (&'static str, Option<String>);

#[track_caller]
fn render(
    status: u16,
    code: impl Into<String>,
    text: Option<String>,
    elements: &[Pair],
    headers: &[Pair],
) -> WireError {
    let named = |pairs: &[Pair]| {
        let shown =
            pairs.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
        shown.collect()
    };
    let mut error = WireError::without_message(status, code);
    error.message = text;
    error.extra = named(elements);
    error.headers = named(headers);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Empty and absent values leave no element.
    #[test]
    fn rows_become_answers() {
        let error = S3Error::named("No.", "x").wire();
        assert_eq!((error.status, error.message.as_deref()), (400, Some("No.")));
        assert_eq!(error.extra, [("ArgumentName".to_owned(), "x".to_owned())]);
        let error = S3Error::NotModified { etag: "e".into(), modified: "m".into() }.wire();
        assert_eq!((error.status, error.message), (304, None));
        assert_eq!(error.headers.len(), 2);
        let (message, key) = ("Bad.", Some("k".into()));
        let error = S3Error::InvalidTag { message, key, value: None }.wire();
        assert_eq!(error.extra, [("TagKey".to_owned(), "k".to_owned())]);
        let error = S3Error::Kms { code: "KMS.X".into(), message: "m".into() }.wire();
        assert_eq!((error.code.as_str(), error.extra.len()), ("KMS.X", 0));
    }
}
