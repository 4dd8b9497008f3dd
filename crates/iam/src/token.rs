//! Session tokens. They contain all facts about a session, sealed, so nothing is stored and nothing
//! has to be cleaned up.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Fault, Session};
use keys::{Domain, Keyring};
use serde::{Deserialize, Serialize};
use store::Tx;
use types::{AccountId, Entropy, SECOND_MS, Timestamp};

use crate::directory;
use crate::model::Tag;

/// The version that is written.
const VERSION: u8 = 1;
/// What the token is bound to beside its key.
const PURPOSE: &[u8] = b"session token";

/// The contents of a session token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) version: u8,
    pub(crate) access_key_id: String,
    pub(crate) nonce: String,
    pub(crate) account: AccountId,
    pub(crate) who: Who,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    #[serde(default)]
    pub(crate) mfa: bool,
    /// The session policy given as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    /// The session policies given as ARNs; read again at every call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) policy_arns: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) transitive_tag_keys: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_identity: Option<String>,
    /// The console session that it belongs to, and with which it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) console: Option<String>,
}

/// In whose name a session acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Who {
    /// The root user.
    Root,
    /// A user, by unique id.
    User(String),
    /// A role, by unique id, and the session's name.
    Role(String, String),
}

impl Token {
    /// A session that begins now, without anything that is optional.
    pub(crate) fn new(
        entropy: &Entropy,
        account: &AccountId,
        who: Who,
        issued: Timestamp,
        duration_s: i64,
    ) -> Result<Self, types::EntropyError> {
        let length_ms = u64::try_from(duration_s).unwrap_or_default().saturating_mul(SECOND_MS);
        Ok(Self {
            version: VERSION,
            access_key_id: crate::ids::access_key_id(entropy, "ASIA", account)?,
            nonce: types::hex(&entropy.bytes::<8>()?),
            account: account.clone(),
            who,
            issued,
            expires: issued.plus_ms(length_ms),
            mfa: false,
            policy: None,
            policy_arns: Vec::new(),
            tags: Vec::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            console: None,
        })
    }

    /// The text that clients carry around.
    pub(crate) fn seal(&self, keyring: &Keyring, entropy: &Entropy) -> Result<String, Fault> {
        let plain = serde_json::to_vec(self)
            .map_err(|cause| Fault::bug("a session token cannot be written").because(cause))?;
        let sealed = keyring.seal(Domain::SessionToken, &[PURPOSE], &plain, entropy);
        Ok(STANDARD.encode(sealed?))
    }

    /// Opens a token; `None` if it is not one of ours.
    pub(crate) fn open(keyring: &Keyring, text: &str) -> Option<Self> {
        let sealed = STANDARD.decode(text).ok()?;
        let plain = keyring.open(Domain::SessionToken, &[PURPOSE], &sealed).ok()?;
        let token: Self = serde_json::from_slice(plain.as_bytes()).ok()?;
        (token.version == VERSION).then_some(token)
    }

    /// The facts about the session that the pipeline needs.
    pub(crate) fn session(&self, tx: &Tx<'_>) -> Result<Session, Fault> {
        let limited = self.policy.is_some() || !self.policy_arns.is_empty();
        let mut policies: Vec<Arc<str>> =
            self.policy.iter().map(|text| text.as_str().into()).collect();
        for arn in &self.policy_arns {
            policies.extend(directory::policy_document(tx, arn)?);
        }
        if limited && policies.is_empty() {
            // A text that does not compile denies everything; no text at all would limit nothing.
            policies.push("".into());
        }
        Ok(Session {
            issued: self.issued,
            expires: self.expires,
            mfa: self.mfa,
            policies,
            tags: self.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect(),
            transitive_tag_keys: self.transitive_tag_keys.clone(),
            source_identity: self.source_identity.clone(),
            console: self.console.is_some(),
        })
    }
}
