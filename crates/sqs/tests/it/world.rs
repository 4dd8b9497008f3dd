//! A kit with SQS, KMS and IAM, and two users.

use std::sync::Arc;

use serde_json::{Value, json};
use testkit::{Answered, Disk, Kit, Pending};
use wire::sign::Credentials;

pub(crate) use testkit::{ACCOUNT, OTHER_ACCOUNT, REGION};

/// The root user of the account.
pub(crate) const ROOT: &str = "ROOT";
/// A user with all permissions in SQS.
pub(crate) const ADMIN: &str = "ADMIN";
/// A user without permissions in SQS.
pub(crate) const GUEST: &str = "GUEST";
/// The root user of another account.
pub(crate) const OTHER_ROOT: &str = "OTHER_ROOT";

/// The kit and its users.
pub(crate) struct World {
    pub(crate) kit: Kit,
    admin: Credentials,
    guest: Credentials,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(&Disk::with_power())
    }

    /// The same on a disk that a test may switch off.
    pub(crate) fn on(disk: &Disk) -> Self {
        Self::of(Kit::on(disk, &[sqs::ROWS, kms::ROWS, iam::ROWS]))
    }

    fn of(kit: Kit) -> Self {
        let admin = kit.user(ADMIN, &allow("sqs:*"));
        let guest = kit.user(GUEST, &allow("s3:ListAllMyBuckets"));
        Self { kit, admin, guest }
    }

    pub(crate) fn credentials(&self, who: &str) -> &Credentials {
        match who {
            ROOT => &self.kit.root,
            ADMIN => &self.admin,
            GUEST => &self.guest,
            _ => &self.kit.other_root,
        }
    }

    /// A call in JSON.
    pub(crate) fn call(&self, who: &str, operation: &str, input: &Value) -> Answered {
        self.kit.json_as(self.credentials(who), &target(operation), input)
    }

    /// The same up to where it waits.
    pub(crate) fn begin(&self, who: &str, operation: &str, input: &Value) -> Pending {
        self.kit.begin_json_as(self.credentials(who), &target(operation), input)
    }

    /// A call by ADMIN that must succeed; its output.
    #[track_caller]
    pub(crate) fn ok(&self, operation: &str, input: &Value) -> Value {
        let answered = self.call(ADMIN, operation, input);
        assert_eq!(answered.status, 200, "{operation}: {}", answered.text());
        answered.json()
    }

    /// A call by ADMIN that must fail with this status, shape and text.
    #[track_caller]
    pub(crate) fn refused(&self, operation: &str, input: &Value, want: (u16, &str, &str)) {
        let (status, shape, text) = self.call(ADMIN, operation, input).error();
        assert_eq!((status, shape.as_str(), text.as_str()), want, "{operation} {input}");
    }

    /// The shape of the error of a call by ADMIN.
    #[track_caller]
    pub(crate) fn shape(&self, operation: &str, input: &Value) -> String {
        let answered = self.call(ADMIN, operation, input);
        assert!(answered.status >= 400, "{operation}: {}", answered.text());
        answered.error().1
    }

    /// A new queue; its URL.
    #[track_caller]
    pub(crate) fn queue(&self, name: &str, attributes: &Value) -> String {
        let input = json!({"QueueName": name, "Attributes": attributes});
        text(&self.ok("CreateQueue", &input)["QueueUrl"])
    }

    /// A message that is sent; its ID.
    #[track_caller]
    pub(crate) fn send(&self, url: &str, body: &str) -> String {
        let sent = self.ok("SendMessage", &json!({"QueueUrl": url, "MessageBody": body}));
        text(&sent["MessageId"])
    }

    /// What is received at once, at most ten messages.
    #[track_caller]
    pub(crate) fn receive(&self, url: &str) -> Vec<Value> {
        let input = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"]});
        let received = self.ok("ReceiveMessage", &input);
        received["Messages"].as_array().cloned().unwrap_or_default()
    }

    /// The bodies of what is received at once.
    #[track_caller]
    pub(crate) fn bodies(&self, url: &str) -> Vec<String> {
        self.receive(url).iter().map(|message| text(&message["Body"])).collect()
    }

    /// Deletes a message that was received.
    #[track_caller]
    pub(crate) fn delete(&self, url: &str, message: &Value) {
        let handle = &message["ReceiptHandle"];
        self.ok("DeleteMessage", &json!({"QueueUrl": url, "ReceiptHandle": handle}));
    }

    /// An attribute of a queue.
    #[track_caller]
    pub(crate) fn attribute(&self, url: &str, name: &str) -> String {
        let input = json!({"QueueUrl": url, "AttributeNames": [name]});
        text(&self.ok("GetQueueAttributes", &input)["Attributes"][name])
    }

    /// How many messages are visible, in flight and delayed.
    #[track_caller]
    pub(crate) fn counts(&self, url: &str) -> [String; 3] {
        ["", "NotVisible", "Delayed"]
            .map(|state| self.attribute(url, &format!("ApproximateNumberOfMessages{state}")))
    }

    /// Moves the clock by seconds.
    pub(crate) fn pass(&self, seconds: u64) {
        self.kit.clock.advance_ms(seconds * 1_000);
    }

    /// Does what the worker does.
    pub(crate) fn work(&self) {
        let gateway = Arc::clone(&self.kit.gateway);
        sqs::run_due(&gateway, &types::steady).unwrap();
    }
}

fn target(operation: &str) -> String {
    format!("AmazonSQS.{operation}")
}

/// A text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The ARN of a queue of the account.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// A policy that allows an action on everything.
pub(crate) fn allow(action: &str) -> Value {
    let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}
