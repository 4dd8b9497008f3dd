//! Verification of codes against stored devices.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Ctx, Fault};
use keys::{Domain, Keyring, SecretBytes};
use policy::Principal;
use store::Tx;
use types::{AccountId, Entropy, MINUTE_MS, Timestamp};

use super::rows::{self, Guesses, MfaDevice};
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

/// Attempts within [`GUESSING_MS`] after which a device accepts no code, right or wrong. Addresses
/// do not matter here: an attacker with the first factor may have many.
const ATTEMPTS_MAX: u32 = 10;
const GUESSING_MS: u64 = 10 * MINUTE_MS;

/// Counts an attempt at each of these devices, and returns those that may be tried. The attempt
/// counts until [`clear`] is called.
///
/// Must be committed before a code is compared, so that concurrent attempts cannot exceed the limit
/// together.
pub(crate) fn count(
    tx: &mut Tx<'_>,
    account: &AccountId,
    serials: &[String],
    now: Timestamp,
) -> Result<Vec<String>, Fault> {
    let mut allowed = Vec::new();
    for serial in serials {
        let known = rows::guesses(tx, account, serial)?;
        let known = known.filter(|guesses| now.since_ms(guesses.since) < GUESSING_MS);
        let Guesses { count, since } = known.unwrap_or(Guesses { count: 0, since: now });
        if count < ATTEMPTS_MAX {
            rows::put_guesses(tx, account, serial, &Guesses { count: count + 1, since })?;
            allowed.push(serial.clone());
        }
    }
    Ok(allowed)
}

/// Ends the count of these devices: a right code was shown.
pub(crate) fn clear(tx: &mut Tx<'_>, account: &AccountId, serials: &[String]) -> Result<(), Fault> {
    serials.iter().try_for_each(|serial| rows::delete_guesses(tx, account, serial))
}

/// The serial numbers of the devices that are in use.
pub(crate) fn in_use(devices: &[MfaDevice]) -> Vec<String> {
    let used = devices.iter().filter(|device| device.used_by.is_some());
    used.map(|device| device.serial.clone()).collect()
}

/// The device that a code is of, and the code's step. Codes that were shown before are of none.
pub(crate) fn device_of<'a>(
    keyring: &Keyring,
    devices: &'a [MfaDevice],
    code: &str,
    now: Timestamp,
) -> Result<Option<(&'a MfaDevice, u64)>, Fault> {
    for device in devices {
        let Some(used) = &device.used_by else { continue };
        let seed = open_seed(keyring, device)?;
        if let Some(step) = totp::shown(seed.as_bytes(), code, used.last_step, now) {
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
    /// Checks the code that a call brings, if it brings one, and counts the attempt.
    pub(crate) fn at_first(
        ctx: &mut Ctx<'_>,
        serial: Option<&str>,
        code: Option<&str>,
    ) -> Result<Option<Self>, Fail> {
        let Some(presented) = Presented::with_call(ctx, serial, code)? else { return Ok(None) };
        let (now, serials) = (ctx.now(), in_use(&presented.devices));
        let (account, tried) = (ctx.account().clone(), serials.clone());
        let allowed = ctx.count(move |tx| count(tx, &account, &tried, now))?;
        if allowed.is_empty() {
            return Err(wrong_code().into());
        }
        let shown = presented.verify(ctx)?;
        let account = ctx.account().clone();
        ctx.count(move |tx| clear(tx, &account, &serials))?;
        Ok(Some(shown))
    }

    /// Checks the code of a call once more, when it has its turn at the writer.
    pub(crate) fn again(
        ctx: &Ctx<'_>,
        serial: Option<&str>,
        code: Option<&str>,
    ) -> Result<Option<Self>, Fail> {
        let presented = Presented::with_call(ctx, serial, code)?;
        presented.map(|presented| presented.verify(ctx)).transpose()
    }

    /// Notes that the code was shown.
    pub(crate) fn use_up(&self, ctx: &mut Ctx<'_>) -> Result<(), Fail> {
        let account = ctx.account().clone();
        let used = use_up(ctx.tx_mut(), &account, &self.who, &self.serial, self.step)?;
        if used { Ok(()) } else { Err(wrong_code().into()) }
    }
}

/// A code that a call brings, and the device that it must be of.
struct Presented<'a> {
    who: Who,
    devices: Vec<MfaDevice>,
    code: &'a str,
}

impl<'a> Presented<'a> {
    /// The device must be the caller's.
    ///
    /// Observed: the texts about a serial number that is not the caller's (aws/aws-cli, issue 6325) and
    /// about a code that is not the device's.
    fn with_call(
        ctx: &Ctx<'_>,
        serial: Option<&str>,
        code: Option<&'a str>,
    ) -> Result<Option<Self>, Fail> {
        let (serial, code) = match (serial, code) {
            (None, None) => return Ok(None),
            (Some(serial), Some(code)) => (serial, code),
            (Some(_), None) | (None, Some(_)) => {
                let text = "MultiFactorAuthentication failed, must provide both MFA serial number \
                            and one time pass code. ";
                return Err(IamError::AccessDenied(text.to_owned()).into());
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
        if devices.is_empty() {
            let text = "MultiFactorAuthentication failed, unable to validate MFA code.  Please \
                        verify your MFA serial number is valid and associated with this user.";
            return Err(IamError::AccessDenied(text.to_owned()).into());
        }
        Ok(Some(Self { who, devices, code }))
    }

    fn verify(self, ctx: &Ctx<'_>) -> Result<Shown, Fail> {
        match device_of(ctx.keyring(), &self.devices, self.code, ctx.now())? {
            Some((device, step)) => {
                Ok(Shown { serial: device.serial.clone(), step, who: self.who })
            }
            None => Err(wrong_code().into()),
        }
    }
}

fn wrong_code() -> IamError {
    let text = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    IamError::AccessDenied(text.to_owned())
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
