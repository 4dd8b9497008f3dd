//! Users, roles, groups and policies in responses. The members mirror IAM's service model.

use gateway::{Ctx, Fault};
use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::document;
use crate::model::{Holder, ManagedPolicy, Tag, Version};
use crate::signin::rows;
use crate::token::Who;

/// A structure without members.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Nothing {}

/// `AttachedPermissionsBoundary`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BoundaryShape {
    permissions_boundary_type: &'static str,
    permissions_boundary_arn: String,
}

impl BoundaryShape {
    pub(crate) fn of(holder: &Holder) -> Option<Self> {
        let permissions_boundary_arn = holder.boundary.clone()?;
        // Observed: hashicorp/terraform-provider-aws, recorded users and roles. The service model's
        // enumeration contains only `PermissionsBoundaryPolicy`, and AWS does not follow it.
        let permissions_boundary_type = "Policy";
        Some(Self { permissions_boundary_type, permissions_boundary_arn })
    }
}

/// `User`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UserShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<String>,
    pub(crate) user_id: String,
    pub(crate) arn: String,
    pub(crate) create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password_last_used: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) permissions_boundary: Option<BoundaryShape>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
}

impl UserShape {
    /// With boundary and tags, as single users are shown.
    pub(crate) fn whole(user: Holder) -> Self {
        let permissions_boundary = BoundaryShape::of(&user);
        let tags = user.tags.clone();
        Self { permissions_boundary, tags, ..Self::from(user) }
    }
}

impl UserShape {
    /// With the last sign-in of an owner, if there was one.
    pub(crate) fn seen(self, ctx: &Ctx<'_>, who: &Who) -> Result<Self, Fault> {
        let profile = rows::profile(ctx.tx(), ctx.account(), who)?;
        let used = profile.and_then(|profile| profile.used);
        Ok(Self { password_last_used: used.map(Timestamp::iso), ..self })
    }
}

/// As lists show users.
impl From<Holder> for UserShape {
    fn from(user: Holder) -> Self {
        Self {
            arn: user.arn().to_string(),
            path: Some(user.path),
            user_name: Some(user.name),
            user_id: user.id,
            create_date: user.created.iso(),
            password_last_used: None,
            permissions_boundary: None,
            tags: Vec::new(),
        }
    }
}

/// `Group`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GroupShape {
    path: String,
    group_name: String,
    group_id: String,
    arn: String,
    create_date: String,
}

impl From<Holder> for GroupShape {
    fn from(group: Holder) -> Self {
        Self {
            arn: group.arn().to_string(),
            path: group.path,
            group_name: group.name,
            group_id: group.id,
            create_date: group.created.iso(),
        }
    }
}

/// `RoleLastUsed`; use is not tracked, so it is empty.
#[derive(Debug, Serialize)]
pub(crate) struct LastUsed {}

/// `Role`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RoleShape {
    path: String,
    role_name: String,
    role_id: String,
    arn: String,
    create_date: String,
    pub(crate) assume_role_policy_document: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_session_duration: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<BoundaryShape>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_last_used: Option<LastUsed>,
}

impl RoleShape {
    /// As lists show roles.
    ///
    /// Observed: without tags, boundary and last use.
    pub(crate) fn listed(ctx: &Ctx<'_>, role: Holder) -> Result<Self, Fault> {
        let trust = document::shown_trust(ctx.tx(), role.trust())?;
        let arn = role.arn().to_string();
        let (description, max_session_duration) = match role.role {
            Some(facts) => (facts.description, Some(facts.max_session_s)),
            None => (None, None),
        };
        Ok(Self {
            path: role.path,
            role_name: role.name,
            role_id: role.id,
            arn,
            create_date: role.created.iso(),
            assume_role_policy_document: document::encoded(&trust),
            description,
            max_session_duration,
            permissions_boundary: None,
            tags: Vec::new(),
            role_last_used: None,
        })
    }

    /// As single roles are shown.
    pub(crate) fn whole(ctx: &Ctx<'_>, role: Holder) -> Result<Self, Fault> {
        let permissions_boundary = BoundaryShape::of(&role);
        let (tags, role_last_used) = (role.tags.clone(), Some(LastUsed {}));
        Ok(Self { permissions_boundary, tags, role_last_used, ..Self::listed(ctx, role)? })
    }

    /// As in the response to its creation.
    ///
    /// Observed: the trust policy as it was sent, no duration, no last use.
    pub(crate) fn created(ctx: &Ctx<'_>, role: Holder, sent: &str) -> Result<Self, Fault> {
        let assume_role_policy_document = document::encoded(sent);
        let whole = Self::whole(ctx, role)?;
        let (max_session_duration, role_last_used) = (None, None);
        Ok(Self { assume_role_policy_document, max_session_duration, role_last_used, ..whole })
    }
}

/// `Policy`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyShape {
    policy_name: String,
    policy_id: String,
    arn: String,
    path: String,
    default_version_id: String,
    pub(crate) attachment_count: usize,
    pub(crate) permissions_boundary_usage_count: usize,
    is_attachable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    create_date: String,
    update_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Tag>>,
}

impl PolicyShape {
    /// Without the description.
    pub(crate) fn undescribed(self) -> Self {
        Self { description: None, ..self }
    }

    /// Without the tags.
    pub(crate) fn untagged(self) -> Self {
        Self { tags: None, ..self }
    }

    /// As single policies are shown: with the tags, even if there are none.
    ///
    /// Observed: hashicorp/terraform-provider-aws, `GetPolicy`.
    pub(crate) fn whole(self) -> Self {
        Self { tags: Some(self.tags.unwrap_or_default()), ..self }
    }

    /// As lists show policies.
    ///
    /// Observed: tags and descriptions are not listed.
    pub(crate) fn listed(self) -> Self {
        Self { description: None, tags: None, ..self }
    }

    /// With the numbers of its uses as permissions and as a boundary.
    pub(crate) fn new(policy: ManagedPolicy, uses: usize, bounds: usize) -> Self {
        Self {
            policy_name: policy.name,
            policy_id: policy.id,
            arn: policy.arn,
            path: policy.path,
            default_version_id: format!("v{}", policy.default_version),
            attachment_count: uses,
            permissions_boundary_usage_count: bounds,
            is_attachable: true,
            description: policy.description,
            create_date: policy.created.iso(),
            update_date: policy.updated.iso(),
            tags: Some(policy.tags).filter(|tags| !tags.is_empty()),
        }
    }
}

/// `PolicyVersion`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VersionShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    version_id: String,
    is_default_version: bool,
    create_date: String,
}

impl VersionShape {
    /// As lists show versions.
    pub(crate) fn listed(version: &Version, default: u32) -> Self {
        Self {
            document: None,
            version_id: version.id(),
            is_default_version: version.number == default,
            create_date: version.created.iso(),
        }
    }

    /// With its document.
    pub(crate) fn whole(version: &Version, default: u32) -> Self {
        let document = Some(document::encoded(&version.document));
        Self { document, ..Self::listed(version, default) }
    }
}

/// `AttachedPolicy`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttachedShape {
    policy_name: String,
    policy_arn: String,
}

impl From<String> for AttachedShape {
    fn from(policy_arn: String) -> Self {
        let policy_name = policy_arn.rsplit('/').next().unwrap_or_default().to_owned();
        Self { policy_name, policy_arn }
    }
}
