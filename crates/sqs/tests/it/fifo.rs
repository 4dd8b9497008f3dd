//! FIFO queues: order, groups, deduplication.

use serde_json::{Value, json};

use crate::world::{World, text};

const INVALID: &str = "InvalidParameterValueException";

fn fifo(world: &World, more: &Value) -> String {
    let mut attributes = json!({"FifoQueue": "true"});
    for (name, value) in more.as_object().unwrap() {
        attributes[name] = value.clone();
    }
    world.queue("q.fifo", &attributes)
}

fn send(world: &World, url: &str, group: &str, id: &str, body: &str) -> Value {
    let input = json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group,
        "MessageDeduplicationId": id});
    world.ok("SendMessage", &input)
}

/// Observed: the attributes.
#[test]
fn a_fifo_queue_has_attributes_of_its_own() {
    let world = World::new();
    let url = fifo(&world, &json!({"ContentBasedDeduplication": "true"}));
    let names =
        ["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"];
    let shown = |url: &str| names.map(|name| world.attribute(url, name)).join(" ");
    assert_eq!(shown(&url), "true true queue perQueue");
    let high = json!({"QueueUrl": url, "Attributes":
        {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}});
    world.ok("SetQueueAttributes", &high);
    assert_eq!(shown(&url), "true true messageGroup perMessageGroupId");
    let text = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not \
                supported.";
    let input = json!({"QueueUrl": url, "Attributes": {"FifoQueue": "false"}});
    world.refused("SetQueueAttributes", &input, (400, "InvalidAttributeValue", text));
}

#[test]
fn a_group_is_received_in_order_and_one_at_a_time() {
    let world = World::new();
    let url = fifo(&world, &json!({}));
    for (group, id) in [("a", "1"), ("a", "2"), ("b", "3"), ("a", "4")] {
        send(&world, &url, group, id, id);
    }
    let one = world.ok("ReceiveMessage", &json!({"QueueUrl": url}));
    assert_eq!(one["Messages"][0]["Body"], "1");
    assert_eq!(world.bodies(&url), ["3"]);
    assert_eq!(world.bodies(&url), Vec::<String>::new());
    world.delete(&url, &one["Messages"][0]);
    let two = world.receive(&url);
    let bodies: Vec<_> = two.iter().map(|message| text(&message["Body"])).collect();
    assert_eq!(bodies, ["2", "4"]);
    world.delete(&url, &two[1]);
    world.pass(30);
    assert_eq!(world.bodies(&url), ["2", "3"]);
}

/// Observed: the members, and that a receive of the same message shows the same number.
#[test]
fn messages_have_sequence_numbers_and_ids() {
    let world = World::new();
    let url = fifo(&world, &json!({"VisibilityTimeout": "0"}));
    let sent = send(&world, &url, "group-1", "dedup-1", "message-body-1");
    assert_eq!(text(&sent["SequenceNumber"]).len(), 20);
    for count in ["1", "2"] {
        let received = world.receive(&url).remove(0);
        let system = &received["Attributes"];
        assert_eq!(system["ApproximateReceiveCount"], count);
        assert_eq!(system["MessageDeduplicationId"], "dedup-1");
        assert_eq!(system["MessageGroupId"], "group-1");
        assert_eq!(system["SequenceNumber"], sent["SequenceNumber"]);
    }
    let next = send(&world, &url, "group-1", "dedup-2", "b");
    assert!(text(&next["SequenceNumber"]) > text(&sent["SequenceNumber"]));
    world.ok("PurgeQueue", &json!({"QueueUrl": url}));
    let last = send(&world, &url, "group-1", "dedup-3", "c");
    assert!(text(&last["SequenceNumber"]) > text(&next["SequenceNumber"]));
}

/// Observed: by queue or by group. The producer gets the first message's ID and number.
#[test]
fn duplicates_are_swallowed_for_five_minutes() {
    let world = World::new();
    let url = fifo(&world, &json!({}));
    let first = send(&world, &url, "a", "d", "Test1");
    let again = send(&world, &url, "b", "d", "Test2");
    assert_eq!(again["MessageId"], first["MessageId"]);
    assert_eq!(again["SequenceNumber"], first["SequenceNumber"]);
    let received = world.receive(&url);
    assert_eq!(received.len(), 1);
    world.delete(&url, &received[0]);
    send(&world, &url, "a", "d", "Test3");
    assert_eq!(world.receive(&url).len(), 0);
    world.pass(300);
    world.work();
    send(&world, &url, "a", "d", "Test4");
    assert_eq!(world.bodies(&url), ["Test4"]);
    let high = json!({"QueueUrl": url, "Attributes": {"DeduplicationScope": "messageGroup"}});
    world.ok("SetQueueAttributes", &high);
    send(&world, &url, "c", "e", "Test5");
    send(&world, &url, "d", "e", "Test6");
    send(&world, &url, "d", "e", "Test7");
    assert_eq!(world.bodies(&url), ["Test5", "Test6"]);
}

/// Observed: the ID is the hash of the body.
#[test]
fn the_body_may_be_the_deduplication_id() {
    let world = World::new();
    let url = fifo(&world, &json!({"ContentBasedDeduplication": "true"}));
    let input = json!({"QueueUrl": url, "MessageBody": "test", "MessageGroupId": "g"});
    world.ok("SendMessage", &input);
    world.ok("SendMessage", &input);
    let received = world.receive(&url);
    assert_eq!(received.len(), 1);
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    assert_eq!(received[0]["Attributes"]["MessageDeduplicationId"], hash);
}

/// Observed: the texts.
#[test]
fn what_a_fifo_queue_demands_is_checked() {
    let world = World::new();
    let url = fifo(&world, &json!({}));
    let send = |members: &[(&str, Value)]| {
        let mut input = json!({"QueueUrl": url, "MessageBody": "m"});
        for (name, value) in members {
            input[*name] = value.clone();
        }
        input
    };
    let group = ("MessageGroupId", json!("g"));
    let id = ("MessageDeduplicationId", json!("d"));
    let text = "The request must contain the parameter MessageGroupId.";
    let missing = (400, "MissingRequiredParameterException", text);
    world.refused("SendMessage", &send(std::slice::from_ref(&id)), missing);
    let text = "The queue should either have ContentBasedDeduplication enabled or \
                MessageDeduplicationId provided explicitly";
    world.refused("SendMessage", &send(std::slice::from_ref(&group)), (400, INVALID, text));
    let text = "Value 2 for parameter DelaySeconds is invalid. Reason: The request include \
                parameter that is not valid for this queue type.";
    let delayed = send(&[group.clone(), id, ("DelaySeconds", json!(2))]);
    world.refused("SendMessage", &delayed, (400, INVALID, text));
    let long = send(&[group, ("MessageDeduplicationId", json!("d".repeat(129)))]);
    assert_eq!(world.shape("SendMessage", &long), INVALID);
    let text = "The name of a FIFO queue can only include alphanumeric characters, hyphens, or \
                underscores, must end with .fifo suffix and be 1 to 80 in length.";
    let input = json!({"QueueName": "q", "Attributes": {"FifoQueue": "true"}});
    world.refused("CreateQueue", &input, (400, INVALID, text));
}

/// Observed: a delay of zero is the queue's own.
#[test]
fn a_delay_of_zero_is_that_of_the_queue() {
    let world = World::new();
    let url = fifo(&world, &json!({"DelaySeconds": "2"}));
    let input = json!({"QueueUrl": url, "MessageBody": "message-1", "MessageGroupId": "g",
        "MessageDeduplicationId": "d", "DelaySeconds": 0});
    world.ok("SendMessage", &input);
    assert_eq!(world.receive(&url).len(), 0);
    world.pass(2);
    assert_eq!(world.bodies(&url), ["message-1"]);
}

/// Observed: the text.
#[test]
fn a_handle_ends_with_the_visibility_timeout() {
    let world = World::new();
    let url = fifo(&world, &json!({"VisibilityTimeout": "1"}));
    send(&world, &url, "g", "d", "foobar");
    let received = world.receive(&url).remove(0);
    world.pass(1);
    let handle = text(&received["ReceiptHandle"]);
    let text = format!(
        "Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has \
         expired."
    );
    let input = json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 1});
    for operation in ["DeleteMessage", "ChangeMessageVisibility"] {
        world.refused(operation, &input, (400, INVALID, &text));
    }
    let again = world.receive(&url).remove(0);
    world.delete(&url, &again);
    world.delete(&url, &again);
    assert_eq!(world.counts(&url), ["0", "0", "0"]);
}

/// Observed: a group that was empty takes part again.
#[test]
fn a_group_that_was_empty_is_received_again() {
    let world = World::new();
    let url = fifo(&world, &json!({}));
    send(&world, &url, "g", "1", "Message 1");
    let first = world.receive(&url).remove(0);
    world.delete(&url, &first);
    assert_eq!(world.receive(&url).len(), 0);
    send(&world, &url, "g", "2", "Message 2");
    assert_eq!(world.bodies(&url), ["Message 2"]);
}
