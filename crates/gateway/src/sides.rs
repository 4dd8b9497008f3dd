//! What an account may read of the reasons for a refusal.
//!
//! A request between two accounts is decided by the policies of both. Neither account may read the
//! policies of the other one: a trust policy has external IDs, a key policy has encryption
//! contexts, and a bucket policy may have a shared secret for a `Referer`. So each account reads
//! its own side in full, and of the other side only the layer and its result.

use policy::{Check, CheckType, Decision, Layer, NearMiss, Reason, Request};
use serde_json::{Value, json};
use types::AccountId;

use crate::Fault;

/// The sides of a decision whose policies an account may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sides {
    /// The policies on the resource.
    resource: bool,
    /// The policies of the caller, and the request's data about the caller.
    caller: bool,
}

impl Sides {
    /// What `reader` may read. `caller` is the account of the caller.
    pub(crate) fn of(reader: &AccountId, caller: &AccountId, request: &Request<'_>) -> Self {
        let owner = request.resource_account.unwrap_or(caller);
        Self { resource: reader == owner, caller: reader == caller }
    }

    /// Whether anything is left out.
    pub(crate) fn withhold(self) -> bool {
        !(self.resource && self.caller)
    }

    /// The caller and AWS's message. The owner of a resource reads only the account of the caller.
    ///
    /// Source: KMS Developer Guide, "Logging AWS KMS API calls with AWS CloudTrail": in the account
    /// of the key, entries of other accounts name no user.
    pub(crate) fn who_and_message(
        self,
        request: &Request<'_>,
        message: &str,
        caller: &AccountId,
    ) -> (String, String) {
        if self.caller {
            return (request.principal.arn().into_owned(), message.to_owned());
        }
        let (action, resource) = (request.action, request.resource);
        let message = format!("{caller} is not authorized to perform: {action} on {resource}");
        (caller.to_string(), message)
    }

    /// What decided.
    pub(crate) fn reason(self, decision: &Decision) -> Result<Value, Fault> {
        Ok(match &decision.reason {
            Reason::ExplicitDeny { layer, .. } if !self.show(*layer) => {
                json!({"kind": "explicitDeny", "layer": layer})
            }
            // A setting of the bucket: other accounts read only AWS's message.
            Reason::PublicAccessBlocked if !self.resource => {
                json!({"kind": "explicitDeny", "layer": Layer::Resource})
            }
            reason @ (Reason::Allowed { .. }
            | Reason::Root
            | Reason::Granted
            | Reason::ExplicitDeny { .. }
            | Reason::ImplicitDeny { .. }
            | Reason::PublicAccessBlocked) => value(reason)?,
        })
    }

    /// The result of each layer, without the statements of hidden layers.
    pub(crate) fn checks(self, decision: &Decision) -> Result<Value, Fault> {
        let shown = |check: &Check| {
            let mut check = check.clone();
            if !self.show_checked(check.check_type) {
                check.matched_policies = Vec::new();
            }
            check
        };
        value(&decision.checks.iter().map(shown).collect::<Vec<_>>())
    }

    /// The near misses of the visible layers. The owner of a resource reads what its policy
    /// requires, and not what the other account's request had.
    pub(crate) fn near_misses(self, decision: &Decision) -> Result<Value, Fault> {
        let shown = decision.near_misses.iter().filter(|miss| self.show(miss.layer));
        let without_request = |miss: &NearMiss| {
            let mut miss = miss.clone();
            if !self.caller {
                miss.conditions.iter_mut().for_each(|condition| condition.found.clear());
            }
            miss
        };
        value(&shown.map(without_request).collect::<Vec<_>>())
    }

    const fn show(self, layer: Layer) -> bool {
        match layer {
            Layer::Resource | Layer::RoleTrust | Layer::ResourceControl => self.resource,
            Layer::ServiceControl | Layer::Boundary | Layer::Session | Layer::Identity => {
                self.caller
            }
        }
    }

    const fn show_checked(self, check: CheckType) -> bool {
        match check {
            CheckType::Resource | CheckType::ResourceControlPolicy => self.resource,
            CheckType::ServiceControlPolicy
            | CheckType::PermissionsBoundary
            | CheckType::Session
            | CheckType::Principal => self.caller,
        }
    }
}

fn value(part: &impl serde::Serialize) -> Result<Value, Fault> {
    serde_json::to_value(part)
        .map_err(|cause| Fault::bug("the reason of a denial cannot be written").because(cause))
}
