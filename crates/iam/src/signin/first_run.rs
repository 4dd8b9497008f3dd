//! The root user's first password. Until it is set, no user can sign in, and any reader of the
//! server's output may set it.

use std::sync::Arc;

use gateway::{Fault, Gateway, SignInOrigin};
use types::{AccountId, Entropy, Timestamp};

use super::passwords::{self, NotHashed};
use super::rows::{self, LoginProfile};
use super::subject::Subject;
use super::{events, rules};
use crate::directory;
use crate::token::Who;

/// Whether the first password is still to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstRun {
    /// Whether it is.
    pub needed: bool,
    /// The account, if it is the only one.
    pub account: Option<AccountId>,
}

/// What became of a first password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstPassword {
    /// It is set.
    Set,
    /// There is one already.
    NotNeeded,
    /// It violates a rule, which the text describes.
    Refused(String),
    /// Too many passwords are being hashed.
    Crowded,
}

/// Whether the root user of the first account still has no password.
pub fn first_run(gateway: &Gateway) -> Result<FirstRun, Fault> {
    let view = gateway.snapshot()?;
    let tx = view.tx();
    let needed = rows::profile(&tx, &gateway.settings().account, &Who::Root)?.is_none();
    let mut accounts = directory::accounts(&tx)?.into_iter().map(|(id, _)| id);
    let account = accounts.next().filter(|_| accounts.next().is_none());
    Ok(FirstRun { needed, account })
}

/// Sets the root user's first password.
///
/// Blocks the thread.
pub fn set_root_password(
    gateway: &Arc<Gateway>,
    password: &str,
    origin: SignInOrigin,
) -> Result<FirstPassword, Fault> {
    let account = gateway.settings().account.clone();
    if !first_run(gateway)?.needed {
        return Ok(FirstPassword::NotNeeded);
    }
    if let Some(message) = rules::violation(None, password) {
        return Ok(FirstPassword::Refused(message));
    }
    let hash = match passwords::hash(&gateway.cached(), gateway.entropy(), password) {
        Ok(hash) => hash,
        Err(NotHashed::Crowded) => return Ok(FirstPassword::Crowded),
        Err(NotHashed::Failed(cause)) => return Err(cause),
    };
    let profile = new_profile(gateway.entropy(), hash, gateway.clock().now())?;
    gateway.commit_sign_in(move |tx| {
        if rows::profile(tx, &account, &Who::Root)?.is_some() {
            return Ok((FirstPassword::NotNeeded, Vec::new()));
        }
        let Some(subject) = Subject::of(tx, &account, &Who::Root)? else {
            return Err(Fault::bug("the first account is missing"));
        };
        rows::put_profile(tx, &account, &Who::Root, &profile)?;
        Ok((FirstPassword::Set, vec![events::password_updated(&subject, origin)]))
    })
}

/// A profile with its first password.
pub(crate) fn new_profile(
    entropy: &Entropy,
    hash: String,
    now: Timestamp,
) -> Result<LoginProfile, Fault> {
    Ok(LoginProfile {
        id: types::hex(&entropy.bytes::<8>()?),
        hash,
        created: now,
        changed: now,
        reset_required: false,
        earlier: Vec::new(),
        used: None,
    })
}
