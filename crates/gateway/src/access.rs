use std::sync::Arc;

use policy::{
    Attached, Context, Decision, Policies, Policy, Principal, Quoting, Request, ResourceRule, Steps,
};
use types::AccountId;
use wire::{Family, WireError};

use crate::{Caller, Ctx, Denial, Refused, Service, Session};

/// One right that a call needs: an action on a resource. A call may need several; the first that
/// is refused is reported.
#[derive(Debug, Clone)]
pub struct Access {
    /// Such as `kms:GenerateDataKey`.
    pub action: String,
    /// The ARN, or `*` if the action has no resource.
    pub resource: String,
    /// The account that owns the resource.
    pub owner: Option<AccountId>,
    /// The policy on the resource.
    pub policy: Option<Arc<Policy>>,
    /// How the resource's side takes part in the decision.
    pub rule: ResourceRule,
    /// Whether a grant or an ACL allows it already.
    pub granted: bool,
    /// Whether Block Public Access restricts a public bucket.
    pub restrict_public_buckets: bool,
    /// The operation's own condition keys; the global ones are added by the pipeline.
    pub context: Context,
}

impl Access {
    /// A permission decided by identity policies alone, as for IAM and CloudTrail.
    pub fn by_identity(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            owner: None,
            policy: None,
            rule: ResourceRule::None,
            granted: false,
            restrict_public_buckets: false,
            context: Context::new(),
        }
    }
}

/// Decides every right that `needs` lists, in order; errors with the first denial.
pub(crate) fn authorize(
    ctx: &mut Ctx<'_>,
    service: &Service,
    needs: Vec<Access>,
) -> Result<(), Refused> {
    match first_denial(ctx, service.family, needs)? {
        None => Ok(()),
        Some((refusal, denial)) => {
            ctx.push_denial(denial);
            Err(Refused::Denied(refusal))
        }
    }
}

/// What the head of a request decides of the permissions that its call needs, unless it denies
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByHead {
    /// They are granted with every possible body.
    Allowed,
    /// The body decides.
    Open,
}

/// As [`authorize`] where condition keys may be open; errors if a permission is denied with
/// every value that they could get.
pub(crate) fn authorize_by_head(
    ctx: &mut Ctx<'_>,
    service: &Service,
    needs: Vec<Access>,
) -> Result<ByHead, Refused> {
    let favored = needs.iter().cloned().map(|mut need| {
        need.context.favor_open();
        need
    });
    authorize(ctx, service, favored.collect())?;
    let open = needs.into_iter().filter(|need| need.context.has_open()).collect();
    let denial = first_denial(ctx, service.family, open)?;
    Ok(if denial.is_some() { ByHead::Open } else { ByHead::Allowed })
}

/// The first permission that the caller lacks: the error for the client, and the reasons.
pub(crate) fn first_denial(
    ctx: &mut Ctx<'_>,
    family: Family,
    needs: Vec<Access>,
) -> Result<Option<(WireError, Denial)>, Refused> {
    if needs.is_empty() {
        return Ok(None);
    }
    let side = CallerSide::of(ctx)?;
    for mut need in needs {
        crate::conditions::add_globals(ctx, &mut need, &side.tags);
        let request = Request {
            principal: &ctx.call().caller.principal,
            action: &need.action,
            resource: &need.resource,
            resource_account: need.owner.as_ref(),
            context: &need.context,
        };
        let decision = ctx.within_steps(|steps| side.decide(&request, &need, steps));
        if !decision.allowed {
            let refusal = denial(family, &decision, &request);
            let message = refusal.message.as_deref().unwrap_or_default();
            let sides = ctx.reader_and_caller();
            let kept = Denial::new(&request, &decision, message, ctx.now(), sides)?;
            return Ok(Some((refusal, kept)));
        }
    }
    Ok(None)
}

/// Whether the caller would be allowed `need`: for rules about later calls, such as the lockout check
/// of key policies. Denies and records nothing.
pub fn allows(ctx: &mut Ctx<'_>, mut need: Access) -> Result<bool, Refused> {
    let side = CallerSide::of(ctx)?;
    crate::conditions::add_globals(ctx, &mut need, &side.tags);
    let request = Request {
        principal: &ctx.call().caller.principal,
        action: &need.action,
        resource: &need.resource,
        resource_account: need.owner.as_ref(),
        context: &need.context,
    };
    Ok(ctx.within_steps(|steps| side.decide(&request, &need, steps)).allowed)
}

/// The policies on the caller's side, compiled.
pub(crate) struct CallerSide {
    principal: Principal,
    of_session: Option<Arc<Session>>,
    identity: Vec<Named>,
    boundary: Option<Named>,
    session: Option<Vec<Named>>,
    tags: Vec<(String, String)>,
}

struct Named {
    name: String,
    arn: Option<String>,
    policy: Arc<Policy>,
}

impl Named {
    fn attached(&self) -> Attached<'_> {
        Attached { policy: &self.policy, arn: self.arn.as_deref(), name: &self.name }
    }
}

impl CallerSide {
    /// That of the present call. A snapshot does not change, so calls that are nested in one
    /// another on a snapshot share what was read for the first of them.
    fn of(ctx: &mut Ctx<'_>) -> Result<Arc<Self>, Refused> {
        if let Some(known) = ctx.known_side()
            && known.is_of(&ctx.call().caller)
        {
            return Ok(known);
        }
        let side = Arc::new(Self::load(ctx)?);
        ctx.keep_side(Some(Arc::clone(&side)));
        Ok(side)
    }

    fn is_of(&self, caller: &Caller) -> bool {
        let same_session = match (&self.of_session, &caller.session) {
            (None, None) => true,
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, Some(_)) | (Some(_), None) => false,
        };
        same_session && self.principal == caller.principal
    }

    fn load(ctx: &Ctx<'_>) -> Result<Self, Refused> {
        let principal = ctx.call().caller.principal.clone();
        let port = ctx.identities();
        let found = (port.policies)(ctx.tx(), &principal)?;
        let mut tags = (port.tags)(ctx.tx(), &principal)?;
        let compile = |text: &crate::PolicyText| Named {
            name: text.name.clone(),
            arn: text.arn.clone(),
            policy: ctx.identity_policy(&text.text),
        };
        let identity = found.identity.iter().map(compile).collect();
        let boundary = found.boundary.as_ref().map(compile);
        let session = ctx.call().caller.session.clone();
        let texts = session.as_ref().map(|session| session.policies.as_slice()).unwrap_or_default();
        let session_policies = texts.iter().map(|text| Named {
            name: "session".to_owned(),
            arn: None,
            policy: ctx.identity_policy(text),
        });
        let session_policies = (!texts.is_empty()).then(|| session_policies.collect());
        if let Some(session) = &session {
            tags.retain(|(key, _)| !session.tags.iter().any(|(own, _)| own == key));
            tags.extend(session.tags.iter().cloned());
        }
        let of_session = session;
        Ok(Self { principal, of_session, identity, boundary, session: session_policies, tags })
    }

    fn decide(&self, request: &Request<'_>, need: &Access, steps: &Steps) -> Decision {
        let identity: Vec<_> = self.identity.iter().map(Named::attached).collect();
        let session: Option<Vec<_>> =
            self.session.as_ref().map(|set| set.iter().map(Named::attached).collect());
        policy::decide_within(
            request,
            &Policies {
                identity: &identity,
                boundary: self.boundary.as_ref().map(Named::attached),
                session: session.as_deref(),
                resource: need.policy.as_deref(),
                rule: need.rule,
                granted: need.granted,
                restrict_public_buckets: need.restrict_public_buckets,
                // There are no organizations, whose policies these two are.
                service_control: None,
                resource_control: None,
            },
            steps,
        )
    }
}

/// AWS's refusal, in the family's code and status.
///
/// Source: the services' "Common errors" pages.
fn denial(family: Family, decision: &Decision, request: &Request<'_>) -> WireError {
    let quoting = if family == Family::S3 { Quoting::S3 } else { Quoting::Plain };
    let message = decision.message(request, quoting);
    tracing::debug!(
        reason = ?decision.reason,
        principal = %request.principal.arn(),
        action = request.action,
        resource = request.resource,
        "denied"
    );
    match family {
        Family::Json => WireError::new(400, "AccessDeniedException", message),
        Family::Query | Family::S3 => WireError::new(403, "AccessDenied", message),
    }
}
