//! Quotas of an account that are too high to be reached call by call.

use serde_json::{Value, json};
use store::{Table, Tx, key};
use testkit::ACCOUNT;

use crate::world::{World, text};

const MOST: usize = 5_000;
/// How many users there are, as the store has it.
const COUNTS: Table<usize> = Table::new("iam.count");
/// The virtual devices, as the store has them.
const DEVICES: Table<Value> = Table::new("iam.mfa");

fn changed(world: &World, change: impl FnOnce(&mut Tx<'_>) + Send + 'static) {
    let submitted = world.kit.store.submit(|tx| {
        change(tx);
        ((), Vec::new())
    });
    submitted.wait().unwrap();
}

/// Source: IAM User Guide, "IAM and AWS STS quotas".
#[test]
fn an_account_has_five_thousand_users() {
    let world = World::new();
    let create = |name: &str| {
        world.call(&world.root, "iam", &[("Action", "CreateUser"), ("UserName", name)])
    };
    changed(&world, |tx| COUNTS.put(tx, key([ACCOUNT, "user"]), &(MOST - 1)).unwrap());
    assert_eq!(create("last").0, 200);
    is_full(&world, &create("more"), "Cannot exceed quota for UsersPerAccount: 5000");
    world.ok(&world.root, "DeleteUser", &[("UserName", "last")]);
    assert_eq!(create("more").0, 200);
}

/// Source: IAM User Guide, "IAM and AWS STS quotas": whether a user has them or not.
#[test]
fn an_account_has_as_many_virtual_devices_as_users() {
    let world = World::new();
    let create = |name: &str| {
        let parameters = [("Action", "CreateVirtualMFADevice"), ("VirtualMFADeviceName", name)];
        world.call(&world.root, "iam", &parameters)
    };
    assert_eq!(create("first").0, 200);
    changed(&world, |tx| {
        let (_, first) = DEVICES.all(tx, key([ACCOUNT])).unwrap().swap_remove(0);
        for n in 1..MOST - 1 {
            let mut device = first.clone();
            device["serial"] = json!(format!("arn:aws:iam::{ACCOUNT}:mfa/{n}"));
            let place = key([ACCOUNT, device["serial"].as_str().unwrap()]);
            DEVICES.put(tx, place, &device).unwrap();
        }
    });
    assert_eq!(create("last").0, 200);
    let message = "Cannot exceed quota for VirtualMFADevicesPerAccount: 5000";
    is_full(&world, &create("more"), message);
    let first = format!("arn:aws:iam::{ACCOUNT}:mfa/first");
    world.ok(&world.root, "DeleteVirtualMFADevice", &[("SerialNumber", &first)]);
    assert_eq!(create("more").0, 200);
}

/// The call is refused, and its event has the reason.
#[track_caller]
fn is_full(world: &World, (status, body): &(u16, String), message: &str) {
    assert_eq!((*status, text(body, "Code").as_str()), (409, "LimitExceeded"), "{body}");
    assert_eq!(text(body, "Message"), message);
    let event = world.last_event();
    assert_eq!(event["errorCode"], "LimitExceededException");
    assert_eq!(event["errorMessage"], message);
}

/// Observed: a service without credentials of its own is no such entity.
#[test]
fn service_specific_credentials_are_those_of_some_services() {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "u")]);
    let list = |service: &str| {
        let parameters = [
            ("Action", "ListServiceSpecificCredentials"),
            ("UserName", "u"),
            ("ServiceName", service),
        ];
        world.call(&world.root, "iam", &parameters)
    };
    assert_eq!(list("codecommit.amazonaws.com").0, 200);
    assert_eq!(list("cassandra.amazonaws.com").0, 200);
    let (status, body) = list("nonexistentservice.amazonaws.com");
    assert_eq!((status, text(&body, "Code").as_str()), (404, "NoSuchEntity"));
    let message = "No such service nonexistentservice.amazonaws.com is supported for Service \
                Specific Credentials";
    assert_eq!(text(&body, "Message"), message);
}
