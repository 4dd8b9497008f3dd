//! A kit with KMS and IAM, and four users.

use std::cell::Cell;

use serde_json::{Value, json};
use testkit::{Disk, Kit};
use wire::sign::Credentials;

pub(crate) use testkit::{ACCOUNT, OTHER_ACCOUNT, REGION};

/// The root user of the account.
pub(crate) const ROOT: &str = "ROOT";
/// A user with all permissions in KMS.
pub(crate) const ADMIN: &str = "ADMIN";
/// A user without permissions in KMS.
pub(crate) const GUEST: &str = "GUEST";
/// The root user of another account.
pub(crate) const OTHER_ROOT: &str = "OTHER_ROOT";

/// The start of the kit's clock, as in responses.
pub(crate) const START_SECONDS: f64 = 1_772_323_200.0;
/// Seconds of a day.
pub(crate) const DAY_SECONDS: f64 = 86_400.0;

/// The kit and its users.
pub(crate) struct World {
    pub(crate) kit: Kit,
    admin: Credentials,
    guest: Credentials,
    seen: Cell<usize>,
}

/// A parsed response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(&Disk::with_power())
    }

    /// The same on a disk that a test may switch off.
    pub(crate) fn on(disk: &Disk) -> Self {
        let kit = Kit::on(disk, &[kms::ROWS, iam::ROWS]);
        let admin = kit.user(ADMIN, &allow("kms:*"));
        let guest = kit.user(GUEST, &allow("s3:ListAllMyBuckets"));
        Self { kit, admin, guest, seen: Cell::new(0) }
    }

    /// A signed call as a client makes it.
    pub(crate) fn call(&self, who: &str, operation: &str, input: &Value) -> Reply {
        let credentials = match who {
            ROOT => &self.kit.root,
            ADMIN => &self.admin,
            GUEST => &self.guest,
            _ => &self.kit.other_root,
        };
        let answer = self.kit.json_as(credentials, &format!("TrentService.{operation}"), input);
        Reply { status: answer.status, body: answer.json() }
    }

    /// A call that must succeed; its output.
    #[track_caller]
    pub(crate) fn ok(&self, who: &str, operation: &str, input: &Value) -> Value {
        let reply = self.call(who, operation, input);
        assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
        reply.body
    }

    /// A call that must fail with this code and this text, or without any.
    #[track_caller]
    pub(crate) fn refused(
        &self,
        who: &str,
        operation: &str,
        input: &Value,
        expected: (&str, Option<&str>),
    ) {
        let reply = self.call(who, operation, input);
        assert_eq!(reply.status, 400, "{operation}: {}", reply.body);
        let code = reply.body["__type"].as_str().unwrap();
        let message = reply.body.get("message").map(|text| text.as_str().unwrap());
        assert_eq!((code, message), expected, "{operation}");
    }

    /// The code with which a call must fail.
    #[track_caller]
    pub(crate) fn code(&self, who: &str, operation: &str, input: &Value) -> String {
        let reply = self.call(who, operation, input);
        assert_eq!(reply.status, 400, "{operation}: {}", reply.body);
        reply.body["__type"].as_str().unwrap().to_owned()
    }

    /// The events since the last call.
    pub(crate) fn events(&self) -> Vec<Value> {
        let mut events = self.kit.events();
        let new = events.split_off(self.seen.get());
        self.seen.set(events.len() + new.len());
        new
    }

    /// The one event of a call that succeeds.
    #[track_caller]
    pub(crate) fn event_of(&self, who: &str, operation: &str, input: &Value) -> Value {
        self.events();
        self.ok(who, operation, input);
        assert_eq!(self.events().len(), 1, "{operation}");
        self.kit.last_event()
    }

    /// The newest event.
    pub(crate) fn last_event(&self) -> Value {
        self.events();
        self.kit.last_event()
    }

    /// Deletes the user GUEST.
    pub(crate) fn delete_guest(&self) {
        let guest = [("Version", "2010-05-08"), ("UserName", GUEST)];
        let iam = |action: &str, more: &[(&str, &str)]| {
            let all = [&[("Action", action)], &guest[..], more].concat();
            drop(self.kit.query("iam", &all).ok());
        };
        iam("DeleteAccessKey", &[("AccessKeyId", &self.guest.access_key_id)]);
        iam("DeleteUserPolicy", &[("PolicyName", "inline")]);
        iam("DeleteUser", &[]);
    }

    /// A new key's id and ARN.
    pub(crate) fn key(&self) -> (String, String) {
        let output = self.ok(ADMIN, "CreateKey", &json!({}));
        let metadata = &output["KeyMetadata"];
        let text = |name: &str| metadata[name].as_str().unwrap().to_owned();
        (text("KeyId"), text("Arn"))
    }
}

/// The ARN of a user of the account.
pub(crate) fn user(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

/// The ARN of something in KMS.
pub(crate) fn kms_arn(resource: &str) -> String {
    format!("arn:aws:kms:{REGION}:{ACCOUNT}:{resource}")
}

fn allow(action: &str) -> Value {
    let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}
