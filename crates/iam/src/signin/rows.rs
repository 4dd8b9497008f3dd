//! The stored passwords, second factors and console sessions, and all access to them.

use gateway::Fault;
use serde::{Deserialize, Serialize};
use store::{Table, Tx, key};
use types::{AccountId, HOUR_MS, Timestamp};

use super::rules::PasswordRules;
use crate::model::Tag;
use crate::token::Who;

/// By account and owner.
const PROFILES: Table<LoginProfile> = Table::new("iam.login_profile");
/// By account.
const RULES: Table<PasswordRules> = Table::new("iam.password_policy");
/// By account and serial number.
const DEVICES: Table<MfaDevice> = Table::new("iam.mfa");
/// By account, owner and serial number: the devices in use.
const DEVICES_OF: Table<()> = Table::new("iam.mfa_of");
/// By id.
const SESSIONS: Table<ConsoleSession> = Table::new("iam.console_session");
/// One number under the empty key.
const UNKNOWN_ACCOUNTS: Table<u64> = Table::new("iam.sign_in_stranger");

/// The maximum number of concurrent sessions; the one unused for longest is removed.
const SESSIONS_MAX: usize = 1_000;
/// A session ends so long after its last refresh.
pub(crate) const IDLE_MS: u64 = HOUR_MS;
/// A session ends so long after its sign-in.
pub(crate) const LIFE_MS: u64 = 12 * HOUR_MS;

/// The password of a user or of the root user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoginProfile {
    /// Distinguishes this profile from an earlier one of the same owner: sessions belong to a
    /// profile.
    pub(crate) id: String,
    /// In the form of [`keys::password`].
    pub(crate) hash: String,
    pub(crate) created: Timestamp,
    /// When the password was set.
    pub(crate) changed: Timestamp,
    /// Whether the next sign-in must set another.
    pub(crate) reset_required: bool,
    /// Earlier hashes, newest first.
    #[serde(default)]
    pub(crate) earlier: Vec<String>,
    /// The last sign-in.
    #[serde(default)]
    pub(crate) used: Option<Timestamp>,
}

impl LoginProfile {
    /// Sets another password.
    pub(crate) fn set(&mut self, hash: String, now: Timestamp) {
        self.earlier.insert(0, std::mem::replace(&mut self.hash, hash));
        self.earlier.truncate(super::rules::REUSE_MAX);
        self.changed = now;
    }
}

/// A virtual device that generates codes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MfaDevice {
    pub(crate) serial: String,
    /// Sealed; base64.
    pub(crate) sealed_seed: String,
    pub(crate) created: Timestamp,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// Whose second factor it is.
    #[serde(default)]
    pub(crate) used_by: Option<MfaUse>,
}

/// A device in use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MfaUse {
    pub(crate) who: Who,
    pub(crate) since: Timestamp,
    /// The newest step whose code was shown: it and all before it count no more.
    pub(crate) last_step: u64,
}

/// A session of the console.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ConsoleSession {
    pub(crate) account: AccountId,
    pub(crate) who: Who,
    /// The profile whose password opened it.
    pub(crate) profile: String,
    pub(crate) mfa: bool,
    pub(crate) began: Timestamp,
    pub(crate) refreshed: Timestamp,
    /// How often the cookie was changed.
    pub(crate) turn: u64,
    /// SHA-256 of the secret that the page stores beside the cookie, in hexadecimal digits.
    /// Sessions from before that have none, and are no longer valid.
    #[serde(default)]
    pub(crate) secret_hash: String,
}

impl ConsoleSession {
    /// When it ends, if it is not refreshed.
    pub(crate) fn ends(&self) -> Timestamp {
        self.refreshed.plus_ms(IDLE_MS).min(self.began.plus_ms(LIFE_MS))
    }
}

/// The form of owners in keys.
fn owner(who: &Who) -> &str {
    match who {
        Who::Root => "root",
        Who::User(id) | Who::Role(id, _) => id,
    }
}

pub(crate) fn profile(
    tx: &Tx<'_>,
    account: &AccountId,
    who: &Who,
) -> Result<Option<LoginProfile>, Fault> {
    Ok(PROFILES.get(tx, key([account.as_str(), owner(who)]))?)
}

pub(crate) fn put_profile(
    tx: &mut Tx<'_>,
    account: &AccountId,
    who: &Who,
    row: &LoginProfile,
) -> Result<(), Fault> {
    Ok(PROFILES.put(tx, key([account.as_str(), owner(who)]), row)?)
}

pub(crate) fn delete_profile(tx: &mut Tx<'_>, account: &AccountId, who: &Who) -> Result<(), Fault> {
    Ok(PROFILES.delete(tx, key([account.as_str(), owner(who)]))?)
}

pub(crate) fn rules(tx: &Tx<'_>, account: &AccountId) -> Result<Option<PasswordRules>, Fault> {
    Ok(RULES.get(tx, account.as_str())?)
}

pub(crate) fn put_rules(
    tx: &mut Tx<'_>,
    account: &AccountId,
    row: &PasswordRules,
) -> Result<(), Fault> {
    Ok(RULES.put(tx, account.as_str(), row)?)
}

pub(crate) fn delete_rules(tx: &mut Tx<'_>, account: &AccountId) -> Result<(), Fault> {
    Ok(RULES.delete(tx, account.as_str())?)
}

pub(crate) fn device(
    tx: &Tx<'_>,
    account: &AccountId,
    serial: &str,
) -> Result<Option<MfaDevice>, Fault> {
    Ok(DEVICES.get(tx, key([account.as_str(), serial]))?)
}

/// All devices of an account, by serial number.
pub(crate) fn devices(tx: &Tx<'_>, account: &AccountId) -> Result<Vec<MfaDevice>, Fault> {
    let rows = DEVICES.all(tx, key([account.as_str()]))?;
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// The second factors of a user or of the root user, by serial number.
pub(crate) fn devices_of(
    tx: &Tx<'_>,
    account: &AccountId,
    who: &Who,
) -> Result<Vec<MfaDevice>, Fault> {
    let mut found = Vec::new();
    for (whole, ()) in DEVICES_OF.all(tx, key([account.as_str(), owner(who)]))? {
        let serial = store::key_text(&whole, 2)?;
        found.extend(DEVICES.get(tx, key([account.as_str(), &serial]))?);
    }
    Ok(found)
}

/// Stores a device, and whose it is.
pub(crate) fn put_device(
    tx: &mut Tx<'_>,
    account: &AccountId,
    row: &MfaDevice,
) -> Result<(), Fault> {
    let before = device(tx, account, &row.serial)?.and_then(|device| device.used_by);
    if let Some(before) = before {
        DEVICES_OF.delete(tx, key([account.as_str(), owner(&before.who), &row.serial]))?;
    }
    if let Some(now) = &row.used_by {
        DEVICES_OF.put(tx, key([account.as_str(), owner(&now.who), &row.serial]), &())?;
    }
    Ok(DEVICES.put(tx, key([account.as_str(), &row.serial]), row)?)
}

/// Removes a device that is not in use.
pub(crate) fn delete_device(
    tx: &mut Tx<'_>,
    account: &AccountId,
    serial: &str,
) -> Result<(), Fault> {
    Ok(DEVICES.delete(tx, key([account.as_str(), serial]))?)
}

/// A session that continues at `now`.
pub(crate) fn live_session(
    tx: &Tx<'_>,
    id: &str,
    now: Timestamp,
) -> Result<Option<ConsoleSession>, Fault> {
    let Some(session) = SESSIONS.get(tx, id)? else { return Ok(None) };
    let profile = profile(tx, &session.account, &session.who)?;
    let same = profile.is_some_and(|profile| profile.id == session.profile);
    Ok(Some(session).filter(|session| same && now < session.ends()))
}

pub(crate) fn put_session(tx: &mut Tx<'_>, id: &str, row: &ConsoleSession) -> Result<(), Fault> {
    Ok(SESSIONS.put(tx, id, row)?)
}

pub(crate) fn delete_session(tx: &mut Tx<'_>, id: &str) -> Result<(), Fault> {
    Ok(SESSIONS.delete(tx, id)?)
}

/// Removes the sessions that have ended, and makes space for one more.
pub(crate) fn clear_sessions(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Fault> {
    let mut alive = Vec::new();
    for (id, session) in SESSIONS.all(tx, [])? {
        if session.ends() <= now {
            SESSIONS.delete(tx, &id)?;
        } else {
            alive.push((session.refreshed, id));
        }
    }
    alive.sort();
    let surplus = (alive.len() + 1).saturating_sub(SESSIONS_MAX);
    Ok(alive.iter().take(surplus).try_for_each(|(_, id)| SESSIONS.delete(tx, id))?)
}

/// Counts an attempt on an account that does not exist: it writes as much as an event would, so
/// that the response time does not reveal which accounts exist.
pub(crate) fn count_unknown_account(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let before = UNKNOWN_ACCOUNTS.get(tx, "")?.unwrap_or_default();
    Ok(UNKNOWN_ACCOUNTS.put(tx, "", &before.saturating_add(1))?)
}
