//! One attempt to sign in.

use std::fmt;
use std::sync::Arc;

use gateway::{Fault, Gateway, SignInEvent, SignInOrigin};
use keys::SecretBytes;
use store::Tx;

use super::events::{self, Factor};
use super::passwords::{self, NotHashed};
use super::rows::{self, MfaDevice};
use super::rules::{self, PasswordState};
use super::second_factor;
use super::session::{self, Opened};
use super::subject::{Found, Known};
use crate::token::Who;

/// The input of a sign-in attempt, and its origin.
pub struct Attempt {
    /// Twelve digits or an alias.
    pub account: String,
    /// The user's name; empty for the root user.
    pub user: String,
    /// The password.
    pub password: SecretBytes,
    /// A code of the second factor.
    pub mfa: Option<String>,
    /// A password to have from now on.
    pub new_password: Option<SecretBytes>,
    /// The page that is signed in to, for the event.
    pub login_to: String,
    /// Where from.
    pub origin: SignInOrigin,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// What became of an attempt.
#[derive(Debug)]
pub enum Outcome {
    /// A session began.
    SignedIn(Box<Opened>),
    /// A name, password or code is wrong; the response does not reveal which.
    InvalidCredentials,
    /// The password was right; a code is needed too.
    MfaRequired,
    /// The password was right but must be changed: try again with a new one.
    PasswordChangeRequired,
    /// The new password violates a rule, which the text describes.
    NewPasswordRefused(String),
    /// Too many passwords are being hashed.
    Crowded,
}

/// The text of a secret; empty if it is not text.
fn text(secret: &SecretBytes) -> &str {
    std::str::from_utf8(secret.as_bytes()).unwrap_or_default()
}

/// Signs in, or not, and records it.
///
/// Blocks the thread, for some 20 ms at least.
pub fn sign_in(gateway: &Arc<Gateway>, attempt: Attempt) -> Result<Outcome, Fault> {
    match tried(gateway, attempt) {
        Ok(outcome) => Ok(outcome),
        Err(NotHashed::Crowded) => Ok(Outcome::Crowded),
        Err(NotHashed::Failed(cause)) => Err(cause),
    }
}

fn tried(gateway: &Arc<Gateway>, attempt: Attempt) -> Result<Outcome, NotHashed> {
    let now = gateway.clock().now();
    let view = gateway.snapshot()?;
    let found = Found::read(&view.tx(), &attempt.account, &attempt.user)?;
    drop(view);
    let right = passwords::verify(&gateway.cached(), text(&attempt.password), found.hash())?;
    let known = match found {
        Found::Subject(known) if right => known,
        Found::Subject(_) | Found::NoUser(_) | Found::NoAccount => {
            return failed(gateway, &found, Factor::None, attempt);
        }
    };
    let Some(profile) = &known.profile else { return Ok(Outcome::InvalidCredentials) };
    let state = rules::password_state(known.rules.as_ref(), profile, now);
    if state == PasswordState::Expired {
        return failed(gateway, &Found::Subject(known), Factor::None, attempt);
    }
    let mut factor = None;
    if !known.devices.is_empty() {
        let Some(code) = attempt.mfa.as_deref().filter(|code| !code.is_empty()) else {
            return code_asked(gateway, &known, attempt);
        };
        factor = second_factor::device_of(
            &gateway.cached(),
            gateway.keyring(),
            &known.devices,
            code,
            now,
        )?
        .map(|(device, step)| (device.clone(), step));
        if factor.is_none() {
            return failed(gateway, &Found::Subject(known), Factor::Wrong, attempt);
        }
    }
    let new_hash = match &attempt.new_password {
        None if state == PasswordState::MustChange => {
            unfinished(gateway, &known, factor.as_ref(), attempt)?;
            return Ok(Outcome::PasswordChangeRequired);
        }
        None => None,
        Some(new) => match changed(gateway, &known, state, text(new))? {
            Ok(hash) => Some(hash),
            Err(violation) => {
                unfinished(gateway, &known, factor.as_ref(), attempt)?;
                return Ok(Outcome::NewPasswordRefused(violation));
            }
        },
    };
    let proof = Proof { old_hash: profile.hash.clone(), new_hash, factor, attempt };
    let own = Arc::clone(gateway);
    Ok(gateway.commit_sign_in(move |tx| proof.admit(tx, &own))?)
}

/// The hash of a new password, or its fault.
fn changed(
    gateway: &Gateway,
    known: &Known,
    state: PasswordState,
    new: &str,
) -> Result<Result<String, String>, NotHashed> {
    let rules = known.rules.as_ref();
    let own_choice = known.subject.who == Who::Root || rules.is_some_and(|r| r.users_may_change);
    if state != PasswordState::MustChange && !own_choice {
        return Ok(Err("You do not have permission to change your password".to_owned()));
    }
    if let Some(violation) = rules::violation(rules, new) {
        return Ok(Err(violation));
    }
    let Some(profile) = &known.profile else { return Ok(Err(String::new())) };
    // A password that must be changed must not be reused.
    let mut barred: Vec<&str> = rules::barred(rules, profile).collect();
    if barred.is_empty() {
        barred.push(&profile.hash);
    }
    for hash in barred {
        if passwords::verify(&gateway.cached(), new, Some(hash))? {
            return Ok(Err(crate::ops::REUSED.to_owned()));
        }
    }
    passwords::hash(&gateway.cached(), gateway.entropy(), new).map(Ok)
}

fn failed(
    gateway: &Arc<Gateway>,
    found: &Found,
    factor: Factor<'_>,
    attempt: Attempt,
) -> Result<Outcome, NotHashed> {
    let event = events::failed(found, factor, &attempt.login_to, attempt.origin);
    gateway.commit_sign_in(move |tx| {
        if event.is_none() {
            rows::count_unknown_account(tx)?;
        }
        Ok(((), event.into_iter().collect()))
    })?;
    Ok(Outcome::InvalidCredentials)
}

/// Records that everything was right, but no session was opened because there was no acceptable new
/// password: otherwise a password could be tested without an event.
fn unfinished(
    gateway: &Arc<Gateway>,
    known: &Known,
    factor: Option<&(MfaDevice, u64)>,
    attempt: Attempt,
) -> Result<(), NotHashed> {
    let shown = factor.map_or(Factor::None, |(device, _)| Factor::Right(device));
    let event = events::unfinished(&known.subject, shown, &attempt.login_to, attempt.origin);
    Ok(gateway.commit_sign_in(move |_| Ok(((), vec![event])))?)
}

fn code_asked(
    gateway: &Arc<Gateway>,
    known: &Known,
    attempt: Attempt,
) -> Result<Outcome, NotHashed> {
    let event = events::code_asked(&known.subject, known.devices.len(), attempt.origin);
    gateway.commit_sign_in(move |_| Ok(((), vec![event])))?;
    Ok(Outcome::MfaRequired)
}

/// What was proved on a snapshot, to be checked against the present state.
struct Proof {
    old_hash: String,
    new_hash: Option<String>,
    factor: Option<(MfaDevice, u64)>,
    attempt: Attempt,
}

impl Proof {
    /// Opens the session, if nothing has changed meanwhile.
    fn admit(
        self,
        tx: &mut Tx<'_>,
        gateway: &Gateway,
    ) -> Result<(Outcome, Vec<SignInEvent>), Fault> {
        let Self { old_hash, new_hash, factor, attempt } = self;
        let (login_to, origin) = (attempt.login_to.as_str(), attempt.origin.clone());
        let now = gateway.clock().now();
        let found = Found::read(tx, &attempt.account, &attempt.user)?;
        let still_valid = match &found {
            Found::Subject(known) if found.hash() == Some(&old_hash) => {
                let Known { subject, devices, .. } = known.as_ref();
                match &factor {
                    None => devices.is_empty(),
                    Some((device, step)) => {
                        let (account, who) = (&subject.account, &subject.who);
                        second_factor::use_up(tx, account, who, &device.serial, *step)?
                    }
                }
            }
            Found::Subject(_) | Found::NoUser(_) | Found::NoAccount => false,
        };
        let known = match found {
            Found::Subject(known) if still_valid => *known,
            Found::Subject(_) | Found::NoUser(_) | Found::NoAccount => {
                let shown = if factor.is_some() { Factor::Wrong } else { Factor::None };
                let event = events::failed(&found, shown, login_to, origin);
                return Ok((Outcome::InvalidCredentials, event.into_iter().collect()));
            }
        };
        let Known { subject, profile: Some(mut profile), rules, .. } = known else {
            return Ok((Outcome::InvalidCredentials, Vec::new()));
        };
        let state = rules::password_state(rules.as_ref(), &profile, now);
        let shown = factor.as_ref().map_or(Factor::None, |(device, _)| Factor::Right(device));
        if new_hash.is_none() && state != PasswordState::Good {
            let event = events::unfinished(&subject, shown, login_to, origin);
            return Ok((Outcome::PasswordChangeRequired, vec![event]));
        }
        let mut happened = Vec::new();
        if let Some(hash) = new_hash {
            profile.set(hash, now);
            profile.reset_required = false;
            happened.push(events::password_updated(&subject, origin.clone()));
        }
        profile.used = Some(now);
        rows::put_profile(tx, &subject.account, &subject.who, &profile)?;
        let opened = session::open(tx, gateway, &subject, &profile.id, factor.is_some(), now)?;
        happened.push(events::signed_in(&subject, shown, login_to, origin));
        Ok((Outcome::SignedIn(Box::new(opened)), happened))
    }
}
