//! AWS's texts of refusals.
//!
//! Source: IAM User Guide, "Troubleshoot access denied error messages"; AWS Security Blog,
//! "Enhanced access denied error messages with policy ARNs"; S3 User Guide, "Troubleshoot access
//! denied (403 Forbidden) errors in Amazon S3".

use crate::Request;
use crate::decision::{Decision, Layer, Reason};

/// How a service words its refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// The resource as it is.
    Plain,
    /// S3: the resource in quotes, and `Access Denied` alone for other accounts and the anonymous.
    S3,
}

impl Decision {
    /// AWS's refusal. For a request that was allowed, the text without a reason.
    ///
    /// S3 omits the resource for actions that have none. A cross-account `AssumeRole` gives no
    /// reason. The ARN of the denying policy is included only within the account.
    pub fn message(&self, request: &Request<'_>, quoting: Quoting) -> String {
        let same_account = request.same_account();
        if quoting == Quoting::S3 && !same_account {
            return "Access Denied".to_owned();
        }
        let resource = match (quoting, request.resource) {
            (Quoting::S3, "*") => String::new(),
            (Quoting::S3, arn) => format!(" on resource: \"{arn}\""),
            (Quoting::Plain, arn) => format!(" on resource: {arn}"),
        };
        format!(
            "User: {} is not authorized to perform: {}{resource}{}",
            request.principal.arn(),
            request.action,
            self.reason.suffix(request.action, same_account),
        )
    }
}

impl Reason {
    fn suffix(&self, action: &str, same_account: bool) -> String {
        match self {
            Self::Allowed { .. } | Self::Root | Self::Granted => String::new(),
            Self::ExplicitDeny { layer: Layer::RoleTrust, .. }
            | Self::ImplicitDeny { layer: Layer::RoleTrust }
                if !same_account =>
            {
                String::new()
            }
            Self::PublicAccessBlocked => {
                format!(" with an explicit deny in {}", Layer::Resource.denying())
            }
            Self::ExplicitDeny { layer, by } => {
                let names_policy = same_account && layer.includes_policy();
                let arn = by.arn.as_deref().filter(|_| names_policy);
                let arn = arn.map(|arn| format!(": {arn}")).unwrap_or_default();
                format!(" with an explicit deny in {}{arn}", layer.denying())
            }
            Self::ImplicitDeny { layer } => {
                format!(" because no {} allows the {action} action", layer.silent())
            }
        }
    }
}

impl Layer {
    const fn denying(self) -> &'static str {
        match self {
            Self::ServiceControl => "a service control policy",
            Self::ResourceControl => "a resource control policy",
            Self::Resource => "a resource-based policy",
            Self::RoleTrust => "the role trust policy",
            Self::Boundary => "a permissions boundary",
            Self::Session => "a session policy",
            Self::Identity => "an identity-based policy",
        }
    }

    const fn silent(self) -> &'static str {
        match self {
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Resource => "resource-based policy",
            Self::RoleTrust => "role trust policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Identity => "identity-based policy",
        }
    }

    /// Whether refusals by this layer name the policy.
    const fn includes_policy(self) -> bool {
        match self {
            Self::ServiceControl
            | Self::ResourceControl
            | Self::Boundary
            | Self::Session
            | Self::Identity => true,
            Self::Resource | Self::RoleTrust => false,
        }
    }
}
