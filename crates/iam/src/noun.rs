//! Users, roles and groups as parameters of operations that exist for each of them.

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use crate::action::{existing, name_rule};
use crate::error::Fail;
use crate::model::{Holder, Kind};
use crate::validate::{ARN, Checks, Text};

/// The members that name the resource of a call. An operation reads the one for its noun.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Of {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy_arn: Option<String>,
}

impl Of {
    /// The member of a kind, as it was sent.
    pub(crate) fn sent(&self, kind: Kind) -> Option<&str> {
        match kind {
            Kind::User => self.user_name.as_deref(),
            Kind::Role => self.role_name.as_deref(),
            Kind::Group => self.group_name.as_deref(),
        }
    }

    /// The name; empty if it was not sent, which the checks have refused.
    pub(crate) fn name(&self, kind: Kind) -> &str {
        self.sent(kind).unwrap_or_default()
    }

    /// The policy's ARN; empty if it was not sent.
    pub(crate) fn arn(&self) -> &str {
        self.policy_arn.as_deref().unwrap_or_default()
    }

    /// Adds the constraints of the name.
    pub(crate) fn check(&self, kind: Kind, checks: Checks) -> Checks {
        self.check_as(kind, checks, name_rule(kind))
    }

    /// Adds the constraints of the name where the model states others.
    pub(crate) fn check_as(&self, kind: Kind, checks: Checks, rule: &Text) -> Checks {
        checks.must(kind.member(), self.sent(kind), rule)
    }

    /// Adds the constraints of the policy's ARN.
    pub(crate) fn check_arn(&self, checks: Checks) -> Checks {
        checks.must("policyArn", self.policy_arn.as_deref(), &ARN)
    }

    /// Only the name, for responses.
    pub(crate) fn named(kind: Kind, name: &str) -> Self {
        let name = Some(name.to_owned());
        match kind {
            Kind::User => Self { user_name: name, ..Self::default() },
            Kind::Role => Self { role_name: name, ..Self::default() },
            Kind::Group => Self { group_name: name, ..Self::default() },
        }
    }

    /// The user, role or group itself.
    pub(crate) fn existing(&self, ctx: &Ctx<'_>, kind: Kind) -> Result<Holder, Fail> {
        existing(ctx, kind, self.name(kind))
    }
}

/// The names of the operations that exist for every holder of policies.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) put_policy: &'static str,
    pub(crate) get_policy: &'static str,
    pub(crate) delete_policy: &'static str,
    pub(crate) list_policies: &'static str,
    pub(crate) attach_policy: &'static str,
    pub(crate) detach_policy: &'static str,
    pub(crate) list_attached_policies: &'static str,
}

/// A kind of policy holder, as a type.
pub(crate) trait Noun: 'static {
    /// The kind.
    const KIND: Kind;
    /// Its operations.
    const NAMES: Names;
}

/// Users.
#[derive(Debug)]
pub(crate) struct Users;
/// Roles.
#[derive(Debug)]
pub(crate) struct Roles;
/// Groups.
#[derive(Debug)]
pub(crate) struct Groups;

impl Noun for Users {
    const KIND: Kind = Kind::User;
    const NAMES: Names = Names {
        put_policy: "PutUserPolicy",
        get_policy: "GetUserPolicy",
        delete_policy: "DeleteUserPolicy",
        list_policies: "ListUserPolicies",
        attach_policy: "AttachUserPolicy",
        detach_policy: "DetachUserPolicy",
        list_attached_policies: "ListAttachedUserPolicies",
    };
}

impl Noun for Roles {
    const KIND: Kind = Kind::Role;
    const NAMES: Names = Names {
        put_policy: "PutRolePolicy",
        get_policy: "GetRolePolicy",
        delete_policy: "DeleteRolePolicy",
        list_policies: "ListRolePolicies",
        attach_policy: "AttachRolePolicy",
        detach_policy: "DetachRolePolicy",
        list_attached_policies: "ListAttachedRolePolicies",
    };
}

impl Noun for Groups {
    const KIND: Kind = Kind::Group;
    const NAMES: Names = Names {
        put_policy: "PutGroupPolicy",
        get_policy: "GetGroupPolicy",
        delete_policy: "DeleteGroupPolicy",
        list_policies: "ListGroupPolicies",
        attach_policy: "AttachGroupPolicy",
        detach_policy: "DetachGroupPolicy",
        list_attached_policies: "ListAttachedGroupPolicies",
    };
}
