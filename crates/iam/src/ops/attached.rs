//! Attached policies: `Attach…Policy`, `Detach…Policy`, `ListAttached…Policies` of users, roles
//! and groups, and `ListEntitiesForPolicy`.

use std::marker::PhantomData;

use gateway::Ctx;
use serde::{Deserialize, Serialize};
use types::Arn;

use crate::action::{Action, Target, target_of};
use crate::directory;
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind, ManagedPolicy, Usage};
use crate::noun::{Noun, Of};
use crate::paging::{Listing, Paging};
use crate::shapes::AttachedShape;
use crate::validate::{Checks, PATH, POLICY_PATH};

/// Policies that one holder may have attached.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
const ATTACHED_MAX: usize = 10;

/// How the ARNs of policies begin that service-linked roles alone may have. There are no such roles.
const OF_SERVICES: &str = "arn:aws:iam::aws:policy/aws-service-role/";

/// Refuses a text that is no ARN.
///
/// Observed: the text, with two spaces.
pub(crate) fn check_policy_arn(arn: Option<&str>) -> Result<(), IamError> {
    match arn {
        Some(arn) if Arn::parse(arn).is_none() => {
            Err(IamError::Validation("Invalid ARN:  Could not be parsed!".to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

/// The policy that is to be attached or to become a boundary. Other accounts' policies are refused.
pub(crate) fn attachable(ctx: &Ctx<'_>, arn: &str) -> Result<ManagedPolicy, Fail> {
    let parsed = Arn::parse(arn);
    let iam = parsed.as_ref().is_some_and(|parsed| {
        parsed.service() == "iam" && parsed.resource().starts_with("policy/")
    });
    if !iam {
        return Err(IamError::Validation(format!("ARN {arn} is not valid.")).into());
    }
    let account = parsed.as_ref().map(Arn::account).unwrap_or_default();
    let reachable = account == "aws" || account == ctx.account().as_str();
    if arn.starts_with(OF_SERVICES) {
        return Err(IamError::PolicyNotAttachable.into());
    }
    let found = if reachable { directory::policy(ctx.tx(), arn)? } else { None };
    found.ok_or_else(|| IamError::no_policy_to_attach(arn).into())
}

/// Attaches a managed policy; once more changes nothing.
pub(crate) struct Attach<N>(PhantomData<N>);

impl<N: Noun> Action for Attach<N> {
    const NAME: &'static str = N::NAMES.attach_policy;
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        check_policy_arn(input.policy_arn.as_deref())?;
        input.check_arn(input.check(N::KIND, Checks::iam())).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        let target = target_of(ctx, N::KIND, input.name(N::KIND))?;
        Ok(vec![target.with("iam:PolicyARN", input.policy_arn.as_deref())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let mut holder = input.existing(ctx, N::KIND)?;
        let policy = attachable(ctx, input.arn())?;
        let new = holder.attached.insert(policy.arn.clone());
        if new && holder.attached.len() > ATTACHED_MAX {
            let quota = format!("PoliciesPer{}", N::KIND.title());
            return Err(IamError::quota(&quota, ATTACHED_MAX).into());
        }
        let (account, usage) = (ctx.account().clone(), Usage::Permissions);
        directory::add_use(ctx.tx_mut(), &account, &policy.arn, usage, &holder.id)?;
        directory::put_holder(ctx.tx_mut(), &holder)?;
        Ok(())
    }
}

/// Detaches a managed policy.
pub(crate) struct Detach<N>(PhantomData<N>);

impl<N: Noun> Action for Detach<N> {
    const NAME: &'static str = N::NAMES.detach_policy;
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        check_policy_arn(input.policy_arn.as_deref())?;
        input.check_arn(input.check(N::KIND, Checks::iam())).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        let target = target_of(ctx, N::KIND, input.name(N::KIND))?;
        Ok(vec![target.with("iam:PolicyARN", input.policy_arn.as_deref())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let mut holder = input.existing(ctx, N::KIND)?;
        if !holder.attached.remove(input.arn()) {
            return Err(IamError::no_policy(input.arn()).into());
        }
        let (account, usage) = (ctx.account().clone(), Usage::Permissions);
        directory::remove_use(ctx.tx_mut(), &account, input.arn(), usage, &holder.id)?;
        directory::put_holder(ctx.tx_mut(), &holder)?;
        Ok(())
    }
}

/// A holder whose attached policies are listed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_prefix: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// The attached policies.
pub(crate) struct List<N>(PhantomData<N>);

impl<N: Noun> Action for List<N> {
    const NAME: &'static str = N::NAMES.list_attached_policies;
    const READ_ONLY: bool = true;
    type Input = ListInput;
    type Output = Listing<AttachedShape>;

    fn check(input: &ListInput) -> Result<(), IamError> {
        let checks = input.of.check(N::KIND, Checks::iam());
        let checks = checks.may("pathPrefix", input.path_prefix.as_deref(), &POLICY_PATH);
        input.paging.check(checks).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ListInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, N::KIND, input.of.name(N::KIND))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<Listing<AttachedShape>, Fail> {
        let holder = input.of.existing(ctx, N::KIND)?;
        let prefix = input.path_prefix.clone().unwrap_or_else(|| "/".to_owned());
        let under = |arn: &String| {
            arn.split_once(":policy").is_some_and(|(_, path)| path.starts_with(&prefix))
        };
        let arns = holder.attached.into_iter().filter(under).map(|arn| (arn.clone(), arn));
        Ok(input.paging.page(arns)?.listing("AttachedPolicies"))
    }
}

/// The policy whose users are listed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EntitiesInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity_filter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_usage_filter: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// The users of a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EntitiesOutput {
    policy_groups: Vec<PolicyGroup>,
    policy_users: Vec<PolicyUser>,
    policy_roles: Vec<PolicyRole>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyGroup {
    group_name: String,
    group_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyUser {
    user_name: String,
    user_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyRole {
    role_name: String,
    role_id: String,
}

/// Lists the users of a policy.
pub(crate) struct ListEntitiesForPolicy;

impl Action for ListEntitiesForPolicy {
    const NAME: &'static str = "ListEntitiesForPolicy";
    const READ_ONLY: bool = true;
    type Input = EntitiesInput;
    type Output = EntitiesOutput;

    fn check(input: &EntitiesInput) -> Result<(), IamError> {
        check_policy_arn(input.of.policy_arn.as_deref())?;
        let kinds = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];
        let usages = ["PermissionsPolicy", "PermissionsBoundary"];
        let checks = input
            .of
            .check_arn(Checks::iam())
            .word("entityFilter", input.entity_filter.as_deref(), &kinds)
            .may("pathPrefix", input.path_prefix.as_deref(), &PATH)
            .word("policyUsageFilter", input.policy_usage_filter.as_deref(), &usages);
        input.paging.check(checks).done()
    }

    fn targets(_ctx: &Ctx<'_>, input: &EntitiesInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::new(input.of.arn())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &EntitiesInput) -> Result<EntitiesOutput, Fail> {
        let arn = input.of.arn();
        if directory::policy(ctx.tx(), arn)?.is_none() {
            return Err(IamError::no_policy(arn).into());
        }
        let wanted = |holder: &Holder| {
            let kind = input.entity_filter.as_deref();
            let path = input.path_prefix.as_deref();
            kind.is_none_or(|kind| kind == holder.kind.title())
                && path.is_none_or(|path| holder.path.starts_with(path))
        };
        let mut holders = users_of(ctx, arn, input.policy_usage_filter.as_deref())?;
        holders.retain(wanted);
        let sort_key = |holder: &Holder| format!("{} {}", holder.kind.word(), holder.lower_name());
        holders.sort_by_key(sort_key);
        holders.dedup_by(|a, b| a.id == b.id);
        let page = input.paging.page(holders.into_iter().map(|h| (sort_key(&h), h)))?;
        let mut output = EntitiesOutput {
            policy_groups: Vec::new(),
            policy_users: Vec::new(),
            policy_roles: Vec::new(),
            is_truncated: page.marker.is_some(),
            marker: page.marker,
        };
        for Holder { kind, name, id, .. } in page.items {
            match kind {
                Kind::User => output.policy_users.push(PolicyUser { user_name: name, user_id: id }),
                Kind::Role => output.policy_roles.push(PolicyRole { role_name: name, role_id: id }),
                Kind::Group => {
                    output.policy_groups.push(PolicyGroup { group_name: name, group_id: id });
                }
            }
        }
        Ok(output)
    }
}

fn users_of(ctx: &Ctx<'_>, arn: &str, usage: Option<&str>) -> Result<Vec<Holder>, Fail> {
    let usages = match usage {
        Some("PermissionsPolicy") => vec![Usage::Permissions],
        Some("PermissionsBoundary") => vec![Usage::Boundary],
        _ => vec![Usage::Permissions, Usage::Boundary],
    };
    let mut holders = Vec::new();
    for usage in usages {
        for id in directory::users_of_policy(ctx.tx(), ctx.account(), arn, usage)? {
            holders.extend(directory::holder_by_id(ctx.tx(), &id)?);
        }
    }
    Ok(holders)
}
