use gateway::{ApiError, Failure, WireError};

/// An operation's failure, or an error that SQS documents.
pub(crate) type Fail = Failure<SqsError>;

/// The table of errors: variant, status, the code of Query, the name of the shape in JSON.
macro_rules! errors {
    ($($(#[$doc:meta])* $variant:ident $status:literal $code:literal $shape:literal;)*) => {
        /// The errors that SQS documents, each with its text.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum SqsError {
            $($(#[$doc])* $variant(String),)*
        }

        /// The codes of Query, each with the name of its shape in JSON.
        pub(crate) const SHAPES: &[(&str, &str)] = &[$(($code, $shape),)*];

        impl SqsError {
            /// The code of Query.
            pub(crate) fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $code,)*
                }
            }

            /// The text.
            pub(crate) fn text(&self) -> &str {
                match self {
                    $(Self::$variant(text) => text,)*
                }
            }
        }

        impl ApiError for SqsError {
            fn wire(&self) -> WireError {
                match self {
                    $(Self::$variant(text) => WireError::new($status, $code, text.as_str()),)*
                }
            }
        }
    };
}

// Source: the service models of botocore 1.31 (Query: codes and statuses) and 1.44 (JSON: shapes).
// Observed: the codes and shapes of the first seven, of `TooManyEntriesInBatchRequest` and
// `InvalidBatchEntryId`. Assumed: the codes in Query of the errors of KMS.
errors! {
    /// There is no such queue.
    QueueDoesNotExist 400 "AWS.SimpleQueueService.NonExistentQueue" "QueueDoesNotExist";
    /// A queue of this name exists, with another value of an attribute.
    QueueNameExists 400 "QueueAlreadyExists" "QueueNameExists";
    /// A parameter is invalid.
    InvalidParameterValue 400 "InvalidParameterValue" "InvalidParameterValueException";
    /// A required parameter is absent.
    MissingParameter 400 "MissingParameter" "MissingRequiredParameterException";
    /// An attribute that does not exist, or not for this kind of queue.
    InvalidAttributeName 400 "InvalidAttributeName" "InvalidAttributeName";
    /// An attribute's value is invalid.
    InvalidAttributeValue 400 "InvalidAttributeValue" "InvalidAttributeValue";
    /// A task or a queue that a task needs is absent.
    ResourceNotFound 404 "ResourceNotFoundException" "ResourceNotFoundException";
    /// A queue of this name was deleted a moment ago.
    QueueDeletedRecently 400 "AWS.SimpleQueueService.QueueDeletedRecently" "QueueDeletedRecently";
    /// The body has characters that are not allowed.
    InvalidMessageContents 400 "InvalidMessageContents" "InvalidMessageContents";
    /// The receipt handle is not one of this queue.
    ReceiptHandleIsInvalid 400 "ReceiptHandleIsInvalid" "ReceiptHandleIsInvalid";
    /// A batch has more than ten entries.
    TooManyEntriesInBatchRequest 400 "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"
        "TooManyEntriesInBatchRequest";
    /// A batch has no entries.
    EmptyBatchRequest 400 "AWS.SimpleQueueService.EmptyBatchRequest" "EmptyBatchRequest";
    /// Two entries of a batch have one ID.
    BatchEntryIdsNotDistinct 400 "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"
        "BatchEntryIdsNotDistinct";
    /// The entries of a batch are too long together.
    BatchRequestTooLong 400 "AWS.SimpleQueueService.BatchRequestTooLong" "BatchRequestTooLong";
    /// The ID of an entry is invalid.
    InvalidBatchEntryId 400 "AWS.SimpleQueueService.InvalidBatchEntryId" "InvalidBatchEntryId";
    /// The operation does not fit the queue.
    UnsupportedOperation 400 "AWS.SimpleQueueService.UnsupportedOperation" "UnsupportedOperation";
    /// A purge ran less than a minute ago.
    PurgeQueueInProgress 403 "AWS.SimpleQueueService.PurgeQueueInProgress" "PurgeQueueInProgress";
    /// A limit is reached.
    OverLimit 403 "OverLimit" "OverLimit";
    /// A URL that names no queue.
    InvalidAddress 404 "InvalidAddress" "InvalidAddress";
    /// KMS denies the use of the queue's key.
    KmsAccessDenied 400 "KMS.AccessDeniedException" "KmsAccessDenied";
    /// The queue's key is disabled.
    KmsDisabled 400 "KMS.DisabledException" "KmsDisabled";
    /// The state of the queue's key forbids its use.
    KmsInvalidState 400 "KMS.InvalidStateException" "KmsInvalidState";
    /// The queue's key does not exist.
    KmsNotFound 400 "KMS.NotFoundException" "KmsNotFound";
    /// KMS refuses because of too many requests.
    KmsThrottled 400 "KMS.ThrottlingException" "KmsThrottled";
    /// The queue's key is not for encryption.
    KmsInvalidKeyUsage 400 "KMS.InvalidKeyUsageException" "KmsInvalidKeyUsage";
}

impl SqsError {
    /// A parameter's value with the reason why it is invalid.
    ///
    /// Observed: the form.
    pub(crate) fn value(value: impl std::fmt::Display, parameter: &str, reason: &str) -> Self {
        Self::InvalidParameterValue(format!(
            "Value {value} for parameter {parameter} is invalid. Reason: {reason}"
        ))
    }

    /// A required parameter is absent. Observed: the text.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::MissingParameter(format!("The request must contain the parameter {parameter}."))
    }

    /// Observed: the text.
    pub(crate) fn unknown_attribute(name: &str) -> Self {
        Self::InvalidAttributeName(format!("Unknown Attribute {name}."))
    }

    /// Assumed: the text, but for what follows `Reason`.
    pub(crate) fn attribute(name: &str) -> Self {
        Self::InvalidAttributeValue(format!("Invalid value for the parameter {name}."))
    }
}
