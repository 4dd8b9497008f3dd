//! The operations of STS.

mod access_key_info;
mod assume_role;
mod caller_identity;
mod packed;
mod session_tags;
mod session_token;

use keys::SecretText;
use serde_json::{Value, json};
use types::Timestamp;

pub(crate) use access_key_info::GetAccessKeyInfo;
pub(crate) use assume_role::AssumeRole;
pub(crate) use caller_identity::GetCallerIdentity;
pub(crate) use session_token::GetSessionToken;

use crate::error::Fail;
use crate::secrets;
use crate::token::Token;

/// Temporary credentials in an answer.
#[derive(Debug)]
pub(crate) struct Credentials {
    access_key_id: String,
    secret_access_key: SecretText,
    session_token: SecretText,
    expires: Timestamp,
}

impl Credentials {
    /// The credentials of a session.
    fn of(ctx: &gateway::Ctx<'_>, token: &Token) -> Result<Self, Fail> {
        Ok(Self {
            access_key_id: token.access_key_id.clone(),
            secret_access_key: SecretText::new(secrets::derive(
                ctx.keyring(),
                &token.access_key_id,
                &token.nonce,
            )),
            session_token: SecretText::new(token.seal(ctx.keyring(), ctx.entropy())?),
            expires: token.expires,
        })
    }

    /// As the client gets them.
    fn answer(&self) -> Value {
        json!({
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": &*self.secret_access_key,
            "SessionToken": &*self.session_token,
            "Expiration": self.expires.iso(),
        })
    }

    /// As events show them: without the secret, the expiry as Java prints it.
    ///
    /// Observed: the members, the token among them; it is worth nothing without the secret.
    fn recorded(&self) -> Value {
        json!({
            "AccessKeyId": self.access_key_id,
            "SessionToken": &*self.session_token,
            "Expiration": self.expires.java_text(),
        })
    }
}
