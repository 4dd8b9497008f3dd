//! Dead-letter queues.

use serde_json::{Value, json};

use crate::world::{OTHER_ACCOUNT, REGION, World, arn, text};

const INVALID: &str = "InvalidParameterValueException";

fn redrive(target: &str, most: u32) -> Value {
    let policy = json!({"deadLetterTargetArn": target, "maxReceiveCount": most});
    json!({"RedrivePolicy": policy.to_string()})
}

/// Observed: the message keeps its ID, times and attributes, and the count goes on.
#[test]
fn a_message_that_is_received_too_often_moves() {
    let world = World::new();
    let dead = world.queue("dead", &json!({}));
    let url = world.queue("q", &redrive(&arn("dead"), 1));
    let input = json!({"QueueUrl": url, "MessageBody": "message-1", "MessageAttributes":
        {"MyAttribute": {"DataType": "String", "StringValue": "foobar"}},
        "MessageSystemAttributes":
            {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}}});
    world.ok("SendMessage", &input);
    let before = world.receive(&url).remove(0);
    world.pass(30);
    assert_eq!(world.receive(&url), Vec::<Value>::new());
    assert_eq!(
        (world.counts(&url), world.counts(&dead)),
        (["0", "0", "0"].map(str::to_owned), ["1", "0", "0"].map(str::to_owned))
    );
    let after = world.receive(&dead).remove(0);
    for name in ["MessageId", "Body", "MD5OfBody", "MessageAttributes", "MD5OfMessageAttributes"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    for name in ["SentTimestamp", "ApproximateFirstReceiveTimestamp", "AWSTraceHeader", "SenderId"]
    {
        assert_eq!(after["Attributes"][name], before["Attributes"][name], "{name}");
    }
    assert_eq!(after["Attributes"]["ApproximateReceiveCount"], "2");
    assert_eq!(after["Attributes"]["DeadLetterQueueSourceArn"], arn("q"));
    assert_eq!(before["Attributes"].get("DeadLetterQueueSourceArn"), None);
}

/// Others of the same receive are returned.
#[test]
fn a_dead_letter_leaves_others_alone() {
    let world = World::new();
    world.queue("dead", &json!({}));
    let url = world.queue("q", &redrive(&arn("dead"), 2));
    world.send(&url, "old");
    for _ in 0..2 {
        assert_eq!(world.bodies(&url), ["old"]);
        world.pass(30);
    }
    world.send(&url, "new");
    assert_eq!(world.bodies(&url), ["new"]);
    assert_eq!(world.bodies("dead"), ["old"]);
}

/// Assumed: without its dead-letter queue a message stays.
#[test]
fn without_the_dead_letter_queue_messages_stay() {
    let world = World::new();
    let dead = world.queue("dead", &json!({}));
    let url = world.queue("q", &redrive(&arn("dead"), 1));
    world.send(&url, "a");
    world.ok("DeleteQueue", &json!({"QueueUrl": dead}));
    for _ in 0..3 {
        assert_eq!(world.bodies(&url), ["a"]);
        world.pass(30);
    }
}

#[test]
fn a_redrive_policy_names_a_queue_that_may_be_used() {
    let world = World::new();
    world.queue("dead", &json!({}));
    world.queue("dead.fifo", &json!({"FifoQueue": "true"}));
    let allow = json!({"redrivePermission": "byQueue", "sourceQueueArns": [arn("ours")]});
    world.queue("picky", &json!({"RedriveAllowPolicy": allow.to_string()}));
    let url = world.queue("q", &json!({}));
    let other = format!("arn:aws:sqs:{REGION}:{OTHER_ACCOUNT}:dead");
    let none = "Dead letter target does not exist.";
    for (target, reason) in [
        (arn("none"), none),
        (other, none),
        ("x".to_owned(), none),
        (arn("dead").replace(REGION, "us-west-1"), none),
        (arn("dead.fifo"), "Dead-letter queue must be same type of queue as the source."),
        (
            arn("picky"),
            "The source queue is not permitted by the RedriveAllowPolicy of the dead-letter queue.",
        ),
    ] {
        let attributes = redrive(&target, 1);
        let policy = text(&attributes["RedrivePolicy"]);
        let text =
            format!("Value {policy} for parameter RedrivePolicy is invalid. Reason: {reason}");
        let set = json!({"QueueUrl": url, "Attributes": attributes});
        world.refused("SetQueueAttributes", &set, (400, INVALID, &text));
        let create = json!({"QueueName": "new", "Attributes": attributes});
        world.refused("CreateQueue", &create, (400, INVALID, &text));
    }
    world.queue("ours", &redrive(&arn("picky"), 5));
    let set = json!({"QueueUrl": url, "Attributes": redrive(&arn("dead"), 5)});
    world.ok("SetQueueAttributes", &set);
    let want = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":5}}"#, arn("dead"));
    assert_eq!(world.attribute(&url, "RedrivePolicy"), want);
    let empty = json!({"QueueUrl": url, "Attributes": {"RedrivePolicy": ""}});
    world.ok("SetQueueAttributes", &empty);
    let all = world.ok("GetQueueAttributes", &json!({"QueueUrl": url, "AttributeNames": ["All"]}));
    assert_eq!(all["Attributes"].get("RedrivePolicy"), None);
}

/// Source: the service model: the member is in lower case.
#[test]
fn the_sources_of_a_dead_letter_queue_are_listed() {
    let world = World::new();
    let dead = world.queue("dead", &json!({}));
    let input = json!({"QueueUrl": dead});
    assert_eq!(world.ok("ListDeadLetterSourceQueues", &input), json!({"queueUrls": []}));
    let urls = ["b", "a"].map(|name| world.queue(name, &redrive(&arn("dead"), 1)));
    world.queue("c", &json!({}));
    let want = json!({"queueUrls": [urls[1], urls[0]]});
    assert_eq!(world.ok("ListDeadLetterSourceQueues", &input), want);
    let page = json!({"QueueUrl": dead, "MaxResults": 1});
    let first = world.ok("ListDeadLetterSourceQueues", &page);
    assert_eq!(first["queueUrls"], json!([urls[1]]));
    let next = json!({"QueueUrl": dead, "MaxResults": 1, "NextToken": first["NextToken"]});
    assert_eq!(world.ok("ListDeadLetterSourceQueues", &next), json!({"queueUrls": [urls[0]]}));
}

/// A dead letter of a FIFO queue keeps its group, and does not hold it up.
#[test]
fn a_dead_letter_of_a_fifo_queue_frees_its_group() {
    let world = World::new();
    world.queue("dead.fifo", &json!({"FifoQueue": "true"}));
    let mut attributes = redrive(&arn("dead.fifo"), 1);
    attributes["FifoQueue"] = json!("true");
    attributes["ContentBasedDeduplication"] = json!("true");
    let url = world.queue("q.fifo", &attributes);
    for body in ["1", "2"] {
        let input = json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": "g"});
        world.ok("SendMessage", &input);
    }
    let one = world.ok("ReceiveMessage", &json!({"QueueUrl": url}));
    assert_eq!(one["Messages"][0]["Body"], "1");
    world.pass(30);
    assert_eq!(world.bodies(&url), ["2"]);
    let dead = world.receive("dead.fifo").remove(0);
    assert_eq!(dead["Body"], "1");
    assert_eq!(dead["Attributes"]["MessageGroupId"], "g");
}
