use std::borrow::Cow;

use types::AccountId;

/// The authenticated party as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// The root user of an account.
    Root {
        /// Its account.
        account: AccountId,
    },
    /// An IAM user, with long-term credentials, those of `GetSessionToken`, or those of a console
    /// session.
    User {
        /// Its account.
        account: AccountId,
        /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`
        arn: String,
        /// `AIDA…`
        unique_id: String,
    },
    /// A session of an assumed role.
    Role {
        /// Its account.
        account: AccountId,
        /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`, with the path.
        role_arn: String,
        /// `AROA…`
        role_id: String,
        /// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`, without the path.
        session_arn: String,
        /// The session's name.
        session_name: String,
    },
    /// A session of `GetFederationToken`, or of an identity provider. No operation issues one yet.
    Federated {
        /// Its account.
        account: AccountId,
        /// `arn:aws:sts::ACCOUNT:federated-user/NAME`
        arn: String,
        /// The user, or the provider, that vouches for it.
        issuer_arn: String,
        /// `AIDA…` of the user that vouches for it, as stored policies name the user; `None` if
        /// root or a provider does.
        issuer_id: Option<String>,
        /// The federated name.
        name: String,
    },
    /// A service acting for itself.
    Service {
        /// `cloudtrail.amazonaws.com`
        name: String,
    },
    /// Anonymous: an unsigned request.
    Anonymous,
}

impl Principal {
    /// The principal's account; services and anonymous callers have none.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Root { account }
            | Self::User { account, .. }
            | Self::Role { account, .. }
            | Self::Federated { account, .. } => Some(account),
            Self::Service { .. } | Self::Anonymous => None,
        }
    }

    /// The caller as messages name it: the ARN, for sessions that of the session; a service's
    /// name; `anonymous`.
    pub fn arn(&self) -> Cow<'_, str> {
        match self {
            Self::Root { account } => Cow::Owned(format!("arn:aws:iam::{account}:root")),
            Self::User { arn, .. } | Self::Federated { arn, .. } => Cow::Borrowed(arn),
            Self::Role { session_arn, .. } => Cow::Borrowed(session_arn),
            Self::Service { name } => Cow::Borrowed(name),
            Self::Anonymous => Cow::Borrowed("anonymous"),
        }
    }

    /// The condition keys that follow from it.
    ///
    /// Source: IAM User Guide, "Properties of the principal" and "Principal key values".
    /// Assumed: AWS gives a service no `aws:PrincipalType` and no `aws:userid`.
    pub(crate) fn keys(&self) -> Vec<(&'static str, String)> {
        let mut keys = Vec::new();
        if let Some(account) = self.account() {
            keys.push(("aws:PrincipalAccount", account.to_string()));
            keys.push(("aws:PrincipalIsAWSService", "false".to_owned()));
        }
        match self {
            Self::Root { account } => {
                keys.push(("aws:PrincipalArn", self.arn().into_owned()));
                keys.push(("aws:PrincipalType", "Account".to_owned()));
                keys.push(("aws:userid", account.to_string()));
            }
            Self::User { arn, unique_id, .. } => {
                let name = arn.rsplit('/').next().unwrap_or_default();
                keys.push(("aws:PrincipalArn", arn.clone()));
                keys.push(("aws:PrincipalType", "User".to_owned()));
                keys.push(("aws:userid", unique_id.clone()));
                keys.push(("aws:username", name.to_owned()));
            }
            Self::Role { role_arn, role_id, session_name, .. } => {
                keys.push(("aws:PrincipalArn", role_arn.clone()));
                keys.push(("aws:PrincipalType", "AssumedRole".to_owned()));
                keys.push(("aws:userid", format!("{role_id}:{session_name}")));
            }
            Self::Federated { account, arn, name, .. } => {
                keys.push(("aws:PrincipalArn", arn.clone()));
                keys.push(("aws:PrincipalType", "FederatedUser".to_owned()));
                keys.push(("aws:userid", format!("{account}:{name}")));
            }
            Self::Service { name } => {
                keys.push(("aws:PrincipalIsAWSService", "true".to_owned()));
                keys.push(("aws:PrincipalServiceName", name.clone()));
                keys.push(("aws:PrincipalServiceNamesList", name.clone()));
            }
            Self::Anonymous => {
                keys.push(("aws:PrincipalType", "Anonymous".to_owned()));
                keys.push(("aws:userid", "anonymous".to_owned()));
            }
        }
        keys
    }
}
