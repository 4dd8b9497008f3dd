//! The stored types, which are never sent as they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use types::{AccountId, Arn, Timestamp};

/// The kinds of policy holders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A group.
    Group,
}

impl Kind {
    /// As in ARNs and messages: `user`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
        }
    }

    /// As at the beginning of messages and in operation names: `User`.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Role => "Role",
            Self::Group => "Group",
        }
    }

    /// The member that names one, as messages spell it.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::User => "userName",
            Self::Role => "roleName",
            Self::Group => "groupName",
        }
    }

    /// Source: IAM User Guide, "IAM identifiers", unique IDs.
    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
        }
    }

    /// How many of the kind an account may have.
    ///
    /// Source: IAM User Guide, "IAM and AWS STS quotas".
    pub(crate) fn per_account_max(self) -> usize {
        match self {
            Self::User => 5_000,
            Self::Role => 1_000,
            Self::Group => 300,
        }
    }

    /// Characters that all inline policies of one may have together, white space not counted.
    ///
    /// Source: IAM User Guide, "IAM and AWS STS quotas".
    pub(crate) fn inline_chars_max(self) -> usize {
        match self {
            Self::User => 2_048,
            Self::Role => 10_240,
            Self::Group => 5_120,
        }
    }
}

/// A key and a value that a customer chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    /// The key; unique without regard to case.
    pub(crate) key: String,
    /// The value.
    #[serde(default)]
    pub(crate) value: String,
}

/// A user, a role or a group: a named holder of policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) kind: Kind,
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// The ARN of the permissions boundary.
    #[serde(default)]
    pub(crate) boundary: Option<String>,
    /// Inline policies by name.
    #[serde(default)]
    pub(crate) inline: BTreeMap<String, String>,
    /// The ARNs of attached policies.
    #[serde(default)]
    pub(crate) attached: BTreeSet<String>,
    /// What only roles have.
    #[serde(default)]
    pub(crate) role: Option<RoleFacts>,
    /// The ids of a user's groups.
    #[serde(default)]
    pub(crate) groups: BTreeSet<String>,
    /// A user's access keys, oldest first.
    #[serde(default)]
    pub(crate) access_keys: Vec<String>,
}

/// What only roles have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RoleFacts {
    /// The trust policy, with principals by their unique IDs.
    pub(crate) trust: String,
    pub(crate) description: Option<String>,
    pub(crate) max_session_s: i64,
}

impl Holder {
    /// `arn:aws:iam::ACCOUNT:KIND/PATH/NAME`
    pub(crate) fn arn(&self) -> Arn {
        holder_arn(self.kind, &self.account, &self.path, &self.name)
    }

    /// The key of its name among others of the kind.
    pub(crate) fn lower_name(&self) -> String {
        self.name.to_lowercase()
    }

    /// The trust policy of a role; of others, nothing.
    pub(crate) fn trust(&self) -> &str {
        self.role.as_ref().map(|role| role.trust.as_str()).unwrap_or_default()
    }
}

/// The ARN of a holder, existing or not.
pub(crate) fn holder_arn(kind: Kind, account: &AccountId, path: &str, name: &str) -> Arn {
    Arn::global("iam", account, format_args!("{}{path}{name}", kind.word()))
}

/// Where the holder of a unique id is found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) kind: Kind,
    pub(crate) lower_name: String,
}

/// A customer managed policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ManagedPolicy {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// Oldest first.
    pub(crate) versions: Vec<Version>,
    /// The number of the version in force.
    pub(crate) default_version: u32,
    /// The number that the next version gets; numbers are not used twice.
    pub(crate) next_version: u32,
}

impl ManagedPolicy {
    /// A version by its id.
    pub(crate) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id() == id)
    }

    /// The document in force.
    pub(crate) fn document(&self) -> &str {
        let in_force = self.versions.iter().find(|v| v.number == self.default_version);
        in_force.map(|version| version.document.as_str()).unwrap_or_default()
    }
}

/// One version of a managed policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) number: u32,
    pub(crate) document: String,
    pub(crate) created: Timestamp,
}

impl Version {
    /// `v1`
    pub(crate) fn id(&self) -> String {
        format!("v{}", self.number)
    }
}

/// How a managed policy is used by a holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Usage {
    /// It grants permissions.
    Permissions,
    /// It bounds them.
    Boundary,
}

/// A long-term access key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    pub(crate) account: AccountId,
    /// The id of the user; the root user has none.
    pub(crate) user_id: Option<String>,
    pub(crate) active: bool,
    /// Sealed; base64.
    pub(crate) sealed_secret: String,
    pub(crate) created: Timestamp,
}

/// An account that lives here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccountRow {
    pub(crate) name: String,
    pub(crate) canonical_user_id: String,
    #[serde(default)]
    pub(crate) alias: Option<String>,
    /// The root user's access keys.
    pub(crate) access_keys: Vec<String>,
    pub(crate) created: Timestamp,
}
