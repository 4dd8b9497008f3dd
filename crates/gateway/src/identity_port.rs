use std::sync::Arc;

use keys::Keyring;
use policy::Principal;
use store::Tx;
use types::{AccountId, Timestamp};

use crate::{Caller, Fault};

/// How the pipeline resolves callers and their permissions.
///
/// The tables behind it belong to IAM, which is above this crate; the server passes its functions
/// down when it builds the gateway.
#[derive(Debug, Clone, Copy)]
pub struct IdentityPort {
    /// The secret and the caller behind an access key and, for temporary ones, a session token.
    pub credential: fn(&CredentialQuery<'_>) -> Result<Credential, Fault>,
    /// The identity policies and the boundary of a principal. Nothing for root and services.
    pub policies: fn(&Tx<'_>, &Principal) -> Result<IdentityPolicies, Fault>,
    /// The unique id behind the ARN of a user or role that exists; for an account's root ARN or
    /// its 12 digits, the root ARN; for other principals that may be stored, themselves. `None`
    /// if there is no such principal.
    pub unique_id: fn(&Tx<'_>, &str) -> Result<Option<String>, Fault>,
    /// The present ARN behind a unique id.
    pub arn: fn(&Tx<'_>, &str) -> Result<Option<String>, Fault>,
    /// All accounts.
    pub accounts: fn(&Tx<'_>) -> Result<Vec<AccountId>, Fault>,
    /// The tags of a user or role, which policies see as `aws:PrincipalTag/…`.
    pub tags: fn(&Tx<'_>, &Principal) -> Result<Tags, Fault>,
}

/// Keys and values.
pub type Tags = Vec<(String, String)>;

/// The resolution of presented credentials.
#[derive(Debug)]
pub struct CredentialQuery<'a> {
    /// Where the identities are.
    pub tx: &'a Tx<'a>,
    /// What opens stored secrets and session tokens.
    pub keyring: &'a Keyring,
    /// The present instant.
    pub now: Timestamp,
    /// The presented access key id.
    pub access_key_id: &'a str,
    /// The presented session token.
    pub session_token: Option<&'a str>,
}

/// The credential that an access key ID identifies.
pub enum Credential {
    /// Valid, if the signature was created with this secret.
    Valid {
        /// The secret access key.
        secret: keys::SecretBytes,
        /// The identity.
        caller: Box<Caller>,
    },
    /// No such active key.
    Unknown,
    /// The session token does not belong to the key or is malformed.
    BadToken,
    /// The session is over.
    Expired,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Valid { .. } => "Valid",
            Self::Unknown => "Unknown",
            Self::BadToken => "BadToken",
            Self::Expired => "Expired",
        })
    }
}

/// The policies on the side of the principal.
#[derive(Debug, Default)]
pub struct IdentityPolicies {
    /// Inline and managed, the groups' included.
    pub identity: Vec<PolicyText>,
    /// The permissions boundary.
    pub boundary: Option<PolicyText>,
}

/// A policy as stored.
#[derive(Debug, Clone)]
pub struct PolicyText {
    /// Its name.
    pub name: String,
    /// The ARN of a managed policy; `None` if inline.
    pub arn: Option<String>,
    /// The document.
    pub text: Arc<str>,
}
