//! SSE-KMS: who needs which permission, what is stored, and what becomes of it without the key.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, ADMIN, REGION, World, allow, arn, text};

/// A key, and a queue that uses it.
fn encrypted(world: &World) -> (String, String) {
    let made = world.kit.json("TrentService.CreateKey", &json!({})).ok().json();
    let key = text(&made["KeyMetadata"]["KeyId"]);
    let attributes = json!({"KmsMasterKeyId": key, "KmsDataKeyReusePeriodSeconds": "60"});
    (key, world.queue("q", &attributes))
}

fn root(world: &World, operation: &str, input: &Value) -> testkit::Answered {
    world.kit.json(&format!("AmazonSQS.{operation}"), input)
}

fn names(world: &World) -> Vec<String> {
    world.kit.events().iter().map(|event| text(&event["eventName"])).collect()
}

#[test]
fn bodies_are_sealed_under_a_data_key_of_the_queue() {
    let world = World::new();
    let (key, url) = encrypted(&world);
    let send = json!({"QueueUrl": url, "MessageBody": "a secret body"});
    root(&world, "SendMessage", &send).ok();
    root(&world, "SendMessage", &send).ok();
    let calls = names(&world).iter().filter(|name| *name == "GenerateDataKey").count();
    assert_eq!(calls, 1, "one data key for the reuse period");
    let event = world.kit.event("GenerateDataKey");
    let context = json!({"aws:sqs:arn": arn("q")});
    assert_eq!(event["requestParameters"]["encryptionContext"], context);
    assert_eq!(event["userIdentity"]["invokedBy"], "AWS Internal");
    let receive = json!({"QueueUrl": url, "MaxNumberOfMessages": 10});
    let received = root(&world, "ReceiveMessage", &receive).ok().json();
    assert_eq!(received["Messages"][1]["Body"], "a secret body");
    assert_eq!(text(&received["Messages"][1]["MD5OfBody"]).len(), 32);
    let event = world.kit.event("Decrypt");
    assert_eq!(event["requestParameters"]["encryptionContext"], context);
    world.pass(60);
    root(&world, "SendMessage", &send).ok();
    let calls = names(&world).iter().filter(|name| *name == "GenerateDataKey").count();
    assert_eq!(calls, 2);
    assert!(key.len() > 10);
}

/// While the key is disabled nothing is sent or received; then all of it is there.
#[test]
fn a_disabled_key_stops_the_queue() {
    let world = World::new();
    let (key, url) = encrypted(&world);
    let send = json!({"QueueUrl": url, "MessageBody": "a"});
    root(&world, "SendMessage", &send).ok();
    world.kit.json("TrentService.DisableKey", &json!({"KeyId": key})).ok();
    world.pass(60);
    let refused = root(&world, "SendMessage", &send);
    assert_eq!(refused.header("x-amzn-query-error"), "KMS.DisabledException;Sender");
    assert_eq!((refused.status, refused.error().1.as_str()), (400, "KmsDisabled"));
    let receive = json!({"QueueUrl": url});
    assert_eq!(root(&world, "ReceiveMessage", &receive).error().1, "KmsDisabled");
    assert_eq!(world.counts(&url), ["1", "0", "0"]);
    world.kit.json("TrentService.EnableKey", &json!({"KeyId": key})).ok();
    let received = root(&world, "ReceiveMessage", &receive).ok().json();
    assert_eq!(received["Messages"][0]["Body"], "a");
    world.kit.json("TrentService.ScheduleKeyDeletion", &json!({"KeyId": key})).ok();
    world.pass(60);
    assert_eq!(root(&world, "SendMessage", &send).error().1, "KmsInvalidState");
}

/// The caller's own permissions on the key decide, through SQS.
#[test]
fn senders_and_receivers_need_the_key() {
    let world = World::new();
    let (_, url) = encrypted(&world);
    let send = json!({"QueueUrl": url, "MessageBody": "a"});
    let (status, shape, text) = world.call(ADMIN, "SendMessage", &send).error();
    assert_eq!((status, shape.as_str()), (400, "KmsAccessDenied"));
    let user = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/{ADMIN} is not authorized to perform: \
                        kms:GenerateDataKey"
    );
    assert!(text.starts_with(&user), "{text}");
    let condition =
        json!({"StringEquals": {"kms:ViaService": format!("sqs.{REGION}.amazonaws.com")}});
    let mut document = allow("sqs:*");
    document["Statement"].as_array_mut().unwrap().push(json!({"Effect": "Allow",
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*", "Condition": condition}));
    let user = world.kit.user("both", &document);
    world.kit.json_as(&user, "AmazonSQS.SendMessage", &send).ok();
    let batch = json!({"QueueUrl": url, "Entries": [{"Id": "a", "MessageBody": "m"}]});
    world.kit.json_as(&user, "AmazonSQS.SendMessageBatch", &batch).ok();
    let denied = world.call(ADMIN, "ReceiveMessage", &json!({"QueueUrl": url}));
    assert_eq!(denied.error().1, "KmsAccessDenied");
    let receive = json!({"QueueUrl": url, "MaxNumberOfMessages": 10});
    let received = world.kit.json_as(&user, "AmazonSQS.ReceiveMessage", &receive).ok().json();
    assert_eq!(received["Messages"].as_array().unwrap().len(), 2);
}

/// Observed: a key's name is stored as it is given. It is used, and missed, when a message is sent.
#[test]
fn a_key_that_does_not_exist_is_missed_by_senders() {
    let world = World::new();
    let url = world.queue("q", &json!({"KmsMasterKeyId": "alias/none"}));
    let send = json!({"QueueUrl": url, "MessageBody": "a"});
    assert_eq!(root(&world, "SendMessage", &send).error().1, "KmsNotFound");
}

/// The managed key is made when it is first used.
#[test]
fn the_managed_key_serves_the_account() {
    let world = World::new();
    let url = world.queue("q", &json!({"KmsMasterKeyId": "alias/aws/sqs"}));
    world.send(&url, "a");
    assert_eq!(world.bodies(&url), ["a"]);
}
