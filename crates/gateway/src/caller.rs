use std::sync::Arc;

use policy::Principal;
use types::{AccountId, Timestamp};

/// The caller: the principal for policies, and its form in the event.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The authenticated party.
    pub principal: Principal,
    /// The account on whose behalf the call is made: the principal's own; for a service acting for
    /// itself, that of the resource's owner.
    pub account: AccountId,
    /// The access key that signed, if any.
    pub access_key_id: Option<String>,
    /// The alias of the account, which names a root user in events.
    pub account_alias: Option<String>,
    /// For temporary credentials: how they were issued.
    pub session: Option<Arc<Session>>,
    /// The service that uses the caller's forwarded credentials, such as `s3.amazonaws.com`.
    pub via: Option<&'static str>,
    /// Of a service acting for itself: the resource on whose behalf, which policies see as
    /// `aws:SourceArn` and `aws:SourceAccount`.
    pub source_arn: Option<String>,
}

/// The life of temporary credentials.
#[derive(Debug, Clone)]
pub struct Session {
    /// When they were issued.
    pub issued: Timestamp,
    /// When they end.
    pub expires: Timestamp,
    /// Whether the session was authenticated with MFA.
    pub mfa: bool,
    /// Session policies' texts: all of them together are one set.
    pub policies: Vec<Arc<str>>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The tags among them that later sessions inherit.
    pub transitive_tag_keys: Vec<String>,
    /// `SourceIdentity`, if set.
    pub source_identity: Option<String>,
    /// Whether it is a session of our console.
    pub console: bool,
}

impl Caller {
    /// A service that acts for itself on behalf of the resource `source_arn` of `account`.
    pub fn service(name: &str, account: &AccountId, source_arn: &str) -> Self {
        Self {
            principal: Principal::Service { name: name.to_owned() },
            account: account.clone(),
            access_key_id: None,
            account_alias: None,
            session: None,
            via: None,
            source_arn: Some(source_arn.to_owned()),
        }
    }

    /// An anonymous caller: a request without credentials to a resource of `account`.
    pub fn anonymous(account: &AccountId) -> Self {
        Self {
            principal: Principal::Anonymous,
            account: account.clone(),
            access_key_id: None,
            account_alias: None,
            session: None,
            via: None,
            source_arn: None,
        }
    }

    /// The same caller, whose credentials `service` uses on their behalf.
    #[must_use]
    pub fn forwarded(&self, service: &'static str) -> Self {
        Self { via: Some(service), ..self.clone() }
    }

    /// Whether a service acts for itself.
    pub fn is_service(&self) -> bool {
        matches!(self.principal, Principal::Service { .. })
    }
}
