use types::AccountId;

use crate::{Context, Policy, Principal};

/// A request: may this principal perform this action on this resource?
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The caller.
    pub principal: &'a Principal,
    /// Such as `kms:Decrypt`.
    pub action: &'a str,
    /// The ARN, or `*` if the action has no resource.
    pub resource: &'a str,
    /// The account that owns the resource; `None` is the caller's own.
    pub resource_account: Option<&'a AccountId>,
    /// The condition keys of the request.
    pub context: &'a Context,
}

impl Request<'_> {
    /// Whether caller and resource belong to the same account. Services and anonymous callers
    /// belong to none.
    pub(crate) fn same_account(&self) -> bool {
        let own = self.principal.account();
        own.is_some() && self.resource_account.is_none_or(|owner| Some(owner) == own)
    }
}

/// A policy with the name under which it is known.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// The document.
    pub policy: &'a Policy,
    /// The ARN of a managed policy; `None` if inline.
    pub arn: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

/// All policies that may apply.
#[derive(Debug, Clone, Copy)]
pub struct Policies<'a> {
    /// The caller's own, the groups' included.
    pub identity: &'a [Attached<'a>],
    /// The permissions boundary.
    pub boundary: Option<Attached<'a>>,
    /// Session policies; all of them together are one set. `None` if the session has none.
    pub session: Option<&'a [Attached<'a>]>,
    /// The policy on the resource.
    pub resource: Option<&'a Policy>,
    /// How the resource's side is evaluated.
    pub rule: ResourceRule,
    /// Whether a grant on the key, or an ACL of the bucket or the object, allows it.
    pub granted: bool,
    /// Whether Block Public Access has `RestrictPublicBuckets` on: a public policy then admits
    /// only services and the bucket's own account.
    pub restrict_public_buckets: bool,
    /// Service control policies, if the caller's account has any. The gateway passes none, because
    /// there are no organizations.
    pub service_control: Option<&'a [Attached<'a>]>,
    /// Resource control policies, if the resource's account has any. As above.
    pub resource_control: Option<&'a [Attached<'a>]>,
}

impl<'a> Policies<'a> {
    /// The identity policies only; nothing else applies.
    pub const fn of_identity(identity: &'a [Attached<'a>]) -> Self {
        Self {
            identity,
            boundary: None,
            session: None,
            resource: None,
            rule: ResourceRule::None,
            granted: false,
            restrict_public_buckets: false,
            service_control: None,
            resource_control: None,
        }
    }
}

/// How the resource's side takes part in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceRule {
    /// There are no policies on resources of this kind: the caller's side decides, and other
    /// accounts stay out.
    None,
    /// Either side can allow within the account, both must across accounts: S3, SNS, SQS.
    Standard,
    /// The key policy is evaluated first: identity policies count only if it delegates to the
    /// account, and even the root user needs it. A grant allows by itself.
    KeyPolicy,
    /// `AssumeRole`: the trust policy must allow; if it names the account only, so must the
    /// caller's side.
    TrustPolicy,
}
