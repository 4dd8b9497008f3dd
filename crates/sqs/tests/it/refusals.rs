//! Errors that many operations share.

use serde_json::{Value, json};
use testkit::Answered;

use crate::permissions::inputs;
use crate::world::{World, text};

/// Queues are resolved before anything else of a request is read.
#[test]
fn a_url_without_a_queue_is_refused_by_every_operation() {
    let world = World::new();
    for (operation, input) in inputs("/111122223333/none") {
        if input.get("QueueUrl").is_none() {
            continue;
        }
        let text = "The specified queue does not exist.";
        world.refused(operation, &input, (400, "QueueDoesNotExist", text));
        let mut bad = input.clone();
        bad["QueueUrl"] = json!("http://127.0.0.1:4566/none");
        let text = "The address http://127.0.0.1:4566/none is not valid for this endpoint.";
        world.refused(operation, &bad, (404, "InvalidAddress", text));
        bad.as_object_mut().unwrap().remove("QueueUrl");
        let text = "The request must contain the parameter QueueUrl.";
        world.refused(operation, &bad, (400, "MissingRequiredParameterException", text));
    }
}

/// Sending and receiving with a key that cannot be used.
#[test]
fn the_state_of_the_key_is_an_error_of_every_message() {
    let world = World::new();
    let made = world.kit.json("TrentService.CreateKey", &json!({})).ok().json();
    let key = text(&made["KeyMetadata"]["KeyId"]);
    let attributes = json!({"KmsMasterKeyId": key, "KmsDataKeyReusePeriodSeconds": "60"});
    let url = world.queue("q", &attributes);
    let by_root = |operation: &str, input: &Value| -> Answered {
        world.kit.json(&format!("AmazonSQS.{operation}"), input)
    };
    let calls = [
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": "m"})),
        (
            "SendMessageBatch",
            json!({"QueueUrl": url, "Entries": [{"Id": "a", "MessageBody": "m"}]}),
        ),
        ("ReceiveMessage", json!({"QueueUrl": url})),
    ];
    by_root("SendMessage", &calls[0].1).ok();
    let refused = |by_admin: bool, shape: &str| {
        for (operation, input) in &calls {
            let answered = if by_admin {
                world.call("ADMIN", operation, input)
            } else {
                by_root(operation, input)
            };
            let found = answered.error().1;
            assert_eq!(found, shape, "{operation}");
        }
    };
    refused(true, "KmsAccessDenied");
    world.pass(60);
    world.kit.json("TrentService.DisableKey", &json!({"KeyId": key})).ok();
    refused(false, "KmsDisabled");
    world.kit.json("TrentService.ScheduleKeyDeletion", &json!({"KeyId": key})).ok();
    refused(false, "KmsInvalidState");
    let set = json!({"QueueUrl": url, "Attributes": {"KmsMasterKeyId": "alias/none"}});
    world.ok("SetQueueAttributes", &set);
    for (operation, input) in &calls[..2] {
        assert_eq!(by_root(operation, input).error().1, "KmsNotFound", "{operation}");
    }
}

/// Names and values of attributes, when a queue is created and later.
#[test]
fn attributes_are_checked_whenever_they_are_set() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    for (attributes, shape) in [
        (json!({"Foo": "1"}), "InvalidAttributeName"),
        (json!({"DelaySeconds": "-1"}), "InvalidAttributeValue"),
        (json!({"RedrivePolicy": "x"}), "InvalidParameterValueException"),
        (json!({"RedriveAllowPolicy": "x"}), "InvalidParameterValueException"),
    ] {
        let set = json!({"QueueUrl": url, "Attributes": attributes});
        assert_eq!(world.shape("SetQueueAttributes", &set), shape);
        let create = json!({"QueueName": "new", "Attributes": attributes});
        assert_eq!(world.shape("CreateQueue", &create), shape);
    }
}
