//! Virtual MFA devices: creation, use, loss.

use serde_json::{Value, json};
use testkit::Authenticator;

use crate::expect::*;
use crate::world::*;

const ALICE: (&str, &str) = ("UserName", "alice");
const WRONG: (u16, &str, &str) =
    (403, "InvalidAuthenticationCode", "Authentication code for device is not valid.");

/// A device and the app that has its seed.
struct Device {
    serial: String,
    app: Authenticator,
}

impl Device {
    fn new(world: &World, name: &str) -> Self {
        let made = world.result("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]);
        let app = Authenticator::of(&text(&made, "Base32StringSeed"));
        Self { serial: text(&made, "SerialNumber"), app }
    }

    fn number(&self) -> (&str, &str) {
        ("SerialNumber", &self.serial)
    }

    /// The codes of two steps from now.
    fn codes(&self, world: &World, steps: [i64; 2]) -> [String; 2] {
        let now = world.kit.clock.now().as_secs() / 30;
        steps.map(|step| self.app.code(now.checked_add_signed(step).unwrap()))
    }

    /// The parameters of a call for a user that shows two codes.
    fn shown<'a>(&'a self, user: &'a str, codes: &'a [String; 2]) -> [(&'a str, &'a str); 4] {
        [
            ("UserName", user),
            self.number(),
            ("AuthenticationCode1", &codes[0]),
            ("AuthenticationCode2", &codes[1]),
        ]
    }

    fn enable(&self, world: &World, user: &str) {
        let codes = self.codes(world, [-1, 0]);
        world.ok(&world.root, "EnableMFADevice", &self.shown(user, &codes));
    }
}

fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[ALICE]);
    world
}

/// Seed and picture are shown once, and no event has them.
#[test]
fn a_device_is_shown_with_its_seed_once() {
    let world = world();
    let sent = [("VirtualMFADeviceName", "d"), ("Path", "/a/")];
    let made = world.result("CreateVirtualMFADevice", &sent);
    let serial = "arn:aws:iam::111122223333:mfa/a/d";
    let (seed, picture) = (text(&made, "Base32StringSeed"), text(&made, "QRCodePNG"));
    assert_eq!(
        made,
        format!(
            "<VirtualMFADevice><SerialNumber>{serial}</SerialNumber>\
             <Base32StringSeed>{seed}</Base32StringSeed><QRCodePNG>{picture}</QRCodePNG>\
             </VirtualMFADevice>"
        )
    );
    // The base64 of the signature of a PNG file.
    assert!(picture.starts_with("iVBORw0KGgo"), "{picture:.40}");
    let (sent, answered) = world.recorded("CreateVirtualMFADevice");
    assert_eq!(sent, json!({"virtualMFADeviceName": "d", "path": "/a/"}));
    assert_eq!(answered, json!({"virtualMFADevice": {"serialNumber": serial}}));
    assert_eq!(
        world.result("ListVirtualMFADevices", &[]),
        format!(
            "<VirtualMFADevices><member><SerialNumber>{serial}</SerialNumber></member>\
             </VirtualMFADevices><IsTruncated>false</IsTruncated>"
        )
    );
    let events = Value::from(world.kit.events()).to_string();
    assert!(!events.contains(&seed) && !events.contains(&picture));
}

/// Path and name together are unique.
#[test]
fn a_devices_name_is_taken_once_in_its_path() {
    let world = world();
    let name = ("VirtualMFADeviceName", "d");
    let taken = "MFADevice entity at the same path and name already exists.";
    for path in ["/", "/a/"] {
        world.ok(&world.root, "CreateVirtualMFADevice", &[name, ("Path", path)]);
        let sent = [name, ("Path", path)];
        world.fails("CreateVirtualMFADevice", &sent, (409, "EntityAlreadyExists", taken));
    }
    let number = ("SerialNumber", "arn:aws:iam::111122223333:mfa/a/d");
    world.ok(&world.root, "DeleteVirtualMFADevice", &[number]);
    let (sent, answered) = world.recorded("DeleteVirtualMFADevice");
    assert_eq!((sent, answered), (json!({"serialNumber": number.1}), Value::Null));
    let missing = format!("VirtualMFADevice with serial number {} does not exist.", number.1);
    world.fails("DeleteVirtualMFADevice", &[number], (404, "NoSuchEntity", &missing));
    let listed = world.result("ListVirtualMFADevices", &[]);
    assert_eq!(texts(&listed, "SerialNumber"), ["arn:aws:iam::111122223333:mfa/d"]);
    let other = world.result_as(&world.other_root, "ListVirtualMFADevices", &[]);
    assert!(other.starts_with("<VirtualMFADevices/>"), "{other}");
}

/// Two codes in a row prove a device, up to four steps old; anything else does not.
#[test]
fn two_codes_in_a_row_enable_a_device() {
    let world = world();
    let device = Device::new(&world, "d");
    for steps in [[0, 0], [0, -1], [-2, 0], [-5, -4], [1, 2], [-1, 1]] {
        let codes = device.codes(&world, steps);
        world.fails("EnableMFADevice", &device.shown("alice", &codes), WRONG);
        let event = world.last_event();
        assert_eq!(event["errorCode"], "InvalidAuthenticationCodeException", "{steps:?}");
        assert_eq!(
            event["requestParameters"],
            json!({"userName": "alice", "serialNumber": device.serial})
        );
    }
    let codes = device.codes(&world, [-4, -3]);
    world.ok(&world.root, "EnableMFADevice", &device.shown("alice", &codes));
    let (sent, answered) = world.recorded("EnableMFADevice");
    assert_eq!(sent, json!({"userName": "alice", "serialNumber": device.serial}));
    assert_eq!(answered, Value::Null);
}

/// A device in use is shown with its user and the date, in the list of the account and of the user.
#[test]
fn a_device_in_use_is_shown_with_its_user() {
    let world = world();
    let device = Device::new(&world, "d");
    let spare = Device::new(&world, "spare");
    world.kit.clock.advance_ms(90_000);
    device.enable(&world, "alice");
    let got = world.result("GetUser", &[ALICE]);
    let user = got.replace("<User>", "").replace("</User>", "");
    let serial = &device.serial;
    let date = "<EnableDate>2026-03-01T00:01:30Z</EnableDate>";
    let shown =
        format!("<member><SerialNumber>{serial}</SerialNumber><User>{user}</User>{date}</member>");
    let free = format!("<member><SerialNumber>{}</SerialNumber></member>", spare.serial);
    for (status, members) in [
        ("Any", format!("{shown}{free}")),
        ("Assigned", shown.clone()),
        ("Unassigned", free.clone()),
    ] {
        let listed = world.result("ListVirtualMFADevices", &[("AssignmentStatus", status)]);
        let want = format!(
            "<VirtualMFADevices>{members}</VirtualMFADevices><IsTruncated>false</IsTruncated>"
        );
        assert_eq!(listed, want, "{status}");
    }
    let listed = world.result("ListMFADevices", &[ALICE]);
    assert_eq!(
        listed,
        format!(
            "<MFADevices><member><UserName>alice</UserName><SerialNumber>{serial}</SerialNumber>\
             {date}</member></MFADevices><IsTruncated>false</IsTruncated>"
        )
    );
    assert_eq!(world.recorded("ListMFADevices"), (json!({"userName": "alice"}), Value::Null));
}

/// A device has one user at a time, and stays until it is deactivated.
#[test]
fn a_device_has_one_user_at_a_time() {
    let world = world();
    world.ok(&world.root, "CreateUser", &[("UserName", "bob")]);
    let device = Device::new(&world, "d");
    device.enable(&world, "alice");
    world.kit.clock.advance_ms(60_000);
    let codes = device.codes(&world, [-1, 0]);
    let used = (409, "EntityAlreadyExists", "MFA Device is already in use.");
    for user in ["alice", "bob"] {
        world.fails("EnableMFADevice", &device.shown(user, &codes), used);
    }
    let message = format!("MFA Device {} invalid for user.", device.serial);
    let foreign = (404, "NoSuchEntity", message.as_str());
    let of_bob = [("UserName", "bob"), device.number()];
    world.fails("DeactivateMFADevice", &of_bob, foreign);
    world.fails("ResyncMFADevice", &device.shown("bob", &codes), foreign);
    let in_use = (409, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.");
    world.fails("DeleteVirtualMFADevice", &[device.number()], in_use);
    world.ok(&world.root, "DeactivateMFADevice", &[ALICE, device.number()]);
    let (sent, answered) = world.recorded("DeactivateMFADevice");
    assert_eq!(sent, json!({"userName": "alice", "serialNumber": device.serial}));
    assert_eq!(answered, Value::Null);
    assert!(world.result("ListMFADevices", &[ALICE]).starts_with("<MFADevices/>"));
    world.fails("DeactivateMFADevice", &[ALICE, device.number()], foreign);
    world.ok(&world.root, "EnableMFADevice", &device.shown("bob", &codes));
    let listed = world.result("ListMFADevices", &[("UserName", "bob")]);
    assert_eq!(texts(&listed, "SerialNumber"), [device.serial.as_str()]);
}

/// Codes that were shown prove nothing later, nor do older ones.
#[test]
fn codes_count_once() {
    let world = world();
    let device = Device::new(&world, "d");
    world.kit.clock.advance_ms(300_000);
    device.enable(&world, "alice");
    for steps in [[-1, 0], [-2, -1], [-4, -3]] {
        let codes = device.codes(&world, steps);
        world.fails("ResyncMFADevice", &device.shown("alice", &codes), WRONG);
    }
    world.kit.clock.advance_ms(30_000);
    let codes = device.codes(&world, [-1, 0]);
    world.ok(&world.root, "ResyncMFADevice", &device.shown("alice", &codes));
    assert_eq!(
        world.recorded("ResyncMFADevice"),
        (json!({"userName": "alice", "serialNumber": device.serial}), Value::Null)
    );
    world.fails("ResyncMFADevice", &device.shown("alice", &codes), WRONG);
}

/// User and device must exist, the user first.
#[test]
fn users_and_devices_must_exist() {
    let world = world();
    let codes = ["123456".to_owned(), "654321".to_owned()];
    let device = Device::new(&world, "d");
    let no_user = (404, "NoSuchEntity", "The user with name none cannot be found.");
    for action in ["EnableMFADevice", "ResyncMFADevice"] {
        world.fails(action, &device.shown("none", &codes), no_user);
    }
    world.fails("DeactivateMFADevice", &[("UserName", "none"), device.number()], no_user);
    world.fails("ListMFADevices", &[("UserName", "none")], no_user);
    let none = "arn:aws:iam::111122223333:mfa/none";
    let missing = format!("VirtualMFADevice with serial number {none} does not exist.");
    let sent = device.shown("alice", &codes).map(|(name, value)| match name {
        "SerialNumber" => (name, none),
        _ => (name, value),
    });
    world.fails("EnableMFADevice", &sent, (404, "NoSuchEntity", &missing));
    let invalid = format!("MFA Device {none} invalid for user.");
    world.fails("ResyncMFADevice", &sent, (404, "NoSuchEntity", &invalid));
    world.fails("DeactivateMFADevice", &sent[..2], (404, "NoSuchEntity", &invalid));
}

/// Users may manage their own devices without naming themselves.
#[test]
fn users_manage_their_own_devices() {
    let world = World::new();
    let own = allowing("iam:*MFADevice*").replace(
        r#""Resource":"*""#,
        r#""Resource":["arn:aws:iam::*:user/${aws:username}","arn:aws:iam::*:mfa/${aws:username}"]"#,
    );
    let alice = world.user("alice", &own);
    world.user("bob", "");
    let create = [("VirtualMFADeviceName", "alice")];
    let made = world.result_as(&alice, "CreateVirtualMFADevice", &create);
    let device = Device {
        serial: text(&made, "SerialNumber"),
        app: Authenticator::of(&text(&made, "Base32StringSeed")),
    };
    let codes = device.codes(&world, [-1, 0]);
    world.ok(&alice, "EnableMFADevice", &device.shown("alice", &codes)[1..]);
    let listed = world.result_as(&alice, "ListMFADevices", &[]);
    assert_eq!(texts(&listed, "UserName"), ["alice"]);
    let bob = [("UserName", "bob")];
    let (needed, resource) = ("iam:ListMFADevices", arn("user/bob"));
    world.denied(&alice, "alice", ("ListMFADevices", &bob), (needed, &resource));
    let other = [("VirtualMFADeviceName", "bob")];
    let (needed, resource) = ("iam:CreateVirtualMFADevice", arn("mfa/bob"));
    world.denied(&alice, "alice", ("CreateVirtualMFADevice", &other), (needed, &resource));
    world.ok(&alice, "DeactivateMFADevice", &[device.number()]);
    world.ok(&alice, "DeleteVirtualMFADevice", &[device.number()]);
    world.permit("alice", &allowing("iam:CreateVirtualMFADevice"));
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let tagged = [create[0], tag[0], tag[1]];
    let (needed, resource) = ("iam:TagMFADevice", arn("mfa/alice"));
    world.denied(&alice, "alice", ("CreateVirtualMFADevice", &tagged), (needed, &resource));
}

/// The root user is shown by its ARN and ID alone.
#[test]
fn a_device_of_the_root_user_is_shown_with_it() {
    let world = world();
    let device = Device::new(&world, "root-account-mfa-device");
    let codes = device.codes(&world, [-1, 0]);
    world.ok(&world.root, "EnableMFADevice", &device.shown("AWS ROOT USER", &codes));
    let listed = world.result("ListVirtualMFADevices", &[("AssignmentStatus", "Assigned")]);
    let user = "<User><UserId>111122223333</UserId><Arn>arn:aws:iam::111122223333:root</Arn>\
                <CreateDate>2026-03-01T00:00:00Z</CreateDate></User>";
    assert!(listed.contains(user), "{listed}");
    let own = world.result("ListMFADevices", &[]);
    assert!(own.contains(&device.serial) && !own.contains("UserName"), "{own}");
    let alice = world.user("bob", &allowing("iam:*"));
    let sent = [("UserName", "AWS ROOT USER"), device.number()];
    let message = "The user with name AWS ROOT USER cannot be found.";
    world.refused(&alice, "DeactivateMFADevice", &sent, (404, "NoSuchEntity", message));
    world.ok(&world.root, "DeactivateMFADevice", &sent);
}
