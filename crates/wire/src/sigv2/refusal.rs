use types::Timestamp;

use crate::WireError;
use crate::sigv4::{Family, Mismatch, SKEW_MS, SignatureError};

/// Why a signature of this version is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Two signatures at once.
    TwoMechanisms {
        /// The header, if one of them is present.
        authorization: Option<String>,
    },
    /// Not one space behind the scheme.
    OneSpace {
        /// The header.
        authorization: String,
    },
    /// Not a key and a signature.
    MalformedHeader {
        /// The header.
        authorization: String,
    },
    /// No date that can be read.
    BadDate,
    /// A presigned URL lacks a parameter or has it twice.
    IncompleteQuery,
    /// The expiry is no time.
    BadExpires {
        /// The value that was sent.
        found: String,
    },
    /// A form lacks a field.
    MissingField {
        /// Its name.
        name: &'static str,
    },
    /// The date is too far from ours.
    Skewed {
        /// The date as it was sent.
        sent: String,
        /// Our time.
        now: Timestamp,
    },
    /// A presigned URL past its time.
    Expired {
        /// When it ended.
        expires: Timestamp,
        /// Our time.
        now: Timestamp,
    },
    /// The signature is another one.
    Mismatch(Box<Mismatch>),
    /// Version 4 is demanded.
    NotSupported,
}

impl Refusal {
    /// The error that S3 returns.
    ///
    /// Observed: all of them but the fields of forms and the demand for Version 4.
    /// Source: for the demand, S3 User Guide, "Specifying the signature version in request
    /// authentication". Assumed: the fields of forms, as clients report them.
    pub fn wire(&self) -> WireError {
        let denied = |text: &str| WireError::new(403, "AccessDenied", text);
        match self {
            Self::TwoMechanisms { authorization } => {
                let error = SignatureError::TwoMechanisms.wire(Family::S3);
                match authorization {
                    Some(header) => error.with("ArgumentValue", header),
                    None => error,
                }
            }
            Self::OneSpace { authorization } => header(
                "Authorization header is invalid -- one and only one ' ' (space) required",
                authorization,
            ),
            Self::MalformedHeader { authorization } => header(
                "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
                authorization,
            ),
            Self::BadDate => {
                denied("AWS authentication requires a valid Date or x-amz-date header")
            }
            Self::IncompleteQuery => denied(
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId \
                 parameters",
            ),
            Self::BadExpires { found } => {
                denied(&format!("Invalid date (should be seconds since epoch): {found}"))
            }
            Self::MissingField { name } => argument(&format!(
                "Bucket POST must contain a field named '{name}'.  If it is specified, please \
                 check the order of the fields."
            ))
            .with("ArgumentName", *name)
            .with("ArgumentValue", ""),
            Self::Skewed { sent, now } => WireError::new(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            )
            .with("RequestTime", sent)
            .with("ServerTime", now.iso())
            .with("MaxAllowedSkewMilliseconds", SKEW_MS.to_string()),
            Self::Expired { expires, now } => denied("Request has expired")
                .with("Expires", expires.iso())
                .with("ServerTime", now.iso()),
            Self::Mismatch(mismatch) => SignatureError::Mismatch(mismatch.clone()).wire(Family::S3),
            Self::NotSupported => WireError::new(
                400,
                "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use \
                 AWS4-HMAC-SHA256.",
            ),
        }
    }
}

fn argument(text: &str) -> WireError {
    WireError::new(400, "InvalidArgument", text)
}

fn header(text: &str, authorization: &str) -> WireError {
    argument(text).with("ArgumentName", "Authorization").with("ArgumentValue", authorization)
}
