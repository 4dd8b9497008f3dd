//! Statements, compiled.

use crate::action_pattern::{ActionName, ActionPattern};
use crate::arn_pattern::ResourcePattern;
use crate::condition::{Condition, Operator};
use crate::document::{Element, Fault, RawPrincipal, RawStatement};
use crate::outcome::Outcome;
use crate::principal_pattern::{Naming, PrincipalClause, PrincipalPattern};
use crate::size;
use crate::steps::Steps;
use crate::{Context, Principal};

/// The effect of a statement on the requests that it applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    /// `None` in identity policies, which apply to the identity that they are attached to.
    pub(crate) principal: Option<PrincipalClause>,
    actions: Actions,
    resources: Resources,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Actions {
    Listed(Vec<ActionPattern>),
    Unlisted(Vec<ActionPattern>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Resources {
    /// The policy belongs to one resource and covers no other: a trust policy.
    Own,
    Listed(Vec<ResourcePattern>),
    Unlisted(Vec<ResourcePattern>),
}

/// The request as statements evaluate it, prepared once for all of them.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) action: ActionName,
    pub(crate) resource: &'a str,
    pub(crate) context: &'a Context,
    /// Whether the caller has a permissions boundary.
    pub(crate) has_boundary: bool,
    /// The remaining step budget of the decision.
    pub(crate) steps: &'a Steps,
}

impl Statement {
    /// Compiles a statement. `own_resource` is whether a statement without `Resource` refers to the
    /// resource that the policy belongs to; otherwise it refers to nothing.
    pub(crate) fn compile(
        raw: &RawStatement<'_>,
        variables: bool,
        own_resource: bool,
    ) -> Result<Self, Fault> {
        let conditions = raw.conditions.iter().map(|raw| {
            let operator = Operator::parse(raw.operator)
                .ok_or_else(|| Fault::Operator(raw.operator.to_owned()))?;
            Ok(Condition::new(operator, raw.key, &raw.values, variables))
        });
        Ok(Self {
            sid: raw.sid.map(str::to_owned),
            effect: if raw.allow { Effect::Allow } else { Effect::Deny },
            principal: raw.principal.as_ref().map(|p| clause(p, raw.allow)).transpose()?,
            actions: actions(raw.action.as_ref())?,
            resources: match &raw.resource {
                None if own_resource => Resources::Own,
                None => Resources::Listed(Vec::new()),
                Some(element) => resources(element, variables),
            },
            conditions: conditions.collect::<Result<_, _>>()?,
        })
    }

    /// The memory of this value, approximately, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let (Actions::Listed(actions) | Actions::Unlisted(actions)) = &self.actions;
        let resources = match &self.resources {
            Resources::Own => 0,
            Resources::Listed(list) | Resources::Unlisted(list) => {
                size::of_list(list, ResourcePattern::bytes)
            }
        };
        size::of_all(&[
            size_of::<Self>(),
            self.sid.as_deref().map_or(0, size::of_text),
            self.principal.as_ref().map_or(0, PrincipalClause::bytes),
            size::of_list(actions, ActionPattern::bytes),
            resources,
            size::of_list(&self.conditions, Condition::bytes),
        ])
    }

    /// A statement that denies everything to everyone.
    pub(crate) fn deny_all() -> Self {
        Self {
            sid: None,
            effect: Effect::Deny,
            principal: None,
            actions: Actions::Listed(vec![ActionPattern::All]),
            resources: Resources::Own,
            conditions: Vec::new(),
        }
    }

    /// How the statement names the caller, if it applies to the request.
    ///
    /// INVARIANT: a condition that cannot be evaluated never makes an Allow apply, and always makes
    /// a Deny apply, unless the context favors its open keys: then it is the other way round.
    pub(crate) fn applies(&self, query: &Query<'_>) -> Option<Naming> {
        let naming = match &self.principal {
            None => Naming::Itself,
            Some(clause) => clause.names(query.principal, query.has_boundary)?,
        };
        let actions = self.actions.matches(query);
        if actions == Outcome::Fails {
            return None;
        }
        let conditions = self.conditions.iter().map(|one| one.outcome(query.context, query.steps));
        let outcome =
            Outcome::all([actions, self.resources.matches(query)].into_iter().chain(conditions));
        let unknown_applies = (self.effect == Effect::Deny) != query.context.favors_open();
        let applies = outcome == Outcome::Holds || outcome == Outcome::Unknown && unknown_applies;
        let naming = if naming == Naming::Everyone && self.is_granted_to_arns() {
            Naming::Itself
        } else {
            naming
        };
        applies.then_some(naming)
    }

    /// Whether a condition requires that the caller has one of some ARNs: then `*` names the caller
    /// as directly as the ARN itself, and neither boundary nor session policies limit what is
    /// granted.
    ///
    /// Source: IAM User Guide, "AWS JSON policy elements: Principal", IAM role principals.
    fn is_granted_to_arns(&self) -> bool {
        let demands = |one: &Condition| one.key == "aws:principalarn" && one.demands_a_value();
        self.conditions.iter().any(demands)
    }
}

impl Statement {
    /// The conditions that alone prevent the statement from allowing the request; none if there is
    /// another reason.
    pub(crate) fn misses_by(&self, query: &Query<'_>) -> Vec<&Condition> {
        let names =
            |clause: &PrincipalClause| clause.names(query.principal, query.has_boundary).is_some();
        let meant = self.effect == Effect::Allow
            && self.principal.as_ref().is_none_or(names)
            && self.actions.matches(query) == Outcome::Holds
            && self.resources.matches(query) == Outcome::Holds;
        let conditions = self.conditions.iter().filter(|_| meant);
        let holds = |one: &Condition| one.outcome(query.context, query.steps) == Outcome::Holds;
        let is_open =
            |one: &Condition| query.context.favors_open() && query.context.is_open(&one.key);
        conditions.filter(|one| !holds(one) && !is_open(one)).collect()
    }
}

impl Actions {
    fn matches(&self, query: &Query<'_>) -> Outcome {
        let fits = |pattern: &ActionPattern| pattern.fits(&query.action, query.steps);
        match self {
            Self::Listed(list) => Outcome::any(list.iter().map(fits)),
            Self::Unlisted(list) => Outcome::any(list.iter().map(fits)).negated(),
        }
    }
}

impl Resources {
    fn matches(&self, query: &Query<'_>) -> Outcome {
        let fits =
            |pattern: &ResourcePattern| pattern.fits(query.resource, query.context, query.steps);
        match self {
            Self::Own => Outcome::Holds,
            Self::Listed(list) => Outcome::any(list.iter().map(fits)),
            Self::Unlisted(list) => Outcome::any(list.iter().map(fits)).negated(),
        }
    }
}

fn actions(element: Option<&Element<'_>>) -> Result<Actions, Fault> {
    let Some(element) = element else { return Ok(Actions::Listed(Vec::new())) };
    let list = element
        .values
        .iter()
        .map(|text| ActionPattern::parse(text).ok_or_else(|| Fault::Action((*text).to_owned())))
        .collect::<Result<_, _>>()?;
    Ok(if element.negated { Actions::Unlisted(list) } else { Actions::Listed(list) })
}

fn resources(element: &Element<'_>, variables: bool) -> Resources {
    let list = element.values.iter().map(|t| ResourcePattern::parse(t, variables)).collect();
    if element.negated { Resources::Unlisted(list) } else { Resources::Listed(list) }
}

fn clause(raw: &RawPrincipal<'_>, allow: bool) -> Result<PrincipalClause, Fault> {
    let list = raw
        .entries
        .iter()
        .map(|(kind, name)| {
            PrincipalPattern::parse(kind, name).ok_or_else(|| Fault::Principal {
                kind: (*kind).to_owned(),
                name: (*name).to_owned(),
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(match (raw.negated, allow) {
        (false, _) => PrincipalClause::Listed(list),
        (true, true) => PrincipalClause::AllowUnlisted(list),
        (true, false) => PrincipalClause::DenyUnlisted(list),
    })
}
