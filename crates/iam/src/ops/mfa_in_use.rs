//! Second factors in use: whose a device is.

use gateway::Ctx;
use keys::SecretText;
use policy::Principal;
use serde::{Deserialize, Serialize};

use crate::action::{Action, Target, existing, target_of, user_or_caller};
use crate::error::{Fail, IamError};
use crate::model::Kind;
use crate::noun::Of;
use crate::paging::{Listing, Paging};
use crate::signin::rows::{self, MfaDevice, MfaUse};
use crate::signin::{second_factor, totp};
use crate::token::Who;
use crate::validate::{Checks, MFA_CODE, NAME_128, SERIAL_NUMBER, given};

/// Source: IAM User Guide, "IAM and AWS STS quotas".
const PER_USER_MAX: usize = 8;
/// Represents the root user in place of a user name.
///
/// Observed: the name in events.
const ROOT: &str = "AWS ROOT USER";

/// Whose device, which, and two codes of it. The codes are not recorded.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UseInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    #[serde(default, skip_serializing)]
    authentication_code1: Option<SecretText>,
    #[serde(default, skip_serializing)]
    authentication_code2: Option<SecretText>,
}

impl UseInput {
    fn serial(&self) -> &str {
        given(self.serial_number.as_ref())
    }

    fn checks(&self) -> Checks {
        let name = self.of.user_name.as_deref().filter(|name| *name != ROOT);
        let serial = self.serial_number.as_deref();
        Checks::iam().may("userName", name, &NAME_128).must("serialNumber", serial, &SERIAL_NUMBER)
    }

    fn checks_with_codes(&self) -> Checks {
        let (first, second) = (&self.authentication_code1, &self.authentication_code2);
        self.checks().must("authenticationCode1", first.as_deref(), &MFA_CODE).must(
            "authenticationCode2",
            second.as_deref(),
            &MFA_CODE,
        )
    }

    /// The device, which must be this owner's.
    fn own_device(&self, ctx: &Ctx<'_>, who: &Who) -> Result<MfaDevice, Fail> {
        let device = rows::device(ctx.tx(), ctx.account(), self.serial())?;
        let is_own =
            |device: &MfaDevice| device.used_by.as_ref().is_some_and(|used| used.who == *who);
        device.filter(is_own).ok_or_else(|| {
            let message = format!("MFA Device {} invalid for user.", self.serial());
            IamError::NoSuchEntity(message).into()
        })
    }

    /// The step that the two codes prove.
    fn proven_step(&self, ctx: &Ctx<'_>, device: &MfaDevice) -> Result<u64, Fail> {
        let seed = second_factor::open_seed(ctx.keyring(), device)?;
        let first = given(self.authentication_code1.as_ref());
        let second = given(self.authentication_code2.as_ref());
        let step = totp::proven(seed.as_bytes(), first, second, ctx.now());
        let last = device.used_by.as_ref().map_or(0, |used| used.last_step);
        let step = step.filter(|step| *step > last);
        step.ok_or_else(|| IamError::InvalidAuthenticationCode.into())
    }
}

/// The owner of the devices in a call: a user, or the root user if it calls for itself or names no
/// user.
fn owner(ctx: &Ctx<'_>, of: &Of) -> Result<(Option<String>, Who), Fail> {
    let root_calls = matches!(ctx.caller().principal, Principal::Root { .. });
    if root_calls && of.user_name.as_deref() == Some(ROOT) {
        return Ok((None, Who::Root));
    }
    match user_or_caller(of.user_name.as_ref(), ctx)? {
        Some(name) => {
            let user = existing(ctx, Kind::User, &name)?;
            Ok((Some(user.name), Who::User(user.id)))
        }
        None => Ok((None, Who::Root)),
    }
}

fn targets(ctx: &Ctx<'_>, of: &Of) -> Result<Vec<Target>, Fail> {
    let name = of.user_name.as_ref().filter(|name| *name != ROOT);
    match user_or_caller(name, ctx)? {
        Some(name) => Ok(vec![target_of(ctx, Kind::User, &name)?]),
        None => Ok(vec![Target::new(ctx.caller().principal.arn())]),
    }
}

/// Enables a device as the second factor of a user.
pub(crate) struct EnableMFADevice;

impl Action for EnableMFADevice {
    const NAME: &'static str = "EnableMFADevice";
    const READ_ONLY: bool = false;
    type Input = UseInput;
    type Output = ();

    fn check(input: &UseInput) -> Result<(), IamError> {
        input.checks_with_codes().done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UseInput) -> Result<Vec<Target>, Fail> {
        targets(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &UseInput) -> Result<(), Fail> {
        let (_, who) = owner(ctx, &input.of)?;
        let account = ctx.account().clone();
        let Some(mut device) = rows::device(ctx.tx(), &account, input.serial())? else {
            return Err(IamError::no_device(input.serial()).into());
        };
        if device.used_by.is_some() {
            let message = "MFA Device is already in use.";
            return Err(IamError::EntityAlreadyExists(message.to_owned()).into());
        }
        if rows::devices_of(ctx.tx(), &account, &who)?.len() >= PER_USER_MAX {
            return Err(IamError::quota("MfaDevicesPerUser", PER_USER_MAX).into());
        }
        let last_step = input.proven_step(ctx, &device)?;
        device.used_by = Some(MfaUse { who, since: ctx.now(), last_step });
        rows::put_device(ctx.tx_mut(), &account, &device)?;
        Ok(())
    }
}

/// Proves a device again.
pub(crate) struct ResyncMFADevice;

impl Action for ResyncMFADevice {
    const NAME: &'static str = "ResyncMFADevice";
    const READ_ONLY: bool = false;
    type Input = UseInput;
    type Output = ();

    fn check(input: &UseInput) -> Result<(), IamError> {
        input.checks_with_codes().done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UseInput) -> Result<Vec<Target>, Fail> {
        targets(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &UseInput) -> Result<(), Fail> {
        let (_, who) = owner(ctx, &input.of)?;
        let mut device = input.own_device(ctx, &who)?;
        let step = input.proven_step(ctx, &device)?;
        if let Some(used) = &mut device.used_by {
            used.last_step = step;
        }
        let account = ctx.account().clone();
        rows::put_device(ctx.tx_mut(), &account, &device)?;
        Ok(())
    }
}

/// Disables a second factor.
pub(crate) struct DeactivateMFADevice;

impl Action for DeactivateMFADevice {
    const NAME: &'static str = "DeactivateMFADevice";
    const READ_ONLY: bool = false;
    type Input = UseInput;
    type Output = ();

    fn check(input: &UseInput) -> Result<(), IamError> {
        input.checks().done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UseInput) -> Result<Vec<Target>, Fail> {
        targets(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &UseInput) -> Result<(), Fail> {
        let (_, who) = owner(ctx, &input.of)?;
        let mut device = input.own_device(ctx, &who)?;
        device.used_by = None;
        let account = ctx.account().clone();
        rows::put_device(ctx.tx_mut(), &account, &device)?;
        Ok(())
    }
}

/// Whose devices are listed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    paging: Paging,
}

/// `MFADevice`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UseShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    serial_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_date: Option<String>,
}

/// Lists the second factors of a user.
pub(crate) struct ListMFADevices;

impl Action for ListMFADevices {
    const NAME: &'static str = "ListMFADevices";
    const READ_ONLY: bool = true;
    type Input = ListInput;
    type Output = Listing<UseShape>;

    fn check(input: &ListInput) -> Result<(), IamError> {
        let name = input.of.user_name.as_deref();
        input.paging.check(Checks::iam().may("userName", name, &NAME_128)).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ListInput) -> Result<Vec<Target>, Fail> {
        targets(ctx, &input.of)
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<Listing<UseShape>, Fail> {
        let (name, who) = owner(ctx, &input.of)?;
        let devices = rows::devices_of(ctx.tx(), ctx.account(), &who)?.into_iter();
        let shapes = devices.map(|device| {
            let shape = UseShape {
                user_name: name.clone(),
                serial_number: device.serial.clone(),
                enable_date: device.used_by.map(|used| used.since.iso()),
            };
            (device.serial, shape)
        });
        Ok(input.paging.page(shapes)?.listing("MFADevices"))
    }
}
