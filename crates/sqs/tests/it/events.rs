//! Events: management or data, what they contain, and what they do not.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, World, arn, text};

fn of(world: &World, name: &str) -> Value {
    let event = world.kit.event(name);
    assert_eq!(event["eventSource"], "sqs.amazonaws.com");
    event
}

#[test]
fn management_events_show_names_and_attributes() {
    let world = World::new();
    let attributes = json!({"DelaySeconds": "1"});
    let input = json!({"QueueName": "q", "Attributes": attributes, "tags": {"Team": "a"}});
    let url = text(&world.ok("CreateQueue", &input)["QueueUrl"]);
    let event = of(&world, "CreateQueue");
    assert_eq!(event["eventCategory"], "Management");
    assert_eq!(event["readOnly"], false);
    let want = json!({"queueName": "q", "attributes": attributes, "tags": {"Team": "a"}});
    assert_eq!(event["requestParameters"], want);
    assert_eq!(event["responseElements"], json!({ "queueUrl": url }));
    world.ok("SetQueueAttributes", &json!({"QueueUrl": url, "Attributes": attributes}));
    let event = of(&world, "SetQueueAttributes");
    let want = json!({"queueUrl": url, "attributes": attributes});
    assert_eq!(event["requestParameters"], want);
    assert_eq!(event["responseElements"], Value::Null);
    for operation in ["PurgeQueue", "DeleteQueue"] {
        world.ok(operation, &json!({"QueueUrl": url}));
        let event = of(&world, operation);
        assert_eq!(event["eventCategory"], "Management", "{operation}");
        assert_eq!(event["requestParameters"], json!({ "queueUrl": url }));
        assert_eq!(event["responseElements"], Value::Null);
    }
}

/// Source: SQS Developer Guide, "Logging Amazon SQS API calls", the event of `SendMessage`.
#[test]
fn data_events_hide_what_messages_contain() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let attributes = json!({"Name": {"DataType": "String", "StringValue": "SECRET"}});
    let input = json!({"QueueUrl": url, "MessageBody": "SECRET", "MessageGroupId": "g",
        "MessageAttributes": attributes});
    let sent = world.ok("SendMessage", &input);
    let event = of(&world, "SendMessage");
    assert_eq!(event["eventCategory"], "Data");
    assert_eq!((&event["readOnly"], &event["managementEvent"]), (&json!(false), &json!(false)));
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    let want = json!({"queueUrl": url, "messageBody": hidden, "messageGroupId": "g"});
    assert_eq!(event["requestParameters"], want);
    let want = json!({"mD5OfMessageBody": sent["MD5OfMessageBody"],
        "mD5OfMessageAttributes": sent["MD5OfMessageAttributes"], "messageId": sent["MessageId"]});
    assert_eq!(event["responseElements"], want);
    let resource = json!([{"accountId": ACCOUNT, "type": "AWS::SQS::Queue", "ARN": arn("q")}]);
    assert_eq!(event["resources"], resource);
    let received = world.receive(&url).remove(0);
    let event = of(&world, "ReceiveMessage");
    assert_eq!((&event["eventCategory"], &event["readOnly"]), (&json!("Data"), &json!(true)));
    let want = json!({"queueUrl": url, "maxNumberOfMessages": 10});
    assert_eq!(event["requestParameters"], want);
    assert_eq!(event["responseElements"], Value::Null);
    assert_eq!(event["resources"], resource);
    let handle = &received["ReceiptHandle"];
    let change = json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 9});
    world.ok("ChangeMessageVisibility", &change);
    let want = json!({"queueUrl": url, "visibilityTimeout": 9});
    assert_eq!(of(&world, "ChangeMessageVisibility")["requestParameters"], want);
    world.delete(&url, &received);
    assert_eq!(of(&world, "DeleteMessage")["requestParameters"], json!({ "queueUrl": url }));
    let all: String = world.kit.events().iter().map(Value::to_string).collect();
    assert!(!all.contains("SECRET") && !all.contains(handle.as_str().unwrap()));
}

#[test]
fn events_of_batches_show_the_ids() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let entries = json!([{"Id": "a", "MessageBody": "SECRET"}, {"Id": "b", "MessageBody": ""}]);
    let sent = world.ok("SendMessageBatch", &json!({"QueueUrl": url, "Entries": entries}));
    let event = of(&world, "SendMessageBatch");
    let want = json!({"queueUrl": url, "entries": [{"id": "a"}, {"id": "b"}]});
    assert_eq!(event["requestParameters"], want);
    let elements = &event["responseElements"];
    assert_eq!(elements["successful"][0]["id"], "a");
    assert_eq!(elements["successful"][0]["messageId"], sent["Successful"][0]["MessageId"]);
    assert_eq!(elements["failed"][0]["code"], "MissingParameter");
    let handle = world.receive(&url)[0]["ReceiptHandle"].clone();
    for operation in ["ChangeMessageVisibilityBatch", "DeleteMessageBatch"] {
        let entries = json!([{"Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 5}]);
        world.ok(operation, &json!({"QueueUrl": url, "Entries": entries}));
        let event = of(&world, operation);
        let want = json!({"queueUrl": url, "entries": [{"id": "a"}]});
        assert_eq!(event["requestParameters"], want);
        assert_eq!(event["responseElements"]["successful"], json!([{"id": "a"}]));
    }
}

/// Source: SQS Developer Guide, "Logging Amazon SQS API calls": the two lists.
#[test]
fn reading_a_queue_is_a_data_event() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let queue = json!({"QueueUrl": url});
    for (operation, input, resource) in [
        ("GetQueueAttributes", &queue, "q"),
        ("GetQueueUrl", &json!({"QueueName": "q"}), "q"),
        ("ListDeadLetterSourceQueues", &queue, "q"),
        ("ListQueueTags", &queue, "q"),
        ("ListQueues", &json!({}), "*"),
    ] {
        world.ok(operation, input);
        let event = of(&world, operation);
        assert_eq!(event["eventCategory"], "Data", "{operation}");
        assert_eq!(event["readOnly"], true, "{operation}");
        assert_eq!(event["resources"][0]["ARN"], arn(resource), "{operation}");
    }
    world.ok("TagQueue", &json!({"QueueUrl": url, "Tags": {"Key": "v"}}));
    let event = of(&world, "TagQueue");
    assert_eq!(event["eventCategory"], "Management");
    assert_eq!(event["requestParameters"], json!({"queueUrl": url, "tags": {"Key": "v"}}));
    world.ok("UntagQueue", &json!({"QueueUrl": url, "TagKeys": ["Key"]}));
    let want = json!({"queueUrl": url, "tagKeys": ["Key"]});
    assert_eq!(of(&world, "UntagQueue")["requestParameters"], want);
}

/// A call that failed is recorded with the code of Query. Assumed: AWS records this one.
#[test]
fn failed_calls_are_recorded() {
    let world = World::new();
    let input = json!({"QueueUrl": "none", "MessageBody": "SECRET"});
    world.call("ADMIN", "SendMessage", &input);
    let event = of(&world, "SendMessage");
    assert_eq!(event["errorCode"], "AWS.SimpleQueueService.NonExistentQueue");
    assert_eq!(event["errorMessage"], "The specified queue does not exist.");
    assert_eq!(event["responseElements"], Value::Null);
    assert!(!event.to_string().contains("SECRET"));
}
