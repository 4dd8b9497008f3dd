//! Long polls.

use serde_json::{Value, json};

use crate::world::{ADMIN, World, text};

fn poll(url: &str, seconds: u32) -> Value {
    json!({"QueueUrl": url, "WaitTimeSeconds": seconds})
}

fn bodies(answered: &testkit::Answered) -> Vec<String> {
    assert_eq!(answered.status, 200, "{}", answered.text());
    let messages = answered.json()["Messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|message| text(&message["Body"])).collect()
}

/// How many seconds have passed since the clock of the kit began.
fn seconds(world: &World) -> u64 {
    world.kit.clock.now().since_ms(testkit::START) / 1_000
}

fn receives(world: &World) -> usize {
    world.kit.events().iter().filter(|event| event["eventName"] == "ReceiveMessage").count()
}

#[test]
fn a_poll_ends_with_the_first_message() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let waiting = world.begin(ADMIN, "ReceiveMessage", &poll(&url, 20));
    assert_eq!(receives(&world), 0);
    world.send(&url, "a");
    assert_eq!(bodies(&waiting.finish()), ["a"]);
    assert_eq!((seconds(&world), receives(&world)), (0, 1));
}

/// A poll without a message ends with its time, and leaves one event.
#[test]
fn a_poll_ends_with_its_time() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let answered = world.call(ADMIN, "ReceiveMessage", &poll(&url, 20));
    assert_eq!(answered.json(), json!({}));
    assert_eq!((seconds(&world), receives(&world)), (20, 1));
    let set = json!({"QueueUrl": url, "Attributes": {"ReceiveMessageWaitTimeSeconds": "3"}});
    world.ok("SetQueueAttributes", &set);
    world.call(ADMIN, "ReceiveMessage", &json!({"QueueUrl": url})).ok();
    assert_eq!(seconds(&world), 23);
    world.call(ADMIN, "ReceiveMessage", &poll(&url, 0)).ok();
    assert_eq!(seconds(&world), 23);
}

/// A poll sees messages that become visible while it waits.
#[test]
fn a_poll_waits_for_delayed_and_hidden_messages() {
    let world = World::new();
    let url = world.queue("q", &json!({"VisibilityTimeout": "7"}));
    let delayed = json!({"QueueUrl": url, "MessageBody": "a", "DelaySeconds": 5});
    world.ok("SendMessage", &delayed);
    assert_eq!(bodies(&world.call(ADMIN, "ReceiveMessage", &poll(&url, 20))), ["a"]);
    assert_eq!(seconds(&world), 5);
    assert_eq!(bodies(&world.call(ADMIN, "ReceiveMessage", &poll(&url, 20))), ["a"]);
    assert_eq!(seconds(&world), 12);
}

/// One message is for one poll; the other waits on.
#[test]
fn a_message_goes_to_one_of_those_who_wait() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let first = world.begin(ADMIN, "ReceiveMessage", &poll(&url, 10));
    let second = world.begin(ADMIN, "ReceiveMessage", &poll(&url, 10));
    world.send(&url, "a");
    assert_eq!(bodies(&first.finish()), ["a"]);
    assert_eq!(seconds(&world), 0);
    world.send(&url, "b");
    assert_eq!(bodies(&second.finish()), ["b"]);
    assert_eq!((seconds(&world), receives(&world)), (0, 2));
}

/// A poll that was woken for a message that another took waits on, and leaves no event meanwhile.
#[test]
fn a_poll_that_comes_too_late_waits_on() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let waiting = world.begin(ADMIN, "ReceiveMessage", &poll(&url, 10));
    world.send(&url, "a");
    assert_eq!(world.bodies(&url), ["a"]);
    assert_eq!(bodies(&waiting.finish()), Vec::<String>::new());
    assert_eq!((seconds(&world), receives(&world)), (10, 2));
}

/// A client that went away does not swallow the message for which it would have been woken.
#[test]
fn a_client_that_is_gone_takes_nothing() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    drop(world.begin(ADMIN, "ReceiveMessage", &poll(&url, 20)));
    let waiting = world.begin(ADMIN, "ReceiveMessage", &poll(&url, 20));
    world.send(&url, "a");
    assert_eq!(bodies(&waiting.finish()), ["a"]);
    assert_eq!(seconds(&world), 0);
}

/// A poll ends when its queue does.
#[test]
fn a_poll_ends_with_its_queue() {
    let world = World::new();
    let url = world.queue("q", &json!({}));
    let waiting = world.begin(ADMIN, "ReceiveMessage", &poll(&url, 20));
    world.ok("DeleteQueue", &json!({"QueueUrl": url}));
    assert_eq!(waiting.finish().error().1, "QueueDoesNotExist");
    assert_eq!(seconds(&world), 0);
}

/// The next message of a group wakes a poll when the one before it is deleted.
#[test]
fn a_poll_waits_for_its_group() {
    let world = World::new();
    let attributes = json!({"FifoQueue": "true", "ContentBasedDeduplication": "true"});
    let url = world.queue("q.fifo", &attributes);
    for body in ["1", "2"] {
        let input = json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": "g"});
        world.ok("SendMessage", &input);
    }
    let one = world.ok("ReceiveMessage", &json!({"QueueUrl": url}));
    let waiting = world.begin(ADMIN, "ReceiveMessage", &poll(&url, 20));
    world.delete(&url, &one["Messages"][0]);
    assert_eq!(bodies(&waiting.finish()), ["2"]);
    assert_eq!(seconds(&world), 0);
}
