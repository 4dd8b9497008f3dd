use gateway::{ApiError, Failure, WireError};

/// The errors of IAM's and STS's operations.
pub(crate) type Fail = Failure<IamError>;

/// Errors of the operations. Each has AWS's message, built by the functions below or where the
/// error is returned.
///
/// Assumed: IAM and STS word their messages as here, unless a tag there gives evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IamError {
    /// A named resource does not exist.
    NoSuchEntity(String),
    /// The name is in use.
    EntityAlreadyExists(String),
    /// The policy is one of those that service-linked roles alone may have.
    PolicyNotAttachable,
    /// Something still depends on it.
    DeleteConflict(String),
    /// A quota is used up.
    LimitExceeded(String),
    /// A policy document breaks the grammar.
    MalformedPolicyDocument(String),
    /// A parameter violates the service model.
    Validation(String),
    /// A parameter is well-formed but meaningless.
    InvalidInput(String),
    /// The same error of STS.
    InvalidParameterValue(String),
    /// The session policies are too large.
    PackedPolicyTooLarge(String),
    /// A refusal that no policy decides.
    AccessDenied(String),
    /// A password breaks the account's policy.
    PasswordPolicyViolation(String),
    /// A simulation takes too long.
    PolicyEvaluation(String),
    /// The caller's kind cannot make this call.
    InvalidUserType(String),
    /// A code does not match the device, or was used before.
    InvalidAuthenticationCode,
    /// Another call is changing the same resource.
    TemporarilyUnmodifiable(String),
    /// The credentials are of a kind that this service does not accept.
    InvalidClientToken,
}

impl ApiError for IamError {
    /// Source: the service models' `error` and `httpError` traits.
    fn wire(&self) -> WireError {
        let (status, code, message) = match self {
            Self::NoSuchEntity(text) => (404, "NoSuchEntity", text.as_str()),
            Self::EntityAlreadyExists(text) => (409, "EntityAlreadyExists", text.as_str()),
            // Observed: the text, of a role (aws/aws-cdk, issue 6131).
            Self::PolicyNotAttachable => (
                400,
                "PolicyNotAttachable",
                "Cannot attach a Service Role Policy to a Customer Role.",
            ),
            Self::DeleteConflict(text) => (409, "DeleteConflict", text.as_str()),
            Self::LimitExceeded(text) => (409, "LimitExceeded", text.as_str()),
            Self::MalformedPolicyDocument(text) => (400, "MalformedPolicyDocument", text.as_str()),
            Self::Validation(text) => (400, "ValidationError", text.as_str()),
            Self::InvalidInput(text) => (400, "InvalidInput", text.as_str()),
            Self::InvalidParameterValue(text) => (400, "InvalidParameterValue", text.as_str()),
            Self::PackedPolicyTooLarge(text) => (400, "PackedPolicyTooLarge", text.as_str()),
            Self::AccessDenied(text) => (403, "AccessDenied", text.as_str()),
            Self::PasswordPolicyViolation(text) => (400, "PasswordPolicyViolation", text.as_str()),
            Self::PolicyEvaluation(text) => (500, "PolicyEvaluation", text.as_str()),
            Self::InvalidUserType(text) => (400, "InvalidUserType", text.as_str()),
            Self::InvalidAuthenticationCode => {
                (403, "InvalidAuthenticationCode", "Authentication code for device is not valid.")
            }
            Self::TemporarilyUnmodifiable(text) => {
                (409, "EntityTemporarilyUnmodifiable", text.as_str())
            }
            Self::InvalidClientToken => (
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid",
            ),
        };
        WireError::new(status, code, message)
    }
}

impl IamError {
    /// `The user with name x cannot be found.`
    ///
    /// Observed.
    pub(crate) fn no_such(what: &str, name: &str) -> Self {
        Self::NoSuchEntity(format!("The {what} with name {name} cannot be found."))
    }

    /// `User with name x already exists.`
    pub(crate) fn taken(what: &str, name: &str) -> Self {
        Self::EntityAlreadyExists(format!("{what} with name {name} already exists."))
    }

    /// Observed: of a read or a deletion.
    pub(crate) fn no_policy(arn: &str) -> Self {
        Self::NoSuchEntity(format!("Policy {arn} was not found."))
    }

    /// Observed: of an attachment. A boundary and a session policy get the same.
    pub(crate) fn no_policy_to_attach(arn: &str) -> Self {
        Self::NoSuchEntity(format!("Policy {arn} does not exist or is not attachable."))
    }

    /// `Login Profile for User x cannot be found.`
    ///
    /// Observed.
    pub(crate) fn no_profile(user: &str) -> Self {
        Self::NoSuchEntity(format!("Login Profile for User {user} cannot be found."))
    }

    /// Observed: the message for a premature deletion.
    pub(crate) fn profile_is_changing(user: &str) -> Self {
        Self::TemporarilyUnmodifiable(format!(
            "Login Profile for User {user} cannot be modified while login profile is being created."
        ))
    }

    /// `VirtualMFADevice with serial number arn:… does not exist.`
    pub(crate) fn no_device(serial: &str) -> Self {
        Self::NoSuchEntity(format!("VirtualMFADevice with serial number {serial} does not exist."))
    }

    /// `Cannot exceed quota for AccessKeysPerUser: 2`
    pub(crate) fn quota(name: &str, most: usize) -> Self {
        Self::LimitExceeded(format!("Cannot exceed quota for {name}: {most}"))
    }

    /// `Cannot delete entity, must … first.`
    pub(crate) fn delete_first(what: &str) -> Self {
        Self::DeleteConflict(format!("Cannot delete entity, must {what} first."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes and statuses are the model's; the name of an error in events adds `Exception` only
    /// there.
    #[test]
    fn every_error_has_the_models_code_and_status() {
        let text = || "x".to_owned();
        for (error, status, code) in [
            (IamError::NoSuchEntity(text()), 404, "NoSuchEntity"),
            (IamError::EntityAlreadyExists(text()), 409, "EntityAlreadyExists"),
            (IamError::PolicyNotAttachable, 400, "PolicyNotAttachable"),
            (IamError::DeleteConflict(text()), 409, "DeleteConflict"),
            (IamError::LimitExceeded(text()), 409, "LimitExceeded"),
            (IamError::PolicyEvaluation(text()), 500, "PolicyEvaluation"),
            (IamError::MalformedPolicyDocument(text()), 400, "MalformedPolicyDocument"),
            (IamError::Validation(text()), 400, "ValidationError"),
            (IamError::InvalidInput(text()), 400, "InvalidInput"),
            (IamError::InvalidParameterValue(text()), 400, "InvalidParameterValue"),
            (IamError::PackedPolicyTooLarge(text()), 400, "PackedPolicyTooLarge"),
            (IamError::AccessDenied(text()), 403, "AccessDenied"),
            (IamError::PasswordPolicyViolation(text()), 400, "PasswordPolicyViolation"),
            (IamError::InvalidUserType(text()), 400, "InvalidUserType"),
            (IamError::InvalidAuthenticationCode, 403, "InvalidAuthenticationCode"),
            (IamError::TemporarilyUnmodifiable(text()), 409, "EntityTemporarilyUnmodifiable"),
            (IamError::InvalidClientToken, 403, "InvalidClientTokenId"),
        ] {
            let wire = error.wire();
            assert_eq!((wire.status, wire.code.as_str()), (status, code));
        }
    }
}
