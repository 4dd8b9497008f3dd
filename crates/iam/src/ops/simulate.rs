//! `SimulatePrincipalPolicy`, `SimulateCustomPolicy`: what would be decided, without doing it.
//!
//! The same engine decides as for real calls. `MissingContextValues` is left empty.

use gateway::Ctx;
use policy::{
    Attached, CheckType, Context, Decision, EvaluatedEffect, Grammar, MatchedPolicy, Policies,
    Policy, Principal, Reason, Request, ResourceRule, StatementEffect, Steps, decide_within,
    statement_positions,
};
use serde::{Deserialize, Serialize};
use types::{AccountId, Arn};

use crate::action::{Action, Target};
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind};
use crate::paging::{Listing, Paging};
use crate::shapes::Nothing;
use crate::validate::{ARN, Checks, DOCUMENT, RESOURCE_NAME, given};
use crate::{directory, principals};

/// The step budget of all decisions of one response together.
///
/// Source: IAM API Reference, "`SimulateCustomPolicy`", `PolicyEvaluation` with 500. The number is our
/// own: AWS publishes none.
const STEPS_MAX: u64 = 4 * Steps::DECISION_MAX;

/// The simulated requests.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SimulateInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_source_arn: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_list",
        skip_serializing_if = "Option::is_none"
    )]
    policy_input_list: Option<Vec<String>>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    permissions_boundary_policy_input_list: Vec<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_list",
        skip_serializing_if = "Option::is_none"
    )]
    action_names: Option<Vec<String>>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    resource_arns: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller_arn: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    context_entries: Vec<ContextEntry>,
    #[serde(flatten)]
    paging: Paging,
}

/// A condition key with its values.
#[derive(Debug, Serialize, Deserialize)]
struct ContextEntry {
    #[serde(rename = "ContextKeyName")]
    name: String,
    #[serde(rename = "ContextKeyValues", default, deserialize_with = "wire::query::lenient::list")]
    values: Vec<String>,
    #[serde(rename = "ContextKeyType", default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

/// One result: an action on a resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EvaluationResult {
    eval_action_name: String,
    eval_resource_name: String,
    eval_decision: &'static str,
    matched_statements: Vec<Statement>,
    missing_context_values: Vec<String>,
    organizations_decision_detail: OrganizationsDetail,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary_decision_detail: Option<BoundaryDetail>,
    eval_decision_details: Nothing,
    resource_specific_results: Vec<ResourceResult>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    source_policy_id: String,
    source_policy_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_position: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_position: Option<Position>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Position {
    line: usize,
    column: usize,
}

impl From<policy::Position> for Position {
    fn from(policy::Position { line, column }: policy::Position) -> Self {
        Self { line, column }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct OrganizationsDetail {
    allowed_by_organizations: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BoundaryDetail {
    allowed_by_permissions_boundary: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceResult {
    eval_resource_name: String,
    eval_resource_decision: &'static str,
    matched_statements: Vec<Statement>,
    missing_context_values: Vec<String>,
}

/// A compiled policy with its name.
struct Named {
    name: String,
    arn: Option<String>,
    text: String,
    policy: Policy,
}

impl Named {
    fn new(name: String, text: &str) -> Result<Self, IamError> {
        let policy = Policy::parse(text, &Grammar::Identity)
            .map_err(|error| IamError::InvalidInput(error.message))?;
        Ok(Self { name, arn: None, text: text.to_owned(), policy })
    }

    /// A stored policy; one that cannot be parsed denies everything, as in real calls.
    fn stored(text: gateway::PolicyText) -> Self {
        let parsed = Policy::stored(&text.text, &Grammar::Identity);
        let policy = parsed.unwrap_or_else(|_| Policy::deny_all());
        Self { name: text.name, arn: text.arn, text: text.text.to_string(), policy }
    }

    fn attached(&self) -> Attached<'_> {
        Attached { policy: &self.policy, arn: self.arn.as_deref(), name: &self.name }
    }
}

/// Simulates the policies of a user, group or role.
pub(crate) struct SimulatePrincipalPolicy;

impl Action for SimulatePrincipalPolicy {
    const NAME: &'static str = "SimulatePrincipalPolicy";
    const READ_ONLY: bool = true;
    type Input = SimulateInput;
    type Output = Listing<EvaluationResult>;

    fn check(input: &SimulateInput) -> Result<(), IamError> {
        let source = input.policy_source_arn.as_deref();
        input.check(Checks::iam().must("policySourceArn", source, &ARN)).done()
    }

    fn targets(_ctx: &Ctx<'_>, input: &SimulateInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::new(given(input.policy_source_arn.as_ref()))])
    }

    fn run(ctx: &mut Ctx<'_>, input: &SimulateInput) -> Result<Listing<EvaluationResult>, Fail> {
        let source = source(ctx, given(input.policy_source_arn.as_ref()))?;
        let principal = principal_of(&source);
        let found = principals::policies_of(ctx.tx(), &source)?;
        let identity = found.identity.into_iter().map(Named::stored).collect();
        input.simulate(ctx, &principal, identity, found.boundary.map(Named::stored))
    }
}

/// Simulates the given policies.
pub(crate) struct SimulateCustomPolicy;

impl Action for SimulateCustomPolicy {
    const NAME: &'static str = "SimulateCustomPolicy";
    const READ_ONLY: bool = true;
    type Input = SimulateInput;
    type Output = Listing<EvaluationResult>;

    fn check(input: &SimulateInput) -> Result<(), IamError> {
        let policies = input.policy_input_list.as_deref();
        input.check(Checks::iam().must_list("policyInputList", policies)).done()
    }

    fn targets(_ctx: &Ctx<'_>, _input: &SimulateInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, input: &SimulateInput) -> Result<Listing<EvaluationResult>, Fail> {
        let account = ctx.account().clone();
        let arn = Arn::global("iam", &account, "user/simulated").to_string();
        let simulated = Principal::User { account, arn, unique_id: String::new() };
        input.simulate(ctx, &simulated, Vec::new(), None)
    }
}

/// The user, group or role of an ARN.
fn source(ctx: &Ctx<'_>, arn: &str) -> Result<Holder, Fail> {
    let parsed = Arn::parse(arn).filter(|parsed| parsed.service() == "iam");
    let invalid = || IamError::InvalidInput(format!("Invalid Entity Arn: {arn}"));
    let parsed = parsed.ok_or_else(invalid)?;
    let kind = match parsed.resource().split('/').next() {
        Some("user") => Kind::User,
        Some("role") => Kind::Role,
        Some("group") => Kind::Group,
        _ => return Err(invalid().into()),
    };
    let name = arn.rsplit('/').next().unwrap_or_default();
    let holder = directory::holder(ctx.tx(), ctx.account(), kind, name)?;
    let holder = holder.filter(|holder| holder.arn() == parsed);
    holder.ok_or_else(|| IamError::no_such(kind.word(), name).into())
}

fn principal_of(source: &Holder) -> Principal {
    match source.kind {
        Kind::Role => principals::role_principal(source, "simulation"),
        Kind::User | Kind::Group => Principal::User {
            account: source.account.clone(),
            arn: source.arn().to_string(),
            unique_id: source.id.clone(),
        },
    }
}

impl SimulateInput {
    /// Adds the constraints of the members that both operations have.
    fn check(&self, checks: Checks) -> Checks {
        let checks = checks
            .must_list("actionNames", self.action_names.as_deref())
            .may("resourcePolicy", self.resource_policy.as_deref(), &DOCUMENT)
            .may("resourceOwner", self.resource_owner.as_deref(), &RESOURCE_NAME)
            .may("callerArn", self.caller_arn.as_deref(), &RESOURCE_NAME);
        self.paging.check(checks)
    }

    fn simulate(
        &self,
        ctx: &Ctx<'_>,
        principal: &Principal,
        mut identity: Vec<Named>,
        mut boundary: Option<Named>,
    ) -> Result<Listing<EvaluationResult>, Fail> {
        let caller = match &self.caller_arn {
            Some(arn) => Some(principal_of(&source(ctx, arn)?)),
            None => None,
        };
        for (at, text) in (1_usize..).zip(self.policy_input_list.iter().flatten()) {
            identity.push(Named::new(format!("PolicyInputList.{at}"), text)?);
        }
        if let Some(text) = self.permissions_boundary_policy_input_list.first() {
            boundary = Some(Named::new("PermissionsBoundaryPolicyInputList.1".to_owned(), text)?);
        }
        let resource = match &self.resource_policy {
            Some(text) => Some(
                Policy::parse(text, &Grammar::Resource)
                    .map_err(|error| IamError::InvalidInput(error.message))?,
            ),
            None => None,
        };
        let attached: Vec<Attached<'_>> = identity.iter().map(Named::attached).collect();
        let policies = Policies {
            boundary: boundary.as_ref().map(Named::attached),
            resource: resource.as_ref(),
            rule: ResourceRule::Standard,
            ..Policies::of_identity(&attached)
        };
        let any = ["*".to_owned()];
        let resources = if self.resource_arns.is_empty() { &any[..] } else { &self.resource_arns };
        let (context, owner) = (self.context(), self.owner());
        let pairs = self.action_names.iter().flatten().enumerate().flat_map(|(place, action)| {
            let named = resources.iter().enumerate();
            named.map(move |(at, resource)| (format!("{place:06} {at:06}"), (action, resource)))
        });
        let steps = Steps::new(STEPS_MAX);
        // Only the page is evaluated: there are as many results as actions times resources.
        let page = self.paging.page(pairs)?.try_map(|(action, resource)| {
            let request = Request {
                principal: caller.as_ref().unwrap_or(principal),
                action,
                resource,
                resource_account: owner.as_ref(),
                context: &context,
            };
            let decision = decide_within(&request, &policies, &steps);
            if steps.are_exhausted() {
                let text = "The policies take too long to evaluate.".to_owned();
                return Err(IamError::PolicyEvaluation(text));
            }
            let named = identity.iter().chain(&boundary).collect::<Vec<_>>();
            let matched = matched(&decision, &named, self.resource_policy.as_deref());
            Ok(result(action, resource, &decision, boundary.is_some(), matched))
        })?;
        Ok(page.listing("EvaluationResults"))
    }

    fn context(&self) -> Context {
        let mut context = Context::new();
        for entry in &self.context_entries {
            context.set_list(&entry.name, entry.values.clone());
        }
        context
    }

    /// An account, or its root ARN.
    fn owner(&self) -> Option<AccountId> {
        let text = self.resource_owner.as_deref()?;
        let account = Arn::parse(text).map(|arn| arn.account().to_owned());
        AccountId::parse(account.as_deref().unwrap_or(text))
    }
}

fn result(
    action: &str,
    resource: &str,
    decision: &Decision,
    bounded: bool,
    matched: Vec<Statement>,
) -> EvaluationResult {
    let word = word_of(decision);
    let boundary = decision.checks.iter().find(|c| c.check_type == CheckType::PermissionsBoundary);
    let within = boundary.is_some_and(|check| check.evaluated_effect == EvaluatedEffect::Allow);
    EvaluationResult {
        eval_action_name: action.to_owned(),
        eval_resource_name: resource.to_owned(),
        eval_decision: word,
        matched_statements: matched.clone(),
        missing_context_values: Vec::new(),
        organizations_decision_detail: OrganizationsDetail { allowed_by_organizations: true },
        permissions_boundary_decision_detail: bounded
            .then_some(BoundaryDetail { allowed_by_permissions_boundary: within }),
        eval_decision_details: Nothing {},
        resource_specific_results: vec![ResourceResult {
            eval_resource_name: resource.to_owned(),
            eval_resource_decision: word,
            matched_statements: matched,
            missing_context_values: Vec::new(),
        }],
    }
}

/// Source: the model's `PolicyEvaluationDecisionType`.
fn word_of(decision: &Decision) -> &'static str {
    match decision.reason {
        Reason::Allowed { .. } | Reason::Root | Reason::Granted => "allowed",
        Reason::ExplicitDeny { .. } => "explicitDeny",
        Reason::ImplicitDeny { .. } | Reason::PublicAccessBlocked => "implicitDeny",
    }
}

/// The statements that decided: all that allow an allowed request, or all that deny it; none for an
/// implicit denial.
///
/// Source: IAM API Reference, "`EvaluationResult`", `MatchedStatements`.
/// Observed: the types `IAM Policy` and `Resource Policy`.
fn matched(decision: &Decision, named: &[&Named], resource: Option<&str>) -> Vec<Statement> {
    let effect = match &decision.reason {
        Reason::Allowed { .. } => StatementEffect::Allow,
        Reason::ExplicitDeny { .. } => StatementEffect::Deny,
        Reason::Root
        | Reason::Granted
        | Reason::ImplicitDeny { .. }
        | Reason::PublicAccessBlocked => return Vec::new(),
    };
    let statement = |kind: CheckType, by: &MatchedPolicy| {
        let own = kind == CheckType::Resource;
        let (name, of, text) = if own {
            ("ResourcePolicy", "Resource Policy", resource)
        } else {
            let text = named.iter().find(|policy| policy.name == by.name && policy.arn == by.arn);
            (by.name.as_str(), "IAM Policy", text.map(|policy| policy.text.as_str()))
        };
        let place = text.and_then(|text| statement_positions(text).into_iter().nth(by.index));
        Statement {
            source_policy_id: name.to_owned(),
            source_policy_type: of,
            start_position: place.map(|(begin, _)| begin.into()),
            end_position: place.map(|(_, end)| end.into()),
        }
    };
    let of_layer = |check: &policy::Check| {
        let those = check.matched_policies.iter().filter(|by| by.effect == effect);
        those.map(|by| statement(check.check_type, by)).collect::<Vec<_>>()
    };
    decision.checks.iter().flat_map(of_layer).collect()
}
