//! Sessions of the console: the cookie that holds one, and the credentials that it gives.

use std::fmt;
use std::sync::Arc;

use gateway::Gateway;
use keys::{Domain, Keyring, equal_in_constant_time};
use store::{StoreError, Tx};
use types::{AccountId, HOUR_MS, MINUTE_MS, Timestamp};

use super::rows::{self, ConsoleSession, LIFE_MS};
use super::subject::Subject;
use crate::secrets;
use crate::token::Token;

/// How long credentials live.
const CREDENTIALS_MS: u64 = HOUR_MS;
/// How long a cookie still counts that was just changed: two tabs may ask at once, and an answer
/// may be lost on its way.
const GRACE_MS: u64 = MINUTE_MS;

/// What a session gives to the browser.
pub struct Granted {
    /// `ASIA…`
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token.
    pub session_token: String,
    /// When the credentials end.
    pub expiration: Timestamp,
    /// The account.
    pub account: AccountId,
    /// The user's name, or `root`.
    pub user: String,
    /// The user's ARN.
    pub arn: String,
    /// The cookie's new value.
    pub cookie: String,
    /// When the session ends, however often it is refreshed.
    pub session_ends: Timestamp,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// Opens a session.
pub(super) fn open(
    tx: &mut Tx<'_>,
    gateway: &Gateway,
    subject: &Subject,
    profile: &str,
    mfa: bool,
    now: Timestamp,
) -> Result<Granted, StoreError> {
    rows::clear_sessions(tx, now)?;
    let id = types::hex(&gateway.entropy().bytes::<16>()?);
    let session = ConsoleSession {
        account: subject.account.clone(),
        who: subject.who.clone(),
        profile: profile.to_owned(),
        mfa,
        began: now,
        refreshed: now,
        turn: 0,
    };
    rows::put_session(tx, &id, &session)?;
    grant(gateway, subject, &id, &session, now)
}

fn grant(
    gateway: &Gateway,
    subject: &Subject,
    id: &str,
    session: &ConsoleSession,
    now: Timestamp,
) -> Result<Granted, StoreError> {
    let (keyring, entropy) = (gateway.keyring(), gateway.entropy());
    let session_ends = session.began.plus_ms(LIFE_MS);
    // Observed: `creationDate` is the instant of the sign-in, hours later too.
    let fresh = Token::new(entropy, &session.account, session.who.clone(), session.began, 0)?;
    let token = Token {
        expires: now.plus_ms(CREDENTIALS_MS).min(session_ends),
        mfa: session.mfa,
        console: Some(id.to_owned()),
        ..fresh
    };
    Ok(Granted {
        secret_access_key: secrets::derive(keyring, &token.access_key_id, &token.nonce),
        session_token: token.seal(keyring, entropy)?,
        access_key_id: token.access_key_id,
        expiration: token.expires,
        account: session.account.clone(),
        user: subject.name.clone(),
        arn: subject.arn.clone(),
        cookie: cookie(keyring, id, session.turn),
        session_ends,
    })
}

/// The value of a session's cookie in its `turn`. It can be made again, so it is stored nowhere.
fn cookie(keyring: &Keyring, id: &str, turn: u64) -> String {
    let parts = [b"console cookie".as_slice(), id.as_bytes(), &turn.to_be_bytes()];
    format!("{id}.{}", types::hex(&keyring.mac(Domain::SessionToken, &parts)))
}

/// How a cookie stands to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presented {
    /// The newest.
    Newest,
    /// The one before, changed just now.
    JustChanged,
    /// The one before, changed long ago: the browser has a newer one, so who is this?
    Stale,
    /// None of this session's.
    Foreign,
}

fn presented(
    keyring: &Keyring,
    id: &str,
    session: &ConsoleSession,
    value: &str,
    now: Timestamp,
) -> Presented {
    let is = |turn| equal_in_constant_time(cookie(keyring, id, turn).as_bytes(), value.as_bytes());
    if is(session.turn) {
        return Presented::Newest;
    }
    match session.turn.checked_sub(1).filter(|before| is(*before)) {
        Some(_) if now.since_ms(session.refreshed) < GRACE_MS => Presented::JustChanged,
        Some(_) => Presented::Stale,
        None => Presented::Foreign,
    }
}

/// Fresh credentials for the session that the cookie `value` holds; `None` if it holds none.
///
/// The cookie changes each time. One that was changed before and comes again ends the session.
/// Blocks the thread.
pub fn refresh(gateway: &Arc<Gateway>, value: &str) -> Result<Option<Granted>, StoreError> {
    let now = gateway.clock().now();
    let Some(id) = id_of(value) else { return Ok(None) };
    let view = gateway.store().snapshot()?;
    let Some(session) = rows::live_session(&view.tx(), &id, now)? else { return Ok(None) };
    let standing = presented(gateway.keyring(), &id, &session, value, now);
    if standing == Presented::Foreign {
        return Ok(None);
    }
    drop(view);
    let (own, value) = (Arc::clone(gateway), value.to_owned());
    gateway.commit_sign_in(move |tx| Ok((turned(tx, &own, &id, &value, now)?, Vec::new())))
}

fn turned(
    tx: &mut Tx<'_>,
    gateway: &Gateway,
    id: &str,
    value: &str,
    now: Timestamp,
) -> Result<Option<Granted>, StoreError> {
    let Some(mut session) = rows::live_session(tx, id, now)? else { return Ok(None) };
    match presented(gateway.keyring(), id, &session, value, now) {
        Presented::Newest => {
            session.turn = session.turn.saturating_add(1);
            session.refreshed = now;
            rows::put_session(tx, id, &session)?;
        }
        Presented::JustChanged => {}
        Presented::Stale => {
            rows::delete_session(tx, id)?;
            return Ok(None);
        }
        Presented::Foreign => return Ok(None),
    }
    let Some(subject) = Subject::of(tx, &session.account, &session.who)? else { return Ok(None) };
    grant(gateway, &subject, id, &session, now).map(Some)
}

/// Ends the session that the cookie `value` holds, and with it its credentials.
///
/// Blocks the thread.
pub fn sign_out(gateway: &Arc<Gateway>, value: &str) -> Result<(), StoreError> {
    let now = gateway.clock().now();
    let Some(id) = id_of(value) else { return Ok(()) };
    let view = gateway.store().snapshot()?;
    let session = rows::live_session(&view.tx(), &id, now)?;
    let own = session.is_some_and(|session| {
        presented(gateway.keyring(), &id, &session, value, now) != Presented::Foreign
    });
    drop(view);
    if !own {
        return Ok(());
    }
    gateway.commit_sign_in(move |tx| Ok((rows::delete_session(tx, &id)?, Vec::new())))
}

fn id_of(value: &str) -> Option<String> {
    let (id, _) = value.split_once('.')?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}
