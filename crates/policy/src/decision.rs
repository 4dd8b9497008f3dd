use serde::Serialize;

/// The decision on a request, with its explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// What decided.
    pub reason: Reason,
    /// The result of every layer, in the order of evaluation.
    pub checks: Vec<Check>,
    /// Of a request that nothing allows: the statements that would, were it not for a condition.
    pub near_misses: Vec<NearMiss>,
}

/// A statement that speaks of the caller, the action and the resource, and allows nothing because
/// of its conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NearMiss {
    /// Where it is.
    pub layer: Layer,
    /// The statement.
    pub by: MatchedPolicy,
    /// The conditions that do not hold.
    pub conditions: Vec<FailedCondition>,
}

/// A condition, and the request's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedCondition {
    /// Such as `StringEquals`.
    pub operator: String,
    /// In lower case, such as `aws:sourcearn`.
    pub key: String,
    /// The policy's values, as written.
    pub expected: Vec<String>,
    /// The request's values; none if it has no such key.
    pub found: Vec<String>,
}

/// What decided a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reason {
    /// A statement allows it, and nothing forbids it.
    Allowed {
        /// Where the statement is.
        layer: Layer,
        /// The statement.
        by: MatchedPolicy,
    },
    /// The root user of the resource's account, or of the caller's own, needs no statement.
    Root,
    /// A grant or an ACL allows it.
    Granted,
    /// A statement denies it.
    ExplicitDeny {
        /// Where the statement is.
        layer: Layer,
        /// The statement.
        by: MatchedPolicy,
    },
    /// Nothing allows it in the layer where something should.
    ImplicitDeny {
        /// The first such layer.
        layer: Layer,
    },
    /// Block Public Access rejects everyone who is allowed only by a public bucket policy.
    PublicAccessBlocked,
}

/// A place where policies are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Layer {
    /// Service control policies.
    ServiceControl,
    /// Resource control policies.
    ResourceControl,
    /// The policy on the resource, key policies included.
    Resource,
    /// The trust policy of a role.
    RoleTrust,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
    /// The policies of the user, its groups, or the role.
    Identity,
}

/// The result of one layer.
///
/// Source: IAM Toolbox API Reference, "`GetRequestAuthorizationDetails`", member `checks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Which layer.
    pub check_type: CheckType,
    /// Its result.
    pub evaluated_effect: EvaluatedEffect,
    /// The statements that apply to the request.
    pub matched_policies: Vec<MatchedPolicy>,
}

/// AWS's names of the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckType {
    /// Service control policies.
    ServiceControlPolicy,
    /// Resource control policies.
    ResourceControlPolicy,
    /// The policy on the resource, grants and ACLs.
    Resource,
    /// The permissions boundary.
    PermissionsBoundary,
    /// Session policies.
    Session,
    /// Identity policies.
    Principal,
}

/// AWS's names for the results of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvaluatedEffect {
    /// A statement allows it.
    Allow,
    /// Nothing here applies, and nothing had to.
    NoImpact,
    /// Something here should have allowed it.
    ImplicitDeny,
    /// A statement denies it.
    ExplicitDeny,
}

/// A statement that applies, and the policy it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchedPolicy {
    /// The policy's name.
    pub name: String,
    /// The ARN of a managed policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The statement's `Sid`, or its position, counted from zero, if it has none.
    pub statement: String,
    /// The statement's position, counted from zero.
    #[serde(skip)]
    pub index: usize,
    /// Its effect.
    pub effect: StatementEffect,
}

/// `Allow` or `Deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum StatementEffect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

impl Layer {
    /// The display name of an unnamed policy in diagnostics.
    pub(crate) const fn document(self) -> &'static str {
        match self {
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Resource => "resource policy",
            Self::RoleTrust => "trust policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Identity => "identity policy",
        }
    }

    pub(crate) const fn check_type(self) -> CheckType {
        match self {
            Self::ServiceControl => CheckType::ServiceControlPolicy,
            Self::ResourceControl => CheckType::ResourceControlPolicy,
            Self::Resource | Self::RoleTrust => CheckType::Resource,
            Self::Boundary => CheckType::PermissionsBoundary,
            Self::Session => CheckType::Session,
            Self::Identity => CheckType::Principal,
        }
    }
}
