//! `GetAccountAuthorizationDetails`: everything that auditors want to know, in one list.
//!
//! Source: IAM API Reference, "GetAccountAuthorizationDetails".

use gateway::Ctx;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::policies::shape;
use crate::action::{Action, Target};
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind, ManagedPolicy, Tag, Usage};
use crate::paging::Paging;
use crate::shapes::{AttachedShape, BoundaryShape, LastUsed, PolicyShape, VersionShape};
use crate::validate::Checks;
use crate::{directory, document, managed};

const FILTERS: [&str; 5] = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

/// Of which kinds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DetailsInput {
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    filter: Vec<String>,
    #[serde(flatten)]
    paging: Paging,
}

impl DetailsInput {
    fn wants(&self, kind: &str) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|wanted| wanted == kind)
    }
}

/// The details.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DetailsOutput {
    user_detail_list: Vec<UserDetail>,
    group_detail_list: Vec<GroupDetail>,
    role_detail_list: Vec<RoleDetail>,
    policies: Vec<PolicyDetails>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

/// An inline policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct InlineDetail {
    policy_name: String,
    policy_document: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserDetail {
    path: String,
    user_name: String,
    user_id: String,
    arn: String,
    create_date: String,
    user_policy_list: Vec<InlineDetail>,
    group_list: Vec<String>,
    attached_managed_policies: Vec<AttachedShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<BoundaryShape>,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDetail {
    path: String,
    group_name: String,
    group_id: String,
    arn: String,
    create_date: String,
    group_policy_list: Vec<InlineDetail>,
    attached_managed_policies: Vec<AttachedShape>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoleDetail {
    path: String,
    role_name: String,
    role_id: String,
    arn: String,
    create_date: String,
    assume_role_policy_document: String,
    instance_profile_list: Vec<Value>,
    role_policy_list: Vec<InlineDetail>,
    attached_managed_policies: Vec<AttachedShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<BoundaryShape>,
    tags: Vec<Tag>,
    role_last_used: LastUsed,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDetails {
    #[serde(flatten)]
    policy: PolicyShape,
    policy_version_list: Vec<VersionShape>,
}

/// One thing of the one list that is paged.
enum Item {
    Holder(Box<Holder>),
    Policy(Box<ManagedPolicy>),
}

impl Item {
    /// Of its documents, as the answer has them: encoded, at most three times as long.
    fn bytes(&self) -> usize {
        let documents: usize = match self {
            Self::Holder(holder) => {
                holder.inline.values().map(String::len).sum::<usize>() + holder.trust().len()
            }
            Self::Policy(policy) => policy.versions.iter().map(|v| v.document.len()).sum(),
        };
        documents.saturating_mul(3)
    }
}

/// Returns all.
pub(crate) struct GetAccountAuthorizationDetails;

impl Action for GetAccountAuthorizationDetails {
    const NAME: &'static str = "GetAccountAuthorizationDetails";
    const READ_ONLY: bool = true;
    type Input = DetailsInput;
    type Output = DetailsOutput;

    fn check(input: &DetailsInput) -> Result<(), IamError> {
        let mut checks = Checks::iam();
        for (at, word) in (1_usize..).zip(&input.filter) {
            checks = checks.word(&format!("filter.{at}.member"), Some(word), &FILTERS);
        }
        input.paging.check(checks).done()
    }

    fn targets(_ctx: &Ctx<'_>, _input: &DetailsInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, input: &DetailsInput) -> Result<DetailsOutput, Fail> {
        let page = input.paging.page_by_bytes(items(ctx, input)?, Item::bytes)?;
        let mut output = DetailsOutput {
            user_detail_list: Vec::new(),
            group_detail_list: Vec::new(),
            role_detail_list: Vec::new(),
            policies: Vec::new(),
            is_truncated: page.marker.is_some(),
            marker: page.marker,
        };
        for item in page.items {
            match item {
                Item::Holder(holder) => output.add(ctx, *holder)?,
                Item::Policy(policy) => output.policies.push(policy_details(ctx, *policy)?),
            }
        }
        Ok(output)
    }
}

/// All that is wanted, in the order of its keys.
fn items(ctx: &Ctx<'_>, input: &DetailsInput) -> Result<Vec<(String, Item)>, Fail> {
    let (tx, account) = (ctx.tx(), ctx.account());
    let mut items = Vec::new();
    for kind in [Kind::Group, Kind::Role, Kind::User] {
        if input.wants(kind.title()) {
            directory::visit_holders(tx, account, kind, None, &mut |holder| {
                let key = format!("{} {}", kind.word(), holder.lower_name());
                items.push((key, Item::Holder(Box::new(holder))));
                std::ops::ControlFlow::Continue(())
            })?;
        }
    }
    let mut policies = Vec::new();
    if input.wants("LocalManagedPolicy") {
        policies.extend(directory::policies(tx, account)?);
    }
    if input.wants("AWSManagedPolicy") {
        // Source: of AWS's policies only those in use are told.
        for shipped in managed::ALL {
            let arn = shipped.arn();
            let used = [Usage::Permissions, Usage::Boundary]
                .into_iter()
                .map(|usage| Ok(!directory::users_of_policy(tx, account, &arn, usage)?.is_empty()));
            if used.collect::<Result<Vec<bool>, Fail>>()?.contains(&true) {
                policies.push(shipped.row());
            }
        }
    }
    let keyed =
        |policy: ManagedPolicy| (format!("with {}", policy.arn), Item::Policy(Box::new(policy)));
    items.extend(policies.into_iter().map(keyed));
    items.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(items)
}

fn policy_details(ctx: &Ctx<'_>, policy: ManagedPolicy) -> Result<PolicyDetails, Fail> {
    let default = policy.default_version;
    let versions = policy.versions.iter().rev();
    let policy_version_list =
        versions.map(|version| VersionShape::whole(version, default)).collect();
    Ok(PolicyDetails { policy_version_list, policy: shape(ctx, policy)?.untagged() })
}

impl DetailsOutput {
    fn add(&mut self, ctx: &Ctx<'_>, holder: Holder) -> Result<(), Fail> {
        let (arn, create_date) = (holder.arn().to_string(), holder.created.iso());
        let permissions_boundary = BoundaryShape::of(&holder);
        let trust = document::shown_trust(ctx.tx(), holder.trust())?;
        let inline: Vec<InlineDetail> = holder
            .inline
            .into_iter()
            .map(|(policy_name, text)| InlineDetail {
                policy_name,
                policy_document: document::encoded(&text),
            })
            .collect();
        let attached = holder.attached.into_iter().map(AttachedShape::from).collect();
        match holder.kind {
            Kind::User => self.user_detail_list.push(UserDetail {
                path: holder.path,
                user_name: holder.name,
                user_id: holder.id,
                arn,
                create_date,
                user_policy_list: inline,
                group_list: names_of(ctx, &holder.groups)?,
                attached_managed_policies: attached,
                permissions_boundary,
                tags: holder.tags,
            }),
            Kind::Group => self.group_detail_list.push(GroupDetail {
                path: holder.path,
                group_name: holder.name,
                group_id: holder.id,
                arn,
                create_date,
                group_policy_list: inline,
                attached_managed_policies: attached,
            }),
            Kind::Role => self.role_detail_list.push(RoleDetail {
                path: holder.path,
                role_name: holder.name,
                role_id: holder.id,
                arn,
                create_date,
                assume_role_policy_document: document::encoded(&trust),
                instance_profile_list: Vec::new(),
                role_policy_list: inline,
                attached_managed_policies: attached,
                permissions_boundary,
                tags: holder.tags,
                role_last_used: LastUsed {},
            }),
        }
        Ok(())
    }
}

fn names_of(
    ctx: &Ctx<'_>,
    groups: &std::collections::BTreeSet<String>,
) -> Result<Vec<String>, Fail> {
    let mut names = Vec::new();
    for id in groups {
        names.extend(directory::holder_by_id(ctx.tx(), id)?.map(|group| group.name));
    }
    names.sort();
    Ok(names)
}
