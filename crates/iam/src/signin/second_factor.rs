//! Codes against devices that are kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Ctx, Fault};
use keys::{Domain, Keyring, SecretBytes};
use policy::Principal;
use store::Tx;
use types::{AccountId, Entropy, MINUTE_MS, Timestamp};

use super::rows::{self, MfaDevice};
use super::totp;
use crate::error::{Fail, IamError};
use crate::token::Who;

/// A device's seed as it is stored; bound to its serial number.
pub(crate) fn seal_seed(
    keyring: &Keyring,
    entropy: &Entropy,
    serial: &str,
    seed: &SecretBytes,
) -> Result<String, Fault> {
    let sealed = keyring.seal(Domain::SecondFactor, &[serial.as_bytes()], seed.as_bytes(), entropy);
    Ok(STANDARD.encode(sealed?))
}

/// The seed behind [`seal_seed`].
pub(crate) fn open_seed(keyring: &Keyring, device: &MfaDevice) -> Result<SecretBytes, Fault> {
    let sealed = STANDARD
        .decode(&device.sealed_seed)
        .map_err(|cause| Fault::damaged("the seed of an MFA device").because(cause))?;
    let opened = keyring.open(Domain::SecondFactor, &[device.serial.as_bytes()], &sealed);
    Ok(opened?)
}

/// Attempts within [`GUESSING_MS`] after which a device takes no code, right or wrong. Addresses
/// do not matter here: whoever has the first factor may have many.
const ATTEMPTS_MAX: u32 = 10;
const GUESSING_MS: u64 = 10 * MINUTE_MS;

/// How often and since when each device was tried without success. There are never more than there
/// are devices in use.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<BTreeMap<String, (u32, Timestamp)>>);

impl Guesses {
    /// Whether a device may be tried once more; the attempt counts until it succeeds.
    fn allow(&self, serial: &str, now: Timestamp) -> bool {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = guesses.entry(serial.to_owned()).or_insert((0, now));
        if now.since_ms(*since) >= GUESSING_MS {
            (*count, *since) = (0, now);
        }
        *count = count.saturating_add(1);
        *count <= ATTEMPTS_MAX
    }

    fn forget(&self, serial: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(serial);
    }
}

/// The device that a code is of, and the code's step. Codes that were shown before are of none.
pub(crate) fn device_of<'a>(
    guesses: &Guesses,
    keyring: &Keyring,
    devices: &'a [MfaDevice],
    code: &str,
    now: Timestamp,
) -> Result<Option<(&'a MfaDevice, u64)>, Fault> {
    for device in devices {
        let Some(used) = &device.used_by else { continue };
        if !guesses.allow(&device.serial, now) {
            continue;
        }
        let seed = open_seed(keyring, device)?;
        if let Some(step) = totp::shown(seed.as_bytes(), code, used.last_step, now) {
            for device in devices {
                guesses.forget(&device.serial);
            }
            return Ok(Some((device, step)));
        }
    }
    Ok(None)
}

/// A code that was shown with a call of STS.
#[derive(Debug)]
pub(crate) struct Shown {
    who: Who,
    serial: String,
    step: u64,
}

impl Shown {
    /// Checks the code that a call brings, if it brings one. It must be of a device of the caller.
    ///
    /// Assumed: the texts are AWS's.
    pub(crate) fn with_call(
        ctx: &Ctx<'_>,
        serial: Option<&str>,
        code: Option<&str>,
    ) -> Result<Option<Self>, Fail> {
        let (serial, code) = match (serial, code) {
            (None, None) => return Ok(None),
            (Some(serial), Some(code)) => (serial, code),
            (Some(_), None) | (None, Some(_)) => {
                let told = "MultiFactorAuthentication failed, must provide both MFA serial number \
                            and one time pass code. ";
                return Err(IamError::AccessDenied(told.to_owned()).into());
            }
        };
        let who = match &ctx.caller().principal {
            Principal::User { unique_id, .. } => Who::User(unique_id.clone()),
            Principal::Root { .. } => Who::Root,
            Principal::Role { .. }
            | Principal::Federated { .. }
            | Principal::Service { .. }
            | Principal::Anonymous => return Err(wrong_code().into()),
        };
        let mut devices = rows::devices_of(ctx.tx(), ctx.account(), &who)?;
        devices.retain(|device| device.serial == serial);
        match device_of(&ctx.cached(), ctx.keyring(), &devices, code, ctx.now())? {
            Some((device, step)) => Ok(Some(Self { serial: device.serial.clone(), step, who })),
            None => Err(wrong_code().into()),
        }
    }

    /// Notes that the code was shown.
    pub(crate) fn use_up(&self, ctx: &mut Ctx<'_>) -> Result<(), Fail> {
        let account = ctx.account().clone();
        let used = use_up(ctx.tx_mut(), &account, &self.who, &self.serial, self.step)?;
        if used { Ok(()) } else { Err(wrong_code().into()) }
    }
}

fn wrong_code() -> IamError {
    let told = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    IamError::AccessDenied(told.to_owned())
}

/// Notes that a code was shown. `false` if it, or a later one, was shown meanwhile, or if the
/// device is not this owner's any more.
pub(crate) fn use_up(
    tx: &mut Tx<'_>,
    account: &AccountId,
    who: &Who,
    serial: &str,
    step: u64,
) -> Result<bool, Fault> {
    let Some(mut device) = rows::device(tx, account, serial)? else { return Ok(false) };
    let Some(used) = device.used_by.as_mut().filter(|used| used.who == *who) else {
        return Ok(false);
    };
    if used.last_step >= step {
        return Ok(false);
    }
    used.last_step = step;
    rows::put_device(tx, account, &device)?;
    Ok(true)
}
