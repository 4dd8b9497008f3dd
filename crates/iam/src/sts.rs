//! The operations of STS.

mod access_key_info;
mod assume_role;
mod caller_identity;
mod packed;
mod session_tags;
mod session_token;

use serde::{Deserialize, Serialize};
use types::Timestamp;

pub(crate) use access_key_info::GetAccessKeyInfo;
pub(crate) use assume_role::AssumeRole;
pub(crate) use caller_identity::GetCallerIdentity;
pub(crate) use session_token::GetSessionToken;

use crate::error::Fail;
use crate::secrets;
use crate::token::Token;

/// Temporary credentials in an answer.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl Credentials {
    /// The credentials of a session.
    fn of(ctx: &gateway::Ctx<'_>, token: &Token) -> Result<Self, Fail> {
        Ok(Self {
            access_key_id: token.access_key_id.clone(),
            secret_access_key: secrets::derive(ctx.keyring(), &token.access_key_id, &token.nonce),
            session_token: token.seal(ctx.keyring(), ctx.entropy())?,
            expiration: token.expires.iso(),
        })
    }

    /// As events show them: without the secret, the expiry as Java prints it.
    ///
    /// Observed: the members, the token among them; it is worth nothing without the secret.
    fn element(&self) -> serde_json::Value {
        let expiration = Timestamp::parse_iso(&self.expiration).map(Timestamp::java_text);
        serde_json::json!({
            "accessKeyId": self.access_key_id,
            "sessionToken": self.session_token,
            "expiration": expiration,
        })
    }
}
