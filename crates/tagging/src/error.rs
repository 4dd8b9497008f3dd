use gateway::{ApiError, WireError};

/// Failures of the tagging operations.
///
/// Assumed: the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaggingError {
    /// A parameter breaks a rule.
    InvalidParameter(String),
    /// A token that the service did not return.
    PaginationTokenExpired,
}

impl ApiError for TaggingError {
    /// Source: the service model; both are client errors.
    fn wire(&self) -> WireError {
        match self {
            Self::InvalidParameter(text) => {
                WireError::new(400, "InvalidParameterException", text.as_str())
            }
            Self::PaginationTokenExpired => WireError::new(
                400,
                "PaginationTokenExpiredException",
                "The specified pagination token is not valid.",
            ),
        }
    }
}

/// Errors if `length` is not within the bounds.
pub(crate) fn within(
    name: &str,
    length: usize,
    min: usize,
    max: usize,
) -> Result<(), TaggingError> {
    if (min..=max).contains(&length) {
        return Ok(());
    }
    Err(TaggingError::InvalidParameter(format!("{name} must have {min} to {max} members")))
}
