//! What creating, listing, renaming and deleting have in common for users, roles and groups.

use std::ops::ControlFlow;

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use super::attached::check_policy_arn;
use crate::action::{Target, target_of};
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind, holder_arn};
use crate::paging::{Page, Paging};
use crate::tagging::SentTag;
use crate::validate::{ARN, Checks, PATH, PATH_PREFIX};
use crate::{directory, ids, tagging};

/// The optional properties of a new user, role or group.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) permissions_boundary: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    tags: Vec<SentTag>,
}

impl CreateFields {
    fn path(&self) -> &str {
        self.path.as_deref().unwrap_or("/")
    }

    pub(crate) fn check(&self, checks: Checks) -> Result<(), IamError> {
        let boundary = self.permissions_boundary.as_deref();
        let checks = checks.may("path", self.path.as_deref(), &PATH).may(
            "permissionsBoundary",
            boundary,
            &ARN,
        );
        tagging::check(checks, &self.tags).done()?;
        check_policy_arn(boundary)?;
        tagging::check_keys_differ(&self.tags)
    }

    /// Source: IAM User Guide, "Tags for IAM resources": tagging at creation requires the
    /// permission to tag.
    pub(crate) fn targets(
        &self,
        ctx: &Ctx<'_>,
        kind: Kind,
        name: &str,
        tag_action: &'static str,
    ) -> Vec<Target> {
        let boundary = self.permissions_boundary.as_deref();
        let target = || {
            Target::new(holder_arn(kind, ctx.account(), self.path(), name))
                .requesting(&tagging::accepted(&self.tags))
                .with("iam:PermissionsBoundary", boundary)
        };
        let mut targets = vec![target()];
        if !self.tags.is_empty() {
            targets.push(target().action(tag_action));
        }
        targets
    }

    /// Builds a new holder of this name, without storing it.
    pub(crate) fn holder(&self, ctx: &Ctx<'_>, kind: Kind, name: &str) -> Result<Holder, Fail> {
        if directory::holder(ctx.tx(), ctx.account(), kind, name)?.is_some() {
            return Err(IamError::taken(kind.title(), name).into());
        }
        let most = kind.per_account_max();
        if directory::count_holders(ctx.tx(), ctx.account(), kind)? >= most {
            return Err(IamError::quota(&format!("{}sPerAccount", kind.title()), most).into());
        }
        Ok(Holder {
            kind,
            account: ctx.account().clone(),
            name: name.to_owned(),
            path: self.path().to_owned(),
            id: ids::unique_id(ctx.entropy(), kind.id_prefix(), ctx.account())?,
            created: ctx.now(),
            tags: tagging::accepted(&self.tags),
            boundary: None,
            inline: std::collections::BTreeMap::new(),
            attached: std::collections::BTreeSet::new(),
            role: None,
            groups: std::collections::BTreeSet::new(),
            access_keys: Vec::new(),
        })
    }
}

/// A page of users, groups or roles below a path.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_prefix: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

impl ListInput {
    pub(crate) fn check(&self) -> Result<(), IamError> {
        let checks = Checks::iam().may("pathPrefix", self.path_prefix.as_deref(), &PATH_PREFIX);
        self.paging.check(checks).done()
    }

    /// The page, without reading beyond it.
    pub(crate) fn page(&self, ctx: &Ctx<'_>, kind: Kind) -> Result<Page<Holder>, Fail> {
        let (after, enough) = (self.paging.after()?, self.paging.room().saturating_add(1));
        let prefix = self.path_prefix.as_deref().unwrap_or("/");
        let mut found = Vec::new();
        let (tx, account) = (ctx.tx(), ctx.account());
        directory::visit_holders(tx, account, kind, after.as_deref(), &mut |holder| {
            if holder.path.starts_with(prefix) {
                found.push((holder.lower_name(), holder));
            }
            if found.len() < enough { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(self.paging.page(found)?)
    }
}

/// What listing a kind acts on.
///
/// Source: Service Authorization Reference: lists have no resource, messages show the path.
pub(crate) fn all(ctx: &Ctx<'_>, kind: Kind) -> Target {
    Target::new(holder_arn(kind, ctx.account(), "/", ""))
}

/// Where a user or a group moves.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) new_path: Option<String>,
}

impl UpdateFields {
    /// Source: IAM API Reference, "UpdateUser": the permission must cover both names.
    pub(crate) fn targets(
        &self,
        ctx: &Ctx<'_>,
        kind: Kind,
        name: &str,
        new_name: Option<&str>,
    ) -> Result<Vec<Target>, Fail> {
        let mut targets = vec![target_of(ctx, kind, name)?];
        let moves = self.new_path.is_some() || new_name.is_some();
        let holder = directory::holder(ctx.tx(), ctx.account(), kind, name)?;
        if let Some(holder) = holder.filter(|_| moves) {
            let path = self.new_path.as_deref().unwrap_or(&holder.path);
            let arn = holder_arn(kind, ctx.account(), path, new_name.unwrap_or(&holder.name));
            targets.push(Target::new(arn).tagged(&holder.tags));
        }
        Ok(targets)
    }

    /// Renames and moves; the unique id stays.
    pub(crate) fn apply(
        &self,
        ctx: &mut Ctx<'_>,
        mut holder: Holder,
        new_name: Option<&str>,
    ) -> Result<(), Fail> {
        let old_name = holder.name.clone();
        if let Some(path) = &self.new_path {
            holder.path.clone_from(path);
        }
        if let Some(name) = new_name {
            let owner = directory::holder(ctx.tx(), ctx.account(), holder.kind, name)?;
            if owner.is_some_and(|owner| owner.id != holder.id) {
                return Err(IamError::taken(holder.kind.title(), name).into());
            }
            name.clone_into(&mut holder.name);
        }
        Ok(directory::rename_holder(ctx.tx_mut(), &holder, &old_name)?)
    }
}

/// Deletes a holder that has no policies.
///
/// Observed: the texts.
pub(crate) fn delete(ctx: &mut Ctx<'_>, holder: &Holder) -> Result<(), Fail> {
    if !holder.inline.is_empty() {
        return Err(IamError::delete_first("delete policies").into());
    }
    if !holder.attached.is_empty() {
        return Err(IamError::delete_first("detach all policies").into());
    }
    Ok(directory::delete_holder(ctx.tx_mut(), holder)?)
}
