//! How events of IAM and STS differ from those of other services.

use gateway::Name::{Request, Response};
use gateway::{EventForm, Name};

/// Observed: the `errorCode` of an event is `NoSuchEntityException` where the response has
/// `NoSuchEntity` (aws/containers-roadmap, issue 2413); the same holds for `EntityAlreadyExists`,
/// `DeleteConflict` and `LimitExceeded`. These are the names of the shapes in the service model,
/// from which the names of the other errors are taken.
pub(crate) const IAM: EventForm = EventForm {
    exceptions: &[
        "NoSuchEntity",
        "EntityAlreadyExists",
        "DeleteConflict",
        "LimitExceeded",
        "MalformedPolicyDocument",
        "InvalidInput",
        "PasswordPolicyViolation",
        "InvalidUserType",
        "InvalidAuthenticationCode",
        "EntityTemporarilyUnmodifiable",
        "PolicyEvaluation",
        "PolicyNotAttachable",
        "ServiceFailure",
    ],
    names: IAM_NAMES,
    ..EventForm::PLAIN
};

/// Observed: events have `PackedPolicyTooLargeException` (aws/containers-roadmap, issue 2413), which is
/// the name of the shape in the service model, as that of the other error here is.
pub(crate) const STS: EventForm = EventForm {
    exceptions: &["MalformedPolicyDocument", "PackedPolicyTooLarge"],
    names: STS_NAMES,
    ..EventForm::PLAIN
};

const IAM_NAMES: &[Name] = &[
    Request("/userName", "AWS::IAM::User"),
    Request("/roleName", "AWS::IAM::Role"),
    Request("/groupName", "AWS::IAM::Group"),
    Request("/instanceProfileName", "AWS::IAM::InstanceProfile"),
    Request("/policyArn", "AWS::IAM::Policy"),
    Request("/policyName", "AWS::IAM::Policy"),
    Request("/accessKeyId", "AWS::IAM::AccessKey"),
    Response("/user/userName", "AWS::IAM::User"),
    Response("/user/arn", "AWS::IAM::User"),
    Response("/user/userId", "AWS::IAM::User"),
    Response("/role/roleName", "AWS::IAM::Role"),
    Response("/role/arn", "AWS::IAM::Role"),
    Response("/role/roleId", "AWS::IAM::Role"),
    Response("/group/groupName", "AWS::IAM::Group"),
    Response("/group/arn", "AWS::IAM::Group"),
    Response("/group/groupId", "AWS::IAM::Group"),
    Response("/policy/policyName", "AWS::IAM::Policy"),
    Response("/policy/arn", "AWS::IAM::Policy"),
    Response("/policy/policyId", "AWS::IAM::Policy"),
    Response("/accessKey/accessKeyId", "AWS::IAM::AccessKey"),
];

/// Only calls that assume a role have a session's name and a role in their parameters.
const STS_NAMES: &[Name] = &[
    Response("/credentials/accessKeyId", "AWS::IAM::AccessKey"),
    Response("/assumedRoleUser/assumedRoleId", "AWS::STS::AssumedRole"),
    Response("/assumedRoleUser/arn", "AWS::STS::AssumedRole"),
    Request("/roleSessionName", "AWS::STS::AssumedRole"),
    Request("/roleArn", "AWS::IAM::Role"),
];
