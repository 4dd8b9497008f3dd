//! How the layers are combined.
//!
//! Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic";
//! KMS Developer Guide, "Troubleshooting key access".

use crate::action_pattern::ActionName;
use crate::decision::{Check, Decision, EvaluatedEffect, Layer, NearMiss, Reason};
use crate::layer::Findings;
use crate::principal_pattern::Naming;
use crate::statement::Query;
use crate::steps::Steps;
use crate::{Attached, Policies, Principal, Request, ResourceRule, is_public};

/// Decides a request.
///
/// Total: returns a decision for every request and all policies. Cost: evaluates each statement
/// once, and again for the near misses of an implicit deny, within [`Steps::DECISION_MAX`].
pub fn decide(request: &Request<'_>, policies: &Policies<'_>) -> Decision {
    decide_within(request, policies, &Steps::default())
}

/// [`decide`] with a step budget from the caller. Once it is exhausted, no further Allow applies
/// and every further Deny does, so a lack of steps never allows anything.
pub fn decide_within(request: &Request<'_>, policies: &Policies<'_>, steps: &Steps) -> Decision {
    let query = Query {
        principal: request.principal,
        action: ActionName::new(request.action),
        resource: request.resource,
        context: request.context,
        has_boundary: policies.boundary.is_some() && may_be_limited(request.principal),
        steps,
    };
    let findings = AllFindings::evaluate(request, policies, &query);
    let need = Need::of(request, policies, findings.resource_naming());
    let reason = findings
        .explicit_deny(request, policies)
        .unwrap_or_else(|| findings.weigh(request, policies, need));
    let allowed = matches!(reason, Reason::Allowed { .. } | Reason::Root | Reason::Granted);
    let checks = findings.checks(request, policies, need);
    let nothing_allows = matches!(reason, Reason::ImplicitDeny { .. });
    let near_misses = if nothing_allows { findings.near_misses(&query) } else { Vec::new() };
    Decision { allowed, reason, checks, near_misses }
}

/// Whether boundaries count: only for principals of an account, but for its root user.
fn may_be_limited(principal: &Principal) -> bool {
    principal.account().is_some() && !matches!(principal, Principal::Root { .. })
}

/// What must allow besides the side of the resource.
///
/// Assumed: AWS weighs implicit denies against trust policies, key policies and grants as against
/// bucket policies: they limit what names a role, and not what names a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Nothing more: the resource's side allows the caller itself.
    Nothing,
    /// Boundary and session policies.
    Limits,
    /// Identity policies, boundary and session policies.
    All,
    /// Nothing can help: the resource's side had to allow and does not.
    Hopeless,
}

impl Need {
    fn of(request: &Request<'_>, policies: &Policies<'_>, naming: Option<Naming>) -> Self {
        let Policies { rule, granted, .. } = *policies;
        let account_caller = request.principal.account().is_some();
        if !account_caller {
            let admitted = rule != ResourceRule::None && naming.is_some() || granted;
            return if admitted { Self::Nothing } else { Self::Hopeless };
        }
        match (request.same_account(), rule) {
            (true, ResourceRule::None) => Self::All,
            (false, ResourceRule::None) => Self::Hopeless,
            (same, ResourceRule::KeyPolicy) if granted => match naming {
                Some(Naming::Itself) if same => Self::Nothing,
                _ => Self::by_grant(request.principal),
            },
            (false, _) if naming.is_some() || granted => Self::All,
            (false, _) => Self::Hopeless,
            (true, rule) => match naming {
                Some(Naming::Itself) => Self::Nothing,
                Some(Naming::Issuer | Naming::Everyone) => Self::Limits,
                Some(Naming::Account) => Self::All,
                None if rule == ResourceRule::Standard => Self::All,
                None => Self::Hopeless,
            },
        }
    }

    /// A grant acts like a key policy that names its grantee, and requires no identity policy, even
    /// in another account.
    ///
    /// Source: KMS Developer Guide, "Troubleshooting key access", flow chart. For the limits of a role
    /// see [`Need`].
    fn by_grant(principal: &Principal) -> Self {
        match principal {
            Principal::Role { .. } | Principal::Federated { .. } => Self::Limits,
            Principal::Root { .. }
            | Principal::User { .. }
            | Principal::Service { .. }
            | Principal::Anonymous => Self::Nothing,
        }
    }
}

/// The results of all layers.
struct AllFindings<'a> {
    service_control: Option<Findings<'a>>,
    resource_control: Option<Findings<'a>>,
    resource: Option<Findings<'a>>,
    resource_layer: Layer,
    boundary: Option<Findings<'a>>,
    session: Option<Findings<'a>>,
    identity: Findings<'a>,
}

impl<'a> AllFindings<'a> {
    fn evaluate(request: &Request<'_>, policies: &Policies<'a>, query: &Query<'_>) -> Self {
        let resource_layer = match policies.rule {
            ResourceRule::TrustPolicy => Layer::RoleTrust,
            ResourceRule::None | ResourceRule::Standard | ResourceRule::KeyPolicy => {
                Layer::Resource
            }
        };
        // Only principals of an account have policies of their own; root has only the account's.
        let set = |set: Option<&[Attached<'a>]>| {
            let set = set.filter(|_| request.principal.account().is_some())?;
            Some(Findings::of_set(set, query))
        };
        let is_root = matches!(request.principal, Principal::Root { .. });
        let boundary = policies.boundary.as_ref().map(std::slice::from_ref);
        Self {
            service_control: set(policies.service_control),
            resource_control: policies.resource_control.map(|s| Findings::of_set(s, query)),
            resource: policies
                .resource
                .filter(|_| policies.rule != ResourceRule::None)
                .map(|policy| Findings::of_resource(policy, resource_layer, query)),
            resource_layer,
            boundary: set(boundary.filter(|_| !is_root)),
            session: set(policies.session),
            identity: set(Some(policies.identity).filter(|_| !is_root)).unwrap_or_default(),
        }
    }

    /// In the order of evaluation.
    fn near_misses(&self, query: &Query<'_>) -> Vec<NearMiss> {
        let layers = [
            (Layer::ServiceControl, self.service_control.as_ref()),
            (Layer::ResourceControl, self.resource_control.as_ref()),
            (self.resource_layer, self.resource.as_ref()),
            (Layer::Boundary, self.boundary.as_ref()),
            (Layer::Session, self.session.as_ref()),
            (Layer::Identity, Some(&self.identity)),
        ];
        let of = |(layer, findings): (Layer, Option<&Findings<'_>>)| {
            findings.map(|findings| findings.near_misses(layer, query)).unwrap_or_default()
        };
        layers.into_iter().flat_map(of).collect()
    }

    fn resource_naming(&self) -> Option<Naming> {
        self.resource.as_ref().and_then(Findings::naming)
    }

    /// The first layer that denies, in the order in which refusals are reported.
    ///
    /// Assumed: AWS reports the layers in this order; it names one and publishes no order.
    fn explicit_deny(&self, request: &Request<'_>, policies: &Policies<'_>) -> Option<Reason> {
        let in_layer = |layer, findings: Option<&Findings<'_>>| {
            let by = findings?.deny()?.describe();
            Some(Reason::ExplicitDeny { layer, by })
        };
        let resource = self.resource.as_ref().filter(|_| !is_rescue(request, policies.rule));
        in_layer(Layer::ServiceControl, self.service_control.as_ref())
            .or_else(|| in_layer(Layer::ResourceControl, self.resource_control.as_ref()))
            .or_else(|| in_layer(self.resource_layer, resource))
            .or_else(|| is_restricted(request, policies).then_some(Reason::PublicAccessBlocked))
            .or_else(|| in_layer(Layer::Boundary, self.boundary.as_ref()))
            .or_else(|| in_layer(Layer::Session, self.session.as_ref()))
            .or_else(|| in_layer(Layer::Identity, Some(&self.identity)))
    }

    /// The decision when nothing denies.
    fn weigh(&self, request: &Request<'_>, policies: &Policies<'_>, need: Need) -> Reason {
        match self.missing(request.principal, need) {
            Some(layer) => Reason::ImplicitDeny { layer },
            None => self.permission(policies, need),
        }
    }

    /// The first layer that had to allow and does not.
    fn missing(&self, principal: &Principal, need: Need) -> Option<Layer> {
        let lacks =
            |set: &Option<Findings<'_>>| set.as_ref().is_some_and(|set| set.allow().is_none());
        let limits = matches!(need, Need::Limits | Need::All);
        let is_root = matches!(principal, Principal::Root { .. });
        // Without session policies a federated user has none of its issuer's permissions, and only
        // what is granted to the user itself. Source: STS API Reference, "GetFederationToken".
        let federated = matches!(principal, Principal::Federated { .. });
        let no_session = limits && federated && self.session.is_none();
        if lacks(&self.service_control) {
            Some(Layer::ServiceControl)
        } else if lacks(&self.resource_control) {
            Some(Layer::ResourceControl)
        } else if need == Need::Hopeless {
            Some(self.resource_layer)
        } else if limits && lacks(&self.boundary) {
            Some(Layer::Boundary)
        } else if limits && lacks(&self.session) || no_session {
            Some(Layer::Session)
        } else if need == Need::All && !is_root && self.identity.allow().is_none() {
            Some(Layer::Identity)
        } else {
            None
        }
    }

    /// What allows, once nothing is missing.
    fn permission(&self, policies: &Policies<'_>, need: Need) -> Reason {
        let in_layer = |layer, findings: Option<&Findings<'_>>| {
            let by = findings?.allow()?.describe();
            Some(Reason::Allowed { layer, by })
        };
        let resource = in_layer(self.resource_layer, self.resource.as_ref());
        let identity = in_layer(Layer::Identity, Some(&self.identity));
        let first = if need == Need::All { identity.or(resource) } else { resource };
        // Nothing is missing, and neither a policy nor a grant allows: only the root user is left.
        first.unwrap_or(if policies.granted { Reason::Granted } else { Reason::Root })
    }

    fn checks(&self, request: &Request<'_>, policies: &Policies<'_>, need: Need) -> Vec<Check> {
        let limits = matches!(need, Need::Limits | Need::All);
        let is_root = matches!(request.principal, Principal::Root { .. });
        let mut checks = Vec::new();
        let mut add = |layer: Layer, findings: Option<&Findings<'_>>, granted, needed| {
            let Some(findings) = findings else { return };
            let evaluated_effect = if findings.deny().is_some() {
                EvaluatedEffect::ExplicitDeny
            } else if granted || findings.allow().is_some() {
                EvaluatedEffect::Allow
            } else if needed {
                EvaluatedEffect::ImplicitDeny
            } else {
                EvaluatedEffect::NoImpact
            };
            let check_type = layer.check_type();
            let matched_policies = findings.matched();
            checks.push(Check { check_type, evaluated_effect, matched_policies });
        };
        let nothing = Findings::default();
        let has_resource_side =
            policies.rule != ResourceRule::None || policies.granted || need == Need::Hopeless;
        let resource = self.resource.as_ref().or(has_resource_side.then_some(&nothing));
        add(Layer::ServiceControl, self.service_control.as_ref(), false, true);
        add(Layer::ResourceControl, self.resource_control.as_ref(), false, true);
        add(self.resource_layer, resource, policies.granted, need == Need::Hopeless);
        add(Layer::Boundary, self.boundary.as_ref(), false, limits);
        add(Layer::Session, self.session.as_ref(), false, limits);
        let identity = request.principal.account().map(|_| &self.identity);
        add(Layer::Identity, identity, is_root, need == Need::All);
        checks
    }
}

/// The root user of a bucket's account can always access its policy, so the account cannot be
/// locked out.
///
/// Source: S3 API Reference, "`PutBucketPolicy`" and "`DeleteBucketPolicy`".
fn is_rescue(request: &Request<'_>, rule: ResourceRule) -> bool {
    const ACTIONS: [&str; 3] =
        ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
    rule == ResourceRule::Standard
        && matches!(request.principal, Principal::Root { .. })
        && request.same_account()
        && ACTIONS.iter().any(|action| action.eq_ignore_ascii_case(request.action))
}

/// Whether Block Public Access rejects the caller.
///
/// Source: S3 User Guide, "Block Public Access settings", `RestrictPublicBuckets`.
fn is_restricted(request: &Request<'_>, policies: &Policies<'_>) -> bool {
    let outsider =
        !matches!(request.principal, Principal::Service { .. }) && !request.same_account();
    policies.restrict_public_buckets && outsider && policies.resource.is_some_and(is_public)
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
