//! Virtual devices of second factors: create, list, delete.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Answered, Ctx, Fault};
use keys::SecretText;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::{AccountId, Arn};

use crate::action::{Action, Target};
use crate::error::{Fail, IamError};
use crate::paging::{Listing, Paging};
use crate::shapes::UserShape;
use crate::signin::rows::{self, MfaDevice};
use crate::signin::{png, qr, second_factor, totp};
use crate::tagging::SentTag;
use crate::token::Who;
use crate::validate::{Checks, DEVICE_NAME, PATH, SERIAL_NUMBER, given};
use crate::{directory, tagging};

/// The seed of a device, in bytes: 64 digits of base32.
const SEED_BYTES: usize = 40;
/// Devices of an account, in use or not: as many as users.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
const PER_ACCOUNT_MAX: usize = 5_000;

/// A device to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateDeviceInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(rename = "VirtualMFADeviceName", default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    tags: Vec<SentTag>,
}

impl CreateDeviceInput {
    fn serial(&self, ctx: &Ctx<'_>) -> String {
        let path = self.path.as_deref().unwrap_or("/");
        let name = given(self.name.as_ref());
        Arn::global("iam", ctx.account(), format_args!("mfa{path}{name}")).to_string()
    }
}

/// `VirtualMFADevice` without its seed
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeviceShape {
    serial_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_date: Option<String>,
}

impl DeviceShape {
    fn listed(ctx: &Ctx<'_>, device: MfaDevice) -> Result<Self, Fault> {
        let user = match device.used_by.as_ref().map(|used| &used.who) {
            Some(Who::User(id) | Who::Role(id, _)) => {
                directory::holder_by_id(ctx.tx(), id)?.map(UserShape::from)
            }
            Some(Who::Root) => Some(super::users::root_user(ctx)?),
            None => None,
        };
        let enable_date = device.used_by.map(|used| used.since.iso());
        let serial_number = device.serial;
        Ok(Self { serial_number, user, enable_date })
    }
}

/// The new device with its seed, shown this once.
#[derive(Debug)]
pub(crate) struct CreateDeviceOutput {
    serial: String,
    /// Base64 of the base32 text, as blobs are in this protocol.
    seed: SecretText,
    /// The seed as a picture.
    picture: Option<SecretText>,
}

/// The event has the device without its seed, as that of `CreateAccessKey` has the key without its
/// secret.
impl Answered for CreateDeviceOutput {
    fn answer(&self) -> impl Serialize + '_ {
        json!({ "VirtualMFADevice": gateway::object([
            ("SerialNumber", json!(self.serial)),
            ("Base32StringSeed", json!(&*self.seed)),
            ("QRCodePNG", json!(self.picture.as_deref())),
        ]) })
    }

    fn recorded(&self) -> Result<Value, Fault> {
        Ok(json!({ "VirtualMFADevice": { "SerialNumber": self.serial } }))
    }
}

/// Creates a device.
pub(crate) struct CreateVirtualMFADevice;

impl Action for CreateVirtualMFADevice {
    const NAME: &'static str = "CreateVirtualMFADevice";
    const READ_ONLY: bool = false;
    type Input = CreateDeviceInput;
    type Output = CreateDeviceOutput;

    fn check(input: &CreateDeviceInput) -> Result<(), IamError> {
        let checks = Checks::iam().may("path", input.path.as_deref(), &PATH).must(
            "virtualMFADeviceName",
            input.name.as_deref(),
            &DEVICE_NAME,
        );
        tagging::check(checks, &input.tags).done()?;
        tagging::check_keys_differ(&input.tags)
    }

    fn targets(ctx: &Ctx<'_>, input: &CreateDeviceInput) -> Result<Vec<Target>, Fail> {
        let target = || Target::new(input.serial(ctx)).requesting(&tagging::accepted(&input.tags));
        let mut targets = vec![target()];
        if !input.tags.is_empty() {
            targets.push(target().action("iam:TagMFADevice"));
        }
        Ok(targets)
    }

    /// Observed: the text, in a record of such a call.
    fn run(ctx: &mut Ctx<'_>, input: &CreateDeviceInput) -> Result<CreateDeviceOutput, Fail> {
        let (account, serial) = (ctx.account().clone(), input.serial(ctx));
        if rows::device(ctx.tx(), &account, &serial)?.is_some() {
            let message = "MFADevice entity at the same path and name already exists.";
            return Err(IamError::EntityAlreadyExists(message.to_owned()).into());
        }
        if rows::devices(ctx.tx(), &account)?.len() >= PER_ACCOUNT_MAX {
            return Err(IamError::quota("VirtualMFADevicesPerAccount", PER_ACCOUNT_MAX).into());
        }
        let seed = keys::random_secret(ctx.entropy(), SEED_BYTES).map_err(Fail::internal)?;
        let row = MfaDevice {
            sealed_seed: second_factor::seal_seed(ctx.keyring(), ctx.entropy(), &serial, &seed)?,
            serial: serial.clone(),
            created: ctx.now(),
            tags: tagging::accepted(&input.tags),
            used_by: None,
        };
        rows::put_device(ctx.tx_mut(), &account, &row)?;
        let shown = totp::base32(seed.as_bytes());
        let name = given(input.name.as_ref());
        let picture = qr::modules(&address(name, &account, &shown))
            .or_else(|| qr::modules(&address("", &account, &shown)))
            .map(|modules| SecretText::new(STANDARD.encode(png::picture(&modules))));
        Ok(CreateDeviceOutput { serial, seed: SecretText::new(STANDARD.encode(shown)), picture })
    }
}

/// What authenticator apps read from the picture.
///
/// Source: the "Key Uri Format" of Google Authenticator.
fn address(name: &str, account: &AccountId, seed: &str) -> String {
    let name = wire::uri::encode(name);
    format!("otpauth://totp/shoseki:{name}@{account}?secret={seed}&issuer=shoseki")
}

/// Which device.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeviceInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
}

/// Deletes a device that is not in use.
pub(crate) struct DeleteVirtualMFADevice;

impl Action for DeleteVirtualMFADevice {
    const NAME: &'static str = "DeleteVirtualMFADevice";
    const READ_ONLY: bool = false;
    type Input = DeviceInput;
    type Output = ();

    fn check(input: &DeviceInput) -> Result<(), IamError> {
        Checks::iam().must("serialNumber", input.serial_number.as_deref(), &SERIAL_NUMBER).done()
    }

    fn targets(_ctx: &Ctx<'_>, input: &DeviceInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::new(given(input.serial_number.as_ref()))])
    }

    /// Observed: the text of the conflict; hashicorp/terraform-provider-aws, pull request 32462.
    fn run(ctx: &mut Ctx<'_>, input: &DeviceInput) -> Result<(), Fail> {
        let account = ctx.account().clone();
        let serial = given(input.serial_number.as_ref());
        let Some(device) = rows::device(ctx.tx(), &account, serial)? else {
            return Err(IamError::no_device(serial).into());
        };
        if device.used_by.is_some() {
            let message = "MFA VirtualDevice in use. Must deactivate first.";
            return Err(IamError::DeleteConflict(message.to_owned()).into());
        }
        rows::delete_device(ctx.tx_mut(), &account, serial)?;
        Ok(())
    }
}

/// Which devices are listed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListDevicesInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assignment_status: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// Lists devices, without their seeds.
pub(crate) struct ListVirtualMFADevices;

impl Action for ListVirtualMFADevices {
    const NAME: &'static str = "ListVirtualMFADevices";
    const READ_ONLY: bool = true;
    type Input = ListDevicesInput;
    type Output = Listing<DeviceShape>;

    fn check(input: &ListDevicesInput) -> Result<(), IamError> {
        let words = ["Assigned", "Unassigned", "Any"];
        let status = input.assignment_status.as_deref();
        input.paging.check(Checks::iam().word("assignmentStatus", status, &words)).done()
    }

    fn targets(_ctx: &Ctx<'_>, _input: &ListDevicesInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListDevicesInput) -> Result<Listing<DeviceShape>, Fail> {
        let wanted = match input.assignment_status.as_deref() {
            Some("Assigned") => Some(true),
            Some("Unassigned") => Some(false),
            _ => None,
        };
        let devices = rows::devices(ctx.tx(), ctx.account())?.into_iter();
        let devices = devices
            .filter(|device| wanted.is_none_or(|wanted| device.used_by.is_some() == wanted))
            .map(|device| (device.serial.clone(), device));
        let page = input.paging.page(devices)?;
        let page = page.try_map(|device| DeviceShape::listed(ctx, device))?;
        Ok(page.listing("VirtualMFADevices"))
    }
}
