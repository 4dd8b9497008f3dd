//! Sessions of the console: their cookie and secret, and the credentials that they issue.
//!
//! The cookie alone is not enough. Browsers send it to every port of our host, so any other service
//! there receives it; our own pages store the secret and their scripts send it.

use std::fmt;
use std::sync::Arc;

use gateway::{Fault, Gateway};
use keys::{Domain, Keyring, equal_in_constant_time, sha256};
use store::Tx;
use types::{AccountId, HOUR_MS, MINUTE_MS, Timestamp};

use super::rows::{self, ConsoleSession, LIFE_MS};
use super::subject::Subject;
use crate::secrets;
use crate::token::Token;

/// How long credentials live.
const CREDENTIALS_MS: u64 = HOUR_MS;
/// How long a replaced cookie is still valid: two tabs may refresh at once, and a response may be
/// lost.
const GRACE_MS: u64 = MINUTE_MS;

/// What the browser receives from a session.
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

/// What a browser presents to prove that a session is its own.
#[derive(Clone)]
pub struct Shown {
    /// The cookie's value.
    pub cookie: String,
    /// The secret that the page got when the session began.
    pub secret: String,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}

/// The result of continuing or ending a session.
#[derive(Debug)]
pub enum Held<T> {
    /// It was granted.
    Yes(T),
    /// The cookie has no session, or no longer one.
    NoSession,
    /// The cookie has a session whose secret was not presented. Nothing has changed.
    NotProven,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// A session that has just begun.
pub struct Opened {
    /// The credentials.
    pub granted: Granted,
    /// The secret that the page must present beside the cookie. The page receives it only once.
    pub secret: String,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("granted", &self.granted).finish_non_exhaustive()
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
) -> Result<Opened, Fault> {
    rows::clear_sessions(tx, now)?;
    let id = types::hex(&gateway.entropy().bytes::<16>()?);
    let secret = types::hex(&gateway.entropy().bytes::<32>()?);
    let session = ConsoleSession {
        account: subject.account.clone(),
        who: subject.who.clone(),
        profile: profile.to_owned(),
        mfa,
        began: now,
        refreshed: now,
        turn: 0,
        secret_hash: hash(&secret),
    };
    rows::put_session(tx, &id, &session)?;
    Ok(Opened { granted: grant(gateway, subject, &id, &session, now)?, secret })
}

/// The stored form of the secret. It is random and long, so it cannot be guessed.
fn hash(secret: &str) -> String {
    types::hex(&sha256(secret.as_bytes()))
}

fn grant(
    gateway: &Gateway,
    subject: &Subject,
    id: &str,
    session: &ConsoleSession,
    now: Timestamp,
) -> Result<Granted, Fault> {
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

/// The value of a session's cookie in its `turn`. It is derived, so it is not stored.
fn cookie(keyring: &Keyring, id: &str, turn: u64) -> String {
    let parts = [b"console cookie".as_slice(), id.as_bytes(), &turn.to_be_bytes()];
    format!("{id}.{}", types::hex(&keyring.mac(Domain::SessionToken, &parts)))
}

/// The relation of the presented cookie to the session that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presented {
    /// The newest cookie.
    Newest,
    /// The one before, changed just now.
    JustChanged,
    /// The previous cookie, replaced long ago: the browser has a newer one, so this may be an
    /// attacker.
    Stale,
    /// A cookie of this session, without its secret.
    NotProven,
    /// No cookie of this session.
    Foreign,
}

fn presented(
    keyring: &Keyring,
    id: &str,
    session: &ConsoleSession,
    shown: &Shown,
    now: Timestamp,
) -> Presented {
    let equal = |one: &str, other: &str| equal_in_constant_time(one.as_bytes(), other.as_bytes());
    let is = |turn| equal(&cookie(keyring, id, turn), &shown.cookie);
    let proven = equal(&session.secret_hash, &hash(&shown.secret));
    let before = session.turn.checked_sub(1);
    match (is(session.turn), before.is_some_and(is), proven) {
        (false, false, _) => Presented::Foreign,
        // Not even a stale cookie ends the session for a client that has only cookies.
        (_, _, false) => Presented::NotProven,
        (true, _, true) => Presented::Newest,
        (false, true, true) if now.since_ms(session.refreshed) < GRACE_MS => Presented::JustChanged,
        (false, true, true) => Presented::Stale,
    }
}

/// Fresh credentials for the session that was shown.
///
/// The cookie changes each time. Reusing a replaced one ends the session. Blocks the thread.
pub fn refresh(gateway: &Arc<Gateway>, shown: &Shown) -> Result<Held<Granted>, Fault> {
    let now = gateway.clock().now();
    let Some(id) = id_of(&shown.cookie) else { return Ok(Held::NoSession) };
    let view = gateway.snapshot()?;
    let Some(session) = rows::live_session(&view.tx(), &id, now)? else {
        return Ok(Held::NoSession);
    };
    match presented(gateway.keyring(), &id, &session, shown, now) {
        Presented::Foreign => return Ok(Held::NoSession),
        Presented::NotProven => return Ok(Held::NotProven),
        Presented::Newest | Presented::JustChanged | Presented::Stale => {}
    }
    drop(view);
    let (own, shown) = (Arc::clone(gateway), shown.clone());
    gateway.commit_sign_in(move |tx| Ok((turned(tx, &own, &id, &shown, now)?, Vec::new())))
}

fn turned(
    tx: &mut Tx<'_>,
    gateway: &Gateway,
    id: &str,
    shown: &Shown,
    now: Timestamp,
) -> Result<Held<Granted>, Fault> {
    let Some(mut session) = rows::live_session(tx, id, now)? else { return Ok(Held::NoSession) };
    match presented(gateway.keyring(), id, &session, shown, now) {
        Presented::Newest => {
            session.turn = session.turn.saturating_add(1);
            session.refreshed = now;
            rows::put_session(tx, id, &session)?;
        }
        Presented::JustChanged => {}
        Presented::Stale => {
            rows::delete_session(tx, id)?;
            return Ok(Held::NoSession);
        }
        Presented::NotProven => return Ok(Held::NotProven),
        Presented::Foreign => return Ok(Held::NoSession),
    }
    let Some(subject) = Subject::of(tx, &session.account, &session.who)? else {
        return Ok(Held::NoSession);
    };
    grant(gateway, &subject, id, &session, now).map(Held::Yes)
}

/// Ends the session that was shown, and with it its credentials.
///
/// Blocks the thread.
pub fn sign_out(gateway: &Arc<Gateway>, shown: &Shown) -> Result<Held<()>, Fault> {
    let now = gateway.clock().now();
    let Some(id) = id_of(&shown.cookie) else { return Ok(Held::NoSession) };
    let view = gateway.snapshot()?;
    let Some(session) = rows::live_session(&view.tx(), &id, now)? else {
        return Ok(Held::NoSession);
    };
    let presented = presented(gateway.keyring(), &id, &session, shown, now);
    drop(view);
    match presented {
        Presented::Foreign => return Ok(Held::NoSession),
        Presented::NotProven => return Ok(Held::NotProven),
        Presented::Newest | Presented::JustChanged | Presented::Stale => {}
    }
    gateway.commit_sign_in(move |tx| Ok((rows::delete_session(tx, &id)?, Vec::new())))?;
    Ok(Held::Yes(()))
}

fn id_of(value: &str) -> Option<String> {
    let (id, _) = value.split_once('.')?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}
