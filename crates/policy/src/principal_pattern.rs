//! The `Principal` and `NotPrincipal` elements.

use types::{AccountId, Arn};

use crate::Principal;
use crate::size;

/// One entry of `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PrincipalPattern {
    /// `*`: everyone, the anonymous and the services included.
    ///
    /// Source: IAM User Guide, "AWS global condition context keys", `aws:PrincipalIsAWSService`: the
    /// example's Deny for everyone needs that key to spare services.
    Everyone,
    /// An account, written as 12 digits or as its root ARN.
    Account(String),
    /// The ARN of a user, role, or session.
    Arn(String),
    /// `AIDA…` or `AROA…`: what ARNs become in storage.
    UniqueId(String),
    /// A service, such as `cloudtrail.amazonaws.com`.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// An S3 canonical user ID, which no caller has here: it matches no principal. The service that
    /// stores a policy replaces it with the account number.
    Canonical,
}

/// How a statement names the caller; later ones reach further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Naming {
    /// Through its account: an Allow only lets the account's own policies decide.
    Account,
    /// As everyone: boundary and session policies still limit.
    ///
    /// Assumed: AWS lets boundary and session policies limit what is granted to everyone. It states
    /// that users and roles need "no other permissions" then, and that those policies do not limit
    /// what is granted to everyone under `aws:PrincipalArn`; the rest is not documented.
    Everyone,
    /// Through the role or the user behind the session: boundary and session policies still limit.
    Issuer,
    /// As itself: nothing else limits.
    Itself,
}

impl PrincipalPattern {
    /// Parses an entry of the given type; `None` if the type or the form is invalid.
    pub(crate) fn parse(kind: &str, name: &str) -> Option<Self> {
        match kind {
            "AWS" => Self::aws(name),
            "Service" => is_service(name).then(|| Self::Service(name.to_owned())),
            "Federated" => is_provider(name).then(|| Self::Federated(name.to_owned())),
            "CanonicalUser" if AccountId::parse(name).is_some() => {
                Some(Self::Account(name.to_owned()))
            }
            "CanonicalUser" => is_canonical_id(name).then_some(Self::Canonical),
            _ => None,
        }
    }

    /// Reads an entry of the type `AWS`; `None` if it has none of the forms.
    ///
    /// There are no partial wildcards: `user/*` is no principal.
    pub(crate) fn aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if AccountId::parse(text).is_some() {
            return Some(Self::Account(text.to_owned()));
        }
        if is_unique_id(text) {
            return Some(Self::UniqueId(text.to_owned()));
        }
        let arn = Arn::parse(text)?;
        AccountId::parse(arn.account())?;
        let partition = matches!(arn.partition(), "aws" | "aws-cn" | "aws-us-gov");
        if !partition || !arn.region().is_empty() || text.contains(['*', '?']) {
            return None;
        }
        if (arn.service(), arn.resource()) == ("iam", "root") {
            return Some(Self::Account(arn.account().to_owned()));
        }
        let (kind, name) = arn.resource().split_once('/')?;
        let known = match arn.service() {
            "iam" => matches!(kind, "user" | "role"),
            "sts" => kind == "federated-user" || kind == "assumed-role" && name.contains('/'),
            _ => false,
        };
        (known && !name.is_empty() && !name.ends_with('/')).then(|| Self::Arn(text.to_owned()))
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Everyone | Self::Canonical => 0,
            Self::Account(text)
            | Self::Arn(text)
            | Self::UniqueId(text)
            | Self::Service(text)
            | Self::Federated(text) => text.len(),
        }
    }

    /// How this entry names `principal`, if it does.
    ///
    /// Source: IAM User Guide, "AWS JSON policy elements: Principal" and "Policy evaluation logic".
    pub(crate) fn names(&self, principal: &Principal) -> Option<Naming> {
        match self {
            Self::Everyone => Some(Naming::Everyone),
            Self::Account(account) => {
                let same = principal.account().is_some_and(|own| own.as_str() == account);
                same.then_some(Naming::Account)
            }
            Self::Arn(named) => naming_of_arn(named, principal),
            Self::UniqueId(named) => naming_of_id(named, principal),
            Self::Service(named) => {
                let Principal::Service { name } = principal else { return None };
                (name == named).then_some(Naming::Itself)
            }
            Self::Federated(named) => {
                let Principal::Federated { issuer_arn, .. } = principal else { return None };
                (issuer_arn == named).then_some(Naming::Itself)
            }
            Self::Canonical => None,
        }
    }
}

fn naming_of_id(named: &str, principal: &Principal) -> Option<Naming> {
    match principal {
        Principal::User { unique_id, .. } if unique_id == named => Some(Naming::Itself),
        Principal::Role { role_id, .. } if role_id == named => Some(Naming::Issuer),
        Principal::Federated { issuer_id, .. } if issuer_id.as_deref() == Some(named) => {
            Some(Naming::Issuer)
        }
        Principal::Role { .. }
        | Principal::User { .. }
        | Principal::Root { .. }
        | Principal::Federated { .. }
        | Principal::Service { .. }
        | Principal::Anonymous => None,
    }
}

fn naming_of_arn(named: &str, principal: &Principal) -> Option<Naming> {
    let (itself, issuer) = match principal {
        Principal::User { arn, .. } => (arn, None),
        Principal::Role { session_arn, role_arn, .. } => (session_arn, Some(role_arn)),
        Principal::Federated { arn, issuer_arn, .. } => (arn, Some(issuer_arn)),
        Principal::Root { .. } | Principal::Service { .. } | Principal::Anonymous => return None,
    };
    if itself == named {
        Some(Naming::Itself)
    } else if issuer.is_some_and(|issuer| issuer == named) {
        Some(Naming::Issuer)
    } else {
        None
    }
}

/// Source: IAM User Guide, "Unique identifiers".
fn is_unique_id(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && (text.starts_with("AIDA") || text.starts_with("AROA"))
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Whether the text has the form of a service's name. There is no wildcard for services. AWS rejects
/// names of services that do not exist; there is no list of them here, so they are accepted.
fn is_service(text: &str) -> bool {
    const DOMAINS: [&str; 4] =
        [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"];
    let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    DOMAINS.iter().any(|domain| {
        text.strip_suffix(domain).is_some_and(|name| !name.is_empty() && name.bytes().all(label))
    })
}

/// Whether the text names an identity provider: its domain, or its ARN in IAM.
///
/// Source: IAM User Guide, "AWS JSON policy elements: Principal", federated principals.
fn is_provider(text: &str) -> bool {
    if let Some(arn) = Arn::parse(text) {
        let kind = arn.resource().split_once('/').map(|(kind, _)| kind);
        return arn.service() == "iam" && matches!(kind, Some("saml-provider" | "oidc-provider"));
    }
    let host = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/' | b'_');
    text.contains('.') && text.bytes().all(host)
}

/// Source: S3 User Guide, "Finding the canonical user ID for your AWS account".
fn is_canonical_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The `Principal` or `NotPrincipal` element of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PrincipalClause {
    /// `Principal`
    Listed(Vec<PrincipalPattern>),
    /// `NotPrincipal` of an Allow: everyone whom no entry matches, including anonymous callers.
    AllowUnlisted(Vec<PrincipalPattern>),
    /// `NotPrincipal` of a Deny.
    DenyUnlisted(Vec<PrincipalPattern>),
}

impl PrincipalClause {
    /// The heap memory of this value, approximately, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Listed(list) | Self::AllowUnlisted(list) | Self::DenyUnlisted(list) => {
                size::of_list(list, PrincipalPattern::bytes)
            }
        }
    }

    /// How this element names `principal`, if it does.
    ///
    /// A Deny with `NotPrincipal` exempts a caller only if the list contains its account and the
    /// user, or both the role and the session, because AWS checks each of them separately. No
    /// caller with a permissions boundary is exempt.
    ///
    /// Source: IAM User Guide, "AWS JSON policy elements: `NotPrincipal`".
    pub(crate) fn names(&self, principal: &Principal, has_boundary: bool) -> Option<Naming> {
        match self {
            Self::Listed(list) => list.iter().filter_map(|p| p.names(principal)).max(),
            Self::AllowUnlisted(list) => {
                let listed = list.iter().any(|p| p.names(principal).is_some());
                (!listed).then_some(Naming::Everyone)
            }
            Self::DenyUnlisted(list) => {
                (has_boundary || !spared(list, principal)).then_some(Naming::Itself)
            }
        }
    }
}

fn spared(list: &[PrincipalPattern], principal: &Principal) -> bool {
    if list.contains(&PrincipalPattern::Everyone) {
        return true;
    }
    let has = |naming| list.iter().any(|pattern| pattern.names(principal) == Some(naming));
    let (account, issuer, itself) =
        (has(Naming::Account), has(Naming::Issuer), has(Naming::Itself));
    match principal {
        Principal::Root { .. } => account,
        Principal::Role { .. } => account && issuer && itself,
        Principal::User { .. } | Principal::Federated { .. } => account && (issuer || itself),
        Principal::Service { .. } | Principal::Anonymous => itself,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only whole names are principals; wildcards, groups and other services are not.
    #[test]
    fn reads_principal_forms() {
        for good in [
            "*",
            "111122223333",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/a/b",
            "arn:aws:iam::111122223333:role/r",
            "arn:aws:sts::111122223333:assumed-role/r/s",
            "arn:aws:sts::111122223333:federated-user/f",
            "AIDAJQABLZS4A3QDU576Q",
        ] {
            assert!(PrincipalPattern::aws(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "11112222333",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::*:root",
            "arn:aws:iam::111122223333:group/g",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam:us-east-1:111122223333:user/x",
            "arn:aws:sts::111122223333:assumed-role/r",
            "arn:aws:s3:::bucket",
            "AIDA",
            "alice",
        ] {
            assert!(PrincipalPattern::aws(bad).is_none(), "{bad}");
        }
    }
}
