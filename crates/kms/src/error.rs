use gateway::{ApiError, Failure, Fault, WireError};

/// An operation's failure, or an error that KMS documents.
pub(crate) type KmsFailure = Failure<KmsError>;

/// The result of a lookup for an event, which records a call also if its key does not exist:
/// `None` for an error that the API documents. Our own faults remain errors.
pub(crate) fn unless_refused<T>(found: Result<T, KmsFailure>) -> Result<Option<T>, Fault> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Internal(fault)) => Err(fault),
        Err(Failure::Api(..) | Failure::Wire(_) | Failure::Denied(_)) => Ok(None),
    }
}

/// The errors that KMS documents.
///
/// Assumed: KMS words each message as the code that creates it does, unless a tag there gives
/// evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KmsError {
    /// No such key, alias, policy or grant.
    NotFound(String),
    /// An ARN that names neither key nor alias.
    InvalidArn(String),
    /// A member violates the service model, or a rule beyond the model.
    Validation(String),
    /// The key with this ARN is disabled.
    Disabled(String),
    /// The key's state forbids it.
    InvalidState(String),
    /// The key's usage does not allow the operation.
    InvalidKeyUsage(String),
    /// The operation does not fit the key; some refusals have no text.
    Unsupported(Option<String>),
    /// A key policy that cannot be accepted.
    MalformedPolicy(String),
    /// Tags that cannot be accepted.
    Tag(&'static str),
    /// A quota is exhausted.
    LimitExceeded(String),
    /// The alias exists.
    AlreadyExists(String),
    /// A caller cannot change AWS's own aliases.
    NotAuthorized,
    /// The ciphertext is damaged, foreign, or belongs to another encryption context.
    InvalidCiphertext,
    /// The ciphertext was created under a key other than the one in the request.
    IncorrectKey,
    /// The ciphertext names a key that does not exist or that the caller cannot use.
    HiddenKey,
    /// The marker was not returned by the previous page.
    InvalidMarker,
    /// There are no custom key stores.
    CustomKeyStoreNotFound(String),
    /// All checks passed and `DryRun` was set.
    DryRun,
    /// A grant token that no grant issued.
    InvalidGrantToken,
    /// A malformed grant ID.
    InvalidGrantId,
    /// The caller may not do this to the grant.
    GrantRefused(String),
}

impl ApiError for KmsError {
    /// Source: the service model's `error` and `httpError` traits. Observed: every client error
    /// is a 400, and some have no message.
    fn wire(&self) -> WireError {
        let with = |code: &str, message: &str| WireError::new(400, code, message);
        let bare = |code: &str| WireError::without_message(400, code);
        match self {
            Self::NotFound(text) => with("NotFoundException", text),
            Self::InvalidArn(text) => with("InvalidArnException", text),
            Self::Validation(text) => with("ValidationException", text),
            Self::Disabled(arn) => with("DisabledException", &format!("{arn} is disabled.")),
            Self::InvalidState(text) => with("KMSInvalidStateException", text),
            Self::InvalidKeyUsage(text) => with("InvalidKeyUsageException", text),
            Self::Unsupported(None) => bare("UnsupportedOperationException"),
            Self::Unsupported(Some(text)) => with("UnsupportedOperationException", text),
            Self::MalformedPolicy(text) => with("MalformedPolicyDocumentException", text),
            Self::Tag(text) => with("TagException", text),
            Self::LimitExceeded(text) => with("LimitExceededException", text),
            Self::AlreadyExists(text) => with("AlreadyExistsException", text),
            Self::NotAuthorized => bare("NotAuthorizedException"),
            Self::InvalidCiphertext => bare("InvalidCiphertextException"),
            Self::IncorrectKey => with(
                "IncorrectKeyException",
                "The key ID in the request does not identify a CMK that can perform this operation.",
            ),
            Self::HiddenKey => with(
                "AccessDeniedException",
                "The ciphertext refers to a customer master key that does not exist, does not \
                 exist in this region, or you are not allowed to access.",
            ),
            Self::InvalidMarker => with("InvalidMarkerException", "Invalid marker"),
            Self::CustomKeyStoreNotFound(text) => with("CustomKeyStoreNotFoundException", text),
            Self::DryRun => with(
                "DryRunOperationException",
                "The request would have succeeded, but the DryRun option is set.",
            ),
            Self::InvalidGrantToken => with("InvalidGrantTokenException", "Invalid grant token"),
            Self::InvalidGrantId => with("InvalidGrantIdException", "Invalid grant ID"),
            Self::GrantRefused(text) => with("AccessDeniedException", text),
        }
    }

    fn is_denial(&self) -> bool {
        matches!(self, Self::HiddenKey | Self::GrantRefused(_))
    }
}

impl KmsError {
    /// There are no custom key stores. Assumed: AWS's text for a custom key store that does not
    /// exist.
    pub(crate) fn no_key_store(id: &str) -> Self {
        Self::CustomKeyStoreNotFound(format!("Custom key store {id} does not exist."))
    }

    /// Something that KMS offers and we do not.
    pub(crate) fn absent(what: &str) -> Self {
        Self::Unsupported(Some(format!("{what} is not supported.")))
    }
}
