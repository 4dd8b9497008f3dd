//! Managed policies: create, get, list, delete.

use gateway::Ctx;
use serde::{Deserialize, Serialize};
use types::Arn;

use super::attached::check_policy_arn;
use crate::action::{Action, Target};
use crate::error::{Fail, IamError};
use crate::managed;
use crate::model::{ManagedPolicy, Usage, Version};
use crate::noun::Of;
use crate::paging::{Listing, Paging};
use crate::shapes::PolicyShape;
use crate::tagging::SentTag;
use crate::validate::{Checks, DESCRIPTION, DOCUMENT, NAME_128, POLICY_PATH, given};
use crate::{directory, document, ids, tagging};

/// Customer managed policies of an account.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
pub(crate) const PER_ACCOUNT_MAX: usize = 1_500;

/// Managed policies, as a noun.
#[derive(Debug)]
pub(crate) struct Policies;

/// The resource of a call on a policy, whether it exists or not.
pub(crate) fn target(ctx: &Ctx<'_>, of: &Of) -> Result<Target, Fail> {
    let found = directory::policy(ctx.tx(), of.arn())?;
    let tags = found.map(|policy| policy.tags).unwrap_or_default();
    Ok(Target::new(of.arn()).tagged(&tags))
}

/// A policy that the caller's account may see: its own or AWS's.
pub(crate) fn visible_policy(ctx: &Ctx<'_>, arn: &str) -> Result<ManagedPolicy, Fail> {
    let own = Arn::parse(arn).is_some_and(|parsed| parsed.account() == ctx.account().as_str());
    let seen = own || arn.starts_with(managed::ARN_PREFIX);
    let found = if seen { directory::policy(ctx.tx(), arn)? } else { None };
    found.ok_or_else(|| IamError::no_policy(arn).into())
}

/// A policy that the caller's account may change.
pub(crate) fn own_policy(ctx: &Ctx<'_>, arn: &str) -> Result<ManagedPolicy, Fail> {
    if arn.starts_with(managed::ARN_PREFIX) {
        let message = format!("Policy {arn} is outside your own account.");
        return Err(IamError::AccessDenied(message).into());
    }
    visible_policy(ctx, arn)
}

/// The policy with the numbers of its uses in the account.
pub(crate) fn shape(ctx: &Ctx<'_>, policy: ManagedPolicy) -> Result<PolicyShape, Fail> {
    let count = |usage| directory::users_of_policy(ctx.tx(), ctx.account(), &policy.arn, usage);
    let (uses, bounds) = (count(Usage::Permissions)?.len(), count(Usage::Boundary)?.len());
    Ok(PolicyShape::new(policy, uses, bounds))
}

/// A policy to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreatePolicyInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_document: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    tags: Vec<SentTag>,
}

impl CreatePolicyInput {
    fn arn(&self, ctx: &Ctx<'_>) -> Arn {
        let (path, name) = (self.path(), given(self.policy_name.as_ref()));
        Arn::global("iam", ctx.account(), format_args!("policy{path}{name}"))
    }

    fn path(&self) -> &str {
        self.path.as_deref().unwrap_or("/")
    }
}

/// A policy in a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyOutput {
    policy: PolicyShape,
}

/// Creates a managed policy with its first version.
pub(crate) struct CreatePolicy;

impl Action for CreatePolicy {
    const NAME: &'static str = "CreatePolicy";
    const READ_ONLY: bool = false;
    type Input = CreatePolicyInput;
    type Output = PolicyOutput;

    fn check(input: &CreatePolicyInput) -> Result<(), IamError> {
        let checks = Checks::iam()
            .must("policyName", input.policy_name.as_deref(), &NAME_128)
            .may("path", input.path.as_deref(), &POLICY_PATH)
            .must("policyDocument", input.policy_document.as_deref(), &DOCUMENT)
            .may("description", input.description.as_deref(), &DESCRIPTION);
        tagging::check(checks, &input.tags).done()?;
        tagging::check_keys_differ(&input.tags)
    }

    fn targets(ctx: &Ctx<'_>, input: &CreatePolicyInput) -> Result<Vec<Target>, Fail> {
        let target = || Target::new(input.arn(ctx)).requesting(&tagging::accepted(&input.tags));
        let mut targets = vec![target()];
        if !input.tags.is_empty() {
            targets.push(target().action("iam:TagPolicy"));
        }
        Ok(targets)
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreatePolicyInput) -> Result<PolicyOutput, Fail> {
        let document = given(input.policy_document.as_ref()).to_owned();
        document::check_managed(&document)?;
        let (name, account) = (given(input.policy_name.as_ref()), ctx.account().clone());
        if directory::policy_by_name(ctx.tx(), &account, name)?.is_some() {
            return Err(IamError::EntityAlreadyExists(format!(
                "A policy called {name} already exists. Duplicate names are not allowed."
            ))
            .into());
        }
        if directory::count_policies(ctx.tx(), &account)? >= PER_ACCOUNT_MAX {
            return Err(IamError::quota("PoliciesPerAccount", PER_ACCOUNT_MAX).into());
        }
        let policy = ManagedPolicy {
            arn: input.arn(ctx).to_string(),
            name: name.to_owned(),
            path: input.path().to_owned(),
            id: ids::unique_id(ctx.entropy(), "ANPA", &account)?,
            description: input.description.clone().filter(|text| !text.is_empty()),
            created: ctx.now(),
            updated: ctx.now(),
            tags: tagging::accepted(&input.tags),
            versions: vec![Version { number: 1, document, created: ctx.now() }],
            default_version: 1,
            next_version: 2,
        };
        directory::insert_policy(ctx.tx_mut(), &account, &policy)?;
        // Observed: the description is not in this response.
        Ok(PolicyOutput { policy: PolicyShape::new(policy, 0, 0).undescribed() })
    }
}

/// Shows a managed policy.
pub(crate) struct GetPolicy;

impl Action for GetPolicy {
    const NAME: &'static str = "GetPolicy";
    const READ_ONLY: bool = true;
    type Input = Of;
    type Output = PolicyOutput;

    fn check(input: &Of) -> Result<(), IamError> {
        check_policy_arn(input.policy_arn.as_deref())?;
        input.check_arn(Checks::iam()).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target(ctx, input)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<PolicyOutput, Fail> {
        let policy = visible_policy(ctx, input.arn())?;
        Ok(PolicyOutput { policy: shape(ctx, policy)?.whole() })
    }
}

/// Which policies are listed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListPoliciesInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_bool",
        skip_serializing_if = "Option::is_none"
    )]
    only_attached: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_usage_filter: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// Lists managed policies.
pub(crate) struct ListPolicies;

impl Action for ListPolicies {
    const NAME: &'static str = "ListPolicies";
    const READ_ONLY: bool = true;
    type Input = ListPoliciesInput;
    type Output = Listing<PolicyShape>;

    fn check(input: &ListPoliciesInput) -> Result<(), IamError> {
        let usages = ["PermissionsPolicy", "PermissionsBoundary"];
        let checks = Checks::iam()
            .word("scope", input.scope.as_deref(), &["All", "AWS", "Local"])
            .may("pathPrefix", input.path_prefix.as_deref(), &POLICY_PATH)
            .word("policyUsageFilter", input.policy_usage_filter.as_deref(), &usages);
        input.paging.check(checks).done()
    }

    fn targets(ctx: &Ctx<'_>, _input: &ListPoliciesInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::new(Arn::global("iam", ctx.account(), "policy/"))])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListPoliciesInput) -> Result<Listing<PolicyShape>, Fail> {
        let scope = input.scope.as_deref().unwrap_or("All");
        let mut policies = Vec::new();
        if scope != "AWS" {
            policies.extend(directory::policies(ctx.tx(), ctx.account())?);
        }
        if scope != "Local" {
            policies.extend(managed::ALL.iter().map(managed::Shipped::row));
        }
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        policies.retain(|policy| policy.path.starts_with(prefix));
        policies.sort_by(|a, b| a.arn.cmp(&b.arn));
        let mut items = Vec::new();
        for policy in policies {
            let (key, shape) = (policy.arn.clone(), shape(ctx, policy)?);
            let uses = match input.policy_usage_filter.as_deref() {
                Some("PermissionsPolicy") => shape.attachment_count,
                Some("PermissionsBoundary") => shape.permissions_boundary_usage_count,
                _ => shape.attachment_count.max(shape.permissions_boundary_usage_count),
            };
            let used_only =
                input.only_attached == Some(true) || input.policy_usage_filter.is_some();
            if uses > 0 || !used_only {
                items.push((key, shape.listed()));
            }
        }
        Ok(input.paging.page(items)?.listing("Policies"))
    }
}

/// Deletes a policy that is not in use and has only one version.
pub(crate) struct DeletePolicy;

impl Action for DeletePolicy {
    const NAME: &'static str = "DeletePolicy";
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        check_policy_arn(input.policy_arn.as_deref())?;
        input.check_arn(Checks::iam()).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target(ctx, input)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let policy = own_policy(ctx, input.arn())?;
        let account = ctx.account().clone();
        for usage in [Usage::Permissions, Usage::Boundary] {
            if !directory::users_of_policy(ctx.tx(), &account, &policy.arn, usage)?.is_empty() {
                let message = "Cannot delete a policy attached to entities.";
                return Err(IamError::DeleteConflict(message.to_owned()).into());
            }
        }
        if policy.versions.len() > 1 {
            let message = "This policy has more than one version. Before you delete a policy, you \
                        must delete the policy's versions. The default version is deleted with \
                        the policy.";
            return Err(IamError::DeleteConflict(message.to_owned()).into());
        }
        directory::delete_policy(ctx.tx_mut(), &account, &policy)?;
        Ok(())
    }
}
