use std::fmt;

/// Why a text is no policy of its kind.
///
/// The service chooses the error code; the message is AWS's for the grammar that rejected the
/// document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// What sort of refusal it is.
    pub kind: PolicyErrorKind,
    /// AWS's message; empty if AWS returns none.
    pub message: String,
}

/// The kinds of rejection that services return with different codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyErrorKind {
    /// More bytes or statements than the grammar allows.
    TooLarge,
    /// Not JSON, or JSON that could be read two ways.
    NotJson,
    /// JSON, but not a policy of this kind.
    Malformed,
    /// A principal in a form that the grammar rejects, or none at all.
    InvalidPrincipal,
}

impl PolicyError {
    pub(crate) fn new(kind: PolicyErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(PolicyErrorKind::Malformed, message)
    }

    pub(crate) fn principal(message: impl Into<String>) -> Self {
        Self::new(PolicyErrorKind::InvalidPrincipal, message)
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyError {}
