use gateway::{ApiError, WireError};

use crate::as_caller::ReadError;

/// Errors of our own operations. Messages are for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InquiryError {
    /// The request was not refused in the last day, or not in this account.
    NoSuchDenial,
    /// A parameter that is not one.
    Validation(String),
    /// A token that was not returned for this query.
    InvalidToken,
    /// Data that the response requires cannot be read.
    Unreadable(String),
}

impl ApiError for InquiryError {
    fn wire(&self) -> WireError {
        match self {
            Self::NoSuchDenial => WireError::new(
                400,
                "ResourceNotFoundException",
                "no denial of that request is on record",
            ),
            Self::Validation(text) => WireError::new(400, "ValidationException", text),
            Self::InvalidToken => WireError::new(
                400,
                "InvalidNextTokenException",
                "the token was not given for this trail and these times",
            ),
            Self::Unreadable(text) => WireError::new(400, "UnreadableException", text),
        }
    }
}

/// Another operation's refusal, passed on as it is.
impl From<ReadError> for gateway::Failure<InquiryError> {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Refused(refused) => refused.into(),
            ReadError::Unusable(text) => InquiryError::Unreadable(text).into(),
        }
    }
}
